//! Our own supervisor: keeps one program running where there is no service manager of the user's.
//!
//! It is `gpucluster agent supervise --dir DIR`, in a session of its own, and lives until it gets
//! SIGTERM or its program ends with 0 (the Launch agent does so when it is stopped on the server).

use super::exec::{Child, Group, code_of};
use super::gate::{Closed, Gate, Pace};
use super::lines::Lines;
use super::redact::Redactor;
use super::service_log::ServiceLog;
use super::service_state::{Folder, HEADER, Process, State};
use crate::host::{STOPPED_AS_ASKED, spec_fingerprint};
use crate::model::ServiceSpec;
use crate::reason::Exit;
use camino::Utf8Path;
use nix::sys::signal::Signal as Posix;
use std::io::{self, PipeReader};
use std::pin::pin;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio::time::sleep;

#[path = "supervisor_wait.rs"]
mod wait;

/// How long the program may take to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(10);

/// The longest pause between two starts.
const LONGEST_PAUSE: u64 = 60;

/// A program that lived this long starts with the shortest pause again.
const HEALTHY: Duration = Duration::from_secs(600);

/// The agent's last words begin so; it may hang for ever behind them, in the upload of its own run
/// (seen with wandb 0.31: not gone after 27 minutes).
const FATAL: &str = "Error: ";

/// How long we go on listening after it has ended.
const LINGER: Duration = Duration::from_millis(200);

/// How long it may take to end after them.
const AFTER_FATAL: Duration = Duration::from_secs(120);

/// Supervises the service whose files are in `dir`, until it is asked to stop. Blocks; may be
/// called inside and outside of a runtime.
///
/// Ends with [`Exit::Busy`] where a supervisor is there already, [`Exit::Usage`] where the folder
/// does not say what to run.
pub fn supervise(dir: &Utf8Path) -> Exit {
    supervise_with(dir, Patience::default())
}

/// How long things may take; tests are less patient.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// With a program that has said its last words.
    pub after_fatal: Duration,
    /// With the cluster.
    pub cluster: Pace,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            after_fatal: AFTER_FATAL,
            cluster: Pace::default(),
        }
    }
}

/// The same, with another patience.
pub(super) fn supervise_with(dir: &Utf8Path, patience: Patience) -> Exit {
    // A thread of its own: a runtime cannot be started inside another.
    std::thread::scope(|scope| scope.spawn(|| run(dir, patience)).join()).unwrap_or(Exit::Bug)
}

fn run(dir: &Utf8Path, patience: Patience) -> Exit {
    // Fails where we lead a group already, and then the terminal does not end us either.
    let _ = nix::unistd::setsid();
    let folder = Folder(dir.to_owned());
    let lock = match folder.try_lock() {
        Ok(Some(lock)) => lock,
        Ok(None) => return Exit::Busy,
        Err(_) => return Exit::Usage,
    };
    let Ok(spec) = folder.spec() else {
        return Exit::Usage;
    };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    else {
        return Exit::Bug;
    };
    let exit = runtime.block_on(async {
        match Supervisor::new(folder, spec, patience) {
            Ok(mut supervisor) => supervisor.keep_running().await,
            Err(_) => Exit::Bug,
        }
    });
    runtime.shutdown_background();
    drop(lock);
    exit
}

struct Supervisor {
    folder: Folder,
    spec: ServiceSpec,
    state: State,
    log: ServiceLog,
    terminate: Signal,
    interrupt: Signal,
    patience: Patience,
}

/// What ended a wait.
enum Woke<T> {
    Asked,
    /// The cluster has been gone for long.
    Lost(Closed),
    Done(T),
}

impl Supervisor {
    fn new(folder: Folder, spec: ServiceSpec, patience: Patience) -> io::Result<Self> {
        let pid = i32::try_from(std::process::id()).map_err(io::Error::other)?;
        // The terminal is none of our business; its end must not be ours. The stream may go, the
        // handler stays.
        drop(signal(SignalKind::hangup())?);
        Ok(Self {
            state: State {
                supervisor: Process::of(pid),
                fingerprint: Some(spec_fingerprint(&spec)),
                ..State::default()
            },
            log: ServiceLog::open(folder.log())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            folder,
            spec,
            patience,
        })
    }

    async fn keep_running(&mut self) -> Exit {
        let cluster = self.patience.cluster;
        let gate = self.spec.ready.clone().map(|path| Gate::new(path, cluster));
        let mut pause = 1;
        loop {
            if let Some(gate) = &gate
                && let Woke::Asked = self.wait_for(gate).await
            {
                self.ended(STOPPED_AS_ASKED);
                return Exit::Ok;
            }
            let begun = Instant::now();
            match self.run_once(gate.as_ref()).await {
                Woke::Asked => {
                    self.ended(STOPPED_AS_ASKED);
                    return Exit::Ok;
                }
                // Only a wait comes now: no failure of the program's, so no pause and no count.
                Woke::Lost(closed) => {
                    self.ended(&format!("stopped: {} ({})", closed.why, closed.detail));
                    continue;
                }
                Woke::Done(Ok(0)) => {
                    self.ended(
                        "ended by itself with exit code 0 (stopped on the server); it stays down",
                    );
                    return Exit::Ok;
                }
                Woke::Done(Ok(code)) if code > 128 => {
                    self.ended(&format!("ended by signal {}", code - 128));
                }
                Woke::Done(Ok(code)) => self.ended(&format!("ended with exit code {code}")),
                Woke::Done(Err(error)) => self.ended(&format!("cannot be started: {error}")),
            }
            if begun.elapsed() >= HEALTHY {
                pause = 1;
            }
            let rest = sleep(Duration::from_secs(pause));
            if let Woke::Asked = self.unless_asked(rest).await {
                return Exit::Ok;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            self.state.restarts += 1;
        }
    }

    async fn unless_asked<T>(&mut self, work: impl Future<Output = T>) -> Woke<T> {
        tokio::select! {
            _ = self.terminate.recv() => Woke::Asked,
            _ = self.interrupt.recv() => Woke::Asked,
            done = work => Woke::Done(done),
        }
    }

    /// Notes an end, in the state and in the log. A state that cannot be written (a full disk) must
    /// not end the program.
    fn ended(&mut self, how: &str) {
        self.log.put(&format!("--- gpucluster: {how} ---"));
        self.state.program = None;
        self.state.waiting = None;
        self.state.last_exit = Some(how.to_owned());
        let _ = self.folder.put_state(&self.state);
    }

    /// Starts the program and follows it to its end: its exit code, or why it did not start.
    async fn run_once(&mut self, gate: Option<&Gate>) -> Woke<io::Result<i32>> {
        let child = Child {
            argv: self.spec.argv.clone(),
            env: self
                .spec
                .env
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            dir: Some(self.spec.dir.clone().into()),
            stdin: None,
        };
        let (handle, output, mut group) = match child.start_merged() {
            Ok(running) => running,
            Err(error) => return Woke::Done(Err(error)),
        };
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let now = u64::try_from(now.as_millis()).unwrap_or_default();
        self.log
            .put(&format!("{HEADER}{} at {now} ms ---", group.id()));
        self.state.program = Process::of(group.id());
        self.state.started_ms = Some(now);
        let _ = self.folder.put_state(&self.state);

        let waiter =
            tokio::task::spawn_blocking(move || handle.wait().map(|output| code_of(output.status)));
        let ended = match self.follow(waiter, output, &group, gate).await {
            Ok(ended) => ended,
            Err(error) => Woke::Done(Err(error)),
        };
        // Helpers of the program (`wandb-core`) end with it.
        let _ = group.signal(Posix::SIGKILL);
        group.release();
        ended
    }

    async fn follow(
        &mut self,
        mut waiter: JoinHandle<io::Result<i32>>,
        output: PipeReader,
        group: &Group,
        gate: Option<&Gate>,
    ) -> io::Result<Woke<io::Result<i32>>> {
        let redactor = Redactor::default();
        let mut lines = Lines::new(&redactor);
        let mut output = Receiver::from_owned_fd(output.into())?;
        let mut buffer = vec![0; 64 << 10];
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        let mut deadline = pin!(sleep(Duration::MAX));
        let (mut open, mut asked, mut fatal) = (true, false, false);
        let mut lost = None;
        let mut absence = pin!(async {
            match gate {
                Some(gate) => gate.lost().await,
                None => std::future::pending().await,
            }
        });
        let code = loop {
            let (was_stopped, was_fatal) = (asked || lost.is_some(), fatal);
            tokio::select! {
                biased;
                _ = self.terminate.recv(), if !asked => asked = true,
                _ = self.interrupt.recv(), if !asked => asked = true,
                ended = &mut waiter => break ended.map_err(io::Error::other)?,
                length = output.read(&mut buffer), if open => match length {
                    Ok(length) if length > 0 => fatal |= self.take(&mut lines, &buffer[..length]),
                    _ => open = false,
                },
                _ = tick.tick() => self.log.tick(Instant::now()),
                closed = &mut absence, if lost.is_none() => lost = Some(closed),
                () = &mut deadline => {
                    if !asked && lost.is_none() {
                        self.log.put("--- gpucluster: it hangs after its last error; ended ---");
                    }
                    let _ = group.signal(Posix::SIGKILL);
                    deadline.set(sleep(Duration::MAX));
                }
            }
            let stopped = asked || lost.is_some();
            if stopped && !was_stopped {
                let _ = group.signal(Posix::SIGTERM);
                deadline.set(sleep(GRACE));
            } else if fatal && !was_fatal && !stopped {
                deadline.set(sleep(self.patience.after_fatal));
            }
        };
        // Its last words may still be in the pipe; a helper that holds it too is not waited for.
        let rest = async {
            while let Ok(length) = output.read(&mut buffer).await
                && length > 0
            {
                self.take(&mut lines, &buffer[..length]);
            }
        };
        let _ = tokio::time::timeout(LINGER, rest).await;
        let now = Instant::now();
        lines.finish(&mut |line| self.log.line(line, now));
        self.log.tick(now);
        Ok(match lost {
            _ if asked => Woke::Asked,
            Some(closed) => Woke::Lost(closed),
            None => Woke::Done(code),
        })
    }

    /// Puts output into the log; whether the agent's last words were in it.
    fn take(&mut self, lines: &mut Lines<'_>, bytes: &[u8]) -> bool {
        let now = Instant::now();
        let mut fatal = false;
        lines.feed(bytes, &mut |line| {
            fatal |= line.starts_with(FATAL);
            self.log.line(line, now);
        });
        fatal
    }
}
