//! The report as JUnit XML, which every CI system reads: a suite an area, a case a check.

use super::{advice, advice_of_warning, detail};
use crate::model::{CheckState, Checkup, Finding};

/// The document. What a person or `up` must mend is a failure, what could not be told an error, and
/// what was not judged is skipped.
pub fn junit(checkup: &Checkup) -> String {
    let findings = &checkup.findings;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all = numbers(checkup, findings);
    out.push_str(&format!("<testsuites name=\"gpucluster\" {all}>\n"));
    for area in findings.chunk_by(|a, b| a.area == b.area) {
        let name = area.first().map_or("", |found| found.area);
        let numbers = numbers(checkup, area);
        out.push_str(&format!("  <testsuite name=\"{name}\" {numbers}>\n"));
        for found in area {
            case(&mut out, checkup, found);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// What a case comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Came {
    Passed,
    Failed,
    Broke,
    Skipped,
}

fn came(checkup: &Checkup, found: &Finding) -> Came {
    match found.state {
        _ if found.ignored => Came::Skipped,
        CheckState::Ok if checkup.strict && !found.warnings.is_empty() => Came::Failed,
        CheckState::Ok => Came::Passed,
        CheckState::Drifted
        | CheckState::Absent
        | CheckState::Underway
        | CheckState::NeedsHuman => Came::Failed,
        CheckState::Unknown | CheckState::NoAnswer | CheckState::Crashed => Came::Broke,
        CheckState::Blocked | CheckState::Skipped => Came::Skipped,
    }
}

fn numbers(checkup: &Checkup, findings: &[Finding]) -> String {
    let count = |wanted| {
        let all = findings.iter().filter(|f| came(checkup, f) == wanted);
        all.count()
    };
    // The looks run side by side: the slowest one is what an area took.
    let slowest = findings.iter().filter_map(|found| found.ms).max();
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\"",
        findings.len(),
        count(Came::Failed),
        count(Came::Broke),
        count(Came::Skipped),
        seconds(slowest.unwrap_or_default())
    )
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

fn case(out: &mut String, checkup: &Checkup, found: &Finding) {
    out.push_str(&format!(
        "    <testcase classname=\"gpucluster.doctor.{}\" name=\"{}: {}\" time=\"{}\">\n",
        found.area,
        found.id,
        escaped(found.title),
        seconds(found.ms.unwrap_or_default())
    ));
    let says = escaped(&detail(found, true));
    let element = match came(checkup, found) {
        Came::Passed => None,
        Came::Failed => Some("failure"),
        Came::Broke => Some("error"),
        Came::Skipped => Some("skipped"),
    };
    match element {
        None => {}
        Some("skipped") => out.push_str(&format!("      <skipped message=\"{says}\"/>\n")),
        Some(element) => {
            let reason = found.reason().or_else(|| found.warnings.first()?.reason);
            let kind = reason.map_or_else(|| without_reason(found), |reason| reason.to_string());
            out.push_str(&format!(
                "      <{element} type=\"{kind}\" message=\"{says}\">{}</{element}>\n",
                escaped(&text(checkup, found))
            ));
        }
    }
    if !found.warnings.is_empty() {
        let warnings = escaped(&warnings(found));
        out.push_str(&format!("      <system-out>{warnings}</system-out>\n"));
    }
    out.push_str("    </testcase>\n");
}

/// What `up` mends has no page.
fn without_reason(found: &Finding) -> String {
    super::word(found.state).to_uppercase().replace(' ', "_")
}

fn text(checkup: &Checkup, found: &Finding) -> String {
    let mut lines = Vec::new();
    if let Some(fault) = &found.fault {
        lines.extend(
            fault
                .causes
                .iter()
                .map(|cause| format!("caused by: {cause}")),
        );
        lines.extend(fault.evidence.iter().map(|line| format!("| {line}")));
    }
    hints(&mut lines, &advice(checkup, found));
    if let Some(reason) = found.reason() {
        lines.push(format!("see: gpucluster explain {reason}"));
    }
    lines.join("\n")
}

fn warnings(found: &Finding) -> String {
    let mut lines = Vec::new();
    for warning in &found.warnings {
        lines.push(format!("warning: {}", warning.text));
        hints(&mut lines, &advice_of_warning(warning));
    }
    lines.join("\n")
}

fn hints(lines: &mut Vec<String>, hints: &[(String, Option<String>)]) {
    for (text, command) in hints {
        lines.push(format!("hint: {text}"));
        lines.extend(command.iter().map(|command| format!("    {command}")));
    }
}

/// As text of an element and within double quotes. XML 1.0 has no way to write most control
/// characters and the two non-characters at all: they go.
fn escaped(text: &str) -> String {
    let text = text
        .split('\n')
        .map(super::clean)
        .collect::<Vec<_>>()
        .join("\n");
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}
