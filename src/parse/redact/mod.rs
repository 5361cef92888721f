//! Secrets in texts that others will read: found by their form, by the name before them, and by
//! value where the value is known; each replaced by a word that says what stood there.
//!
//! It errs on the safe side: what may be a secret goes, and a part of its surroundings with it.
//! Nothing that was found is ever named but by its kind.

mod base64;
mod blocks;
mod forms;
mod known;
mod named;
mod names;
mod urls;
mod values;

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

pub use names::is_secret_name;

use crate::model::Redacted;
use known::Known;
use std::ops::Range;

/// What something secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A key of W&B, by value or by form.
    WandbKey,
    /// A token of Hugging Face.
    HuggingFace,
    /// A key of AWS.
    Aws,
    /// A token of another service, or a JSON web token.
    Token,
    /// What follows `Authorization:` and its like.
    Header,
    /// User information or a signature in an address.
    Url,
    /// Certificates and private keys.
    Pem,
    /// The value of something with a telling name: `…_TOKEN`, `…_KEY`, `…PASSWORD…`.
    Named,
    /// A value that this machine keeps as a secret elsewhere: a variable, a netrc file.
    Known,
}

impl Kind {
    /// In words, for lists.
    pub const fn label(self) -> &'static str {
        match self {
            Self::WandbKey => "W&B key",
            Self::HuggingFace => "Hugging Face token",
            Self::Aws => "AWS key",
            Self::Token => "token",
            Self::Header => "authorization header",
            Self::Url => "credential in an address",
            Self::Pem => "certificate or key",
            Self::Named => "secret by its name",
            Self::Known => "known secret",
        }
    }
}

/// The nearest place at or before `at` where a character begins.
pub fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Span {
    range: Range<usize>,
    kind: Kind,
}

/// A text without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clean {
    /// The text.
    pub text: String,
    /// What was taken out, by kind.
    pub redacted: Vec<Redacted>,
}

/// Finds secrets and takes them out.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Vec<Known>,
}

impl Redactor {
    /// One that also hides these very values, in every way in which they are written. Values of
    /// fewer than six characters are passed over: hiding them would garble ordinary words.
    pub fn new(values: impl IntoIterator<Item = (Kind, String)>) -> Self {
        let mut values: Vec<(Kind, String)> = values.into_iter().collect();
        values.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.cmp(b)));
        values.dedup_by(|a, b| a.1 == b.1);
        let known = values
            .into_iter()
            .filter_map(|(kind, value)| Known::new(kind, &value))
            .collect();
        Self { known }
    }

    /// The text without secrets.
    pub fn clean(&self, text: &str) -> Clean {
        self.clean_part(text, 0..text.len())
    }

    /// A part of a text without secrets; what stands around the part tells what in it is secret.
    /// Both ends of `keep` must be at characters' boundaries.
    pub fn clean_part(&self, text: &str, keep: Range<usize>) -> Clean {
        let mut out = String::with_capacity(keep.len());
        let mut counts: Vec<(Kind, usize)> = Vec::new();
        let mut at = keep.start;
        for span in self.spans(text) {
            if span.range.end <= at || span.range.start >= keep.end {
                continue;
            }
            if span.range.start > at {
                out.push_str(&text[at..span.range.start]);
            }
            out.push_str(&format!("[redacted: {}]", span.kind.label()));
            match counts.iter_mut().find(|(kind, _)| *kind == span.kind) {
                Some((_, count)) => *count += 1,
                None => counts.push((span.kind, 1)),
            }
            at = span.range.end;
        }
        if at < keep.end {
            out.push_str(&text[at..keep.end]);
        }
        counts.sort();
        let redacted = counts.into_iter().map(|(kind, times)| Redacted {
            kind: kind.label().to_owned(),
            times,
        });
        Clean {
            text: out,
            redacted: redacted.collect(),
        }
    }

    /// Whether a text still holds a value that is known to be secret, in whatever writing.
    pub fn betrays(&self, text: &str) -> bool {
        let mut spans = Vec::new();
        self.known.iter().for_each(|one| one.find(text, &mut spans));
        !spans.is_empty()
    }

    /// Every secret of a text, in order; none overlaps the next.
    fn spans(&self, text: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        self.known.iter().for_each(|one| one.find(text, &mut spans));
        blocks::find(text, &mut spans);
        urls::find(text, &mut spans);
        named::find(text, &mut spans);
        forms::find(text, &mut spans);
        spans.retain(|span| !span.range.is_empty());
        // The wider one names the kind where two begin at once.
        spans.sort_by(|a, b| {
            (a.range.start, b.range.end, a.kind).cmp(&(b.range.start, a.range.end, b.kind))
        });
        let mut merged: Vec<Span> = Vec::new();
        for span in spans {
            match merged.last_mut() {
                Some(last) if span.range.start < last.range.end => {
                    last.range.end = last.range.end.max(span.range.end);
                }
                _ => merged.push(span),
            }
        }
        merged
    }
}

/// The secrets themselves that a text holds, to be hidden elsewhere: what a netrc file, a
/// kubeconfig or Docker's logins keep. User names in base64 go with their passwords.
pub fn secrets_in(text: &str) -> Vec<(Kind, String)> {
    let mut found = Vec::new();
    for span in Redactor::default().spans(text) {
        let value = text[span.range].trim().to_owned();
        let decoded = base64::decoded(&value);
        if let Some((_, password)) = decoded.as_deref().and_then(|text| text.split_once(':')) {
            found.push((Kind::Known, password.to_owned()));
        }
        found.push((span.kind, value));
    }
    found
}
