//! The table of reasons.

use super::Exit;
use crate::model::ReasonId;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Stops what was asked for.
    Error,
    /// Something works less well.
    Warning,
}

/// A registered way to fail.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its stable name.
    pub id: ReasonId,
    /// Exit code of a run that ends with it.
    pub exit: Exit,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one general sentence.
    pub summary: &'static str,
    /// Why it happens and what to do: the page of `gpucluster explain`.
    pub page: &'static str,
    /// General advice for a hint, where the fault itself brings none: words, and a command.
    pub advice: &'static [(&'static str, Option<&'static str>)],
    /// Further reading.
    pub url: Option<&'static str>,
    /// Whether typing the same command again can help without anything else changing.
    pub retryable: bool,
}

/// Every kind, ordered by the stack.
pub fn all() -> &'static [Kind] {
    &[]
}

/// The kind of an id.
pub fn kind(id: ReasonId) -> Option<&'static Kind> {
    all().iter().find(|kind| kind.id == id)
}
