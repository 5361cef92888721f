//! The parts of `minikube start` that make or revive the node.

use super::bench::Ended;
use super::durations;
use super::gpu;
use super::minikube::{at_least, fill_cache};
use super::minikube_events_out::TOTAL;
use super::minikube_flags::Flags;
use super::minikube_node::{make_container, make_network};
use super::minikube_start::{Failure, Start};
use crate::host::Answer;

impl Start<'_> {
    /// What minikube refuses before it looks at Docker; `--force` waives the user's id only.
    pub(super) fn usage(&self, flags: &Flags, version: &str, root: bool) -> Option<Failure> {
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

    /// Base image and preload, which is silent through a pipe.
    pub(super) async fn pull(&mut self, version: &str) -> Result<(), Ended> {
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
            self.stage.change(fill_cache).await?;
        }
        Ok(())
    }

    /// Network and container, from the stored configuration.
    pub(super) async fn create(&mut self) -> Result<Option<Answer>, Ended> {
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
    pub(super) async fn revive(&mut self, running: bool) -> Result<Option<Answer>, Ended> {
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
    pub(super) async fn provision_failed(&mut self, words: &str) -> Result<Answer, Ended> {
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
}
