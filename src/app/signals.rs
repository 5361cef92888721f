//! Signals of the terminal and of the system, as a person's wish to stop.

use crate::engine::cancel::Cancel;
use crate::host::real;
use crate::reason::Exit;
use std::future::Future;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals we listen to.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
    stop: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            stop: signal(SignalKind::from_raw(nix::libc::SIGTSTP))?,
        })
    }
}

/// Runs `work` while listening to signals: the first drains, the second kills, the third aborts.
/// Ctrl-Z reaches only us, because children are in groups of their own: it is passed on.
pub async fn while_listening<T>(cancel: &Cancel, work: impl Future<Output = T>) -> T {
    let Ok(mut signals) = Signals::listen() else {
        // Without handlers the default action of each signal applies, which is safe: the journal
        // has the intent and the next run observes.
        return work.await;
    };
    tokio::pin!(work);
    loop {
        let exit = tokio::select! {
            result = &mut work => return result,
            _ = signals.interrupt.recv() => Exit::Interrupted,
            _ = signals.terminate.recv() => Exit::Terminated,
            _ = signals.hangup.recv() => Exit::Hangup,
            _ = signals.stop.recv() => {
                pause();
                continue;
            }
        };
        if !cancel.signalled(exit) {
            std::process::abort();
        }
    }
}

/// Stops our children and then ourselves; returns when we are continued.
fn pause() {
    real::suspend_all();
    // SIGSTOP cannot be handled, so this returns only after SIGCONT.
    let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP);
    real::resume_all();
}
