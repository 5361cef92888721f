//! One row per known bad text, verbatim, with where it was seen. A new text seen in the field is
//! added here first.

use super::{ROWS, diagnose};
use crate::model::ReasonId;
use crate::reason::ids::*;

const CORPUS: &[(&str, ReasonId, &str)] = &[
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
        GPU_DRIVER_NOT_LOADED,
        "modprobe: FATAL: Module nvidia not found in directory /lib/modules/6.8.0-60-generic",
    ),
    (
        "canonical/nvidia-graphics-drivers#61",
        GPU_DRIVER_NOT_LOADED,
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
        GPU_NONE,
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
        GPU_CONTAINER_FAILED,
        "nvidia-container-cli: device error: 7: unknown device",
    ),
    (
        "toolkit",
        GPU_CONTAINER_FAILED,
        "nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.9, please update your driver to a newer version, or use an earlier cuda container",
    ),
    (
        "nvidia-container-toolkit#1227",
        GPU_CONTAINER_FAILED,
        "Failed to initialize NVML: Unknown Error",
    ),
    (
        "H100 recording, part B",
        GPU_CONTAINER_FAILED,
        "runc create failed: unable to start container process: error during container init: exec: \"nvidia-smi\": executable file not found in $PATH",
    ),
    // Images.
    (
        "docker",
        IMAGE_PULL_FAILED,
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
    // minikube.
    (
        "minikube validateGPUs",
        MINIKUBE_USAGE,
        "The gpus flag can only be used with the docker driver and docker container-runtime",
    ),
    (
        "minikube 1.38",
        MINIKUBE_USAGE,
        "MK_USAGE: The gpus flag must be passed a value of \"nvidia\", \"nvidia.com\", \"amd\" or \"all\"",
    ),
    (
        "minikube#19463",
        GPU_TOOLKIT_MISSING,
        "GUEST_PROVISION: error provisioning guest: Failed to start host: creating host: create: creating: create kic node: create container: docker run: exit status 125\nstderr: docker: Error response from daemon: could not select device driver \"\" with capabilities: [[gpu]]",
    ),
    (
        "minikube",
        CLUSTER_START_FAILED,
        "GUEST_PROVISION: error provisioning guest: Failed to start host: something else",
    ),
    (
        "minikube",
        DISK_FULL,
        "GUEST_PROVISION_NOSPACE: write /var/lib/x: no space left on device",
    ),
    (
        "minikube 26",
        DISK_FULL,
        "RSRC_DOCKER_STORAGE: Docker is out of disk space! (/var is at 99% of capacity)",
    ),
    (
        "minikube 57",
        RUNNING_AS_ROOT,
        "DRV_AS_ROOT: The \"docker\" driver should not be used with root privileges.",
    ),
    (
        "minikube 37",
        MINIKUBE_HOME_PERMISSION,
        "HOST_HOME_PERMISSION: Failed to save config: open /home/u/.minikube/profiles/p/config.json: permission denied",
    ),
    (
        "minikube#6391",
        MINIKUBE_HOME_PERMISSION,
        "HOST_JUJU_LOCK_PERMISSION: Failed to start host: boot lock: unable to open /tmp/juju-mkc8ab01ad3ea83211c505c81a7ee49a8e3ecb89: permission denied",
    ),
    (
        "minikube 29",
        MINIKUBE_RESOURCES,
        "RSRC_INSUFFICIENT_CORES: Requested cpu count 64 is greater than the available cpus of 8",
    ),
    (
        "minikube 14",
        MINIKUBE_RESOURCES,
        "MK_USAGE: Docker Desktop has only 1987MB memory but you specified 64000MB",
    ),
    (
        "minikube 81",
        CLUSTER_OPTIONS_DIFFER,
        "GUEST_DRIVER_MISMATCH: The existing \"p\" cluster was created using the \"kvm2\" driver, which is incompatible with requested \"docker\" driver.",
    ),
    (
        "minikube kic.go",
        CLUSTER_NAME_TAKEN,
        "user has a conflicting container name \"p\" with minikube container. Needs to be deleted by user's consent",
    ),
    (
        "minikube#19366",
        CLUSTER_WAS_RESET,
        "Unable to restart control-plane node(s), will reset cluster: <no value>",
    ),
    (
        "minikube 48",
        MINIKUBE_NETWORK,
        "INET_LOOKUP_HOST: dial tcp: lookup dl.k8s.io: no such host",
    ),
    (
        "minikube, no id",
        MINIKUBE_NETWORK,
        "Get \"https://dl.k8s.io/x\": dial tcp: lookup dl.k8s.io on 10.0.0.2:53: no such host",
    ),
    (
        "minikube 63",
        DOCKER_NOT_RUNNING,
        "PROVIDER_DOCKER_NOT_RUNNING: deadline",
    ),
    (
        "minikube#18778",
        DOCKER_NOT_RUNNING,
        "PROVIDER_DOCKER_VERSION_EXIT_1: \"docker version --format <no value>-<no value>:<no value>\" exit status 1:",
    ),
    (
        "minikube 69",
        DOCKER_PERMISSION,
        "PROVIDER_DOCKER_NEWGRP: docker",
    ),
    (
        "minikube 65",
        DOCKER_NOT_INSTALLED,
        "PROVIDER_DOCKER_NOT_FOUND: The 'docker' provider was not found: exec: \"docker\": executable file not found in $PATH",
    ),
    // Kubernetes.
    (
        "kubernetes",
        VOLUME_IMMUTABLE,
        "PersistentVolume \"nfs-pv\" is invalid: spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation",
    ),
    (
        "kubernetes",
        VOLUME_IMMUTABLE,
        "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
    ),
    (
        "minikube#19114",
        GPU_NOT_ALLOCATABLE,
        "0/1 nodes are available: 1 Insufficient nvidia.com/gpu.",
    ),
    (
        "kubelet",
        GPU_NOT_ALLOCATABLE,
        "Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu, which is unexpected",
    ),
    // NFS.
    (
        "mount.nfs",
        NFS_EXPORT_REFUSED,
        "mount.nfs: access denied by server while mounting 192.168.49.1:/srv/gpucluster",
    ),
    (
        "mount.nfs",
        NFS_SERVER_FAILED,
        "mount.nfs: Connection refused",
    ),
    (
        "mount.nfs",
        NFS_SERVER_FAILED,
        "mount.nfs: Connection timed out",
    ),
    (
        "mount.nfs 2.8",
        NFS_SERVER_FAILED,
        "mount.nfs: No route to host for 192.168.49.1:/srv/gpucluster on /mnt",
    ),
    ("mount.nfs", NFS_KERNEL_MISSING, "mount.nfs: No such device"),
    (
        "mount.nfs",
        NFS_EXPORT_REFUSED,
        "mount.nfs: mounting 192.168.49.1:/x failed, reason given by server: No such file or directory",
    ),
    (
        "mount.nfs",
        NFS_EXPORT_REFUSED,
        "mount.nfs: Operation not permitted",
    ),
    (
        "exportfs",
        NFS_PATH_UNFIT,
        "exportfs: /srv/x does not support NFS export",
    ),
    (
        "exportfs",
        NFS_PATH_UNFIT,
        "exportfs: /srv/x requires fsid= for NFS export",
    ),
    (
        "exportfs 2.6",
        NFS_EXPORT_REFUSED,
        "exportfs: incompatible duplicated export entries:\nexportfs: \t192.168.49.0/24:/x (0x425) [IGNORED]",
    ),
    (
        "exportfs 2.6",
        NFS_EXPORT_REFUSED,
        "exportfs: /etc/exports.d/gpucluster.exports:1: unknown keyword \"bogus\"",
    ),
    // Packages and Python.
    (
        "apt",
        PACKAGE_INSTALL_FAILED,
        "E: Conflicting values set for option Signed-By regarding source https://nvidia.github.io/libnvidia-container/stable/deb/amd64/ /",
    ),
    (
        "apt",
        PACKAGE_INSTALL_FAILED,
        "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1234 (unattended-upgr)",
    ),
    (
        "apt",
        PACKAGE_INSTALL_FAILED,
        "E: Unable to locate package nfs-kernel-server",
    ),
    (
        "apt",
        DISK_FULL,
        "E: You don't have enough free space in /var/cache/apt/archives/.",
    ),
    (
        "dnf",
        PACKAGE_INSTALL_FAILED,
        "No match for argument: nfs-utils\nError: Unable to find a match: nfs-utils",
    ),
    (
        "Debian's venv",
        PYTHON_NO_VENV,
        "The virtual environment was not created successfully because ensurepip is not available.",
    ),
    (
        "Debian's python",
        PYTHON_NO_VENV,
        "ModuleNotFoundError: No module named 'ensurepip'",
    ),
    (
        "pip",
        PYTHON_NO_VENV,
        "error: externally-managed-environment",
    ),
    (
        "pip",
        AGENT_INSTALL_FAILED,
        "ERROR: Could not find a version that satisfies the requirement wandb[launch]==9.9.9 (from versions: none)\nERROR: No matching distribution found for wandb[launch]==9.9.9",
    ),
    (
        "pip",
        DISK_FULL,
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    ),
    (
        "sudo",
        PRIVILEGE_UNAVAILABLE,
        "sudo: a password is required",
    ),
    // The agent, wandb 0.31.
    (
        "wandb",
        WANDB_KEY_MISSING,
        "Error: No API key configured. Use `wandb login` to log in.",
    ),
    (
        "wandb",
        WANDB_KEY_MALFORMED,
        "Error: WANDB_API_KEY invalid: API key must have 40+ characters, has 5.",
    ),
    (
        "wandb < 0.22.3",
        WANDB_KEY_MALFORMED,
        "API key must be 40 characters long, yours was 86",
    ),
    (
        "wandb",
        WANDB_KEY_REJECTED,
        "Error: Failed to verify credentials with https://api.wandb.ai: user is not logged in",
    ),
    (
        "wandb",
        WANDB_UNREACHABLE,
        "Error: Failed to verify credentials with https://api.wandb.ai: Failed to execute API request: the service process is busy and did not respond in time.",
    ),
    (
        "wandb",
        WANDB_URL_INVALID,
        "https://wandb.ai is not a valid server address, did you mean https://api.forge.coreweave.com?",
    ),
    (
        "wandb",
        WANDB_QUEUE_MISSING,
        "Error: Could not start launch agent: Not all of requested queues (nope) found. Available queues for this project: q1",
    ),
    (
        "wandb",
        WANDB_ENTITY_UNKNOWN,
        "Error: Error fetching run queues for E check that you have access to this entity and project",
    ),
    (
        "wandb",
        AGENT_CONFIG_REFUSED,
        "wandb: ERROR Agent config error in field foo (value: 1): Extra inputs are not permitted\nError: Invalid launch agent config",
    ),
    (
        "wandb",
        AGENT_START_FAILED,
        "Error: To launch an agent please specify a queue or a list of queues in the configuration file or cli.",
    ),
];

#[test]
fn every_known_text_gives_its_reason() {
    for (source, reason, text) in CORPUS {
        assert_eq!(diagnose(text), Some(*reason), "{source}: {text}");
    }
}

#[test]
fn what_tools_print_when_all_is_well_gives_none() {
    for text in [
        "",
        "GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-00000000-1111-2222-3333-444444444444)",
        "time=\"2026-11-23T15:15:14Z\" level=info msg=\"Wrote updated config to /etc/docker/daemon.json\"",
        "time=\"2026-11-23T15:15:14Z\" level=info msg=\"Config file does not exist; using empty config\"",
        "wandb: launch: agent NAME polling on queues q1, running 0 out of a maximum of 2 jobs",
        "Done! kubectl is now configured to use \"gpu\" cluster and \"default\" namespace by default",
        "Enabled addons: nvidia-device-plugin, storage-provisioner, default-storageclass",
        "Setting up nfs-kernel-server (1:2.6.4-3ubuntu5) ...",
        "Status: Downloaded newer image for ubuntu:24.04",
        "Error: something nobody has seen before",
        "permission denied",
        "no such file or directory",
    ] {
        assert_eq!(diagnose(text), None, "{text}");
    }
}

#[test]
fn every_row_can_be_reached() {
    // A row behind a wider one would be dead: its own words must lead to its own reason.
    for row in ROWS {
        let text = row.all.join(" ... ");
        assert_eq!(diagnose(&text), Some(row.reason), "{:?}", row.all);
    }
}

#[test]
fn rows_are_written_in_lower_case() {
    for row in ROWS {
        for fragment in row.all {
            assert_eq!(*fragment, fragment.to_lowercase());
        }
    }
}
