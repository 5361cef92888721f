//! The last line of a plan.

use crate::model::{Plan, Risk, StepPlan, Verdict};
use crate::ui::{Theme, Tone};

/// One line: how much is in place, to change, as root, and deleted.
pub fn verdict(plan: &Plan, theme: &Theme) -> String {
    parts(plan, theme).join(theme.separator())
}

/// The parts of that line, to be broken between where it is too long.
pub(in crate::ui) fn parts(plan: &Plan, theme: &Theme) -> Vec<String> {
    let count = |wanted: fn(&StepPlan) -> bool| plan.steps.iter().filter(|s| wanted(s)).count();
    let in_place = count(|step| matches!(step.verdict, Verdict::InPlace));
    let pending = count(StepPlan::is_pending);
    let persons = plan.faults().count();
    let blocked = count(|step| matches!(step.verdict, Verdict::BlockedBy(_)));
    let root = plan.root_actions();
    let (disturbing, deleting) = (
        at_risk(plan, Risk::Disruptive),
        at_risk(plan, Risk::Destructive),
    );
    let mut said = vec![format!("{in_place} already in place")];
    if pending == 0 && persons == 0 && blocked == 0 {
        said.push("nothing to change".to_owned());
        return said;
    }
    if pending > 0 {
        said.push(format!("{} to change", counted(pending, "step")));
        match root {
            0 => said.push("nothing as root".to_owned()),
            _ => said.push(format!("{} as root", counted(root, "action"))),
        }
        if disturbing > 0 {
            said.push(format!("{disturbing} disturbing what runs"));
        }
        match deleting {
            0 => said.push("nothing is deleted".to_owned()),
            _ => said.push(theme.paint(Tone::Bad, &format!("{deleting} deleting something"))),
        }
    }
    if persons > 0 {
        said.push(theme.paint(Tone::Bad, &format!("{persons} waiting for you")));
    }
    if blocked > 0 {
        said.push(format!("{blocked} blocked"));
    }
    said
}

fn at_risk(plan: &Plan, risk: Risk) -> usize {
    plan.steps
        .iter()
        .map(|step| {
            step.changes
                .iter()
                .filter(|change| change.risk == risk)
                .count()
                + step
                    .forecast
                    .iter()
                    .filter(|forecast| forecast.risk == risk)
                    .count()
        })
        .sum()
}

/// `1 step`, `2 steps`.
pub(in crate::ui) fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
