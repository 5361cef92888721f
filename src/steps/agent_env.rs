//! `agent.env`: `wandb[launch]` at the wanted version in a virtual environment of ours.
//!
//! Needs no cluster, so it is made while minikube starts.

use super::look::{Todo, differs, failed, forecast_safe, todo, tools};
use super::{Wish, advice, id};
use crate::host::{HostError, Query, Question, ReadHost};
use crate::model::{
    Advice, Change, Command, Diff, Effect, EffectKind, Fact, Facts, Fault, Forecast, Observation,
    Privilege, Probe, Receipt, Removal, StepId, Stream, Touch, parse_tool_version, requirement_met,
};
use crate::reason::ids;
use crate::step::Step;
use camino::Utf8PathBuf;
use futures::future::BoxFuture;
use semver::Version;
use std::sync::Arc;
use std::time::Duration;

/// What `wandb` asks for; on an older one pip silently takes an older `wandb`.
const LEAST: Version = Version::new(3, 10, 0);
/// `wandb[launch]` unpacks to about 1 GB (measured with 0.31.0).
const BYTES: u64 = 1_500_000_000;

/// Written when everything is on the disk. An installation that lost power leaves files of no length
/// behind complete-looking metadata (seen with uv 0.13 on ext4): without this file, or with another
/// version in it, the environment is made anew.
const WHOLE: &str = "gpucluster-installed";

const VERSION: &str = "wandb";
const ENVIRONMENT: &str = "environment";

/// See the module.
pub struct AgentEnv {
    wish: Arc<Wish>,
}

impl AgentEnv {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self { wish }
    }

    fn queries(&self) -> [Query; 3] {
        let python = &self.wish.settings.agent.python;
        [
            Query::WandbVersion {
                venv: self.wish.layout.venv.clone(),
            },
            Query::PythonVersion {
                python: python.clone(),
            },
            Query::PythonVenv {
                python: python.clone(),
            },
        ]
    }

    fn python(&self) -> String {
        format!("{}/bin/python", self.wish.layout.venv)
    }

    /// Whether an environment could be made here.
    async fn trouble(&self, host: &dyn ReadHost, uv: bool) -> Result<Option<Fault>, Fault> {
        let python = &self.wish.settings.agent.python;
        let [_, version, venv] = &self.queries();
        let (version, venv, space) = tokio::join!(
            host.query(version),
            host.query(venv),
            host.space(&self.wish.layout.root),
        );
        let version = match version {
            Err(HostError::NoProgram(_)) => {
                return Ok(Some(
                    Fault::new(
                        ids::PYTHON_MISSING,
                        format!("`{python}` is not on PATH, and at least {LEAST} is needed"),
                    )
                    .advise(Advice::say(
                        "install Python, or name one in the setting `agent.python`",
                    )),
                ));
            }
            other => other.map_err(failed)?,
        };
        let text = version.text();
        let Some(have) = parse_tool_version(&text) else {
            return Err(Fault::new(
                ids::TOOL_OUTPUT_UNREADABLE,
                format!("`{python} --version` told no version"),
            )
            .with_evidence(&text));
        };
        if !requirement_met(&have, &LEAST) {
            return Ok(Some(
                Fault::new(
                    ids::PYTHON_TOO_OLD,
                    format!("`{python}` is {have}, and wandb needs at least {LEAST}"),
                )
                .advise(Advice::say(
                    "name a newer Python in the setting `agent.python`",
                )),
            ));
        }
        if !uv && !venv.map_err(failed)?.ok() {
            return Ok(Some(
                Fault::new(
                    ids::PYTHON_NO_VENV,
                    format!("`{python}` cannot make virtual environments"),
                )
                .advise(advice::install_venv(
                    &self.wish.os,
                    python,
                    &have.to_string(),
                )),
            ));
        }
        if let Ok(space) = space
            && space.free < BYTES
        {
            return Ok(Some(
                Fault::new(
                    ids::DISK_FULL,
                    format!(
                        "{} MB are free for {}, and {} MB are needed",
                        space.free / 1_000_000,
                        self.wish.layout.venv,
                        BYTES / 1_000_000
                    ),
                )
                .advise(Advice::say("free space there")),
            ));
        }
        Ok(None)
    }

    fn whole(&self) -> Utf8PathBuf {
        self.wish.layout.venv.join(WHOLE)
    }

    /// Puts what was installed onto the disk, and then says so.
    fn seal(&self) -> [Change; 2] {
        let venv = self.wish.layout.venv.as_str();
        [
            Change::safe(
                Effect::Run(Command::new(["sync", "-f", venv]).timeout(Duration::from_secs(600))),
                "a loss of power must not leave half an installation that looks whole",
            ),
            Change::safe(
                Effect::WriteFile {
                    path: self.whole(),
                    content: format!("{}\n", self.wish.settings.agent.version),
                    mode: 0o600,
                    privilege: Privilege::User,
                },
                "the mark of a whole installation",
            ),
        ]
    }

    fn install(&self, uv: bool) -> Command {
        let agent = &self.wish.settings.agent;
        let mut argv: Vec<String> = if uv {
            // A cache inside: it goes when the environment goes, and what a loss of power did to it
            // is not found again. uv links files out of it, so it costs no space.
            let cache = self.wish.layout.venv.join(".uv-cache").into_string();
            ["uv", "pip", "install", "--cache-dir", &cache, "--python"]
                .map(str::to_owned)
                .to_vec()
        } else {
            Vec::new()
        };
        argv.push(self.python());
        if !uv {
            argv.extend(
                [
                    "-m",
                    "pip",
                    "install",
                    "--disable-pip-version-check",
                    "--no-input",
                ]
                .map(str::to_owned),
            );
        }
        if let Some(url) = &agent.index_url {
            argv.extend(["--index-url".to_owned(), url.clone()]);
        }
        argv.push(format!("wandb[launch]=={}", agent.version));
        Command::new(argv)
            .stream(Stream::Lines)
            .timeout(Duration::from_secs(1200))
            .touching(Touch::Dir(self.wish.layout.venv.clone()))
    }

    fn create(&self, uv: bool) -> Command {
        let python = &self.wish.settings.agent.python;
        let venv = self.wish.layout.venv.as_str();
        let command = if uv {
            Command::new(["uv", "venv", "--python", python, venv])
        } else {
            Command::new([python, "-m", "venv", venv])
        };
        command
            .timeout(Duration::from_secs(300))
            .touching(Touch::Dir(self.wish.layout.venv.clone()))
    }

    fn remove(&self, why: &str) -> Change {
        Change::safe(
            Effect::RemoveOwned {
                path: self.wish.layout.venv.clone(),
                removal: Removal::Tree,
                privilege: Privilege::User,
            },
            why,
        )
    }
}

fn cut_short() -> Observation {
    Observation::drifted(
        "its installation was cut short",
        vec![Diff::new(ENVIRONMENT, "whole", "cut short")],
    )
}

impl Step for AgentEnv {
    fn id(&self) -> StepId {
        id::AGENT_ENV
    }

    fn title(&self) -> &'static str {
        "wandb is installed for the agent"
    }

    fn needs(&self) -> &[StepId] {
        &[]
    }

    fn prefetch(&self) -> Vec<Question> {
        tools(self.queries())
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let want = &self.wish.settings.agent.version;
            let [wandb, _, _] = &self.queries();
            let whole = self.whole();
            let (wandb, uv, folder, whole) = tokio::join!(
                host.query(wandb),
                host.which("uv"),
                host.stat(&self.wish.layout.venv),
                host.read_file(&whole),
            );
            let whole = whole.map_err(failed)?;
            let whole = whole.as_deref().map(str::trim);
            let uv = uv.map_err(failed)?.is_some();
            let mut seen = match wandb {
                Ok(answer) if answer.ok() => {
                    let have = answer.stdout.trim().to_owned();
                    if whole != Some(&have) {
                        cut_short()
                    } else if have == *want {
                        return Ok(Observation::in_place(format!("wandb {have}"))
                            .learned(Fact::AgentVersion(have)));
                    } else {
                        Observation::drifted(
                            format!("wandb is {have}, wanted {want}"),
                            vec![Diff::new(VERSION, want, have)],
                        )
                    }
                }
                Ok(_) if whole.is_none() => cut_short(),
                Ok(answer) => {
                    let text = answer.stderr.trim();
                    let have = text.lines().last().unwrap_or("unusable").to_owned();
                    Observation::drifted(
                        format!("the environment is incomplete: {have}"),
                        vec![Diff::new(VERSION, want, have)],
                    )
                }
                Err(HostError::NoProgram(_)) => {
                    if folder.map_err(failed)?.is_some() {
                        // Cut short while it was made, or its Python is gone.
                        Observation::drifted(
                            "the environment has no usable Python",
                            vec![Diff::new(ENVIRONMENT, "usable", "without Python")],
                        )
                    } else {
                        Observation::absent("not installed")
                    }
                }
                Err(error) => return Err(failed(error)),
            };
            if let Some(fault) = self.trouble(host, uv).await? {
                return Ok(Observation::needs_human(fault));
            }
            let installer = if uv { "uv" } else { "pip" };
            seen = seen.learned(Fact::AgentInstaller(installer.to_owned()));
            Ok(seen)
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        let (create, broken) = match todo(seen)? {
            Todo::Nothing => return Ok(Vec::new()),
            Todo::Make => (true, false),
            Todo::Mend(diffs) => {
                let broken = differs(diffs, ENVIRONMENT);
                (broken, broken)
            }
        };
        let uv = seen
            .facts
            .iter()
            .any(|fact| *fact == Fact::AgentInstaller("uv".to_owned()));
        let mut changes = Vec::new();
        if broken {
            changes.push(self.remove("it is ours and unusable"));
        }
        if create {
            changes.push(Change::safe(
                Effect::MakeDir {
                    path: self.wish.layout.root.clone(),
                    mode: 0o700,
                    owner: None,
                    privilege: Privilege::User,
                },
                "our own folder",
            ));
            changes.push(Change::safe(
                Effect::Run(self.create(uv)),
                "an environment of its own: the system's Python is not touched",
            ));
        }
        changes.push(Change::safe(
            Effect::Run(self.install(uv)),
            "the Launch agent is part of wandb (about 1 GB with what its Kubernetes runner needs)",
        ));
        changes.extend(self.seal());
        Ok(changes)
    }

    fn forecast(&self) -> Vec<Forecast> {
        vec![
            forecast_safe(
                EffectKind::MakeDir,
                format!("make directory {}", self.wish.layout.root),
            ),
            forecast_safe(
                EffectKind::Run,
                format!(
                    "install wandb[launch]=={} into {}",
                    self.wish.settings.agent.version, self.wish.layout.venv
                ),
            ),
            forecast_safe(EffectKind::WriteFile, format!("write {}", self.whole())),
        ]
    }

    fn undo<'a>(
        &'a self,
        _host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(async move {
            let venv = Touch::Dir(self.wish.layout.venv.clone());
            if receipt.is_ours(&venv) {
                return Ok(vec![self.remove("it was made by gpucluster")]);
            }
            Ok(Vec::new())
        })
    }
}
