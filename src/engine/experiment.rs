//! Changes that are carried out for what they show, and not for what they leave behind.

use super::executor::{Aim, Executor};
use super::prior::places;
use crate::model::{EventKind, Fault, Outcome, Plan, StepId};
use crate::reason::ids;
use tokio::time::Instant;

impl Executor<'_, '_> {
    /// Carries the changes of each step of `plan` out, one step after the other, and tells what came
    /// of it. A failure is a result: the next experiment is made all the same.
    pub async fn try_out(&self, plan: &Plan) -> Vec<(StepId, Result<(), Fault>, u64)> {
        let mut results = Vec::new();
        for step in plan.steps.iter().filter(|step| !step.changes.is_empty()) {
            let id = step.step;
            if self.cancel.asked() {
                break;
            }
            let begun = Instant::now();
            self.bus.say(EventKind::StepStarted { step: id });
            let mut result = Ok(());
            for (index, change) in step.changes.iter().enumerate() {
                let places = places(self.host.reader(), change).await;
                result = self
                    .carry_out(id, index, change, places, Aim::BringAbout)
                    .await;
                if result.is_err() {
                    break;
                }
            }
            let result = result.map_err(|fault| fault.at(id));
            let (outcome, headline) = match &result {
                Ok(()) => (Outcome::Unchanged, "holds".to_owned()),
                Err(fault) if fault.reason == ids::INTERRUPTED => {
                    (Outcome::Interrupted, fault.summary.clone())
                }
                Err(fault) => (Outcome::Failed, fault.summary.clone()),
            };
            let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.bus.say(EventKind::StepFinished {
                step: id,
                outcome,
                headline,
                ms,
            });
            results.push((id, result, ms));
        }
        results
    }
}
