//! `gpu.node`: Kubernetes can hand out every GPU of the host.
//!
//! The device plugin's pod being ready proves nothing: it idles happily without a GPU
//! (`FAIL_ON_INIT_ERROR=false`). What the node can allocate is what counts.

use super::look::{Todo, api_failed, forecast_safe, known, kubes, todo};
use super::{Wish, id};
use crate::host::{KubeQuery, Question, ReadHost};
use crate::model::{
    Advice, Change, Effect, EffectKind, Fact, Facts, Fault, Forecast, ObjectRef, Observation,
    Probe, Receipt, State, StepId, Touch,
};
use crate::reason::ids;
use crate::step::Step;
use futures::future::BoxFuture;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// See the module.
pub struct Node {
    wish: Arc<Wish>,
    needs: [StepId; 1],
}

fn daemon_set() -> ObjectRef {
    ObjectRef::new(
        "apps/v1",
        "DaemonSet",
        Some("kube-system"),
        "nvidia-device-plugin-daemonset",
    )
}

/// A count of GPUs in the node's status; they are strings, and missing means none.
fn count(node: &Value, field: &str) -> u32 {
    node.pointer(&format!("/status/{field}/nvidia.com~1gpu"))
        .and_then(Value::as_str)
        .and_then(|text| text.parse().ok())
        .unwrap_or(0)
}

/// What the plugin's pod waits for, in its own words.
fn pod_state(pods: &Value) -> String {
    let Some(pod) = pods.pointer("/items/0") else {
        return "device plugin has no pod yet".to_owned();
    };
    let text = |value: &Value, at: &str| {
        value
            .pointer(at)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let container = pod.pointer("/status/containerStatuses/0");
    let waiting = container.map(|c| text(c, "/state/waiting/reason"));
    let words = container.map(|c| text(c, "/state/waiting/message"));
    let phase = text(pod, "/status/phase");
    let mut state = format!("device plugin pod {phase}");
    for more in [waiting, words].into_iter().flatten() {
        if !more.is_empty() {
            state.push_str(": ");
            state.push_str(&more);
        }
    }
    state
}

/// Whether the plugin's container is ready.
fn pod_ready(pods: &Value) -> bool {
    pods.pointer("/items/0/status/containerStatuses/0/ready") == Some(&Value::Bool(true))
}

/// Why the node is not ready; `None` if it is, or does not say.
fn node_trouble(node: &Value) -> Option<String> {
    let conditions = node.pointer("/status/conditions")?.as_array()?;
    let ready = conditions
        .iter()
        .find(|c| c.get("type").and_then(Value::as_str) == Some("Ready"))?;
    if ready.get("status").and_then(Value::as_str) == Some("True") {
        return None;
    }
    let message = ready.get("message").and_then(Value::as_str);
    Some(message.unwrap_or("no reason given").to_owned())
}

impl Node {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self {
            wish,
            needs: [id::CLUSTER],
        }
    }

    fn queries(&self) -> [KubeQuery; 3] {
        [
            KubeQuery::Get(ObjectRef::new("v1", "Node", None, self.wish.profile())),
            KubeQuery::Get(daemon_set()),
            KubeQuery::List {
                api_version: "v1".to_owned(),
                kind: "Pod".to_owned(),
                namespace: Some("kube-system".to_owned()),
                selector: "name=nvidia-device-plugin-ds".to_owned(),
            },
        ]
    }

    /// The plugin took a GPU out of service; it takes none back until it is restarted
    /// (NVIDIA/k8s-device-plugin `internal/plugin/server.go`).
    fn unhealthy(&self, allocatable: u32, capacity: u32) -> Fault {
        Fault::new(
            ids::GPU_NOT_ALLOCATABLE,
            format!("Kubernetes can hand out {allocatable} of {capacity} GPUs: the rest is marked unhealthy"),
        )
        .advise(Advice::run(
            "look for Xid errors of the driver",
            "sudo dmesg | grep -i xid",
        ))
        .advise(Advice::run(
            "then let the device plugin look again",
            format!(
                "kubectl --kubeconfig {} -n kube-system rollout restart ds/nvidia-device-plugin-daemonset",
                self.wish.layout.kubeconfig
            ),
        ))
    }
}

impl Step for Node {
    fn id(&self) -> StepId {
        id::NODE
    }

    fn title(&self) -> &'static str {
        "Kubernetes can hand out every GPU"
    }

    fn needs(&self) -> &[StepId] {
        &self.needs
    }

    fn prefetch(&self) -> Vec<Question> {
        kubes(self.queries())
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let gpus = known(facts.gpus(), "the number of GPUs")?.len();
            let want = u32::try_from(gpus).unwrap_or(u32::MAX);
            let [node, set, pods] = &self.queries();
            let (node, set, pods) = tokio::join!(host.kube(node), host.kube(set), host.kube(pods));
            let Some(node) = node.map_err(api_failed)? else {
                return Ok(Observation::new(
                    State::Underway(format!("node {} has not registered", self.wish.profile())),
                    "the node has not registered yet",
                ));
            };
            let (allocatable, capacity) = (count(&node, "allocatable"), count(&node, "capacity"));
            if allocatable >= want {
                return Ok(Observation::in_place(format!(
                    "{allocatable} of {want} GPUs allocatable"
                ))
                .learned(Fact::AllocatableGpus(allocatable)));
            }
            if set.map_err(api_failed)?.is_none() {
                return Ok(Observation::absent(
                    "the cluster has no NVIDIA device plugin",
                ));
            }
            let pods = pods.map_err(api_failed)?.unwrap_or(Value::Null);
            // A plugin that has not registered again after a restart shows as 0 of a capacity
            // from before, so some GPUs must be there before the others count as unhealthy.
            if capacity >= want && allocatable > 0 && pod_ready(&pods) {
                return Ok(Observation::needs_human(
                    self.unhealthy(allocatable, capacity),
                ));
            }
            let mut why = match node_trouble(&node) {
                Some(trouble) => format!("node not ready: {trouble}"),
                None => pod_state(&pods),
            };
            if capacity > allocatable {
                why.push_str(", capacity ");
                why.push_str(&capacity.to_string());
            }
            let text = format!("{allocatable} of {want} GPUs allocatable; {why}");
            Ok(Observation::new(State::Underway(text.clone()), text))
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        match todo(seen)? {
            Todo::Make => Ok(vec![Change::safe(
                Effect::Run(
                    self.wish
                        .minikube(&["addons", "enable", "nvidia-device-plugin"])
                        .touching(Touch::Object(daemon_set())),
                ),
                "without the device plugin Kubernetes knows no GPU",
            )]),
            _ => Ok(Vec::new()),
        }
    }

    fn forecast(&self) -> Vec<Forecast> {
        vec![forecast_safe(
            EffectKind::Run,
            "minikube addons enable nvidia-device-plugin, if it is missing",
        )]
    }

    fn deadline(&self) -> Duration {
        // The plugin's image is in no cache of minikube's and is pulled from nvcr.io.
        Duration::from_secs(600)
    }

    fn undo<'a>(
        &'a self,
        _host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(async move {
            let cluster = Touch::Cluster(self.wish.profile().to_owned());
            let set = Touch::Object(daemon_set());
            if receipt.is_ours(&cluster) || !receipt.is_ours(&set) {
                return Ok(Vec::new());
            }
            Ok(vec![Change::disruptive(
                Effect::Run(
                    self.wish
                        .minikube(&["addons", "disable", "nvidia-device-plugin"])
                        .touching(set),
                ),
                "the addon was enabled by gpucluster",
                "pods of the cluster can get no GPU any more",
            )])
        })
    }
}
