//! What a finished command amounts to.

use crate::host::{Answer, Done};
use crate::model::{Command, Fault};
use crate::reason::{ids, matchers};

/// Turns a command's end into success or a registered reason.
///
/// # Errors
/// The reason behind its output, else `TOOL_FAILED`.
pub fn judge(command: &Command, answer: &Answer) -> Result<Done, Fault> {
    if answer.ok() {
        return Ok(Done::default());
    }
    let text = answer.text();
    let reason = matchers::diagnose(&text).unwrap_or(ids::TOOL_FAILED);
    Err(Fault::new(
        reason,
        format!(
            "`{}` ended with exit code {}",
            command.argv.first().map_or("", String::as_str),
            answer.code
        ),
    )
    .with_evidence(&text))
}
