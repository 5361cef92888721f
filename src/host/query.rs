//! The closed set of read-only questions, each with its command line and its limit.
//!
//! Free command lines do not exist for observation: what is not listed here cannot be asked, so a
//! probe that writes cannot be written by accident.

use crate::model::ObjectRef;
use camino::Utf8PathBuf;
use std::time::Duration;

/// The fields of the one `nvidia-smi` query. One unknown field would fail the whole query
/// (nvidia-smi exit 2), so only fields that every supported driver knows are asked.
pub const NVIDIA_SMI_FIELDS: &str = "index,uuid,name,pci.bus_id,driver_version,memory.total,\
memory.used,utilization.gpu,temperature.gpu";

/// A read-only command or request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Query {
    /// `docker version`: the simplest proof that the daemon answers.
    DockerVersion,
    /// `docker info` as JSON.
    DockerInfo,
    /// A Docker network as JSON.
    DockerNetwork {
        /// Name; minikube's networks are named as their profile.
        name: String,
    },
    /// Every container, one JSON object a line, with a label `key=value`.
    DockerContainers {
        /// The label.
        label: String,
    },
    /// Names of running containers, one a line.
    DockerRunning,
    /// Where `docker` sends its requests: context and endpoint as JSON.
    DockerContext,
    /// Whether a port of this host answers a node (`docker exec`, `parse::node_probe`). Nothing is
    /// sent but the request for a connection.
    NodeReaches {
        /// The node's container.
        node: String,
        /// The port of TCP.
        port: u16,
    },
    /// The GPUs as CSV without header and units ([`NVIDIA_SMI_FIELDS`]).
    NvidiaSmi,
    /// Everything the driver tells of the GPUs, as XML (`nvidia-smi -q -x`). No field that a driver
    /// does not know can fail it, as one does in the table of [`Query::NvidiaSmi`].
    NvidiaSmiXml,
    /// What the file of the NVIDIA module for the running kernel says of itself (`modinfo`).
    NvidiaModule,
    /// The kernel's messages since boot (`dmesg`); refused where `kernel.dmesg_restrict` is 1.
    KernelRing,
    /// Those of the same that speak of the GPU's driver or of refused modules, from the journal
    /// (`journalctl -k`); shown to root and to the groups `adm` and `systemd-journal`.
    KernelJournal,
    /// Whether the clock is kept by a server (`timedatectl show`).
    ClockSynchronized,
    /// The addresses of a name, by this machine's own resolver (`getent ahosts`).
    Resolves {
        /// The name.
        name: String,
    },
    /// `nvidia-ctk --version`.
    ToolkitVersion,
    /// `minikube version -o json`.
    MinikubeVersion,
    /// `minikube profile list -o json`.
    MinikubeProfiles,
    /// `minikube status -p PROFILE -o json`.
    MinikubeStatus {
        /// Profile.
        profile: String,
    },
    /// The export table as exportfs keeps it in `/var/lib/nfs/etab`.
    Exports,
    /// What the kernel said since it was started about GPUs, NFS and memory that ran out, from the
    /// journal; shown to root and to the groups `adm` and `systemd-journal`.
    KernelLines,
    /// Whether a package is installed (`dpkg-query -W` or `rpm -q`); exit 0 means yes.
    Package {
        /// Name.
        name: String,
    },
    /// Versions of packages, those that are not installed left out (`parse::package_versions`):
    /// `dpkg-query -W`, `rpm -q` or `pacman -Q`.
    PackageVersions {
        /// Names.
        names: Vec<String>,
    },
    /// Why a system unit does not run (`parse::unit`).
    UnitDetail {
        /// With its ending: `docker.socket`.
        name: String,
    },
    /// What `apt-get install` of a package would bring (`--simulate`: no root, no lock).
    AptInstall {
        /// Name.
        package: String,
    },
    /// What apt would take away without a package: itself, what needs it, and everything that was
    /// installed only because something needed it, which nothing does any more.
    AptUnneeded {
        /// The package; `None` for what is needed by nothing today.
        without: Option<String>,
    },
    /// What `apt-get purge` of these very packages would take away and bring.
    AptPurge {
        /// Names.
        packages: Vec<String>,
    },
    /// State and configuration files of packages, as dpkg knows them.
    PackageStates {
        /// Names.
        packages: Vec<String>,
    },
    /// Which configuration files of packages were edited (`dpkg --verify`).
    EditedConfig {
        /// Names.
        packages: Vec<String>,
    },
    /// `PYTHON --version`.
    PythonVersion {
        /// Program.
        python: String,
    },
    /// Whether `PYTHON` can make virtual environments (`-c 'import ensurepip, venv'`).
    PythonVenv {
        /// Program.
        python: String,
    },
    /// Version of `wandb` in a virtual environment, from its metadata without importing it, and
    /// whether the Kubernetes runner's packages are there. One line: the version.
    WandbVersion {
        /// The environment.
        venv: Utf8PathBuf,
    },
    /// Whom the key belongs to (`viewer{id entity username teams{edges{node{name}}}}`). Answer: HTTP.
    WandbViewer {
        /// Server, without trailing slash.
        base_url: String,
    },
    /// The Launch queues of an entity (project `model-registry`). Answer: HTTP.
    WandbQueues {
        /// Server, without trailing slash.
        base_url: String,
        /// Entity; `None` asks for the viewer's default entity first.
        entity: Option<String>,
    },
    /// A Launch queue with its default configuration (`parse::wandb_queue`). Answer: HTTP.
    WandbQueue {
        /// Server, without trailing slash.
        base_url: String,
        /// Entity.
        entity: String,
        /// Name of the queue.
        queue: String,
    },
}

impl Query {
    /// The command line; `None` for requests over HTTP.
    pub fn argv(&self) -> Option<Vec<String>> {
        let words: Vec<&str> = match self {
            Self::DockerVersion => vec!["docker", "version", "--format", "{{json .}}"],
            Self::DockerInfo => vec!["docker", "info", "--format", "{{json .}}"],
            Self::DockerNetwork { name } => vec!["docker", "network", "inspect", name],
            Self::DockerContainers { label } => {
                let filter = format!("label={label}");
                return Some(owned(&[
                    "docker",
                    "ps",
                    "-a",
                    "--no-trunc",
                    "--filter",
                    &filter,
                    "--format",
                    "{{json .}}",
                ]));
            }
            Self::DockerRunning => vec!["docker", "ps", "--format", "{{.Names}}"],
            Self::DockerContext => vec!["docker", "context", "inspect"],
            Self::NodeReaches { node, port } => {
                let port = port.to_string();
                return Some(owned(&[
                    "docker", "exec", node, "sh", "-c", NODE_PROBE, "sh", &port,
                ]));
            }
            Self::NvidiaSmi => {
                let fields = format!("--query-gpu={NVIDIA_SMI_FIELDS}");
                return Some(owned(&[
                    "nvidia-smi",
                    &fields,
                    "--format=csv,noheader,nounits",
                ]));
            }
            Self::NvidiaSmiXml => vec!["nvidia-smi", "-q", "-x"],
            Self::NvidiaModule => vec!["modinfo", "nvidia"],
            Self::KernelRing => vec!["dmesg"],
            Self::KernelJournal => vec![
                "journalctl",
                "-k",
                "-b",
                "--no-pager",
                "-g",
                "NVRM|nouveau|unavailable key|SXid",
            ],
            Self::ClockSynchronized => vec!["timedatectl", "show", "-p", "NTPSynchronized"],
            Self::Resolves { name } => vec!["getent", "ahosts", name],
            Self::ToolkitVersion => vec!["nvidia-ctk", "--version"],
            Self::MinikubeVersion => vec!["minikube", "version", "-o", "json"],
            Self::MinikubeProfiles => vec!["minikube", "profile", "list", "-o", "json"],
            Self::MinikubeStatus { profile } => {
                vec!["minikube", "status", "-p", profile, "-o", "json"]
            }
            Self::Exports => vec!["exportfs", "-s"],
            Self::KernelLines => vec![
                "journalctl",
                "--dmesg",
                "--no-pager",
                "--quiet",
                "--lines=2000",
                "--output=short-iso",
                "--grep=NVRM|nvidia|nouveau|nfsd|lockd|rpc\\.|out of memory|oom-kill",
            ],
            Self::Package { name } => vec!["dpkg-query", "-W", "-f", "${Status}", name],
            Self::PackageVersions { names } => with(
                &[
                    "dpkg-query",
                    "-W",
                    "-f",
                    "${Package} ${Version} ${db:Status-Status}\\n",
                ],
                names,
            ),
            Self::UnitDetail { name } => vec![
                "systemctl",
                "show",
                "--property=LoadState,ActiveState,Result",
                "--",
                name,
            ],
            Self::AptInstall { package } => vec![
                "apt-get",
                "install",
                "--simulate",
                "--no-install-recommends",
                package,
            ],
            Self::AptUnneeded { without } => {
                // What is merely recommended or suggested is not needed: the packages came
                // without such ties, and have to go in spite of them.
                let mut words = vec![
                    "apt-get",
                    "autoremove",
                    "--purge",
                    "--simulate",
                    "-o",
                    "APT::AutoRemove::RecommendsImportant=false",
                    "-o",
                    "APT::AutoRemove::SuggestsImportant=false",
                ];
                words.extend(without.as_deref());
                words
            }
            Self::AptPurge { packages } => with(&["apt-get", "purge", "--simulate"], packages),
            Self::PackageStates { packages } => with(
                &[
                    "dpkg-query",
                    "-W",
                    "-f",
                    "${Package} ${db:Status-Want} ${db:Status-Status}\\n${Conffiles}\\n",
                ],
                packages,
            ),
            Self::EditedConfig { packages } => with(&["dpkg", "--verify"], packages),
            Self::PythonVersion { python } => vec![python, "--version"],
            Self::PythonVenv { python } => vec![python, "-c", "import ensurepip, venv"],
            Self::WandbVersion { venv } => {
                return Some(vec![
                    format!("{venv}/bin/python"),
                    "-I".to_owned(),
                    "-c".to_owned(),
                    WANDB_VERSION_PROGRAM.to_owned(),
                ]);
            }
            Self::WandbViewer { .. } | Self::WandbQueues { .. } | Self::WandbQueue { .. } => {
                return None;
            }
        };
        Some(owned(&words))
    }

    /// How long it may take. First calls of `nvidia-smi` without persistence mode take seconds;
    /// minikube itself gives `docker version` six seconds.
    pub fn limit(&self) -> Duration {
        Duration::from_secs(match self {
            Self::DockerVersion | Self::DockerInfo => 10,
            // Five of them are the probe's own.
            Self::NodeReaches { .. } => 10,
            Self::NvidiaSmi | Self::NvidiaSmiXml => 30,
            // A resolver that answers does so within a second; glibc itself gives a dead one ten.
            Self::Resolves { .. } => 5,
            Self::MinikubeProfiles | Self::MinikubeStatus { .. } => 30,
            Self::WandbViewer { .. } | Self::WandbQueues { .. } | Self::WandbQueue { .. } => 10,
            // Under a second each; reading big package lists from a cold disk takes longer.
            Self::AptInstall { .. }
            | Self::AptUnneeded { .. }
            | Self::AptPurge { .. }
            | Self::EditedConfig { .. } => 60,
            _ => 15,
        })
    }

    /// In a few words, for messages.
    pub fn name(&self) -> String {
        match self {
            Self::WandbViewer { base_url }
            | Self::WandbQueues { base_url, .. }
            | Self::WandbQueue { base_url, .. } => base_url.clone(),
            other => other
                .argv()
                .map(|argv| argv[..argv.len().min(2)].join(" "))
                .unwrap_or_default(),
        }
    }
}

/// Runs in the node. Its default route leads to the host, by the very address that jobs mount from.
const NODE_PROBE: &str = include_str!("node_probe.sh");

/// Imports nothing of wandb (that takes seconds): reads the installed metadata, and looks for the
/// packages whose absence shows only when the first job fails (wandb 0.31 hard-imports them).
const WANDB_VERSION_PROGRAM: &str = "\
import importlib.metadata as m, importlib.util as u, sys
missing = [n for n in ('kubernetes_asyncio', 'awscli', 'azure.identity') if not u.find_spec(n.split('.')[0])]
sys.exit('missing: ' + ' '.join(missing)) if missing else print(m.version('wandb'))";

fn with<'w>(words: &[&'w str], names: &'w [String]) -> Vec<&'w str> {
    let names = names.iter().map(String::as_str);
    words.iter().copied().chain(names).collect()
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A question to the cluster's API.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KubeQuery {
    /// `/readyz`; answers `"ok"` or fails.
    Ready,
    /// One object.
    Get(ObjectRef),
    /// A list: `{"items": […]}`.
    List {
        /// `v1`, `batch/v1` …
        api_version: String,
        /// `Node`, `Pod` …
        kind: String,
        /// `None` for all namespaces and cluster-wide kinds.
        namespace: Option<String>,
        /// Label selector; empty for all.
        selector: String,
    },
    /// The last lines that a container printed; the answer is one text.
    Log {
        /// Namespace of the pod.
        namespace: String,
        /// The pod.
        pod: String,
        /// How many lines.
        lines: u32,
    },
}

/// Any question whose answer can be shared within one survey.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// To a command or a server.
    Tool(Query),
    /// To the cluster.
    Kube(KubeQuery),
    /// State of a system unit.
    Unit(String),
}
