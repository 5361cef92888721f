//! `agent.unit`: what keeps the agent's supervisor running. A systemd user unit with lingering where
//! systemd can be used, so that the agent comes back after a reboot; nothing elsewhere.
//!
//! Needs no cluster. The unit is started, and with that put among those that start at boot, by the
//! step `agent`.

use super::look::{Todo, differs, failed, todo, unrendered};
use super::{Wish, id};
use crate::config::Supervisor;
use crate::host::ReadHost;
use crate::model::{
    Advice, Change, Command, Diff, Effect, Fact, Facts, Fault, Keeper, Observation, Privilege,
    Probe, Receipt, Removal, StepId, Touch,
};
use crate::reason::ids;
use crate::render::{self, MANAGED_BY};
use crate::step::Step;
use camino::{Utf8Path, Utf8PathBuf};
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

const FILE: &str = "unit file";
const LINGERING: &str = "lingering";

/// How long systemd and logind may take for one small thing.
const LIMIT: Duration = Duration::from_secs(60);

/// See the module.
pub struct AgentUnit {
    wish: Arc<Wish>,
}

impl AgentUnit {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self { wish }
    }

    fn path(&self) -> Utf8PathBuf {
        let folder = self.wish.identity.user_units();
        folder.join(self.wish.unit_name())
    }

    /// By this file logind remembers whose service manager runs from boot on.
    fn linger_file(&self) -> Utf8PathBuf {
        Utf8PathBuf::from("/var/lib/systemd/linger").join(&self.wish.identity.user)
    }

    fn content(&self) -> Result<String, Fault> {
        let wish = &self.wish;
        let program = &wish.identity.executable;
        render::agent_unit(wish.profile(), program, &wish.layout.agent_run).map_err(unrendered)
    }

    /// Whether the supervisor is to be a user unit; where the settings ask for one that cannot be,
    /// a fault for the person.
    async fn wanted(&self, host: &dyn ReadHost) -> Result<Result<bool, Fault>, Fault> {
        let unusable = match self.wish.settings.agent.supervisor {
            Supervisor::Gpucluster => return Ok(Ok(false)),
            Supervisor::Auto | Supervisor::Systemd => unusable(host).await?,
        };
        Ok(match (self.wish.settings.agent.supervisor, unusable) {
            (_, None) => Ok(true),
            (Supervisor::Systemd, Some(why)) => Err(Fault::new(
                ids::AGENT_UNIT_UNUSABLE,
                "`agent.supervisor` is `systemd`, which cannot be used here",
            )
            .caused_by(why)
            .advise(Advice::run(
                "use systemd only where it runs",
                "export GPUCLUSTER_AGENT_SUPERVISOR=auto",
            ))),
            (_, Some(_)) => Ok(false),
        })
    }

    fn foreign(&self) -> Fault {
        let path = self.path();
        Fault::new(
            ids::AGENT_UNIT_FOREIGN,
            format!("{path} exists and was not written by gpucluster"),
        )
        .advise(Advice::run(
            "keep it under another name",
            format!("mv '{path}' '{path}.kept' && systemctl --user daemon-reload"),
        ))
    }

    fn loginctl(&self, verb: &str) -> Command {
        Command::new(["loginctl", verb, &self.wish.identity.user])
            .as_root()
            .timeout(LIMIT)
            .touching(Touch::File(self.linger_file()))
    }

    fn reload(&self) -> Command {
        Command::new(["systemctl", "--user", "daemon-reload"])
            .env("XDG_RUNTIME_DIR", self.wish.identity.runtime_dir())
            .timeout(LIMIT)
            .touching(Touch::File(self.path()))
    }

    /// Whether the person's service manager runs: what its tools speak to.
    async fn manager_runs(&self, host: &dyn ReadHost) -> Result<bool, Fault> {
        let socket = self.wish.identity.runtime_dir().join("systemd/private");
        Ok(host.stat(&socket).await.map_err(failed)?.is_some())
    }

    /// Whether the agent of another profile is a unit too: it needs the lingering that we switched
    /// on.
    async fn others(&self, host: &dyn ReadHost) -> Result<bool, Fault> {
        let folder = self.wish.identity.user_units();
        let names = host.list_dir(&folder).await.map_err(failed)?;
        let own = self.wish.unit_name();
        Ok(names.unwrap_or_default().iter().any(|name| {
            name.starts_with("gpucluster-agent-") && name.ends_with(".service") && *name != own
        }))
    }
}

/// Why a user unit cannot be used here; `None`: it can.
async fn unusable(host: &dyn ReadHost) -> Result<Option<&'static str>, Fault> {
    // sd_booted(3).
    let booted = host.stat(Utf8Path::new("/run/systemd/system")).await;
    let systemctl = host.which("systemctl").await.map_err(failed)?;
    let loginctl = host.which("loginctl").await.map_err(failed)?;
    Ok(if host.identity().uid == 0 {
        Some("you are root, whose units are those of the system")
    } else if !booted.map_err(failed)?.is_some_and(|meta| meta.is_dir) {
        Some("systemd does not run this machine: there is no /run/systemd/system")
    } else if systemctl.is_none() {
        Some("`systemctl` is not on PATH")
    } else if loginctl.is_none() {
        Some("`loginctl` is not on PATH")
    } else {
        None
    })
}

impl Step for AgentUnit {
    fn id(&self) -> StepId {
        id::AGENT_UNIT
    }

    fn title(&self) -> &'static str {
        "The agent's supervisor is set up"
    }

    fn needs(&self) -> &[StepId] {
        &[]
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            match self.wanted(host).await? {
                Err(fault) => return Ok(Observation::needs_human(fault)),
                Ok(false) => {
                    let seen = "gpucluster's own, which does not come back after a reboot";
                    let fact = Fact::AgentKeeper(Keeper::Gpucluster);
                    return Ok(Observation::in_place(seen).learned(fact));
                }
                Ok(true) => {}
            }
            let (path, linger) = (self.path(), self.linger_file());
            let (file, lingers, manager_runs) = tokio::join!(
                host.read_file(&path),
                host.stat(&linger),
                self.manager_runs(host),
            );
            let file = file.map_err(failed)?;
            let lingers = lingers.map_err(failed)?.is_some();
            if let Some(text) = &file
                && !text.starts_with(MANAGED_BY)
            {
                return Ok(Observation::needs_human(self.foreign()));
            }
            let mut diffs = Vec::new();
            if file.as_deref() != Some(self.content()?.as_str()) {
                let have = if file.is_some() { "differs" } else { "missing" };
                let want = format!("runs {}", self.wish.identity.executable);
                diffs.push(Diff::new(FILE, want, have));
            }
            if !lingers {
                diffs.push(Diff::new(LINGERING, "on", "off"));
            }
            let seen = if diffs.is_empty() {
                let name = self.wish.unit_name();
                Observation::in_place(format!("{name}, also without a session"))
            } else if file.is_none() {
                Observation::absent("no user unit of systemd")
            } else {
                let fields: Vec<&str> = diffs.iter().map(|diff| diff.field.as_str()).collect();
                let headline = format!("differs: {}", fields.join(", "));
                Observation::drifted(headline, diffs)
            };
            Ok(seen.learned(Fact::AgentKeeper(Keeper::Systemd {
                lingers,
                manager_runs: manager_runs?,
            })))
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        let (file, loaded) = match todo(seen)? {
            Todo::Nothing => return Ok(Vec::new()),
            Todo::Make => (true, false),
            Todo::Mend(diffs) => (differs(diffs, FILE), differs(diffs, FILE)),
        };
        let keeper = seen.facts.iter().find_map(|fact| match fact {
            Fact::AgentKeeper(keeper) => Some(*keeper),
            _ => None,
        });
        let Some(Keeper::Systemd {
            lingers,
            manager_runs,
        }) = keeper
        else {
            return Ok(Vec::new());
        };
        let mut changes = Vec::new();
        if file {
            changes.push(Change::safe(
                Effect::WriteFile {
                    path: self.path(),
                    content: self.content()?,
                    mode: 0o644,
                    privilege: Privilege::User,
                },
                "systemd starts the agent's supervisor from it, after a reboot too",
            ));
        }
        if loaded && manager_runs {
            changes.push(Change::safe(
                Effect::Run(self.reload()),
                "your service manager reads the unit again; what runs goes on",
            ));
        }
        if !lingers {
            changes.push(Change::safe(
                Effect::Run(self.loginctl("enable-linger")),
                "your units start at boot and are not stopped when you log out",
            ));
        }
        Ok(changes)
    }

    fn undo<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(async move {
            let mut changes = Vec::new();
            let path = self.path();
            if receipt.is_ours(&Touch::File(path.clone())) {
                let text = host.read_file(&path).await.map_err(failed)?;
                if text.is_some_and(|text| text.starts_with(MANAGED_BY)) {
                    changes.push(Change::safe(
                        Effect::RemoveOwned {
                            path,
                            removal: Removal::File,
                            privilege: Privilege::User,
                        },
                        "it was written by gpucluster",
                    ));
                }
                // Still ours without the file: an earlier undo was cut short before the service
                // manager was told. One that does not run has nothing to forget.
                if self.manager_runs(host).await? {
                    changes.push(Change::safe(
                        Effect::Run(self.reload()),
                        "your service manager forgets the unit",
                    ));
                }
            }
            let linger = self.linger_file();
            if receipt.is_ours(&Touch::File(linger.clone()))
                && host.stat(&linger).await.map_err(failed)?.is_some()
                && !self.others(host).await?
            {
                changes.push(Change::safe(
                    Effect::Run(self.loginctl("disable-linger")),
                    "it was switched on by gpucluster",
                ));
            }
            Ok(changes)
        })
    }
}
