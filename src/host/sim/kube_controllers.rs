//! What the cluster does by itself: the node reports, the device plugin registers, claims bind,
//! jobs run. Played forward to the world's time before every request.

use super::docker_queries::sees_gpus;
use super::kube_store::{At, KubeStore, timestamp};
use super::minikube_queries::node_ip;
use super::world::World;
use serde_json::{Value, json};

/// How long a job's pod runs, in milliseconds.
const JOB_MS: u64 = 5_000;

/// Plays everything up to now.
pub fn reconcile(world: &mut World, cluster: &str, now_ms: u64) {
    let gpus = allocatable(world, cluster, now_ms);
    let ip = node_ip(world, cluster);
    let (cpus, memory) = (world.identity.cpus, world.identity.memory_mib);
    let Some(profile) = world.minikube.profiles.get_mut(cluster) else {
        return;
    };
    let plugin = profile.addons.contains("nvidia-device-plugin");
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
        ensure(api, &at, now_ms, || daemon_set(&profile.kubernetes));
        let at = At::new(
            "pods",
            "kube-system",
            "nvidia-device-plugin-daemonset-x7k2p",
        );
        ensure(api, &at, now_ms, || plugin_pod(cluster));
    }
    node(
        api,
        cluster,
        &profile.kubernetes,
        &ip,
        (cpus, memory),
        gpus,
        now_ms,
    );
    bind(api);
    run_jobs(api, cluster, gpus.unwrap_or(0), now_ms);
    schedule(api, cluster, gpus.unwrap_or(0), now_ms);
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

fn daemon_set(_kubernetes: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet",
        "metadata": {"name": "nvidia-device-plugin-daemonset", "namespace": "kube-system"},
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
            "name": "nvidia-device-plugin-daemonset-x7k2p", "namespace": "kube-system",
            "labels": {"name": "nvidia-device-plugin-ds"}
        },
        "spec": {"nodeName": node, "containers": [{"name": "nvidia-device-plugin-ctr"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    })
}

fn node(
    api: &mut KubeStore,
    name: &str,
    kubernetes: &str,
    ip: &str,
    (cpus, memory): (u32, u64),
    gpus: Option<u64>,
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
    if let Some(gpus) = gpus {
        resources["nvidia.com/gpu"] = json!(gpus.to_string());
    }
    node["status"] = json!({
        "capacity": resources, "allocatable": resources,
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

/// Binds claims to volumes, and releases volumes whose claim is gone.
fn bind(api: &mut KubeStore) {
    for mut volume in api.list("persistentvolumes", "", "") {
        let claim_ref = volume["spec"]["claimRef"].clone();
        if claim_ref["uid"].is_null() {
            continue;
        }
        let claim = api.get(&claim_at(&claim_ref));
        if claim.map_or(true, |claim| claim["metadata"]["uid"] != claim_ref["uid"]) {
            let name = name_of(&volume);
            if volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete" {
                let _ = api.delete(&At::new("persistentvolumes", "", &name));
            } else {
                volume["status"]["phase"] = json!("Released");
                api.put(&At::new("persistentvolumes", "", &name), volume);
            }
        }
    }
    for claim in api.list("persistentvolumeclaims", "", "") {
        if claim["status"]["phase"] != "Bound" {
            bind_claim(api, claim);
        }
    }
}

fn bind_claim(api: &mut KubeStore, mut claim: Value) {
    // Admission: a claim that names no class at all gets the default one.
    if claim["spec"]["storageClassName"].is_null() {
        claim["spec"]["storageClassName"] = json!("standard");
    }
    let found = api
        .list("persistentvolumes", "", "")
        .into_iter()
        .find(|volume| suits(volume, &claim));
    let volume = match found {
        Some(volume) => volume,
        None if claim["spec"]["storageClassName"] == "standard"
            && claim["spec"]["volumeName"].is_null() =>
        {
            provisioned(&claim)
        }
        None => {
            api.put(&claim_at(&reference(&claim)), claim);
            return;
        }
    };
    join(api, volume, claim);
}

fn join(api: &mut KubeStore, mut volume: Value, mut claim: Value) {
    volume["spec"]["claimRef"] = reference(&claim);
    volume["status"]["phase"] = json!("Bound");
    claim["spec"]["volumeName"] = volume["metadata"]["name"].clone();
    claim["status"] = json!({
        "phase": "Bound", "accessModes": volume["spec"]["accessModes"],
        "capacity": volume["spec"]["capacity"]
    });
    let name = name_of(&volume);
    api.put(&At::new("persistentvolumes", "", &name), volume);
    api.put(&claim_at(&reference(&claim)), claim);
}

/// Whether a free volume is the one for a claim: class, name and reservation must fit. A `Released`
/// volume never does.
fn suits(volume: &Value, claim: &Value) -> bool {
    let reserved = &volume["spec"]["claimRef"];
    let class = |v: &Value| {
        v["spec"]["storageClassName"]
            .as_str()
            .unwrap_or("")
            .to_owned()
    };
    let wanted = claim["spec"]["volumeName"].as_str();
    let free = volume["status"]["phase"] == "Available";
    let named = wanted.is_none_or(|name| volume["metadata"]["name"] == name);
    let kept_for = reserved.is_null()
        || (reserved["name"] == claim["metadata"]["name"]
            && reserved["namespace"] == claim["metadata"]["namespace"]
            && (reserved["uid"].is_null() || reserved["uid"] == claim["metadata"]["uid"]));
    free && named && kept_for && class(volume) == class(claim)
}

/// A volume on the node's own disk, as minikube's provisioner makes it.
fn provisioned(claim: &Value) -> Value {
    let uid = claim["metadata"]["uid"].as_str().unwrap_or_default();
    let name = format!("pvc-{uid}");
    let (space, of) = (name_in(claim, "namespace"), name_of(claim));
    json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name},
        "spec": {
            "accessModes": claim["spec"]["accessModes"],
            "capacity": claim["spec"]["resources"]["requests"],
            "hostPath": {"path": format!("/tmp/hostpath-provisioner/{space}/{of}")},
            "persistentVolumeReclaimPolicy": "Delete", "storageClassName": "standard"
        },
        "status": {}
    })
}

fn reference(claim: &Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": claim["metadata"]["name"],
        "namespace": claim["metadata"]["namespace"], "uid": claim["metadata"]["uid"]
    })
}

fn claim_at(reference: &Value) -> At {
    let text = |key: &str| reference[key].as_str().unwrap_or_default();
    At::new("persistentvolumeclaims", text("namespace"), text("name"))
}

fn name_of(object: &Value) -> String {
    name_in(object, "name")
}

fn name_in(object: &Value, key: &str) -> String {
    object["metadata"][key]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// Makes the pod of every job that has none, and ends jobs with their pods.
fn run_jobs(api: &mut KubeStore, node: &str, _gpus: u64, now_ms: u64) {
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
    let _ = node;
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
