//! The table: lower-case fragments, in the order in which they are tried.

use super::Row;
use crate::model::ReasonId;
use crate::reason::ids::*;

const fn row(reason: ReasonId, all: &'static [&'static str]) -> Row {
    Row { reason, all }
}

pub(super) const ROWS: &[Row] = &[
    // The container toolkit and NVML, as Docker or minikube pass them on.
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
    row(GPU_NONE, &["no devices were found"]),
    row(GPU_NONE, &["wsl environment detected but no adapters"]),
    row(GPU_CONTAINER_FAILED, &["failed to initialize nvml"]),
    row(GPU_CONTAINER_FAILED, &["nvidia-container-cli: "]),
    row(
        GPU_CONTAINER_FAILED,
        &["invoking the nvidia container runtime hook directly"],
    ),
    row(
        GPU_CONTAINER_FAILED,
        &["exec: \"nvidia-smi\": executable file not found"],
    ),
    row(
        GPU_CONTAINER_FAILED,
        &["open /run/nvidia-persistenced/socket"],
    ),
    // Docker. Podman's notice comes before whatever podman then says.
    row(DOCKER_IS_PODMAN, &["emulate docker cli using podman"]),
    row(
        DOCKER_PERMISSION,
        &["permission denied while trying to connect to the docker"],
    ),
    row(
        DOCKER_CONTEXT_BROKEN,
        &["unable to resolve docker endpoint"],
    ),
    row(
        DOCKER_CONTEXT_BROKEN,
        &["current context", "is not found on the file system"],
    ),
    row(
        DOCKER_API_SKEW,
        &[
            "client version",
            "is too old. minimum supported api version",
        ],
    ),
    row(
        DOCKER_API_SKEW,
        &[
            "client version",
            "is too new. maximum supported api version",
        ],
    ),
    row(
        DOCKER_CONFIG_INVALID,
        &["unable to configure the docker daemon with file"],
    ),
    row(
        DOCKER_APPARMOR_MISSING,
        &["apparmor_parser", "executable file not found"],
    ),
    row(
        DOCKER_TOO_OLD,
        &["namespace {\"time\" \"\"} does not exist"],
    ),
    row(DOCKER_NOT_RUNNING, &["cannot connect to the docker daemon"]),
    row(DOCKER_NOT_RUNNING, &["failed to connect to the docker api"]),
    row(DOCKER_NOT_RUNNING, &["error during connect:"]),
    row(DOCKER_NOT_INSTALLED, &["docker: command not found"]),
    row(DOCKER_NOT_INSTALLED, &["provider_docker_not_found"]),
    row(DOCKER_PERMISSION, &["provider_docker_newgrp"]),
    row(DOCKER_NOT_RUNNING, &["provider_docker_not_running"]),
    row(DOCKER_NOT_RUNNING, &["provider_docker_version_exit_"]),
    // Space, before everything that fails because of it.
    row(DISK_FULL, &["no space left on device"]),
    row(DISK_FULL, &["rsrc_docker_storage"]),
    row(DISK_FULL, &["guest_provision_nospace"]),
    row(DISK_FULL, &["disk quota exceeded"]),
    row(DISK_FULL, &["you don't have enough free space in"]),
    // Images.
    row(IMAGE_RATE_LIMIT, &["toomanyrequests"]),
    row(IMAGE_NOT_FOUND, &["pull access denied for"]),
    row(IMAGE_NOT_FOUND, &["manifest for", "not found"]),
    row(IMAGE_NOT_FOUND, &["manifest unknown"]),
    row(IMAGE_NOT_FOUND, &["no such image:"]),
    row(IMAGE_PULL_FAILED, &["registry-1.docker.io"]),
    row(IMAGE_PULL_FAILED, &["auth.docker.io"]),
    // minikube: ids of its error events, then its texts.
    row(MINIKUBE_HOME_PERMISSION, &["host_home_"]),
    row(MINIKUBE_HOME_PERMISSION, &["host_kubeconfig_"]),
    row(MINIKUBE_HOME_PERMISSION, &["host_juju_lock_permission"]),
    row(MINIKUBE_RESOURCES, &["rsrc_insufficient_"]),
    row(MINIKUBE_RESOURCES, &["rsrc_over_alloc_mem"]),
    row(
        MINIKUBE_RESOURCES,
        &["has only", "memory but you specified"],
    ),
    row(RUNNING_AS_ROOT, &["drv_as_root"]),
    row(CLUSTER_OPTIONS_DIFFER, &["guest_driver_mismatch"]),
    row(CLUSTER_NAME_TAKEN, &["conflicting container name"]),
    row(CLUSTER_WAS_RESET, &["will reset cluster"]),
    row(MINIKUBE_USAGE, &["the gpus flag"]),
    row(MINIKUBE_USAGE, &["mk_usage"]),
    row(MINIKUBE_NETWORK, &["inet_lookup_host"]),
    row(MINIKUBE_NETWORK, &["inet_cache_"]),
    row(MINIKUBE_NETWORK, &["inet_download_"]),
    row(MINIKUBE_NETWORK, &["inet_pull_timeout"]),
    row(MINIKUBE_NETWORK, &["inet_proxy_"]),
    row(MINIKUBE_NETWORK, &["inet_gcr_unavailable"]),
    row(MINIKUBE_NETWORK, &["inet_repo"]),
    row(MINIKUBE_NETWORK, &["inet_reset_by_peer"]),
    row(MINIKUBE_NETWORK, &["inet_not_tls"]),
    row(MINIKUBE_NETWORK, &["inet_default_route"]),
    row(MINIKUBE_NETWORK, &["k8s_fail_connect"]),
    row(MINIKUBE_NETWORK, &["if_dedicated_network"]),
    // Python and the agent, before the general network texts: pip names its own trouble.
    row(PYTHON_NO_VENV, &["ensurepip is not available"]),
    row(PYTHON_NO_VENV, &["no module named ensurepip"]),
    row(PYTHON_NO_VENV, &["no module named 'ensurepip'"]),
    row(PYTHON_NO_VENV, &["no module named venv"]),
    row(PYTHON_NO_VENV, &["no module named 'venv'"]),
    row(PYTHON_NO_VENV, &["externally-managed-environment"]),
    row(PYTHON_TOO_OLD, &["requires a different python"]),
    row(
        AGENT_INSTALL_FAILED,
        &["no matching distribution found for"],
    ),
    row(
        AGENT_INSTALL_FAILED,
        &["could not find a version that satisfies the requirement"],
    ),
    row(AGENT_INSTALL_FAILED, &["could not install packages due to"]),
    row(
        AGENT_INSTALL_FAILED,
        &["no solution found when resolving dependencies"],
    ),
    row(WANDB_KEY_MISSING, &["no api key configured"]),
    row(WANDB_KEY_MALFORMED, &["api key must have 40+ characters"]),
    row(WANDB_KEY_MALFORMED, &["api key must be 40 characters long"]),
    row(WANDB_KEY_REJECTED, &["user is not logged in"]),
    row(
        WANDB_UNREACHABLE,
        &["the service process is busy and did not respond in time"],
    ),
    row(WANDB_URL_INVALID, &["is not a valid server address"]),
    row(WANDB_URL_INVALID, &["input should be a valid url"]),
    row(WANDB_QUEUE_MISSING, &["not all of requested queues"]),
    row(WANDB_ENTITY_UNKNOWN, &["error fetching run queues for"]),
    row(AGENT_CONFIG_REFUSED, &["invalid launch agent config"]),
    row(AGENT_CONFIG_REFUSED, &["agent config error in field"]),
    row(
        AGENT_CONFIG_REFUSED,
        &["could not find use specified launch config file"],
    ),
    row(AGENT_START_FAILED, &["could not start launch agent"]),
    row(
        AGENT_START_FAILED,
        &["to launch an agent please specify a queue"],
    ),
    // Kubernetes.
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
    // NFS.
    row(NFS_PATH_UNFIT, &["does not support nfs export"]),
    row(NFS_PATH_UNFIT, &["requires fsid= for nfs export"]),
    row(NFS_KERNEL_MISSING, &["mount.nfs: no such device"]),
    row(NFS_KERNEL_MISSING, &["module nfsd not found in directory"]),
    row(
        NFS_EXPORT_REFUSED,
        &["access denied by server while mounting"],
    ),
    row(
        NFS_EXPORT_REFUSED,
        &["incompatible duplicated export entries"],
    ),
    row(
        NFS_EXPORT_REFUSED,
        &["failed, reason given by server: no such file or directory"],
    ),
    row(NFS_EXPORT_REFUSED, &["mount.nfs: operation not permitted"]),
    row(NFS_EXPORT_REFUSED, &["exportfs: "]),
    row(NFS_SERVER_FAILED, &["mount.nfs: connection refused"]),
    row(NFS_PORT_BLOCKED, &["mount.nfs: connection timed out"]),
    row(NFS_PORT_BLOCKED, &["mount.nfs: no route to host"]),
    row(NFS_SERVER_FAILED, &["job for nfs-server.service failed"]),
    row(
        NFS_SERVER_FAILED,
        &["requested nfs version or transport protocol is not supported"],
    ),
    // Package managers.
    row(
        PACKAGE_INSTALL_FAILED,
        &["conflicting values set for option signed-by"],
    ),
    row(PACKAGE_INSTALL_FAILED, &["could not get lock /var/lib/"]),
    row(
        PACKAGE_INSTALL_FAILED,
        &["unable to acquire the dpkg frontend lock"],
    ),
    row(PACKAGE_INSTALL_FAILED, &["dpkg was interrupted"]),
    row(PACKAGE_INSTALL_FAILED, &["unable to locate package"]),
    row(PACKAGE_INSTALL_FAILED, &["has no installation candidate"]),
    row(PACKAGE_INSTALL_FAILED, &["e: failed to fetch"]),
    row(PACKAGE_INSTALL_FAILED, &["unable to fetch some archives"]),
    row(PACKAGE_INSTALL_FAILED, &["error: unable to find a match:"]),
    row(PACKAGE_INSTALL_FAILED, &["no match for argument:"]),
    row(PACKAGE_INSTALL_FAILED, &["error: target not found:"]),
    // sudo.
    row(PRIVILEGE_UNAVAILABLE, &["sudo: a password is required"]),
    row(PRIVILEGE_UNAVAILABLE, &["sudo: a terminal is required"]),
    row(PRIVILEGE_UNAVAILABLE, &["is not in the sudoers file"]),
    row(PRIVILEGE_UNAVAILABLE, &["may not run sudo on"]),
    // The widest last.
    row(MINIKUBE_NETWORK, &["dial tcp: lookup", "no such host"]),
    row(CLUSTER_START_FAILED, &["guest_provision"]),
    row(CLUSTER_START_FAILED, &["guest_start"]),
    row(CLUSTER_START_FAILED, &["k8s_apiserver_"]),
    row(CLUSTER_START_FAILED, &["runtime_enable"]),
];
