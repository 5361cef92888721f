//! Who is told what happens in a run.

use super::width::cut;
use crate::model::Event;

/// Receives every event of a run, in order.
pub trait Reporter: Send {
    /// Something happened.
    fn event(&mut self, event: &Event);

    /// The run is over, however it ended: nothing live may stay on the screen.
    fn finish(&mut self);
}

impl Reporter for Box<dyn Reporter> {
    fn event(&mut self, event: &Event) {
        (**self).event(event);
    }

    fn finish(&mut self) {
        (**self).finish();
    }
}

/// Tells several reporters.
#[derive(Default)]
pub struct Fanout(Vec<Box<dyn Reporter>>);

impl Fanout {
    /// Tells nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a reporter.
    #[must_use]
    pub fn with(mut self, reporter: impl Reporter + 'static) -> Self {
        self.0.push(Box::new(reporter));
        self
    }
}

impl Reporter for Fanout {
    fn event(&mut self, event: &Event) {
        for reporter in &mut self.0 {
            reporter.event(event);
        }
    }

    fn finish(&mut self) {
        for reporter in &mut self.0 {
            reporter.finish();
        }
    }
}

/// The mark and the word of an outcome.
pub(super) fn outcome(outcome: crate::model::Outcome) -> (super::Mark, &'static str) {
    use super::Mark;
    use crate::model::Outcome;
    match outcome {
        Outcome::Unchanged => (Mark::Ok, "unchanged"),
        Outcome::Changed => (Mark::Ok, "done"),
        Outcome::Failed => (Mark::Failed, "failed"),
        Outcome::Interrupted => (Mark::Skipped, "interrupted"),
        Outcome::NotStarted => (Mark::Skipped, "not started"),
    }
}

/// Columns of a progress text: tools print whole lists on one line.
const PROGRESS: usize = 90;

/// `Booting control plane (13/19)`.
pub(super) fn progress(text: &str, at: Option<(u32, u32)>) -> String {
    let text = cut(&super::width::clean(text), PROGRESS, "…");
    match at {
        Some((position, total)) => format!("{text} ({position}/{total})"),
        None => text,
    }
}
