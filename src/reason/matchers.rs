//! What tools print when they fail, turned into reasons.
//!
//! The table ([`rows`]) holds fixed words and no regular expressions: they read like the tables
//! they come from. A text is brought into a form in which dress does not matter ([`squeeze`]):
//! colours, escapes of JSON, quotation marks, wrapping, upper and lower case. All words are looked
//! for in one pass ([`search`]). In a text that a person pasted, words that are only mentioned, in
//! prose, in a typed command, in a negation, do not count ([`guard`]).
//!
//! The rows are ordered by the layer that fails because of the one before, and what names a cause
//! comes before what names a symptom: the first row that is found is the root, the others are
//! consequences or other trouble.

mod guard;
mod line;
mod plain;
mod rows;
mod search;
mod squeeze;
mod window;

use crate::model::ReasonId;
pub use window::Window;

/// One known text: every fragment has to be in the output, near each other.
#[derive(Clone, Copy, Debug)]
struct Row {
    reason: ReasonId,
    all: &'static [&'static str],
    /// Words that, near by, make it another text.
    not: [&'static [&'static str]; 2],
    /// Words that, further down, say that it went well after all.
    healed: &'static [&'static str],
    /// The fragments stand within so many bytes of each other, white space not counted.
    near: usize,
    /// It names no cause: tried after all rows that do.
    symptom: bool,
}

impl Row {
    /// Not where these words stand near by.
    const fn not(mut self, words: &'static [&'static str]) -> Self {
        self.not[0] = words;
        self
    }

    /// Not where these stand near by either.
    const fn not_either(mut self, words: &'static [&'static str]) -> Self {
        self.not[1] = words;
        self
    }

    /// Only where the fragments stand this close together, in bytes without white space.
    const fn within(mut self, bytes: usize) -> Self {
        self.near = bytes;
        self
    }

    /// Not where these words follow: the tool tried again and succeeded.
    const fn healed(mut self, words: &'static [&'static str]) -> Self {
        self.healed = words;
        self
    }
}

/// What a pasted text was found to speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// The root: the deepest cause that the text names.
    pub reason: ReasonId,
    /// Other reasons that were seen in it, deepest first: consequences, or other trouble.
    pub also: Vec<ReasonId>,
    /// The lines that the root rests on, as they were pasted.
    pub rests_on: Vec<Line>,
}

/// A line of a pasted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its words as pasted, with whatever escape sequences they hold.
    pub text: String,
}

/// The reason behind a failed tool's output; `None` where no known text is in it.
///
/// The output is known to be that of a failure, so everything in it counts.
pub fn diagnose(output: &str) -> Option<ReasonId> {
    let text = squeeze::squeeze(&Window::of(output).text());
    search::found(&text, &search::trusting)
        .first()
        .map(|found| found.reason)
}

/// What a text that a person pasted speaks of; `None` where nothing known is in it.
///
/// Nothing is known about such a text: it may be a log, a page of a manual, or a healthy system's
/// output. Words that are only mentioned do not count.
pub fn read(pasted: &str) -> Option<Diagnosis> {
    let text = squeeze::squeeze(&Window::of(pasted).text());
    if guard::is_manual(&text) {
        return None;
    }
    let found = search::found(&text, &guard::is_meant);
    let (root, others) = found.split_first()?;
    let mut also: Vec<ReasonId> = Vec::new();
    for other in others {
        if other.reason != root.reason && !also.contains(&other.reason) {
            also.push(other.reason);
        }
    }
    let rests_on = root
        .lines
        .clone()
        .take(MOST_LINES)
        .filter_map(|number| {
            let (number, text) = text.shown.get(number)?;
            (!text.trim().is_empty()).then(|| Line {
                number: *number,
                text: text.clone(),
            })
        })
        .collect();
    Some(Diagnosis {
        reason: root.reason,
        also,
        rests_on,
    })
}

/// Lines shown of what a diagnosis rests on.
const MOST_LINES: usize = 4;

#[cfg(test)]
mod match_corpus;
