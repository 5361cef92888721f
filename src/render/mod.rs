//! Text from templates, strictly: nothing undefined, nothing unquoted, and what was written is
//! read back and compared with what was meant.

mod manifests;
mod templates;
mod unit;

pub use manifests::{
    LaunchConfig, QueueSpec, VolumeSpec, exports_file, launch_config, namespace, queue_config,
    volume, volume_claim,
};
pub use templates::RenderError;
pub use unit::agent_unit;

pub use crate::model::MANAGED_BY;

/// Label that marks objects of ours.
pub const MANAGED_LABEL: (&str, &str) = ("app.kubernetes.io/managed-by", "gpucluster");
