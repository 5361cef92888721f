//! A hand-made host for the steps' tests: a map from question to answer, healthy unless changed.

use super::{StepFlags, Wish, service_spec};
use crate::config::Settings;
use crate::host::{
    Answer, HostError, Identity, KubeQuery, Look, Meta, Query, Question, ReadHost, SecretState,
    ServiceState, Space, UnitState, spec_fingerprint,
};
use crate::model::{
    Change, Fact, Facts, Observation, Privilege, Probe, Risk, SecretFile, SecretName,
};
use crate::step::Step;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// A host that knows what it was told.
pub struct TestHost {
    pub identity: Identity,
    pub queries: Vec<(Query, Result<Answer, HostError>)>,
    pub kube: Vec<(KubeQuery, Result<Option<Value>, HostError>)>,
    pub files: BTreeMap<Utf8PathBuf, String>,
    pub dirs: BTreeMap<Utf8PathBuf, (Meta, Vec<String>)>,
    pub programs: BTreeMap<String, Utf8PathBuf>,
    pub units: BTreeMap<String, UnitState>,
    pub service: ServiceState,
    pub secret: SecretState,
    pub free: u64,
    pub asked: Mutex<Vec<Question>>,
}

/// An answer of a command or request.
pub fn answer(code: i32, stdout: &str, stderr: &str) -> Result<Answer, HostError> {
    Ok(Answer {
        code,
        stdout: stdout.to_owned(),
        stderr: stderr.to_owned(),
    })
}

/// A successful answer.
pub fn said(stdout: &str) -> Result<Answer, HostError> {
    answer(0, stdout, "")
}

/// A directory's place.
pub fn dir(mode: u32, uid: u32) -> Meta {
    Meta {
        is_dir: true,
        mode,
        uid,
        gid: uid,
    }
}

pub fn identity() -> Identity {
    Identity {
        hostname: "alder".to_owned(),
        os_release: "ID=ubuntu\nID_LIKE=debian\nPRETTY_NAME=\"Ubuntu 24.04.2 LTS\"\n".to_owned(),
        user: "ann".to_owned(),
        uid: 1000,
        gid: 1000,
        home: "/home/ann".into(),
        data_dir: "/home/ann/.local/share/gpucluster".into(),
        cpus: 16,
        memory_mib: 64_000,
        executable: "/usr/local/bin/gpucluster".into(),
    }
}

/// The wish of default settings.
pub fn wish() -> Wish {
    Wish::new(
        Arc::new(Settings::default()),
        StepFlags::default(),
        &identity(),
    )
}

/// A wish with `--recreate-cluster`.
pub fn recreating() -> Wish {
    Wish {
        flags: StepFlags {
            recreate_cluster: true,
            ..StepFlags::default()
        },
        ..wish()
    }
}

/// What a healthy stack has learned.
pub fn facts() -> Facts {
    let mut facts = Facts::default();
    let gpu = |index: u32| crate::model::Gpu {
        index,
        uuid: format!("GPU-{index}"),
        name: "Tesla T4".to_owned(),
        bus_id: format!("00000000:0{index}:00.0"),
        memory_mib: Some(15360),
        memory_used_mib: Some(0),
        utilization_percent: Some(0),
        temperature_c: Some(40),
    };
    for fact in [
        Fact::DockerVersion("28.3.1".to_owned()),
        Fact::RunningContainers(3),
        Fact::DriverVersion("525.105.17".to_owned()),
        Fact::Gpus((0..4).map(gpu).collect()),
        Fact::ToolkitVersion("1.20.0".to_owned()),
        Fact::ClusterSubnet("192.168.49.0/24".to_owned()),
        Fact::ClusterGateway("192.168.49.1".to_owned()),
        Fact::NodeName("gpucluster".to_owned()),
        Fact::AllocatableGpus(4),
        Fact::WandbEntity("ann".to_owned()),
        Fact::AgentVersion("0.31.0".to_owned()),
    ] {
        facts.learn(super::id::DOCKER, fact);
    }
    facts
}

const SMI: &str = "\
0, GPU-0, Tesla T4, 00000000:00:04.0, 525.105.17, 15360, 2, 0, 41
1, GPU-1, Tesla T4, 00000000:00:05.0, 525.105.17, 15360, 2, 0, 40
2, GPU-2, Tesla T4, 00000000:00:06.0, 525.105.17, 15360, 2, 0, 40
3, GPU-3, Tesla T4, 00000000:00:07.0, 525.105.17, 15360, 2, 0, 42
";

pub const RUNNING: &str = r#"{"Name":"gpucluster","Host":"Running","Kubelet":"Running","APIServer":"Running","Kubeconfig":"Misconfigured","Worker":false}"#;

pub const PROOF: &str = "{\n  \"docker\": \"28.3.1\",\n  \"toolkit\": \"1.20.0\",\n  \"driver\": \"525.105.17\",\n  \"gpus\": 4,\n  \"image\": \"ubuntu:24.04\"\n}\n";

pub const EXPORTS: &str = "# Managed by gpucluster (profile gpucluster). Changes made here are overwritten.\n/srv/gpucluster 192.168.49.0/24(rw,sync,no_subtree_check,no_root_squash)\n";

pub const CONFIG: &str =
    "entity: \"ann\"\nqueues:\n  - \"gpucluster\"\nmax_jobs: 4\nbuilder:\n  type: noop\n";

/// The node as the API has it.
pub fn node(allocatable: &str, capacity: &str) -> Value {
    json!({"status": {
        "allocatable": {"cpu": "16", "nvidia.com/gpu": allocatable},
        "capacity": {"cpu": "16", "nvidia.com/gpu": capacity},
        "conditions": [{"type": "Ready", "status": "True"}],
    }})
}

/// The volume and the claim as the API has them, bound.
pub fn bound(wish: &Wish) -> [Value; 2] {
    let nfs = &wish.settings.nfs;
    let spec = crate::render::VolumeSpec {
        namespace: wish.settings.namespace.clone(),
        volume: nfs.volume.clone(),
        claim: nfs.claim.clone(),
        capacity: nfs.capacity.clone(),
        server: "192.168.49.1".to_owned(),
        path: nfs.path.to_string(),
    };
    let status = json!({"phase": "Bound"});
    let mut pv = crate::render::volume(&spec).unwrap();
    pv["status"] = status.clone();
    pv["spec"]["claimRef"]["uid"] = json!("1234");
    let mut pvc = crate::render::volume_claim(&spec).unwrap();
    pvc["status"] = status;
    [pv, pvc]
}

pub fn get(api: &str, kind: &str, namespace: Option<&str>, name: &str) -> KubeQuery {
    KubeQuery::Get(crate::model::ObjectRef::new(api, kind, namespace, name))
}

impl TestHost {
    /// A machine on which every step is in place.
    pub fn healthy() -> Self {
        let wish = wish();
        let layout = wish.layout.clone();
        let mut host = Self {
            identity: identity(),
            queries: Vec::new(),
            kube: Vec::new(),
            files: BTreeMap::new(),
            dirs: BTreeMap::new(),
            programs: BTreeMap::new(),
            units: BTreeMap::new(),
            service: ServiceState {
                pid: Some(4242),
                started_ms: Some(1),
                restarts: 0,
                fingerprint: Some(spec_fingerprint(&service_spec(&wish))),
                log: include_str!("../../tests/tapes/reconstructed/agent-polling.log").to_owned(),
                last_exit: None,
            },
            secret: SecretState::Equal,
            free: 100_000_000_000,
            asked: Mutex::new(Vec::new()),
        };
        let profile = "gpucluster".to_owned();
        let python = "python3".to_owned();
        let base_url = "https://api.wandb.ai".to_owned();
        for (query, answer) in [
            (
                Query::DockerVersion,
                said(
                    r#"{"Client":{"Version":"28.3.1"},"Server":{"Version":"28.3.1","Components":[{"Name":"Engine"}]}}"#,
                ),
            ),
            (
                Query::DockerInfo,
                said(include_str!(
                    "../../tests/tapes/reconstructed/docker-info.json"
                )),
            ),
            (Query::DockerRunning, said("a\nb\nc\n")),
            (Query::NvidiaSmi, said(SMI)),
            (
                Query::ToolkitVersion,
                said("NVIDIA Container Toolkit CLI version 1.20.0\ncommit: 0000\n"),
            ),
            (
                Query::MinikubeVersion,
                said(r#"{"commit":"c93a4c","minikubeVersion":"v1.38.1"}"#),
            ),
            (
                Query::MinikubeProfiles,
                said(include_str!(
                    "../../tests/tapes/reconstructed/minikube-profiles.json"
                )),
            ),
            (
                Query::MinikubeStatus {
                    profile: profile.clone(),
                },
                answer(4, RUNNING, ""),
            ),
            (
                Query::DockerContainers {
                    label: "name.minikube.sigs.k8s.io=gpucluster".to_owned(),
                },
                said("{\"Names\":\"gpucluster\"}\n"),
            ),
            (
                Query::DockerNetwork { name: profile },
                said(include_str!(
                    "../../tests/tapes/reconstructed/docker-network.json"
                )),
            ),
            (
                Query::Package {
                    name: "nfs-kernel-server".to_owned(),
                },
                said("install ok installed"),
            ),
            (
                Query::Exports,
                said(
                    "/srv/gpucluster  192.168.49.0/24(sync,wdelay,hide,no_subtree_check,sec=sys,rw,secure,no_root_squash,no_all_squash)\n",
                ),
            ),
            (
                Query::WandbViewer {
                    base_url: base_url.clone(),
                },
                answer(
                    200,
                    r#"{"data":{"viewer":{"id":"1","entity":"ann","username":"ann","teams":{"edges":[{"node":{"name":"vision"}}]}}}}"#,
                    "",
                ),
            ),
            (
                Query::WandbQueues {
                    base_url,
                    entity: None,
                },
                answer(
                    200,
                    r#"{"data":{"project":{"runQueues":[{"id":"1","name":"gpucluster"}]}}}"#,
                    "",
                ),
            ),
            (
                Query::WandbVersion {
                    venv: layout.venv.clone(),
                },
                said("0.31.0\n"),
            ),
            (
                Query::PythonVersion {
                    python: python.clone(),
                },
                said("Python 3.12.3\n"),
            ),
            (Query::PythonVenv { python }, said("")),
        ] {
            host.queries.push((query, answer));
        }
        let [pv, pvc] = bound(&wish);
        host.kube = vec![
            (KubeQuery::Ready, Ok(Some(json!("ok")))),
            (
                get("v1", "Node", None, "gpucluster"),
                Ok(Some(node("4", "4"))),
            ),
            (
                get(
                    "apps/v1",
                    "DaemonSet",
                    Some("kube-system"),
                    "nvidia-device-plugin-daemonset",
                ),
                Ok(Some(json!({}))),
            ),
            (plugin_pods(), Ok(Some(json!({"items": []})))),
            (get("v1", "Namespace", None, "default"), Ok(Some(json!({})))),
            (get("v1", "PersistentVolume", None, "nfs-pv"), Ok(Some(pv))),
            (
                get("v1", "PersistentVolumeClaim", Some("default"), "nfs-pvc"),
                Ok(Some(pvc)),
            ),
        ];
        for (path, text) in [
            (
                Utf8PathBuf::from("/etc/docker/daemon.json"),
                r#"{"runtimes":{"nvidia":{"args":[],"path":"nvidia-container-runtime"}}}"#,
            ),
            (layout.proof.clone(), PROOF),
            (layout.kubeconfig.clone(), "current-context: gpucluster\n"),
            ("/etc/exports.d/gpucluster.exports".into(), EXPORTS),
            (layout.launch_config.clone(), CONFIG),
            ("/proc/fs/nfsd/threads".into(), "8\n"),
            ("/proc/self/mounts".into(), "/dev/sda1 / ext4 rw 0 0\n"),
        ] {
            host.files.insert(path, text.to_owned());
        }
        for (path, meta) in [
            (Utf8PathBuf::from("/srv/gpucluster"), dir(0o1777, 65534)),
            ("/etc/exports.d".into(), dir(0o755, 0)),
            ("/proc/fs/nfsd".into(), dir(0o555, 0)),
            (layout.agent_home.clone(), dir(0o700, 1000)),
            (layout.agent_run.clone(), dir(0o700, 1000)),
        ] {
            host.dirs.insert(path, (meta, Vec::new()));
        }
        for program in ["docker", "nvidia-container-runtime", "nvidia-cdi-hook"] {
            let path = Utf8PathBuf::from("/usr/bin").join(program);
            host.programs.insert(program.to_owned(), path);
        }
        host.units.insert(
            "nfs-server".to_owned(),
            UnitState {
                loaded: true,
                enabled: true,
                active: true,
            },
        );
        host
    }

    /// The same with another answer.
    pub fn with(mut self, query: Query, answer: Result<Answer, HostError>) -> Self {
        self.queries.retain(|(have, _)| *have != query);
        self.queries.push((query, answer));
        self
    }

    /// The same with a command missing.
    pub fn without(self, query: Query) -> Self {
        let name = query.name();
        self.with(query, Err(HostError::NoProgram(name)))
    }

    /// The same with another object.
    pub fn with_object(mut self, query: KubeQuery, value: Option<Value>) -> Self {
        self.kube.retain(|(have, _)| *have != query);
        self.kube.push((query, Ok(value)));
        self
    }

    /// The same with a file, or without one.
    pub fn with_file(mut self, path: impl Into<Utf8PathBuf>, text: Option<&str>) -> Self {
        let path = path.into();
        match text {
            Some(text) => self.files.insert(path, text.to_owned()),
            None => self.files.remove(&path),
        };
        self
    }

    /// The same with a directory.
    pub fn with_dir(mut self, path: &str, meta: Meta, names: &[&str]) -> Self {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        self.dirs.insert(path.into(), (meta, names));
        self
    }

    fn ask(&self, question: Question) {
        self.asked.lock().unwrap().push(question);
    }
}

/// The query for the device plugin's pods.
pub fn plugin_pods() -> KubeQuery {
    KubeQuery::List {
        api_version: "v1".to_owned(),
        kind: "Pod".to_owned(),
        namespace: Some("kube-system".to_owned()),
        selector: "name=nvidia-device-plugin-ds".to_owned(),
    }
}

fn now<'a, T: Send + 'a>(value: Result<T, HostError>) -> Look<'a, T> {
    Box::pin(std::future::ready(value))
}

impl ReadHost for TestHost {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn now_ms(&self) -> u64 {
        0
    }

    fn read_file<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<String>> {
        now(Ok(self.files.get(path).cloned()))
    }

    fn stat<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Meta>> {
        let file = Meta {
            is_dir: false,
            mode: 0o644,
            uid: 0,
            gid: 0,
        };
        let dir = self.dirs.get(path).map(|(meta, _)| *meta);
        now(Ok(
            dir.or_else(|| self.files.contains_key(path).then_some(file))
        ))
    }

    fn list_dir<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Vec<String>>> {
        now(Ok(self.dirs.get(path).map(|(_, names)| names.clone())))
    }

    fn which<'a>(&'a self, program: &'a str) -> Look<'a, Option<Utf8PathBuf>> {
        now(Ok(self.programs.get(program).cloned()))
    }

    fn query<'a>(&'a self, query: &'a Query) -> Look<'a, Answer> {
        self.ask(Question::Tool(query.clone()));
        let known = self.queries.iter().find(|(have, _)| have == query);
        now(known.map_or_else(
            || Err(HostError::Io(format!("no answer to {query:?}"))),
            |(_, answer)| answer.clone(),
        ))
    }

    fn kube<'a>(&'a self, query: &'a KubeQuery) -> Look<'a, Option<Value>> {
        self.ask(Question::Kube(query.clone()));
        let known = self.kube.iter().find(|(have, _)| have == query);
        now(known.map_or_else(
            || Err(HostError::Io(format!("no answer to {query:?}"))),
            |(_, answer)| answer.clone(),
        ))
    }

    fn unit<'a>(&'a self, name: &'a str) -> Look<'a, UnitState> {
        self.ask(Question::Unit(name.to_owned()));
        now(Ok(self.units.get(name).copied().unwrap_or_default()))
    }

    fn service<'a>(&'a self, _name: &'a str, _dir: &'a Utf8Path) -> Look<'a, ServiceState> {
        now(Ok(self.service.clone()))
    }

    fn space<'a>(&'a self, _path: &'a Utf8Path) -> Look<'a, Space> {
        now(Ok(Space {
            free: self.free,
            total: 200_000_000_000,
        }))
    }

    fn has_secret(&self, _secret: SecretName) -> bool {
        self.secret != SecretState::Missing
    }

    fn secret_state<'a>(&'a self, _file: &'a SecretFile) -> Look<'a, SecretState> {
        now(Ok(self.secret))
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

/// Lets a step look.
pub fn look(step: &dyn Step, host: &TestHost) -> Probe {
    let facts = facts();
    wait(step.observe(host, &facts))
}

/// Lets a step look, which must succeed.
pub fn seen(step: &dyn Step, host: &TestHost) -> Observation {
    look(step, host).unwrap()
}

/// The verdict in a word, or the reason.
pub fn verdict(step: &dyn Step, host: &TestHost) -> String {
    use crate::model::State;
    match look(step, host) {
        Err(fault) => format!("unknown {}", fault.reason),
        Ok(seen) => match seen.state {
            State::InPlace => "in place".to_owned(),
            State::Absent => "absent".to_owned(),
            State::Underway(_) => "underway".to_owned(),
            State::NeedsHuman(fault) => fault.reason.to_string(),
            State::Drifted(diffs) => {
                let fields: Vec<String> = diffs.into_iter().map(|diff| diff.field).collect();
                format!("drifted {}", fields.join(", "))
            }
        },
    }
}

/// Changes in words, each with its rights and risk.
pub fn described(changes: &[Change]) -> Vec<String> {
    let line = |change: &Change| {
        let root = match change.privilege() {
            Privilege::Root => "sudo ",
            Privilege::User => "",
        };
        let risk = match change.risk {
            Risk::Safe => "",
            Risk::Disruptive => " (disruptive)",
            Risk::Destructive => " (destructive)",
        };
        format!("{root}{}{risk}", change.describe())
    };
    changes.iter().map(line).collect()
}

/// What a step plans from what it sees.
pub fn planned(step: &dyn Step, host: &TestHost) -> Result<Vec<String>, String> {
    let seen = seen(step, host);
    step.plan(&seen, &facts())
        .map(|changes| described(&changes))
        .map_err(|fault| fault.reason.to_string())
}

/// What a step puts back.
pub fn undone(step: &dyn Step, host: &TestHost, receipt: &crate::model::Receipt) -> Vec<String> {
    let facts = facts();
    described(&wait(step.undo(host, &facts, receipt)).unwrap())
}
