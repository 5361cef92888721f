//! NVIDIA's driver and the GPUs, as NVML, the kernel, Docker or minikube pass their words on.
//!
//! What the kernel log names stands before what programs see of it: `No devices were found` is what
//! is left of half a dozen causes. The kernel breaks its sentences into lines that each begin with
//! `NVRM:`, so fragments do not cross them.

use super::{Row, row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(
        GPU_WSL_NO_ADAPTER,
        &["wsl environment detected but no adapters"],
    ),
    // The module does not get in.
    row(GPU_SECURE_BOOT, &["nvidia", "key was rejected by service"]),
    row(GPU_SECURE_BOOT, &["nvidia", "required key not available"]),
    row(
        GPU_SECURE_BOOT,
        &[
            "nvidia",
            "loading of module with unavailable key is rejected",
        ],
    ),
    row(GPU_SECURE_BOOT, &["loading of unsigned module is rejected"]),
    row(
        GPU_SECURE_BOOT,
        &["the kernel module failed to load. secure boot is enabled on this system"],
    ),
    row(
        GPU_SECURE_BOOT,
        &["kernel is locked down from efi secure boot", "nvidia"],
    )
    .not(&["msr", "hibernation", "/dev/mem", "kexec"]),
    row(
        GPU_DRIVER_UNFIT,
        &["installed in this system is not supported by"],
    ),
    row(GPU_DRIVER_UNFIT, &["requires use of the nvidia open"]),
    row(
        GPU_DRIVER_UNFIT,
        &["does not include the required gpu", "system processor"],
    ),
    row(
        GPU_DRIVER_UNFIT,
        &["supported through the nvidia", "legacy drivers"],
    ),
    row(
        GPU_DRIVER_UNFIT,
        &["open nvidia.ko is only ready for use on data center gpus"],
    ),
    row(
        GPU_HELD_BY_OTHER_DRIVER,
        &["nouveau kernel driver is currently in use"],
    ),
    row(
        GPU_HELD_BY_OTHER_DRIVER,
        &["nvidia corporation", "kernel driver in use: nouveau"],
    ),
    row(
        GPU_HELD_BY_OTHER_DRIVER,
        &["nvidia corporation", "kernel driver in use: vfio-pci"],
    )
    .not(&["kernel driver in use: nvidia"]),
    row(
        GPU_HELD_BY_OTHER_DRIVER,
        &["nvidia corporation", "driver=nouveau"],
    ),
    row(
        GPU_HELD_BY_OTHER_DRIVER,
        &["obtained ownership of the nvidia device"],
    ),
    row(
        GPU_HELD_BY_OTHER_DRIVER,
        &["the nvidia probe routine was not called"],
    ),
    row(
        GPU_HELD_BY_OTHER_DRIVER,
        &["nvidia", "is already bound to", "nouveau"],
    ),
    row(
        GPU_MODULE_BUILD_FAILED,
        &["bad return status for module build on kernel", "nvidia"],
    ),
    row(
        GPU_MODULE_BUILD_FAILED,
        &["error: unable to build the nvidia kernel module"],
    ),
    row(
        GPU_MODULE_BUILD_FAILED,
        &[
            "an error occurred while performing the step",
            "kernel modules",
        ],
    ),
    row(
        GPU_MODULE_BUILD_FAILED,
        &["unable to find the kernel source tree for the currently running kernel"],
    ),
    row(
        GPU_MODULE_BUILD_FAILED,
        &["the kernel module failed to build", "nvidia"],
    ),
    row(
        GPU_MODULE_BUILD_FAILED,
        &[
            "your kernel headers for kernel",
            "cannot be found",
            "nvidia",
        ],
    ),
    row(
        GPU_MODULE_BUILD_FAILED,
        &[
            "module build for kernel",
            "was skipped since the kernel headers",
        ],
    ),
    row(
        GPU_MODULE_MISSING,
        &["module nvidia not found in directory"],
    ),
    row(
        GPU_MODULE_MISSING,
        &["module nvidia-current not found in directory"],
    ),
    row(
        GPU_MODULE_MISSING,
        &["module nvidia_uvm not found in directory"],
    ),
    row(
        GPU_MODULE_MISSING,
        &["module nvidia-uvm not found in directory"],
    ),
    // The hardware.
    row(
        GPU_BAR_INVALID,
        &["i/o region assigned to your nvidia device is invalid"],
    ),
    row(
        GPU_POWER_MISSING,
        &["does not have the necessary power cables connected"],
    ),
    row(GPU_POWER_MISSING, &["not powered by external power"]),
    row(
        GPU_POWER_MISSING,
        &["power cables are not properly attached"],
    ),
    row(GPU_POWER_MISSING, &["xid (pci:", "): 54,"]).within(60),
    row(GPU_LOST, &["fallen off the bus"]),
    row(GPU_LOST, &["gpu is lost"]),
    row(GPU_LOST, &["error_gpu_is_lost"]),
    row(GPU_LOST, &["xid (pci:", "): 79,"]).within(60),
    row(GPU_LOST, &["xid=79"]),
    row(GPU_LOST, &["xid 79", "error"]).within(40),
    row(GPU_MEMORY_ERRORS, &["xid (pci:", "): 48,"]).within(60),
    row(GPU_MEMORY_ERRORS, &["xid (pci:", "): 63,"]).within(60),
    row(GPU_MEMORY_ERRORS, &["xid (pci:", "): 64,"]).within(60),
    row(GPU_MEMORY_ERRORS, &["xid (pci:", "): 92,"]).within(60),
    row(GPU_MEMORY_ERRORS, &["xid (pci:", "): 94,"]).within(60),
    row(GPU_MEMORY_ERRORS, &["xid (pci:", "): 95,"]).within(60),
    row(GPU_MEMORY_ERRORS, &["xid=48"]),
    row(GPU_MEMORY_ERRORS, &["xid=63"]),
    row(GPU_MEMORY_ERRORS, &["xid=64"]),
    row(GPU_MEMORY_ERRORS, &["xid=94"]),
    row(GPU_MEMORY_ERRORS, &["xid=95"]),
    row(GPU_MEMORY_ERRORS, &["xid 48", "error"]).within(40),
    row(GPU_MEMORY_ERRORS, &["xid 63", "error"]).within(40),
    row(GPU_MEMORY_ERRORS, &["xid 64", "error"]).within(40),
    row(GPU_MEMORY_ERRORS, &["xid 94", "error"]).within(40),
    row(GPU_MEMORY_ERRORS, &["xid 95", "error"]).within(40),
    row(GPU_MEMORY_ERRORS, &["uncorrectable ecc error encountered"]),
    row(GPU_MEMORY_ERRORS, &["uncorrectable ecc error detected"]),
    row(GPU_MEMORY_ERRORS, &["cuda_error_ecc_uncorrectable"]),
    row(GPU_MEMORY_ERRORS, &["double bit ecc error"]),
    row(GPU_FIRMWARE_FAILED, &["xid (pci:", "): 119,"]).within(60),
    row(GPU_FIRMWARE_FAILED, &["xid (pci:", "): 120,"]).within(60),
    row(GPU_FIRMWARE_FAILED, &["xid=119"]),
    row(GPU_FIRMWARE_FAILED, &["xid=120"]),
    row(GPU_FIRMWARE_FAILED, &["xid 119", "error"]).within(40),
    row(GPU_FIRMWARE_FAILED, &["xid 120", "error"]).within(40),
    row(GPU_FIRMWARE_FAILED, &["timeout waiting for rpc from gsp"]),
    row(
        GPU_FIRMWARE_FAILED,
        &["of waiting for rpc response from gpu"],
    ),
    row(GPU_FIRMWARE_FAILED, &["cannot initialize gsp firmware rm"]),
    row(GPU_FIRMWARE_FAILED, &["unexpected wpr2 already up"]),
    row(
        GPU_FIRMWARE_FAILED,
        &["direct firmware load for nvidia/", "failed with error"],
    ),
    row(GPU_NVLINK_ERROR, &["xid (pci:", "): 74,"]).within(60),
    row(GPU_NVLINK_ERROR, &["xid=74"]),
    row(GPU_NVLINK_ERROR, &["uncorrectable nvlink error"]),
    row(GPU_NVLINK_ERROR, &["xid 74", "error"]).within(40),
    row(GPU_NVLINK_ERROR, &["nvidia-nvswitch", "sxid (pci:"]).not(&["non-fatal"]),
    row(
        GPU_FABRIC_DOWN,
        &["fabric manager nvidia gpu driver interface version"],
    ),
    row(GPU_FABRIC_DOWN, &["system not yet initialized"]),
    row(GPU_FABRIC_DOWN, &["cudaerrorsystemnotready"]),
    row(GPU_FABRIC_DOWN, &["cuda_error_system_not_ready"]),
    row(GPU_LOST, &["gpu requires reset"]),
    row(
        GPU_LOST,
        &["unable to determine the device handle", "unknown error"],
    ),
    row(
        GPU_LOST,
        &["unable to determine the device handle", "is lost"],
    ),
    // The module is in and does not fit, or is not in.
    row(GPU_DRIVER_MISMATCH, &["driver/library version mismatch"]),
    row(GPU_DRIVER_MISMATCH, &["error_lib_rm_version_mismatch"]),
    row(GPU_DRIVER_MISMATCH, &["lib rm version mismatch"]),
    row(GPU_DRIVER_MISMATCH, &["nvrm: api mismatch"]),
    row(
        GPU_MODESET_MISSING,
        &["/dev/nvidia-modeset", "no such file or directory"],
    ),
    row(GPU_BPF_HARDENED, &["last insn is not an exit or jmp"]),
    row(GPU_BPF_HARDENED, &["bpf_prog_query(bpf_cgroup_device)"]),
    row(GPU_DEVICE_PERMISSION, &["nvml", "insufficient permissions"]).within(60),
    row(GPU_DEVICE_PERMISSION, &["/dev/nvidia", "permission denied"]).within(60),
    row(GPU_DEVICE_PERMISSION, &["error_no_permission"]),
    row(GPU_INFOROM_CORRUPT, &["inforom is corrupted"]),
    symptom(GPU_INIT_FAILED, &["rminitadapter failed"]),
    symptom(GPU_INIT_FAILED, &["rm_init_adapter failed"]),
    symptom(GPU_INIT_FAILED, &["unable to determine the device handle"]),
    symptom(GPU_DRIVER_NOT_LOADED, &["nvml error: driver not loaded"]),
    symptom(GPU_DRIVER_NOT_LOADED, &["nvml: driver not loaded"]),
    symptom(GPU_DRIVER_NOT_LOADED, &["error_driver_not_loaded"]),
    symptom(
        GPU_DRIVER_NOT_LOADED,
        &["couldn't communicate with the nvidia driver"],
    ),
    symptom(
        GPU_DRIVER_NOT_LOADED,
        &["nvidia-smi has failed because it couldn't communicate"],
    ),
    symptom(GPU_DRIVER_NOT_LOADED, &["could not insert 'nvidia"]),
    symptom(
        GPU_DRIVER_NOT_LOADED,
        &["unable to load the kernel module 'nvidia"],
    ),
    symptom(GPU_DRIVER_NOT_LOADED, &["nvidia driver is not loaded"]),
    symptom(GPU_DRIVER_NOT_LOADED, &["failed to find module 'nvidia"]),
    row(
        GPU_DRIVER_NOT_INSTALLED,
        &["command 'nvidia-smi' not found"],
    ),
    symptom(GPU_DRIVER_NOT_INSTALLED, &["nvidia-smi: command not found"]),
    symptom(GPU_DRIVER_NOT_INSTALLED, &["command not found: nvidia-smi"]),
    row(
        GPU_LIBRARY_MISSING,
        &["load library failed: libnvidia-ml.so"],
    ),
    row(GPU_LIBRARY_MISSING, &["load library failed: libcuda.so"]),
    row(GPU_LIBRARY_MISSING, &["error_library_not_found"]),
    row(GPU_LIBRARY_MISSING, &["couldn't find libnvidia-ml.so"]),
    row(GPU_LIBRARY_MISSING, &["nvml shared library not found"]),
    row(
        GPU_LIBRARY_MISSING,
        &[
            "libnvidia-ml.so",
            "cannot open shared object file: no such file",
        ],
    ),
    row(
        GPU_LIBRARY_MISSING,
        &["libcuda.so", "cannot open shared object file: no such file"],
    ),
    symptom(GPU_NONE, &["no devices were found"]),
    row(GPU_NONE, &["nvrm: no nvidia graphics adapter found"]),
    row(GPU_NONE, &["nvrm: no nvidia gpu found"]),
];
