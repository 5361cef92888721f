//! A child, followed to its end: its lines as they come, its limit, and the person's wish to stop.

use super::exec::{Child, Running, code_of};
use super::lines::{KEPT, KEPT_OF_WORDS, Lines};
use super::redact::Redactor;
use crate::host::{Answer, Stop};
use nix::sys::signal::Signal;
use std::io;
use std::pin::pin;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::time::{Instant, sleep};

/// How long a child may take to end after SIGTERM.
const GRACE: Duration = Duration::from_secs(10);

/// How long we go on listening after the child itself has ended: a grandchild that has inherited
/// its output may keep it open for ever.
const LINGER: Duration = Duration::from_millis(500);

/// How long SIGKILL may take. A process in uninterruptible sleep outlives it; we do not wait.
const UNKILLABLE: Duration = Duration::from_secs(5);

/// How a child is followed.
pub(super) struct Terms<'a> {
    /// How long it may run.
    pub limit: Duration,
    /// The person's wish to stop, where it is heeded.
    pub stop: Option<&'a Stop>,
    /// Whether it is ours to signal. A child of root is not: it is waited for.
    pub ours: bool,
    /// What must not be seen.
    pub redactor: &'a Redactor,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// By itself (or by somebody else's signal).
    Exited(Answer),
    /// It was ended because it took too long.
    TimedOut(Answer),
    /// It was ended because a person asked us to stop.
    Stopped(Answer),
}

/// Which stream a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Running,
    Terminating,
    Killing,
    Lingering,
}

/// Starts a child and follows it to its end.
pub(super) async fn follow(
    child: &Child,
    terms: &Terms<'_>,
    on_line: &(dyn Fn(Channel, &str) + Send + Sync),
) -> io::Result<Ended> {
    let Running {
        handle,
        stdout,
        stderr,
        mut group,
    } = child.start()?;
    let mut out = Stream::new(stdout, Channel::Out, terms.redactor)?;
    let mut err = Stream::new(stderr, Channel::Err, terms.redactor)?;
    let waiting = handle.clone();
    let mut waiter =
        tokio::task::spawn_blocking(move || waiting.wait().map(|output| output.status));

    let never = Stop::default();
    let stop = terms.stop.unwrap_or(&never);
    let mut timer = pin!(sleep(terms.limit));
    let mut phase = Phase::Running;
    let mut status = None;
    let (mut timed_out, mut stopped) = (false, false);
    while status.is_none() || out.open || err.open {
        tokio::select! {
            biased;
            () = stop.kill.cancelled(), if matches!(phase, Phase::Running | Phase::Terminating) => {
                stopped = true;
                if !terms.ours {
                    break;
                }
                let _ = group.signal(Signal::SIGKILL);
                phase = Phase::Killing;
                timer.as_mut().reset(Instant::now() + UNKILLABLE);
            }
            () = stop.drain.cancelled(), if phase == Phase::Running && terms.ours => {
                stopped = true;
                let _ = group.signal(Signal::SIGTERM);
                phase = Phase::Terminating;
                timer.as_mut().reset(Instant::now() + GRACE);
            }
            ended = &mut waiter, if status.is_none() => {
                status = Some(ended.map_err(io::Error::other)??);
                phase = Phase::Lingering;
                timer.as_mut().reset(Instant::now() + LINGER);
            }
            read = out.read(on_line), if out.open => read,
            read = err.read(on_line), if err.open => read,
            () = &mut timer => match phase {
                Phase::Running => {
                    timed_out = true;
                    let _ = group.signal(Signal::SIGTERM);
                    phase = Phase::Terminating;
                    timer.as_mut().reset(Instant::now() + GRACE);
                }
                Phase::Terminating => {
                    let _ = group.signal(Signal::SIGKILL);
                    phase = Phase::Killing;
                    timer.as_mut().reset(Instant::now() + UNKILLABLE);
                }
                Phase::Killing | Phase::Lingering => break,
            },
        }
    }
    let code = status.map_or(137, code_of);
    let answer = Answer {
        code,
        stdout: out.finish(on_line),
        stderr: err.finish(on_line),
    };
    if timed_out || stopped {
        // Whoever of the group ignored SIGTERM while its leader went.
        let _ = group.signal(Signal::SIGKILL);
    }
    group.release();
    // What came to its end well has done its work, whatever we had asked of it meanwhile.
    Ok(match (answer.code, stopped, timed_out) {
        (0, ..) => Ended::Exited(answer),
        (_, true, _) => Ended::Stopped(answer),
        (_, _, true) => Ended::TimedOut(answer),
        _ => Ended::Exited(answer),
    })
}

/// One stream of the child, read without blocking.
struct Stream<'a> {
    pipe: Receiver,
    channel: Channel,
    lines: Lines<'a>,
    buffer: Box<[u8]>,
    open: bool,
}

impl<'a> Stream<'a> {
    fn new(pipe: io::PipeReader, channel: Channel, redactor: &'a Redactor) -> io::Result<Self> {
        Ok(Self {
            pipe: Receiver::from_owned_fd(pipe.into())?,
            channel,
            lines: Lines::new(redactor).keeping(match channel {
                Channel::Out => KEPT,
                Channel::Err => KEPT_OF_WORDS,
            }),
            buffer: vec![0; 16 << 10].into_boxed_slice(),
            open: true,
        })
    }

    async fn read(&mut self, on_line: &(dyn Fn(Channel, &str) + Send + Sync)) {
        match self.pipe.read(&mut self.buffer).await {
            Ok(0) | Err(_) => self.open = false,
            Ok(length) => {
                let channel = self.channel;
                self.lines
                    .feed(&self.buffer[..length], &mut |line| on_line(channel, line));
            }
        }
    }

    fn finish(self, on_line: &(dyn Fn(Channel, &str) + Send + Sync)) -> String {
        let channel = self.channel;
        self.lines.finish(&mut |line| on_line(channel, line))
    }
}

#[cfg(test)]
#[path = "job_tests.rs"]
mod tests;
