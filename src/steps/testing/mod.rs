//! A hand-made host for the steps' tests: a map from question to answer, healthy unless changed.

mod healthy;

pub use healthy::{CONFIG, EXPORTS, PROOF};

use super::{StepFlags, Wish};
use crate::config::Settings;
use crate::host::{
    Answer, HostError, Identity, KubeQuery, Look, Meta, Query, Question, ReadHost, SecretState,
    ServiceState, Space, UnitState,
};
use crate::model::{
    Change, Fact, Facts, Keeper, Observation, Privilege, Probe, Risk, SecretFile, SecretName,
};
use crate::step::Step;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// A host that knows what it was told.
pub struct TestHost {
    pub identity: Identity,
    pub queries: Vec<(Query, Result<Answer, HostError>)>,
    pub kube: Vec<(KubeQuery, Result<Option<Value>, HostError>)>,
    pub files: BTreeMap<Utf8PathBuf, String>,
    pub dirs: BTreeMap<Utf8PathBuf, (Meta, Vec<String>)>,
    /// Directories that may not be listed.
    pub unlistable: BTreeSet<Utf8PathBuf>,
    /// Symbolic links and where they lead.
    pub links: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
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
        config_home: None,
        proxies: crate::host::Proxies::default(),
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

/// What keeps the agent running where systemd does.
pub const UNIT: Keeper = Keeper::Systemd {
    lingers: true,
    manager_runs: true,
};

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
        Fact::AgentKeeper(UNIT),
    ] {
        facts.learn(super::id::DOCKER, fact);
    }
    facts
}

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
        version: "4.2".to_owned(),
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

    fn real_path<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Utf8PathBuf> {
        let real = self.links.get(path).cloned();
        now(Ok(real.unwrap_or_else(|| path.to_owned())))
    }

    fn list_dir<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Vec<String>>> {
        if self.unlistable.contains(path) {
            return now(Err(HostError::Denied(path.to_string())));
        }
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
            ..Space::default()
        }))
    }

    fn has_secret(&self, _secret: SecretName) -> bool {
        self.secret != SecretState::Missing
    }

    fn secret_state<'a>(&'a self, _file: &'a SecretFile) -> Look<'a, SecretState> {
        now(Ok(self.secret))
    }
}

/// Runs a look to its end.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
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

/// What of ours a step keeps, and why.
pub fn stays(step: &dyn Step, host: &TestHost, receipt: &crate::model::Receipt) -> Vec<String> {
    let notices = wait(step.stays(host, receipt));
    notices.into_iter().map(|notice| notice.text).collect()
}
