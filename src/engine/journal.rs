//! The record of a run, one JSON object a line: intent before each change, outcome after it.
//!
//! It tells what was cut short and what was there before us; it never decides what to skip. The
//! first line carries `format`, read before anything else: another major is not read, a newer
//! minor is read as far as it is known, and no journal is ever rewritten.

use crate::model::{Change, Fault, Prior, Risk, StepId, Touch};
use crate::reason::ids;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Format written today.
pub const FORMAT: &str = "1.2";
/// Major of the formats that can be read.
const MAJOR: &str = "1";
/// Name of the file in a run's folder.
pub const FILE_NAME: &str = "journal.jsonl";

/// First line: which run this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// `major.minor` of this format.
    pub format: String,
    /// Name of the run.
    pub run: String,
    /// Verb, such as `up`.
    pub verb: String,
    /// Profile.
    pub profile: String,
    /// Version of gpucluster.
    pub version: String,
    /// Process id, to tell a run that goes on from one that was killed.
    pub pid: u32,
    /// Start, in milliseconds since the epoch.
    pub started_ms: u64,
    /// Whether the run takes things away (`down`): what it touches is no longer ours.
    pub undo: bool,
}

/// One line after the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "record")]
pub enum Record {
    /// A change is about to begin.
    Intent {
        /// Name of its step.
        step: String,
        /// Position among the step's changes.
        index: usize,
        /// In words.
        text: String,
        /// Whether it loses something.
        destructive: bool,
        /// What it touches, and what was there.
        touches: Vec<(Touch, Prior)>,
        /// When, in milliseconds since the epoch.
        at_ms: u64,
    },
    /// A change ended.
    Outcome {
        /// Name of its step.
        step: String,
        /// Position among the step's changes.
        index: usize,
        /// Whether it succeeded.
        ok: bool,
        /// Id of the reason, where it failed.
        reason: Option<String>,
        /// Places where a failed change left nothing behind.
        nothing_left: Vec<Touch>,
        /// How long it took, in milliseconds.
        ms: u64,
    },
    /// The run ended by itself.
    End {
        /// Exit code.
        exit: u8,
    },
}

/// A journal being written.
pub struct Journal {
    file: Mutex<File>,
    path: PathBuf,
    durability: Durability,
}

/// What a line of a journal must outlive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Loss of power: each line is on disk before the change it announces begins.
    PowerLoss,
    /// Death of the process, which is all that a simulated machine can meet.
    ProcessDeath,
}

impl Journal {
    /// Begins a journal in a run's folder, which must exist.
    ///
    /// # Errors
    /// `STATE_UNWRITABLE`.
    pub fn create(dir: &Path, header: &Header, durability: Durability) -> Result<Self, Fault> {
        let path = dir.join(FILE_NAME);
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            // It keeps shared files as they were before us, which may hold a proxy's password.
            .mode(0o600)
            .open(&path)
            .map_err(|error| unwritable(&path, &error))?;
        let journal = Self {
            file: Mutex::new(file),
            path,
            durability,
        };
        journal.line(header)?;
        if durability == Durability::PowerLoss {
            // The file's name and its folder's must outlive it too, not its content alone.
            for folder in [Some(dir), dir.parent()].into_iter().flatten() {
                File::open(folder)
                    .and_then(|folder| folder.sync_all())
                    .map_err(|error| unwritable(folder, &error))?;
            }
        }
        Ok(journal)
    }

    /// Notes that a change is about to begin; on disk when this returns.
    ///
    /// # Errors
    /// `STATE_UNWRITABLE`; the change must then not begin.
    pub fn intent(
        &self,
        step: StepId,
        index: usize,
        change: &Change,
        touches: Vec<(Touch, Prior)>,
        at_ms: u64,
    ) -> Result<(), Fault> {
        self.line(&Record::Intent {
            step: step.as_str().to_owned(),
            index,
            text: change.describe(),
            destructive: change.risk == Risk::Destructive,
            touches,
            at_ms,
        })
    }

    /// Notes how a change ended.
    ///
    /// # Errors
    /// `STATE_UNWRITABLE`.
    pub fn outcome(
        &self,
        step: StepId,
        index: usize,
        failed: Option<&Fault>,
        nothing_left: Vec<Touch>,
        ms: u64,
    ) -> Result<(), Fault> {
        self.line(&Record::Outcome {
            step: step.as_str().to_owned(),
            index,
            ok: failed.is_none(),
            reason: failed.map(|fault| fault.reason.as_str().to_owned()),
            nothing_left,
            ms,
        })
    }

    /// Notes that the run ended by itself.
    ///
    /// # Errors
    /// `STATE_UNWRITABLE`.
    pub fn end(&self, exit: u8) -> Result<(), Fault> {
        self.line(&Record::End { exit })
    }

    fn line(&self, record: &impl Serialize) -> Result<(), Fault> {
        let mut text =
            serde_json::to_string(record).map_err(|error| unwritable(&self.path, &error))?;
        text.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // One write a line: a crash can tear only the last one, which reading then ignores.
        file.write_all(text.as_bytes())
            .and_then(|()| match self.durability {
                Durability::PowerLoss => file.sync_data(),
                Durability::ProcessDeath => Ok(()),
            })
            .map_err(|error| unwritable(&self.path, &error))
    }
}

fn unwritable(path: &Path, error: &dyn std::fmt::Display) -> Fault {
    Fault::new(
        ids::STATE_UNWRITABLE,
        format!("cannot write `{}`", path.display()),
    )
    .caused_by(error.to_string())
}

/// A journal that was read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Which run it was.
    pub header: Header,
    /// Its records, as far as they are known and whole.
    pub records: Vec<Record>,
}

/// Why a journal was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// Written by a gpucluster with another format.
    #[error("it has format {0}, this gpucluster reads {MAJOR}.x")]
    OtherFormat(String),
    /// Its first line is not one of ours.
    #[error("its first line is not a journal's")]
    NoHeader,
}

/// Reads a journal's text.
///
/// # Errors
/// When the first line is unreadable or of another major; records that are torn or unknown are
/// left out without an error.
pub fn read(text: &str) -> Result<Past, Unread> {
    #[derive(Deserialize)]
    struct Probe {
        format: String,
    }
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let probe: Probe = serde_json::from_str(first).map_err(|_| Unread::NoHeader)?;
    if probe.format.split('.').next() != Some(MAJOR) {
        return Err(Unread::OtherFormat(probe.format));
    }
    let header: Header = serde_json::from_str(first).map_err(|_| Unread::NoHeader)?;
    let records = lines
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    Ok(Past { header, records })
}

impl Past {
    /// The change during which the run was cut short: intended, without an outcome.
    pub fn cut_short(&self) -> Option<(&str, &str)> {
        if self
            .records
            .iter()
            .any(|record| matches!(record, Record::End { .. }))
        {
            return None;
        }
        self.records.iter().enumerate().rev().find_map(|(at, record)| {
            let Record::Intent { step, index, text, .. } = record else { return None };
            let ended = self.records[at..].iter().any(|later| {
                matches!(later, Record::Outcome { step: s, index: i, .. } if s == step && i == index)
            });
            (!ended).then_some((step.as_str(), text.as_str()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Command, Effect};

    fn header() -> Header {
        Header {
            format: FORMAT.into(),
            run: "r".into(),
            verb: "up".into(),
            profile: "p".into(),
            version: "0.1.0".into(),
            pid: 1,
            started_ms: 2,
            undo: false,
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_a_torn_line_is_ignored() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::create(dir.path(), &header(), Durability::PowerLoss).unwrap();
        let change = Change::safe(Effect::Run(Command::new(["minikube", "start"])), "why");
        let touch = Touch::Cluster("p".into());
        let step = StepId::new("minikube.cluster");
        journal
            .intent(step, 0, &change, vec![(touch, Prior::Absent)], 3)
            .unwrap();
        let mut text = std::fs::read_to_string(dir.path().join(FILE_NAME)).unwrap();
        assert_eq!(
            read(&text).unwrap().cut_short(),
            Some(("minikube.cluster", "minikube start"))
        );
        journal.outcome(step, 0, None, vec![], 4).unwrap();
        text = std::fs::read_to_string(dir.path().join(FILE_NAME)).unwrap();
        text.push_str("{\"record\":\"intent\",\"st");
        let past = read(&text).unwrap();
        assert_eq!(past.header, header());
        assert_eq!(past.records.len(), 2);
        assert_eq!(past.cut_short(), None);
    }

    #[test]
    fn nobody_else_can_read_what_was_in_shared_files() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        Journal::create(dir.path(), &header(), Durability::ProcessDeath).unwrap();
        let meta = std::fs::metadata(dir.path().join(FILE_NAME)).unwrap();
        assert_eq!(meta.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn another_major_is_refused_and_a_newer_minor_is_read() {
        let newer = "{\"format\":\"1.9\",\"run\":\"r\",\"verb\":\"up\",\"profile\":\"p\",\
            \"version\":\"9\",\"pid\":1,\"started_ms\":2,\"undo\":false,\"new\":true}\n\
            {\"record\":\"a_new_one\"}\n{\"record\":\"end\",\"exit\":0}\n";
        assert_eq!(read(newer).unwrap().records, [Record::End { exit: 0 }]);
        assert_eq!(
            read("{\"format\":\"2.0\"}\n"),
            Err(Unread::OtherFormat("2.0".into()))
        );
        assert_eq!(read("garbage"), Err(Unread::NoHeader));
        assert_eq!(read(""), Err(Unread::NoHeader));
    }
}
