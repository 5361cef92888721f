//! The end of `down`.

use super::summary::Tally;
use super::{Mark, Theme, elapsed};
use crate::model::Outcome;

/// The last line of an undo.
pub fn summary(tally: &Tally, theme: &Theme) -> String {
    let took = elapsed(tally.ms);
    let text = match tally.outcome {
        Some(Outcome::Unchanged) => "nothing of ours was left".to_owned(),
        Some(Outcome::Changed) => format!("taken back in {took}"),
        Some(Outcome::Interrupted) => format!("stopped after {took}; type it again to go on"),
        _ => format!("not everything could be taken back ({took}); type it again to go on"),
    };
    let mark = match tally.outcome {
        Some(Outcome::Unchanged | Outcome::Changed) => Mark::Ok,
        Some(Outcome::Interrupted) => Mark::Skipped,
        _ => Mark::Failed,
    };
    format!("{} {text}\n", theme.mark(mark, 1))
}
