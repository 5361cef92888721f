//! NVIDIA's driver and the GPUs, as NVML, the kernel, Docker or minikube pass their words on.

use super::{Row, row};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(GPU_DRIVER_MISMATCH, &["driver/library version mismatch"]),
    row(GPU_DRIVER_MISMATCH, &["error_lib_rm_version_mismatch"]),
    row(GPU_DRIVER_MISMATCH, &["nvrm: api mismatch"]),
    row(
        GPU_MODESET_MISSING,
        &["/dev/nvidia-modeset", "no such file or directory"],
    ),
    row(GPU_BPF_HARDENED, &["last insn is not an exit or jmp"]),
    row(GPU_BPF_HARDENED, &["bpf_prog_query(bpf_cgroup_device)"]),
    row(GPU_DRIVER_NOT_LOADED, &["nvml error: driver not loaded"]),
    row(GPU_DRIVER_NOT_LOADED, &["error_driver_not_loaded"]),
    row(
        GPU_DRIVER_NOT_LOADED,
        &["couldn't communicate with the nvidia driver"],
    ),
    row(
        GPU_DRIVER_NOT_LOADED,
        &["module nvidia not found in directory"],
    ),
    row(GPU_DRIVER_NOT_LOADED, &["could not insert 'nvidia'"]),
    row(
        GPU_DRIVER_NOT_LOADED,
        &["the nvidia probe routine was not called"],
    ),
    row(
        GPU_LIBRARY_MISSING,
        &["load library failed: libnvidia-ml.so"],
    ),
    row(GPU_LIBRARY_MISSING, &["error_library_not_found"]),
    row(GPU_LIBRARY_MISSING, &["couldn't find libnvidia-ml.so"]),
    row(GPU_LOST, &["gpu is lost"]),
    row(GPU_LOST, &["gpu requires reset"]),
    row(GPU_LOST, &["fallen off the bus"]),
    row(GPU_LOST, &["unable to determine the device handle"]),
    row(GPU_NONE, &["no devices were found"]),
    row(GPU_NONE, &["wsl environment detected but no adapters"]),
];
