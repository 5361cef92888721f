//! minikube, Kubernetes, NFS, packages, Python and the agent.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    (
        "NVIDIA/nvidia-docker#1225",
        GPU_CONTAINER_FAILED,
        "error running hook: exit status 1, stdout: , stderr: nvidia-container-cli.real: initialization error: driver error: failed to process request",
    ),
    (
        "NVIDIA/nvidia-docker#1526",
        DOCKER_CGROUP,
        "docker: Error response from daemon: OCI runtime create failed: container_linux.go:380: starting container process caused: process_linux.go:545: container init caused: Running hook #0:: error running hook: exit status 1, stdout: , stderr: nvidia-container-cli: container error: cgroup subsystem devices not found: unknown.",
    ),
    (
        "ghcr.io",
        IMAGE_LOGIN_NEEDED,
        "Error response from daemon: Head \"https://ghcr.io/v2/acme/trainer/manifests/latest\": denied: denied",
    ),
    (
        "nvcr.io",
        IMAGE_LOGIN_NEEDED,
        "Error response from daemon: unauthorized: <html>\n<head><title>401 Authorization Required</title></head>",
    ),
    (
        "wandb/wandb#7076",
        CLUSTER_UNREACHABLE,
        "wandb: ERROR launch: Error running job: Exception when ensuring Kubernetes API key secret: Server disconnected",
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
        NAME_RESOLUTION_FAILED,
        "INET_LOOKUP_HOST: dial tcp: lookup dl.k8s.io: no such host",
    ),
    (
        "minikube, no id",
        NAME_RESOLUTION_FAILED,
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
        NFS_PORT_BLOCKED,
        "mount.nfs: Connection timed out",
    ),
    (
        "mount.nfs 2.8",
        NFS_PORT_BLOCKED,
        "mount.nfs: No route to host for 192.168.49.1:/srv/gpucluster on /mnt",
    ),
    ("mount.nfs", NFS_KERNEL_MISSING, "mount.nfs: No such device"),
    (
        "mount.nfs",
        NFS_FOLDER_MISSING,
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
        NFS_EXPORTS_INVALID,
        "exportfs: /etc/exports.d/gpucluster.exports:1: unknown keyword \"bogus\"",
    ),
    // Packages and Python.
    (
        "apt",
        PACKAGE_SOURCES_CONFLICT,
        "E: Conflicting values set for option Signed-By regarding source https://nvidia.github.io/libnvidia-container/stable/deb/amd64/ /",
    ),
    (
        "apt",
        PACKAGE_LOCKED,
        "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1234 (unattended-upgr)",
    ),
    (
        "apt",
        PACKAGE_UNKNOWN,
        "E: Unable to locate package nfs-kernel-server",
    ),
    (
        "apt",
        DISK_FULL,
        "E: You don't have enough free space in /var/cache/apt/archives/.",
    ),
    (
        "dnf",
        PACKAGE_UNKNOWN,
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
