//! What `docker` answers when it is only asked.

use super::commands::said;
use super::docker::obstacle;
use super::world::{Driver, NfsPort, World};
use crate::host::Answer;
use serde_json::{Value, json};

/// `docker version --format '{{json .}}'`: exit 1 and `"Server":null` when the daemon is away.
pub fn version(world: &World) -> Answer {
    if world.docker.podman {
        return podman_version();
    }
    let version = world.docker.version.clone().unwrap_or_default();
    let client = json!({
        "Version": version, "ApiVersion": "1.51", "DefaultAPIVersion": "1.51", "Os": "linux",
        "Arch": "amd64", "Context": "default"
    });
    match obstacle(world) {
        Some(words) => said(
            1,
            format!("{}\n", json!({"Client": client, "Server": null})),
            format!("{words}\n"),
        ),
        None => {
            let server = json!({
                "Platform": {"Name": "Docker Engine - Community"}, "Version": version,
                "ApiVersion": "1.51", "MinAPIVersion": "1.24", "Os": "linux", "Arch": "amd64",
                "KernelVersion": "5.15.0-89-generic"
            });
            said(
                0,
                format!("{}\n", json!({"Client": client, "Server": server})),
                "",
            )
        }
    }
}

/// `docker info --format '{{json .}}'`: from 28.1 on exit 1 and zeroed fields when the daemon is
/// away (before: exit 0 and `ServerErrors`).
pub fn info(world: &World) -> Answer {
    if world.docker.podman {
        let body =
            json!({"host": {"arch": "amd64", "os": "linux"}, "version": {"Version": "4.9.3"}});
        return said(0, format!("{body}\n"), PODMAN);
    }
    let docker = &world.docker;
    let version = docker.version.clone().unwrap_or_default();
    let client = json!({"Debug": false, "Version": version, "Context": "default"});
    if let Some(words) = obstacle(world) {
        let empty = json!({
            "ID": "", "Containers": 0, "ContainersRunning": 0, "Runtimes": null,
            "DefaultRuntime": "", "SecurityOptions": null, "ServerVersion": "", "NCPU": 0,
            "MemTotal": 0, "CDISpecDirs": null, "Warnings": null, "ClientInfo": client
        });
        return said(1, format!("{empty}\n"), format!("{words}\n"));
    }
    let mut security = vec![
        "name=apparmor",
        "name=seccomp,profile=builtin",
        "name=cgroupns",
    ];
    if docker.rootless {
        security.push("name=rootless");
    }
    let runtimes: serde_json::Map<String, Value> = docker
        .runtimes
        .iter()
        .map(|name| {
            let path = if name == "nvidia" {
                "nvidia-container-runtime"
            } else {
                "runc"
            };
            (name.clone(), json!({"path": path}))
        })
        .collect();
    let count = docker.containers.len();
    let running = docker.containers.values().filter(|c| c.running).count();
    let body = json!({
        "ID": "3f1d0c3e-6f5e-4c4e-8a53-2f6a4f3f9d11", "Containers": count,
        "ContainersRunning": running, "ContainersPaused": 0, "ContainersStopped": count - running,
        "Images": docker.images.len(), "Driver": "overlay2",
        "DriverStatus": [["Backing Filesystem", "extfs"], ["Supports d_type", "true"]],
        "Plugins": {"Volume": ["local"], "Network": ["bridge", "host", "ipvlan", "macvlan", "null", "overlay"]},
        "CgroupDriver": "systemd", "CgroupVersion": "2", "KernelVersion": "5.15.0-89-generic",
        "OperatingSystem": docker.os, "OSType": "linux", "Architecture": "x86_64",
        "NCPU": world.identity.cpus, "MemTotal": world.identity.memory_mib * 1024 * 1024,
        "DockerRootDir": docker.root_dir, "HttpProxy": "", "HttpsProxy": "", "NoProxy": "",
        "Name": daemon_host(world), "ServerVersion": version, "Runtimes": runtimes,
        "DefaultRuntime": docker.default_runtime, "LiveRestoreEnabled": false,
        "SecurityOptions": security, "CDISpecDirs": ["/etc/cdi", "/var/run/cdi"],
        "DiscoveredDevices": devices(world), "Warnings": null, "ClientInfo": client
    });
    said(0, format!("{body}\n"), "")
}

/// The machine that the daemon runs on.
fn daemon_host(world: &World) -> &str {
    match world.docker.daemon_host.as_str() {
        "" => &world.identity.hostname,
        other => other,
    }
}

/// What the daemon finds in the CDI specifications (Docker 28.2 and later).
fn devices(world: &World) -> Value {
    let spec = super::gpu::cdi_spec(world);
    let names: Vec<Value> = spec
        .into_iter()
        .flat_map(|spec| spec.devices)
        .map(|name| json!({"Source": "cdi", "ID": format!("nvidia.com/gpu={name}")}))
        .collect();
    if names.is_empty() {
        Value::Null
    } else {
        Value::Array(names)
    }
}

/// podman 4.9 behind Docker's name: its warning, and its own idea of a version.
fn podman_version() -> Answer {
    let body = json!({"Client": {
        "APIVersion": "4.9.3", "Version": "4.9.3", "GoVersion": "go1.22.1", "OsArch": "linux/amd64",
        "Os": "linux"
    }});
    said(0, format!("{body}\n"), PODMAN)
}

/// What podman's shim says before anything else.
const PODMAN: &str =
    "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.\n";

/// `docker context inspect`: needs no daemon.
pub fn context(world: &World) -> Answer {
    if world.docker.podman {
        let words = format!("{PODMAN}Error: unrecognized command `podman context`\n");
        return said(125, "", words);
    }
    let or = |text: &str, default: &str| if text.is_empty() { default } else { text }.to_owned();
    let body = json!([{
        "Name": or(&world.docker.context, "default"), "Metadata": {},
        "Endpoints": {"docker": {
            "Host": or(&world.docker.endpoint, "unix:///var/run/docker.sock"), "SkipTLSVerify": false
        }},
        "TLSMaterial": {}, "Storage": {"MetadataPath": "<IN MEMORY>", "TLSPath": "<IN MEMORY>"}
    }]);
    said(0, format!("{body:#}\n"), "")
}

/// `docker network inspect NAME`.
pub fn network(world: &World, name: &str) -> Answer {
    if let Some(words) = obstacle(world) {
        return said(1, "[]\n", format!("{words}\n"));
    }
    let Some(network) = world.docker.networks.get(name) else {
        let words = format!("Error response from daemon: network {name} not found\n");
        return said(1, "[]\n", words);
    };
    let body = json!([{
        "Name": name, "Id": "5e8c0b4a7d21", "Scope": "local", "Driver": "bridge",
        "EnableIPv4": true, "EnableIPv6": false,
        "IPAM": {"Driver": "default", "Options": {},
                 "Config": [{"Subnet": network.subnet, "Gateway": network.gateway}]},
        "Internal": false, "Attachable": false, "Ingress": false, "Containers": {},
        "Options": {"--icc": "", "--ip-masq": ""}, "Labels": network.labels
    }]);
    said(0, format!("{body:#}\n"), "")
}

/// `docker ps -a --filter label=K=V --format '{{json .}}'`: one object a line.
pub fn containers(world: &World, label: &str) -> Answer {
    if let Some(words) = obstacle(world) {
        return said(1, "", format!("{words}\n"));
    }
    let (key, value) = label.split_once('=').unwrap_or((label, ""));
    let lines: String = world
        .docker
        .containers
        .iter()
        .filter(|(_, c)| {
            c.labels
                .get(key)
                .is_some_and(|have| value.is_empty() || have == value)
        })
        .map(|(name, container)| {
            let labels: Vec<String> = container
                .labels
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            let (state, status) = if container.running {
                ("running", "Up 2 minutes")
            } else {
                ("exited", "Exited (137) 2 minutes ago")
            };
            let row = json!({
                "ID": format!("{:0>64}", name.len()), "Image": container.image, "Names": name,
                "Labels": labels.join(","), "State": state, "Status": status, "Networks": name
            });
            format!("{row}\n")
        })
        .collect();
    said(0, lines, "")
}

/// `docker ps --format '{{.Names}}'`.
pub fn running(world: &World) -> Answer {
    if let Some(words) = obstacle(world) {
        return said(1, "", format!("{words}\n"));
    }
    let names = world.docker.containers.iter().filter(|(_, c)| c.running);
    said(
        0,
        names
            .map(|(name, _)| format!("{name}\n"))
            .collect::<String>(),
        "",
    )
}

/// `docker exec NODE sh -c …` of `src/host/node_probe.sh`, with bash and `timeout` in the node as in
/// minikube's image.
pub fn node_reaches(world: &World, node: &str) -> Answer {
    if let Some(answer) = stopped_node(world, node) {
        return answer;
    }
    let Some(network) = world.docker.networks.get(node) else {
        return said(69, "", "the node has no default route\n");
    };
    let at = &network.gateway;
    let failed = |words: &str| {
        let stderr = format!("{at}: connect: {words}\n{at}: line 1: /dev/tcp/{at}/2049: {words}\n");
        said(1, format!("{at}\n"), stderr)
    };
    let serves = super::units::state(world, "nfs-server").active;
    match world.nfs_port {
        NfsPort::Dropped => said(124, format!("{at}\n"), ""),
        NfsPort::Prohibited => failed("No route to host"),
        NfsPort::Open if serves => said(0, format!("{at}\n"), ""),
        NfsPort::Open | NfsPort::Refused => failed("Connection refused"),
    }
}

/// What `docker exec` says where there is no node to run anything in.
pub fn stopped_node(world: &World, node: &str) -> Option<Answer> {
    let words = match world.docker.containers.get(node) {
        _ if obstacle(world).is_some() => obstacle(world)?,
        None => format!("Error response from daemon: No such container: {node}"),
        Some(container) if !container.running => {
            "Error response from daemon: container 3f1d0c3e6f5e is not running".to_owned()
        }
        Some(_) => return None,
    };
    Some(said(1, "", format!("{words}\n")))
}

/// Whether the container of a name runs with GPUs that work.
pub fn sees_gpus(world: &World, name: &str) -> bool {
    world.gpus.driver == Driver::Ok
        && world
            .docker
            .containers
            .get(name)
            .is_some_and(|container| container.running && container.gpus)
}
