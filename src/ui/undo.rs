//! The end of `down`.

use super::summary::Tally;
use super::{Mark, Theme, elapsed};
use crate::model::Outcome;

/// What is said where nothing goes; `whole`: nothing of all that gpucluster can make.
pub(super) fn nothing(whole: bool) -> &'static str {
    if whole {
        "nothing of ours is left on this machine"
    } else {
        "nothing of the shared cache is ours"
    }
}

/// The last line of an undo, of everything or of the shared cache alone.
pub fn summary(tally: &Tally, whole: bool, theme: &Theme) -> String {
    let took = elapsed(tally.ms);
    let text = match tally.outcome {
        Some(Outcome::Unchanged) if whole => "nothing of ours was left".to_owned(),
        Some(Outcome::Unchanged) => "nothing to take back".to_owned(),
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
