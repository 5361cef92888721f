//! What is shared: the data behind `gpucluster nfs status`.

use super::VolumeStatus;
use serde::Serialize;

/// One screen of facts; parts that could not be read are `None` and named in `unknown`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ShareStatus {
    /// Version of this document's shape.
    pub version: u32,
    /// Profile.
    pub profile: String,
    /// `real` or `simulated:MACHINE`.
    pub world: String,
    /// Whether jobs can use it.
    pub healthy: bool,
    /// One line: the verdict in words.
    pub verdict: String,
    /// Folder that is exported.
    pub path: String,
    /// Who serves it.
    pub server: Option<ServerStatus>,
    /// To whom the folder is exported now; empty where another machine serves it.
    pub exports: Option<Vec<ExportStatus>>,
    /// Addresses that have a connection to this host's NFS server.
    pub clients: Option<Vec<String>>,
    /// Space of the folder's file system; `None` where another machine serves it.
    pub space: Option<SpaceStatus>,
    /// Volume and claim.
    pub volume: Option<VolumeStatus>,
    /// Pods that use the claim.
    pub pods: Option<Vec<PodStatus>>,
    /// What could not be read, and why.
    pub unknown: Vec<String>,
}

/// The NFS server.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ServerStatus {
    /// Address of another machine; `None`: this host.
    pub address: Option<String>,
    /// Whether this host's unit is active; `true` for another machine, which is not asked.
    pub active: bool,
    /// Threads of this host's server.
    pub threads: Option<u32>,
}

/// The folder, offered to one client.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ExportStatus {
    /// Host, network or `*`.
    pub client: String,
    /// Options in force.
    pub options: Vec<String>,
}

/// Space, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SpaceStatus {
    /// Usable by an ordinary user.
    pub free: u64,
    /// In all.
    pub total: u64,
}

/// A pod that uses the claim.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PodStatus {
    /// Its name.
    pub name: String,
    /// `Pending`, `Running` or `Unknown`.
    pub phase: String,
}
