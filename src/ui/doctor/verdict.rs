//! The last line: `ready`, or what is wrong and who is to blame.

use super::super::plan::counted;
use super::safe;
use crate::model::{CheckState, Checkup, Finding};

/// The verdict in one line. It names the root where there is exactly one.
pub fn verdict(checkup: &Checkup) -> String {
    let warnings = checkup.warnings();
    if checkup.healthy() {
        return match warnings {
            0 => "ready".to_owned(),
            some => format!("ready, {}", counted(some, "warning")),
        };
    }
    let problems = checkup.problems();
    let drifted: Vec<&Finding> = checkup
        .counted()
        .filter(|found| found.state == CheckState::Drifted)
        .collect();
    let mut parts = Vec::new();
    let mut named = String::new();
    match problems.as_slice() {
        [] => {}
        [one] => named = format!("1 problem: {} ({})", safe(&one.headline), one.id),
        several => named = format!("{}: {}", counted(several.len(), "problem"), ids(several)),
    }
    match drifted.as_slice() {
        [] => {}
        [one] if problems.is_empty() => {
            // What is not set up yet names the command as well.
            let mends = match checkup.count(CheckState::Absent) {
                0 => "; gpucluster up",
                _ => "",
            };
            named = format!("1 differs: {} ({}{mends})", safe(&one.headline), one.id);
        }
        several => parts.push(format!(
            "{} {} (gpucluster up)",
            several.len(),
            if several.len() == 1 {
                "differs"
            } else {
                "differ"
            }
        )),
    }
    for (state, text) in [
        (CheckState::Absent, "not set up yet (gpucluster up)"),
        (CheckState::Underway, "underway"),
        (CheckState::Blocked, "blocked"),
        (CheckState::Unknown, "not checked"),
        (CheckState::NoAnswer, "did not answer"),
        (CheckState::Crashed, "crashed"),
        (CheckState::Skipped, "skipped"),
    ] {
        match checkup.count(state) {
            0 => {}
            number => parts.push(format!("{number} {text}")),
        }
    }
    if warnings > 0 {
        let strictly = if checkup.strict { " (--strict)" } else { "" };
        parts.push(format!("{}{strictly}", counted(warnings, "warning")));
    }
    let rest = parts.join(", ");
    match (named.is_empty(), rest.is_empty()) {
        (true, _) => rest,
        (false, true) => named,
        (false, false) => format!("{named}; {rest}"),
    }
}

fn ids(findings: &[&Finding]) -> String {
    let ids: Vec<&str> = findings.iter().map(|found| found.id.as_str()).collect();
    ids.join(", ")
}
