//! Text from templates, strictly: nothing undefined, nothing unquoted, and what was written is
//! read back and compared with what was meant.

mod manifests;
mod templates;

pub use manifests::{
    LaunchConfig, QueueSpec, VolumeSpec, exports_file, launch_config, namespace, queue_config,
    volume, volume_claim,
};
pub use templates::RenderError;

/// First words of every file of ours in a shared place: how it is known to be ours.
pub const MANAGED_BY: &str = "# Managed by gpucluster";

/// Label that marks objects of ours.
pub const MANAGED_LABEL: (&str, &str) = ("app.kubernetes.io/managed-by", "gpucluster");
