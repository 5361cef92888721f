//! From what was seen to who is to blame: pure.
//!
//! Three things make a failure a consequence and not a problem of its own: a step that it needs is
//! in trouble, a check that explains it is in trouble ([`Step::explains`]), or the very same reason
//! was given before it in the stack.

use super::graph::Graph;
use super::survey::Survey;
use crate::model::{CheckState, Checkup, Fault, Finding, Plan, StepId, StepPlan, Verdict};
use crate::reason::ids;
use crate::step::Step;
use std::collections::{BTreeMap, BTreeSet};

/// Where a finding stands in the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Position of its area, from the bottom.
    pub rank: usize,
    /// Place within the area.
    pub within: u8,
    /// Name of the area.
    pub area: &'static str,
}

/// Reasons that say that something was in the way, and not what: two of them are two problems.
const GENERAL: [crate::model::ReasonId; 8] = [
    ids::UNEXPECTED,
    ids::DEPENDENCY_NOT_READY,
    ids::CHECK_CRASHED,
    ids::CHECK_HUNG,
    ids::TOOL_MISSING,
    ids::TOOL_HUNG,
    ids::TOOL_OUTPUT_UNREADABLE,
    ids::TOOL_FAILED,
];

/// Judges a surveyed and planned graph. `steps` are those that `up` has; `place` says where each
/// stands.
pub fn diagnose(
    graph: &Graph,
    survey: &Survey,
    plan: &Plan,
    steps: &BTreeSet<StepId>,
    place: impl Fn(StepId) -> Place,
) -> Checkup {
    let mut findings: Vec<Finding> = plan
        .steps
        .iter()
        .map(|step| finding(step, survey, steps, place(step.step).area))
        .collect();
    // Stable: within a place the order of the graph stays.
    findings.sort_by_key(|found| place(found.id));
    explain(graph, &mut findings);
    merge_same_reasons(&mut findings);
    follow_to_the_root(&mut findings);
    Checkup {
        profile: plan.profile.clone(),
        findings,
        strict: false,
    }
}

fn finding(
    step: &StepPlan,
    survey: &Survey,
    steps: &BTreeSet<StepId>,
    area: &'static str,
) -> Finding {
    let fault = step.fault();
    let (headline, blocked_by) = match &step.verdict {
        Verdict::Wait(what) => (what.clone(), None),
        Verdict::UnknownUntil(root) | Verdict::BlockedBy(root) => (String::new(), Some(*root)),
        _ => (
            fault.map_or_else(|| step.headline.clone(), |fault| fault.summary.clone()),
            None,
        ),
    };
    Finding {
        id: step.step,
        area,
        title: step.title,
        is_step: steps.contains(&step.step),
        state: state(step),
        headline,
        fault: fault.cloned(),
        blocked_by,
        warnings: step.warnings.clone(),
        ms: survey.took.get(&step.step).copied(),
        ignored: false,
        tried: false,
    }
}

/// What the check of a step found, taken by itself.
pub fn state(step: &StepPlan) -> CheckState {
    match &step.verdict {
        Verdict::InPlace => CheckState::Ok,
        Verdict::Change { drift: true } => CheckState::Drifted,
        Verdict::Change { drift: false } | Verdict::OutOfScope => CheckState::Absent,
        Verdict::Wait(_) => CheckState::Underway,
        Verdict::NeedsHuman(_) => CheckState::NeedsHuman,
        Verdict::CouldNotLook(fault) => match fault.reason {
            ids::CHECK_CRASHED => CheckState::Crashed,
            ids::CHECK_HUNG => CheckState::NoAnswer,
            _ => CheckState::Unknown,
        },
        Verdict::UnknownUntil(_) | Verdict::BlockedBy(_) => CheckState::Blocked,
        Verdict::Skipped => CheckState::Skipped,
    }
}

/// A check that looked and found something wrong takes the blame for the steps that it explains.
fn explain(graph: &Graph, findings: &mut [Finding]) {
    let culprits: Vec<(StepId, Vec<StepId>)> = findings
        .iter()
        .filter(|found| found.is_problem())
        .filter_map(|found| {
            let step: &dyn Step = graph.get(found.id)?.as_ref();
            Some((found.id, step.explains().to_vec()))
        })
        .collect();
    let mut blamed: BTreeMap<StepId, StepId> = BTreeMap::new();
    for (culprit, explained) in culprits {
        // Whoever is to blame for the culprit is not explained by it in turn.
        let mut above = BTreeSet::from([culprit]);
        let mut at = culprit;
        while let Some(next) = blamed.get(&at).filter(|next| above.insert(**next)) {
            at = *next;
        }
        for found in findings.iter_mut().filter(|f| explained.contains(&f.id)) {
            let free = found.blocked_by.is_none() && !above.contains(&found.id);
            if free && is_consequence(found.state) {
                block(found, culprit);
                blamed.insert(found.id, culprit);
            }
        }
    }
}

/// States that somebody else's trouble can be the cause of. What is not set up yet is explained as
/// well: it cannot be set up before that is mended.
fn is_consequence(state: CheckState) -> bool {
    matches!(
        state,
        CheckState::NeedsHuman
            | CheckState::Unknown
            | CheckState::NoAnswer
            | CheckState::Drifted
            | CheckState::Absent
    )
}

/// The same reason twice is one problem: the lower one in the stack has it.
fn merge_same_reasons(findings: &mut [Finding]) {
    let mut first: BTreeMap<crate::model::ReasonId, StepId> = BTreeMap::new();
    for found in findings.iter_mut() {
        let Some(reason) = found.fault.as_ref().map(|fault: &Fault| fault.reason) else {
            continue;
        };
        if !found.is_problem() || GENERAL.contains(&reason) {
            continue;
        }
        match first.get(&reason) {
            Some(root) => block(found, *root),
            None => {
                first.insert(reason, found.id);
            }
        }
    }
}

fn block(found: &mut Finding, culprit: StepId) {
    found.state = CheckState::Blocked;
    found.blocked_by = Some(culprit);
}

/// Whoever is blocked by something blocked is blocked by what stands at the end.
fn follow_to_the_root(findings: &mut [Finding]) {
    let by: BTreeMap<StepId, StepId> = findings
        .iter()
        .filter_map(|found| Some((found.id, found.blocked_by?)))
        .collect();
    for found in findings.iter_mut() {
        let Some(mut root) = found.blocked_by else {
            continue;
        };
        // Nobody stands above himself, whatever a catalogue says.
        for _ in 0..by.len() {
            match by.get(&root) {
                Some(next) if *next != found.id => root = *next,
                _ => break,
            }
        }
        found.blocked_by = Some(root);
    }
}

#[cfg(test)]
mod tests;
