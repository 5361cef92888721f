//! Every effect, carried out on this machine.

use super::exec::Child;
use super::job::{Channel, Ended, Terms, follow};
use super::programs::find;
use super::{RealHost, faults, fetch, fs, root_fs, sudo, units};
use crate::host::{Answer, Done, Moved, Performing, Stop, kube, outcome};
use crate::model::{
    Advice, Change, Command, Effect, Fault, Fetch, Privilege, ServiceWant, Stream, UnitWant,
};
use crate::parse::minikube_events::parse_event;
use crate::reason::{ids, matchers};
use camino::Utf8Path;
use std::io;
use std::os::fd::AsRawFd;
use std::time::Duration;

/// How long a file operation of root may take.
const FILE_LIMIT: Duration = Duration::from_secs(60);

/// How long systemd may take to bring a unit up or down; its own default is 90 s for each.
const UNIT_LIMIT: Duration = Duration::from_secs(200);

impl RealHost {
    pub(super) async fn carry_out(
        &self,
        change: &Change,
        how: &Performing<'_>,
    ) -> Result<Done, Fault> {
        match &change.effect {
            Effect::Run(command) => return self.run(command, how).await,
            Effect::MakeDir {
                path,
                mode,
                owner,
                privilege,
            } => {
                if self.by_sudo(*privilege) {
                    self.as_root(root_fs::make_dir(path, *mode, *owner)).await?;
                } else {
                    let (path, mode, owner) = (path.clone(), *mode, *owner);
                    blocking(move || fs::make_dir(&path, mode, owner)).await?;
                }
            }
            Effect::WriteFile {
                path,
                content,
                mode,
                privilege,
            } => {
                if self.by_sudo(*privilege) {
                    let (steps, clean) = root_fs::write(path, content, *mode);
                    if let Err(fault) = self.as_root(steps).await {
                        // What failed is said; that its remains stay too would only hide it.
                        let _ = self.as_root(vec![clean]).await;
                        return Err(fault);
                    }
                } else {
                    let (path, content, mode) = (path.clone(), content.clone(), *mode);
                    blocking(move || fs::write(&path, content.as_bytes(), mode)).await?;
                }
            }
            Effect::Fetch(fetch) => {
                let file = fetch::fetch(fetch, how).await?;
                self.put(fetch, file).await?;
            }
            Effect::RemoveOwned {
                path,
                removal,
                privilege,
            } => {
                if self.by_sudo(*privilege) {
                    let steps = root_fs::remove(path, *removal, &self.identity.home)?;
                    self.as_root(steps).await?;
                } else {
                    let (path, removal) = (path.clone(), *removal);
                    let home = self.identity.home.clone();
                    blocking(move || fs::remove(&path, removal, &home)).await?;
                }
            }
            Effect::Unit { name, want } => self.bring_unit(name, *want).await?,
            Effect::ApplyObject { object } => {
                let what = change.describe();
                let client = self.clients.get().await;
                let client = client.map_err(|error| faults::of_kube(&what, &error))?;
                kube::apply(&client, object)
                    .await
                    .map_err(|error| faults::of_kube(&what, &error))?;
            }
            Effect::DeleteObject { object } => {
                let what = change.describe();
                let client = self.clients.get().await;
                let client = client.map_err(|error| faults::of_kube(&what, &error))?;
                kube::delete(&client, object)
                    .await
                    .map_err(|error| faults::of_kube(&what, &error))?;
            }
            Effect::PutSecret { file } => {
                let (secrets, file) = (self.secrets.clone(), file.clone());
                blocking(move || secrets.put(&file)).await?;
            }
            Effect::Service { service } => match service {
                ServiceWant::Running(spec) => self.start_service(spec, how.stop).await?,
                ServiceWant::Stopped { name, dir, unit } => {
                    self.stop_service(name, dir, Some(unit)).await?;
                }
            },
        }
        Ok(Done::default())
    }

    /// Puts a file that was fetched and proven where it belongs. It lies nowhere by a name of its own
    /// until then, so that nothing is left of it whatever ends us.
    async fn put(&self, fetch: &Fetch, file: std::fs::File) -> Result<(), Fault> {
        let (path, mode) = (fetch.path.clone(), fetch.mode);
        if !self.by_sudo(fetch.privilege) {
            return blocking(move || fs::place(&path, file, mode)).await;
        }
        let ours = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
        let (steps, clean) = root_fs::place(&path, &ours, mode);
        if let Err(fault) = self.as_root(steps).await {
            // What failed is said; that its remains stay too would only hide it.
            let _ = self.as_root(vec![clean]).await;
            return Err(fault);
        }
        Ok(())
    }

    fn by_sudo(&self, privilege: Privilege) -> bool {
        privilege == Privilege::Root && !self.root.is_already()
    }

    async fn run(&self, command: &Command, how: &Performing<'_>) -> Result<Done, Fault> {
        let name = outcome::short_name(command);
        let root = command.privilege == Privilege::Root;
        let by_sudo = self.by_sudo(command.privilege);
        let child = if root {
            self.root
                .child(&command.argv, &command.env, command.timeout)?
        } else {
            let mut argv = command.argv.clone();
            let program = argv.first().cloned().unwrap_or_default();
            match (find(&program), argv.first_mut()) {
                (Some(path), Some(word)) => *word = path.into_string(),
                _ => return Err(faults::missing(&program)),
            }
            Child::inheriting(argv, &command.env)
        };
        let report = |channel: Channel, line: &str| {
            if let Some(moved) = moved(command.stream, channel, line) {
                (how.progress)(moved);
            }
        };
        let following =
            self.follow_change(&child, command.timeout, Some(how.stop), by_sudo, &report);
        let ended = tokio::select! {
            ended = following => ended.map_err(|error| not_started(&name, &error))?,
            never = self.keep_root(), if !by_sudo => match never {},
        };
        match ended {
            Ended::Exited(answer) => {
                if by_sudo {
                    self.root_ended(&name, command.timeout, &answer)?;
                }
                let read = |path: &Utf8Path| fs::read(path).ok().flatten();
                outcome::judge_reading(command, &answer, &read)
            }
            Ended::TimedOut(answer) => {
                let fault = faults::hung(&name, command.timeout);
                Err(fault.with_evidence(&answer.text()))
            }
            Ended::Stopped(answer) => {
                let fault = faults::interrupted(&name);
                Err(fault.with_evidence(&answer.text()))
            }
        }
    }

    /// Follows a child. One of root's bounds itself on its own side; we give it a little longer.
    async fn follow_change(
        &self,
        child: &Child,
        limit: Duration,
        stop: Option<&Stop>,
        by_sudo: bool,
        on_line: &(dyn Fn(Channel, &str) + Send + Sync),
    ) -> io::Result<Ended> {
        let terms = Terms {
            limit: if by_sudo {
                limit + Duration::from_secs(20)
            } else {
                limit
            },
            stop,
            ours: !by_sudo,
            redactor: &self.redactor,
        };
        follow(child, &terms, on_line).await
    }

    /// What only a command behind sudo can end with.
    fn root_ended(&self, name: &str, limit: Duration, answer: &Answer) -> Result<(), Fault> {
        if sudo::is_refusal(&answer.stderr) {
            let fault = sudo::unavailable(&format!("sudo did not run {name}"), true);
            return Err(fault.with_evidence(&answer.stderr));
        }
        if sudo::TIMEOUT_CODES.contains(&answer.code) {
            return Err(faults::hung(name, limit).with_evidence(&answer.text()));
        }
        Ok(())
    }

    /// Short commands of root, one after the other; they finish whatever a person wishes.
    async fn as_root(&self, steps: Vec<root_fs::Step>) -> Result<(), Fault> {
        for step in steps {
            let name = format!("`{}`", step.argv.join(" "));
            let mut child = self.root.child(&step.argv, &[], FILE_LIMIT)?;
            child.stdin = step.stdin;
            let ended = self
                .follow_change(&child, FILE_LIMIT, None, true, &|_, _| {})
                .await
                .map_err(|error| not_started(&name, &error))?;
            let answer = match ended {
                Ended::Exited(answer) => answer,
                Ended::TimedOut(_) | Ended::Stopped(_) => {
                    return Err(faults::hung(&name, FILE_LIMIT));
                }
            };
            self.root_ended(&name, FILE_LIMIT, &answer)?;
            if !answer.ok() {
                let text = answer.text();
                let full = text.contains("No space left") || text.contains("quota exceeded");
                let reason = if full {
                    ids::DISK_FULL
                } else {
                    ids::FILE_UNWRITABLE
                };
                let path = step.argv.last().cloned().unwrap_or_default();
                return Err(Fault::new(reason, format!("root could not do {name}"))
                    .with_evidence(&text)
                    .advise(Advice::run(
                        "see what is at every part of the path",
                        format!("sudo namei -l {}", path.trim_start_matches("of=")),
                    )));
            }
        }
        Ok(())
    }

    async fn bring_unit(&self, name: &str, want: UnitWant) -> Result<(), Fault> {
        if !units::has_systemd() {
            return Err(units::absent(name));
        }
        let argv = units::bring(name, want);
        let line = format!("`{}`", argv.join(" "));
        let child = self.root.child(&argv, &[], UNIT_LIMIT)?;
        let by_sudo = !self.root.is_already();
        let ended = self
            .follow_change(&child, UNIT_LIMIT, None, by_sudo, &|_, _| {})
            .await
            .map_err(|error| not_started(&line, &error))?;
        let answer = match ended {
            Ended::Exited(answer) => answer,
            Ended::TimedOut(answer) | Ended::Stopped(answer) => {
                return Err(faults::hung(&line, UNIT_LIMIT).with_evidence(&answer.text()));
            }
        };
        if by_sudo {
            self.root_ended(&line, UNIT_LIMIT, &answer)?;
        }
        if answer.ok() {
            return Ok(());
        }
        let text = answer.text();
        let reason = matchers::diagnose(&text).unwrap_or_else(|| units::reason(name));
        let summary = format!("{line} ended with exit code {}", answer.code);
        Err(Fault::new(reason, summary)
            .with_evidence(&text)
            .advise(Advice::run(
                "see what the unit itself says",
                format!("journalctl -u {name} -n 20 --no-pager"),
            )))
    }
}

/// Runs something that blocks where it may.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => {
            Err(Fault::new(ids::UNEXPECTED, "a task of ours died").caused_by(error.to_string()))
        }
    }
}

fn not_started(name: &str, error: &io::Error) -> Fault {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => ids::TOOL_MISSING,
        _ => ids::TOOL_FAILED,
    };
    Fault::new(reason, format!("{name} cannot be started")).caused_by(error.to_string())
}

/// A line as progress.
fn moved(stream: Stream, channel: Channel, line: &str) -> Option<Moved> {
    let moved = match (stream, channel) {
        (Stream::Quiet, _) | (Stream::MinikubeEvents, Channel::Err) => return None,
        // A progress bar paints over itself; what it shows last is what is true.
        (Stream::Lines, _) => Moved {
            text: line
                .rsplit('\r')
                .map(str::trim)
                .find(|part| !part.is_empty())?
                .to_owned(),
            at: None,
        },
        (Stream::MinikubeEvents, Channel::Out) => {
            let event = parse_event(line)?;
            Moved {
                text: event.message().trim().to_owned(),
                at: event.at(),
            }
        }
    };
    (!moved.text.is_empty()).then_some(moved)
}

#[cfg(test)]
#[path = "perform_tests.rs"]
mod tests;
