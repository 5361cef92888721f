//! Programs on GPUs: CUDA, PyTorch, TensorFlow, in a container or on the host.

use super::{Row, row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(
        GPU_CUDA_TOO_NEW,
        &["cuda driver version is insufficient for cuda runtime version"],
    ),
    row(
        GPU_CUDA_TOO_NEW,
        &["the nvidia driver on your system is too old"],
    ),
    row(
        GPU_CUDA_TOO_NEW,
        &["the provided ptx was compiled with an unsupported toolchain"],
    ),
    row(
        GPU_CUDA_TOO_NEW,
        &["forward compatibility was attempted on non supported hw"],
    ),
    row(
        GPU_ARCH_UNSUPPORTED,
        &["no kernel image is available for execution on the device"],
    ),
    row(
        GPU_ARCH_UNSUPPORTED,
        &["is not compatible with the current pytorch installation"],
    ),
    row(GPU_ARCH_UNSUPPORTED, &["cuda_error_no_binary_for_gpu"]),
    row(
        GPU_BUSY,
        &["all cuda-capable devices are busy or unavailable"],
    ),
    row(
        GPU_BUSY,
        &["cuda-capable device(s) is/are busy or unavailable"],
    ),
    row(GPU_BUSY, &["nvidia", "in use by another client"]).within(120),
    row(GPU_BUSY, &["gpu", "in use by another client"]).within(120),
    row(GPU_BUSY, &["module nvidia is in use"]),
    row(
        GPU_DEVICES_MISSING,
        &["/dev/nvidia-uvm", "no such file or directory"],
    )
    .within(80),
    row(
        GPU_DEVICES_MISSING,
        &["/dev/nvidiactl", "no such file or directory"],
    )
    .within(80),
    row(
        GPU_DEVICES_MISSING,
        &["/dev/nvidia0", "no such file or directory"],
    )
    .within(80),
    symptom(GPU_DEVICES_MISSING, &["cuda unknown error"]),
    symptom(GPU_DEVICES_MISSING, &["cuda_error_unknown"]),
    symptom(GPU_DEVICES_MISSING, &["cuinit", "999"]).within(60),
    symptom(GPU_DEVICES_MISSING, &["error 999: unknown error"]),
    row(GPU_DEVICE_UNKNOWN, &["cuda", "invalid device ordinal"]).within(120),
    row(GPU_JOB_FAULT, &["an illegal memory access was encountered"]),
    row(GPU_JOB_FAULT, &["device-side assert triggered"]),
    row(GPU_JOB_FAULT, &["xid (pci:", "): 13,"]).within(60),
    row(GPU_JOB_FAULT, &["xid (pci:", "): 31,"]).within(60),
    symptom(GPU_JOB_FAULT, &["xid (pci:", "): 43,"]).within(60),
    symptom(GPU_JOB_FAULT, &["xid (pci:", "): 45,"]).within(60),
    row(GPU_JOB_FAULT, &["xid=13"]),
    row(GPU_JOB_FAULT, &["xid=31"]),
    row(GPU_JOB_FAULT, &["xid 31", "error"]).within(40),
    row(GPU_OUT_OF_MEMORY, &["oom when allocating tensor", "gpu:"]),
    row(
        GPU_OUT_OF_MEMORY,
        &["xlaruntimeerror: resource_exhausted: out of memory"],
    ),
    symptom(
        GPU_NOT_IN_CONTAINER,
        &["exec: \"nvidia-smi\": executable file not found"],
    ),
    symptom(
        GPU_NOT_IN_CONTAINER,
        &["the nvidia driver was not detected"],
    ),
    symptom(
        GPU_NOT_IN_CONTAINER,
        &["found no nvidia driver on your system"],
    ),
    symptom(
        GPU_NOT_IN_CONTAINER,
        &["no cuda-capable device is detected"],
    ),
    symptom(GPU_NOT_IN_CONTAINER, &["cuda_error_no_device"]),
    symptom(GPU_NOT_IN_CONTAINER, &["no cuda gpus are available"]),
    symptom(
        GPU_NOT_IN_CONTAINER,
        &["torch.cuda.is_available() is false"],
    ),
];
