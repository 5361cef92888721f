//! `nvidia.toolkit`: the container toolkit is installed and Docker, as it runs now, knows its
//! runtime.

use super::look::{Todo, differs, failed, forecast, todo, tools, unreadable};
use super::{Wish, advice, id, packages, toolkit_install, toolkit_undo};
use crate::host::{HostError, Query, Question, ReadHost};
use crate::model::{
    Advice, Change, Command, Diff, Effect, EffectKind, Fact, Facts, Fault, Forecast, Notice,
    Observation, Privilege, Probe, Receipt, Risk, StepId, Touch, UnitWant, parse_tool_version,
};
use crate::parse::docker;
use crate::reason::ids;
use crate::step::{Resource, Step};
use camino::Utf8Path;
use futures::future::BoxFuture;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// The daemon's configuration, which is not ours alone.
pub(super) const DAEMON_JSON: &str = "/etc/docker/daemon.json";
const ON_DISK: &str = "daemon.json runtimes.nvidia";
const RUNNING: &str = "docker info Runtimes.nvidia";
const PACKAGES: &str = "package nvidia-container-toolkit";
const REPOSITORY: &str = "package repository";

/// See the module.
pub struct Toolkit {
    wish: Arc<Wish>,
    needs: [StepId; 2],
}

impl Toolkit {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self {
            wish,
            needs: [id::DOCKER, id::DRIVER],
        }
    }

    /// Asked for, it is installed; what is there of it already makes no difference.
    async fn installable(&self, host: &dyn ReadHost, headline: &str) -> Option<Observation> {
        if !self.wish.flags.tools || !toolkit_install::is_known(self.wish.os.family) {
            return None;
        }
        let mut diffs = vec![
            Diff::new(PACKAGES, "installed", "missing"),
            Diff::new(ON_DISK, "registered", "missing"),
            Diff::new(RUNNING, "known", "unknown"),
        ];
        diffs.extend(packages::cut_short(host, self.wish.os.family).await);
        if !toolkit_install::has_repository(host, &self.wish).await {
            let want = &self.wish.settings.install.toolkit_repository;
            diffs.push(Diff::new(REPOSITORY, want, "none"));
        }
        Some(Observation::drifted(headline, diffs))
    }

    fn missing(&self) -> Observation {
        let mut fault = Fault::new(
            ids::GPU_TOOLKIT_MISSING,
            "the NVIDIA container toolkit is not installed",
        )
        .caused_by("`nvidia-ctk` is not on PATH");
        fault.advice = advice::install_toolkit(&self.wish.os);
        Observation::needs_human(fault)
    }

    fn incomplete(&self, what: &str) -> Observation {
        let mut fault = Fault::new(
            ids::GPU_TOOLKIT_INCOMPLETE,
            format!("a part of the NVIDIA container toolkit is missing: {what}"),
        );
        fault.advice = advice::install_toolkit(&self.wish.os);
        Observation::needs_human(fault)
    }
}

/// How a restart of Docker is announced; nothing is said where it stops nothing.
fn caution(running: usize) -> String {
    match running {
        1 => "stops 1 running container".to_owned(),
        n => format!("stops {n} running containers"),
    }
}

pub(super) fn restart(running: usize) -> Change {
    let mut change = Change::disruptive(
        Effect::Unit {
            name: "docker".to_owned(),
            want: UnitWant::Restarted,
        },
        "the daemon reads its runtimes when it starts",
        caution(running),
    );
    if running == 0 {
        change.caution = None;
    }
    change
}

pub(super) fn has_nvidia(config: &Value) -> bool {
    config.pointer("/runtimes/nvidia").is_some()
}

impl Step for Toolkit {
    fn id(&self) -> StepId {
        id::TOOLKIT
    }

    fn title(&self) -> &'static str {
        "Docker knows the nvidia runtime"
    }

    fn needs(&self) -> &[StepId] {
        &self.needs
    }

    fn resources(&self) -> &[Resource] {
        if self.wish.flags.tools {
            &[Resource::DockerDaemon, Resource::PackageManager]
        } else {
            &[Resource::DockerDaemon]
        }
    }

    fn prefetch(&self) -> Vec<Question> {
        tools([Query::ToolkitVersion, Query::DockerInfo])
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let (version, info, file, runtime, hook, cdi_hook) = tokio::join!(
                host.query(&Query::ToolkitVersion),
                host.query(&Query::DockerInfo),
                host.read_file(Utf8Path::new(DAEMON_JSON)),
                host.which("nvidia-container-runtime"),
                host.which("nvidia-container-runtime-hook"),
                host.which("nvidia-cdi-hook"),
            );
            let version = match version {
                Err(HostError::NoProgram(_)) => {
                    let missing = self.missing();
                    let install = self.installable(host, &missing.headline).await;
                    return Ok(install.unwrap_or(missing));
                }
                other => other.map_err(failed)?,
            };
            let Some(version) = parse_tool_version(&version.stdout) else {
                return Ok(self.incomplete("`nvidia-ctk --version` told no version"));
            };
            if runtime.map_err(failed)?.is_none() {
                let incomplete = self.incomplete("`nvidia-container-runtime` is not on PATH");
                let install = self.installable(host, &incomplete.headline).await;
                return Ok(install.unwrap_or(incomplete));
            }
            // Docker takes the first up to 29.1 and either from 29.2 on.
            if hook.map_err(failed)?.is_none() && cdi_hook.map_err(failed)?.is_none() {
                return Ok(self.incomplete("`nvidia-container-runtime-hook` is not on PATH"));
            }
            let info = info.map_err(failed)?;
            let Some(info) = docker::info(&info.stdout).map_err(unreadable)? else {
                return Err(Fault::new(
                    ids::DOCKER_NOT_RUNNING,
                    "the Docker daemon does not answer",
                ));
            };
            // nvidia-ctk fails on an empty file and on invalid JSON, and leaves either as it is.
            let on_disk = match file.map_err(failed)? {
                // A daemon that knows the runtime without this file was given another one
                // (`dockerd --config-file`, `--add-runtime`): what runs is what counts.
                None => info.runtimes.iter().any(|name| name == "nvidia"),
                Some(text) => match serde_json::from_str::<Value>(&text) {
                    Ok(config) => has_nvidia(&config),
                    Err(error) => {
                        let fault = Fault::new(
                            ids::DOCKER_CONFIG_INVALID,
                            format!("{DAEMON_JSON} is no valid JSON"),
                        )
                        .caused_by(error.to_string());
                        return Ok(Observation::needs_human(if text.trim().is_empty() {
                            fault.advise(Advice::run(
                                "the file is empty; give it an empty object",
                                format!("echo '{{}}' | sudo tee {DAEMON_JSON}"),
                            ))
                        } else {
                            fault.advise(Advice::say("mend it by hand"))
                        }));
                    }
                },
            };
            let running = info.runtimes.iter().any(|name| name == "nvidia");
            let mut diffs = Vec::new();
            if !on_disk {
                diffs.push(Diff::new(ON_DISK, "registered", "missing"));
            }
            if !running {
                diffs.push(Diff::new(RUNNING, "known", "unknown"));
            }
            let mut seen = match (on_disk, running) {
                (true, true) => Observation::in_place(format!(
                    "{version}, runtime `nvidia` is registered with Docker"
                )),
                (true, false) => {
                    Observation::drifted("Docker was not restarted since it was configured", diffs)
                }
                (false, true) => Observation::drifted(
                    "runtime `nvidia` is gone from daemon.json and would be lost at a restart",
                    diffs,
                ),
                (false, false) => {
                    Observation::drifted("runtime `nvidia` is not registered with Docker", diffs)
                }
            };
            seen = seen.learned(Fact::ToolkitVersion(version.to_string()));
            for warning in &info.warnings {
                if warning.contains("CDI: Error associated with spec file") {
                    seen = seen.warn(warning.clone());
                }
            }
            Ok(seen)
        })
    }

    fn plan(&self, seen: &Observation, facts: &Facts) -> Result<Vec<Change>, Fault> {
        let diffs = match todo(seen)? {
            Todo::Nothing => return Ok(Vec::new()),
            Todo::Make => &[][..],
            Todo::Mend(diffs) => diffs,
        };
        let mut changes = Vec::new();
        if differs(diffs, REPOSITORY) {
            changes.extend(toolkit_install::repository(&self.wish));
        }
        if differs(diffs, packages::DPKG) {
            changes.push(packages::finish());
        }
        if differs(diffs, PACKAGES) {
            changes.extend(toolkit_install::packages(&self.wish));
        }
        if diffs.is_empty() || differs(diffs, ON_DISK) {
            let configure =
                Command::new(["nvidia-ctk", "runtime", "configure", "--runtime=docker"])
                    .as_root()
                    .timeout(Duration::from_secs(60))
                    .touching(Touch::File(DAEMON_JSON.into()));
            changes.push(Change::safe(
                Effect::Run(configure),
                "containers get GPUs through the runtime `nvidia`; other keys of daemon.json stay",
            ));
        }
        if diffs.is_empty() || differs(diffs, RUNNING) {
            changes.push(restart(facts.running_containers().copied().unwrap_or(0)));
        }
        Ok(changes)
    }

    fn forecast(&self) -> Vec<Forecast> {
        let mut forecasts = Vec::new();
        if self.wish.flags.tools {
            let root = |kind, text: &str| forecast(kind, Privilege::Root, Risk::Safe, text);
            forecasts.extend([
                root(
                    EffectKind::Fetch,
                    "fetch NVIDIA's key, if the toolkit is missing",
                ),
                root(EffectKind::WriteFile, "set up NVIDIA's package repository"),
                root(EffectKind::Run, "install nvidia-container-toolkit"),
            ]);
        }
        forecasts.extend([
            forecast(
                EffectKind::Run,
                Privilege::Root,
                Risk::Safe,
                "nvidia-ctk runtime configure --runtime=docker",
            ),
            forecast(
                EffectKind::Unit,
                Privilege::Root,
                Risk::Disruptive,
                "systemctl restart docker",
            ),
        ]);
        forecasts
    }

    fn undo<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(async move {
            let mut changes = toolkit_undo::unregister(host, receipt).await?;
            let back = toolkit_install::take_back(host, &self.wish, receipt).await;
            changes.extend(back.changes);
            Ok(changes)
        })
    }

    fn stays<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Vec<Notice>> {
        Box::pin(async move {
            let back = toolkit_install::take_back(host, &self.wish, receipt).await;
            back.stays.into_iter().map(Notice::info).collect()
        })
    }
}
