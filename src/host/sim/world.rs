//! The state of a simulated machine: plain data, one JSON document in a stable order.

use super::kube_store::KubeStore;
pub use super::world_troubles::{GpuHealth, NfsPort, UnitTrouble};
use crate::host::{Identity, Space, UnitState};
use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Shape of the stored document; another number is not read.
pub const FORMAT: u32 = 1;

/// Everything about a simulated machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct World {
    /// Shape of this document.
    pub format: u32,
    /// Name of the machine it was made from.
    pub machine: String,
    /// The world's clock at the last save, in milliseconds since the epoch.
    pub epoch_ms: u64,
    /// Who and where.
    pub identity: Identity,
    /// Files and directories.
    pub files: BTreeMap<Utf8PathBuf, Entry>,
    /// Symbolic links and the paths they lead to in the end.
    #[serde(default)]
    pub links: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
    /// systemd units of the system manager.
    pub units: BTreeMap<String, UnitState>,
    /// Units of these that cannot be started as they are.
    #[serde(default)]
    pub unit_troubles: BTreeMap<String, UnitTrouble>,
    /// Installed packages of the distribution.
    pub packages: BTreeSet<String>,
    /// Those that are there only because another needed them (`apt-mark showauto`).
    #[serde(default)]
    pub auto: BTreeSet<String>,
    /// Removed packages whose configuration stayed.
    #[serde(default)]
    pub remains: BTreeSet<String>,
    /// The Docker engine and its command line.
    pub docker: Docker,
    /// GPUs and their driver.
    pub gpus: GpuStack,
    /// Version of the NVIDIA container toolkit; `None`: not installed.
    pub toolkit: Option<String>,
    /// minikube and its profiles.
    pub minikube: Minikube,
    /// The kernel's export table, as loaded by the last `exportfs -ra`.
    pub exports: Vec<Export>,
    /// What a firewall makes of containers that call port 2049 of the host.
    #[serde(default)]
    pub nfs_port: NfsPort,
    /// Python.
    pub python: Python,
    /// The W&B server as this machine reaches it.
    pub wandb: WandbServer,
    /// Programs under our own supervisor.
    pub services: BTreeMap<String, Service>,
    /// The disk that holds everything.
    pub disk: Disk,
    /// Every effect carried out, oldest first.
    pub log: Vec<Performed>,
}

/// A file or a directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Text of a file; `None` for a directory.
    pub content: Option<String>,
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}

/// The Docker engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Docker {
    /// Version of command line and engine; `None`: not installed.
    pub version: Option<String>,
    /// The daemon answers.
    pub running: bool,
    /// The person may use its socket.
    pub permitted: bool,
    /// They joined its group since they logged in.
    #[serde(default)]
    pub joined: bool,
    /// `OperatingSystem` of `docker info`.
    pub os: String,
    /// `DockerRootDir`.
    pub root_dir: String,
    /// Rootless mode.
    pub rootless: bool,
    /// Runtimes that the running daemon knows; `daemon.json` counts at its next start only.
    pub runtimes: BTreeSet<String>,
    /// `default-runtime` of the running daemon.
    pub default_runtime: String,
    /// Whether the toolkit's hook was on the daemon's `PATH` when it started: what `--gpus` needs.
    pub hook: bool,
    /// systemd is restarting it; that does not depend on who asked for it.
    pub restarting: bool,
    /// How often the daemon was restarted.
    pub restarts: u32,
    /// Networks: name to IPv4 subnet.
    pub networks: BTreeMap<String, Network>,
    /// Containers by name. minikube's nodes are among them.
    pub containers: BTreeMap<String, Container>,
    /// Images that need no pull.
    pub images: BTreeSet<String>,
    /// Name of the current context; empty is `default`.
    #[serde(default)]
    pub context: String,
    /// Its endpoint; empty is the socket of the system's daemon.
    #[serde(default)]
    pub endpoint: String,
    /// `docker` is podman's shim.
    #[serde(default)]
    pub podman: bool,
    /// `Name` of `docker info`: the machine that the daemon runs on; empty is this one.
    #[serde(default)]
    pub daemon_host: String,
}

/// A bridge network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// In CIDR form.
    pub subnet: String,
    /// The host's address.
    pub gateway: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// A container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its image.
    pub image: String,
    /// It runs.
    pub running: bool,
    /// It comes back by itself after a restart of the daemon.
    pub restart_always: bool,
    /// It was made with `--gpus`.
    pub gpus: bool,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// State of the NVIDIA driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Driver {
    /// It answers.
    Ok,
    /// No `nvidia-smi`, no libraries, no module.
    NotInstalled,
    /// Libraries are there, the kernel module is not loaded.
    NotLoaded,
    /// The libraries were upgraded and the older module is still loaded.
    Mismatch,
}

/// GPUs and driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuStack {
    /// State of the driver.
    pub driver: Driver,
    /// Version of the driver.
    pub version: String,
    /// `/dev/nvidia-modeset` is there: what minikube >= 1.34 asks for (kubernetes/minikube#20934).
    pub modeset: bool,
    /// The GPUs on the bus.
    pub gpus: Vec<SimGpu>,
}

/// A GPU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimGpu {
    /// `GPU-…`.
    pub uuid: String,
    /// Product name.
    pub name: String,
    /// NVML's bus id.
    pub bus_id: String,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// What is wrong with it.
    #[serde(default)]
    pub health: GpuHealth,
}

/// minikube.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Minikube {
    /// Version with its `v`; `None`: not installed.
    pub version: Option<String>,
    /// Base image, preload and binaries are in its cache.
    pub cached: bool,
    /// Profiles by name.
    pub profiles: BTreeMap<String, Profile>,
    /// Folders with nothing but `events.json` in them: listed as `invalid`.
    pub invalid: BTreeSet<String>,
}

/// A profile: what `profiles/NAME/config.json` and the machine behind it hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// `GPUs`, from the first start only.
    pub gpus: String,
    /// `Driver`.
    pub driver: String,
    /// `ContainerRuntime`.
    pub runtime: String,
    /// `CPUs`; 0 is `no-limit`.
    pub cpus: u32,
    /// `Memory` in MiB; 0 is `no-limit`.
    pub memory: u64,
    /// `KubernetesVersion`.
    pub kubernetes: String,
    /// Enabled addons.
    pub addons: BTreeSet<String>,
    /// The control plane runs in the node (which may itself be stopped).
    pub control_plane: bool,
    /// The control plane is broken beyond a restart: the next start resets the cluster.
    pub broken: bool,
    /// How often a start restarted the services of a running node.
    pub service_restarts: u32,
    /// Last step in `events.json`, with the world's time; read as a transient state for 10 minutes.
    pub last_step: Option<(u64, String)>,
    /// Exit code in the last `.error` event of `events.json`.
    pub last_error: Option<i32>,
    /// File into which the last start wrote the context.
    pub kubeconfig: Option<Utf8PathBuf>,
    /// World time at which the node reports its GPUs; `None`: never.
    pub plugin_ready_ms: Option<u64>,
    /// GPUs that the device plugin has taken out of service after an Xid.
    #[serde(default)]
    pub unhealthy_gpus: u64,
    /// The objects of the cluster.
    pub api: KubeStore,
}

/// A line of the export table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Exported folder.
    pub path: String,
    /// To whom, as written: host, subnet or `*`.
    pub client: String,
    /// Options as `exportfs -s` prints them.
    pub options: String,
}

/// Python.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Python {
    /// Version of `python3`; `None`: not installed.
    pub version: Option<String>,
    /// `ensurepip` and `venv` can be imported.
    pub venv: bool,
    /// `uv` is installed.
    pub uv: bool,
    /// Virtual environments that have `wandb`: their folder, with its version and whether every
    /// package of the Kubernetes runner is there.
    pub wandb: BTreeMap<Utf8PathBuf, (String, bool)>,
}

/// The W&B server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WandbServer {
    /// It can be reached.
    pub reachable: bool,
    /// A key is known to us.
    pub key_known: bool,
    /// The server takes that key.
    pub key_valid: bool,
    /// Whose key it is, which is also the default entity.
    pub entity: String,
    /// Teams of that person.
    pub teams: BTreeSet<String>,
    /// Queues of each entity (project `model-registry`).
    pub queues: BTreeMap<String, BTreeSet<String>>,
    /// Default configurations by name of the queue, as JSON; a queue without one here has a sound one.
    #[serde(default)]
    pub queue_configs: BTreeMap<String, String>,
}

/// A program under our own supervisor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Fingerprint of what it runs with.
    pub fingerprint: String,
    /// Process id, while it was not stopped.
    pub pid: Option<i32>,
    /// World time of its last start.
    pub started_ms: u64,
    /// How often the supervisor started it again, while it fails: one every five seconds.
    pub restarts: u32,
    /// What it prints: milliseconds after its start, and the line.
    pub script: Vec<(u64, String)>,
    /// How and when (milliseconds after its start) it ends by itself; `None`: it runs on.
    pub ends: Option<(u64, i32)>,
    /// The kubeconfig of the cluster that it waits for.
    #[serde(default)]
    pub ready: Option<Utf8PathBuf>,
    /// The user unit that runs its supervisor.
    #[serde(default)]
    pub unit: Option<String>,
}

/// The disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// Bytes left.
    pub free: u64,
    /// Bytes in all.
    pub total: u64,
}

impl Disk {
    /// As `statvfs` tells it; with as many inodes as mke2fs makes, one for every 16 KiB.
    pub fn space(&self) -> Space {
        Space {
            free: self.free,
            total: self.total,
            free_inodes: self.free >> 14,
            inodes: self.total >> 14,
            read_only: false,
        }
    }

    /// Nothing fits any more: minikube's own measure is 99 % of `/var`.
    pub fn is_full(&self) -> bool {
        self.free < self.total / 100
    }
}

/// An effect that was carried out, or cut short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Performed {
    /// World time of its end.
    pub at_ms: u64,
    /// In words; a command as one would type it.
    pub text: String,
    /// Name of the reason it failed with; `None`: it succeeded.
    pub failed: Option<String>,
}
