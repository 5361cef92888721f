//! `docker`: the engine answers this user, and it is one that can give GPUs to containers.
//!
//! `up` changes nothing here: whoever installs Docker decides how. Asked to mend or to install
//! (`StepFlags::mend`, `StepFlags::tools`), it does what it otherwise advises; see
//! [`super::docker_mend`].

use super::advice;
use super::docker_elsewhere::elsewhere;
use super::look::{Todo, failed, todo, tools, unreadable};
use super::{Wish, docker_trouble, id};
use crate::host::{Answer, HostError, Query, Question, ReadHost};
use crate::model::{
    Advice, Change, Fact, Facts, Fault, Notice, Observation, Probe, ReasonId, Receipt, StepId,
    parse_tool_version, requirement_met,
};
use crate::parse::docker::{self, Info, Trouble};
use crate::reason::ids;
use crate::step::{Resource, Step};
use camino::{Utf8Path, Utf8PathBuf};
use futures::future::BoxFuture;
use semver::Version;
use std::sync::Arc;
use std::time::Duration;

/// minikube's recommended minimum (its `registry/drvs/docker`); `--gpus` itself is from 19.03.
const LEAST: Version = Version::new(20, 10, 0);

/// The daemon's configuration.
const DAEMON_JSON: &str = "/etc/docker/daemon.json";

/// See the module.
pub struct Docker {
    pub(super) wish: Arc<Wish>,
}

/// What is wrong with the text of the daemon's configuration.
async fn config_error(host: &dyn ReadHost) -> Option<String> {
    let text = host.read_file(Utf8Path::new(DAEMON_JSON)).await.ok()??;
    let error = serde_json::from_str::<serde_json::Value>(&text).err()?;
    Some(error.to_string())
}

impl Docker {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self { wish }
    }

    fn human(&self, reason: ReasonId, summary: impl Into<String>, advice: Vec<Advice>) -> Fault {
        let mut fault = Fault::new(reason, summary);
        fault.advice = advice;
        fault
    }

    /// Why no daemon answered, in this machine's terms.
    async fn trouble(&self, host: &dyn ReadHost, answer: &Answer) -> Probe {
        let text = answer.text();
        if let Some(seen) = self.mendable(host, &text).await {
            return Ok(seen);
        }
        let fault = match docker::trouble(&text) {
            Some(Trouble::Podman) => self.podman(),
            Some(Trouble::Permission) => docker_trouble::denied(host, &self.wish, &text).await,
            Some(Trouble::ApiSkew) => self.human(
                ids::DOCKER_API_SKEW,
                "the docker command and the daemon speak no common API version",
                vec![Advice::say(
                    "upgrade the older of the two, and unset DOCKER_API_VERSION",
                )],
            ),
            Some(Trouble::Context) => self.human(
                ids::DOCKER_CONTEXT_BROKEN,
                "the current Docker context does not exist",
                vec![Advice::run(
                    "go back to the default context",
                    "docker context use default",
                )],
            ),
            Some(Trouble::Down) if text.contains(".docker/desktop/docker.sock") => self.desktop(),
            Some(Trouble::Down) => self.down(host, &text).await,
            None if answer.ok() => {
                return Err(Fault::new(
                    ids::TOOL_OUTPUT_UNREADABLE,
                    "`docker version` answered something unknown",
                )
                .with_evidence(&text));
            }
            None => {
                return Err(Fault::new(
                    ids::TOOL_FAILED,
                    format!("`docker version` failed with exit code {}", answer.code),
                )
                .with_evidence(&text));
            }
        };
        Ok(Observation::needs_human(
            fault.with_evidence(&answer.stderr),
        ))
    }

    /// What was asked to be mended, where it can be.
    async fn mendable(&self, host: &dyn ReadHost, text: &str) -> Option<Observation> {
        let known = matches!(
            docker::trouble(text),
            Some(Trouble::Down | Trouble::Permission)
        );
        if !self.wish.flags.mend || !known || config_error(host).await.is_some() {
            return None;
        }
        let diffs = docker_trouble::mendable(host, &self.wish, text).await;
        let user = &self.wish.identity.user;
        let words: Vec<String> = diffs
            .iter()
            // Said with the daemon that it would start.
            .filter(|diff| diff.field != docker_trouble::SOCKET)
            .map(|diff| match diff.field.as_str() {
                docker_trouble::SERVICE => "the Docker daemon does not run".to_owned(),
                _ => format!("`{user}` is not in the group `{}`", docker_trouble::GROUP),
            })
            .collect();
        (!diffs.is_empty()).then(|| Observation::drifted(words.join(", and "), diffs))
    }

    async fn down(&self, host: &dyn ReadHost, text: &str) -> Fault {
        if let Some(error) = config_error(host).await {
            return self
                .human(
                    ids::DOCKER_CONFIG_INVALID,
                    format!(
                        "the Docker daemon does not answer, and {DAEMON_JSON} is no valid JSON"
                    ),
                    vec![Advice::run(
                        "mend the file, then start the daemon",
                        "sudo systemctl restart docker",
                    )],
                )
                .caused_by(error);
        }
        docker_trouble::down(host, &self.wish, text).await
    }

    fn podman(&self) -> Fault {
        self.human(
            ids::DOCKER_IS_PODMAN,
            "`docker` is podman here, which minikube's GPU support does not know",
            advice::install_docker(&self.wish.os, &self.wish.identity.user),
        )
    }

    fn desktop(&self) -> Fault {
        self.human(
            ids::DOCKER_IS_DESKTOP,
            "Docker Desktop runs containers in a virtual machine without NVIDIA GPUs",
            vec![Advice::run(
                "use the engine of this machine",
                "docker context use default && sudo systemctl start docker",
            )],
        )
    }

    /// Engines that answer and still cannot do it.
    fn unfit(&self, info: &Info, path: Option<&Utf8PathBuf>) -> Option<Fault> {
        // `/snap/bin/docker` is a link to `/usr/bin/snap`.
        let snap_path =
            path.is_some_and(|p| p.starts_with("/snap") || p.file_name() == Some("snap"));
        if snap_path || info.root_dir.starts_with("/var/snap") {
            let mut advice = vec![Advice::run(
                "remove the snap (its containers and images go with it)",
                "sudo snap remove docker",
            )];
            advice.extend(advice::install_docker(
                &self.wish.os,
                &self.wish.identity.user,
            ));
            return Some(self.human(
                ids::DOCKER_IS_SNAP,
                "Docker is installed as a snap, which cannot use this machine's NVIDIA toolkit",
                advice,
            ));
        }
        if info.operating_system == "Docker Desktop" {
            return Some(self.desktop());
        }
        if info.is_rootless() {
            return Some(self.human(
                ids::DOCKER_IS_ROOTLESS,
                "Docker runs rootless, and minikube's GPU support needs the system's daemon",
                vec![Advice::run(
                    "use the system's daemon",
                    "docker context use default && sudo systemctl enable --now docker",
                )],
            ));
        }
        let version = parse_tool_version(&info.server_version)?;
        (!requirement_met(&version, &LEAST)).then(|| {
            self.human(
                ids::DOCKER_TOO_OLD,
                format!(
                    "Docker is {}, and at least {LEAST} is needed",
                    info.server_version
                ),
                advice::install_docker(&self.wish.os, &self.wish.identity.user),
            )
        })
    }
}

impl Step for Docker {
    fn id(&self) -> StepId {
        id::DOCKER
    }

    fn title(&self) -> &'static str {
        "Docker daemon answers"
    }

    fn needs(&self) -> &[StepId] {
        &[]
    }

    fn resources(&self) -> &[Resource] {
        if self.wish.flags.tools {
            &[Resource::DockerDaemon, Resource::PackageManager]
        } else {
            &[Resource::DockerDaemon]
        }
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(90)
    }

    fn prefetch(&self) -> Vec<Question> {
        tools([
            Query::DockerVersion,
            Query::DockerInfo,
            Query::DockerContext,
            Query::DockerRunning,
        ])
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let (version, info, context, running, path) = tokio::join!(
                host.query(&Query::DockerVersion),
                host.query(&Query::DockerInfo),
                host.query(&Query::DockerContext),
                host.query(&Query::DockerRunning),
                host.which("docker"),
            );
            let version = match version {
                Err(HostError::NoProgram(_)) => {
                    if let Some(diffs) = self.installable(host).await {
                        return Ok(Observation::drifted("Docker is not installed", diffs));
                    }
                    return Ok(Observation::needs_human(self.human(
                        ids::DOCKER_NOT_INSTALLED,
                        "Docker is not installed",
                        advice::install_docker(&self.wish.os, &self.wish.identity.user),
                    )));
                }
                other => other.map_err(failed)?,
            };
            if docker::trouble(&version.stderr) == Some(Trouble::Podman) {
                return Ok(Observation::needs_human(self.podman()));
            }
            let server = match docker::version(&version.stdout) {
                Ok(Some(server)) => server,
                // No JSON at all is what a client prints that fails before it has a template.
                Ok(None) | Err(_) => return self.trouble(host, &version).await,
            };
            if server.podman {
                return Ok(Observation::needs_human(self.podman()));
            }
            let info = info.map_err(failed)?;
            let Some(info) = docker::info(&info.stdout).map_err(unreadable)? else {
                return self.trouble(host, &info).await;
            };
            // podman and old clients tell no context.
            let endpoint = context
                .ok()
                .and_then(|answer| docker::context(&answer.stdout).ok())
                .map(|context| context.host)
                .unwrap_or_default();
            let unfit = elsewhere(&self.wish, &info, &endpoint)
                .or_else(|| self.unfit(&info, path.ok().flatten().as_ref()));
            if let Some(fault) = unfit {
                return Ok(Observation::needs_human(fault));
            }
            let running = running.map_err(failed)?;
            let count = running.stdout.lines().filter(|l| !l.trim().is_empty());
            let mut seen =
                Observation::in_place(format!("{}, reachable without sudo", info.server_version))
                    .learned(Fact::DockerVersion(info.server_version.clone()))
                    .learned(Fact::RunningContainers(count.count()));
            if !matches!(info.storage_driver.as_str(), "" | "overlay2" | "overlayfs") {
                seen = seen.warn(format!(
                    "storage driver is {}: minikube starts slowly without overlay2",
                    info.storage_driver
                ));
            }
            if info.has_option("name=userns") {
                seen = seen.warn("userns-remap is on, which minikube does not support");
            }
            Ok(seen)
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        Ok(match todo(seen)? {
            Todo::Nothing | Todo::Make => Vec::new(),
            Todo::Mend(diffs) => self.mend(diffs),
        })
    }

    fn undo<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(async move { Ok(self.take_back(host, receipt).await.changes) })
    }

    fn stays<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Vec<Notice>> {
        Box::pin(async move {
            let stays = self.take_back(host, receipt).await.stays;
            stays.into_iter().map(Notice::info).collect()
        })
    }
}
