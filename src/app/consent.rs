//! Asking a person before anything changes.

use super::exit_of;
use super::request::{Apply, World};
use super::session::Session;
use crate::engine::Bus;
use crate::model::{Advice, EventKind, Fault, Outcome, Plan, Risk};
use crate::reason::{Exit, ids};
use crate::ui;
use crate::ui::prompt::{Answer, Prompt};
use std::time::Duration;

/// How long a question that was broken off may take to end its line.
const QUESTION_ENDS: Duration = Duration::from_secs(1);

/// What became of the question.
enum Decision {
    /// Agreed.
    Go,
    /// A person said no.
    Declined,
    /// Nobody could be asked.
    Stop(Fault),
    /// Ctrl-C at the prompt.
    Interrupted,
}

/// Asks for consent to a plan and gets root rights ready where it needs them. `apply` is `None` for
/// what needs no consent.
///
/// # Errors
/// How the run ends instead; why has been said.
pub async fn agree(
    session: &Session<'_>,
    bus: &Bus<'_>,
    plan: &Plan,
    apply: Option<&Apply>,
) -> Result<(), (Outcome, Exit)> {
    let stop = |fault: Fault| {
        let exit = exit_of(&fault);
        bus.say(EventKind::Failed { fault });
        Err((Outcome::NotStarted, exit))
    };
    if let Some(apply) = apply {
        match decide(session, plan, apply).await {
            Decision::Go => {}
            Decision::Stop(fault) => return stop(fault),
            Decision::Declined => {
                ui::say("nothing was changed");
                return Err((Outcome::NotStarted, Exit::NotConfirmed));
            }
            Decision::Interrupted => {
                let exit = session.cancel.exit().unwrap_or(Exit::Interrupted);
                return Err((Outcome::Interrupted, exit));
            }
        }
    }
    if plan.root_actions() > 0
        && session.request.common.world == World::Real
        && let Err(fault) = session.host.obtain_root().await
    {
        return stop(fault);
    }
    Ok(())
}

/// Asks, unless it was agreed to beforehand or nothing real can be touched.
async fn decide(session: &Session<'_>, plan: &Plan, apply: &Apply) -> Decision {
    // Nothing to protect on a simulated machine or in a shadow. GPUCLUSTER_SIM_ASK=1 asks all the
    // same, so that the real machine's behaviour can be practised and tested.
    let asks = match session.request.common.world {
        World::Real => true,
        World::Rehearsal => false,
        World::Simulated(_) => std::env::var_os("GPUCLUSTER_SIM_ASK").is_some(),
    };
    if apply.yes || !asks {
        return Decision::Go;
    }
    let prompt = Prompt::new(session.theme);
    loop {
        let disruptive = plan.risk() > Risk::Safe;
        // A thread of its own: signals must be heard while a person thinks.
        let mut asked = tokio::task::spawn_blocking(move || prompt.proceed(disruptive));
        let answer = tokio::select! {
            answer = &mut asked => answer.ok().flatten(),
            () = session.cancel.stop().drain.cancelled() => {
                // A typed Ctrl-C reaches the question as well, which then ends its own line. One
                // that was sent does not: the question stands there, and the line is ended here.
                if prompt.can_ask() && tokio::time::timeout(QUESTION_ENDS, asked).await.is_err() {
                    ui::say("");
                }
                return Decision::Interrupted;
            }
        };
        match answer {
            Some(Answer::Yes) => return Decision::Go,
            Some(Answer::No) => return Decision::Declined,
            Some(Answer::Explain) => {
                ui::say(&ui::plan::explain(plan, &session.theme, session.home()))
            }
            None if prompt.can_ask() => return Decision::Interrupted,
            None => return Decision::Stop(nobody(session)),
        }
    }
}

fn nobody(session: &Session<'_>) -> Fault {
    Fault::new(
        ids::NOT_CONFIRMED,
        "there is no terminal to confirm the plan on; nothing was changed",
    )
    .advise(Advice::run(
        "agree to the plan above",
        format!("{} --yes", session.request.common.typed),
    ))
}
