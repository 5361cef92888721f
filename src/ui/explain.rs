//! The built-in manual: a page for every reason. Works offline.

use super::width::{pad, prose, widest};
use super::{Theme, Tone, diagnosis};
use crate::model::{Advice, Fault};
use crate::reason::{self, Kind, Severity, ids};
use serde_json::{Value, json};

/// The page of a reason, whatever case its name was typed in.
///
/// # Errors
/// `USAGE_UNKNOWN_REASON` with the closest name.
pub fn lookup(name: &str) -> Result<&'static Kind, Fault> {
    if let Some(kind) = reason::named(name) {
        return Ok(kind);
    }
    let wanted = name.trim().to_uppercase();
    let closest = reason::all()
        .iter()
        .map(|kind| (strsim::jaro_winkler(&wanted, kind.id.as_str()), kind))
        .filter(|(likeness, _)| *likeness >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, kind)| kind);
    let fault = Fault::new(
        ids::USAGE_UNKNOWN_REASON,
        format!("no reason is named `{}`", name.trim()),
    );
    Err(match closest {
        Some(kind) => fault.advise(Advice::run(
            "did you mean",
            format!("gpucluster explain {}", kind.id),
        )),
        None => fault,
    })
}

/// The page.
pub fn page(kind: &Kind, theme: &Theme) -> String {
    let mut out = format!("{}\n", theme.paint(Tone::Strong, kind.id.as_str()));
    out.push_str(&format!(
        "{}\n\n",
        prose(&theme.adapt(kind.summary), theme.width, 0, 0)
    ));
    out.push_str(&reflow(&theme.adapt(kind.page), theme.width));
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
    out.push('\n');
    out.push_str(&format!(
        "exit code  {} ({})\n",
        kind.exit.code(),
        kind.exit.meaning()
    ));
    if kind.retryable {
        out.push_str("again      typing the same command again can help by itself\n");
    }
    if let Some(url) = kind.url {
        out.push_str(&format!("read on    {}\n", theme.paint(Tone::Note, url)));
    }
    out
}

/// Every reason with its summary.
pub fn list(theme: &Theme) -> String {
    let names = widest(reason::all().iter().map(|kind| kind.id.as_str()), 40);
    let mut out = String::new();
    for kind in reason::all() {
        let summary = prose(
            &theme.adapt(kind.summary),
            theme.width,
            names + 2,
            names + 2,
        );
        out.push_str(&format!("{}  {summary}\n", pad(kind.id.as_str(), names)));
    }
    out
}

/// A reason as data.
pub fn as_data(kind: &Kind) -> Value {
    json!({
        "reason": kind.id.as_str(),
        "summary": kind.summary,
        "page": kind.page,
        "advice": diagnosis::advice(kind),
        "url": kind.url,
        "severity": match kind.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "exit": kind.exit.code(),
        "retryable": kind.retryable,
    })
}

/// All reasons as data.
pub fn list_as_data() -> Value {
    let reasons: Vec<Value> = reason::all()
        .iter()
        .map(|kind| json!({"reason": kind.id.as_str(), "summary": kind.summary}))
        .collect();
    json!({ "reasons": reasons })
}

/// What is said to a person whose terminal is read from.
pub fn paste_here(theme: &Theme) -> String {
    prose(
        "paste the text, then press Ctrl-D on a line of its own (a file: `gpucluster explain - < \
         file`)",
        theme.width,
        0,
        0,
    )
}

/// Wraps paragraphs; lines that begin with two spaces stay as they are.
fn reflow(page: &str, width: usize) -> String {
    let mut out = String::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let flush = |paragraph: &mut Vec<&str>, out: &mut String| {
        if !paragraph.is_empty() {
            out.push_str(&prose(&paragraph.join(" "), width, 0, 0));
            out.push('\n');
            paragraph.clear();
        }
    };
    for line in page.lines() {
        if line.is_empty() || line.starts_with("  ") {
            flush(&mut paragraph, &mut out);
            out.push_str(line);
            out.push('\n');
        } else {
            paragraph.push(line);
        }
    }
    flush(&mut paragraph, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page() {
        let kind = lookup("docker_not_running").unwrap();
        insta::assert_snapshot!(page(
            kind,
            &Theme {
                width: 80,
                ..Theme::plain()
            }
        ));
    }

    #[test]
    fn every_page_fits_its_terminal_but_for_what_is_shown_as_it_is() {
        let theme = Theme {
            width: 80,
            ..Theme::ascii()
        };
        for kind in reason::all() {
            let text = page(kind, &theme);
            assert!(text.is_ascii(), "{}: {text}", kind.id);
            for line in text
                .lines()
                .filter(|line| !line.starts_with("  ") && !line.contains("http"))
            {
                assert!(line.len() <= 80, "{}: {line}", kind.id);
            }
        }
    }

    #[test]
    fn the_list_names_all() {
        let text = list(&Theme::plain());
        for id in ids::ALL {
            assert!(text.contains(id.as_str()), "{id}");
        }
    }

    #[test]
    fn a_misspelt_reason_gives_the_closest() {
        let fault = lookup("DOCKER_NOT_RUNING").unwrap_err();
        assert_eq!(fault.reason, ids::USAGE_UNKNOWN_REASON);
        assert_eq!(
            fault.advice[0].command.as_deref(),
            Some("gpucluster explain DOCKER_NOT_RUNNING")
        );
        assert!(lookup("zzz").unwrap_err().advice.is_empty());
    }
}
