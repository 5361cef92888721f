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
use crate::model::{
    Change, Checkup, Effect, Fault, Observation, Outcome, Plan, Privilege, Removal, StepId,
    StepPlan, Verdict,
};
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
    let mut seen = look(session, wanted).await?;
    let mut results: Vec<(StepId, Option<Fault>, u64)> = Vec::new();
    // A container that works may let the rest of the stack be seen, and with it a mount be tried.
    loop {
        let mut plan = trials(session, wanted, &seen);
        plan.steps
            .retain(|step| !results.iter().any(|(id, ..)| *id == step.step));
        if plan.steps.is_empty() {
            break;
        }
        ui::say(&ui::plan::trials(&plan, &session.theme, session.home()));
        match agree(session, bus, &plan, Some(apply)).await {
            Ok(()) => {}
            Err(ended) if results.is_empty() => return Err(ended),
            // What was tried before is told all the same.
            Err(_) => break,
        }
        let tried = run_all(session, run, bus, wanted, &plan).await?;
        for (id, mut result, ms) in tried {
            if let (MOUNT, Some(mount)) = (id, mount) {
                if let Err(fault) = result {
                    let told = mount.told(session.reader(), &seen.seen.facts, fault).await;
                    result = Err(told);
                }
                mount.learn(result.clone());
            }
            let news = id == CONTAINER && result.is_ok() && !holds(&seen, id);
            results.push((id, result.err(), ms));
            if news {
                seen = look(session, wanted).await?;
            }
        }
    }
    if results.is_empty() {
        ui::say("nothing can be tried out before more of the stack holds");
    }
    for (id, fault, ms) in results {
        let look = match (fault, wanted.graph.get(id)) {
            (Some(fault), _) => failed(fault),
            (None, Some(step)) => match step.observe(session.reader(), &seen.seen.facts).await {
                Ok(observation) => Look::Seen(observation),
                Err(fault) => Look::CouldNot(fault),
            },
            (None, None) => continue,
        };
        seen.learn(id, look, ms);
    }
    Ok(seen.checkup(wanted))
}

/// Carries the trials out.
async fn run_all(
    session: &Session<'_>,
    run: &Run,
    bus: &Bus<'_>,
    wanted: &Wanted,
    plan: &Plan,
) -> Result<Vec<(StepId, Result<(), Fault>, u64)>, (Outcome, Exit)> {
    let consent = Consent::to(plan);
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
    let results = executor.try_out(plan).await;
    if session.cancel.asked() {
        let exit = session.cancel.exit().unwrap_or(Exit::Interrupted);
        return Err((Outcome::Interrupted, exit));
    }
    Ok(results)
}

fn holds(seen: &Examined, id: StepId) -> bool {
    seen.seen.looks.get(&id).is_some_and(Look::holds)
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
fn failed(fault: Fault) -> Look {
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
        CONTAINER => container_again(session, wanted, seen, step),
        id => id == MOUNT && matches!(step.verdict, Verdict::Change { .. }),
    });
    plan
}

/// Plans the container anew, as if it had never been shown. The note of the last proof goes first: a
/// trial that fails must not leave it behind.
fn container_again(
    session: &Session<'_>,
    wanted: &Wanted,
    seen: &Examined,
    planned: &mut StepPlan,
) -> bool {
    let needs = wanted.graph.needs(CONTAINER);
    if !needs.iter().all(|need| holds(seen, *need)) {
        return false;
    }
    let Some(step) = wanted.graph.get(CONTAINER) else {
        return false;
    };
    match step.plan(&Observation::absent(""), &seen.seen.facts) {
        Ok(changes) => {
            let noted = matches!(planned.verdict, Verdict::InPlace)
                || matches!(planned.verdict, Verdict::Change { drift: true });
            let note = Change::safe(
                Effect::RemoveOwned {
                    path: session.layout().proof,
                    removal: Removal::File,
                    privilege: Privilege::User,
                },
                "what was shown before says nothing about now",
            );
            planned.changes = noted.then_some(note).into_iter().chain(changes).collect();
            planned.verdict = Verdict::Change { drift: false };
            true
        }
        Err(_) => false,
    }
}
