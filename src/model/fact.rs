//! What steps learn and later steps use: typed, each with the step that learned it.

use super::StepId;
use serde::Serialize;

/// One GPU as `nvidia-smi` lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gpu {
    /// NVML's index, in PCI bus order.
    pub index: u32,
    /// `GPU-…`; the only name that survives a reboot.
    pub uuid: String,
    /// Product name, such as `Tesla T4`.
    pub name: String,
    /// PCI bus id as NVML writes it (`00000000:00:06.0`).
    pub bus_id: String,
    /// Total memory in MiB; `None` on parts that do not report it (GB10, Jetson).
    pub memory_mib: Option<u64>,
    /// Used memory in MiB.
    pub memory_used_mib: Option<u64>,
    /// Utilisation in percent; `None` under MIG.
    pub utilization_percent: Option<u32>,
    /// Temperature in degrees Celsius.
    pub temperature_c: Option<u32>,
}

/// Something a step learned about the machine.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Version of the Docker engine.
    DockerVersion(String),
    /// Containers running now that a restart of Docker would stop.
    RunningContainers(usize),
    /// Version of the NVIDIA kernel driver.
    DriverVersion(String),
    /// Every GPU of the host.
    Gpus(Vec<Gpu>),
    /// Version of the NVIDIA container toolkit.
    ToolkitVersion(String),
    /// Version of the minikube binary.
    MinikubeVersion(semver::Version),
    /// Subnet of the cluster's Docker network, in CIDR form.
    ClusterSubnet(String),
    /// The host's address on that network: what a node calls to reach the host.
    ClusterGateway(String),
    /// Name of the cluster's node.
    NodeName(String),
    /// `allocatable["nvidia.com/gpu"]` of the node.
    AllocatableGpus(u32),
    /// The entity whose queue the agent serves.
    WandbEntity(String),
    /// Version of `wandb` in our virtual environment.
    AgentVersion(String),
    /// The packages that an installation which is needed would bring.
    NewPackages(Vec<String>),
    /// dpkg was ended in the middle of its work (a power cut): it takes nothing new before it has
    /// finished that.
    DpkgCutShort,
    /// What makes our virtual environment here: `uv` or `pip`.
    AgentInstaller(String),
    /// What keeps the agent's supervisor running here.
    AgentKeeper(Keeper),
}

/// What keeps a supervisor of ours running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Keeper {
    /// A systemd user unit: it comes back after a reboot.
    Systemd {
        /// The person's service manager runs without a session, from boot on (`loginctl`).
        lingers: bool,
        /// That manager runs now.
        manager_runs: bool,
    },
    /// Nothing: it outlives the session and not a reboot.
    Gpucluster,
}

/// A fact and the step that learned it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Learned {
    /// What was learned.
    pub fact: Fact,
    /// By which step.
    pub by: StepId,
}

/// Everything learned so far. A newer fact of a kind takes the older one's place.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Facts(Vec<Learned>);

macro_rules! getters {
    ($($(#[$doc:meta])* $name:ident: $variant:ident -> $type:ty;)*) => {
        $($(#[$doc])*
        pub fn $name(&self) -> Option<&$type> {
            self.0.iter().find_map(|learned| match &learned.fact {
                Fact::$variant(value) => Some(value),
                _ => None,
            })
        })*
    };
}

impl Facts {
    /// Adds what a step learned.
    pub fn learn(&mut self, by: StepId, fact: Fact) {
        let kind = std::mem::discriminant(&fact);
        self.0
            .retain(|learned| std::mem::discriminant(&learned.fact) != kind);
        self.0.push(Learned { fact, by });
    }

    /// Every fact with its origin.
    pub fn iter(&self) -> impl Iterator<Item = &Learned> {
        self.0.iter()
    }

    getters! {
        /// Version of the Docker engine.
        docker_version: DockerVersion -> String;
        /// Containers running now.
        running_containers: RunningContainers -> usize;
        /// Version of the NVIDIA kernel driver.
        driver_version: DriverVersion -> String;
        /// Every GPU of the host.
        gpus: Gpus -> Vec<Gpu>;
        /// Version of the NVIDIA container toolkit.
        toolkit_version: ToolkitVersion -> String;
        /// Version of minikube.
        minikube_version: MinikubeVersion -> semver::Version;
        /// Subnet of the cluster's Docker network.
        cluster_subnet: ClusterSubnet -> String;
        /// The host's address on that network.
        cluster_gateway: ClusterGateway -> String;
        /// Name of the node.
        node_name: NodeName -> String;
        /// GPUs that Kubernetes can hand out.
        allocatable_gpus: AllocatableGpus -> u32;
        /// Entity of the queue.
        wandb_entity: WandbEntity -> String;
        /// Version of `wandb` in our environment.
        agent_version: AgentVersion -> String;
        /// What keeps the agent's supervisor running.
        agent_keeper: AgentKeeper -> Keeper;
    }
}
