//! `doctor`: every step, looked at and judged; nothing changes.

use super::Output;
use super::request::Verb;
use super::session::{Session, select};
use super::signals::while_listening;
use crate::engine::{Graph, Scope, planner};
use crate::model::{Fault, Plan, StepId};
use crate::reason::Exit;
use crate::steps::StepFlags;
use crate::ui;
use std::collections::BTreeSet;

/// Runs `doctor`.
///
/// # Errors
/// Wrong names of checks, and a catalogue that is no graph.
pub async fn doctor(session: &Session<'_>) -> Result<Exit, Fault> {
    let Verb::Doctor {
        checks,
        list,
        ignore,
        strict,
        fix: _,
    } = &session.request.verb
    else {
        return Ok(Exit::Bug);
    };
    let whole = session.graph_with_checks(StepFlags::default())?;
    if *list {
        list_checks(session, &whole);
        return Ok(Exit::Ok);
    }
    let chosen = select(&whole, checks)?;
    let ignored = select(&whole, ignore)?;
    let graph = if chosen.is_empty() {
        whole
    } else {
        whole.closure(&chosen.iter().copied().collect::<Vec<_>>())
    };
    let nothing_skipped = BTreeSet::new();
    let looking = session.survey(&graph, &nothing_skipped);
    let seen = while_listening(&session.cancel, async {
        tokio::select! {
            seen = looking => Some(seen),
            () = session.cancel.stop().drain.cancelled() => None,
        }
    })
    .await;
    let Some(seen) = seen else {
        return Ok(session.cancel.exit().unwrap_or(Exit::Interrupted));
    };
    let mut plan = planner::plan(&graph, &seen, &Scope::All, &session.settings.profile);
    if !chosen.is_empty() {
        // What a chosen check needs is shown only where it is the cause.
        plan.steps
            .retain(|step| chosen.contains(&step.step) || step.fault().is_some());
    }
    if session.request.common.output == Output::Text {
        let verbose = session.request.common.verbosity > 0;
        let report = ui::doctor::report(&plan, &session.stdout_theme(), verbose);
        ui::print(&session.in_world(&report));
    } else {
        ui::print(&ui::json(&ui::doctor::json(&plan)));
    }
    Ok(verdict(&plan, &ignored, *strict))
}

/// The checks with what each needs; as data, the graph itself.
fn list_checks(session: &Session<'_>, graph: &Graph) {
    if session.request.common.output == Output::Text {
        let lines: Vec<String> = graph
            .steps()
            .iter()
            .map(|step| format!("{:<18} {}\n", step.id().as_str(), step.title()))
            .collect();
        ui::print(&lines.concat());
    } else {
        let checks: Vec<serde_json::Value> = graph
            .steps()
            .iter()
            .map(|step| {
                serde_json::json!({"id": step.id(), "title": step.title(), "needs": step.needs()})
            })
            .collect();
        ui::print(&ui::json(&checks));
    }
}

fn verdict(plan: &Plan, ignored: &BTreeSet<StepId>, strict: bool) -> Exit {
    let mut counted = plan.clone();
    counted.steps.retain(|step| !ignored.contains(&step.step));
    let warned = counted.steps.iter().any(|step| !step.warnings.is_empty());
    if ui::doctor::healthy(&counted) && !(strict && warned) {
        Exit::Ok
    } else {
        Exit::Problems
    }
}
