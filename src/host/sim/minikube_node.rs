//! The Docker side of a minikube node: its network and its container.

use super::world::{Container, Network, World};
use std::collections::BTreeMap;

/// The first free of 192.168.49.0/24, .58, .67 …; one of that name is used again.
pub fn make_network(world: &mut World, name: &str) {
    if world.docker.networks.contains_key(name) {
        return;
    }
    let taken: Vec<&String> = world.docker.networks.values().map(|n| &n.subnet).collect();
    let third = (49..=220)
        .step_by(9)
        .find(|third| !taken.contains(&&format!("192.168.{third}.0/24")))
        .unwrap_or(49);
    world.docker.networks.insert(
        name.to_owned(),
        Network {
            subnet: format!("192.168.{third}.0/24"),
            gateway: format!("192.168.{third}.1"),
            labels: labels(name),
        },
    );
}

/// The node's container, which runs.
pub fn make_container(world: &mut World, name: &str, gpus: bool) {
    world.docker.containers.insert(
        name.to_owned(),
        Container {
            image: "gcr.io/k8s-minikube/kicbase:v0.0.50".to_owned(),
            running: true,
            restart_always: false,
            gpus,
            labels: labels(name),
        },
    );
}

/// Network and container of a node that somebody made earlier.
pub fn make_node(world: &mut World, name: &str, gpus: bool) {
    make_network(world, name);
    make_container(world, name, gpus);
}

fn labels(name: &str) -> BTreeMap<String, String> {
    [
        ("created_by.minikube.sigs.k8s.io", "true"),
        ("mode.minikube.sigs.k8s.io", name),
        ("name.minikube.sigs.k8s.io", name),
        ("role.minikube.sigs.k8s.io", ""),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .into()
}
