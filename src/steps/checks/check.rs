//! A check as data: what it is called, what it needs, what it is the cause of, and how it looks.

use crate::host::{Question, ReadHost};
use crate::model::{Change, Facts, Fault, Observation, Probe, StepId};
use crate::step::Step;
use crate::steps::Wish;
use crate::steps::look::nothing_to_plan;
use futures::future::BoxFuture;
use std::sync::Arc;

/// What a look of a check is handed.
#[derive(Clone, Copy)]
pub struct Seeing<'a> {
    /// What is wanted, and on which machine.
    pub wish: &'a Wish,
    /// The machine.
    pub host: &'a dyn ReadHost,
    /// What the steps it needs have learned.
    pub facts: &'a Facts,
}

/// How a check looks.
pub type Look = for<'a> fn(Seeing<'a>) -> BoxFuture<'a, Probe>;

/// A step that plans nothing.
pub struct Check {
    id: StepId,
    title: &'static str,
    needs: &'static [StepId],
    explains: &'static [StepId],
    asks: Vec<Question>,
    look: Look,
    wish: Arc<Wish>,
}

impl Check {
    /// A check of a name, with the fact that should hold.
    pub fn new(wish: &Arc<Wish>, id: StepId, title: &'static str, look: Look) -> Self {
        Self {
            id,
            title,
            needs: &[],
            explains: &[],
            asks: Vec::new(),
            look,
            wish: Arc::clone(wish),
        }
    }

    /// What has to be in place before it can be judged.
    #[must_use]
    pub fn needs(mut self, needs: &'static [StepId]) -> Self {
        self.needs = needs;
        self
    }

    /// Steps and checks whose trouble it is the cause of.
    #[must_use]
    pub fn explains(mut self, explains: &'static [StepId]) -> Self {
        self.explains = explains;
        self
    }

    /// What it asks whatever the facts are.
    #[must_use]
    pub fn asks(mut self, questions: Vec<Question>) -> Self {
        self.asks = questions;
        self
    }
}

impl Step for Check {
    fn id(&self) -> StepId {
        self.id
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn needs(&self) -> &[StepId] {
        self.needs
    }

    fn explains(&self) -> &[StepId] {
        self.explains
    }

    fn prefetch(&self) -> Vec<Question> {
        self.asks.clone()
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, facts: &'a Facts) -> BoxFuture<'a, Probe> {
        (self.look)(Seeing {
            wish: &self.wish,
            host,
            facts,
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        nothing_to_plan(seen)
    }
}

/// It does not apply to this machine.
pub fn not_used(why: &str) -> Observation {
    Observation::in_place(format!("not used here: {why}"))
}

/// It does not hold, and a person must mend it.
pub fn problem(fault: Fault) -> Probe {
    Ok(Observation::needs_human(fault))
}
