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
use super::minikube_flags::{Flags, parse};
use super::world::{Profile, World};
use super::{docker, docker_queries, durations};
use crate::host::Answer;
use camino::Utf8Path;
use std::collections::BTreeSet;

/// A run of `start`: the events so far and where they are shown.
pub struct Start<'a> {
    pub(super) stage: &'a Stage<'a>,
    pub(super) events: Events,
    pub(super) name: String,
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
    if let Some(failure) = stage.look(|world| home_failure(world, &flags.profile)) {
        return run.failed(failure).await;
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

/// A home that another account made, usually root by `sudo -E`.
fn home_failure(world: &World, profile: &str) -> Option<Failure> {
    let home = world.identity.home.join(".minikube");
    let meta = world.meta(&home)?;
    (meta.uid != world.identity.uid).then(|| {
        let file = home.join("profiles").join(profile).join("config.json");
        (
            "HOST_HOME_PERMISSION",
            37,
            format!("Failed to save config: open {file}: permission denied"),
            "Your user lacks permissions to the minikube profile directory. Run: 'sudo chown -R $USER \
             $HOME/.minikube; chmod -R u+wrx $HOME/.minikube' to fix",
        )
    })
}

/// A failure as minikube reports it: id, exit code, message, advice.
pub type Failure = (&'static str, i32, String, &'static str);

impl Start<'_> {
    /// A step: said, shown, noted in `events.json`; then time passes.
    pub(super) async fn step(
        &mut self,
        step: usize,
        message: &str,
        seconds: f64,
    ) -> Result<(), Ended> {
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
    pub(super) async fn failed(&mut self, failure: Failure) -> Result<Answer, Ended> {
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

    /// `config.json`, with the value of `--gpus` for good.
    async fn save_config(&mut self, flags: &Flags, version: &str) -> Result<(), Ended> {
        let gpus = flags.gpus.clone().unwrap_or_default();
        let addons: BTreeSet<String> = ["default-storageclass", "storage-provisioner"]
            .map(str::to_owned)
            .into();
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
            unhealthy_gpus: 0,
            api: KubeStore::default(),
        };
        self.stage
            .change(|world| {
                world.minikube.invalid.remove(&self.name);
                world.minikube.profiles.insert(self.name.clone(), profile);
            })
            .await
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
        let plugin = if fresh {
            durations::DEVICE_PLUGIN
        } else {
            durations::DEVICE_PLUGIN_CACHED
        };
        // minikube does not wait for the plugin: its image is in no preload. A start that is killed
        // before this has a control plane and no plugin.
        let ready = self.stage.bench.in_seconds(1.0 + plugin);
        let name = self.name.clone();
        self.stage
            .change(|world| {
                let sees = docker_queries::sees_gpus(world, &name);
                if let Some(profile) = world.minikube.profiles.get_mut(&name) {
                    if fresh && !profile.gpus.is_empty() {
                        profile.addons.insert("nvidia-device-plugin".to_owned());
                    }
                    let plugin = profile.addons.contains("nvidia-device-plugin");
                    profile.plugin_ready_ms = (sees && plugin).then_some(ready);
                }
            })
            .await?;
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
        self.stage
            .change(|world| set_context(world, &name, kubeconfig))
            .await?;
        let done = format!(
            "Done! kubectl is now configured to use \"{name}\" cluster and \"default\" namespace by default"
        );
        self.step(19, &done, 0.0).await?;
        Ok(said(0, self.events.take_lines(), ""))
    }

    pub(super) fn profile<T: Default>(&self, read: impl FnOnce(&Profile) -> T) -> T {
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
