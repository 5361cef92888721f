//! Settings: defaults < `gpucluster.yaml` < `GPUCLUSTER_*` environment < flags.

mod checks;
mod document;
pub mod env_vars;
mod install;
mod keys;
mod layers;
pub mod locate;
mod nfs;
mod settings;
mod tree;

pub use document::document;
pub use layers::{Layered, Origin, Sources, load};
pub use settings::{
    Agent, Cluster, GpuSettings, Install, Layout, MINIKUBE_VERSION, NOBODY, Nfs, Settings, Squash,
    Supervisor, Wandb,
};
