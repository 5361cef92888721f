//! What happens in a run, as one stream: every reporter and the run log read the same events.

use super::{Advice, Fault, Plan, ReasonId, RunId, StepId};
use serde::Serialize;

/// Version of the event schema (`schema` in `--output jsonl`): `major.minor`; a new major breaks.
pub const SCHEMA: &str = "1.0";

/// A question that was asked, and how long its answer took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// What was asked, in a few words.
    pub what: String,
    /// In milliseconds.
    pub ms: u64,
}

/// How loud a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeLevel {
    /// Worth knowing.
    Info,
    /// Worth acting on some day.
    Warning,
}

/// Something worth saying that is neither progress nor failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// How loud.
    pub level: NoticeLevel,
    /// One sentence.
    pub text: String,
    /// Its page in the registry, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ReasonId>,
    /// What mends it on this machine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
}

impl Notice {
    /// Worth knowing.
    pub fn info(text: impl Into<String>) -> Self {
        Self {
            level: NoticeLevel::Info,
            text: text.into(),
            reason: None,
            advice: Vec::new(),
        }
    }

    /// Worth acting on.
    pub fn warning(text: impl Into<String>) -> Self {
        Self {
            level: NoticeLevel::Warning,
            text: text.into(),
            reason: None,
            advice: Vec::new(),
        }
    }

    /// A registered reason that stops nothing: a warning with its page and what mends it.
    pub fn of(fault: Fault) -> Self {
        Self {
            level: NoticeLevel::Warning,
            text: fault.summary,
            reason: Some(fault.reason),
            advice: fault.advice,
        }
    }
}

/// How a run or a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything holds and nothing had to be done.
    Unchanged,
    /// Everything holds after changes.
    Changed,
    /// Something failed.
    Failed,
    /// A person stopped it.
    Interrupted,
    /// It never began, because something it needs failed.
    NotStarted,
}

/// One event: when, and what.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Event {
    /// Milliseconds since the Unix epoch (of the simulated clock on a simulated host).
    pub ts_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened. At most twelve kinds, so that a reporter stays readable.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum EventKind {
    /// A run begins.
    RunStarted {
        /// Its name.
        run: RunId,
        /// The verb, such as `up`.
        verb: String,
        /// `real`, `rehearsal` or `simulated:4xt4`.
        world: String,
        /// Profile.
        profile: String,
        /// Host name and distribution.
        host: String,
        /// Version of gpucluster.
        version: String,
    },
    /// A step has been looked at.
    Observed {
        /// Which.
        step: StepId,
        /// `in_place`, `absent`, `drifted`, `underway`, `needs_human`, `unknown`.
        state: &'static str,
        /// What was seen.
        headline: String,
    },
    /// The plan is known.
    Planned {
        /// The whole plan.
        plan: Plan,
        /// The slowest question of the survey: what a survey cannot be faster than.
        slowest: Option<Asked>,
    },
    /// A step is being changed.
    StepStarted {
        /// Which.
        step: StepId,
    },
    /// A change begins.
    ChangeStarted {
        /// Of which step.
        step: StepId,
        /// Position among the step's changes, from 0.
        index: usize,
        /// In words.
        text: String,
    },
    /// Something moved.
    Progress {
        /// Of which step.
        step: StepId,
        /// What is going on now.
        text: String,
        /// Position and total, where known.
        at: Option<(u32, u32)>,
    },
    /// A change ended.
    ChangeFinished {
        /// Of which step.
        step: StepId,
        /// Position among the step's changes, from 0.
        index: usize,
        /// Whether it succeeded.
        ok: bool,
        /// How long it took, in milliseconds.
        ms: u64,
    },
    /// A step ended.
    StepFinished {
        /// Which.
        step: StepId,
        /// How.
        outcome: Outcome,
        /// What is true now.
        headline: String,
        /// How long it took, in milliseconds.
        ms: u64,
    },
    /// Something worth saying.
    Noticed {
        /// About which step.
        step: Option<StepId>,
        /// What.
        notice: Notice,
    },
    /// Something failed.
    Failed {
        /// Why.
        fault: Fault,
    },
    /// The run is over.
    RunFinished {
        /// How.
        outcome: Outcome,
        /// Exit code of the process.
        exit: u8,
        /// How long it took, in milliseconds.
        ms: u64,
    },
}
