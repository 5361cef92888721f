//! Where models of commands act: the world behind a lock, its clock, its store; and the stage that
//! one effect is played on.

use super::store::Store;
use super::world::World;
use super::{OnCrash, Pace};
use crate::host::{Moved, Performing};
use crate::model::{Fault, Stream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The world, its clock and where it is kept.
pub struct Bench {
    world: Mutex<World>,
    store: Option<Store>,
    pace: Pace,
    on_crash: OnCrash,
    base_ms: u64,
    started: Instant,
    changed: AtomicBool,
    crashed: CancellationToken,
}

impl Bench {
    /// Sets a world up; its clock goes on from the stored epoch.
    pub fn new(world: World, store: Option<Store>, pace: Pace, on_crash: OnCrash) -> Self {
        Self {
            base_ms: world.epoch_ms,
            world: Mutex::new(world),
            store,
            pace,
            on_crash,
            started: Instant::now(),
            changed: AtomicBool::new(false),
            crashed: CancellationToken::new(),
        }
    }

    /// The world's time in milliseconds since the epoch.
    pub fn now_ms(&self) -> u64 {
        let elapsed = Instant::now()
            .saturating_duration_since(self.started)
            .as_secs_f64();
        let passed = match self.pace {
            Pace::Virtual | Pace::Instant => elapsed,
            Pace::Scaled(factor) => elapsed / factor.max(0.001),
        };
        self.base_ms + (passed * 1000.0) as u64
    }

    /// The world's time this many seconds from now; a rehearsal waits for nothing.
    pub fn in_seconds(&self, seconds: f64) -> u64 {
        match self.pace {
            Pace::Instant => self.now_ms(),
            _ => self.now_ms() + (seconds * 1000.0) as u64,
        }
    }

    /// Lets stated time pass.
    pub async fn wait(&self, seconds: f64) {
        let factor = match self.pace {
            Pace::Virtual => 1.0,
            Pace::Scaled(factor) => factor.max(0.0),
            Pace::Instant => return tokio::task::yield_now().await,
        };
        tokio::time::sleep(Duration::from_secs_f64(seconds * factor)).await;
    }

    /// The world.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Alters the world and keeps it.
    ///
    /// # Errors
    /// `STATE_UNWRITABLE`.
    pub fn change<T>(&self, alter: impl FnOnce(&mut World) -> T) -> Result<T, Fault> {
        let now = self.now_ms();
        let mut world = self.world();
        let out = alter(&mut world);
        world.epoch_ms = world.epoch_ms.max(now);
        self.changed.store(true, Ordering::Relaxed);
        if let Some(store) = &self.store {
            store.save(&world)?;
        }
        Ok(out)
    }

    /// Keeps the clock, so that the next process does not see time go back. Only a process that
    /// changed the world writes: a reader must not put an older world over a newer one.
    pub fn close(&self) {
        if self.changed.load(Ordering::Relaxed) && !self.crashed.is_cancelled() {
            // Best effort: without it the next process sees an earlier time, nothing worse.
            let _ = self.change(|_| ());
        }
    }

    /// Dies, as configured. Never returns.
    pub async fn crash(&self) {
        if self.on_crash == OnCrash::KillProcess {
            // A failure of the kill leaves the frozen host below, which is dead enough.
            let _ = nix::sys::signal::kill(nix::unistd::getpid(), nix::sys::signal::SIGKILL);
        }
        self.crashed.cancel();
        std::future::pending::<()>().await;
    }

    /// Resolves once an injected crash has frozen the host.
    pub fn crash_token(&self) -> &CancellationToken {
        &self.crashed
    }

    /// Blocks for ever on a host that has crashed.
    pub async fn alive(&self) {
        if self.crashed.is_cancelled() {
            std::future::pending::<()>().await;
        }
    }
}

/// Why an effect did not come to its own end.
#[derive(Debug)]
pub enum Ended {
    /// The person stopped it; the world stays as a killed command leaves it.
    Stopped,
    /// The world could not be kept, or something similar outside the model.
    Fault(Box<Fault>),
}

impl From<Fault> for Ended {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

/// The stage of one effect.
pub struct Stage<'a> {
    /// The world and its clock.
    pub bench: &'a Bench,
    /// Where progress goes and how it is stopped.
    pub how: &'a Performing<'a>,
    /// What the output of the command means.
    pub stream: Stream,
    /// Death comes after the first change to the world.
    pub dies_midway: bool,
}

impl Stage<'_> {
    /// Lets stated time pass, unless the person stops it.
    ///
    /// # Errors
    /// [`Ended::Stopped`].
    pub async fn wait(&self, seconds: f64) -> Result<(), Ended> {
        tokio::select! {
            biased;
            () = self.how.stop.drain.cancelled() => Err(Ended::Stopped),
            () = self.how.stop.kill.cancelled() => Err(Ended::Stopped),
            () = self.bench.wait(seconds) => Ok(()),
        }
    }

    /// Reads the world.
    pub fn look<T>(&self, read: impl FnOnce(&World) -> T) -> T {
        read(&self.bench.world())
    }

    /// Alters the world and keeps it.
    ///
    /// # Errors
    /// [`Ended::Fault`] if it cannot be kept.
    pub async fn change<T>(&self, alter: impl FnOnce(&mut World) -> T) -> Result<T, Ended> {
        let out = self.bench.change(alter)?;
        if self.dies_midway {
            self.bench.crash().await;
        }
        Ok(out)
    }

    /// A line of output, shown as progress where the stream says so.
    pub fn line(&self, text: &str) {
        if self.stream == Stream::Lines {
            self.moved(text, None);
        }
    }

    /// Something moved.
    pub fn moved(&self, text: &str, at: Option<(u32, u32)>) {
        (self.how.progress)(Moved {
            text: text.to_owned(),
            at,
        });
    }
}
