//! What a pasted text was found to speak of, for people and as data.

use super::width::{clean, prose};
use super::{Theme, Tone};
use crate::reason::matchers::{Diagnosis, Line};
use crate::reason::{self, Kind};
use serde_json::{Value, json};

/// Characters shown of a long line.
const LINE: usize = 400;

/// The screen: the cause, what it rests on, what to do; or an honest "unknown".
pub fn screen(diagnosis: Option<&Diagnosis>, dropped: usize, theme: &Theme) -> String {
    let mut out = String::new();
    match diagnosis.and_then(|diagnosis| Some((diagnosis, reason::kind(diagnosis.reason)?))) {
        Some((diagnosis, kind)) => known(diagnosis, kind, theme, &mut out),
        None => unknown(theme, &mut out),
    }
    if dropped > 0 {
        out.push_str(&format!(
            "\n{}\n",
            prose(
                &format!(
                    "the text is long: its beginning and its end were read, {dropped} bytes \
                     between them were not"
                ),
                theme.width,
                0,
                0
            )
        ));
    }
    out
}

fn known(diagnosis: &Diagnosis, kind: &Kind, theme: &Theme, out: &mut String) {
    out.push_str(&format!(
        "{}: {}\n",
        theme.paint(Tone::Bad, kind.id.as_str()),
        prose(
            &theme.adapt(kind.summary),
            theme.width,
            kind.id.as_str().len() + 2,
            2
        )
    ));
    if !diagnosis.rests_on.is_empty() {
        out.push_str("\nIt rests on\n");
        for line in &diagnosis.rests_on {
            out.push_str(&format!("  line {}: {}\n", line.number, shown(line)));
        }
    }
    out.push_str("\nWhat to do\n");
    for (text, command) in kind.advice {
        out.push_str(&format!(
            "  - {}\n",
            prose(&theme.adapt(text), theme.width, 4, 4)
        ));
        if let Some(command) = command {
            out.push_str(&format!("      {}\n", theme.paint(Tone::Note, command)));
        }
    }
    if !diagnosis.also.is_empty() {
        let also: Vec<&str> = diagnosis.also.iter().map(|id| id.as_str()).collect();
        out.push_str(&format!(
            "\nalso seen: {}\n",
            prose(&also.join(", "), theme.width, 11, 2)
        ));
    }
    out.push_str(&format!(
        "\nsee: {}\n",
        theme.paint(Tone::Note, &format!("gpucluster explain {}", kind.id))
    ));
}

fn unknown(theme: &Theme, out: &mut String) {
    out.push_str("unknown: nothing in this text is known to be a failure\n\n");
    out.push_str("What to try\n");
    for (text, command) in [
        (
            "look at the machine itself, if this text comes from it",
            Some("gpucluster doctor"),
        ),
        (
            "paste more: the lines above the first error, and the whole of it",
            None,
        ),
        (
            "if it is about GPUs, the kernel's own words",
            Some("sudo dmesg | grep -i -e nvrm -e xid | gpucluster explain -"),
        ),
        (
            "if it is about Docker, its daemon's",
            Some("journalctl -u docker -n 200 --no-pager | gpucluster explain -"),
        ),
        ("see all reasons that are known", Some("gpucluster explain")),
    ] {
        out.push_str(&format!("  - {}\n", prose(text, theme.width, 4, 4)));
        if let Some(command) = command {
            out.push_str(&format!("      {}\n", theme.paint(Tone::Note, command)));
        }
    }
}

/// A pasted line, safe to print and of bounded length.
fn shown(line: &Line) -> String {
    let text = clean(&line.text);
    let text = text.trim();
    match text.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// The same as data. `reason` is null where nothing is known.
pub fn as_data(diagnosis: Option<&Diagnosis>, dropped: usize) -> Value {
    let kind = diagnosis.and_then(|diagnosis| reason::kind(diagnosis.reason));
    let also: Vec<&str> = diagnosis
        .map(|diagnosis| diagnosis.also.iter().map(|id| id.as_str()).collect())
        .unwrap_or_default();
    let rests_on: Vec<Value> = diagnosis
        .map(|diagnosis| diagnosis.rests_on.as_slice())
        .unwrap_or_default()
        .iter()
        .map(|line| json!({"line": line.number, "text": shown(line)}))
        .collect();
    json!({
        "reason": kind.map(|kind| kind.id.as_str()),
        "also": also,
        "summary": kind.map_or("unknown: nothing in this text is known to be a failure", |kind| kind.summary),
        "advice": kind.map(advice).unwrap_or_default(),
        "rests_on": rests_on,
        "see": kind.map(|kind| format!("gpucluster explain {}", kind.id)),
        "url": kind.and_then(|kind| kind.url),
        "bytes_not_read": dropped,
    })
}

/// A kind's advice as data.
pub(super) fn advice(kind: &Kind) -> Vec<Value> {
    kind.advice
        .iter()
        .map(|(text, command)| json!({"text": text, "command": command}))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::matchers;

    fn theme() -> Theme {
        Theme {
            width: 80,
            ..Theme::plain()
        }
    }

    #[test]
    fn a_diagnosis() {
        let text = "$ minikube start\n\u{1b}[31mdocker: Error response from daemon: could not \
                    select device driver \"\" with capabilities: [[gpu]].\u{1b}[0m\n\
                    Exiting due to GUEST_PROVISION: error provisioning guest\n";
        let diagnosis = matchers::read(text);
        insta::assert_snapshot!(screen(diagnosis.as_ref(), 1234, &theme()));
        insta::assert_snapshot!(super::super::json(&as_data(diagnosis.as_ref(), 0)));
    }

    #[test]
    fn nothing_known() {
        insta::assert_snapshot!(screen(None, 0, &theme()));
        assert_eq!(as_data(None, 0)["reason"], Value::Null);
        assert_eq!(as_data(None, 0)["also"], json!([]));
    }
}
