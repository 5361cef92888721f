//! The table of reasons, one file per layer of the stack.

mod cache;
mod checks;
mod cluster;
mod cuda;
mod docker;
mod driver;
mod engine;
mod gpu;
mod host;
mod jobs;
mod kube;
mod machine;
mod own;
mod packages;
mod pods;
mod profiles;
mod shares;
mod storage;
mod toolkit;
mod tools;
mod wandb;

use super::Exit;
use crate::model::ReasonId;
use std::sync::LazyLock;

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
    /// Why it happens and what to do: the page of `gpucluster explain`. Paragraphs are parted by
    /// empty lines; lines that begin with two spaces are shown as they are (commands, tool output).
    pub page: &'static str,
    /// General advice for a hint, where the fault itself brings none: words, and a command.
    pub advice: &'static [(&'static str, Option<&'static str>)],
    /// Further reading.
    pub url: Option<&'static str>,
    /// Whether typing the same command again can help without anything else changing.
    pub retryable: bool,
}

impl Kind {
    const fn new(id: ReasonId, exit: Exit, summary: &'static str, page: &'static str) -> Self {
        Self {
            id,
            exit,
            severity: Severity::Error,
            summary,
            page,
            advice: &[],
            url: None,
            retryable: false,
        }
    }

    const fn advice(mut self, advice: &'static [(&'static str, Option<&'static str>)]) -> Self {
        self.advice = advice;
        self
    }

    const fn see(mut self, url: &'static str) -> Self {
        self.url = Some(url);
        self
    }

    const fn retryable(mut self) -> Self {
        self.retryable = true;
        self
    }

    const fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    [
        own::KINDS,
        host::KINDS,
        tools::KINDS,
        machine::KINDS,
        docker::KINDS,
        engine::KINDS,
        driver::KINDS,
        gpu::KINDS,
        toolkit::KINDS,
        cuda::KINDS,
        cluster::KINDS,
        profiles::KINDS,
        kube::KINDS,
        pods::KINDS,
        storage::KINDS,
        shares::KINDS,
        cache::KINDS,
        packages::KINDS,
        wandb::KINDS,
        jobs::KINDS,
        checks::KINDS,
    ]
    .concat()
});

/// Every kind, ordered by the stack.
pub fn all() -> &'static [Kind] {
    &KINDS
}

/// The kind of an id.
pub fn kind(id: ReasonId) -> Option<&'static Kind> {
    all().iter().find(|kind| kind.id == id)
}

/// The kind named so, in whatever case it was typed.
pub fn named(name: &str) -> Option<&'static Kind> {
    all()
        .iter()
        .find(|kind| kind.id.as_str().eq_ignore_ascii_case(name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::ids;

    #[test]
    fn every_id_has_exactly_one_kind_in_the_same_order() {
        let ids: Vec<&str> = ids::ALL.iter().map(|id| id.as_str()).collect();
        let kinds: Vec<&str> = all().iter().map(|kind| kind.id.as_str()).collect();
        assert_eq!(kinds, ids);
    }

    #[test]
    fn every_kind_explains_itself() {
        for kind in all() {
            assert!(!kind.summary.is_empty(), "{}", kind.id);
            assert!(!kind.summary.ends_with('.'), "{}: a fragment", kind.id);
            assert!(kind.page.len() > 120, "{}: {:?}", kind.id, kind.page);
            assert!(!kind.page.contains('\t'), "{}", kind.id);
            assert!(!kind.advice.is_empty(), "{}: no advice", kind.id);
            // Paragraphs are wrapped when shown; lines shown as they are must fit by themselves.
            for line in kind.page.lines().filter(|line| line.starts_with("  ")) {
                assert!(line.chars().count() <= 94, "{}: {line}", kind.id);
            }
        }
    }

    #[test]
    fn commands_can_be_pasted_but_for_angle_brackets() {
        for kind in all() {
            for (text, command) in kind.advice {
                assert!(!text.is_empty() && !text.ends_with('.'), "{}", kind.id);
                let Some(command) = command else { continue };
                let mut rest = (*command).to_owned();
                while let (Some(open), Some(close)) = (rest.find('<'), rest.find('>')) {
                    assert!(open < close, "{}: {command}", kind.id);
                    rest.replace_range(open..=close, "");
                }
                for mark in ["{}", "{{", "${", "…", "PROFILE", "...", "`"] {
                    assert!(!rest.contains(mark), "{}: {command}", kind.id);
                }
            }
        }
    }

    #[test]
    fn no_failure_ends_with_a_code_of_success_or_of_another_verb() {
        for kind in all() {
            assert!(
                !matches!(
                    kind.exit,
                    Exit::Ok | Exit::Problems | Exit::Pending | Exit::Hangup | Exit::Terminated
                ),
                "{}",
                kind.id
            );
        }
    }

    #[test]
    fn the_codes_that_scripts_rely_on() {
        let exit = |id| kind(id).unwrap().exit;
        assert_eq!(exit(ids::GPU_DRIVER_NOT_LOADED), Exit::NeedsHuman);
        assert_eq!(exit(ids::DOCKER_NOT_RUNNING), Exit::NeedsHuman);
        assert_eq!(exit(ids::MINIKUBE_TOO_OLD), Exit::NeedsHuman);
        assert_eq!(exit(ids::CONFIG_INVALID), Exit::Usage);
        assert_eq!(exit(ids::PRIVILEGE_UNAVAILABLE), Exit::NoPrivilege);
        assert_eq!(exit(ids::NOT_CONFIRMED), Exit::NotConfirmed);
        assert_eq!(exit(ids::RUN_BUSY), Exit::Busy);
        assert_eq!(exit(ids::CHANGE_FAILED), Exit::ChangeFailed);
        assert_eq!(exit(ids::NOT_VERIFIED), Exit::NotVerified);
        assert_eq!(exit(ids::INTERRUPTED), Exit::Interrupted);
    }

    #[test]
    fn a_reason_is_found_in_any_case() {
        assert_eq!(
            named("docker_not_running").unwrap().id,
            ids::DOCKER_NOT_RUNNING
        );
        assert!(named("DOCKER").is_none());
    }
}
