//! `agent stop` and `agent logs`.

use super::down::take_back;
use super::exit_of;
use super::run::Run;
use super::session::Session;
use super::signals::while_listening;
use crate::engine::Bus;
use crate::host::STOPPED_AS_ASKED;
use crate::model::{
    Change, Effect, EventKind, Fault, Outcome, Plan, ServiceWant, StepId, StepPlan, Verdict,
};
use crate::reason::{Exit, ids};
use crate::steps::StepFlags;
use crate::ui;
use tokio::time::Instant;

/// Stops the agent. Its jobs run on; nothing else is touched.
///
/// # Errors
/// What stopped it before a run began.
pub async fn stop(session: &Session<'_>) -> Result<Exit, Fault> {
    let graph = session.graph(StepFlags::default())?;
    let run = Run::begin(session, true)?;
    let mut told = run.reporters(session)?;
    let begun = Instant::now();
    let (outcome, exit) = {
        let bus = Bus::new(session.reader(), told.sink());
        run.say_started(session, &bus);
        let work = async {
            let plan = match plan(session).await {
                Ok(plan) => plan,
                Err(fault) => {
                    let exit = exit_of(&fault);
                    bus.say(EventKind::Failed { fault });
                    return (Outcome::Failed, exit);
                }
            };
            bus.say(EventKind::Planned {
                plan: plan.clone(),
                slowest: None,
            });
            take_back(session, &run, &bus, &graph, &plan).await
        };
        let (outcome, exit) = while_listening(&session.cancel, work).await;
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        run.finish(&bus, outcome, exit, ms);
        (outcome, exit)
    };
    told.end(session, &run);
    if outcome != Outcome::NotStarted {
        let text = match outcome {
            Outcome::Unchanged => "the agent is not running",
            Outcome::Changed => {
                "the agent is stopped and stays down, after a reboot too, until you start it; its jobs run on"
            }
            _ => "the agent is not stopped",
        };
        ui::say(text);
    }
    Ok(exit)
}

async fn plan(session: &Session<'_>) -> Result<Plan, Fault> {
    let layout = session.layout();
    let name = session.agent_service();
    let state = session
        .reader()
        .service(&name, &layout.agent_run)
        .await
        .map_err(|error| {
            Fault::new(
                ids::UNEXPECTED,
                "the agent's supervisor could not be looked at",
            )
            .caused_by(error.to_string())
        })?;
    let identity = session.reader().identity();
    let unit = session.agent_unit();
    // A unit that is not running now is started at the next boot.
    let link = identity.user_unit_link(&unit);
    let at_boot = matches!(session.reader().stat(&link).await, Ok(Some(_)));
    let told = state.last_exit.as_deref() == Some(STOPPED_AS_ASKED);
    // One whose supervisor was killed may have left its program behind.
    let running = at_boot || state.supervised || (state.fingerprint.is_some() && !told);
    let change = Change::safe(
        Effect::Service {
            service: ServiceWant::Stopped {
                name,
                dir: layout.agent_run,
                unit,
            },
        },
        "you asked for it",
    );
    Ok(Plan {
        version: Plan::VERSION,
        profile: session.settings.profile.clone(),
        steps: vec![StepPlan {
            step: StepId::new("agent"),
            title: "the agent is stopped",
            headline: if running {
                String::new()
            } else {
                "not running".to_owned()
            },
            verdict: if running {
                Verdict::Change { drift: false }
            } else {
                Verdict::InPlace
            },
            changes: if running { vec![change] } else { Vec::new() },
            forecast: Vec::new(),
            warnings: Vec::new(),
        }],
    })
}

/// Prints what the agent said since it was started last.
///
/// # Errors
/// `UNEXPECTED` when the log cannot be read.
pub async fn logs(session: &Session<'_>) -> Result<Exit, Fault> {
    let name = session.agent_service();
    let state = session
        .reader()
        .service(&name, &session.layout().agent_run)
        .await
        .map_err(|error| {
            Fault::new(ids::UNEXPECTED, "the agent's log could not be read")
                .caused_by(error.to_string())
        })?;
    ui::print(&state.log);
    Ok(Exit::Ok)
}
