//! Every check and what it found: the screen and the document of `gpucluster doctor`.

use super::fault::hints;
use super::plan::counted;
use super::width::{pad, prose, widest};
use super::{Mark, Theme, Tone};
use crate::model::{Plan, StepId, StepPlan, Verdict};
use serde::Serialize;
use serde_json::{Value, json};

/// Version of the document's shape: `major.minor`.
pub const SCHEMA: &str = "1.0";

/// What a check found. The names are stable: scripts read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    /// It holds.
    Ok,
    /// It is there and differs.
    Drifted,
    /// It is not there; `gpucluster up` makes it.
    Absent,
    /// It is being brought about right now.
    Underway,
    /// A person must act first.
    NeedsHuman,
    /// The look itself failed.
    Unknown,
    /// It cannot be judged before another check holds.
    Blocked,
    /// It was left out.
    Skipped,
}

/// What the check of a step found.
pub fn state(step: &StepPlan) -> CheckState {
    match &step.verdict {
        Verdict::InPlace => CheckState::Ok,
        Verdict::Change { drift: true } => CheckState::Drifted,
        Verdict::Change { drift: false } | Verdict::OutOfScope => CheckState::Absent,
        Verdict::Wait(_) => CheckState::Underway,
        Verdict::NeedsHuman(_) => CheckState::NeedsHuman,
        Verdict::CouldNotLook(_) => CheckState::Unknown,
        Verdict::UnknownUntil(_) | Verdict::BlockedBy(_) => CheckState::Blocked,
        Verdict::Skipped => CheckState::Skipped,
    }
}

/// Whether everything that was looked at holds.
pub fn healthy(plan: &Plan) -> bool {
    plan.steps
        .iter()
        .all(|step| matches!(state(step), CheckState::Ok | CheckState::Skipped))
}

/// The report. Checks go by the ids that `doctor CHECK`, `--ignore` and the plan know; `verbose` adds
/// what each checks, a sentence that would read badly behind a failure's mark.
pub fn report(plan: &Plan, theme: &Theme, verbose: bool) -> String {
    let marks = widest(
        plan.steps.iter().map(|step| theme.glyph(mark(state(step)))),
        3,
    );
    let names = widest(plan.steps.iter().map(|step| step.step.as_str()), 24);
    let mut out = String::new();
    for step in &plan.steps {
        let begin = 2 + marks + 1 + names.max(step.step.as_str().chars().count()) + 2;
        let mut text = detail(step);
        if verbose {
            text = format!("{text} (check: {})", step.title);
        }
        let text = prose(
            &theme.adapt(&text),
            theme.width,
            begin,
            2 + marks + 1 + names + 2,
        );
        let mark = theme.mark(mark(state(step)), marks);
        let line = format!("  {mark} {}  {text}", pad(step.step.as_str(), names));
        out.push_str(line.trim_end());
        out.push('\n');
        for warning in &step.warnings {
            let text = prose(&theme.adapt(&warning.text), theme.width, 8, 8);
            out.push_str(&format!("      {} {text}\n", theme.mark(Mark::Warning, 1)));
        }
        if let Some(fault) = step.fault() {
            for (text, command) in hints(fault) {
                let text = prose(&theme.adapt(&text), theme.width, 12, 12);
                out.push_str(&format!(
                    "      {} {text}\n",
                    theme.paint(Tone::Note, "hint:")
                ));
                if let Some(command) = command {
                    out.push_str(&format!(
                        "              {}\n",
                        theme.paint(Tone::Note, &command)
                    ));
                }
            }
            out.push_str(&format!(
                "      see:  gpucluster explain {}\n",
                fault.reason
            ));
        }
    }
    out.push_str(&verdict(plan));
    out.push('\n');
    out
}

/// The last line: `ready`, or what is missing.
pub fn verdict(plan: &Plan) -> String {
    let count = |wanted: &[CheckState]| {
        plan.steps
            .iter()
            .filter(|step| wanted.contains(&state(step)))
            .count()
    };
    if healthy(plan) {
        return "ready".to_owned();
    }
    let problems = count(&[CheckState::NeedsHuman, CheckState::Drifted]);
    let mut parts = Vec::new();
    if problems > 0 {
        parts.push(counted(problems, "problem"));
    }
    for (states, text) in [
        (CheckState::Absent, "not set up yet (gpucluster up)"),
        (CheckState::Underway, "underway"),
        (CheckState::Blocked, "blocked"),
        (CheckState::Unknown, "not checked"),
        (CheckState::Skipped, "skipped"),
    ] {
        match count(&[states]) {
            0 => {}
            number => parts.push(format!("{number} {text}")),
        }
    }
    parts.join(", ")
}

/// The report as one document.
pub fn json(plan: &Plan) -> Value {
    let checks: Vec<Value> = plan
        .steps
        .iter()
        .map(|step| {
            let fault = step.fault();
            let hints: Vec<Value> = fault
                .map(hints)
                .unwrap_or_default()
                .into_iter()
                .map(|(text, command)| json!({"text": text, "command": command}))
                .collect();
            json!({
                "id": step.step,
                "title": step.title,
                "state": state(step),
                "headline": headline(step),
                "blocked_by": blocker(step),
                "reason": fault.map(|fault| fault.reason),
                "hints": hints,
                "warnings": step.warnings.iter().map(|warning| &warning.text).collect::<Vec<_>>(),
            })
        })
        .collect();
    let mut counts = serde_json::Map::new();
    for wanted in [
        CheckState::Ok,
        CheckState::Drifted,
        CheckState::Absent,
        CheckState::Underway,
        CheckState::NeedsHuman,
        CheckState::Unknown,
        CheckState::Blocked,
        CheckState::Skipped,
    ] {
        let number = plan
            .steps
            .iter()
            .filter(|step| state(step) == wanted)
            .count();
        if let Value::String(name) = json!(wanted) {
            counts.insert(name, json!(number));
        }
    }
    json!({
        "schema": SCHEMA,
        "profile": plan.profile,
        "healthy": healthy(plan),
        "verdict": verdict(plan),
        "checks": checks,
        "counts": counts,
    })
}

fn mark(state: CheckState) -> Mark {
    match state {
        CheckState::Ok => Mark::Ok,
        CheckState::Drifted => Mark::Change,
        CheckState::Absent => Mark::Add,
        CheckState::Underway | CheckState::Blocked => Mark::Wait,
        CheckState::NeedsHuman => Mark::Failed,
        CheckState::Unknown => Mark::Unknown,
        CheckState::Skipped => Mark::Skipped,
    }
}

/// What was seen, in the step's or the fault's words.
fn headline(step: &StepPlan) -> &str {
    match (&step.verdict, step.fault()) {
        (Verdict::Wait(what), _) => what,
        (_, Some(fault)) => &fault.summary,
        _ => &step.headline,
    }
}

fn blocker(step: &StepPlan) -> Option<StepId> {
    match step.verdict {
        Verdict::UnknownUntil(other) | Verdict::BlockedBy(other) => Some(other),
        _ => None,
    }
}

/// The state in words, then what was seen; what holds needs no word.
fn detail(step: &StepPlan) -> String {
    let seen = headline(step);
    let word = match state(step) {
        CheckState::Ok => return seen.to_owned(),
        CheckState::Skipped => return "skipped".to_owned(),
        CheckState::Blocked => {
            return blocker(step).map_or_else(String::new, |id| format!("blocked by {id}"));
        }
        CheckState::Drifted => "differs",
        CheckState::Absent => "not set up yet",
        CheckState::Underway => "underway",
        CheckState::NeedsHuman => "failed",
        CheckState::Unknown => "could not check",
    };
    if seen.is_empty() {
        word.to_owned()
    } else {
        format!("{word}: {seen}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn the_report_of_a_troubled_machine() {
        insta::assert_snapshot!(report(&samples::troubled(), &Theme::plain(), false));
    }

    #[test]
    fn the_report_in_ascii_with_what_is_checked() {
        let text = report(
            &samples::troubled(),
            &Theme {
                width: 90,
                ..Theme::ascii()
            },
            true,
        );
        assert!(text.is_ascii());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_healthy_machine_is_ready() {
        let text = report(&samples::done(), &Theme::plain(), false);
        assert!(text.ends_with("\nready\n"), "{text}");
        assert!(healthy(&samples::done()));
        assert!(!healthy(&samples::fresh()));
        assert!(!healthy(&samples::troubled()));
    }

    #[test]
    fn the_document() {
        insta::assert_json_snapshot!(json(&samples::troubled()));
    }
}
