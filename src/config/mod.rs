//! Settings: defaults < `gpucluster.yaml` < `GPUCLUSTER_*` environment < flags.

mod layers;
mod settings;

pub use layers::{Layered, Origin, Sources, load};
pub use settings::{Agent, Cluster, GpuSettings, Layout, Nfs, Settings, Wandb};
