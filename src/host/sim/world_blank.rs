//! The world of which nothing is known yet.

use super::world::{
    Disk, Docker, Driver, FORMAT, GpuStack, Minikube, NfsPort, Python, WandbServer, World,
};
use crate::host::Identity;
use std::collections::{BTreeMap, BTreeSet};

impl World {
    /// A machine of which nothing is known yet but who and where: the ground of a rehearsal.
    pub fn blank(identity: Identity, epoch_ms: u64) -> Self {
        Self {
            format: FORMAT,
            machine: "rehearsal".to_owned(),
            epoch_ms,
            identity,
            files: BTreeMap::new(),
            links: BTreeMap::new(),
            units: BTreeMap::new(),
            unit_troubles: BTreeMap::new(),
            packages: BTreeSet::new(),
            auto: BTreeSet::new(),
            remains: BTreeSet::new(),
            docker: Docker {
                version: None,
                running: false,
                permitted: true,
                joined: false,
                os: String::new(),
                root_dir: String::new(),
                rootless: false,
                runtimes: BTreeSet::new(),
                default_runtime: "runc".to_owned(),
                hook: false,
                restarting: false,
                restarts: 0,
                networks: BTreeMap::new(),
                containers: BTreeMap::new(),
                images: BTreeSet::new(),
                context: String::new(),
                endpoint: String::new(),
                podman: false,
                daemon_host: String::new(),
            },
            gpus: GpuStack {
                driver: Driver::NotInstalled,
                version: String::new(),
                modeset: false,
                gpus: Vec::new(),
            },
            toolkit: None,
            minikube: Minikube::default(),
            exports: Vec::new(),
            nfs_port: NfsPort::Open,
            python: Python {
                version: None,
                venv: false,
                uv: false,
                wandb: BTreeMap::new(),
            },
            wandb: WandbServer {
                reachable: false,
                key_known: false,
                key_valid: false,
                entity: String::new(),
                teams: BTreeSet::new(),
                queues: BTreeMap::new(),
                queue_configs: BTreeMap::new(),
            },
            services: BTreeMap::new(),
            disk: Disk {
                free: u64::MAX,
                total: 0,
            },
            log: Vec::new(),
        }
    }
}
