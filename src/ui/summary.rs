//! The end of a run: what changed, how long it took, what is next.

use super::plan::counted;
use super::width::{pad, prose, widest};
use super::{Mark, Theme, Tone, elapsed};
use crate::model::{Event, EventKind, Outcome, StepId};

/// Something to type next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// What it is for.
    pub what: String,
    /// The command.
    pub command: String,
}

impl Next {
    /// A command and what it is for.
    pub fn new(what: impl Into<String>, command: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            command: command.into(),
        }
    }
}

/// What is next after `up`: our kubeconfig and a first job through the queue.
pub fn after_up(kubeconfig: &str, entity: Option<&str>, queue: &str) -> Vec<Next> {
    let entity = entity.map_or_else(String::new, |entity| format!(" -e {}", quoted(entity)));
    let launch = format!(
        "wandb launch -d wandb/job_hello_world:main -p <project> -q {}{entity}",
        quoted(queue)
    );
    vec![
        Next::new(
            "look into the cluster",
            format!("export KUBECONFIG={}", quoted(kubeconfig)),
        ),
        Next::new("send a first job", launch),
        Next::new("see what runs", "gpucluster status"),
    ]
}

/// A word that a shell reads as one.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+~".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// What became of a run, counted from its events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Steps that were changed, in the order in which they ended.
    pub changed: Vec<StepId>,
    /// Steps that failed.
    pub failed: Vec<StepId>,
    /// Steps that never began, or were cut short.
    pub left: Vec<StepId>,
    /// How the run ended.
    pub outcome: Option<Outcome>,
    /// How long it took, in milliseconds.
    pub ms: u64,
}

impl Tally {
    /// Takes an event into account.
    pub fn note(&mut self, event: &Event) {
        match &event.kind {
            EventKind::StepFinished { step, outcome, .. } => match outcome {
                Outcome::Changed => self.changed.push(*step),
                Outcome::Failed => self.failed.push(*step),
                Outcome::Interrupted | Outcome::NotStarted => self.left.push(*step),
                Outcome::Unchanged => {}
            },
            EventKind::RunFinished { outcome, ms, .. } => {
                self.outcome = Some(*outcome);
                self.ms = *ms;
            }
            _ => {}
        }
    }
}

/// The last lines of a run. `next` is shown only where everything holds.
pub fn summary(tally: &Tally, next: &[Next], theme: &Theme) -> String {
    let names = |steps: &[StepId]| {
        steps
            .iter()
            .map(|step| step.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mark = |mark| theme.mark(mark, 1);
    let took = elapsed(tally.ms);
    let mut out = match tally.outcome {
        Some(Outcome::Unchanged) => format!(
            "{} everything is in place, nothing to change\n",
            mark(Mark::Ok)
        ),
        Some(Outcome::Changed) => {
            let count = counted(tally.changed.len(), "step");
            let text = format!("{count} changed in {took}: {}", names(&tally.changed));
            format!("{} {}\n", mark(Mark::Ok), prose(&text, theme.width, 2, 2))
        }
        Some(Outcome::Interrupted) => {
            let nothing =
                tally.changed.is_empty() && tally.failed.is_empty() && tally.left.is_empty();
            let untouched = if nothing { ", nothing was changed" } else { "" };
            format!("{} stopped after {took}{untouched}\n", mark(Mark::Skipped))
        }
        _ => format!("{} failed after {took}\n", mark(Mark::Failed)),
    };
    let whole = matches!(tally.outcome, Some(Outcome::Unchanged | Outcome::Changed));
    if !whole {
        for (word, steps) in [
            ("changed", &tally.changed),
            ("failed", &tally.failed),
            ("not done", &tally.left),
        ] {
            if !steps.is_empty() {
                let steps = prose(&names(steps), theme.width, 11, 11);
                out.push_str(&format!("  {} {steps}\n", pad(word, 8)));
            }
        }
        return out;
    }
    if !next.is_empty() {
        out.push_str("\nnext\n");
        let words = widest(next.iter().map(|next| next.what.as_str()), 30);
        for next in next {
            let command = theme.paint(Tone::Note, &next.command);
            out.push_str(&format!("  {}  {command}\n", pad(&next.what, words)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn next() -> Vec<Next> {
        after_up(
            "/home/u/.local/share/gpucluster/profiles/gpucluster/agent/home/.kube/config",
            Some("team"),
            "my queue",
        )
    }

    #[test]
    fn a_run_that_changed_something() {
        let tally = Tally {
            changed: vec![samples::TOOLKIT, samples::CLUSTER],
            outcome: Some(Outcome::Changed),
            ms: 312_000,
            ..Tally::default()
        };
        insta::assert_snapshot!(summary(&tally, &next(), &Theme::plain()));
    }

    #[test]
    fn a_second_run_says_that_there_is_nothing_to_change() {
        let tally = Tally {
            outcome: Some(Outcome::Unchanged),
            ms: 900,
            ..Tally::default()
        };
        let text = summary(&tally, &[], &Theme::ascii());
        assert_eq!(text, "ok everything is in place, nothing to change\n");
    }

    #[test]
    fn a_run_that_failed_tells_what_was_done_and_offers_nothing() {
        let mut tally = Tally::default();
        for event in samples::events() {
            tally.note(&event);
        }
        insta::assert_snapshot!(summary(&tally, &next(), &Theme::plain()));
    }
}
