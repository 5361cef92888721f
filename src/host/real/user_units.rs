//! The person's own systemd units: `systemctl --user`, which speaks to the person's service manager.
//!
//! `XDG_RUNTIME_DIR` is always named, because a session of `su` or cron has none; with it systemctl
//! needs nothing but the manager's own socket, no D-Bus (systemd `bus_connect_user_systemd`).

use super::{RealHost, faults, fs};
use crate::host::{Identity, Stop};
use crate::model::{Advice, Fault, MANAGED_BY};
use crate::reason::ids;
use camino::{Utf8Path, Utf8PathBuf};
use std::os::unix::net::UnixStream;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long one command may take: stopping takes as long as the unit's `TimeoutStopSec`.
const LIMIT: Duration = Duration::from_secs(90);

/// How long the service manager may take to come up after `loginctl enable-linger`, which does not
/// wait for it.
const MANAGER_LIMIT: Duration = Duration::from_secs(30);

/// How often is looked.
const PACE: Duration = Duration::from_millis(100);

/// How the person's service manager is reached.
#[derive(Clone, Debug)]
pub(super) struct UserManager {
    /// `systemctl --user`. Tests put their own here.
    pub systemctl: Vec<String>,
    /// Its runtime folder.
    pub runtime: Utf8PathBuf,
}

impl UserManager {
    /// That of this person.
    pub fn of(identity: &Identity) -> Self {
        Self {
            systemctl: ["systemctl", "--user"].map(str::to_owned).to_vec(),
            runtime: identity.runtime_dir(),
        }
    }

    fn socket(&self) -> Utf8PathBuf {
        self.runtime.join("systemd/private")
    }

    /// Whether it answers. A socket alone may be left over from one that died.
    fn runs(&self) -> bool {
        UnixStream::connect(self.socket()).is_ok()
    }
}

impl RealHost {
    /// Starts a unit, now and at every boot. One that runs is left alone.
    pub(super) async fn start_unit(&self, unit: &str, stop: &Stop) -> Result<(), Fault> {
        self.await_manager(stop).await?;
        self.user_systemctl(&["daemon-reload"]).await?;
        self.user_systemctl(&["enable", "--now", unit]).await
    }

    /// Stops a unit of ours and sees to it that it is not started at boot. None there is success.
    pub(super) async fn stop_unit(&self, unit: &str) -> Result<(), Fault> {
        let file = fs::read(&self.identity.user_units().join(unit))
            .ok()
            .flatten();
        if file
            .as_deref()
            .is_some_and(|text| !text.starts_with(MANAGED_BY))
        {
            return Ok(());
        }
        let link = self.identity.user_unit_link(unit);
        if file.is_some() && self.user_manager.runs() {
            self.user_systemctl(&["disable", "--now", unit]).await?;
        }
        // Without a manager, or without the file, systemctl can do nothing; the link is all there is.
        unlink(&link)
    }

    async fn await_manager(&self, stop: &Stop) -> Result<(), Fault> {
        let deadline = Instant::now() + MANAGER_LIMIT;
        while !self.user_manager.runs() {
            if stop.drain.is_cancelled() {
                return Err(faults::interrupted("waiting for your service manager"));
            }
            if Instant::now() >= deadline {
                let uid = self.identity.uid;
                return Err(Fault::new(
                    ids::AGENT_UNIT_FAILED,
                    "your service manager (systemd --user) does not run",
                )
                .caused_by(format!(
                    "nobody listens at {} after {} s",
                    self.user_manager.socket(),
                    MANAGER_LIMIT.as_secs()
                ))
                .advise(Advice::run(
                    "see why root does not start it",
                    format!("systemctl status user@{uid}.service"),
                )));
            }
            sleep(PACE).await;
        }
        Ok(())
    }

    async fn user_systemctl(&self, words: &[&str]) -> Result<(), Fault> {
        let mut argv = self.user_manager.systemctl.clone();
        argv.extend(words.iter().map(|word| (*word).to_owned()));
        let line = format!("`systemctl --user {}`", words.join(" "));
        let runtime = self.user_manager.runtime.to_string();
        let env = [("XDG_RUNTIME_DIR".to_owned(), runtime)];
        let failed = |text: String| Fault::new(ids::AGENT_UNIT_FAILED, text);
        let answer = self.command(&argv, &env, LIMIT).await.map_err(|error| {
            failed(format!("{line} did not succeed")).caused_by(error.to_string())
        })?;
        if answer.ok() {
            return Ok(());
        }
        let fault = failed(format!("{line} ended with exit code {}", answer.code));
        let fault = fault.with_evidence(&answer.text());
        Err(match words.last() {
            Some(unit) if words.len() > 1 => fault.advise(Advice::run(
                "see what the unit itself says",
                format!("journalctl --user -u {unit} -n 20 --no-pager"),
            )),
            _ => fault,
        })
    }
}

/// Takes the link away by which a unit is started at boot.
#[expect(
    clippy::disallowed_methods,
    reason = "a link of ours, in the folder of the person's units"
)]
fn unlink(link: &Utf8Path) -> Result<(), Fault> {
    match std::fs::symlink_metadata(link) {
        Ok(meta) if meta.is_symlink() => {
            std::fs::remove_file(link).map_err(|error| faults::cannot_write(link, &error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "user_units_tests.rs"]
mod tests;
