//! The report as one JSON document.

use super::super::width::clean;
use super::{advice, advice_of_warning, verdict};
use crate::model::{CheckState, Checkup, Finding, StepId};
use serde_json::{Map, Value, json};

/// Version of the document's shape: `major.minor`. 2.0: warnings are objects, not sentences.
pub const SCHEMA: &str = "2.0";

/// The report as a document. What tools said is in it without control characters: documents are
/// looked at on terminals as well.
pub fn json(checkup: &Checkup) -> Value {
    let mut counts = Map::new();
    for state in CheckState::ALL {
        if let Value::String(name) = json!(state) {
            let number = checkup.findings.iter().filter(|f| f.state == state).count();
            counts.insert(name, json!(number));
        }
    }
    let problems: Vec<StepId> = checkup.problems().iter().map(|found| found.id).collect();
    json!({
        "schema": SCHEMA,
        "profile": checkup.profile,
        "healthy": checkup.healthy(),
        "verdict": verdict(checkup),
        "problems": problems,
        "checks": checkup.findings.iter().map(|found| check(checkup, found)).collect::<Vec<_>>(),
        "counts": counts,
    })
}

fn check(checkup: &Checkup, found: &Finding) -> Value {
    let fault = found.fault.as_ref();
    let lines = |lines: &[String]| lines.iter().map(|line| clean(line)).collect::<Vec<_>>();
    let warnings: Vec<Value> = found
        .warnings
        .iter()
        .map(|warning| {
            json!({
                "text": clean(&warning.text),
                "reason": warning.reason,
                "hints": hints(advice_of_warning(warning)),
            })
        })
        .collect();
    json!({
        "id": found.id,
        "area": found.area,
        "title": found.title,
        "state": found.state,
        "headline": clean(&found.headline),
        "reason": found.reason(),
        "blocked_by": found.blocked_by,
        "causes": fault.map(|fault| lines(&fault.causes)).unwrap_or_default(),
        "evidence": fault.map(|fault| lines(&fault.evidence)).unwrap_or_default(),
        "hints": hints(advice(checkup, found)),
        "warnings": warnings,
        "ignored": found.ignored,
        "tried": found.tried,
        "duration_ms": found.ms,
    })
}

fn hints(hints: Vec<(String, Option<String>)>) -> Vec<Value> {
    hints
        .into_iter()
        .map(|(text, command)| json!({"text": text, "command": command}))
        .collect()
}

/// The checks themselves, in the order of the stack.
pub fn list_json(checks: &[(&str, StepId, &str, Vec<StepId>)]) -> Value {
    checks
        .iter()
        .map(|(area, id, title, needs)| {
            json!({"id": id, "area": area, "title": title, "needs": needs})
        })
        .collect()
}
