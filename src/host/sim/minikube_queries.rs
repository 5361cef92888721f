//! What minikube answers when it is only asked.

use super::commands::said;
use super::minikube_events_out::Events;
use super::world::{Profile, World};
use crate::host::Answer;
use serde_json::{Value, json};

/// `events.json` younger than this decides the status in `profile list`.
const TRANSIENT_MS: u64 = 10 * 60 * 1000;

/// `minikube version -o json`.
pub fn version(world: &World) -> Answer {
    let version = world.minikube.version.clone().unwrap_or_default();
    let body = json!({
        "commit": "c93a4cb9311efc66b90d33ea03f75f2c4120e9b0", "minikubeVersion": version
    });
    said(0, format!("{body}\n"), "")
}

/// `minikube profile list -o json`: no newline at the end, exit 0 also with none. A folder with
/// nothing but `events.json` counts as `invalid`.
pub fn profiles(world: &World, now_ms: u64) -> Answer {
    let valid: Vec<Value> = world
        .minikube
        .profiles
        .iter()
        .map(|(name, profile)| {
            json!({
                "Name": name, "Status": list_status(world, name, profile, now_ms),
                "Config": config(world, name, profile), "Active": false,
                "ActiveKubeContext": false
            })
        })
        .collect();
    let invalid: Vec<Value> = world
        .minikube
        .invalid
        .iter()
        .filter(|name| !world.minikube.profiles.contains_key(*name))
        .map(|name| {
            json!({
                "Name": name, "Status": "", "Config": null, "Active": false,
                "ActiveKubeContext": false
            })
        })
        .collect();
    said(
        0,
        json!({"invalid": invalid, "valid": valid}).to_string(),
        "",
    )
}

/// The word in `profile list` (v1.35 and later): a transient state from `events.json` for ten
/// minutes, `""` after a failed start and where the container is gone.
fn list_status(world: &World, name: &str, profile: &Profile, now_ms: u64) -> &'static str {
    let Some(container) = world
        .docker
        .containers
        .get(name)
        .filter(|_| world.docker.running)
    else {
        return "";
    };
    if let Some((at, step)) = &profile.last_step
        && now_ms.saturating_sub(*at) < TRANSIENT_MS
        && step != "Done"
    {
        return if profile.last_error.is_some() {
            ""
        } else {
            "Starting"
        };
    }
    match (container.running, profile.control_plane && !profile.broken) {
        (true, true) => "OK",
        (true, false) => "Error",
        (false, _) => "Stopped",
    }
}

/// The stored configuration, as much of it as anyone reads.
fn config(world: &World, name: &str, profile: &Profile) -> Value {
    let node_ip = node_ip(world, name);
    let addons: serde_json::Map<String, Value> = profile
        .addons
        .iter()
        .map(|addon| (addon.clone(), json!(true)))
        .collect();
    json!({
        "Name": name, "KeepContext": false, "EmbedCerts": true, "MinikubeISO": "",
        "KicBaseImage": "gcr.io/k8s-minikube/kicbase:v0.0.50", "Memory": profile.memory,
        "CPUs": profile.cpus, "DiskSize": 20000, "Driver": profile.driver, "GPUs": profile.gpus,
        "Network": "", "Subnet": "", "StaticIP": "", "Addons": addons,
        "VerifyComponents": {"apiserver": true, "node_ready": true, "system_pods": true},
        "KubernetesConfig": {
            "KubernetesVersion": profile.kubernetes, "ClusterName": name,
            "ContainerRuntime": profile.runtime, "ImageRepository": ""
        },
        "Nodes": [{
            "Name": "", "IP": node_ip, "Port": 8443, "KubernetesVersion": profile.kubernetes,
            "ContainerRuntime": profile.runtime, "ControlPlane": true, "Worker": true
        }]
    })
}

/// Address of a profile's node: always the second of its network.
pub fn node_ip(world: &World, name: &str) -> String {
    world
        .docker
        .networks
        .get(name)
        .and_then(|network| network.gateway.strip_suffix('1'))
        .map(|prefix| format!("{prefix}2"))
        .unwrap_or_default()
}

/// Whether the API of a profile's cluster answers.
pub fn api_runs(world: &World, name: &str) -> bool {
    world.docker.running
        && world.docker.containers.get(name).is_some_and(|c| c.running)
        && world
            .minikube
            .profiles
            .get(name)
            .is_some_and(|profile| profile.control_plane && !profile.broken)
}

/// `minikube status -p PROFILE -o json`: no newline. No profile: exit 85 and two `.info` events;
/// the container gone: `null`, with exit 7 since v1.38.0 and exit 0 before.
pub fn status(world: &World, name: &str) -> Answer {
    let Some(profile) = world.minikube.profiles.get(name) else {
        let mut events = Events::default();
        events.info(&format!(
            "Profile \"{name}\" not found. Run \"minikube profile list\" to view all profiles."
        ));
        events.info(&format!(
            "To start a cluster, run: \"minikube start -p {name}\""
        ));
        return said(85, events.take_lines(), "");
    };
    let Some(container) = world
        .docker
        .containers
        .get(name)
        .filter(|_| world.docker.running)
    else {
        let version = world.minikube.version.as_deref().unwrap_or_default();
        let code = if super::minikube::at_least(version, (1, 38)) {
            7
        } else {
            0
        };
        return said(code, "null", "");
    };
    let (host, kubernetes) = match (container.running, api_runs(world, name)) {
        (true, true) => ("Running", "Running"),
        (true, false) => ("Running", "Stopped"),
        (false, _) => ("Stopped", "Stopped"),
    };
    let configured = container.running
        && profile
            .kubeconfig
            .as_deref()
            .is_some_and(|path| world.files.contains_key(path));
    let kubeconfig = match (container.running, configured) {
        (false, _) => "Stopped",
        (true, true) => "Configured",
        (true, false) => "Misconfigured",
    };
    let code = match (host, kubernetes, configured) {
        ("Stopped", ..) => 7,
        (_, kube, set) => (if kube == "Running" { 0 } else { 2 }) + (if set { 0 } else { 4 }),
    };
    let body = json!({
        "Name": name, "Host": host, "Kubelet": kubernetes, "APIServer": kubernetes,
        "Kubeconfig": kubeconfig, "Worker": false
    });
    said(code, body.to_string(), "")
}
