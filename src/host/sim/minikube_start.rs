//! `minikube start`, with its traps.
//!
//! The configuration is saved before the container exists and `--gpus` counts at that moment only;
//! a running node has its services restarted by every further start; a broken control plane is
//! reset, with every object lost, and the exit code is still 0.

use super::bench::{Ended, Stage};
use super::commands::said;
use super::kube_store::KubeStore;
use super::minikube::{at_least, set_context};
use super::minikube_events_out::{Events, STEPS, TOTAL};
use super::world::{Container, Network, Profile, World};
use super::{docker, docker_queries, durations, gpu};
use crate::host::Answer;
use camino::Utf8Path;
use std::collections::{BTreeMap, BTreeSet};

/// What was asked for.
struct Flags {
    profile: String,
    driver: String,
    runtime: String,
    gpus: Option<String>,
    cpus: u32,
    memory: u64,
    kubernetes: Option<String>,
    force: bool,
}

/// A run of `start`: the events so far and where they are shown.
struct Start<'a> {
    stage: &'a Stage<'a>,
    events: Events,
    name: String,
}

/// `minikube start FLAGS`.
///
/// # Errors
/// When the person stops it; the profile then stays as far as it had come.
pub async fn start(
    stage: &Stage<'_>,
    args: &[&str],
    kubeconfig: &Utf8Path,
    root: bool,
) -> Result<Answer, Ended> {
    let version = stage.look(|world| world.minikube.version.clone().unwrap_or_default());
    let flags = match parse(args, &version) {
        Ok(flags) => flags,
        Err(words) => {
            let text = format!("Error: {words}\nSee 'minikube start --help' for usage.\n");
            return Ok(said(14, "", text));
        }
    };
    let mut run = Start {
        stage,
        events: Events::default(),
        name: flags.profile.clone(),
    };
    let os = stage.look(|world| pretty_name(&world.identity.os_release));
    let prefix = format!("[{}] minikube {version} on {os}", flags.profile);
    run.step(0, &prefix, 0.5).await?;
    if let Some(failure) = run.usage(&flags, &version, root) {
        return run.failed(failure).await;
    }
    run.step(
        1,
        "Using the docker driver based on user configuration",
        0.5,
    )
    .await?;
    if let Some(words) = stage.look(docker::obstacle) {
        return run.failed(docker_failure(&words)).await;
    }
    let existing = stage.look(|world| world.minikube.profiles.get(&flags.profile).cloned());
    if let Some(profile) = &existing
        && profile.driver != flags.driver
    {
        let message = format!(
            "The existing \"{0}\" cluster was created using the \"{1}\" driver, which is incompatible \
             with requested \"{2}\" driver.",
            flags.profile, profile.driver, flags.driver
        );
        return run.failed(("GUEST_DRIVER_MISMATCH", 81, message, "")).await;
    }
    run.events.info("Using Docker driver with root privileges");
    if existing.is_none() {
        run.save_config(&flags, &version).await?;
    }
    let title = format!(
        "Starting \"{0}\" primary control-plane node in \"{0}\" cluster",
        flags.profile
    );
    run.step(3, &title, 0.3).await?;
    let container = stage.look(|world| {
        let containers = &world.docker.containers;
        containers
            .get(&flags.profile)
            .map(|container| container.running)
    });
    let fresh = existing
        .as_ref()
        .is_none_or(|profile| !profile.control_plane);
    run.pull(&version).await?;
    match container {
        None => {
            if existing.is_some() {
                let words = format!(
                    "docker \"{}\" container is missing, will recreate.",
                    flags.profile
                );
                run.step(4, &words, 0.2).await?;
            }
            if let Some(answer) = run.create().await? {
                return Ok(answer);
            }
        }
        Some(running) => {
            if let Some(answer) = run.revive(running).await? {
                return Ok(answer);
            }
        }
    }
    if stage.look(|world| world.disk.is_full()) && !flags.force {
        return run
            .failed((
                "RSRC_DOCKER_STORAGE",
                26,
                "Docker is out of disk space! (/var is at 100% of capacity). You can pass '--force' to \
                 skip this check."
                    .to_owned(),
                "Try one or more of the following to free up space on the device: 1. Run \"docker system \
                 prune\" to remove unused Docker data (optionally with \"-a\") 2. Increase the storage \
                 allocated to Docker",
            ))
            .await;
    }
    run.kubernetes(fresh || container.is_none()).await?;
    run.finish(kubeconfig, fresh || container.is_none()).await
}

/// A failure as minikube reports it: id, exit code, message, advice.
type Failure = (&'static str, i32, String, &'static str);

impl Start<'_> {
    /// A step: said, shown, noted in `events.json`; then time passes.
    async fn step(&mut self, step: usize, message: &str, seconds: f64) -> Result<(), Ended> {
        self.events.step(step, message);
        self.stage
            .moved(message, Some((u32::try_from(step).unwrap_or(0), TOTAL)));
        if self
            .stage
            .look(|world| world.minikube.profiles.contains_key(&self.name))
        {
            let now = self.stage.bench.now_ms();
            let name = STEPS.get(step).copied().unwrap_or_default().to_owned();
            self.stage
                .change(|world| {
                    if let Some(profile) = world.minikube.profiles.get_mut(&self.name) {
                        profile.last_step = Some((now, name));
                        profile.last_error = None;
                    }
                })
                .await?;
        }
        self.stage.wait(seconds).await
    }

    /// minikube gives up. A start that fails before it saved anything leaves an `invalid` entry.
    async fn failed(&mut self, failure: Failure) -> Result<Answer, Ended> {
        let (id, code, message, advice) = failure;
        self.events.error(id, code, &message, advice, "");
        self.stage
            .change(|world| match world.minikube.profiles.get_mut(&self.name) {
                Some(profile) => profile.last_error = Some(code),
                None => {
                    world.minikube.invalid.insert(self.name.clone());
                }
            })
            .await?;
        Ok(said(code, self.events.take_lines(), ""))
    }

    fn usage(&self, flags: &Flags, version: &str, root: bool) -> Option<Failure> {
        let usage = |message: &str| Some(("MK_USAGE", 14, message.to_owned(), ""));
        if root && !flags.force {
            return Some((
                "DRV_AS_ROOT",
                57,
                "The \"docker\" driver should not be used with root privileges.".to_owned(),
                "",
            ));
        }
        if self.name.len() < 2
            || !self
                .name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-')
        {
            return usage("Profile name must be at least 2 characters of letters, digits and '-'");
        }
        let gpus = flags.gpus.as_deref()?;
        let known: &[&str] = if at_least(version, (1, 37)) {
            &["nvidia", "nvidia.com", "amd", "all"]
        } else if at_least(version, (1, 35)) {
            &["nvidia", "amd", "all"]
        } else {
            &["nvidia", "all"]
        };
        if !known.contains(&gpus) {
            return usage(
                "The gpus flag must be passed a value of \"nvidia\", \"nvidia.com\", \"amd\" or \"all\"",
            );
        }
        if flags.driver != "docker" || flags.runtime != "docker" {
            return usage(
                "The gpus flag can only be used with the docker driver and docker container-runtime",
            );
        }
        None
    }

    /// `config.json`, with the value of `--gpus` for good.
    async fn save_config(&mut self, flags: &Flags, version: &str) -> Result<(), Ended> {
        let gpus = flags.gpus.clone().unwrap_or_default();
        let mut addons: BTreeSet<String> = ["default-storageclass", "storage-provisioner"]
            .map(str::to_owned)
            .into();
        if !gpus.is_empty() {
            addons.insert("nvidia-device-plugin".to_owned());
        }
        let kubernetes = flags.kubernetes.clone().unwrap_or_else(|| {
            if at_least(version, (1, 38)) {
                "v1.35.1"
            } else {
                "v1.28.3"
            }
            .to_owned()
        });
        let now = self.stage.bench.now_ms();
        let profile = Profile {
            gpus,
            driver: flags.driver.clone(),
            runtime: flags.runtime.clone(),
            cpus: flags.cpus,
            memory: flags.memory,
            kubernetes,
            addons,
            control_plane: false,
            broken: false,
            service_restarts: 0,
            last_step: Some((now, STEPS[1].to_owned())),
            last_error: None,
            kubeconfig: None,
            plugin_ready_ms: None,
            api: KubeStore::default(),
        };
        self.stage
            .change(|world| {
                world.minikube.invalid.remove(&self.name);
                world.minikube.profiles.insert(self.name.clone(), profile);
            })
            .await
    }

    /// Base image and preload, which is silent through a pipe.
    async fn pull(&mut self, version: &str) -> Result<(), Ended> {
        let image = if at_least(version, (1, 38)) {
            "v0.0.50"
        } else {
            "v0.0.42"
        };
        self.step(5, &format!("Pulling base image {image} ..."), 0.2)
            .await?;
        if self.stage.look(|world| world.minikube.cached) {
            return Ok(());
        }
        let kubernetes = self.profile(|profile| profile.kubernetes.clone());
        let preload = format!("Downloading Kubernetes {kubernetes} preload ...");
        self.step(5, &preload, durations::PRELOAD).await?;
        let artifact = format!("gcr.io/k8s-minikube/kicbase:{image}");
        for (progress, shown) in [
            ("0", "0 %"),
            ("0.412345", "41 %"),
            ("0.812345", "81 %"),
            ("1", "100 %"),
        ] {
            self.events.download(5, &artifact, progress);
            self.stage
                .moved(&format!("{artifact} {shown}"), Some((5, TOTAL)));
            self.stage.wait(durations::BASE_IMAGE_PULL / 4.0).await?;
        }
        if !self.stage.look(|world| world.disk.is_full()) {
            self.stage
                .change(|world| world.minikube.cached = true)
                .await?;
        }
        Ok(())
    }

    /// Network and container, from the stored configuration.
    async fn create(&mut self) -> Result<Option<Answer>, Ended> {
        let cached = self.profile(|profile| profile.last_error.is_some());
        let (cpus, memory) = self.profile(|profile| (profile.cpus, profile.memory));
        let limit = |n: u64, unit: &str| {
            if n == 0 {
                "no-limit".to_owned()
            } else {
                format!("{n}{unit}")
            }
        };
        let words = format!(
            "Creating docker container (CPUs={}, Memory={}) ...",
            limit(u64::from(cpus), ""),
            limit(memory, "MB")
        );
        let seconds = if cached {
            durations::NODE_CONTAINER_CACHED
        } else {
            durations::NODE_CONTAINER
        };
        self.step(8, &words, seconds / 2.0).await?;
        let name = self.name.clone();
        self.stage
            .change(|world| make_network(world, &name))
            .await?;
        if let Some(words) = self.gpu_error() {
            return self.provision_failed(&words).await.map(Some);
        }
        let gpus = self.profile(|profile| !profile.gpus.is_empty());
        self.stage
            .change(|world| make_container(world, &name, gpus))
            .await?;
        self.stage.wait(seconds / 2.0).await?;
        Ok(None)
    }

    /// A container that runs, or one that is down, such as after a restart of Docker.
    async fn revive(&mut self, running: bool) -> Result<Option<Answer>, Ended> {
        let name = self.name.clone();
        if running {
            let words = format!("Updating the running docker \"{name}\" container ...");
            self.step(4, &words, durations::NODE_RESTART).await?;
            self.stage
                .change(|world| {
                    if let Some(profile) = world.minikube.profiles.get_mut(&name) {
                        profile.service_restarts += 1;
                    }
                })
                .await?;
            return Ok(None);
        }
        let words = format!("Restarting existing docker container for \"{name}\" ...");
        self.step(5, &words, durations::NODE_RESTART).await?;
        if let Some(words) = self.gpu_error() {
            return self.provision_failed(&words).await.map(Some);
        }
        self.stage
            .change(|world| {
                if let Some(container) = world.docker.containers.get_mut(&name) {
                    container.running = true;
                }
            })
            .await?;
        Ok(None)
    }

    /// Why the node's container gets no GPUs, in dockerd's words.
    fn gpu_error(&self) -> Option<String> {
        let wanted = self.profile(|profile| profile.gpus.clone());
        self.stage.look(|world| {
            let version = world.minikube.version.as_deref().unwrap_or_default();
            // From v1.34 on the node asks for every capability (kubernetes/minikube#19345).
            let all = at_least(version, (1, 34));
            (!wanted.is_empty())
                .then(|| gpu::injection_error(world, all))
                .flatten()
        })
    }

    /// The container could not be created or started: minikube tries once more and gives up.
    async fn provision_failed(&mut self, words: &str) -> Result<Answer, Ended> {
        let chain = format!(
            "creating host: create: creating: create kic node: create container: docker run --gpus all: \
             exit status 125\nstdout:\n\nstderr:\ndocker: Error response from daemon: {words}"
        );
        let soft = format!("StartHost failed, but will try again: {chain}");
        self.events.soft_error(&soft);
        self.stage.wait(5.0).await?;
        let message = format!("error provisioning guest: Failed to start host: {chain}");
        self.failed(("GUEST_PROVISION", 80, message, "")).await
    }

    /// The control plane: built, or found again; a broken one is reset with all that was in it.
    async fn kubernetes(&mut self, fresh: bool) -> Result<(), Ended> {
        let cached = !fresh;
        let [prepare, certs, boot, rbac, cni, verify, _] = if cached {
            durations::KUBEADM_STEPS_CACHED
        } else {
            durations::KUBEADM_STEPS
        };
        let kubernetes = self.profile(|profile| profile.kubernetes.clone());
        let words = format!("Preparing Kubernetes {kubernetes} on Docker 29.2.1 ...");
        self.step(11, &words, prepare).await?;
        let broken = self.profile(|profile| profile.broken);
        if broken {
            self.events.soft_error(
                "Unable to restart control-plane node(s), will reset cluster: <no value>",
            );
            let name = self.name.clone();
            self.stage
                .change(|world| {
                    if let Some(profile) = world.minikube.profiles.get_mut(&name) {
                        profile.api = KubeStore::default();
                        profile.broken = false;
                    }
                })
                .await?;
        }
        if fresh || broken {
            self.step(12, "Generating certificates and keys ...", certs)
                .await?;
            self.step(13, "Booting up control plane ...", boot).await?;
            self.step(14, "Configuring RBAC rules ...", rbac).await?;
            self.step(
                15,
                "Configuring bridge CNI (Container Networking Interface) ...",
                cni,
            )
            .await?;
        }
        let name = self.name.clone();
        self.stage
            .change(|world| {
                if let Some(profile) = world.minikube.profiles.get_mut(&name) {
                    profile.control_plane = true;
                }
            })
            .await?;
        self.step(17, "Verifying Kubernetes components...", verify)
            .await
    }

    async fn finish(mut self, kubeconfig: &Utf8Path, fresh: bool) -> Result<Answer, Ended> {
        let addons = self.profile(|profile| {
            profile
                .addons
                .iter()
                .rev()
                .cloned()
                .collect::<Vec<_>>()
                .join(", ")
        });
        self.step(18, &format!("Enabled addons: {addons}"), 1.0)
            .await?;
        let plugin = if fresh {
            durations::DEVICE_PLUGIN
        } else {
            durations::DEVICE_PLUGIN_CACHED
        };
        // minikube does not wait for the plugin: its image is in no preload.
        let ready = self.stage.bench.in_seconds(plugin);
        let name = self.name.clone();
        self.stage
            .change(|world| {
                let sees = docker_queries::sees_gpus(world, &name);
                set_context(world, &name, kubeconfig);
                if let Some(profile) = world.minikube.profiles.get_mut(&name) {
                    let plugin = profile.addons.contains("nvidia-device-plugin");
                    profile.plugin_ready_ms = (sees && plugin).then_some(ready);
                }
            })
            .await?;
        let done = format!(
            "Done! kubectl is now configured to use \"{name}\" cluster and \"default\" namespace by default"
        );
        self.step(19, &done, 0.0).await?;
        Ok(said(0, self.events.take_lines(), ""))
    }

    fn profile<T: Default>(&self, read: impl FnOnce(&Profile) -> T) -> T {
        self.stage.look(|world| {
            world
                .minikube
                .profiles
                .get(&self.name)
                .map(read)
                .unwrap_or_default()
        })
    }
}

fn docker_failure(words: &str) -> Failure {
    if words.starts_with("permission denied") {
        let advice =
            "Add your user to the 'docker' group: 'sudo usermod -aG docker $USER && newgrp docker'";
        return ("PROVIDER_DOCKER_NEWGRP", 69, words.to_owned(), advice);
    }
    (
        "PROVIDER_DOCKER_NOT_RUNNING",
        63,
        words.to_owned(),
        "Start the Docker service",
    )
}

fn pretty_name(os_release: &str) -> String {
    let value = |key: &str| {
        os_release
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
            .map(|value| value.trim_matches('"').to_owned())
            .unwrap_or_default()
    };
    format!("{} {}", value("NAME"), value("VERSION_ID"))
}

/// The first free of 192.168.49.0/24, .58, .67 …; one of that name is used again.
fn make_network(world: &mut World, name: &str) {
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

fn make_container(world: &mut World, name: &str, gpus: bool) {
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

/// Reads the flags that are modelled; every other is refused as minikube refuses unknown ones.
fn parse(args: &[&str], version: &str) -> Result<Flags, String> {
    let mut flags = Flags {
        profile: "minikube".to_owned(),
        driver: "docker".to_owned(),
        runtime: "docker".to_owned(),
        gpus: None,
        cpus: 2,
        memory: 3072,
        kubernetes: None,
        force: false,
    };
    let mut words = args.iter();
    while let Some(&word) = words.next() {
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None if ["-p", "-o", "--profile", "--output"].contains(&word) => {
                (word, words.next().copied())
            }
            None => (word, None),
        };
        let text = || {
            value
                .map(str::to_owned)
                .ok_or(format!("flag needs an argument: {flag}"))
        };
        match flag {
            "-p" | "--profile" => flags.profile = text()?,
            "-o" | "--output" if value == Some("json") => {}
            "--driver" => flags.driver = text()?,
            "--container-runtime" => flags.runtime = text()?,
            "--gpus" if at_least(version, (1, 32)) => flags.gpus = Some(text()?),
            "--cpus" => flags.cpus = number(&text()?)?,
            "--memory" => flags.memory = megabytes(&text()?)?,
            "--kubernetes-version" => flags.kubernetes = Some(text()?),
            "--force" => flags.force = true,
            "--wait" | "--wait-timeout" | "--interactive" | "--embed-certs" | "--user"
            | "--base-image" | "--keep-context" => {}
            _ => return Err(format!("unknown flag: {flag}")),
        }
    }
    Ok(flags)
}

fn number(text: &str) -> Result<u32, String> {
    match text {
        "no-limit" | "max" => Ok(0),
        _ => text
            .parse()
            .map_err(|_| format!("invalid argument \"{text}\" for \"--cpus\" flag")),
    }
}

fn megabytes(text: &str) -> Result<u64, String> {
    let lower = text.to_ascii_lowercase();
    if ["no-limit", "max"].contains(&lower.as_str()) {
        return Ok(0);
    }
    let digits: String = lower.chars().take_while(char::is_ascii_digit).collect();
    let size: u64 = digits
        .parse()
        .map_err(|_| format!("invalid argument \"{text}\" for \"--memory\" flag"))?;
    match &lower[digits.len()..] {
        "" | "m" | "mb" | "mib" => Ok(size),
        "g" | "gb" | "gib" => Ok(size * 1024),
        _ => Err(format!("invalid argument \"{text}\" for \"--memory\" flag")),
    }
}
