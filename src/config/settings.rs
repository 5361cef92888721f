//! The settings, typed, with their defaults; and the places that follow from them.

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Everything a person can decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Name of the minikube profile, of its container, network and kube context, and of everything
    /// else of ours on this machine. At least two characters: letters, digits and `-`.
    pub profile: String,
    /// Namespace of the claim and of the jobs. Jobs of a queue whose config names none land in
    /// `default`, and a claim is only seen from its own namespace.
    pub namespace: String,
    /// How many times the usual is waited for every look at this machine: 1, or more where it is
    /// slow (emulated, overloaded). No limit of a change is meant.
    pub patience: u32,
    /// The cluster.
    pub cluster: Cluster,
    /// GPUs in containers.
    pub gpu: GpuSettings,
    /// The shared cache.
    pub nfs: Nfs,
    /// W&B's server and queue.
    pub wandb: Wandb,
    /// The Launch agent.
    pub agent: Agent,
    /// Where software comes from that `--install` installs.
    pub install: Install,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: "gpucluster".to_owned(),
            namespace: "default".to_owned(),
            patience: 1,
            cluster: Cluster::default(),
            gpu: GpuSettings::default(),
            nfs: Nfs::default(),
            wandb: Wandb::default(),
            agent: Agent::default(),
            install: Install::default(),
        }
    }
}

/// How the cluster is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cluster {
    /// `no-limit`, `max` or a number. minikube's own default is two.
    pub cpus: String,
    /// `no-limit`, `max` or a size such as `48g`. minikube's own default is a quarter of the
    /// machine, too little for jobs that ask for 12 GiB.
    pub memory: String,
    /// Kubernetes version; `None` leaves it to minikube.
    pub kubernetes_version: Option<String>,
    /// Base image of the node, for offline machines; `None` leaves it to minikube.
    pub base_image: Option<String>,
    /// Minutes a start may take before it is ended. A cold start downloads close to 1 GB.
    pub start_minutes: u64,
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            cpus: "no-limit".to_owned(),
            memory: "no-limit".to_owned(),
            kubernetes_version: None,
            base_image: None,
            start_minutes: 30,
        }
    }
}

/// How containers get GPUs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GpuSettings {
    /// Image of the proof `docker run --gpus all IMAGE nvidia-smi`. Any image with glibc:
    /// `nvidia-smi` itself is injected from the host.
    pub image: String,
}

impl Default for GpuSettings {
    fn default() -> Self {
        Self {
            image: "ubuntu:24.04".to_owned(),
        }
    }
}

/// The shared cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Nfs {
    /// Whether there is one at all.
    pub enabled: bool,
    /// Folder that is exported: on this host, or on `server` where one is named.
    pub path: Utf8PathBuf,
    /// Size written into the volume and the claim. NFS does not enforce it.
    pub capacity: String,
    /// Name of the PersistentVolume.
    pub volume: String,
    /// Name of the PersistentVolumeClaim.
    pub claim: String,
    /// Address of the server as the node sees it; `None`: this host, on the cluster's own network.
    pub server: Option<String>,
    /// Addresses and networks that may mount it besides the cluster's own, with commas between.
    pub clients: Option<String>,
    /// Whose rights jobs keep on the server.
    pub squash: Squash,
    /// `UID:GID` that owns the folder, and that those write as who are not taken for themselves.
    pub owner: String,
    /// Version of the protocol that volumes are mounted with: `4.2`, `4.1`, `4.0` or `3`.
    pub version: String,
}

/// Whose user ids of clients the server replaces by the folder's owner (exports(5), "User ID Mapping").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Squash {
    /// Nobody's: root in a container is root in the folder. Most images run as root, and many change
    /// the owners of what they unpack.
    #[default]
    None,
    /// Root's: everybody else is who they are.
    Root,
    /// Everybody's: every job reads, changes and deletes what any other wrote.
    All,
}

/// `nobody:nogroup`, the server's own stand-in (exports(5)).
pub const NOBODY: u32 = 65534;

impl Default for Nfs {
    fn default() -> Self {
        Self {
            enabled: true,
            path: "/srv/gpucluster".into(),
            capacity: "100Gi".to_owned(),
            volume: "nfs-pv".to_owned(),
            claim: "nfs-pvc".to_owned(),
            server: None,
            clients: None,
            squash: Squash::None,
            owner: format!("{NOBODY}:{NOBODY}"),
            version: "4.2".to_owned(),
        }
    }
}

impl Nfs {
    /// User and group that own the folder. What is no such pair is refused when settings are read.
    pub fn owner_ids(&self) -> (u32, u32) {
        let pair = self.owner.split_once(':');
        let ids = pair.and_then(|(uid, gid)| Some((uid.parse().ok()?, gid.parse().ok()?)));
        ids.unwrap_or((NOBODY, NOBODY))
    }

    /// Who may mount it besides the cluster, as exports write it: always with a prefix, because the
    /// server lists a bare address under the name that DNS has for it (nfs-utils, `client_lookup`).
    pub fn other_clients(&self) -> Vec<String> {
        let clients = self.clients.as_deref().unwrap_or_default().split(',');
        clients
            .map(str::trim)
            .filter(|client| !client.is_empty())
            .map(|client| match client {
                _ if client.contains('/') => client.to_owned(),
                _ if client.contains(':') => format!("{client}/128"),
                _ => format!("{client}/32"),
            })
            .collect()
    }

    /// The server and its folder in one word, as `mount` takes it. `here` is this host's address on the
    /// cluster's network.
    pub fn source(&self, here: &str) -> String {
        let server = self.server.as_deref().unwrap_or(here);
        if server.contains(':') {
            format!("[{server}]:{}", self.path)
        } else {
            format!("{server}:{}", self.path)
        }
    }
}

/// W&B's server and queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wandb {
    /// Server. Never left to the client's default: it changed with wandb 0.31.
    pub base_url: String,
    /// Entity that owns the queue; `None`: the key's default entity.
    pub entity: Option<String>,
    /// Queue that the agent serves.
    pub queue: String,
}

impl Default for Wandb {
    fn default() -> Self {
        Self {
            base_url: "https://api.wandb.ai".to_owned(),
            entity: None,
            queue: "gpucluster".to_owned(),
        }
    }
}

/// The Launch agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Agent {
    /// Version of the `wandb` package.
    pub version: String,
    /// Python that makes the virtual environment; at least 3.10.
    pub python: String,
    /// Package index for pip; `None`: pip's own configuration.
    pub index_url: Option<String>,
    /// Most jobs at once; `None`: one per allocatable GPU.
    pub max_jobs: Option<u32>,
    /// What keeps it running.
    pub supervisor: Supervisor,
}

/// What keeps the agent running.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Supervisor {
    /// A systemd user unit where systemd can be used, gpucluster's own supervisor elsewhere.
    #[default]
    Auto,
    /// A systemd user unit: the agent comes back after a reboot.
    Systemd,
    /// gpucluster's own supervisor: the agent outlives the session and not a reboot.
    Gpucluster,
}

impl Default for Agent {
    fn default() -> Self {
        Self {
            version: "0.31.0".to_owned(),
            python: "python3".to_owned(),
            index_url: None,
            max_jobs: None,
            supervisor: Supervisor::Auto,
        }
    }
}

/// Where software comes from that `--install` installs. Sources are addresses (mirrors) or paths of
/// files that are on this machine already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Install {
    /// Folder that minikube is put into; it must be on `PATH`.
    pub bin_dir: Utf8PathBuf,
    /// Release of minikube, without `v`.
    pub minikube_version: String,
    /// The binary; `None`: the release on GitHub.
    pub minikube_source: Option<String>,
    /// SHA-256 of the binary; `None`: that of the default release, which is known.
    pub minikube_sha256: Option<String>,
    /// NVIDIA's repository of packages, with `deb` and `rpm` in it.
    pub toolkit_repository: String,
    /// The key that the repository is signed with.
    pub toolkit_key: String,
    /// Fingerprint of that key; another key is never trusted.
    pub toolkit_fingerprint: String,
}

impl Default for Install {
    fn default() -> Self {
        Self {
            bin_dir: "/usr/local/bin".into(),
            minikube_version: MINIKUBE_VERSION.to_owned(),
            minikube_source: None,
            minikube_sha256: None,
            toolkit_repository: "https://nvidia.github.io/libnvidia-container/stable".to_owned(),
            toolkit_key: "https://nvidia.github.io/libnvidia-container/gpgkey".to_owned(),
            // `NVIDIA CORPORATION (Open Source Projects) <cudatools@nvidia.com>`, of 2017-09-28, as
            // quoted in NVIDIA/libnvidia-container#280.
            toolkit_fingerprint: "C95B321B61E88C1809C4F759DDCAE044F796ECB0".to_owned(),
        }
    }
}

/// The release of minikube whose source was read for this program.
pub const MINIKUBE_VERSION: &str = "1.38.1";

impl Settings {
    /// The limit of `minikube start`.
    pub fn start_limit(&self) -> Duration {
        Duration::from_secs(self.cluster.start_minutes * 60)
    }

    /// Where things of this profile are kept.
    pub fn layout(&self, data_dir: &Utf8Path) -> Layout {
        Layout::new(data_dir, &self.profile)
    }
}

/// Places of one profile on the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Everything of the profile.
    pub root: Utf8PathBuf,
    /// Our own kubeconfig; the person's is not touched. It lies in the agent's home, because the
    /// agent looks at the literal `~/.kube/config` before it honours `KUBECONFIG` (wandb 0.31).
    pub kubeconfig: Utf8PathBuf,
    /// What has been shown by experiment, keyed by the versions it was shown with.
    pub proof: Utf8PathBuf,
    /// Virtual environment with `wandb`.
    pub venv: Utf8PathBuf,
    /// HOME of the agent: its own `.kube/config` and `.netrc`, nothing else.
    pub agent_home: Utf8PathBuf,
    /// The agent's `launch-config.yaml`.
    pub launch_config: Utf8PathBuf,
    /// Folder of the supervisor's pid, state and log files.
    pub agent_run: Utf8PathBuf,
}

impl Layout {
    /// The places of a profile below the data folder.
    pub fn new(data_dir: &Utf8Path, profile: &str) -> Self {
        let root = data_dir.join("profiles").join(profile);
        Self {
            kubeconfig: root.join("agent/home/.kube/config"),
            proof: root.join("gpu-container.json"),
            venv: root.join("venv"),
            agent_home: root.join("agent/home"),
            launch_config: root.join("agent/launch-config.yaml"),
            agent_run: root.join("agent/run"),
            root,
        }
    }
}
