//! One run that may change things: its folder, lock, journal, log and reporters.

use super::request::{Output, World};
use super::session::Session;
use super::show_faults;
use crate::engine::bus::Sink;
use crate::engine::journal::{Durability, FORMAT, Header};
use crate::engine::lock::Lock;
use crate::engine::run_id::run_id;
use crate::engine::{Bus, Journal};
use crate::model::{Event, EventKind, Fault, Outcome, RunId};
use crate::reason::{Exit, ids};
use crate::ui::summary::Tally;
use crate::ui::{Fanout, JsonLines, Reporter, output};
use std::path::PathBuf;

/// A run in progress; dropping it frees the lock.
pub struct Run {
    /// Its name.
    pub id: RunId,
    /// Its folder.
    pub dir: PathBuf,
    /// Its journal.
    pub journal: Journal,
    _lock: Lock,
}

impl Run {
    /// Takes the profile's lock and begins a journal.
    ///
    /// # Errors
    /// `RUN_BUSY`, `STATE_UNWRITABLE`.
    pub fn begin(session: &Session<'_>, undo: bool) -> Result<Self, Fault> {
        session.state.make()?;
        let verb = session.request.verb.name();
        let now_ms = session.reader().now_ms();
        let lock = Lock::take(
            &session.state.lock(&session.settings.profile),
            verb,
            &time_of_day(now_ms),
        )?;
        let entropy = u64::from(std::process::id()) << 40
            ^ std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |since| u64::from(since.subsec_nanos()) << 34);
        let id = run_id(now_ms, entropy);
        let dir = session.state.make_run(&id)?;
        let journal = Journal::create(
            &dir,
            &Header {
                format: FORMAT.to_owned(),
                run: id.0.clone(),
                verb: verb.to_owned(),
                profile: session.settings.profile.clone(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                pid: std::process::id(),
                started_ms: now_ms,
                undo,
            },
            match session.request.common.world {
                World::Simulated(_) => Durability::ProcessDeath,
                World::Real | World::Rehearsal => Durability::PowerLoss,
            },
        )?;
        Ok(Self {
            id,
            dir,
            journal,
            _lock: lock,
        })
    }

    /// The run's log: every event as a JSON line.
    pub fn log(&self) -> PathBuf {
        self.dir.join("log.jsonl")
    }

    /// The reporters of this run: the screen, the event stream if asked for, and the log.
    ///
    /// # Errors
    /// `STATE_UNWRITABLE`.
    pub fn reporters(&self, session: &Session<'_>) -> Result<Told, Fault> {
        let path = self.log();
        use std::os::unix::fs::OpenOptionsExt;
        let file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path);
        let file = file.map_err(|error| {
            Fault::new(
                ids::STATE_UNWRITABLE,
                format!("cannot write `{}`", path.display()),
            )
            .caused_by(error.to_string())
        })?;
        let mut all = Fanout::new().with(JsonLines::new(Box::new(file)));
        if session.request.common.output == Output::Jsonl {
            all = all.with(JsonLines::stdout());
        }
        all = all.with(output::human(
            session.theme,
            session.request.common.verbosity,
        ));
        Ok(Told {
            reporters: all,
            tally: Tally::default(),
            faults: Vec::new(),
        })
    }

    /// Says that the run begins.
    pub fn say_started(&self, session: &Session<'_>, bus: &Bus<'_>) {
        bus.say(EventKind::RunStarted {
            run: self.id.clone(),
            verb: session.request.verb.name().to_owned(),
            world: session.request.common.world.label(),
            profile: session.settings.profile.clone(),
            host: session.host_label(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        });
    }

    /// Says and notes that the run is over.
    pub fn finish(&self, bus: &Bus<'_>, outcome: Outcome, exit: Exit, ms: u64) {
        bus.say(EventKind::RunFinished {
            outcome,
            exit: exit.code(),
            ms,
        });
        // The run is over either way; a full disk here loses one line of history.
        let _ = self.journal.end(exit.code());
    }
}

/// `14:53:07 UTC`.
fn time_of_day(now_ms: u64) -> String {
    let seconds = now_ms / 1000 % 86_400;
    format!(
        "{:02}:{:02}:{:02} UTC",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Everything that was told in a run, and to whom.
pub struct Told {
    reporters: Fanout,
    /// What became of the steps.
    pub tally: Tally,
    /// What failed.
    pub faults: Vec<Fault>,
}

impl Told {
    /// Takes the events of a bus.
    pub fn sink(&mut self) -> Sink<'_> {
        Box::new(|event: &Event| {
            self.reporters.event(event);
            self.tally.note(event);
            if let EventKind::Failed { fault } = &event.kind {
                self.faults.push(fault.clone());
            }
        })
    }

    /// Ends the live display and shows what failed.
    pub fn end(&mut self, session: &Session<'_>, run: &Run) {
        self.reporters.finish();
        if !self.faults.is_empty() {
            show_faults(
                session,
                &self.faults,
                Some(&run.log().display().to_string()),
            );
        }
    }
}
