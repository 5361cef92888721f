//! Names that stay stable across releases: scripts, journals and the documentation quote them.

use serde::Serialize;
use std::fmt;

/// The name of a step, such as `nvidia.toolkit`.
///
/// `nvidia` names the topic and `toolkit` the one thing that must hold; `--skip nvidia` means every
/// step of the topic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct StepId(&'static str);

impl StepId {
    /// Names a step. Lower case, dots between topic and thing.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name as written in a plan.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Whether `selector` names this step: the whole id, or its topic (`nfs` for `nfs.export`).
    pub fn matches(self, selector: &str) -> bool {
        self.0 == selector
            || self
                .0
                .strip_prefix(selector)
                .is_some_and(|rest| rest.starts_with('.'))
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The name of a registered way to fail, such as `DOCKER_NOT_RUNNING`.
///
/// What it means, its exit code and its advice are in [`crate::reason`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ReasonId(&'static str);

impl ReasonId {
    /// Names a reason. Upper case with underscores.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name as printed in `error[NAME]`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for ReasonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for ReasonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The name of one run, such as `20261123-1453-k7q`: date, time (UTC) and three random letters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct RunId(pub String);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_selects_its_steps_and_nothing_else() {
        let step = StepId::new("nfs.export");
        assert!(step.matches("nfs"));
        assert!(step.matches("nfs.export"));
        assert!(!step.matches("nf"));
        assert!(!step.matches("nfs.exp"));
    }
}
