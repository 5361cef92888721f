//! What runs now: the data behind `gpucluster status`.

use super::Gpu;
use serde::Serialize;

/// One screen of facts; parts that could not be read are `None` and named in `unknown`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StatusReport {
    /// Version of this document's shape.
    pub version: u32,
    /// Profile.
    pub profile: String,
    /// `real` or `simulated:MACHINE`.
    pub world: String,
    /// Whether everything of ours runs as wanted.
    pub healthy: bool,
    /// One line: the verdict in words.
    pub verdict: String,
    /// The cluster.
    pub cluster: Option<ClusterStatus>,
    /// GPUs of the host and of the cluster.
    pub gpus: Option<GpuUse>,
    /// The shared cache.
    pub volume: Option<VolumeStatus>,
    /// The agent.
    pub agent: Option<AgentStatus>,
    /// Jobs that Launch made, newest first.
    pub jobs: Vec<JobStatus>,
    /// What differs from the settings: field, want, have.
    pub drift: Vec<super::Diff>,
    /// What could not be read, and why.
    pub unknown: Vec<String>,
}

/// The cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClusterStatus {
    /// `running`, `stopped`, `absent` …
    pub state: String,
    /// Kubernetes version of the node.
    pub kubernetes: Option<String>,
    /// Name of the node.
    pub node: Option<String>,
    /// Our kubeconfig.
    pub kubeconfig: String,
}

/// GPUs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GpuUse {
    /// As the driver lists them.
    pub host: Vec<Gpu>,
    /// What Kubernetes can hand out.
    pub allocatable: Option<u32>,
    /// What running pods have asked for.
    pub requested: Option<u32>,
}

/// The shared cache.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct VolumeStatus {
    /// Claim, as `namespace/name`.
    pub claim: String,
    /// `Bound`, `Pending`, `absent` …
    pub phase: String,
    /// Where the data is: `server:/path`.
    pub source: Option<String>,
    /// Free bytes on the file system.
    pub free: Option<u64>,
}

/// The agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct AgentStatus {
    /// `polling`, `starting`, `waiting for the cluster`, `stopped`, `failing`.
    pub state: String,
    /// Process id.
    pub pid: Option<i32>,
    /// `entity/queue`.
    pub queue: Option<String>,
    /// Version of wandb.
    pub version: Option<String>,
    /// Last error it printed since it started.
    pub last_error: Option<String>,
    /// Times it was started again.
    pub restarts: u32,
}

/// A job that Launch made.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct JobStatus {
    /// Name of the Kubernetes Job.
    pub name: String,
    /// `running`, `pending`, `succeeded`, `failed`.
    pub state: String,
    /// GPUs it asks for.
    pub gpus: u32,
    /// Why it is pending, if it is.
    pub detail: Option<String>,
}
