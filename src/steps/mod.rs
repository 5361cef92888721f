//! The steps: one thing each that must hold on the machine, and the changes that bring it about.
//!
//! A step only reads and plans ([`crate::step::Step`]); nothing in here can write. The catalogue
//! ([`catalog`]) is the one place that knows them all.

mod advice;
mod agent;
mod agent_env;
mod agent_service;
mod agent_unit;
mod apt;
pub mod area;
mod catalog;
mod checks;
mod cluster_plan;
mod cluster_view;
mod conffiles;
mod container;
mod docker;
mod docker_elsewhere;
mod docker_mend;
mod docker_trouble;
mod driver;
mod gpu_node;
mod look;
mod manifest_diff;
mod mend;
mod minikube;
mod minikube_binary;
mod nfs_export;
mod nfs_firewall;
mod nfs_folder;
mod nfs_foreign;
mod nfs_kernel;
pub mod nfs_mount;
mod nfs_options;
mod nfs_reach;
mod nfs_server;
mod nfs_server_undo;
mod nfs_table;
mod nfs_users;
mod packages;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod toolkit;
mod toolkit_install;
mod toolkit_undo;
mod user;
mod volume;
mod volume_undo;
mod wandb;
mod wish;

pub use agent_service::service_spec;
pub use catalog::{catalog, catalog_with_checks, catalog_with_mends};
pub use mend::{Remedy, remedy};
pub use nfs_firewall::PORT as NFS_PORT;
pub use nfs_kernel::threads as nfs_threads;
pub use nfs_server::UNIT as NFS_UNIT;
pub use nfs_table::overlap as nfs_clients_overlap;
pub use nfs_users::{FILE as EXPORTS_FILE, FOLDER as EXPORTS_FOLDER};
pub use wish::{StepFlags, Wish};

/// Names of the steps.
pub mod id {
    use crate::model::StepId;

    /// An ordinary user runs gpucluster.
    pub const USER: StepId = StepId::new("host.user");
    /// The Docker engine answers.
    pub const DOCKER: StepId = StepId::new("docker");
    /// The NVIDIA driver is loaded.
    pub const DRIVER: StepId = StepId::new("nvidia.driver");
    /// Docker knows the `nvidia` runtime.
    pub const TOOLKIT: StepId = StepId::new("nvidia.toolkit");
    /// A container sees every GPU.
    pub const CONTAINER: StepId = StepId::new("gpu.container");
    /// minikube is installed and new enough.
    pub const MINIKUBE: StepId = StepId::new("minikube.binary");
    /// The cluster runs with GPUs.
    pub const CLUSTER: StepId = StepId::new("minikube.cluster");
    /// Kubernetes can hand out every GPU.
    pub const NODE: StepId = StepId::new("gpu.node");
    /// The NFS server runs.
    pub const NFS_SERVER: StepId = StepId::new("nfs.server");
    /// The cache folder is exported to the cluster.
    pub const NFS_EXPORT: StepId = StepId::new("nfs.export");
    /// The claim is bound.
    pub const VOLUME: StepId = StepId::new("k8s.volume");
    /// The W&B key and queue exist.
    pub const WANDB: StepId = StepId::new("wandb.account");
    /// `wandb` is installed in an environment of ours.
    pub const AGENT_ENV: StepId = StepId::new("agent.env");
    /// What keeps the agent's supervisor running is set up.
    pub const AGENT_UNIT: StepId = StepId::new("agent.unit");
    /// The Launch agent polls its queue.
    pub const AGENT: StepId = StepId::new("agent");
}
