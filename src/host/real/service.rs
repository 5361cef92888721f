//! Services of ours, from outside: started, stopped and looked at.

use super::exec::{Child, signal_group};
use super::perform::blocking;
use super::service_state::{Folder, Process, State, append_to, unit_of};
use super::{RealHost, faults, fs};
use crate::host::{HostError, ServiceState, Stop, spec_fingerprint};
use crate::model::{Advice, Fault, ServiceSpec};
use crate::reason::ids;
use camino::Utf8Path;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a supervisor may take to say that it runs, a look at the cluster included.
const START_LIMIT: Duration = Duration::from_secs(30);

/// How long it may take to go: it gives its program ten seconds.
const STOP_LIMIT: Duration = Duration::from_secs(20);

/// How often is looked whether something has come about.
const PACE: Duration = Duration::from_millis(20);

/// What is true of a service now.
pub(super) fn look(dir: &Utf8Path) -> Result<ServiceState, HostError> {
    let folder = Folder(dir.to_owned());
    let state = folder.state()?;
    let supervisor = state.supervisor.filter(|process| process.runs());
    let supervised = supervisor.is_some();
    let program = state.program.filter(|program| supervised && program.runs());
    let last_exit = match (&state.supervisor, program, supervised) {
        (None, ..) | (_, Some(_), _) => None,
        // It notes every end itself, unless it was killed.
        (Some(_), None, false) if state.program.is_some() => {
            Some("its supervisor is gone".to_owned())
        }
        _ => state.last_exit,
    };
    Ok(ServiceState {
        supervised,
        unit: supervisor.and_then(unit_of),
        waiting: state.waiting.filter(|_| supervised && program.is_none()),
        pid: program.map(|program| program.pid),
        started_ms: state.started_ms,
        restarts: state.restarts,
        fingerprint: state.fingerprint,
        log: folder.log_since_start()?,
        last_exit,
    })
}

impl RealHost {
    /// Brings a service up with exactly this specification. One that runs with it is left alone.
    pub(super) async fn start_service(&self, spec: &ServiceSpec, stop: &Stop) -> Result<(), Fault> {
        let folder = Folder(spec.dir.clone());
        let wanted = spec_fingerprint(spec);
        let state = state_of(&folder)?;
        let supervisor = state.supervisor.filter(|process| process.runs());
        let as_unit = spec.unit.is_none() || supervisor.and_then(unit_of) == spec.unit;
        let runs = state.waiting.is_some() || state.program.is_some_and(Process::runs);
        if supervisor.is_some() && runs && as_unit && state.fingerprint.as_deref() == Some(&wanted)
        {
            // It may have been taken out of what is started at boot.
            return match &spec.unit {
                Some(unit) => self.start_unit(unit, stop).await,
                None => Ok(()),
            };
        }
        let before = folder.spec().ok().and_then(|spec| spec.unit);
        let unit = spec.unit.as_deref().or(before.as_deref());
        self.stop_service(&spec.name, &spec.dir, unit).await?;
        {
            let (folder, spec) = (folder.clone(), spec.clone());
            blocking(move || {
                fs::make_dir(&folder.0, 0o700, None)?;
                folder.put_spec(&spec)?;
                // What an older one said must not be taken for the new one's word.
                folder.put_state(&State::default())
            })
            .await?;
        }
        match &spec.unit {
            Some(unit) => self.start_unit(unit, stop).await?,
            None => self.detach(&folder)?,
        }
        let deadline = Instant::now() + START_LIMIT * self.patience;
        loop {
            let state = state_of(&folder)?;
            if state.fingerprint.as_deref() == Some(&wanted) {
                return match (state.program, state.last_exit) {
                    (Some(_), _) => Ok(()),
                    (None, Some(how)) if how.starts_with("cannot be started") => {
                        // The supervisor would try for ever what cannot succeed.
                        let unit = spec.unit.as_deref();
                        self.stop_service(&spec.name, &spec.dir, unit).await?;
                        Err(not_up(&folder, spec, &how))
                    }
                    // It waits for the cluster, or began and ended already; the log says why.
                    (None, _) => Ok(()),
                };
            }
            if stop.drain.is_cancelled() {
                return Err(faults::interrupted(&format!("starting {}", spec.name)));
            }
            if Instant::now() >= deadline {
                let how = format!(
                    "its supervisor said nothing for {} s",
                    (START_LIMIT * self.patience).as_secs()
                );
                return Err(not_up(&folder, spec, &how));
            }
            sleep(PACE).await;
        }
    }

    fn detach(&self, folder: &Folder) -> Result<(), Fault> {
        let mut argv = self.supervisor_argv.clone();
        argv.push(folder.0.to_string());
        let mut child = Child::inheriting(argv, &[]);
        child.dir = Some(folder.0.clone().into());
        let path = folder.supervisor_log();
        let log = append_to(&path).map_err(|error| faults::cannot_write(&path, &error))?;
        child.start_detached(log).map_err(|error| {
            Fault::new(ids::AGENT_START_FAILED, "the supervisor cannot be started")
                .caused_by(error.to_string())
        })
    }

    /// Takes a service down, whatever is left of it: its unit, then a supervisor of another kind, then
    /// the program. Nothing there is success.
    pub(super) async fn stop_service(
        &self,
        name: &str,
        dir: &Utf8Path,
        unit: Option<&str>,
    ) -> Result<(), Fault> {
        if let Some(unit) = unit {
            self.stop_unit(unit).await?;
        }
        let folder = Folder(dir.to_owned());
        if fs::stat(dir).ok().flatten().is_none() {
            return Ok(());
        }
        let state = state_of(&folder)?;
        if let Some(supervisor) = state.supervisor.filter(|process| process.runs()) {
            signal_one(supervisor, Signal::SIGTERM);
            if !gone(supervisor, STOP_LIMIT).await {
                signal_one(supervisor, Signal::SIGKILL);
                gone(supervisor, PACE * 50).await;
            }
        }
        // A supervisor that was killed has left its program behind; it leads a group of its own.
        let state = state_of(&folder)?;
        if let Some(program) = state.program.filter(|process| process.runs()) {
            let _ = signal_group(program.pid, Signal::SIGTERM);
            if !gone(program, STOP_LIMIT).await {
                let _ = signal_group(program.pid, Signal::SIGKILL);
                gone(program, PACE * 50).await;
            }
        }
        // A child of ours that is between fork and exec holds a copy of every open file, locks
        // included, for a moment: so one look is not enough.
        for _ in 0..50 {
            match folder.try_lock() {
                Ok(Some(_)) => return Ok(()),
                Ok(None) => sleep(PACE).await,
                Err(error) => return Err(faults::cannot_write(&folder.0.join("lock"), &error)),
            }
        }
        Err(Fault::new(
            ids::CHANGE_FAILED,
            format!("{name} is still supervised although it was told to stop"),
        )
        .advise(Advice::run(
            "see which process holds the lock",
            format!("fuser -v {}/lock", folder.0),
        )))
    }
}

fn state_of(folder: &Folder) -> Result<State, Fault> {
    folder.state().map_err(|error| {
        Fault::new(
            ids::AGENT_START_FAILED,
            format!("the state of the service in {} cannot be read", folder.0),
        )
        .caused_by(error.to_string())
    })
}

fn not_up(folder: &Folder, spec: &ServiceSpec, how: &str) -> Fault {
    let mut words = fs::read(&folder.supervisor_log())
        .ok()
        .flatten()
        .unwrap_or_default();
    words.push_str(&folder.log_since_start().unwrap_or_default());
    let fault = Fault::new(
        ids::AGENT_START_FAILED,
        format!("{} did not come up", spec.name),
    )
    .caused_by(how)
    .with_evidence(&words);
    match &spec.unit {
        Some(unit) => fault.advise(Advice::run(
            "see what systemd says of it",
            format!("systemctl --user status {unit}"),
        )),
        None => fault,
    }
}

/// Signals a process that was just seen to be the one meant.
fn signal_one(process: Process, signal: Signal) {
    if process.pid > 1 {
        // One that is gone by now is what was wanted.
        let _ = kill(Pid::from_raw(process.pid), signal);
    }
}

async fn gone(process: Process, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    while process.runs() {
        if Instant::now() >= deadline {
            return false;
        }
        sleep(PACE).await;
    }
    true
}

#[cfg(test)]
#[path = "service_tests.rs"]
pub(in crate::host::real) mod tests;

#[cfg(test)]
#[path = "service_gate_tests.rs"]
mod gate_tests;
