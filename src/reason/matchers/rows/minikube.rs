//! minikube: ids of its error events (`pkg/minikube/reason`), then its texts.
//!
//! Ids that say only that something failed (GUEST_PROVISION, K8S_APISERVER_TIMEOUT) are symptoms: the
//! cause stands beside them in other words, or nobody knows it.

use super::{Row, row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(MINIKUBE_NOT_INSTALLED, &["minikube: command not found"]),
    row(MINIKUBE_NOT_INSTALLED, &["minikube: not found"]),
    row(MINIKUBE_NOT_INSTALLED, &["command 'minikube' not found"]),
    row(
        MINIKUBE_NOT_INSTALLED,
        &["minikube: cannot execute binary file"],
    ),
    row(MINIKUBE_TOO_OLD, &["unknown flag: --gpus", "minikube"]),
    row(MINIKUBE_HOME_PERMISSION, &["host_home_"]),
    row(MINIKUBE_HOME_PERMISSION, &["host_kubeconfig_"]),
    row(MINIKUBE_HOME_PERMISSION, &["host_juju_lock_permission"]),
    row(MINIKUBE_HOME_PERMISSION, &["juju_lock_denied"]),
    row(
        MINIKUBE_HOME_PERMISSION,
        &["unable to open /tmp/juju-mk", ": permission denied"],
    ),
    row(
        MINIKUBE_HOME_PERMISSION,
        &["/.minikube/", ": permission denied"],
    ),
    row(
        MINIKUBE_HOME_PERMISSION,
        &["/.minikube:", " permission denied"],
    ),
    row(
        MINIKUBE_HOME_PERMISSION,
        &["/.kube/config", ": permission denied"],
    ),
    row(MINIKUBE_RESOURCES, &["rsrc_insufficient_"]),
    row(MINIKUBE_RESOURCES, &["rsrc_over_alloc_mem"]),
    row(
        MINIKUBE_RESOURCES,
        &["has only", "memory but you specified"],
    ),
    row(
        MINIKUBE_RESOURCES,
        &[
            "requested cpu count",
            "is greater than the available cpus of",
        ],
    ),
    row(
        MINIKUBE_RESOURCES,
        &[
            "requested memory allocation",
            "is less than the usable minimum of",
        ],
    ),
    row(
        MINIKUBE_RESOURCES,
        &[
            "requested memory allocation",
            "is more than your system limit",
        ],
    ),
    row(
        MINIKUBE_RESOURCES,
        &[
            "system only has",
            "less than the required",
            "for kubernetes",
        ],
    ),
    row(
        MINIKUBE_RESOURCES,
        &["has less than 2 cpus available, but kubernetes requires at least 2"],
    ),
    row(
        MINIKUBE_RESOURCES,
        &["[error numcpu]: the number of available cpus"],
    ),
    row(MINIKUBE_RESOURCES, &["[error mem]: the system ram"]),
    row(RUNNING_AS_ROOT, &["drv_as_root"]),
    row(CLUSTER_OPTIONS_DIFFER, &["guest_driver_mismatch"]),
    row(CLUSTER_OPTIONS_DIFFER, &["guest_mount_conflict"]),
    row(CLUSTER_OPTIONS_DIFFER, &["k8s_downgrade_unsupported"]),
    row(
        CLUSTER_OPTIONS_DIFFER,
        &[
            "cluster was created using the",
            "driver, which is incompatible with requested",
        ],
    ),
    row(
        CLUSTER_OPTIONS_DIFFER,
        &["unable to safely downgrade existing kubernetes"],
    ),
    row(CLUSTER_NAME_TAKEN, &["conflicting container name"]),
    row(MINIKUBE_USAGE, &["the gpus flag can only be used with"]),
    row(MINIKUBE_USAGE, &["the gpus flag must be passed"]),
    row(MINIKUBE_USAGE, &["the gpus flag is only supported on"]),
    row(MINIKUBE_USAGE, &["drv_needs_root"]),
    row(MINIKUBE_USAGE, &["drv_unsupported_os"]),
    row(MINIKUBE_USAGE, &["k8s_old_unsupported"]),
    row(MINIKUBE_USAGE, &["k8s_new_unsupported"]),
    row(
        MINIKUBE_USAGE,
        &[
            "specified kubernetes version",
            "is less than the oldest supported version",
        ],
    ),
    row(
        MINIKUBE_USAGE,
        &[
            "specified kubernetes version",
            "is newer than the newest supported version",
        ],
    ),
    // The record of the cluster.
    row(
        CLUSTER_MISSING,
        &["not found. run \"minikube profile list\" to view all profiles"],
    ),
    row(CLUSTER_MISSING, &["mk_usage_no_profile"]),
    row(CLUSTER_MISSING, &["no minikube profile was found"]),
    row(CLUSTER_MISSING, &["there is no local cluster named"]),
    row(CLUSTER_STOPPED, &["host is not running: state=stopped"]),
    row(
        CLUSTER_STOPPED,
        &["the control plane node must be running for this command"],
    ),
    row(CLUSTER_STOPPED, &["host: stopped", "apiserver: stopped"]),
    row(
        CLUSTER_STOPPED,
        &["\"host\":\"stopped\"", "\"apiserver\":\"stopped\""],
    ),
    row(CLUSTER_PROFILE_BROKEN, &["host_config_load"]),
    row(CLUSTER_PROFILE_BROKEN, &["guest_config_corrupt"]),
    row(CLUSTER_PROFILE_BROKEN, &["guest_unsigned_cert"]),
    row(CLUSTER_PROFILE_BROKEN, &["guest_does_not_exist"]),
    row(CLUSTER_PROFILE_BROKEN, &["guest_ssh_cert_not_found"]),
    row(CLUSTER_PROFILE_BROKEN, &["guest_node_retrieve"]),
    row(CLUSTER_PROFILE_BROKEN, &["provider_invalid_version"]),
    row(CLUSTER_PROFILE_BROKEN, &["drv_cp_endpoint"]),
    row(
        CLUSTER_PROFILE_BROKEN,
        &["error loading existing host. please try running [minikube delete]"],
    ),
    row(
        CLUSTER_PROFILE_BROKEN,
        &[
            "error loading profile config",
            "unexpected end of json input",
        ],
    ),
    row(
        CLUSTER_PROFILE_BROKEN,
        &["error getting cluster config", "unmarshal"],
    ),
    row(CLUSTER_PORT_TAKEN, &["guest_port_in_use"]),
    row(CLUSTER_PORT_TAKEN, &["[error port-", "is in use"]),
    row(CLUSTER_CGROUP_UNFIT, &["host_cgroup_not_supported"]),
    row(CLUSTER_CGROUP_UNFIT, &["host_root_cgroup"]),
    row(CLUSTER_CGROUP_UNFIT, &["host_pids_cgroup"]),
    row(CLUSTER_CGROUP_UNFIT, &["host_cpu_delegation"]),
    row(CLUSTER_CGROUP_UNFIT, &["pr_docker_cgroup_mount"]),
    row(
        CLUSTER_CGROUP_UNFIT,
        &[
            "kubelet cgroup driver:",
            "is different from docker cgroup driver:",
        ],
    ),
    row(CLUSTER_CGROUP_UNFIT, &["missing required cgroups:"]),
    row(
        CLUSTER_CGROUP_UNFIT,
        &["kubelet is configured to not run on a host using cgroup v1"],
    ),
    row(MINIKUBE_CACHE_BROKEN, &["checksums did not match for"]),
    row(
        MINIKUBE_CACHE_BROKEN,
        &["downloading kube", "checksum validation failed"],
    ),
    row(
        MINIKUBE_CACHE_BROKEN,
        &["invalid checksum: no checksum found in"],
    ),
    row(
        MINIKUBE_CACHE_BROKEN,
        &["checksum of", "does not match remote checksum"],
    ),
    row(MINIKUBE_BUSY, &["guest_provision_acquire_lock"]),
    row(
        MINIKUBE_BUSY,
        &["unable to acquire lock for", "timeout acquiring mutex"],
    ),
    row(DOCKER_NOT_RUNNING, &["drv_docker_not_running"]),
    row(MINIKUBE_NETWORK, &["inet_default_route"]),
    // Where something was downloaded and the text does not say why that failed.
    symptom(MINIKUBE_NETWORK, &["inet_lookup_host"]),
    symptom(MINIKUBE_NETWORK, &["inet_cache_"]),
    symptom(MINIKUBE_NETWORK, &["inet_download_"]),
    symptom(MINIKUBE_NETWORK, &["inet_pull_timeout"]),
    symptom(MINIKUBE_NETWORK, &["inet_proxy_"]),
    symptom(MINIKUBE_NETWORK, &["inet_gcr_unavailable"]),
    symptom(MINIKUBE_NETWORK, &["inet_repo"]),
    symptom(MINIKUBE_NETWORK, &["inet_reset_by_peer"]),
    symptom(MINIKUBE_NETWORK, &["inet_not_tls"]),
    symptom(MINIKUBE_NETWORK, &["inet_version_unavailable"]),
    symptom(MINIKUBE_NETWORK, &["k8s_fail_connect"]),
    symptom(MINIKUBE_NETWORK, &["error downloading checksum file"]),
    symptom(
        MINIKUBE_NETWORK,
        &["downloading binaries: downloading kube", "download failed:"],
    ),
    symptom(CLUSTER_SUBNET_TAKEN, &["if_dedicated_network"]),
    symptom(
        CLUSTER_SUBNET_TAKEN,
        &["no free private network subnets found"],
    ),
    symptom(CLUSTER_DNS_BROKEN, &["k8s_dns_timeout"]),
    symptom(CLUSTER_ADDON_FAILED, &["enabling '", "' returned an error"]),
    symptom(CLUSTER_ADDON_FAILED, &["mk_addon_enable"]),
    symptom(KUBE_OBJECT_MISSING, &["svc_not_found"]),
    symptom(DOCKER_NOT_RUNNING, &["drv_not_healthy"]),
    symptom(DOCKER_NOT_INSTALLED, &["drv_not_detected"]),
    symptom(DOCKER_NOT_INSTALLED, &["drv_not_found"]),
    symptom(CLUSTER_UNREACHABLE, &["apiserver is not running: (state="]),
    symptom(CLUSTER_UNREACHABLE, &["if_ssh_timeout"]),
    symptom(CLUSTER_UNREACHABLE, &["if_ssh_auth"]),
    symptom(CLUSTER_START_FAILED, &["guest_provision"]),
    symptom(CLUSTER_START_FAILED, &["guest_start"]),
    symptom(CLUSTER_START_FAILED, &["guest_cert"]),
    symptom(CLUSTER_START_FAILED, &["guest_load_host"]),
    symptom(CLUSTER_START_FAILED, &["drv_create_timeout"]),
    symptom(CLUSTER_START_FAILED, &["pr_docker_no_ssh"]),
    symptom(CLUSTER_START_FAILED, &["k8s_apiserver_"]),
    symptom(CLUSTER_START_FAILED, &["k8s_kubelet_not_running"]),
    symptom(CLUSTER_START_FAILED, &["k8s_install_failed"]),
    symptom(CLUSTER_START_FAILED, &["k8s_unhealthy_control_plane"]),
    symptom(CLUSTER_START_FAILED, &["runtime_enable"]),
    symptom(CLUSTER_START_FAILED, &["runtime_cache"]),
    symptom(CLUSTER_START_FAILED, &["rt_docker_restart"]),
    symptom(
        CLUSTER_START_FAILED,
        &["[kubelet-check] it seems like the kubelet isn't running or healthy"],
    ),
    symptom(
        CLUSTER_START_FAILED,
        &["waiting for apiserver: apiserver process never appeared"],
    ),
    symptom(
        CLUSTER_START_FAILED,
        &["apiserver healthz never reported healthy"],
    ),
    symptom(MINIKUBE_USAGE, &["mk_usage"]),
    symptom(CLUSTER_WAS_RESET, &["will reset cluster"]),
];
