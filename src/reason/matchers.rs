//! What tools print when they fail, turned into reasons.
//!
//! The rows are ordered: the first whose words are all in the output wins, so the particular
//! stands before the general, and what names a cause before what names a symptom (Docker answers
//! `executable file not found` for half a dozen causes). No regular expressions: the texts are
//! fixed, and substrings read like the tables they come from.

mod rows;

use crate::model::ReasonId;
use rows::rows;

/// One known text: every fragment has to be in the output.
struct Row {
    reason: ReasonId,
    all: &'static [&'static str],
    /// It names no cause: tried after all rows that do.
    symptom: bool,
}

/// The reason behind a failed tool's output; `None` where no known text is in it.
///
/// Upper and lower case count as the same: NVML's messages change theirs between `nvidia-smi` and
/// the container toolkit (`Driver/library version mismatch`, `driver/library version mismatch`).
pub fn diagnose(output: &str) -> Option<ReasonId> {
    let text = output.to_lowercase();
    rows()
        .find(|row| row.all.iter().all(|fragment| text.contains(fragment)))
        .map(|row| row.reason)
}

#[cfg(test)]
mod match_corpus;
