//! `up`, `nfs setup`, `agent start`: bring a slice of the graph about.

use super::consent::agree;
use super::request::{Apply, Slice, Verb, World};
use super::run::Run;
use super::session::{Session, select};
use super::signals::while_listening;
use super::{exit_of, exit_of_all, prove, show_faults};
use crate::engine::executor::{Executor, Options};
use crate::engine::{Applied, Bus, Consent, Graph, Look, Scope, planner, survey};
use crate::host::WriteHost;
use crate::model::{Advice, EventKind, Fault, Notice, Outcome, Plan, Privilege, StepId, Verdict};
use crate::reason::{Exit, ids};
use crate::steps::StepFlags;
use crate::ui;
use crate::ui::summary::{Next, after_up};
use std::collections::BTreeSet;
use tokio::time::Instant;

/// Runs the verb.
///
/// # Errors
/// What stopped it before a run began; everything later is shown here and is in the exit code.
pub async fn up(session: &Session<'_>) -> Result<Exit, Fault> {
    let Verb::Up {
        apply,
        slice,
        recreate_cluster,
        install,
        tools,
        ..
    } = &session.request.verb
    else {
        return Ok(Exit::Bug);
    };
    let flags = StepFlags {
        recreate_cluster: *recreate_cluster,
        install: *install,
        mend: *tools,
        tools: *tools,
        ..StepFlags::default()
    };
    let whole = session.graph(flags)?;
    let (graph, scope, skip) = cut(&whole, slice)?;
    if apply.plan_only || apply.print_root_commands {
        return preview(session, &graph, &scope, &skip, apply).await;
    }
    let run = Run::begin(session, false)?;
    let mut told = run.reporters(session)?;
    let begun = Instant::now();
    let (outcome, exit) = {
        let bus = Bus::new(session.reader(), told.sink());
        run.say_started(session, &bus);
        let work = async {
            let ended = bring_about(session, &run, &bus, &graph, &scope, &skip, apply).await;
            let is_share = session.request.verb.name() == "nfs setup" && ended.1 == Exit::Ok;
            match is_share {
                true => prove::share(session, &run, &bus).await.unwrap_or(ended),
                false => ended,
            }
        };
        let (outcome, exit) = while_listening(&session.cancel, work).await;
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        run.finish(&bus, outcome, exit, ms);
        (outcome, exit)
    };
    told.end(session, &run);
    // A run that never began has said why already.
    if outcome != Outcome::NotStarted {
        if session.request.common.world == World::Rehearsal {
            ui::say("that was a rehearsal: nothing on this machine was changed");
        }
        let next = next_commands(session, outcome);
        ui::say(&ui::summary::summary(&told.tally, &next, &session.theme));
        if let (Exit::Ok, Some(words)) = (exit, for_good(session)) {
            ui::say(&words);
        }
    }
    Ok(exit)
}

/// What keeps the share as flags made it: the next `up` goes by the settings again.
fn for_good(session: &Session<'_>) -> Option<String> {
    let flags = session.request.common.settings.iter();
    let lines: Vec<String> = flags
        .filter_map(|(key, _, value)| {
            let key = key.strip_prefix("nfs.")?;
            let value = serde_yaml::to_string(value).ok()?;
            Some(format!("    {key}: {}", value.trim_end()))
        })
        .collect();
    (!lines.is_empty()).then(|| {
        format!(
            "these flags held for this run; for good, in gpucluster.yaml:\n  nfs:\n{}",
            lines.join("\n")
        )
    })
}

/// What to type next.
fn next_commands(session: &Session<'_>, outcome: Outcome) -> Vec<Next> {
    let flag = session.world_flag();
    match &session.request.common.world {
        World::Real if session.request.verb.name() == "up" && outcome == Outcome::Changed => {
            let layout = session.layout();
            let wandb = &session.settings.wandb;
            after_up(
                layout.kubeconfig.as_str(),
                wandb.entity.as_deref(),
                &wandb.queue,
            )
        }
        World::Simulated(_) if outcome == Outcome::Changed => vec![
            Next::new("see what runs", format!("gpucluster status{flag}")),
            Next::new("look closer", format!("gpucluster doctor{flag}")),
            Next::new("take it back", format!("gpucluster down{flag}")),
        ],
        World::Rehearsal if outcome == Outcome::Changed => {
            vec![Next::new("do it for real", "gpucluster up")]
        }
        _ => Vec::new(),
    }
}

/// The part of the graph that a slice means, what of it may change, and what is skipped.
fn cut(whole: &Graph, slice: &Slice) -> Result<(Graph, Scope, BTreeSet<StepId>), Fault> {
    let goals: Vec<StepId> = if slice.goals.is_empty() {
        whole.ids()
    } else {
        slice
            .goals
            .iter()
            .map(|goal| StepId::new(goal))
            .filter(|id| whole.get(*id).is_some())
            .collect()
    };
    let graph = whole.closure(&goals);
    let scope = if slice.change.is_empty() {
        Scope::All
    } else {
        Scope::Only(select(whole, &slice.change)?)
    };
    let graph = match &scope {
        // `--only nfs.export` needs nothing that comes after it.
        Scope::Only(steps) if slice.goals.is_empty() => {
            graph.closure(&steps.iter().copied().collect::<Vec<_>>())
        }
        Scope::Only(_) | Scope::All => graph,
    };
    let skip = select(whole, &slice.skip)?;
    Ok((graph.bridging(&skip), scope, skip))
}

/// `--plan` and `--print-root-commands`: look, show, stop.
async fn preview(
    session: &Session<'_>,
    graph: &Graph,
    scope: &Scope,
    skip: &BTreeSet<StepId>,
    apply: &Apply,
) -> Result<Exit, Fault> {
    let seen = session.survey(graph, skip).await;
    let plan = planner::plan(graph, &seen, scope, &session.settings.profile);
    if apply.print_root_commands {
        ui::print(&root_commands(&plan));
        return Ok(Exit::Ok);
    }
    if session.request.common.output == super::Output::Json {
        ui::print(&ui::json(&plan));
    } else {
        ui::say(&plan_screen(session, &plan));
    }
    let faults = standing_in_the_way(&plan, scope, graph, &session.world_flag());
    if !faults.is_empty() {
        show_faults(session, &faults, None);
        return Ok(exit_of_all(&faults));
    }
    Ok(if apply.exit_code && !plan.is_empty() {
        Exit::Pending
    } else {
        Exit::Ok
    })
}

pub fn plan_screen(session: &Session<'_>, plan: &Plan) -> String {
    let verbose = session.request.common.verbosity > 0;
    ui::plan::plan(plan, &session.theme, verbose, session.home())
}

/// Survey, plan, consent, execution. Everything is said on the way.
async fn bring_about(
    session: &Session<'_>,
    run: &Run,
    bus: &Bus<'_>,
    graph: &Graph,
    scope: &Scope,
    skip: &BTreeSet<StepId>,
    apply: &Apply,
) -> (Outcome, Exit) {
    say_history(session, run, bus);
    let patience = session.settings.patience;
    let looking = survey::survey_with(graph, session.reader(), skip, patience, |step, look| {
        if !matches!(look, Look::NotYet) {
            bus.say(EventKind::Observed {
                step,
                state: look.name(),
                headline: look.headline().to_owned(),
            });
        }
    });
    let seen = tokio::select! {
        seen = looking => seen,
        () = session.cancel.stop().drain.cancelled() => {
            return (Outcome::Interrupted, session.cancel.exit().unwrap_or(Exit::Interrupted));
        }
    };
    let plan = planner::plan(graph, &seen, scope, &session.settings.profile);
    bus.say(EventKind::Planned {
        plan: plan.clone(),
        slowest: seen.slowest.clone(),
    });
    ui::say(&plan_screen(session, &plan));
    let faults = standing_in_the_way(&plan, scope, graph, &session.world_flag());
    if !faults.is_empty() {
        for fault in &faults {
            bus.say(EventKind::Failed {
                fault: fault.clone(),
            });
        }
        return (Outcome::NotStarted, exit_of_all(&faults));
    }
    if plan.is_empty() {
        return (Outcome::Unchanged, Exit::Ok);
    }
    if let Err(ended) = agree(session, bus, &plan, Some(apply)).await {
        return ended;
    }
    let consent = Consent::to(&plan);
    let executor = Executor {
        graph,
        host: session.host.as_ref() as &dyn WriteHost,
        consent: &consent,
        journal: &run.journal,
        bus,
        cancel: &session.cancel,
        options: Options {
            fail_fast: apply.fail_fast,
            width: super::world::width(&session.request.common.world),
            patience: session.settings.patience,
        },
    };
    let applied = executor.apply(&plan, seen.facts).await;
    (applied.outcome(), exit_after(&applied, session))
}

/// The exit code of an execution.
pub fn exit_after(applied: &Applied, session: &Session<'_>) -> Exit {
    match applied.outcome() {
        Outcome::Unchanged | Outcome::Changed => Exit::Ok,
        Outcome::Interrupted => session.cancel.exit().unwrap_or(Exit::Interrupted),
        Outcome::Failed | Outcome::NotStarted => applied.faults.first().map_or(Exit::Bug, exit_of),
    }
}

/// Says what an earlier run left, and which journals could not be read.
pub fn say_history(session: &Session<'_>, run: &Run, bus: &Bus<'_>) {
    let history = session.history();
    for notice in history.notices {
        bus.say(EventKind::Noticed { step: None, notice });
    }
    let before = history
        .runs
        .iter()
        .rev()
        .find(|past| past.header.run != run.id.0);
    if let Some((step, text)) = before.and_then(|past| past.cut_short()) {
        bus.say(EventKind::Noticed {
            step: None,
            notice: Notice::warning(format!(
                "the last run was cut short in {step}, during `{text}`; going on from what is there"
            )),
        });
    }
}

/// What keeps the plan from being carried out: everything a person must mend, and what a slice
/// needs but may not change.
fn standing_in_the_way(plan: &Plan, scope: &Scope, graph: &Graph, flag: &str) -> Vec<Fault> {
    let mut faults: Vec<Fault> = plan.faults().cloned().collect();
    let wanted: Vec<StepId> = match scope {
        Scope::All => graph.ids(),
        Scope::Only(steps) => graph
            .closure(&steps.iter().copied().collect::<Vec<_>>())
            .ids(),
    };
    for step in &plan.steps {
        if step.verdict == Verdict::OutOfScope && wanted.contains(&step.step) {
            let seen = if step.headline.is_empty() {
                "not in place"
            } else {
                &step.headline
            };
            faults.push(
                Fault::new(
                    ids::DEPENDENCY_NOT_READY,
                    format!("{} is needed first: {seen}", step.step),
                )
                .at(step.step)
                .advise(Advice::run(
                    "bring everything up",
                    format!("gpucluster up{flag}"),
                )),
            );
        }
    }
    faults
}

/// The actions that need root, to type by hand in this order.
pub fn root_commands(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for (_, change) in plan.changes() {
        if change.privilege() == Privilege::Root {
            lines.extend(super::by_hand::commands(&change.effect));
        }
    }
    for step in plan.steps.iter().filter(|step| {
        step.forecast
            .iter()
            .any(|forecast| forecast.privilege == Privilege::Root)
    }) {
        lines.push(format!(
            "# {}: known once the cluster runs; type this command again",
            step.step
        ));
    }
    lines.join("\n")
}
