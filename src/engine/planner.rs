//! From what was seen to what is still needed: pure.

use super::graph::Graph;
use super::survey::{Look, Survey};
use crate::model::{Fault, Plan, State, StepId, StepPlan, Verdict};
use crate::reason::{Exit, ids, kind};
use crate::step::Step;
use std::collections::{BTreeMap, BTreeSet};

/// Which steps a command may change. Everything else is only looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every step of the graph.
    All,
    /// These.
    Only(BTreeSet<StepId>),
}

impl Scope {
    /// Whether a step may be changed.
    pub fn allows(&self, step: StepId) -> bool {
        match self {
            Self::All => true,
            Self::Only(steps) => steps.contains(&step),
        }
    }
}

/// Makes the plan of a surveyed graph.
pub fn plan(graph: &Graph, survey: &Survey, scope: &Scope, profile: &str) -> Plan {
    let mut verdicts: BTreeMap<StepId, Verdict> = BTreeMap::new();
    let mut steps = Vec::new();
    for step in graph.steps() {
        let planned = plan_step(
            step.as_ref(),
            graph.needs(step.id()),
            survey,
            scope,
            &verdicts,
        );
        verdicts.insert(planned.step, planned.verdict.clone());
        steps.push(planned);
    }
    Plan {
        version: Plan::VERSION,
        profile: profile.to_owned(),
        steps,
    }
}

fn plan_step(
    step: &dyn Step,
    needs: &[StepId],
    survey: &Survey,
    scope: &Scope,
    before: &BTreeMap<StepId, Verdict>,
) -> StepPlan {
    let id = step.id();
    let mut planned = StepPlan {
        step: id,
        title: step.title(),
        headline: String::new(),
        verdict: Verdict::Skipped,
        changes: Vec::new(),
        forecast: Vec::new(),
        warnings: Vec::new(),
    };
    match survey.looks.get(&id) {
        Some(Look::Skipped) => {}
        Some(Look::CouldNot(fault)) => {
            planned.headline = fault.summary.clone();
            planned.verdict = Verdict::CouldNotLook(Box::new(fault.clone()));
        }
        Some(Look::NotYet) | None => {
            planned.verdict = waiting_for(needs, before);
            if matches!(planned.verdict, Verdict::UnknownUntil(_)) {
                if !scope.allows(id) {
                    planned.verdict = Verdict::OutOfScope;
                } else if let Some(fault) = foreseen(step, survey) {
                    planned.headline = fault.summary.clone();
                    planned.verdict = Verdict::NeedsHuman(Box::new(fault.at(id)));
                } else {
                    planned.forecast = step.forecast();
                }
            }
        }
        Some(Look::Seen(seen)) => {
            planned.headline = seen.headline.clone();
            planned.warnings = seen.warnings.clone();
            planned.verdict = match &seen.state {
                State::InPlace => Verdict::InPlace,
                State::NeedsHuman(fault) => Verdict::NeedsHuman(Box::new((**fault).clone().at(id))),
                State::Underway(what) => Verdict::Wait(what.clone()),
                State::Absent | State::Drifted(_) => match step.plan(seen, &survey.facts) {
                    Err(fault) => Verdict::NeedsHuman(Box::new(fault.at(id))),
                    Ok(_) if !scope.allows(id) => Verdict::OutOfScope,
                    Ok(changes) if changes.is_empty() => Verdict::Wait(seen.headline.clone()),
                    Ok(changes) => {
                        planned.changes = changes;
                        Verdict::Change {
                            drift: matches!(seen.state, State::Drifted(_)),
                        }
                    }
                },
            };
        }
    }
    planned
}

/// What a person will have to mend, seen before it is the step's turn. What merely follows from an
/// earlier step not being done yet does not count.
fn foreseen(step: &dyn Step, survey: &Survey) -> Option<Fault> {
    let seen = survey.foreseen.get(&step.id())?;
    let fault = match &seen.state {
        State::NeedsHuman(fault) => (**fault).clone(),
        State::Drifted(_) => step.plan(seen, &survey.facts).err()?,
        State::InPlace | State::Absent | State::Underway(_) => return None,
    };
    let persons = kind(fault.reason).is_some_and(|kind| kind.exit == Exit::NeedsHuman);
    (persons && fault.reason != ids::DEPENDENCY_NOT_READY).then_some(fault)
}

/// Why a step that could not be looked at waits: for a person (then it is blocked) or only for
/// earlier steps of this very plan (then it is unknown until them).
fn waiting_for(needs: &[StepId], before: &BTreeMap<StepId, Verdict>) -> Verdict {
    let mut until = None;
    for need in needs {
        match before.get(need) {
            Some(Verdict::NeedsHuman(_) | Verdict::CouldNotLook(_) | Verdict::OutOfScope) => {
                return Verdict::BlockedBy(*need);
            }
            Some(Verdict::BlockedBy(root)) => return Verdict::BlockedBy(*root),
            Some(Verdict::Change { .. } | Verdict::Wait(_)) => until = Some(*need),
            Some(Verdict::UnknownUntil(root)) => {
                until.get_or_insert(*root);
            }
            Some(Verdict::InPlace | Verdict::Skipped) | None => {}
        }
    }
    until.map_or(Verdict::Skipped, Verdict::UnknownUntil)
}
