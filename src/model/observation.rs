//! What a step saw when it looked: two layers, so that "it is wrong" differs from "could not look".

use super::{Fact, Fault, Notice};
use serde::Serialize;

/// One field that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Name of the field in the tool's own terms (`Config.GPUs`, `storageClassName`).
    pub field: String,
    /// What it should be.
    pub want: String,
    /// What it is.
    pub have: String,
}

impl Diff {
    /// A difference between wish and world.
    pub fn new(field: impl Into<String>, want: impl Into<String>, have: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            want: want.into(),
            have: have.into(),
        }
    }
}

/// The state of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "detail")]
pub enum State {
    /// It holds.
    InPlace,
    /// It is not there at all.
    Absent,
    /// It is there and differs.
    Drifted(Vec<Diff>),
    /// Something else is bringing it about right now (a `minikube start` that outlived us): wait.
    Underway(String),
    /// Only a person can bring it about.
    NeedsHuman(Box<Fault>),
}

/// What a look at the machine gave.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Observation {
    /// The verdict.
    pub state: State,
    /// The fact behind it in a few words (`28.3.1, reachable without sudo`).
    pub headline: String,
    /// Things worth saying that do not change the verdict.
    pub warnings: Vec<Notice>,
    /// What later steps can use.
    pub facts: Vec<Fact>,
}

impl Observation {
    /// An observation without facts or warnings.
    pub fn new(state: State, headline: impl Into<String>) -> Self {
        Self {
            state,
            headline: headline.into(),
            warnings: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// It holds.
    pub fn in_place(headline: impl Into<String>) -> Self {
        Self::new(State::InPlace, headline)
    }

    /// It is not there.
    pub fn absent(headline: impl Into<String>) -> Self {
        Self::new(State::Absent, headline)
    }

    /// It differs in these fields.
    pub fn drifted(headline: impl Into<String>, diffs: Vec<Diff>) -> Self {
        Self::new(State::Drifted(diffs), headline)
    }

    /// A person must act first.
    pub fn needs_human(fault: Fault) -> Self {
        let headline = fault.summary.clone();
        Self::new(State::NeedsHuman(Box::new(fault)), headline)
    }

    /// Adds a fact.
    #[must_use]
    pub fn learned(mut self, fact: Fact) -> Self {
        self.facts.push(fact);
        self
    }

    /// Adds a warning.
    #[must_use]
    pub fn warn(mut self, text: impl Into<String>) -> Self {
        self.warnings.push(Notice::warning(text));
        self
    }

    /// Adds a warning that has a page of its own and advice.
    #[must_use]
    pub fn warn_of(mut self, fault: Fault) -> Self {
        self.warnings.push(Notice::of(fault));
        self
    }

    /// Whether nothing is left to do.
    pub fn is_in_place(&self) -> bool {
        matches!(self.state, State::InPlace)
    }
}

/// `Err` means that the look itself failed: the state is unknown, not wrong.
pub type Probe = Result<Observation, Fault>;
