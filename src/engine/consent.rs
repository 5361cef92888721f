//! What a person agreed to when they saw the plan.

use crate::model::{Change, EffectKind, Plan, Privilege, Risk, StepId};
use std::collections::{BTreeMap, BTreeSet};

/// The accepted kinds of change, per step, with the most each may hurt and need.
///
/// A plan is shown before all of it can be known. What is known is accepted as it is; what is
/// forecast is accepted as forecast. Anything beyond is refused when it comes up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    accepted: BTreeMap<(StepId, EffectKind), BTreeSet<(Privilege, Risk)>>,
}

impl Consent {
    /// Consent to everything a plan shows.
    pub fn to(plan: &Plan) -> Self {
        let mut consent = Self::default();
        for step in &plan.steps {
            for change in &step.changes {
                consent.accept(step.step, change.kind(), change.privilege(), change.risk);
            }
            for forecast in &step.forecast {
                consent.accept(step.step, forecast.kind, forecast.privilege, forecast.risk);
            }
        }
        consent
    }

    fn accept(&mut self, step: StepId, kind: EffectKind, privilege: Privilege, risk: Risk) {
        // Each pair for itself: a root command that is safe and one of the user's that stops things
        // are no consent to a root command that stops things.
        let pairs = self.accepted.entry((step, kind)).or_default();
        pairs.insert((privilege, risk));
    }

    /// Whether a change of a step was agreed to.
    pub fn covers(&self, step: StepId, change: &Change) -> bool {
        self.accepted
            .get(&(step, change.kind()))
            .is_some_and(|pairs| {
                pairs.iter().any(|(privilege, risk)| {
                    change.privilege() <= *privilege && change.risk <= *risk
                })
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Command, Effect, Forecast, StepPlan, Verdict};

    fn plan(changes: Vec<Change>, forecast: Vec<Forecast>) -> Plan {
        Plan {
            version: Plan::VERSION,
            profile: "p".into(),
            steps: vec![StepPlan {
                step: StepId::new("a"),
                title: "a holds",
                headline: String::new(),
                verdict: Verdict::Change { drift: false },
                changes,
                forecast,
                warnings: vec![],
            }],
        }
    }

    #[test]
    fn consent_covers_what_was_shown_and_nothing_worse() {
        let run = Change::safe(Effect::Run(Command::new(["true"])), "why");
        let consent = Consent::to(&plan(vec![run.clone()], vec![]));
        assert!(consent.covers(StepId::new("a"), &run));
        assert!(!consent.covers(StepId::new("b"), &run), "another step");
        let as_root = Change::safe(Effect::Run(Command::new(["true"]).as_root()), "why");
        assert!(!consent.covers(StepId::new("a"), &as_root), "more rights");
        let worse = Change::disruptive(Effect::Run(Command::new(["true"])), "why", "stops things");
        assert!(!consent.covers(StepId::new("a"), &worse), "more risk");
    }

    #[test]
    fn two_consents_are_not_one_to_the_worse_of_both() {
        let stops = Change::disruptive(Effect::Run(Command::new(["a"])), "", "stops things");
        let as_root = Change::safe(Effect::Run(Command::new(["b"]).as_root()), "");
        let consent = Consent::to(&plan(vec![stops.clone(), as_root.clone()], vec![]));
        assert!(consent.covers(StepId::new("a"), &stops));
        assert!(consent.covers(StepId::new("a"), &as_root));
        let both = Command::new(["c"]).as_root();
        let both = Change::disruptive(Effect::Run(both), "", "stops things");
        assert!(!consent.covers(StepId::new("a"), &both));
    }

    #[test]
    fn a_forecast_is_consented_to_as_forecast() {
        let consent = Consent::to(&plan(
            vec![],
            vec![Forecast {
                kind: EffectKind::Run,
                privilege: Privilege::Root,
                risk: Risk::Safe,
                text: "exportfs -ra".into(),
            }],
        ));
        let as_root = Change::safe(Effect::Run(Command::new(["exportfs"]).as_root()), "why");
        assert!(consent.covers(StepId::new("a"), &as_root));
    }
}
