//! Every check and what it found: the screens and documents of `gpucluster doctor`.

mod data;
mod junit;
mod redraw;
mod report;
mod table;
mod verdict;

pub use data::{SCHEMA, json, list_json};
pub use junit::junit;
pub use redraw::Redraw;
pub use report::{Detail, list, report};
pub use table::table;
pub use verdict::verdict;

use super::width::clean;
use super::{Mark, Theme};
use crate::model::{CheckState, Checkup, Fault, Finding, Notice};

/// A line of a tool that is longer than this says nothing more by its rest.
const LONGEST: usize = 400;

/// What a check says of the machine, safe to show: no control characters, and no endless line.
fn safe(text: &str) -> String {
    let text = clean(text);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// The mark of a state.
fn mark(state: CheckState) -> Mark {
    match state {
        CheckState::Ok => Mark::Ok,
        CheckState::Drifted => Mark::Change,
        CheckState::Absent => Mark::Add,
        CheckState::Underway | CheckState::Blocked => Mark::Wait,
        CheckState::NeedsHuman => Mark::Failed,
        CheckState::Unknown | CheckState::NoAnswer | CheckState::Crashed => Mark::Unknown,
        CheckState::Skipped => Mark::Skipped,
    }
}

/// The state as a word; what holds needs none.
fn word(state: CheckState) -> &'static str {
    match state {
        CheckState::Ok => "",
        CheckState::Drifted => "differs",
        CheckState::Absent => "not set up yet",
        CheckState::Underway => "underway",
        CheckState::NeedsHuman => "failed",
        CheckState::Unknown => "could not check",
        CheckState::NoAnswer => "did not answer",
        CheckState::Crashed => "crashed",
        CheckState::Blocked => "blocked",
        CheckState::Skipped => "skipped",
    }
}

/// The state in words, then what was seen. `whole`: of what is blocked, too.
fn detail(finding: &Finding, whole: bool) -> String {
    let seen = safe(&finding.headline);
    let mut text = word(finding.state).to_owned();
    if let (CheckState::Blocked, Some(root)) = (finding.state, finding.blocked_by) {
        text = format!("blocked by {root}");
    }
    let says = whole || finding.state != CheckState::Blocked;
    match (text.is_empty(), seen.is_empty() || !says) {
        (true, _) => text = seen,
        (false, true) => {}
        (false, false) => text = format!("{text}: {seen}"),
    }
    if finding.ignored {
        text.push_str(" (ignored)");
    }
    text
}

/// What mends a finding: nothing where another is to blame, unless both say the same.
fn advice(checkup: &Checkup, finding: &Finding) -> Vec<(String, Option<String>)> {
    let Some(fault) = &finding.fault else {
        return Vec::new();
    };
    if let Some(root) = finding.blocked_by {
        let same = checkup
            .findings
            .iter()
            .any(|other| other.id == root && other.reason() == Some(fault.reason));
        if !same {
            return Vec::new();
        }
    }
    super::fault::hints(fault)
}

/// What to do about a warning: its own advice, else its page's.
fn advice_of_warning(warning: &Notice) -> Vec<(String, Option<String>)> {
    match warning.reason {
        Some(reason) => {
            let mut fault = Fault::new(reason, String::new());
            fault.advice.clone_from(&warning.advice);
            super::fault::hints(&fault)
        }
        None => warning
            .advice
            .iter()
            .map(|advice| (advice.text.clone(), advice.command.clone()))
            .collect(),
    }
}

/// Columns of the marks.
fn mark_columns(theme: &Theme) -> usize {
    if theme.unicode { 1 } else { 2 }
}

#[cfg(test)]
mod tests;
