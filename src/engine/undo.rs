//! Taking back what we made, in the reverse order of the graph.

use super::executor::{Aim, Applied, Executor};
use super::graph::Graph;
use super::memo::Memo;
use crate::host::ReadHost;
use crate::model::{
    Change, Effect, EventKind, Facts, Fault, Outcome, Plan, Receipt, StepId, StepPlan, Touch,
    UnitWant, Verdict,
};
use crate::reason::{self, Exit, ids};
use std::collections::BTreeSet;
use tokio::time::Instant;

/// What would be taken back: for each step of the graph, last one first, what the receipt says is
/// ours and the machine still shows.
pub async fn plan(
    graph: &Graph,
    host: &dyn ReadHost,
    facts: &Facts,
    receipt: &Receipt,
    profile: &str,
) -> Plan {
    // What goes and what stays are told from the same answers.
    let memo = Memo::new(host);
    let host: &dyn ReadHost = &memo;
    let mut steps = Vec::new();
    for step in graph.steps().iter().rev() {
        let (verdict, changes) = match step.undo(host, facts, receipt).await {
            Ok(changes) if changes.is_empty() => (Verdict::InPlace, changes),
            Ok(changes) => (Verdict::Change { drift: false }, changes),
            Err(fault) => {
                let refused =
                    reason::kind(fault.reason).is_some_and(|kind| kind.exit == Exit::NeedsHuman);
                let fault = Box::new(fault.at(step.id()));
                let verdict = if refused {
                    Verdict::NeedsHuman(fault)
                } else {
                    Verdict::CouldNotLook(fault)
                };
                (verdict, Vec::new())
            }
        };
        let warnings = step.stays(host, receipt).await;
        let headline = match (changes.is_empty(), warnings.is_empty()) {
            (true, true) => "nothing of ours",
            (true, false) => "stays",
            (false, _) => "",
        };
        steps.push(StepPlan {
            step: step.id(),
            title: step.title(),
            headline: headline.to_owned(),
            verdict,
            changes,
            forecast: Vec::new(),
            warnings,
        });
    }
    Plan {
        version: Plan::VERSION,
        profile: profile.to_owned(),
        steps,
    }
}

impl Executor<'_, '_> {
    /// Carries an undo plan out, one step after the other. What a step that failed to go needs is
    /// kept: an agent that will not stop keeps its cluster.
    pub async fn take_back(&self, plan: &Plan) -> Applied {
        let mut applied = Applied::default();
        let mut kept: BTreeSet<StepId> = BTreeSet::new();
        for step in plan.steps.iter().filter(|step| !step.changes.is_empty()) {
            let id = step.step;
            if kept.contains(&id) || self.cancel.asked() {
                applied.outcomes.insert(id, Outcome::NotStarted);
                self.keep_needs(id, &mut kept);
                continue;
            }
            let begun = Instant::now();
            self.bus.say(EventKind::StepStarted { step: id });
            let mut failed: Option<Fault> = None;
            let claims = claims(&step.changes);
            for (index, (change, given_up)) in step.changes.iter().zip(claims).enumerate() {
                if self.cancel.asked() {
                    failed = Some(Fault::new(
                        ids::INTERRUPTED,
                        "stopped before the next change",
                    ));
                    break;
                }
                match self
                    .carry_out(id, index, change, given_up, Aim::TakeBack)
                    .await
                {
                    Ok(()) => applied.changes += 1,
                    Err(fault) => {
                        failed = Some(fault.at(id));
                        break;
                    }
                }
            }
            let (outcome, headline) = match &failed {
                None => (Outcome::Changed, "taken back".to_owned()),
                Some(fault) if fault.reason == ids::INTERRUPTED => {
                    (Outcome::Interrupted, fault.summary.clone())
                }
                Some(fault) => (Outcome::Failed, fault.summary.clone()),
            };
            if let Some(fault) = failed {
                self.bus.say(EventKind::Failed {
                    fault: fault.clone(),
                });
                applied.faults.push(fault);
                self.keep_needs(id, &mut kept);
            }
            applied.outcomes.insert(id, outcome);
            let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.bus.say(EventKind::StepFinished {
                step: id,
                outcome,
                headline,
                ms,
            });
        }
        applied
    }

    fn keep_needs(&self, id: StepId, kept: &mut BTreeSet<StepId>) {
        kept.extend(self.graph.closure(&[id]).ids());
    }
}

/// Which places each change of a step gives up. A place that a later change still works on, or that
/// a restart has to make known, stays ours until that one is done: an undo that was cut short
/// between the two finds it in the receipt and goes on.
fn claims(changes: &[Change]) -> Vec<Vec<Touch>> {
    let is_restart = |change: &Change| {
        matches!(
            change.effect,
            Effect::Unit {
                want: UnitWant::Restarted,
                ..
            }
        )
    };
    let mut claims = vec![Vec::new(); changes.len()];
    for (at, change) in changes.iter().enumerate() {
        for touch in change.touches() {
            let last = (at..changes.len())
                .rev()
                .find(|later| {
                    is_restart(&changes[*later]) || changes[*later].touches().contains(&touch)
                })
                .unwrap_or(at);
            if !claims[last].contains(&touch) {
                claims[last].push(touch);
            }
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Command, Removal};

    #[test]
    fn a_place_is_given_up_by_the_last_change_that_works_on_it() {
        let file = Touch::File("/etc/x".into());
        let remove = Change::safe(
            Effect::RemoveOwned {
                path: "/etc/x".into(),
                removal: Removal::File,
                privilege: crate::model::Privilege::Root,
            },
            "",
        );
        let reload = Command::new(["reload"]).touching(file.clone());
        let reload = Change::safe(Effect::Run(reload), "");
        let restart = Change::safe(
            Effect::Unit {
                name: "d".into(),
                want: UnitWant::Restarted,
            },
            "",
        );
        let unit = Touch::Unit("d".into());
        assert_eq!(
            claims(&[remove.clone(), reload]),
            [vec![], vec![file.clone()]]
        );
        assert_eq!(
            claims(&[remove.clone(), restart]),
            [vec![], vec![file.clone(), unit]]
        );
        assert_eq!(claims(&[remove]), [vec![file]]);
    }
}
