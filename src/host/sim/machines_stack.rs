//! Machines on which something that stands on the hardware is broken: Docker, the toolkit, minikube, the
//! cluster or the queue.

use super::docker;
use super::kube_controllers;
use super::kube_store::{At, KubeStore};
use super::minikube;
use super::world::{Profile, World};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The daemon's configuration with the toolkit's runtime in it, in the tool's own bytes.
pub const DAEMON_JSON: &str = "{\n    \"runtimes\": {\n        \"nvidia\": {\n            \"args\": [],\n            \
                               \"path\": \"nvidia-container-runtime\"\n        }\n    }\n}";

/// Breaks a machine as its name says; `false` for a name that is not one of these.
pub fn shape(world: &mut World, name: &str) -> bool {
    match name {
        "cdi-stale" => cdi_stale(world),
        "no-cgroups" => no_cgroups(world),
        "docker-snap" => docker_snap(world),
        "docker-desktop" => docker_desktop(world),
        "docker-rootless" => docker_rootless(world),
        "docker-remote" => docker_remote(world),
        "podman-shim" => podman_shim(world),
        "runtime-not-restarted" => world.put("/etc/docker/daemon.json", DAEMON_JSON, 0o644, 0),
        "minikube-home-root" => minikube_home(world),
        "unhealthy-gpu" => {
            with_cluster(world);
            if let Some(profile) = world.minikube.profiles.get_mut("gpucluster") {
                profile.unhealthy_gpus = 1;
            }
        }
        "stuck-pods" => {
            with_cluster(world);
            if let Some(profile) = world.minikube.profiles.get_mut("gpucluster") {
                stuck_pods(&mut profile.api);
            }
        }
        "queue-broken" => {
            let config = broken_queue().to_string();
            let configs = &mut world.wandb.queue_configs;
            configs.insert("gpucluster".to_owned(), config);
        }
        _ => return false,
    }
    // What the cluster does by itself is done: a look finds it as it is, and changes nothing.
    let now = world.epoch_ms;
    kube_controllers::reconcile(world, "gpucluster", now);
    true
}

fn configured(world: &mut World) {
    world.put("/etc/docker/daemon.json", DAEMON_JSON, 0o644, 0);
    docker::daemon_starts(world);
}

/// The driver was upgraded since the specification was made, and Docker injects by it.
fn cdi_stale(world: &mut World) {
    configured(world);
    world.docker.version = Some("29.3.0".to_owned());
    world.toolkit = Some("1.18.1".to_owned());
    let before = "525.60.13";
    let nodes: String = (0..world.gpus.gpus.len())
        .map(|index| {
            format!(
                "- name: \"{index}\"\n  containerEdits:\n    deviceNodes:\n    - path: /dev/nvidia{index}\n"
            )
        })
        .collect();
    let spec = format!(
        "---\ncdiVersion: 0.5.0\nkind: nvidia.com/gpu\ndevices:\n{nodes}- name: all\n  containerEdits: {{}}\n\
         containerEdits:\n  deviceNodes:\n  - path: /dev/nvidiactl\n  - path: /dev/nvidia-uvm\n  mounts:\n  \
         - hostPath: /usr/lib/x86_64-linux-gnu/libcuda.so.{before}\n    \
         containerPath: /usr/lib/x86_64-linux-gnu/libcuda.so.{before}\n    options: [ro, nosuid, nodev, bind]\n"
    );
    world.put_dir("/etc/cdi", 0o755, 0);
    world.put("/etc/cdi/nvidia.yaml", &spec, 0o644, 0);
}

/// Somebody followed a guide for rootless Docker on a machine with the system's daemon.
fn no_cgroups(world: &mut World) {
    configured(world);
    let config = "disable-require = false\n\n[nvidia-container-cli]\nenvironment = []\nload-kmods = true\n\
                  no-cgroups = true\n\n[nvidia-container-runtime]\nlog-level = \"info\"\nmode = \"auto\"\n";
    let path = "/etc/nvidia-container-runtime/config.toml";
    world.put(path, config, 0o644, 0);
}

fn without_package(world: &mut World) {
    world.packages.remove("docker-ce");
}

fn docker_snap(world: &mut World) {
    without_package(world);
    world.docker.root_dir = "/var/snap/docker/common/var-lib-docker".to_owned();
    world.put_dir("/snap/docker/current", 0o755, 0);
}

fn docker_desktop(world: &mut World) {
    world.docker.os = "Docker Desktop".to_owned();
    world.docker.daemon_host = "docker-desktop".to_owned();
    world.docker.context = "desktop-linux".to_owned();
    world.docker.endpoint = format!("unix://{}/.docker/desktop/docker.sock", world.identity.home);
}

fn docker_rootless(world: &mut World) {
    world.docker.rootless = true;
    world.docker.context = "rootless".to_owned();
    world.docker.endpoint = format!("unix:///run/user/{}/docker.sock", world.identity.uid);
    world.docker.root_dir = format!("{}/.local/share/docker", world.identity.home);
}

/// `DOCKER_HOST=ssh://…` in the person's profile.
fn docker_remote(world: &mut World) {
    world.docker.daemon_host = "build-box".to_owned();
    world.docker.endpoint = "ssh://ubuntu@build-box".to_owned();
}

fn podman_shim(world: &mut World) {
    without_package(world);
    world.packages.insert("podman-docker".to_owned());
    world.docker.podman = true;
}

/// Somebody ran `sudo -E minikube start` once.
fn minikube_home(world: &mut World) {
    configured(world);
    let home = world.identity.home.clone();
    for dir in [
        ".minikube",
        ".minikube/profiles",
        ".minikube/cache",
        ".kube",
    ] {
        world.put_dir(home.join(dir).as_str(), 0o755, 0);
    }
    let config = home.join(".kube/config");
    world.put(config.as_str(), "apiVersion: v1\nkind: Config\n", 0o600, 0);
}

/// A cluster with every GPU that runs, set up by an earlier `gpucluster up` as far as `gpu.node`.
fn with_cluster(world: &mut World) {
    configured(world);
    super::minikube_node::make_node(world, "gpucluster", true);
    minikube::fill_cache(world);
    let root = world.identity.data_dir.join("profiles/gpucluster");
    let proof = json!({
        "docker": world.docker.version, "toolkit": world.toolkit, "driver": world.gpus.version,
        "gpus": world.gpus.gpus.len(), "image": "ubuntu:24.04"
    });
    let uid = world.identity.uid;
    world.put(
        root.join("gpu-container.json").as_str(),
        &format!("{proof:#}\n"),
        0o644,
        uid,
    );
    world.minikube.profiles.insert(
        "gpucluster".to_owned(),
        Profile {
            gpus: "all".to_owned(),
            driver: "docker".to_owned(),
            runtime: "docker".to_owned(),
            cpus: 0,
            memory: 0,
            kubernetes: "v1.35.1".to_owned(),
            addons: BTreeSet::from(
                [
                    "default-storageclass",
                    "storage-provisioner",
                    "nvidia-device-plugin",
                ]
                .map(str::to_owned),
            ),
            control_plane: true,
            broken: false,
            service_restarts: 0,
            last_step: None,
            last_error: None,
            kubeconfig: None,
            plugin_ready_ms: Some(0),
            unhealthy_gpus: 0,
            api: KubeStore::default(),
        },
    );
    minikube::set_context(world, "gpucluster", &root.join("agent/home/.kube/config"));
}

/// Two jobs of Launch whose image nobody can pull any more today, and a pod that is killed for memory.
fn stuck_pods(api: &mut KubeStore) {
    let mut put = |name: &str, status: Value| {
        let at = At::new("pods", "default", name);
        let labels = if name.starts_with("launch-") {
            json!({"wandb.ai/monitor": "true", "wandb.ai/run-id": "2x7k1m9q"})
        } else {
            json!({})
        };
        api.put(
            &at,
            json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": name, "namespace": "default", "labels": labels},
                "spec": {"nodeName": "gpucluster", "containers": [{"name": "launch0"}]},
                "status": status
            }),
        );
    };
    for name in ["launch-ada-vision-4c2lt-0", "launch-ada-vision-9bq7x-0"] {
        put(
            name,
            json!({"phase": "Pending", "containerStatuses": [{
                "name": "launch0", "ready": false, "restartCount": 0,
                "state": {"waiting": {
                    "reason": "ImagePullBackOff",
                    "message": "Back-off pulling image \"wandb/job_hello_world:main\""
                }}
            }]}),
        );
    }
    put(
        "notebook-0",
        json!({"phase": "Running", "containerStatuses": [{
            "name": "launch0", "ready": false, "restartCount": 7,
            "state": {"waiting": {
                "reason": "CrashLoopBackOff",
                "message": "back-off 5m0s restarting failed container=launch0 pod=notebook-0_default"
            }},
            "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}
        }]}),
    );
    let event = |pod: &str, at: &str, message: &str| {
        json!({
            "apiVersion": "v1", "kind": "Event", "type": "Warning", "reason": "Failed",
            "metadata": {"name": format!("{pod}.{at}"), "namespace": "default"},
            "involvedObject": {"kind": "Pod", "namespace": "default", "name": pod},
            "lastTimestamp": format!("2026-11-23T15:{at}:00Z"), "message": message
        })
    };
    for pod in ["launch-ada-vision-4c2lt-0", "launch-ada-vision-9bq7x-0"] {
        for (at, message) in [
            (
                "10",
                "Failed to pull image \"wandb/job_hello_world:main\": Error response from daemon: \
                 toomanyrequests: You have reached your unauthenticated pull rate limit. \
                 https://www.docker.com/increase-rate-limit",
            ),
            ("11", "Error: ImagePullBackOff"),
        ] {
            let object = event(pod, at, message);
            api.put(
                &At::new("events", "default", &format!("{pod}.{at}")),
                object,
            );
        }
    }
}

/// The tutorial's JSON, which parses and has `volumeMounts` where Kubernetes drops them; with a key that
/// agents refuse since 0.28.1.
fn broken_queue() -> Value {
    json!({"spec": {"template": {"spec": {
        "containers": [{
            "image": "${image_uri}",
            "resources": {
                "limits": {"cpu": 4, "memory": "12Gi", "nvidia.com/gpu": "{{gpus}}"},
                "volumeMounts": [{"name": "nfs-storage", "mountPath": "/root/.cache"}]
            }
        }],
        "hostIPC": true, "restartPolicy": "Never",
        "volumes": [{"name": "nfs-storage", "persistentVolumeClaim": {"claimName": "nfs-pvc"}}]
    }}, "backoffLimit": 0}})
}
