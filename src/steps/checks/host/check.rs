//! What a check of the machine is made of: a step that only looks.

use crate::host::{Question, ReadHost};
use crate::model::{Change, Facts, Fault, Observation, Probe, StepId};
use crate::step::Step;
use crate::steps::Wish;
use crate::steps::look::nothing_to_plan;
use camino::Utf8Path;
use futures::future::BoxFuture;
use std::sync::Arc;

/// How a check looks.
pub type Looking = for<'a> fn(&'a Wish, &'a dyn ReadHost) -> BoxFuture<'a, Probe>;

/// A check: name, fact and look.
pub struct Check {
    wish: Arc<Wish>,
    id: StepId,
    title: &'static str,
    explains: &'static [StepId],
    asks: Vec<Question>,
    look: Looking,
}

impl Check {
    /// A check that is the cause of nothing else and asks no tool.
    pub fn new(wish: &Arc<Wish>, id: StepId, title: &'static str, look: Looking) -> Self {
        Self {
            wish: Arc::clone(wish),
            id,
            title,
            explains: &[],
            asks: Vec::new(),
            look,
        }
    }

    /// Steps and checks whose trouble this one is the cause of.
    pub fn explains(mut self, steps: &'static [StepId]) -> Self {
        self.explains = steps;
        self
    }

    /// What it asks tools in any case.
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
        &[]
    }

    fn explains(&self) -> &[StepId] {
        self.explains
    }

    fn prefetch(&self) -> Vec<Question> {
        self.asks.clone()
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        (self.look)(&self.wish, host)
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        nothing_to_plan(seen)
    }
}

/// A file's text without the white space around it; `None` where there is none or we may not look.
pub async fn text(host: &dyn ReadHost, path: &str) -> Option<String> {
    let read = host.read_file(Utf8Path::new(path)).await.ok().flatten()?;
    Some(read.trim().to_owned())
}

/// The first line of a file as it may be shown: short, and without control characters.
pub async fn word(host: &dyn ReadHost, path: &str) -> Option<String> {
    text(host, path).await.map(|text| plain(&text))
}

/// The first line of a text as it may be shown.
pub fn plain(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// A number from a file of /proc or /sys.
pub async fn number(host: &dyn ReadHost, path: &str) -> Option<u64> {
    text(host, path).await?.parse().ok()
}

/// Whether something is at a path.
pub async fn exists(host: &dyn ReadHost, path: &str) -> bool {
    matches!(host.stat(Utf8Path::new(path)).await, Ok(Some(_)))
}

/// It does not apply to this machine.
pub fn not_used(why: &str) -> Observation {
    Observation::in_place(format!("not used here: {why}"))
}
