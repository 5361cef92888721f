//! Fills the shadow's world with what is known of Docker, minikube and the cluster.

use super::super::{KubeQuery, Query};
use super::Overlay;
use super::kube_view::place;
use super::sim::{Container, KubeStore, Network, Profile};
use crate::model::ObjectRef;
use camino::Utf8Path;
use serde_json::Value;
use std::collections::BTreeMap;

/// Label by which minikube names its containers.
const NODE_LABEL: &str = "name.minikube.sigs.k8s.io";

impl Overlay {
    /// Docker, GPUs, toolkit and minikube, once.
    pub(super) async fn seed_machine(&self) {
        if self.bench.world().docker.version.is_some() {
            return;
        }
        self.seed_gpus().await;
        let toolkit = self.real.query(&Query::ToolkitVersion).await;
        let toolkit = toolkit
            .ok()
            .filter(|answer| answer.ok())
            .and_then(|answer| {
                crate::model::parse_tool_version(&answer.stdout).map(|version| version.to_string())
            });
        // What a rehearsed installation brought stays.
        if !self.shadow().answers(&Query::ToolkitVersion) {
            self.bench.world().toolkit = toolkit;
        }
        self.seed_path(Utf8Path::new("/etc/docker/daemon.json"))
            .await;
        self.seed_docker().await;
        if let Ok(state) = self.real.unit("docker").await
            && state.loaded
        {
            self.bench.world().units.insert("docker".to_owned(), state);
        }
        if !self.shadow().answers(&Query::MinikubeVersion) {
            self.seed_minikube().await;
        }
    }

    async fn json(&self, query: &Query) -> Value {
        let answer = self.real.query(query).await;
        answer
            .ok()
            .and_then(|answer| serde_json::from_str(&answer.stdout).ok())
            .unwrap_or_default()
    }

    async fn seed_docker(&self) {
        if !matches!(self.real.which("docker").await, Ok(Some(_))) {
            return;
        }
        let info = self.json(&Query::DockerInfo).await;
        let text = |key: &str| info[key].as_str().unwrap_or_default().to_owned();
        let running = self.real.query(&Query::DockerRunning).await;
        let names: Vec<String> = running
            .ok()
            .filter(|answer| answer.ok())
            .map(|answer| answer.stdout.lines().map(str::to_owned).collect())
            .unwrap_or_default();
        let mut world = self.bench.world();
        let has_toolkit = world.toolkit.is_some();
        let docker = &mut world.docker;
        let server = text("ServerVersion");
        let client = info["ClientInfo"]["Version"].as_str().unwrap_or("0");
        docker.running = !server.is_empty();
        docker.version = Some(if server.is_empty() {
            client.to_owned()
        } else {
            server
        });
        docker.os = text("OperatingSystem");
        docker.root_dir = text("DockerRootDir");
        docker.default_runtime = text("DefaultRuntime");
        let runtimes = info["Runtimes"].as_object();
        docker.runtimes = runtimes
            .into_iter()
            .flat_map(|map| map.keys().cloned())
            .collect();
        // Whether a running daemon saw the hook at its start cannot be asked; a registered runtime
        // tells that it was started after the toolkit was set up.
        docker.hook = has_toolkit && docker.runtimes.contains("nvidia");
        for name in names {
            docker
                .containers
                .insert(name, container(BTreeMap::new(), true));
        }
    }

    async fn seed_minikube(&self) {
        let version = self.json(&Query::MinikubeVersion).await;
        let version = version["minikubeVersion"].as_str().map(str::to_owned);
        let list = self.json(&Query::MinikubeProfiles).await;
        self.seed_path(&self.kubeconfig).await;
        {
            let mut world = self.bench.world();
            world.minikube.version = version;
            // Downloads of a rehearsal take no time in any case.
            world.minikube.cached = true;
            let invalid = list["invalid"].as_array();
            let names = invalid
                .into_iter()
                .flatten()
                .filter_map(|p| p["Name"].as_str());
            world.minikube.invalid = names.map(str::to_owned).collect();
        }
        for entry in list["valid"].as_array().into_iter().flatten() {
            if let Some(name) = entry["Name"].as_str() {
                self.seed_profile(name, entry).await;
            }
        }
    }

    async fn seed_profile(&self, name: &str, entry: &Value) {
        let network = self
            .json(&Query::DockerNetwork {
                name: name.to_owned(),
            })
            .await;
        let label = format!("{NODE_LABEL}={name}");
        let nodes = self.real.query(&Query::DockerContainers { label }).await;
        let node: Option<Value> = nodes
            .ok()
            .and_then(|answer| serde_json::from_str(answer.stdout.lines().next()?).ok());
        let config = &entry["Config"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let status = text(&entry["Status"]);
        let runs = ["OK", "Running"].contains(&status.as_str());
        let addons = config["Addons"].as_object();
        let profile = Profile {
            gpus: text(&config["GPUs"]),
            driver: text(&config["Driver"]),
            runtime: text(&config["KubernetesConfig"]["ContainerRuntime"]),
            cpus: u32::try_from(config["CPUs"].as_u64().unwrap_or(0)).unwrap_or(0),
            memory: config["Memory"].as_u64().unwrap_or(0),
            kubernetes: text(&config["KubernetesConfig"]["KubernetesVersion"]),
            addons: addons
                .into_iter()
                .flatten()
                .filter(|(_, on)| on.as_bool() == Some(true))
                .map(|(addon, _)| addon.clone())
                .collect(),
            control_plane: runs || status == "Stopped",
            broken: false,
            service_restarts: 0,
            last_step: None,
            last_error: None,
            kubeconfig: Some(self.kubeconfig.clone()),
            plugin_ready_ms: runs.then_some(0),
            unhealthy_gpus: 0,
            api: KubeStore::default(),
        };
        let mut world = self.bench.world();
        let range = &network[0]["IPAM"]["Config"][0];
        if let (Some(subnet), Some(gateway)) = (range["Subnet"].as_str(), range["Gateway"].as_str())
        {
            world.docker.networks.insert(
                name.to_owned(),
                Network {
                    subnet: subnet.to_owned(),
                    gateway: gateway.to_owned(),
                    labels: BTreeMap::new(),
                },
            );
        }
        if let Some(node) = node {
            let labels = text(&node["Labels"]);
            let pairs = labels.split(',').filter_map(|pair| pair.split_once('='));
            let labels = pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            let mut node = container(labels, text(&node["State"]) == "running");
            node.gpus = !profile.gpus.is_empty();
            world.docker.containers.insert(name.to_owned(), node);
        }
        world.minikube.profiles.insert(name.to_owned(), profile);
    }

    /// An object that is to be applied, its namespace, and the volume that a claim names.
    pub(super) async fn seed_applied(&self, object: &Value) {
        if let Some(name) = ObjectRef::of(object) {
            if let Some(namespace) = &name.namespace {
                let space = ObjectRef::new("v1", "Namespace", None, namespace);
                self.seed_object(&space).await;
            }
            self.seed_object(&name).await;
        }
        if let Some(volume) = object["spec"]["volumeName"].as_str() {
            let volume = ObjectRef::new("v1", "PersistentVolume", None, volume);
            self.seed_object(&volume).await;
        }
    }

    /// One object as the real cluster has it, unless the shadow has it already.
    pub(super) async fn seed_object(&self, object: &ObjectRef) {
        if self.shadow().cluster {
            return;
        }
        let Some(at) = place(object) else {
            return;
        };
        let has = {
            let world = self.bench.world();
            let profile = world.minikube.profiles.get(&self.profile);
            profile.is_none_or(|profile| profile.api.has(&at))
        };
        if has {
            return;
        }
        if let Ok(Some(live)) = self.real.kube(&KubeQuery::Get(object.clone())).await {
            let mut world = self.bench.world();
            if let Some(profile) = world.minikube.profiles.get_mut(&self.profile) {
                profile.api.adopt(&at, live);
            }
        }
    }
}

fn container(labels: BTreeMap<String, String>, running: bool) -> Container {
    Container {
        image: String::new(),
        running,
        restart_always: false,
        gpus: false,
        labels,
    }
}
