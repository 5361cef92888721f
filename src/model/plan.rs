//! The changes still needed, step by step: what is shown, consented to and carried out.

use super::{Change, EffectKind, Fault, Notice, Privilege, Risk, StepId};
use serde::Serialize;

/// What a step whose needs are not met yet would do, as far as it can be told now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// Kind of effect.
    pub kind: EffectKind,
    /// With whose rights.
    pub privilege: Privilege,
    /// The most it can hurt.
    pub risk: Risk,
    /// In words, such as `write /etc/exports.d/gpucluster.exports`.
    pub text: String,
}

/// What became of a step in the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "verdict", content = "detail")]
pub enum Verdict {
    /// Nothing to do.
    InPlace,
    /// The changes listed. `replaces` is true where something differing is there already.
    Change {
        /// Something is there and differs.
        drift: bool,
    },
    /// Something else is bringing it about: wait for it.
    Wait(String),
    /// Known only after another step has changed the world.
    UnknownUntil(StepId),
    /// A person must act first.
    NeedsHuman(Box<Fault>),
    /// The look itself failed.
    CouldNotLook(Box<Fault>),
    /// Waits for a step that a person must mend.
    BlockedBy(StepId),
    /// Left out on request and taken on trust.
    Skipped,
    /// Not in place and outside what this command may change; another command does it.
    OutOfScope,
}

/// One step of a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepPlan {
    /// Which step.
    pub step: StepId,
    /// The fact that should hold.
    pub title: &'static str,
    /// What was seen, in a few words.
    pub headline: String,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What will be done.
    pub changes: Vec<Change>,
    /// What will probably be done, where it cannot be known yet.
    pub forecast: Vec<Forecast>,
    /// Things worth saying.
    pub warnings: Vec<Notice>,
}

impl StepPlan {
    /// Whether it has something to do, or may have once it is known.
    pub fn is_pending(&self) -> bool {
        matches!(
            self.verdict,
            Verdict::Change { .. } | Verdict::UnknownUntil(_) | Verdict::Wait(_)
        )
    }

    /// What a person must mend before this step can go on.
    pub fn fault(&self) -> Option<&Fault> {
        match &self.verdict {
            Verdict::NeedsHuman(fault) | Verdict::CouldNotLook(fault) => Some(fault),
            _ => None,
        }
    }
}

/// Everything one command would do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Version of this document's shape.
    pub version: u32,
    /// Profile it is for.
    pub profile: String,
    /// The steps in an order in which they could be carried out one by one.
    pub steps: Vec<StepPlan>,
}

impl Plan {
    /// The shape written today.
    pub const VERSION: u32 = 1;

    /// Whether anything is left to do.
    pub fn is_empty(&self) -> bool {
        !self.steps.iter().any(StepPlan::is_pending)
    }

    /// Everything a person must mend, in dependency order.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        self.steps.iter().filter_map(StepPlan::fault)
    }

    /// Every change that is known.
    pub fn changes(&self) -> impl Iterator<Item = (StepId, &Change)> {
        self.steps
            .iter()
            .flat_map(|step| step.changes.iter().map(|change| (step.step, change)))
    }

    /// How many actions, known or forecast, need root.
    pub fn root_actions(&self) -> usize {
        self.steps
            .iter()
            .map(|step| {
                step.changes
                    .iter()
                    .filter(|c| c.privilege() == Privilege::Root)
                    .count()
                    + step
                        .forecast
                        .iter()
                        .filter(|f| f.privilege == Privilege::Root)
                        .count()
            })
            .sum()
    }

    /// The worst risk of any change, known or forecast.
    pub fn risk(&self) -> Risk {
        self.steps
            .iter()
            .flat_map(|step| {
                step.changes
                    .iter()
                    .map(|c| c.risk)
                    .chain(step.forecast.iter().map(|f| f.risk))
            })
            .max()
            .unwrap_or(Risk::Safe)
    }
}
