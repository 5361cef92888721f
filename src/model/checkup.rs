//! What `doctor` found: every check with its state, and who is to blame for it.

use super::{Advice, Fault, Notice, ReasonId, StepId};
use serde::Serialize;

/// What a check found. The names are stable: scripts read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    /// It holds.
    Ok,
    /// It is there and differs; `gpucluster up` mends it.
    Drifted,
    /// It is not there; `gpucluster up` makes it.
    Absent,
    /// It is being brought about right now.
    Underway,
    /// A person must act first.
    NeedsHuman,
    /// The look itself failed.
    Unknown,
    /// The check did not end within its deadline.
    NoAnswer,
    /// The check itself broke: a bug in gpucluster.
    Crashed,
    /// It cannot be judged before another check holds, or another check's trouble is its cause.
    Blocked,
    /// It was left out.
    Skipped,
}

impl CheckState {
    /// Every state, in the order of the counts.
    pub const ALL: [Self; 10] = [
        Self::Ok,
        Self::Drifted,
        Self::Absent,
        Self::Underway,
        Self::NeedsHuman,
        Self::Unknown,
        Self::NoAnswer,
        Self::Crashed,
        Self::Blocked,
        Self::Skipped,
    ];
}

/// One check and what it found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which check.
    pub id: StepId,
    /// The part of the stack it belongs to (`gpu`, `docker`, `cluster` …).
    pub area: &'static str,
    /// The fact that should hold.
    pub title: &'static str,
    /// Whether `up` has it as a step; otherwise it is a check of `doctor` alone.
    pub is_step: bool,
    /// What became of it.
    pub state: CheckState,
    /// What was seen, in its own words.
    pub headline: String,
    /// What is wrong, where it is known; of a blocked check too, where it was seen all the same.
    pub fault: Option<Fault>,
    /// Whose trouble is the cause.
    pub blocked_by: Option<StepId>,
    /// Things worth acting on that change nothing about the verdict.
    pub warnings: Vec<Notice>,
    /// How long the look took, in milliseconds; `None` where there was nothing to look at yet.
    pub ms: Option<u64>,
    /// Left out of the verdict on request.
    pub ignored: bool,
    /// It was not only looked at but tried out.
    pub tried: bool,
}

impl Finding {
    /// Its reason, where it has one.
    pub fn reason(&self) -> Option<ReasonId> {
        self.fault.as_ref().map(|fault| fault.reason)
    }

    /// Whether it is the cause of trouble, and not only its consequence.
    pub fn is_problem(&self) -> bool {
        self.state == CheckState::NeedsHuman
    }

    /// Advice of its own fault.
    pub fn advice(&self) -> &[Advice] {
        self.fault.as_ref().map_or(&[], |fault| &fault.advice)
    }
}

/// Every finding, in the order of the stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkup {
    /// Profile that was looked at.
    pub profile: String,
    /// The findings.
    pub findings: Vec<Finding>,
    /// Whether warnings count as problems.
    pub strict: bool,
}

impl Checkup {
    /// The findings that the verdict is made of.
    pub fn counted(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| !finding.ignored)
    }

    /// How many counted findings are in a state.
    pub fn count(&self, state: CheckState) -> usize {
        self.counted().filter(|found| found.state == state).count()
    }

    /// What a person must mend, in the order of the stack.
    pub fn problems(&self) -> Vec<&Finding> {
        self.counted().filter(|found| found.is_problem()).collect()
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.counted().map(|found| found.warnings.len()).sum()
    }

    /// Whether everything that was looked at holds.
    pub fn healthy(&self) -> bool {
        let holds = |found: &Finding| matches!(found.state, CheckState::Ok | CheckState::Skipped);
        self.counted().all(holds) && !(self.strict && self.warnings() > 0)
    }
}
