//! Docker, the toolkit, the driver and images.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    // Docker itself: recorded with CLIs 20.10 to 29.
    (
        "docker CLI 28",
        DOCKER_NOT_RUNNING,
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    ),
    (
        "docker CLI 29",
        DOCKER_NOT_RUNNING,
        "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory",
    ),
    (
        "docker CLI 29, DOCKER_HOST",
        DOCKER_NOT_RUNNING,
        "failed to connect to the docker API at tcp://X:1: lookup X on 127.0.0.53:53: no such host",
    ),
    (
        "docker, DOCKER_HOST=ssh://",
        DOCKER_NOT_RUNNING,
        "error during connect: Get \"http://docker.example.com/v1.51/info\": command [ssh -l u h] has exited with exit status 255",
    ),
    (
        "docker CLI 28",
        DOCKER_PERMISSION,
        "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.51/info\": dial unix /var/run/docker.sock: connect: permission denied",
    ),
    (
        "docker.io 20.10.24 on Debian 12 without its recommended packages",
        DOCKER_APPARMOR_MISSING,
        "docker: Error response from daemon: AppArmor enabled on system but the docker-default profile could not be loaded: running `apparmor_parser apparmor_parser --version` failed with output: \nerror: exec: \"apparmor_parser\": executable file not found in $PATH.",
    ),
    (
        "docker CLI 29",
        DOCKER_PERMISSION,
        "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock",
    ),
    (
        "docker CLI 26",
        DOCKER_CONTEXT_BROKEN,
        "Failed to initialize: unable to resolve docker endpoint: context \"X\": context not found: open /home/u/.docker/contexts/meta/x/meta.json",
    ),
    (
        "docker CLI 20.10",
        DOCKER_CONTEXT_BROKEN,
        "Current context \"X\" is not found on the file system, please check your config file at /home/u/.docker/config.json",
    ),
    (
        "moby",
        DOCKER_API_SKEW,
        "Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version",
    ),
    (
        "moby",
        DOCKER_API_SKEW,
        "client version 1.60 is too new. Maximum supported API version is 1.51",
    ),
    (
        "shell",
        DOCKER_NOT_INSTALLED,
        "bash: line 1: docker: command not found",
    ),
    (
        "podman-docker",
        DOCKER_IS_PODMAN,
        "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.\nError: something",
    ),
    (
        "journal of docker.service",
        DOCKER_CONFIG_INVALID,
        "unable to configure the Docker daemon with file /etc/docker/daemon.json: invalid character '}' looking for beginning of object key string",
    ),
    (
        "dockerd 29 with runc 1.1",
        DOCKER_TOO_OLD,
        "runc create failed: namespace {\"time\" \"\"} does not exist",
    ),
    // The toolkit.
    (
        "docker 20.10 to 28.5",
        GPU_TOOLKIT_MISSING,
        "docker: Error response from daemon: could not select device driver \"\" with capabilities: [[gpu]].",
    ),
    (
        "docker 29.7",
        GPU_TOOLKIT_MISSING,
        "docker: Error response from daemon: failed to discover GPU vendor from CDI: no known GPU vendor found",
    ),
    (
        "compose",
        GPU_TOOLKIT_MISSING,
        "Error response from daemon: could not select device driver \"nvidia\" with capabilities: [[gpu]]",
    ),
    (
        "docker 29.7",
        GPU_TOOLKIT_INCOMPLETE,
        "docker: Error response from daemon: AMD CDI spec not found",
    ),
    (
        "H100 recording, part A",
        GPU_TOOLKIT_INCOMPLETE,
        "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running prestart hook #0: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy'\ncouldn't find binary nvidia-container-cli in PATH: exec: \"nvidia-container-cli\": executable file not found in $PATH\n\nRun 'docker run --help' for more information",
    ),
    (
        "minikube#14432",
        GPU_TOOLKIT_INCOMPLETE,
        "exec: \"nvidia-container-runtime\": executable file not found in $PATH",
    ),
    (
        "H100 recording, part B",
        GPU_TOOLKIT_NOT_IN_DOCKER,
        "docker: Error response from daemon: unknown or invalid runtime name: nvidia\n\nRun 'docker run --help' for more information",
    ),
    (
        "docker 20.10",
        GPU_TOOLKIT_NOT_IN_DOCKER,
        "docker: Error response from daemon: Unknown runtime specified nvidia.",
    ),
    (
        "docker 26 to 29",
        GPU_CDI_STALE,
        "docker: Error response from daemon: CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=all",
    ),
    (
        "docker",
        GPU_CDI_STALE,
        "CDI device injection failed: failed to inject devices: failed to stat CDI host device \"/dev/nvidia0\": no such file or directory",
    ),
    (
        "H100 recording, part D",
        GPU_CDI_STALE,
        "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: failed to fulfil mount request: open /usr/local/nvidia/lib64/libEGL_nvidia.so.550.54.15: no such file or directory\n\nRun 'docker run --help' for more information",
    ),
    (
        "nvidia-container-toolkit#1537",
        GPU_CDI_STALE,
        "error modifying OCI spec: failed to inject CDI devices: unresolvable CDI devices runtime.nvidia.com/gpu=all",
    ),
    (
        "toolkit 1.19, --runtime=nvidia",
        GPU_LIBRARY_MISSING,
        "could not apply required modification to OCI specification: error modifying OCI spec: failed to create the automatic CDI modifier: failed to initialize NVML: ERROR_LIBRARY_NOT_FOUND",
    ),
    (
        "nvidia-container-toolkit#154",
        GPU_LIBRARY_MISSING,
        "nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file: no such file or directory",
    ),
    (
        "nvidia-smi 12",
        GPU_LIBRARY_MISSING,
        "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system. Please make sure that the NVIDIA Display Driver is properly installed and present in your system.",
    ),
    (
        "toolkit wrapper",
        GPU_DRIVER_NOT_LOADED,
        "nvidia-container-cli: initialization error: nvml error: driver not loaded",
    ),
    (
        "nvidia-smi 9",
        GPU_DRIVER_NOT_LOADED,
        "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
    ),
    (
        "modprobe",
        GPU_MODULE_MISSING,
        "modprobe: FATAL: Module nvidia not found in directory /lib/modules/6.8.0-60-generic",
    ),
    (
        "canonical/nvidia-graphics-drivers#61",
        GPU_SECURE_BOOT,
        "modprobe: ERROR: could not insert 'nvidia': Key was rejected by service",
    ),
    (
        "toolkit",
        GPU_DRIVER_MISMATCH,
        "nvidia-container-cli: initialization error: nvml error: driver/library version mismatch",
    ),
    (
        "nvidia-smi 18",
        GPU_DRIVER_MISMATCH,
        "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.124",
    ),
    ("nvidia-smi", GPU_NONE, "No devices were found"),
    (
        "nvidia-container-toolkit#155",
        GPU_WSL_NO_ADAPTER,
        "nvidia-container-cli: initialization error: WSL environment detected but no adapters were found",
    ),
    (
        "nvidia-smi 15",
        GPU_LOST,
        "Unable to determine the device handle for GPU 0000:BA:00.0: Unknown Error",
    ),
    (
        "kernel",
        GPU_LOST,
        "NVRM: GPU at PCI:0000:01:00: GPU has fallen off the bus.",
    ),
    (
        "toolkit",
        GPU_LOST,
        "nvidia-container-cli: initialization error: nvml error: gpu is lost",
    ),
    (
        "minikube#20934",
        GPU_MODESET_MISSING,
        "nvidia-container-cli: mount error: stat failed: /dev/nvidia-modeset: no such file or directory",
    ),
    (
        "nvidia-container-toolkit#139",
        GPU_BPF_HARDENED,
        "nvidia-container-cli: mount error: failed to add device rules: unable to find any existing device filters attached to the cgroup: bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted",
    ),
    (
        "libnvidia-container#176",
        GPU_BPF_HARDENED,
        "nvidia-container-cli: mount error: failed to add device rules: unable to create new device filters program: load program: invalid argument: last insn is not an exit or jmp",
    ),
    (
        "toolkit",
        GPU_DEVICE_UNKNOWN,
        "nvidia-container-cli: device error: 7: unknown device",
    ),
    (
        "toolkit",
        GPU_CUDA_TOO_NEW,
        "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.9, please update your driver to a newer version, or use an earlier cuda container",
    ),
    (
        "nvidia-container-toolkit#1227",
        GPU_CGROUP_LOST,
        "Failed to initialize NVML: Unknown Error",
    ),
    (
        "H100 recording, part B",
        GPU_NOT_IN_CONTAINER,
        "runc create failed: unable to start container process: error during container init: exec: \"nvidia-smi\": executable file not found in $PATH",
    ),
    // Images.
    (
        "docker",
        NAME_RESOLUTION_FAILED,
        "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: no such host",
    ),
    (
        "hub-feedback#2464",
        IMAGE_RATE_LIMIT,
        "toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit",
    ),
    (
        "docker",
        IMAGE_NOT_FOUND,
        "pull access denied for X, repository does not exist or may require 'docker login'",
    ),
    (
        "docker",
        IMAGE_NOT_FOUND,
        "Error response from daemon: manifest for nvidia/cuda:99 not found: manifest unknown: manifest unknown",
    ),
    (
        "docker --pull=never",
        IMAGE_NOT_FOUND,
        "docker: Error response from daemon: No such image: glibc:1",
    ),
];
