//! `down`: take back what we made, in reverse, never what we did not make.

use super::consent::agree;
use super::request::Verb;
use super::run::Run;
use super::session::{Session, select};
use super::signals::while_listening;
use super::up::{exit_after, root_commands, say_history};
use super::{Output, exit_of, exit_of_all, show_faults};
use crate::engine::executor::{Executor, Options};
use crate::engine::{Bus, Consent, Graph, undo};
use crate::model::{Advice, EventKind, Fault, Outcome, Plan, StepId, Verdict};
use crate::reason::{Exit, ids};
use crate::steps::StepFlags;
use crate::ui;
use crate::ui::prompt::Prompt;
use std::collections::BTreeSet;
use tokio::time::Instant;

/// Runs `down`.
///
/// # Errors
/// What stopped it before a run began.
pub async fn down(session: &Session<'_>) -> Result<Exit, Fault> {
    let Verb::Down {
        apply,
        only,
        keep_cluster,
        delete_data,
        ..
    } = &session.request.verb
    else {
        return Ok(Exit::Bug);
    };
    let delete_data = confirm_data(session, delete_data.as_deref())?;
    let graph = session.graph(StepFlags {
        delete_data,
        // A part is taken out of a cluster that stays; `--keep-cluster` keeps what is in it as well.
        cluster_stays: !only.is_empty(),
        ..StepFlags::default()
    })?;
    let kept = kept(&graph, only, *keep_cluster)?;
    let whole = only.is_empty();
    if apply.plan_only || apply.print_root_commands {
        let plan = what_goes(session, &graph, &kept).await;
        let faults: Vec<Fault> = plan.faults().cloned().collect();
        // Commands of a plan that is refused are not to be typed by hand either.
        if apply.print_root_commands && faults.is_empty() {
            ui::print(&root_commands(&plan));
        } else if session.request.common.output == Output::Json {
            ui::print(&ui::json(&plan));
        } else {
            ui::say(&ui::plan::undo(
                &plan,
                whole,
                &session.theme,
                session.home(),
            ));
        }
        if !faults.is_empty() {
            show_faults(session, &faults, None);
            return Ok(exit_of_all(&faults));
        }
        let pending = apply.exit_code && !plan.is_empty();
        return Ok(if pending { Exit::Pending } else { Exit::Ok });
    }
    let run = Run::begin(session, true)?;
    let mut told = run.reporters(session)?;
    let begun = Instant::now();
    let (outcome, exit) = {
        let bus = Bus::new(session.reader(), told.sink());
        run.say_started(session, &bus);
        say_history(session, &run, &bus);
        let work = async {
            let plan = what_goes(session, &graph, &kept).await;
            bus.say(EventKind::Planned {
                plan: plan.clone(),
                slowest: None,
            });
            ui::say(&ui::plan::undo(
                &plan,
                whole,
                &session.theme,
                session.home(),
            ));
            take_back(session, &run, &bus, &graph, &plan).await
        };
        let (outcome, exit) = while_listening(&session.cancel, work).await;
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        run.finish(&bus, outcome, exit, ms);
        (outcome, exit)
    };
    told.end(session, &run);
    if outcome != Outcome::NotStarted {
        ui::say(&ui::undo::summary(&told.tally, whole, &session.theme));
        let path = &session.settings.nfs.path;
        let kept = !delete_data && matches!(session.reader().stat(path).await, Ok(Some(_)));
        if outcome == Outcome::Changed && kept {
            ui::say(&format!("  {path} is kept, with everything in it"));
        }
    }
    Ok(exit)
}

/// Steps of which nothing is taken back.
fn kept(graph: &Graph, only: &[String], keep_cluster: bool) -> Result<BTreeSet<StepId>, Fault> {
    if !only.is_empty() {
        let going = select(graph, only)?;
        let all = graph.ids().into_iter();
        return Ok(all.filter(|id| !going.contains(id)).collect());
    }
    Ok(if keep_cluster {
        cluster_steps()
    } else {
        BTreeSet::new()
    })
}

/// Steps that go with the cluster.
fn cluster_steps() -> BTreeSet<StepId> {
    [
        "docker",
        "minikube.binary",
        "minikube.cluster",
        "gpu.node",
        "gpu.container",
    ]
    .map(StepId::new)
    .into()
}

async fn what_goes(session: &Session<'_>, graph: &Graph, kept: &BTreeSet<StepId>) -> Plan {
    let seen = session.survey(graph, &BTreeSet::new()).await;
    let receipt = session.history().receipt;
    let mut plan = undo::plan(
        graph,
        session.reader(),
        &seen.facts,
        &receipt,
        &session.settings.profile,
    )
    .await;
    for step in plan
        .steps
        .iter_mut()
        .filter(|step| kept.contains(&step.step))
    {
        step.changes.clear();
        step.warnings.clear();
        step.verdict = Verdict::Skipped;
    }
    plan
}

/// Carries an undo plan out after consent.
pub async fn take_back(
    session: &Session<'_>,
    run: &Run,
    bus: &Bus<'_>,
    graph: &Graph,
    plan: &Plan,
) -> (Outcome, Exit) {
    if let Some(fault) = plan.faults().next() {
        bus.say(EventKind::Failed {
            fault: fault.clone(),
        });
        return (Outcome::NotStarted, exit_of(fault));
    }
    if plan.changes().next().is_none() {
        return (Outcome::Unchanged, Exit::Ok);
    }
    // Stopping the agent takes nothing away that typing `agent start` does not bring back.
    let asks = match &session.request.verb {
        Verb::Down { apply, .. } => Some(apply),
        _ => None,
    };
    if let Err(ended) = agree(session, bus, plan, asks).await {
        return ended;
    }
    let consent = Consent::to(plan);
    let executor = Executor {
        graph,
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
    let applied = executor.take_back(plan).await;
    let outcome = match applied.outcome() {
        Outcome::Unchanged => Outcome::Changed,
        other => other,
    };
    (outcome, exit_after(&applied, session))
}

/// Deleting data needs its path typed: on the command line or at the prompt.
fn confirm_data(session: &Session<'_>, asked: Option<&str>) -> Result<bool, Fault> {
    let Some(typed) = asked else { return Ok(false) };
    let path = session.settings.nfs.path.as_str();
    let typed = if typed.is_empty() {
        let what = format!("{path} and everything in it will be deleted");
        Prompt::new(session.theme).typed(&what, path) == Some(true)
    } else {
        typed == path
    };
    if typed {
        return Ok(true);
    }
    Err(Fault::new(
        ids::NOT_CONFIRMED,
        "deleting the shared folder needs its path typed; nothing was changed",
    )
    .advise(Advice::run(
        "name the folder",
        format!(
            "gpucluster {}{} --delete-data={path}",
            session.request.verb.name(),
            session.world_flag()
        ),
    )))
}
