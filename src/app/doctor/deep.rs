//! `--deep`: what shows only when it is done is tried out, after consent, and joins the report.

use super::super::consent::agree;
use super::super::request::{Apply, World};
use super::super::run::Run;
use super::super::session::Session;
use super::super::signals::while_listening;
use super::examine::{Examined, Wanted, examine};
use super::{shown, verdict};
use crate::engine::executor::{Executor, Options};
use crate::engine::{Bus, Consent, Look, Scope, planner};
use crate::model::{Checkup, Fault, Observation, Outcome, Plan, StepId, StepPlan, Verdict};
use crate::reason::{Exit, ids};
use crate::step::Step;
use crate::steps::id::CONTAINER;
use crate::steps::nfs_mount::{MOUNT, Mount};
use crate::ui;
use std::sync::Arc;
use tokio::time::Instant;

/// Looks, tries out what can be tried, looks again and reports.
///
/// # Errors
/// What stopped it before it began; everything later is shown here and is in the exit code.
pub async fn deep(session: &Session<'_>, apply: &Apply) -> Result<Exit, Fault> {
    let mount = session.nfs_mount();
    let more: Vec<Arc<dyn Step>> = mount
        .iter()
        .map(|m| Arc::clone(m) as Arc<dyn Step>)
        .collect();
    let wanted = Wanted::with(session, &more)?;
    let run = Run::begin(session, false)?;
    let mut told = run.reporters(session)?;
    let begun = Instant::now();
    let ended = {
        let bus = Bus::new(session.reader(), told.sink());
        run.say_started(session, &bus);
        let work = try_out(session, &run, &bus, &wanted, mount.as_deref(), apply);
        let ended = while_listening(&session.cancel, work).await;
        let (outcome, exit) = match &ended {
            Ok(checkup) => (Outcome::Unchanged, verdict(checkup)),
            Err(ended) => *ended,
        };
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        run.finish(&bus, outcome, exit, ms);
        ended
    };
    told.end(session, &run);
    match ended {
        Err((_, exit)) => Ok(exit),
        Ok(checkup) => {
            if session.request.common.world == World::Rehearsal {
                ui::say("that was a rehearsal: nothing was run on this machine");
            }
            ui::print(&shown(session, &wanted, &checkup, &session.stdout_theme()));
            Ok(verdict(&checkup))
        }
    }
}

async fn try_out(
    session: &Session<'_>,
    run: &Run,
    bus: &Bus<'_>,
    wanted: &Wanted,
    mount: Option<&Mount>,
    apply: &Apply,
) -> Result<Checkup, (Outcome, Exit)> {
    let seen = look(session, wanted).await?;
    let plan = trials(session, wanted, &seen);
    if plan.steps.is_empty() {
        ui::say("nothing can be tried out before more of the stack holds");
        return Ok(seen.checkup(wanted));
    }
    let home = session.home();
    ui::say(&ui::plan::trials(&plan, &session.theme, home));
    agree(session, bus, &plan, Some(apply)).await?;
    let consent = Consent::to(&plan);
    let executor = Executor {
        graph: &wanted.graph,
        host: session.host.as_ref(),
        consent: &consent,
        journal: &run.journal,
        bus,
        cancel: &session.cancel,
        options: Options {
            patience: session.settings.patience,
            ..Options::default()
        },
    };
    let results = executor.try_out(&plan).await;
    if session.cancel.asked() {
        let exit = session.cancel.exit().unwrap_or(Exit::Interrupted);
        return Err((Outcome::Interrupted, exit));
    }
    let mut failed = Vec::new();
    for (id, result, ms) in results {
        if let (MOUNT, Some(mount)) = (id, mount) {
            mount.learn(result.clone());
        }
        failed.push((id, result.err(), ms));
    }
    // What a trial showed lets more be seen.
    let mut seen = look(session, wanted).await?;
    for (id, fault, ms) in failed {
        seen.learn(id, fault.map(tried), ms);
    }
    Ok(seen.checkup(wanted))
}

async fn look(session: &Session<'_>, wanted: &Wanted) -> Result<Examined, (Outcome, Exit)> {
    tokio::select! {
        seen = examine(session, wanted) => Ok(seen),
        () = session.cancel.stop().drain.cancelled() => {
            Err((Outcome::Interrupted, session.cancel.exit().unwrap_or(Exit::Interrupted)))
        }
    }
}

/// A trial that failed is something that was looked at and is wrong, unless it was not even begun.
fn tried(fault: Fault) -> Look {
    if fault.reason == ids::INTERRUPTED || fault.reason == ids::NOT_CONSENTED {
        Look::CouldNot(fault)
    } else {
        Look::Seen(Observation::needs_human(fault))
    }
}

/// What can be tried now: the GPU container even where it was shown before, and a mount.
fn trials(session: &Session<'_>, wanted: &Wanted, seen: &Examined) -> Plan {
    let mut plan = planner::plan(
        &wanted.graph,
        &seen.seen,
        &Scope::All,
        &session.settings.profile,
    );
    plan.steps.retain_mut(|step| match step.step {
        CONTAINER => container_again(wanted, seen, step),
        id => id == MOUNT && matches!(step.verdict, Verdict::Change { .. }),
    });
    plan
}

/// Plans the container anew, as if it had never been shown.
fn container_again(wanted: &Wanted, seen: &Examined, planned: &mut StepPlan) -> bool {
    let holds = |id: &StepId| seen.seen.looks.get(id).is_some_and(Look::holds);
    if !wanted.graph.needs(CONTAINER).iter().all(holds) {
        return false;
    }
    let Some(step) = wanted.graph.get(CONTAINER) else {
        return false;
    };
    match step.plan(&Observation::absent(""), &seen.seen.facts) {
        Ok(changes) => {
            planned.changes = changes;
            planned.verdict = Verdict::Change { drift: false };
            true
        }
        Err(_) => false,
    }
}
