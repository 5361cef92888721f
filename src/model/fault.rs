//! The one error type that crosses modules: a registered reason with what was seen.

use super::{ReasonId, StepId};
use serde::Serialize;
use std::fmt;

/// What a person can do about a failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// One sentence, true for this machine.
    pub text: String,
    /// A command that can be pasted into a shell, if one mends it.
    pub command: Option<String>,
}

impl Advice {
    /// Advice in words alone.
    pub fn say(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            command: None,
        }
    }

    /// Advice with the command that carries it out.
    pub fn run(text: impl Into<String>, command: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            command: Some(command.into()),
        }
    }
}

/// A failure that a person meets: why (registered), what was seen, what mends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The registered way to fail; decides the exit code.
    pub reason: ReasonId,
    /// The step it belongs to, where there is one.
    pub step: Option<StepId>,
    /// One true sentence about this machine: lower case, no full stop.
    pub summary: String,
    /// The chain behind it, nearest cause first.
    pub causes: Vec<String>,
    /// The tool's own last words, unaltered but for secrets.
    pub evidence: Vec<String>,
    /// What mends it here. Empty means: the registry's general advice.
    pub advice: Vec<Advice>,
}

/// Longest line that is kept of a tool's words, in characters: a stream without line ends says nothing
/// more by its rest.
const LONGEST_LINE: usize = 1000;

fn beginning(line: &str) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

impl Fault {
    /// A fault with nothing but its reason and sentence.
    pub fn new(reason: ReasonId, summary: impl Into<String>) -> Self {
        Self {
            reason,
            step: None,
            summary: summary.into(),
            causes: Vec::new(),
            evidence: Vec::new(),
            advice: Vec::new(),
        }
    }

    /// Names the step it belongs to, unless one is named already.
    #[must_use]
    pub fn at(mut self, step: StepId) -> Self {
        self.step.get_or_insert(step);
        self
    }

    /// Adds a cause behind those already named.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Keeps the last ten non-empty lines of a tool's output, and of an endless line
    /// its beginning.
    #[must_use]
    pub fn with_evidence(mut self, output: &str) -> Self {
        let lines: Vec<&str> = output
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let from = lines.len().saturating_sub(10);
        self.evidence
            .extend(lines[from..].iter().map(|line| beginning(line.trim_end())));
        self
    }

    /// Adds what mends it on this machine.
    #[must_use]
    pub fn advise(mut self, advice: Advice) -> Self {
        self.advice.push(advice);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.summary)
    }
}

impl std::error::Error for Fault {}
