//! What is waited for, while a look takes longer than one expects.

use super::super::width::cut;
use std::time::Duration;

/// How long nothing is said: most looks are over by then.
pub const QUIET: Duration = Duration::from_secs(2);

/// One line on the state of a look: how many checks are through, and which are not. `open` are those
/// in the order of the stack.
pub fn waiting(open: &[&str], all: usize, elapsed: Duration, columns: usize) -> String {
    let through = all.saturating_sub(open.len());
    let text = format!(
        "looking: {through} of {all} checks, {} s; waiting for {}",
        elapsed.as_secs(),
        open.join(", ")
    );
    // One column less: a full line makes some terminals go on in the next one.
    cut(&text, columns.saturating_sub(1), "...")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_is_named_in_one_line() {
        let line = waiting(
            &["docker", "nfs.server"],
            45,
            Duration::from_millis(12_900),
            80,
        );
        assert_eq!(
            line,
            "looking: 43 of 45 checks, 12 s; waiting for docker, nfs.server"
        );
        assert_eq!(waiting(&["docker"], 45, QUIET, 20).len(), 19);
    }
}
