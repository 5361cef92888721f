//! What the cluster does by itself: the node reports, the device plugin registers, claims bind,
//! jobs run. Played forward to the world's time before every request.

use super::docker_queries::sees_gpus;
use super::kube_binder::bind;
use super::kube_rules::timestamp;
use super::kube_store::{At, KubeStore};
use super::minikube_queries::node_ip;
use super::world::World;
use serde_json::{Value, json};

/// How long a job's pod runs, in milliseconds.
const JOB_MS: u64 = 5_000;

/// The device plugin's DaemonSet, in `kube-system`.
const PLUGIN: &str = "nvidia-device-plugin-daemonset";

/// Its pod.
const PLUGIN_POD: &str = "nvidia-device-plugin-daemonset-x7k2p";

/// Plays everything up to now.
pub fn reconcile(world: &mut World, cluster: &str, now_ms: u64) {
    let gpus = allocatable(world, cluster, now_ms);
    let ip = node_ip(world, cluster);
    let (cpus, memory) = (world.identity.cpus, world.identity.memory_mib);
    let Some(profile) = world.minikube.profiles.get_mut(cluster) else {
        return;
    };
    let plugin = profile.addons.contains("nvidia-device-plugin");
    let healthy = gpus.map(|gpus| gpus.saturating_sub(profile.unhealthy_gpus));
    let api = &mut profile.api;
    for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
        ensure(
            api,
            &At::new("namespaces", "", name),
            now_ms,
            || json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}),
        );
    }
    ensure(
        api,
        &At::new("storageclasses", "", "standard"),
        now_ms,
        storage_class,
    );
    if plugin {
        let at = At::new(
            "daemonsets",
            "kube-system",
            "nvidia-device-plugin-daemonset",
        );
        ensure(api, &at, now_ms, daemon_set);
        let at = At::new("pods", "kube-system", PLUGIN_POD);
        ensure(api, &at, now_ms, || plugin_pod(cluster));
    } else {
        // Missing is the usual case: the addon is on only where GPUs were asked for.
        let _ = api.delete(&At::new("daemonsets", "kube-system", PLUGIN));
        let _ = api.delete(&At::new("pods", "kube-system", PLUGIN_POD));
    }
    node(
        api,
        cluster,
        &profile.kubernetes,
        &ip,
        (cpus, memory),
        (gpus, healthy),
        now_ms,
    );
    bind(api);
    run_jobs(api, now_ms);
    schedule(api, cluster, healthy.unwrap_or(0), now_ms);
}

/// GPUs that the node reports: none before the device plugin has registered, which is some time
/// after `minikube start` has ended. `None`: the resource is not there at all.
fn allocatable(world: &World, cluster: &str, now_ms: u64) -> Option<u64> {
    let ready = world.minikube.profiles.get(cluster)?.plugin_ready_ms?;
    (now_ms >= ready && sees_gpus(world, cluster)).then_some(world.gpus.gpus.len() as u64)
}

fn ensure(api: &mut KubeStore, at: &At, now_ms: u64, make: impl FnOnce() -> Value) {
    if !api.has(at) {
        // Fails only where its namespace was just deleted; the next request makes both again.
        let _ = api.create(at, make(), now_ms);
    }
}

fn storage_class() -> Value {
    json!({
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
        "metadata": {"name": "standard", "annotations": {
            "storageclass.kubernetes.io/is-default-class": "true"
        }},
        "provisioner": "k8s.io/minikube-hostpath", "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate"
    })
}

fn daemon_set() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet",
        "metadata": {"name": PLUGIN, "namespace": "kube-system"},
        "spec": {
            "selector": {"matchLabels": {"name": "nvidia-device-plugin-ds"}},
            "template": {
                "metadata": {"labels": {"name": "nvidia-device-plugin-ds"}},
                "spec": {"containers": [{
                    "name": "nvidia-device-plugin-ctr",
                    "image": "nvcr.io/nvidia/k8s-device-plugin:v0.18.2",
                    "env": [{"name": "FAIL_ON_INIT_ERROR", "value": "false"}]
                }]}
            }
        },
        "status": {"desiredNumberScheduled": 1, "currentNumberScheduled": 1, "numberReady": 1}
    })
}

/// Runs and is ready whether it found a GPU or not.
fn plugin_pod(node: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": PLUGIN_POD, "namespace": "kube-system",
            "labels": {"name": "nvidia-device-plugin-ds"}
        },
        "spec": {"nodeName": node, "containers": [{"name": "nvidia-device-plugin-ctr"}]},
        "status": {
            "phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{
                "name": "nvidia-device-plugin-ctr", "ready": true, "restartCount": 0,
                "state": {"running": {"startedAt": "2026-11-23T15:15:14Z"}}
            }]
        }
    })
}

fn node(
    api: &mut KubeStore,
    name: &str,
    kubernetes: &str,
    ip: &str,
    (cpus, memory): (u32, u64),
    (gpus, healthy): (Option<u64>, Option<u64>),
    now_ms: u64,
) {
    let at = At::new("nodes", "", name);
    ensure(api, &at, now_ms, || {
        json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": name, "labels": {
                "kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
                "node-role.kubernetes.io/control-plane": "",
                "minikube.k8s.io/name": name, "minikube.k8s.io/primary": "true"
            }},
            "spec": {}
        })
    });
    let Ok(mut node) = api.get(&at) else {
        return;
    };
    let mut resources = json!({
        "cpu": cpus.to_string(), "memory": format!("{}Ki", memory * 1024), "pods": "110",
        "ephemeral-storage": "304681132Ki"
    });
    let mut allocatable = resources.clone();
    if let (Some(gpus), Some(healthy)) = (gpus, healthy) {
        resources["nvidia.com/gpu"] = json!(gpus.to_string());
        // The capacity stays; what is unhealthy is handed out no more.
        allocatable["nvidia.com/gpu"] = json!(healthy.to_string());
    }
    node["status"] = json!({
        "capacity": resources, "allocatable": allocatable,
        "addresses": [{"type": "InternalIP", "address": ip}, {"type": "Hostname", "address": name}],
        "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
        "nodeInfo": {
            "kubeletVersion": kubernetes, "containerRuntimeVersion": "docker://29.2.1",
            "osImage": "Debian GNU/Linux 12 (bookworm)", "kernelVersion": "5.15.0-89-generic",
            "architecture": "amd64", "operatingSystem": "linux"
        }
    });
    api.put(&at, node);
}

/// `metadata.name`.
pub fn name_of(object: &Value) -> String {
    name_in(object, "name")
}

/// A text of `metadata`.
pub fn name_in(object: &Value, key: &str) -> String {
    object["metadata"][key]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Makes the pod of every job that has none, and ends jobs with their pods.
fn run_jobs(api: &mut KubeStore, now_ms: u64) {
    for mut job in api.list("jobs", "", "") {
        let (name, space) = (name_of(&job), name_in(&job, "namespace"));
        let at = At::new("pods", &space, &format!("{name}-0"));
        let mut labels = job["spec"]["template"]["metadata"]["labels"].clone();
        labels["job-name"] = json!(name);
        labels["batch.kubernetes.io/job-name"] = json!(name);
        ensure(api, &at, now_ms, || {
            json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": at.name, "namespace": space, "labels": labels},
                "spec": job["spec"]["template"]["spec"]
            })
        });
        let phase = api.get(&at).map(|pod| pod["status"]["phase"].clone());
        job["status"] = match phase.as_ref().ok().and_then(Value::as_str) {
            Some("Succeeded") => json!({
                "succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]
            }),
            Some("Running") => json!({"active": 1, "ready": 1}),
            _ => json!({"active": 1, "ready": 0}),
        };
        api.put(&At::new("jobs", &space, &name), job);
    }
}

/// Runs pods whose GPUs are there and whose claims are bound; ends them after a while.
fn schedule(api: &mut KubeStore, node: &str, gpus: u64, now_ms: u64) {
    let pods = api.list("pods", "", "");
    let mut used: u64 = pods
        .iter()
        .filter(|p| p["status"]["phase"] == "Running")
        .map(wanted)
        .sum();
    for mut pod in pods {
        let at = At::new("pods", &name_in(&pod, "namespace"), &name_of(&pod));
        match pod["status"]["phase"].as_str() {
            // It has its node, and its kubelet cannot start it.
            Some("Pending") if pod["spec"]["nodeName"].is_string() => {}
            Some("Pending") => {
                if used + wanted(&pod) > gpus {
                    let words = "0/1 nodes are available: 1 Insufficient nvidia.com/gpu.";
                    pod["status"]["conditions"] = json!([{
                        "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                        "message": words
                    }]);
                } else if claims_bound(api, &pod) {
                    used += wanted(&pod);
                    pod["spec"]["nodeName"] = json!(node);
                    pod["status"] = json!({
                        "phase": "Running", "startTime": timestamp(now_ms),
                        "conditions": [{"type": "Ready", "status": "True"}]
                    });
                    pod["metadata"]["annotations"]["simulated/until-ms"] =
                        json!((now_ms + JOB_MS).to_string());
                }
            }
            Some("Running") => {
                let until = pod["metadata"]["annotations"]["simulated/until-ms"]
                    .as_str()
                    .and_then(|text| text.parse::<u64>().ok());
                if until.is_some_and(|until| now_ms >= until) {
                    pod["status"]["phase"] = json!("Succeeded");
                }
            }
            _ => {}
        }
        api.put(&at, pod);
    }
}

fn claims_bound(api: &KubeStore, pod: &Value) -> bool {
    let space = name_in(pod, "namespace");
    pod["spec"]["volumes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|volume| volume["persistentVolumeClaim"]["claimName"].as_str())
        .all(|claim| {
            api.get(&At::new("persistentvolumeclaims", &space, claim))
                .is_ok_and(|claim| claim["status"]["phase"] == "Bound")
        })
}

/// GPUs that a pod asks for.
fn wanted(pod: &Value) -> u64 {
    let containers = pod["spec"]["containers"].as_array();
    containers
        .into_iter()
        .flatten()
        .filter_map(
            |container| match &container["resources"]["limits"]["nvidia.com/gpu"] {
                Value::String(text) => text.parse().ok(),
                other => other.as_u64(),
            },
        )
        .sum()
}
