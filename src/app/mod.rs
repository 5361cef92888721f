//! Composes settings, world, engine and reporters for one request; the only room that knows them
//! all.

mod agent;
mod by_hand;
mod consent;
mod doctor;
mod down;
mod explain;
mod fix;
mod prove;
mod request;
mod run;
mod session;
mod settings;
mod share;
mod signals;
mod state_dir;
mod status;
mod support_bundle;
mod up;
mod warm;
mod world;

pub use crate::host::real::supervise;
pub use request::{Apply, Color, Common, Fix, Output, Request, Slice, Verb, Warm, World};

use crate::model::Fault;
use crate::reason::{self, Exit};
use crate::ui::fault::Context;
use crate::ui::{self, Theme};
use session::Session;

/// Carries a request out.
pub fn run(request: &Request) -> Exit {
    let theme = Theme::stderr(color(request.common.color));
    if let Verb::Explain { reason } = &request.verb {
        return explain::explain(
            reason.as_deref(),
            request.common.output,
            color(request.common.color),
        );
    }
    let runtime = match runtime(&request.common.world) {
        Ok(runtime) => runtime,
        Err(error) => {
            let fault = Fault::new(reason::ids::UNEXPECTED, "the runtime could not be started")
                .caused_by(error.to_string());
            ui::say(&ui::fault::fault(&fault, &Context::default(), &theme));
            return Exit::Bug;
        }
    };
    let exit = runtime.block_on(async {
        match dispatch(request, theme).await {
            Ok(exit) => exit,
            Err(fault) => {
                let exit = exit_of(&fault);
                ui::say(&ui::fault::fault(&fault, &Context::default(), &theme));
                exit
            }
        }
    });
    // A child that ignores SIGKILL for a while (a hung NFS mount) must not keep us.
    runtime.shutdown_background();
    exit
}

async fn dispatch(request: &Request, theme: Theme) -> Result<Exit, Fault> {
    if matches!(request.verb, Verb::SupportBundle { .. }) {
        let (session, troubles) = support_bundle::open(request, theme)?;
        return support_bundle::support_bundle(&session, &troubles).await;
    }
    let session = Session::open(request, theme)?;
    match &request.verb {
        Verb::Up { .. } => up::up(&session).await,
        Verb::Doctor { .. } => fix::doctor(&session).await,
        Verb::Status => status::status(&session).await,
        Verb::Down { .. } => down::down(&session).await,
        Verb::NfsStatus => share::status(&session).await,
        Verb::NfsWarm(wish) => warm::warm(&session, wish).await,
        Verb::AgentStop { .. } => agent::stop(&session).await,
        Verb::AgentRestart { apply } => match agent::stop(&session).await? {
            Exit::Ok => {
                // Opened anew: the world has changed since it was opened.
                drop(session);
                let start = start_again(request, apply);
                up::up(&Session::open(&start, theme)?).await
            }
            other => Ok(other),
        },
        Verb::AgentStatus => status::agent_status(&session).await,
        Verb::AgentLogs => agent::logs(&session).await,
        Verb::Explain { .. } | Verb::SupportBundle { .. } => Ok(Exit::Bug),
    }
}

/// `agent start`, with the same settings and consent.
fn start_again(request: &Request, apply: &Apply) -> Request {
    let own = vec!["agent".to_owned()];
    Request {
        common: request.common.clone(),
        verb: Verb::Up {
            name: "agent start",
            apply: apply.clone(),
            slice: Slice {
                goals: vec!["agent"],
                change: own,
                skip: Vec::new(),
            },
            recreate_cluster: false,
            install: true,
            tools: false,
        },
    }
}

/// The simulated machine in virtual time runs on one thread with a paused clock; everything else
/// on two threads, as the work is in children.
fn runtime(world: &World) -> std::io::Result<tokio::runtime::Runtime> {
    if world::runs_ahead(world) {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
    } else {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
    }
}

fn color(color: Color) -> ui::ColorChoice {
    match color {
        Color::Auto => ui::ColorChoice::Auto,
        Color::Always => ui::ColorChoice::Always,
        Color::Never => ui::ColorChoice::Never,
    }
}

/// The exit code of a fault.
fn exit_of(fault: &Fault) -> Exit {
    reason::kind(fault.reason).map_or(Exit::Bug, |kind| kind.exit)
}

/// The exit code of several: a person's turn (4) wins, else the first one's.
fn exit_of_all(faults: &[Fault]) -> Exit {
    if faults
        .iter()
        .any(|fault| exit_of(fault) == Exit::NeedsHuman)
    {
        return Exit::NeedsHuman;
    }
    faults.first().map_or(Exit::Bug, exit_of)
}

/// Shows several faults at once, in the order of the graph.
fn show_faults(session: &Session<'_>, faults: &[Fault], log: Option<&str>) {
    let resume = Some(session.request.common.typed.as_str());
    let context = Context { log, resume };
    let faults: Vec<&Fault> = faults.iter().collect();
    ui::say(&ui::fault::faults(&faults, &context, &session.theme));
}

/// Writes bytes to standard output for verbs that only print.
pub fn print(bytes: &[u8]) -> Exit {
    ui::print(&String::from_utf8_lossy(bytes));
    Exit::Ok
}
