//! A machine on which every step is in place.

use super::{TestHost, UNIT, answer, bound, dir, get, identity, node, plugin_pods, said, wish};
use crate::host::{KubeQuery, Query, SecretState, ServiceState, UnitState, spec_fingerprint};
use crate::steps::service_spec;
use camino::Utf8PathBuf;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

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
            unlistable: BTreeSet::new(),
            links: BTreeMap::new(),
            programs: BTreeMap::new(),
            units: BTreeMap::new(),
            service: ServiceState {
                supervised: true,
                unit: Some(wish.unit_name()),
                waiting: None,
                pid: Some(4242),
                started_ms: Some(1),
                restarts: 0,
                fingerprint: Some(spec_fingerprint(&service_spec(&wish, UNIT))),
                log: include_str!("../../../tests/tapes/reconstructed/agent-polling.log")
                    .to_owned(),
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
                    "../../../tests/tapes/reconstructed/docker-info.json"
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
                    "../../../tests/tapes/reconstructed/minikube-profiles.json"
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
                    "../../../tests/tapes/reconstructed/docker-network.json"
                )),
            ),
            (
                Query::NodeReaches {
                    node: "gpucluster".to_owned(),
                    port: 2049,
                },
                said("192.168.49.1\n"),
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
        let units = wish.identity.user_units();
        let program = &wish.identity.executable;
        let unit = crate::render::agent_unit("gpucluster", program, &layout.agent_run).unwrap();
        for (path, text) in [
            (
                Utf8PathBuf::from("/etc/docker/daemon.json"),
                r#"{"runtimes":{"nvidia":{"args":[],"path":"nvidia-container-runtime"}}}"#,
            ),
            (layout.proof.clone(), PROOF),
            (layout.kubeconfig.clone(), "current-context: gpucluster\n"),
            ("/etc/exports.d/gpucluster.exports".into(), EXPORTS),
            (layout.launch_config.clone(), CONFIG),
            (layout.venv.join("gpucluster-installed"), "0.31.0\n"),
            (units.join(wish.unit_name()), unit.as_str()),
            (
                wish.identity.user_unit_link(&wish.unit_name()),
                unit.as_str(),
            ),
            ("/var/lib/systemd/linger/ann".into(), ""),
            ("/run/user/1000/systemd/private".into(), ""),
            ("/proc/fs/nfsd/threads".into(), "8\n"),
            ("/proc/self/mounts".into(), "/dev/sda1 / ext4 rw 0 0\n"),
        ] {
            host.files.insert(path, text.to_owned());
        }
        for (path, meta) in [
            (Utf8PathBuf::from("/srv/gpucluster"), dir(0o1777, 65534)),
            ("/etc/exports.d".into(), dir(0o755, 0)),
            ("/proc/fs/nfsd".into(), dir(0o555, 0)),
            ("/run/systemd/system".into(), dir(0o755, 0)),
            (layout.agent_home.clone(), dir(0o700, 1000)),
            (layout.agent_run.clone(), dir(0o700, 1000)),
        ] {
            host.dirs.insert(path, (meta, Vec::new()));
        }
        for program in [
            "docker",
            "nvidia-container-runtime",
            "nvidia-cdi-hook",
            "systemctl",
            "loginctl",
        ] {
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
}
