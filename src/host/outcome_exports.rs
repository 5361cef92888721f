//! What `exportfs -ra` had to say.
//!
//! Its exit code is that of the worst line of every file of exports, whoever wrote it, so it is no
//! verdict on ours: the live table is, and the step looks at that. Texts: nfs-utils 2.6 to 3.1,
//! `tests/tapes/exportfs`.

use super::{Answer, Done};
use crate::model::Notice;
use crate::parse::exports;
use camino::Utf8Path;

/// At most so many complaints are passed on.
const MOST: usize = 5;

/// What it says of two entries for one folder and client: the table shows which counts.
const TWICE: &str = "duplicated export entries";

/// How a line of a file is read, for the words of a complaint about it.
pub type ReadText<'a> = dyn Fn(&Utf8Path) -> Option<String> + Send + Sync + 'a;

/// Whether it failed on what is ours: `Err` with the words that say so. Complaints about others are
/// passed on as notices, with the line's own text where it is named.
///
/// `ours` are the folder and the file that must not be complained about; empty when our export is
/// being taken back.
///
/// # Errors
/// Words about what is ours, or about the whole table, or none at all.
pub fn judge(answer: &Answer, ours: &[&Utf8Path], read: &ReadText<'_>) -> Result<Done, String> {
    if answer.ok() {
        return Ok(Done::default());
    }
    let complaints = if answer.code == 1 {
        complaints(&answer.stderr)
    } else {
        Vec::new()
    };
    // Not a complaint about an entry: no rights, no table, not even started.
    let whole = |text: &String| text.starts_with("could not ") || text.starts_with("can't ");
    let is_ours = |text: &String| ours.iter().any(|path| mentions(text, path.as_str()));
    if complaints.is_empty() || complaints.iter().any(whole) {
        return Err(answer.text());
    }
    let bad: Vec<String> = complaints
        .iter()
        .filter(|text| is_ours(text) && !text.contains(TWICE))
        .cloned()
        .collect();
    if !bad.is_empty() {
        return Err(bad.join("\n"));
    }
    let notices = complaints.iter().take(MOST).map(|text| {
        Notice::warning(match place(text) {
            Some((file, number, why)) => {
                let all = read(Utf8Path::new(file)).unwrap_or_default();
                let place = match exports::line_meant(&all, number, why) {
                    Some((number, line)) => format!("{file}:{number} `{line}`"),
                    None => format!("{file}:{number}"),
                };
                format!(
                    "a line of others is broken and was left alone, {place}: {why}; it and what follows it in that file is not exported"
                )
            }
            None if text.contains(TWICE) => format!("exportfs found two entries for one folder: {text}"),
            None => format!("exportfs complains about an entry of others: {text}"),
        })
    });
    Ok(Done {
        notices: notices.collect(),
    })
}

/// Its complaints without their prefix, each once. Entries that belong to one follow it, indented.
fn complaints(stderr: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for line in stderr.lines() {
        // What is not said by itself goes on with what was (`Neither 'subtree_check' …`).
        let Some(text) = line.strip_prefix("exportfs: ") else {
            continue;
        };
        match (text.strip_prefix('\t'), all.last_mut()) {
            (Some(entry), Some(last)) => *last = format!("{last} {}", entry.trim()),
            _ => all.push(text.trim().to_owned()),
        }
    }
    // Advice, which alone never makes it fail.
    all.retain(|text| !text.contains("Neither 'subtree_check'") && !text.contains("suggest "));
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|text| seen.insert(text.clone()));
    all
}

/// `FILE:NUMBER: WHY`, also with a blank before the number.
fn place(text: &str) -> Option<(&str, usize, &str)> {
    let (file, rest) = text.split_once(':')?;
    let (number, why) = rest.split_once(':')?;
    let number = number.trim().parse().ok()?;
    file.starts_with('/').then_some((file, number, why.trim()))
}

/// Whether a path is named, and not one below it or beside it.
fn mentions(text: &str, path: &str) -> bool {
    let end = |c: char| c.is_whitespace() || ":,\"'()".contains(c);
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + path.len()..].chars().next();
        before.is_none_or(end) && after.is_none_or(end)
    })
}

#[cfg(test)]
#[path = "outcome_exports_tests.rs"]
mod tests;
