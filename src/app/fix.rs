//! `doctor --fix`: what is set up and broken is mended as any other plan is carried out; then the
//! report.
//!
//! One look cannot see everything that is wrong: what Docker knows shows only once its daemon runs.
//! So it is looked, planned, asked and changed until nothing is left that can be mended here.

use super::consent::agree;
use super::request::{Fix, Verb, World};
use super::run::Run;
use super::session::{Session, select};
use super::signals::while_listening;
use super::up::{exit_after, plan_screen, root_commands, say_history};
use super::{Output, doctor as report};
use crate::engine::executor::{Executor, Options};
use crate::engine::{Bus, Consent, Graph, Scope, planner};
use crate::model::{
    Change, Effect, EventKind, Fault, Outcome, Plan, Risk, ServiceWant, StepId, StepPlan, Verdict,
};
use crate::reason::Exit;
use crate::steps::{StepFlags, id};
use crate::ui;
use std::collections::BTreeSet;
use tokio::time::Instant;

/// Steps that `--install` may bring into being.
const INSTALLED: [StepId; 4] = [id::DOCKER, id::TOOLKIT, id::MINIKUBE, id::NFS_SERVER];

/// Runs `doctor`, after mending where that was asked for.
///
/// # Errors
/// What stopped it before it began.
pub async fn doctor(session: &Session<'_>) -> Result<Exit, Fault> {
    let Verb::Doctor {
        checks,
        list: false,
        fix: Some(fix),
        ..
    } = &session.request.verb
    else {
        return report::doctor(session).await;
    };
    let graph = session.graph_with_mends(StepFlags {
        install: fix.install,
        mend: true,
        tools: fix.install,
        ..StepFlags::default()
    })?;
    let chosen = select(&graph, checks)?;
    let graph = if chosen.is_empty() {
        graph
    } else {
        graph.closure(&chosen.into_iter().collect::<Vec<_>>())
    };
    if fix.apply.plan_only || fix.apply.print_root_commands {
        return preview(session, &graph, fix).await;
    }
    let (outcome, exit) = mend(session, &graph, fix).await?;
    match outcome {
        Outcome::Unchanged => ui::say("nothing to mend that gpucluster can mend by itself"),
        Outcome::NotStarted | Outcome::Interrupted => return Ok(exit),
        Outcome::Changed | Outcome::Failed => {}
    }
    let found = report::doctor(session).await?;
    Ok(if exit == Exit::Ok { found } else { exit })
}

/// `--plan` and `--print-root-commands`.
async fn preview(session: &Session<'_>, graph: &Graph, fix: &Fix) -> Result<Exit, Fault> {
    let plan = plan(session, graph, fix).await.0;
    if fix.apply.print_root_commands {
        ui::print(&root_commands(&plan));
    } else if session.request.common.output == Output::Json {
        ui::print(&ui::json(&plan));
    } else if plan.is_empty() {
        ui::say("nothing to mend that gpucluster can mend by itself");
    } else {
        ui::say(&plan_screen(session, &plan));
    }
    Ok(if fix.apply.exit_code && !plan.is_empty() {
        Exit::Pending
    } else {
        Exit::Ok
    })
}

/// One run of as many rounds as it takes.
async fn mend(session: &Session<'_>, graph: &Graph, fix: &Fix) -> Result<(Outcome, Exit), Fault> {
    let run = Run::begin(session, false)?;
    let mut told = run.reporters(session)?;
    let begun = Instant::now();
    let (outcome, exit) = {
        let bus = Bus::new(session.reader(), told.sink());
        run.say_started(session, &bus);
        say_history(session, &run, &bus);
        let work = rounds(session, &run, &bus, graph, fix);
        let (outcome, exit) = while_listening(&session.cancel, work).await;
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        run.finish(&bus, outcome, exit, ms);
        (outcome, exit)
    };
    told.end(session, &run);
    if session.request.common.world == World::Rehearsal && outcome == Outcome::Changed {
        ui::say("that was a rehearsal: nothing on this machine was changed");
    }
    Ok((outcome, exit))
}

async fn rounds(
    session: &Session<'_>,
    run: &Run,
    bus: &Bus<'_>,
    graph: &Graph,
    fix: &Fix,
) -> (Outcome, Exit) {
    // What was done once and is wanted again did not help: it is left to the report.
    let mut done: BTreeSet<(StepId, String)> = BTreeSet::new();
    let mut outcome = Outcome::Unchanged;
    loop {
        let planned = tokio::select! {
            planned = plan(session, graph, fix) => planned,
            () = session.cancel.stop().drain.cancelled() => {
                return (Outcome::Interrupted, session.cancel.exit().unwrap_or(Exit::Interrupted));
            }
        };
        let (mut plan, facts) = planned;
        plan.steps.retain(|step| {
            let mut texts = step
                .changes
                .iter()
                .map(|change| (step.step, change.describe()));
            texts.any(|text| !done.contains(&text))
        });
        if plan.is_empty() {
            return (outcome, Exit::Ok);
        }
        bus.say(EventKind::Planned {
            plan: plan.clone(),
            slowest: None,
        });
        ui::say(&plan_screen(session, &plan));
        if let Err((ended, exit)) = agree(session, bus, &plan, Some(&fix.apply)).await {
            // A later round that nobody agrees to takes nothing back of the earlier ones.
            return match (outcome, ended) {
                (Outcome::Changed, Outcome::NotStarted) => (Outcome::Changed, exit),
                _ => (ended, exit),
            };
        }
        let changes = plan.changes();
        done.extend(changes.map(|(step, change)| (step, change.describe())));
        let consent = Consent::to(&plan);
        let executor = Executor {
            graph,
            host: session.host.as_ref(),
            consent: &consent,
            journal: &run.journal,
            bus,
            cancel: &session.cancel,
            options: Options {
                width: super::world::width(&session.request.common.world),
                patience: session.settings.patience,
                ..Options::default()
            },
        };
        let applied = executor.apply(&plan, facts).await;
        match applied.outcome() {
            Outcome::Unchanged => {}
            Outcome::Changed => outcome = Outcome::Changed,
            ended => return (ended, exit_after(&applied, session)),
        }
    }
}

/// What can be mended now, and nothing else.
async fn plan(session: &Session<'_>, graph: &Graph, fix: &Fix) -> (Plan, crate::model::Facts) {
    let seen = session.survey(graph, &BTreeSet::new()).await;
    let mut plan = planner::plan(graph, &seen, &Scope::All, &session.settings.profile);
    plan.steps.retain(|step| is_mend(step, fix.install));
    (plan, seen.facts)
}

/// Whether a step is set up and broken, or is software to be installed. Nothing is set up here that
/// is merely absent, nothing is taken away, and nothing is set to work: all that is `up`'s.
fn is_mend(step: &StepPlan, install: bool) -> bool {
    let Verdict::Change { drift } = step.verdict else {
        return false;
    };
    let wanted = drift || (install && INSTALLED.contains(&step.step));
    wanted && !step.changes.iter().any(sets_to_work)
}

fn sets_to_work(change: &Change) -> bool {
    match &change.effect {
        _ if change.risk == Risk::Destructive => true,
        Effect::Service { service } => matches!(service, ServiceWant::Running(_)),
        Effect::Run(command) => {
            let words: Vec<&str> = command.argv.iter().map(String::as_str).collect();
            matches!(words[..], ["minikube", "start", ..] | ["docker", "run", ..])
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Command;

    fn step(drift: bool, argv: &[&str]) -> StepPlan {
        let run = Effect::Run(Command::new(argv.iter().copied()));
        StepPlan {
            step: id::DOCKER,
            title: "",
            headline: String::new(),
            verdict: Verdict::Change { drift },
            changes: vec![Change::safe(run, "")],
            forecast: Vec::new(),
            warnings: Vec::new(),
        }
    }

    #[test]
    fn what_is_absent_is_installed_only_when_asked_and_nothing_is_set_to_work() {
        assert!(is_mend(&step(true, &["systemctl"]), false));
        assert!(!is_mend(&step(false, &["apt-get"]), false));
        assert!(is_mend(&step(false, &["apt-get"]), true));
        assert!(!is_mend(&step(true, &["minikube", "start"]), true));
        assert!(is_mend(&step(true, &["minikube", "update-context"]), false));
        let other = StepPlan {
            step: id::VOLUME,
            ..step(false, &["x"])
        };
        assert!(!is_mend(&other, true), "the volume is up's");
    }
}
