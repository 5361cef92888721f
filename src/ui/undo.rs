//! What `down` takes back, as a screen.

use super::plan::tilde;
use super::summary::Tally;
use super::width::{pad, widest};
use super::{Mark, Theme, Tone, elapsed};
use crate::model::{Outcome, Plan, Privilege, Risk, StepPlan};

/// The undo plan: one line an action, in the order in which they are carried out;
/// paths below `home` are written with `~`.
pub fn undo(plan: &Plan, theme: &Theme, home: &str) -> String {
    let going: Vec<&StepPlan> = plan
        .steps
        .iter()
        .filter(|step| !step.changes.is_empty())
        .collect();
    if going.is_empty() {
        return "nothing of ours is left on this machine\n".to_owned();
    }
    let names = widest(going.iter().map(|step| step.step.as_str()), 24);
    let mut out = String::new();
    let (mut actions, mut root) = (0, 0);
    for step in going {
        for (index, change) in step.changes.iter().enumerate() {
            let name = if index == 0 { step.step.as_str() } else { "" };
            let minus = if index == 0 {
                theme.paint(Tone::Warn, "-")
            } else {
                " ".to_owned()
            };
            let sudo = if change.privilege() == Privilege::Root {
                "sudo  "
            } else {
                ""
            };
            let caution = change
                .caution
                .as_ref()
                .map(|caution| format!("   ! {caution}"))
                .unwrap_or_default();
            let text = format!("{sudo}{}{caution}", tilde(&change.describe(), home));
            let text = if change.risk == Risk::Safe {
                text
            } else {
                theme.paint(Tone::Warn, &text)
            };
            out.push_str(&format!("  {minus} {}  {text}\n", pad(name, names)));
            actions += 1;
            root += usize::from(change.privilege() == Privilege::Root);
        }
    }
    out.push_str(&format!(
        "  {actions} {}{}{root} as root\n",
        if actions == 1 { "action" } else { "actions" },
        theme.separator()
    ));
    theme.adapt(&out)
}

/// The last line of an undo.
pub fn summary(tally: &Tally, theme: &Theme) -> String {
    let took = elapsed(tally.ms);
    let text = match tally.outcome {
        Some(Outcome::Unchanged) => "nothing of ours was left".to_owned(),
        Some(Outcome::Changed) => format!("taken back in {took}"),
        Some(Outcome::Interrupted) => format!("stopped after {took}; type it again to go on"),
        _ => format!("not everything could be taken back ({took}); type it again to go on"),
    };
    let mark = match tally.outcome {
        Some(Outcome::Unchanged | Outcome::Changed) => Mark::Ok,
        Some(Outcome::Interrupted) => Mark::Skipped,
        _ => Mark::Failed,
    };
    format!("{} {text}\n", theme.mark(mark, 1))
}
