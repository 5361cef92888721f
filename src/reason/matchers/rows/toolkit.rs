//! NVIDIA's container toolkit and CDI.

use super::{Row, row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(
        GPU_PERSISTENCED_SOCKET,
        &["nvidia-persistenced/socket", "no such file or directory"],
    ),
    row(
        GPU_CDI_STALE,
        &["failed to fulfil mount request: open", ".so"],
    ),
    row(GPU_CDI_STALE, &["failed to stat cdi host device"]),
    row(GPU_CDI_STALE, &["unresolvable cdi devices"]),
    row(GPU_CDI_STALE, &["cdi: error associated with spec file"]),
    row(
        GPU_CDI_STALE,
        &["error gathering device information", "/dev/nvidia"],
    ),
    row(
        GPU_CDI_STALE,
        &["error mounting", "libnvidia", "no such file or directory"],
    ),
    row(
        GPU_TOOLKIT_INCOMPLETE,
        &["couldn't find binary nvidia-container-cli"],
    ),
    row(
        GPU_TOOLKIT_INCOMPLETE,
        &["exec: \"nvidia-container-cli\": executable file not found"],
    ),
    row(
        GPU_TOOLKIT_INCOMPLETE,
        &["exec: \"nvidia-container-runtime\": executable file not found"],
    ),
    row(
        GPU_TOOLKIT_INCOMPLETE,
        &["nvidia-container-runtime: no such file or directory"],
    ),
    row(
        GPU_TOOLKIT_INCOMPLETE,
        &["nvidia-container-runtime-hook: no such file or directory"],
    ),
    row(
        GPU_TOOLKIT_INCOMPLETE,
        &["nvidia-container-toolkit: no such file or directory"],
    ),
    row(
        GPU_TOOLKIT_INCOMPLETE,
        &["nvidia-container-cli: error while loading shared libraries"],
    ),
    row(
        GPU_TOOLKIT_INCOMPLETE,
        &["nvidia-container-cli: symbol lookup error"],
    ),
    row(GPU_TOOLKIT_INCOMPLETE, &["amd cdi spec not found"]),
    row(
        GPU_TOOLKIT_CONFIG,
        &["ldcache error", "ldconfig", "no such file or directory"],
    ),
    row(
        GPU_TOOLKIT_CONFIG,
        &["nvidia-container-runtime/config.toml", "unable to load"],
    ),
    row(
        GPU_TOOLKIT_CONFIG,
        &["nvidia-container-runtime/config.toml", "toml"],
    )
    .not(&["failed to initialize nvml", "no-cgroups"]),
    row(
        GPU_LIBRARIES_IN_IMAGE,
        &["mount error: file creation failed", "file exists"],
    ),
    row(
        GPU_CUDA_TOO_NEW,
        &["requirement error: unsatisfied condition: cuda"],
    ),
    row(GPU_CUDA_TOO_NEW, &["unsatisfied condition: cuda>"]),
    row(GPU_CUDA_TOO_NEW, &["unsatisfied condition: brand", "cuda"]),
    row(GPU_DEVICE_UNKNOWN, &["device error:", "unknown device"]),
    row(
        GPU_FLAG_INVALID,
        &["cannot set both count and deviceids on device request"],
    ),
    row(
        GPU_FLAG_INVALID,
        &["invalid argument", "for \"--gpus\" flag"],
    ),
    row(
        GPU_HOOK_UNSUPPORTED,
        &["invoking the nvidia container runtime hook directly"],
    ),
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
    row(
        GPU_TOOLKIT_NOT_IN_DOCKER,
        &["specified default runtime 'nvidia' does not exist"],
    ),
    symptom(
        GPU_CGROUP_LOST,
        &["failed to initialize nvml: unknown error"],
    ),
    symptom(GPU_CONTAINER_FAILED, &["failed to initialize nvml"]),
    symptom(GPU_CONTAINER_FAILED, &["nvidia-container-cli.real: "]),
    symptom(GPU_CONTAINER_FAILED, &["nvidia-container-cli: "]).not(&["nvidia-container-cli: cli-"]),
];
