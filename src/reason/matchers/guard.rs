//! Whether words in a pasted text were said of this machine, or are only mentioned: in prose, in
//! a negation, in a typed command, in source code.

use super::denial::is_denied;
use super::line::Manner;
use super::squeeze::Squeezed;
use std::ops::Range;

/// Whether the words at this place of the text's `flat` are meant.
pub(super) fn is_meant(text: &Squeezed, at: Range<usize>) -> bool {
    let line = text.line_at(at.start);
    if matches!(
        text.manner(line),
        Manner::Typed | Manner::Comment | Manner::Aside
    ) {
        return false;
    }
    let begin = text.start_of(line);
    let before = slice(&text.flat, begin, at.start);
    let end = begin + text.line(text.line_at(at.end)).len();
    let after = slice(&text.flat, at.end, end.max(at.end));
    !is_code(before) && !is_conditional(sentence(text, line, at.start)) && !is_denied(before, after)
}

/// Headings of texts that list failures and have none.
const MANUALS: &[&str] = &[
    "troubleshooting",
    "common errors",
    "common issues",
    "common problems",
    "known issues",
    "faq",
    "frequently asked questions",
    "error messages",
    "error reference",
    "changelog",
    "change log",
    "release notes",
    "bug fixes",
    "bugfixes",
    "what's changed",
];

/// Whether the whole text is a page of a manual, a source or a change to one: it has the heading of
/// a manual, or a table of errors and what mends them, or is what git shows.
pub(super) fn is_manual(text: &Squeezed) -> bool {
    let begins = |mark: &str| text.flat.lines().any(|line| line.starts_with(mark));
    let is_go = begins("package ") && (begins("import ") || begins("func "));
    let is_rust = (begins("use ") || begins("pub struct "))
        && (begins("impl ") || begins("fn ") || begins("pub fn "));
    if is_go || is_rust {
        return true;
    }
    if begins("diff --git ") || begins("commit ") && begins("author: ") {
        return true;
    }
    text.flat.lines().any(|line| {
        let heading = line
            .trim()
            .trim_matches(|c: char| !c.is_alphanumeric())
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ');
        let columns = || line.split('|').map(str::trim);
        let has = |names: &[&str]| columns().any(|column| names.contains(&column));
        MANUALS.contains(&heading)
            || line.matches('|').count() >= 2
                && has(&[
                    "error", "symptom", "problem", "message", "symptoms", "issue",
                ])
                && has(&[
                    "fix",
                    "cause",
                    "solution",
                    "remedy",
                    "mend",
                    "action",
                    "resolution",
                ])
    })
}

/// A part of a text; empty where its ends are no ends of characters.
fn slice(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to.min(text.len())).unwrap_or_default()
}

/// Words that stand before a quoted message in a program's source, or in a rule that looks for it.
const CODE: &[&str] = &[
    "contains(",
    "assert",
    "expect(",
    "regexp.",
    "re.compile",
    "re.search",
    "re.match",
    "errors.new(",
    "errorf(",
    "raise ",
    "throw new",
    "println",
    "printf(",
    "print(",
    "logger.",
    "log.fatal",
    "log.error(",
    "panic!(",
    "bail!(",
    "anyhow!(",
    "== \"",
    "!= \"",
    "== '",
    "in str(",
    "=~",
    "|= \"",
    "const ",
    "return \"",
    "return fmt",
    "return errors",
    "case \"",
    "includes(",
    "indexof(",
    "startswith(",
    "pattern:",
    "regex:",
    "expr:",
    "grep ",
    "grep -",
    "egrep",
    "search?q=",
    "alert:",
    "monkeypatch",
    "side_effect",
    "mock",
    "raises(",
];

fn is_code(before: &str) -> bool {
    CODE.iter().any(|word| before.contains(word))
}

/// Words that stand before a message that may come, or comes elsewhere.
const CONDITIONAL: &[&str] = &[
    "if you ",
    "if docker ",
    "if the ",
    "if your ",
    "if it ",
    "if this ",
    "if minikube ",
    "if a ",
    "if kubectl ",
    "if nvidia-smi ",
    "when you ",
    "when the disk",
    "you may ",
    "you might ",
    "you could ",
    "you will see",
    "you'll see",
    "you will get",
    "in case ",
    "to fix",
    "to avoid",
    "to prevent",
    "to resolve this",
    "how to ",
    "such as",
    "e.g.",
    "for example",
    "for instance",
    "errors like",
    "error like",
    "messages like",
    "errors such",
    "should you ",
    "whenever ",
    "known issue",
    "common error",
    "may fail",
    "can fail",
    "would fail",
    "might fail",
    "could fail",
    "may result in",
    "can result in",
    "may cause",
    "can cause",
    "may lead to",
    "can lead to",
    "guards against",
    "protects against",
    "look for",
    "alert on",
    "unlike ",
    "simulate",
    "imagine",
    "suppose",
    "typical ",
    "typically",
    "this page",
    "this guide",
    "this section",
    "this article",
    "chapter",
    "describes",
    "explains",
    "documented",
    "would print",
    "would say",
    "would see",
    "might see",
    "may see",
    "may print",
    "it prints",
    "means that",
    "used to say",
    "used to fail",
    "no longer ",
    "what does",
    "changelog",
];

fn is_conditional(before: &str) -> bool {
    CONDITIONAL.iter().any(|word| contains_word(before, word))
}

/// The words before a place, back to where its sentence begins. Prose goes on over line ends.
fn sentence(text: &Squeezed, line: usize, at: usize) -> &str {
    let mut first = line;
    while first > 0 && line - first < 3 && continues(text, first) {
        first -= 1;
    }
    let words = slice(&text.flat, text.start_of(first), at);
    let begin = [". ", "! ", "? ", ".\n", "!\n", "?\n"]
        .iter()
        .filter(|mark| **mark != ". " || !words.ends_with("e.g. "))
        .filter_map(|mark| words.rfind(mark).map(|at| at + mark.len()))
        .max()
        .unwrap_or(0);
    // Abbreviations end with a full stop and no sentence.
    let begin = if words[..begin].ends_with("e.g. ") {
        0
    } else {
        begin
    };
    &words[begin..]
}

/// Whether a line continues the sentence of the one before: both look like prose.
fn continues(text: &Squeezed, line: usize) -> bool {
    let previous = text.line(line - 1).trim_end();
    let this = text.line(line).trim_start();
    matches!(text.manner(line), Manner::Said)
        && matches!(text.manner(line - 1), Manner::Said)
        && previous.split_whitespace().count() >= 4
        && previous.ends_with(|c: char| c.is_alphabetic() || c == ',')
        && this.starts_with(|c: char| c.is_alphabetic() || matches!(c, '`' | '"' | '\'' | '“'))
}

/// Whether a text holds words that begin where a word begins.
fn contains_word(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        text[..at]
            .chars()
            .last()
            .is_none_or(|c| !c.is_alphanumeric())
    })
}
