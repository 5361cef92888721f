//! The Launch agent's own words (`wandb launch-agent`, wandb 0.31): is it polling, or why not.
//!
//! `polling on queues` is the readiness line and is repeated every five minutes. Fatal messages
//! begin with `Error: ` and have no `wandb: ` before them.

/// What the log since the last start says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentLog {
    /// Nothing decisive yet.
    Starting,
    /// It polls: the line, without its prefix.
    Polling(String),
    /// It gave up: the last fatal message, without `Error: `.
    Failed(String),
    /// It was stopped from W&B's page.
    ShutDown,
}

/// Reads the log; the last decisive line wins.
pub fn state(log: &str) -> AgentLog {
    let mut state = AgentLog::Starting;
    for line in log.lines() {
        let line = line.trim_end();
        if let Some(message) = line.strip_prefix("Error: ") {
            state = AgentLog::Failed(message.to_owned());
        } else if line.contains("polling on queues") {
            let text = line.trim_start_matches("wandb: ");
            state = AgentLog::Polling(text.trim_start_matches("launch: ").to_owned());
        } else if line.contains("launch: Shutting down, active jobs:") {
            state = AgentLog::ShutDown;
        }
    }
    state
}

/// The last thing that went wrong, fatal or not (`wandb: ERROR …`), for a status line.
pub fn last_error(log: &str) -> Option<String> {
    log.lines().rev().find_map(|line| {
        let line = line.trim_end();
        line.strip_prefix("Error: ")
            .or_else(|| line.strip_prefix("wandb: ERROR "))
            .map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const POLLING: &str = include_str!("../../tests/tapes/reconstructed/agent-polling.log");

    #[test]
    fn the_readiness_line_is_found() {
        assert_eq!(
            state(POLLING),
            AgentLog::Polling(
                "agent agent000016 polling on queues q1, running 0 out of a maximum of 2 jobs"
                    .to_owned()
            )
        );
        assert_eq!(last_error(POLLING), None);
    }

    #[test]
    fn a_fatal_message_after_it_counts_and_one_before_it_does_not() {
        let fatal = "Error: Failed to execute API request: the service process is busy";
        let after = format!("{POLLING}\n{fatal}\n");
        assert!(matches!(state(&after), AgentLog::Failed(_)));
        let before = format!("{fatal}\n{POLLING}");
        assert!(matches!(state(&before), AgentLog::Polling(_)));
    }

    #[test]
    fn an_item_that_failed_does_not_stop_the_agent() {
        let log = format!("{POLLING}\nwandb: ERROR launch: Error running job: no such namespace");
        assert!(matches!(state(&log), AgentLog::Polling(_)));
        assert_eq!(
            last_error(&log).as_deref(),
            Some("launch: Error running job: no such namespace")
        );
    }

    #[test]
    fn before_anything_is_said_it_is_starting() {
        assert_eq!(state(""), AgentLog::Starting);
        assert_eq!(state("wandb: Starting launch agent ✨"), AgentLog::Starting);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = (state(&text), last_error(&text));
        }
    }
}
