//! The driver's module, the GPUs' hardware and programs on them.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    (
        "nvidia-installer",
        GPU_SECURE_BOOT,
        "ERROR: The kernel module failed to load. Secure boot is enabled on this system, so this is likely because it was not signed by a key that is trusted by the kernel. Please try installing the driver again, and sign the kernel module when prompted to do so.",
    ),
    (
        "NCCL",
        GPU_NVLINK_ERROR,
        "torch.distributed.DistBackendError: NCCL error in: ../torch/csrc/distributed/c10d/ProcessGroupNCCL.cpp:1333, unhandled cuda error\nncclUnhandledCudaError: Call to CUDA function failed.\nLast error:\nCuda failure 'uncorrectable NVLink error detected during the execution'",
    ),
    (
        "jaxlib",
        GPU_OUT_OF_MEMORY,
        "jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 17179869184 bytes.",
    ),
    (
        "acidanthera/bugtracker#2237",
        GPU_SECURE_BOOT,
        "mar 06 15:10:43 CS3003NS gdm3[7055]: modprobe: ERROR: could not insert 'nvidia': Key was rejected by service\nmar 06 15:12:17 CS3003NS nvidia-settings-autostart.desktop[2777]: ERROR: NVIDIA driver is not loaded",
    ),
    (
        "modprobe, older kernels",
        GPU_SECURE_BOOT,
        "modprobe: ERROR: could not insert 'nvidia_uvm': Required key not available",
    ),
    (
        "nvidia-installer",
        GPU_HELD_BY_OTHER_DRIVER,
        "ERROR: The Nouveau kernel driver is currently in use by your system.  This driver is incompatible with the NVIDIA driver, and must be disabled before proceeding.",
    ),
    (
        "lspci -k",
        GPU_HELD_BY_OTHER_DRIVER,
        "01:00.0 VGA compatible controller: NVIDIA Corporation TU104GL [Tesla T4] (rev a1)\n\tSubsystem: NVIDIA Corporation Device 12a2\n\tKernel driver in use: nouveau\n\tKernel modules: nvidiafb, nouveau",
    ),
    (
        "kernel",
        GPU_HELD_BY_OTHER_DRIVER,
        "NVRM: The NVIDIA probe routine was not called for 1 device(s).\nNVRM: This can occur when a driver such as: \nNVRM: nouveau, rivafb, nvidiafb or rivatv \nNVRM: was loaded and obtained ownership of the NVIDIA device(s).",
    ),
    (
        "microsoft/pai#3413",
        GPU_MODULE_MISSING,
        "=== Loading NVIDIA UVM module\nmodprobe: FATAL: Module nvidia-uvm not found in directory /lib/modules/4.4.0-62-generic",
    ),
    (
        "Debian",
        GPU_MODULE_MISSING,
        "modprobe: FATAL: Module nvidia-current not found in directory /lib/modules/6.1.0-28-amd64",
    ),
    (
        "NVIDIA/open-gpu-kernel-modules#526",
        GPU_MODULE_BUILD_FAILED,
        "'make' -j8 IGNORE_PREEMPT_RT_PRESENCE=1 NV_EXCLUDE_BUILD_MODULES='__EXCLUDE_MODULES' KERNEL_UNAME=6.4.1-zen1-1-zen modules.......................(bad exit status: 2)\nError! Bad return status for module build on kernel: 6.4.1-zen1-1-zen (x86_64)\nConsult /var/lib/dkms/nvidia/390.157/build/make.log for more information.",
    ),
    (
        "nvidia-installer",
        GPU_MODULE_BUILD_FAILED,
        "ERROR: Unable to find the kernel source tree for the currently running kernel.  Please make sure you have installed the kernel source files for your kernel and that they are properly configured",
    ),
    (
        "nvidia-installer",
        GPU_MODULE_BUILD_FAILED,
        "ERROR: An error occurred while performing the step: \"Building kernel modules\". See /var/log/nvidia-installer.log for details.",
    ),
    (
        "NVIDIA/open-gpu-kernel-modules#322",
        GPU_DRIVER_UNFIT,
        "[ 1157.046099] NVRM: The NVIDIA GPU 0000:af:00.0 (PCI ID: 10de:1db5)\n               NVRM: installed in this system is not supported by open\n               NVRM: nvidia.ko because it does not include the required GPU\n               NVRM: System Processor (GSP).\n               NVRM: Please see the 'Open Linux Kernel Modules' and 'GSP\n               NVRM: Firmware' sections in the driver README, available on",
    ),
    (
        "NVIDIA/open-gpu-kernel-modules#230",
        GPU_DRIVER_UNFIT,
        "[    3.513141] NVRM: Open nvidia.ko is only ready for use on Data Center GPUs.\n[    3.513144] NVRM: To force use of Open nvidia.ko on other GPUs, see the\n[    3.824916] NVRM: GPU 0000:04:00.0: RmInitAdapter failed! (0x63:0x0:1905)",
    ),
    (
        "kernel",
        GPU_DRIVER_UNFIT,
        "NVRM: The NVIDIA GPU 0000:01:00.0 (PCI ID: 10de:2b85)\nNVRM: installed in this system requires use of the NVIDIA open kernel modules.\nNVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x22:0x56:884)",
    ),
    (
        "kernel",
        GPU_DRIVER_UNFIT,
        "NVRM: The NVIDIA GeForce GT 640 GPU installed in this system is\nNVRM:  supported through the NVIDIA 470.xx Legacy drivers. Please\nNVRM:  visit http://www.nvidia.com/object/unix.html for more",
    ),
    (
        "kernel",
        GPU_DRIVER_UNFIT,
        "NVRM: The NVIDIA GPU 0000:c1:00.0 (PCI ID: 10de:2330)\nNVRM: installed in this system is not supported by the\nNVRM: NVIDIA 470.256.02 driver release.",
    ),
    (
        "NVIDIA/open-gpu-kernel-modules#1230",
        GPU_FIRMWARE_FAILED,
        "[  115.083711] NVRM: GPU6 _kgspBootGspRm: unexpected WPR2 already up, cannot proceed with booting GSP\n[  115.083720] NVRM: GPU6 _kgspBootGspRm: (the GPU is likely in a bad state and may need to be reset)\n[  115.083750] NVRM: GPU6 RmInitAdapter: Cannot initialize GSP firmware RM\n[  115.084348] NVRM: GPU 0000:a1:00.0: RmInitAdapter failed! (0x62:0x40:2168)",
    ),
    (
        "kernel",
        GPU_FIRMWARE_FAILED,
        "NVRM: Xid (PCI:0000:3b:00): 119, pid=1234, name=nvidia-smi, Timeout after 6s of waiting for RPC response from GPU0 GSP! Expected function 76 (GSP_RM_CONTROL) (0x20800a4c 0x4).",
    ),
    (
        "kernel",
        GPU_FIRMWARE_FAILED,
        "nvidia 0000:01:00.0: Direct firmware load for nvidia/535.183.01/gsp_ga10x.bin failed with error -2",
    ),
    (
        "NVIDIA/gpu-operator#649",
        GPU_INIT_FAILED,
        "[ 1097.650222] NVRM: GPU 0000:04:01.0: RmInitAdapter failed! (0x11:0x45:2525)\n[ 1097.650377] NVRM: GPU 0000:04:01.0: rm_init_adapter failed, device minor number 0",
    ),
    (
        "kernel",
        GPU_BAR_INVALID,
        "NVRM: This PCI I/O region assigned to your NVIDIA device is invalid:\nNVRM: BAR1 is 0M @ 0x0 (PCI:0000:01:00.0)",
    ),
    (
        "kernel",
        GPU_POWER_MISSING,
        "NVRM: GPU 0000:01:00.0: GPU does not have the necessary power cables connected.",
    ),
    (
        "NVIDIA/NVSentinel#155",
        GPU_LOST,
        "[ 1843.308145] NVRM: The NVIDIA GPU 0000:b3:00.0\n               NVRM: (PCI ID: 10de:26b5) installed in this system has\n               NVRM: fallen off the bus and is not responding to commands.\n[ 1843.439662] NVRM: The NVIDIA probe routine failed for 1 device(s).",
    ),
    (
        "kernel",
        GPU_LOST,
        "[Sun Nov 22 03:12:44 2026] NVRM: Xid (PCI:0000:44:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.",
    ),
    (
        "k8s-device-plugin",
        GPU_LOST,
        "E1123 15:15:14.123456       1 health.go:160] XidCriticalError: Xid=79 on Device=GPU-5d2b1f3a; marking device as unhealthy.",
    ),
    (
        "kernel",
        GPU_MEMORY_ERRORS,
        "NVRM: Xid (PCI:0000:b1:00): 94, pid=8812, name=python3, Contained: SM (0x1). RST: No, D-RST: No",
    ),
    (
        "kernel",
        GPU_MEMORY_ERRORS,
        "NVRM: Xid (PCI:0000:b1:00): 63, pid=1, Row Remapper: New row marked for remapping, reset gpu to activate.",
    ),
    (
        "kernel",
        GPU_MEMORY_ERRORS,
        "NVRM: Xid (PCI:0000:07:00): 48, pid=4412, An uncorrectable double bit error (DBE) has been detected on GPU in the framebuffer at partition 4, subpartition 1.",
    ),
    (
        "PyTorch",
        GPU_MEMORY_ERRORS,
        "RuntimeError: CUDA error: uncorrectable ECC error encountered",
    ),
    (
        "kernel",
        GPU_NVLINK_ERROR,
        "NVRM: Xid (PCI:0000:1a:00): 74, pid=1234, NVLink: fatal error detected on link 4(0x10000, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0)",
    ),
    (
        "nvidia-smi 14",
        GPU_INFOROM_CORRUPT,
        "WARNING: infoROM is corrupted at gpu 0000:3B:00.0",
    ),
    (
        "toolkit",
        GPU_DEVICE_PERMISSION,
        "nvidia-container-cli: initialization error: nvml error: insufficient permissions",
    ),
    (
        "nvidia-smi 4",
        GPU_DEVICE_PERMISSION,
        "Failed to initialize NVML: Insufficient Permissions",
    ),
    (
        "strace",
        GPU_DEVICE_PERMISSION,
        "openat(AT_FDCWD, \"/dev/nvidiactl\", O_RDWR) failed: Permission denied",
    ),
    (
        "pytorch/pytorch#35710",
        GPU_FABRIC_DOWN,
        "RuntimeError: cuda runtime error (802) : system not yet initialized at /opt/conda/conda-bld/pytorch_1579022034529/work/aten/src/THC/THCGeneral.cpp:50",
    ),
    (
        "microsoft/lisa#2823",
        GPU_FABRIC_DOWN,
        "/home/u/.local/lib/python3.6/site-packages/torch/cuda/__init__.py:80: UserWarning: CUDA initialization: Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions before calling NumCudaDevices() that might have already set an error? Error 802: system not yet initialized (Triggered internally at  ../c10/cuda/CUDAFunctions.cpp:112.)",
    ),
    (
        "nvidia-fabricmanager",
        GPU_FABRIC_DOWN,
        "nv-fabricmanager[2214]: fabric manager NVIDIA GPU driver interface version 535.129.03 don't match with driver version 535.161.07. Please update with matching NVIDIA driver package.",
    ),
    (
        "PyTorch",
        GPU_CUDA_TOO_NEW,
        "RuntimeError: The NVIDIA driver on your system is too old (found version 11040). Please update your GPU driver by downloading and installing a new version",
    ),
    (
        "CUDA 35",
        GPU_CUDA_TOO_NEW,
        "CUDA error at deviceQuery: CUDA driver version is insufficient for CUDA runtime version",
    ),
    (
        "CUDA 222",
        GPU_CUDA_TOO_NEW,
        "CUDA error: the provided PTX was compiled with an unsupported toolchain.",
    ),
    (
        "CUDA 804",
        GPU_CUDA_TOO_NEW,
        "Error 804: forward compatibility was attempted on non supported HW",
    ),
    (
        "PyTorch",
        GPU_ARCH_UNSUPPORTED,
        "NVIDIA GeForce RTX 5090 with CUDA capability sm_120 is not compatible with the current PyTorch installation.\nThe current PyTorch install supports CUDA capabilities sm_50 sm_60 sm_70 sm_75 sm_80 sm_86 sm_90.",
    ),
    (
        "PyTorch",
        GPU_ARCH_UNSUPPORTED,
        "RuntimeError: CUDA error: no kernel image is available for execution on the device",
    ),
    (
        "CUDA 46",
        GPU_BUSY,
        "RuntimeError: CUDA error: all CUDA-capable devices are busy or unavailable",
    ),
    (
        "modprobe",
        GPU_BUSY,
        "modprobe: FATAL: Module nvidia is in use.",
    ),
    (
        "nvidia-smi",
        GPU_BUSY,
        "Unable to reset this GPU because it's being used by some other process (e.g. CUDA application, graphics application like X server). GPU 00000000:01:00.0 is currently In use by another client",
    ),
    (
        "PyTorch",
        GPU_DEVICES_MISSING,
        "UserWarning: CUDA initialization: CUDA unknown error - this may be due to an incorrectly set up environment, e.g. changing env variable CUDA_VISIBLE_DEVICES after program start. Setting the available devices to be zero.",
    ),
    (
        "TensorFlow",
        GPU_DEVICES_MISSING,
        "failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error",
    ),
    (
        "strace",
        GPU_DEVICES_MISSING,
        "open(\"/dev/nvidia-uvm\", O_RDWR|O_CLOEXEC): No such file or directory",
    ),
    (
        "PyTorch",
        GPU_DEVICE_UNKNOWN,
        "RuntimeError: CUDA error: invalid device ordinal",
    ),
    (
        "PyTorch",
        GPU_JOB_FAULT,
        "RuntimeError: CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.",
    ),
    (
        "PyTorch",
        GPU_JOB_FAULT,
        "RuntimeError: CUDA error: device-side assert triggered",
    ),
    (
        "kernel",
        GPU_JOB_FAULT,
        "NVRM: Xid (PCI:0000:65:00): 31, pid=2345, name=python3, Ch 00000008, intr 00000000. MMU Fault: ENGINE GRAPHICS GPCCLIENT_T1_0 faulted @ 0x7f12_34567000.",
    ),
    (
        "shell",
        GPU_DRIVER_NOT_INSTALLED,
        "bash: nvidia-smi: command not found",
    ),
    (
        "Ubuntu's command-not-found",
        GPU_DRIVER_NOT_INSTALLED,
        "Command 'nvidia-smi' not found, but can be installed with:\nsudo apt install nvidia-utils-535-server  # version 535.230.02-0ubuntu0.24.04.1",
    ),
    (
        "PyTorch",
        GPU_NOT_IN_CONTAINER,
        "RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver from http://www.nvidia.com/Download/index.aspx",
    ),
    (
        "NGC images",
        GPU_NOT_IN_CONTAINER,
        "WARNING: The NVIDIA Driver was not detected.  GPU functionality will not be available.\n   Use the NVIDIA Container Toolkit to start this container with GPU support; see\n   https://docs.nvidia.com/datacenter/cloud-native/ .",
    ),
    (
        "kubernetes/minikube#15927",
        GPU_NOT_IN_CONTAINER,
        "2023-09-11 22:46:18.090397: E tensorflow/compiler/xla/stream_executor/cuda/cuda_driver.cc:268] failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected",
    ),
    (
        "PyTorch",
        GPU_NOT_IN_CONTAINER,
        "RuntimeError: No CUDA GPUs are available",
    ),
    (
        "toolkit",
        GPU_LOST,
        "nvidia-container-cli: detection error: nvml error: gpu requires reset",
    ),
];
