//! `--watch`: the report again and again, until a person stops it.

use super::super::request::World;
use super::super::session::Session;
use super::examine::{Wanted, examine};
use super::{shown, verdict};
use crate::model::Fault;
use crate::reason::Exit;
use crate::ui;
use crate::ui::doctor::Redraw;
use std::time::Duration;

/// Looks every so many seconds until Ctrl-C; the exit code is the last report's.
///
/// # Errors
/// Where the world cannot be opened any more.
pub async fn watch(session: &Session<'_>, seconds: u64) -> Result<Exit, Fault> {
    let mut rounds = rounds(&session.request.common.world);
    let mut redraw = Redraw::default();
    let mut exit = Exit::Ok;
    loop {
        // Opened anew: settings, secrets and a simulated machine may have changed meanwhile.
        let now = Session::open(session.request, session.theme)?;
        let wanted = Wanted::of(&now)?;
        let seen = tokio::select! {
            seen = examine(&now, &wanted) => seen,
            () = session.cancel.stop().drain.cancelled() => return Ok(exit),
        };
        let checkup = seen.checkup(&wanted);
        exit = verdict(&checkup);
        let text = shown(session, &wanted, &checkup, &session.stdout_theme());
        let terminal = ui::output::terminal_size();
        if let Some(frame) = redraw.frame(&text, terminal) {
            ui::output::stdout_as_is(&frame);
        }
        if let Some(left) = &mut rounds {
            *left = left.saturating_sub(1);
            if *left == 0 {
                return Ok(exit);
            }
        }
        tokio::select! {
            () = pause(Duration::from_secs(seconds), rounds.is_some()) => {}
            () = session.cancel.stop().drain.cancelled() => return Ok(exit),
        }
    }
}

/// Waits. The clock of a simulated machine runs ahead by itself, and a person's does not: unless the
/// rounds are counted, it is the person's time that passes.
async fn pause(time: Duration, simulated_clock: bool) {
    if simulated_clock || !super::super::world::is_virtual() {
        tokio::time::sleep(time).await;
    } else {
        let _ = tokio::task::spawn_blocking(move || std::thread::sleep(time)).await;
    }
}

/// On a simulated machine `GPUCLUSTER_SIM_ROUNDS=3` ends a watch after three looks, so that it can be
/// tested without waiting.
fn rounds(world: &World) -> Option<u32> {
    match world {
        World::Simulated(_) => std::env::var("GPUCLUSTER_SIM_ROUNDS").ok()?.parse().ok(),
        World::Real | World::Rehearsal => None,
    }
}
