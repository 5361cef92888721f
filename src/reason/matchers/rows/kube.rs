//! Kubernetes.

use super::{Row, row};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(
        VOLUME_IMMUTABLE,
        &["spec.persistentvolumesource", "immutable after creation"],
    ),
    row(VOLUME_IMMUTABLE, &["spec is immutable after creation"]),
    row(
        VOLUME_IMMUTABLE,
        &["only dynamically provisioned pvc can be resized"],
    ),
    row(GPU_NOT_ALLOCATABLE, &["insufficient nvidia.com/gpu"]),
    row(GPU_NOT_ALLOCATABLE, &["no healthy devices present"]),
];
