//! minikube: ids of its error events, then its texts.

use super::{Row, row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
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
    symptom(MINIKUBE_USAGE, &["mk_usage"]),
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
    symptom(CLUSTER_START_FAILED, &["guest_provision"]),
    symptom(CLUSTER_START_FAILED, &["guest_start"]),
    symptom(CLUSTER_START_FAILED, &["k8s_apiserver_"]),
    symptom(CLUSTER_START_FAILED, &["runtime_enable"]),
];
