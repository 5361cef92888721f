//! NVIDIA's container toolkit and CDI.

use super::{Row, row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(
        GPU_CDI_STALE,
        &["failed to fulfil mount request: open", ".so"],
    ),
    row(GPU_CDI_STALE, &["failed to stat cdi host device"]),
    row(GPU_CDI_STALE, &["unresolvable cdi devices"]),
    row(GPU_CDI_STALE, &["cdi: error associated with spec file"]),
    row(
        GPU_TOOLKIT_INCOMPLETE,
        &["couldn't find binary nvidia-container-cli"],
    ),
    row(
        GPU_TOOLKIT_INCOMPLETE,
        &["exec: \"nvidia-container-runtime\": executable file not found"],
    ),
    row(GPU_TOOLKIT_INCOMPLETE, &["amd cdi spec not found"]),
    row(GPU_TOOLKIT_MISSING, &["could not select device driver"]),
    row(
        GPU_TOOLKIT_MISSING,
        &["failed to discover gpu vendor from cdi"],
    ),
    row(
        GPU_TOOLKIT_NOT_IN_DOCKER,
        &["unknown or invalid runtime name: nvidia"],
    ),
    row(
        GPU_TOOLKIT_NOT_IN_DOCKER,
        &["unknown runtime specified nvidia"],
    ),
    symptom(GPU_CONTAINER_FAILED, &["failed to initialize nvml"]),
    symptom(GPU_CONTAINER_FAILED, &["nvidia-container-cli: "]),
    symptom(
        GPU_CONTAINER_FAILED,
        &["invoking the nvidia container runtime hook directly"],
    ),
    symptom(
        GPU_CONTAINER_FAILED,
        &["exec: \"nvidia-smi\": executable file not found"],
    ),
    symptom(
        GPU_CONTAINER_FAILED,
        &["open /run/nvidia-persistenced/socket"],
    ),
];
