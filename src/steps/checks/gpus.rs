//! `cluster.plugin` and `cluster.gpus`: the device plugin runs, and what it announces is what the host has.

use super::check::{Check, Seeing, not_used, problem};
use super::cluster::{kubectl, node_query};
use super::pod_trouble::{Trouble, trouble};
use crate::host::KubeQuery;
use crate::model::{Advice, Fault, ObjectRef, Observation, Probe, StepId};
use crate::reason::ids;
use crate::steps::look::{api_failed, kubes};
use crate::steps::{Wish, id};
use serde_json::Value;
use std::sync::Arc;

/// What lets the plugin look at the GPUs anew.
const RESTART: &str = "-n kube-system rollout restart ds/nvidia-device-plugin-daemonset";

/// The checks.
pub fn checks(wish: &Arc<Wish>) -> [Check; 2] {
    [
        Check::new(
            wish,
            StepId::new("cluster.plugin"),
            "The NVIDIA device plugin runs",
            |seeing| Box::pin(plugin(seeing)),
        )
        .needs(&[id::CLUSTER])
        .explains(&[id::NODE])
        .asks(kubes([set(), pods()])),
        Check::new(
            wish,
            StepId::new("cluster.gpus"),
            "Kubernetes counts the GPUs that the host has",
            |seeing| Box::pin(gpus(seeing)),
        )
        .needs(&[id::CLUSTER, id::DRIVER])
        .explains(&[id::NODE])
        .asks(kubes([node_query(wish)])),
    ]
}

fn set() -> KubeQuery {
    KubeQuery::Get(ObjectRef::new(
        "apps/v1",
        "DaemonSet",
        Some("kube-system"),
        "nvidia-device-plugin-daemonset",
    ))
}

fn pods() -> KubeQuery {
    KubeQuery::List {
        api_version: "v1".to_owned(),
        kind: "Pod".to_owned(),
        namespace: Some("kube-system".to_owned()),
        selector: "name=nvidia-device-plugin-ds".to_owned(),
    }
}

async fn plugin(seeing: Seeing<'_>) -> Probe {
    let (set, pods) = (set(), pods());
    let (set, pods) = tokio::join!(seeing.host.kube(&set), seeing.host.kube(&pods));
    if set.map_err(api_failed)?.is_none() {
        return Ok(not_used("no device plugin was enabled"));
    }
    let pods = pods.map_err(api_failed)?.unwrap_or(Value::Null);
    let Some(pod) = pods.pointer("/items/0") else {
        return Ok(Observation::in_place("the plugin's pod is not made yet"));
    };
    let read = Advice::run(
        "read what it says",
        kubectl(
            seeing.wish,
            "-n kube-system logs -l name=nvidia-device-plugin-ds",
        ),
    );
    match trouble(pod, &[]) {
        Some(Trouble::Stuck { reason, words }) => {
            let reason = if reason == ids::POD_STUCK || reason == ids::POD_CRASHED {
                ids::GPU_PLUGIN_FAILED
            } else {
                reason
            };
            problem(
                Fault::new(reason, "the device plugin's pod does not run")
                    .caused_by(words)
                    .advise(read),
            )
        }
        Some(Trouble::Waiting(words)) => Ok(Observation::in_place(format!("waiting: {words}"))),
        None => Ok(Observation::in_place("the plugin's pod runs")),
    }
}

fn count(node: &Value, field: &str) -> Option<usize> {
    node.pointer(&format!("/status/{field}/nvidia.com~1gpu"))
        .and_then(Value::as_str)
        .and_then(|text| text.parse().ok())
}

async fn gpus(seeing: Seeing<'_>) -> Probe {
    let query = node_query(seeing.wish);
    let Some(node) = seeing.host.kube(&query).await.map_err(api_failed)? else {
        return Ok(not_used("the node has not registered yet"));
    };
    let physical = seeing.facts.gpus().map_or(0, Vec::len);
    let (Some(capacity), Some(allocatable)) =
        (count(&node, "capacity"), count(&node, "allocatable"))
    else {
        return Ok(Observation::in_place("none announced yet"));
    };
    // A plugin that has not registered again after a restart shows as 0 of a capacity from before.
    if allocatable < capacity && allocatable > 0 {
        let lost = capacity - allocatable;
        let are = if lost == 1 { "is" } else { "are" };
        return problem(
            Fault::new(
                ids::GPU_UNHEALTHY,
                format!("{lost} of {capacity} GPUs {are} out of service: the device plugin found an error"),
            )
            .caused_by(
                "a GPU with a critical Xid is not handed out again before the plugin is restarted",
            )
            .advise(Advice::run(
                "see what happened to it",
                "sudo dmesg | grep -i xid",
            ))
            .advise(Advice::run(
                "if it works again (`nvidia-smi`), let the plugin look anew",
                kubectl(seeing.wish, RESTART),
            )),
        );
    }
    let seen = Observation::in_place(format!("{allocatable} of {physical} GPUs"));
    if capacity > physical && physical > 0 && capacity % physical != 0 {
        // A multiple is time slicing; anything else is a count from before.
        return Ok(seen.warn(format!(
            "Kubernetes counts {capacity} GPUs and the host has {physical}: the plugin has not looked since one was lost"
        )));
    }
    if capacity > 0 && capacity < physical {
        return problem(
            Fault::new(
                ids::GPU_NOT_ALLOCATABLE,
                format!("the node knows {capacity} of the host's {physical} GPUs"),
            )
            .caused_by("it was made, or its plugin started, when the others were not there")
            .advise(Advice::run(
                "start it again, so that it is given all",
                format!(
                    "minikube stop -p {} && gpucluster up",
                    seeing.wish.profile()
                ),
            )),
        );
    }
    Ok(seen)
}
