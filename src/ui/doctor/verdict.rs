//! The last line: `ready`, or what is wrong and who is to blame.

use super::super::plan::counted;
use super::safe;
use crate::model::{CheckState, Checkup, Finding};

/// The verdict in one line. It names the root where there is exactly one.
pub fn verdict(checkup: &Checkup) -> String {
    lines(checkup).join("; ")
}

/// The verdict: what is wrong, then the rest in numbers; the one or the other may be missing.
pub(super) fn lines(checkup: &Checkup) -> Vec<String> {
    let warnings = checkup.warnings();
    if checkup.healthy() {
        return vec![match warnings {
            0 => "ready".to_owned(),
            some => format!("ready, {}", counted(some, "warning")),
        }];
    }
    let problems = checkup.problems();
    let drifted: Vec<&Finding> = checkup
        .counted()
        .filter(|found| found.state == CheckState::Drifted)
        .collect();
    let absent = checkup.count(CheckState::Absent);
    let mut pending = Vec::new();
    let mut lines = Vec::new();
    match (problems.as_slice(), drifted.as_slice()) {
        ([one], _) => lines.push(format!("1 problem: {} ({})", safe(&one.headline), one.id)),
        ([], [one]) => {
            // What is not set up yet names the command as well.
            let mends = if absent == 0 { "; gpucluster up" } else { "" };
            let seen = safe(&one.headline);
            lines.push(format!("1 differs: {seen} ({}{mends})", one.id));
        }
        ([], _) => {}
        (several, _) => lines.push(format!("{} problems: {}", several.len(), ids(several))),
    }
    if drifted.len() > 1 || !(drifted.is_empty() || problems.is_empty()) {
        let verb = if drifted.len() == 1 {
            "differs"
        } else {
            "differ"
        };
        pending.push(format!("{} {verb}", drifted.len()));
    }
    if absent > 0 {
        pending.push(format!("{absent} not set up yet"));
    }
    let mut rest = Vec::new();
    if !pending.is_empty() {
        rest.push(format!("{} (gpucluster up)", pending.join(", ")));
    }
    for (state, text) in [
        (CheckState::Underway, "underway"),
        (CheckState::Blocked, "blocked"),
        (CheckState::Unknown, "not checked"),
        (CheckState::NoAnswer, "did not answer"),
        (CheckState::Crashed, "crashed"),
        (CheckState::Skipped, "skipped"),
    ] {
        match checkup.count(state) {
            0 => {}
            number => rest.push(format!("{number} {text}")),
        }
    }
    if warnings > 0 {
        let strictly = if checkup.strict { " (--strict)" } else { "" };
        rest.push(format!("{}{strictly}", counted(warnings, "warning")));
    }
    if !rest.is_empty() {
        lines.push(rest.join(", "));
    }
    lines
}

fn ids(findings: &[&Finding]) -> String {
    let ids: Vec<&str> = findings.iter().map(|found| found.id.as_str()).collect();
    ids.join(", ")
}
