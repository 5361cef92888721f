//! `cluster.api` and `cluster.node`: the way to the API stays open, and the node takes pods.

use super::check::{Check, Seeing, not_used, problem};
use crate::host::KubeQuery;
use crate::model::{Advice, Fault, ObjectRef, Observation, Probe, StepId};
use crate::parse::certificate;
use crate::reason::ids;
use crate::steps::look::{api_failed, failed, kubes};
use crate::steps::{Wish, id};
use serde_json::Value;
use std::sync::Arc;

/// So many days before its end a certificate is worth a word.
const SOON: i64 = 14;
const DAY_MS: u64 = 86_400_000;

/// Marks on a node that keep nobody off who tolerates what every pod or every plugin does.
const HARMLESS: [&str; 2] = ["nvidia.com/gpu", "node-role.kubernetes.io/control-plane"];

/// The checks.
pub fn checks(wish: &Arc<Wish>) -> [Check; 2] {
    [
        Check::new(
            wish,
            StepId::new("cluster.api"),
            "The way to the cluster's API stays open",
            |seeing| Box::pin(api(seeing)),
        )
        .explains(&[id::CLUSTER, id::NODE, id::VOLUME]),
        Check::new(
            wish,
            StepId::new("cluster.node"),
            "The node is ready and takes pods",
            |seeing| Box::pin(node(seeing)),
        )
        .needs(&[id::CLUSTER])
        .explains(&[id::NODE, id::VOLUME])
        .asks(kubes([node_query(wish)])),
    ]
}

/// The cluster's one node.
pub fn node_query(wish: &Wish) -> KubeQuery {
    KubeQuery::Get(ObjectRef::new("v1", "Node", None, wish.profile()))
}

async fn api(seeing: Seeing<'_>) -> Probe {
    let path = &seeing.wish.layout.kubeconfig;
    let Some(config) = seeing.host.read_file(path).await.map_err(failed)? else {
        return Ok(not_used("no cluster was set up"));
    };
    let Some(end) = certificate::client_certificate_end(&config) else {
        return Ok(Observation::in_place("its kubeconfig is there"));
    };
    let today = i64::try_from(seeing.host.now_ms() / DAY_MS).unwrap_or(i64::MAX);
    let renew = Advice::run(
        "start the cluster again, which renews it",
        format!(
            "minikube stop -p {} && gpucluster up",
            seeing.wish.profile()
        ),
    );
    let left = end - today;
    if left < 0 {
        return problem(
            Fault::new(
                ids::KUBE_CERT_EXPIRED,
                format!("the certificate in {path} expired {} days ago", -left),
            )
            .advise(renew),
        );
    }
    let seen = Observation::in_place(format!("its certificate is good for {left} days"));
    if left < SOON {
        let text = format!("the certificate in {path} expires in {left} days");
        return Ok(seen.warn_of(Fault::new(ids::KUBE_CERT_EXPIRED, text).advise(renew)));
    }
    Ok(seen)
}

async fn node(seeing: Seeing<'_>) -> Probe {
    let query = node_query(seeing.wish);
    let Some(node) = seeing.host.kube(&query).await.map_err(api_failed)? else {
        return Ok(not_used("the node has not registered yet"));
    };
    if let Some(fault) = trouble(&node, seeing.wish) {
        return problem(fault);
    }
    let text = |at: &str| node.pointer(at).and_then(Value::as_str).unwrap_or_default();
    let mut seen = Observation::in_place(format!(
        "ready, Kubernetes {}, {}",
        text("/status/nodeInfo/kubeletVersion").trim_start_matches('v'),
        text("/status/nodeInfo/containerRuntimeVersion")
    ));
    for taint in taints(&node) {
        seen = seen.warn_of(
            Fault::new(
                ids::POD_FITS_NO_NODE,
                format!("the node is marked `{taint}`: pods that do not tolerate it find no place"),
            )
            .advise(Advice::run(
                "take the mark away",
                kubectl(
                    seeing.wish,
                    &format!("taint node {} {taint}-", seeing.wish.profile()),
                ),
            )),
        );
    }
    Ok(seen)
}

/// `kubectl` with our own kubeconfig.
pub fn kubectl(wish: &Wish, rest: &str) -> String {
    format!("kubectl --kubeconfig {} {rest}", wish.layout.kubeconfig)
}

fn trouble(node: &Value, wish: &Wish) -> Option<Fault> {
    let conditions = node.pointer("/status/conditions").and_then(Value::as_array);
    let condition = |name: &str| {
        let all = conditions.into_iter().flatten();
        all.clone()
            .find(|c| c.get("type").and_then(Value::as_str) == Some(name))
    };
    let is = |name: &str, status: &str| {
        condition(name)
            .filter(|c| c.get("status").and_then(Value::as_str) == Some(status))
            .map(|c| {
                let message = c.get("message").and_then(Value::as_str);
                message.unwrap_or("it gives no reason").to_owned()
            })
    };
    let see = || Advice::run("read its conditions", kubectl(wish, "describe node"));
    // Pressure first: it is why a node that has it may not be ready.
    if let Some(words) = is("DiskPressure", "True") {
        return Some(
            Fault::new(
                ids::DISK_FULL,
                "the node has too little disk left and evicts pods",
            )
            .caused_by(words)
            .advise(Advice::run(
                "take away what Docker does not use any more",
                "docker system prune",
            )),
        );
    }
    if let Some(words) = is("MemoryPressure", "True") {
        return Some(
            Fault::new(
                ids::NODE_MEMORY_SHORT,
                "the node has too little memory left and evicts pods",
            )
            .caused_by(words)
            .advise(see()),
        );
    }
    let unready = is("Ready", "False").or_else(|| is("Ready", "Unknown"));
    if let Some(words) = unready {
        return Some(
            Fault::new(ids::NODE_NOT_READY, "the cluster's node is not ready")
                .caused_by(words)
                .advise(see()),
        );
    }
    if node.pointer("/spec/unschedulable") == Some(&Value::Bool(true)) {
        return Some(
            Fault::new(ids::NODE_CORDONED, "the node was closed to new pods").advise(Advice::run(
                "open it again",
                kubectl(wish, &format!("uncordon {}", wish.profile())),
            )),
        );
    }
    None
}

/// Keys of the marks that keep pods off. Those that Kubernetes sets itself follow from a condition.
fn taints(node: &Value) -> Vec<&str> {
    let taints = node.pointer("/spec/taints").and_then(Value::as_array);
    taints
        .into_iter()
        .flatten()
        .filter(|taint| taint.get("effect").and_then(Value::as_str) != Some("PreferNoSchedule"))
        .filter_map(|taint| taint.get("key").and_then(Value::as_str))
        .filter(|key| !HARMLESS.contains(key) && !key.starts_with("node.kubernetes.io/"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::testing::wish;
    use serde_json::json;

    fn reason(node: Value) -> Option<String> {
        trouble(&node, &wish()).map(|fault| fault.reason.to_string())
    }

    fn with(kind: &str, status: &str) -> Value {
        json!({"status": {"conditions": [
            {"type": "Ready", "status": "False", "message": "x"},
            {"type": kind, "status": status}
        ]}})
    }

    #[test]
    fn pressure_is_named_before_what_follows_from_it() {
        let is = |kind, status| reason(with(kind, status)).unwrap();
        assert_eq!(is("DiskPressure", "True"), "DISK_FULL");
        assert_eq!(is("MemoryPressure", "True"), "NODE_MEMORY_SHORT");
        assert_eq!(is("DiskPressure", "False"), "NODE_NOT_READY");
        assert_eq!(
            reason(json!({"spec": {"unschedulable": true}})).unwrap(),
            "NODE_CORDONED"
        );
        assert_eq!(reason(json!({})), None);
    }

    #[test]
    fn marks_of_kubernetes_itself_are_no_news() {
        let node = json!({"spec": {"taints": [
            {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"},
            {"key": "nvidia.com/gpu", "effect": "NoSchedule"},
            {"key": "team", "value": "a", "effect": "NoSchedule"}
        ]}});
        assert_eq!(taints(&node), ["team"]);
    }
}
