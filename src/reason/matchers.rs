//! What tools print when they fail, turned into reasons.

use crate::model::ReasonId;

/// The reason behind a failed tool's output; `None` where no known text is in it.
pub fn diagnose(_output: &str) -> Option<ReasonId> {
    None
}
