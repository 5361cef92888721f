//! The only place that starts children.
//!
//! duct's `kill` reaches the direct child alone (oconnor663/duct.rs#41, #118), so every child leads
//! a process group of its own and the group is signalled. No `PR_SET_PDEATHSIG` (it fires when the
//! *thread* that forked ends, and tokio retires its blocking threads) and no `setsid` (a sudo ticket
//! belongs to the terminal's session).

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, PipeReader, PipeWriter};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A child to start.
#[derive(Clone, Debug, Default)]
pub(super) struct Child {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Its environment, whole.
    pub env: Vec<(OsString, OsString)>,
    /// Working directory; ours if `None`.
    pub dir: Option<PathBuf>,
    /// What it reads; nothing (`/dev/null`) if `None`.
    pub stdin: Option<Vec<u8>>,
}

/// A child that runs, leading its own group.
pub(super) struct Running {
    /// To wait on; shared with the thread that waits.
    pub handle: Arc<duct::Handle>,
    /// Its standard output.
    pub stdout: PipeReader,
    /// Its standard error.
    pub stderr: PipeReader,
    /// Its group.
    pub group: Group,
}

impl Child {
    /// A child with our own environment, the tools' English texts, no advertisements of theirs,
    /// and without the W&B key, which none of them needs.
    pub fn inheriting(argv: Vec<String>, extra: &[(String, String)]) -> Self {
        const FIXED: [(&str, &str); 3] = [
            ("LC_ALL", "C"),
            ("MINIKUBE_WANTUPDATENOTIFICATION", "false"),
            ("DOCKER_CLI_HINTS", "false"),
        ];
        let set = |name: &OsString| {
            name == "WANDB_API_KEY"
                || FIXED.iter().any(|(fixed, _)| name == fixed)
                || extra.iter().any(|(wanted, _)| name == wanted.as_str())
        };
        let mut env: Vec<(OsString, OsString)> =
            std::env::vars_os().filter(|(name, _)| !set(name)).collect();
        for (name, value) in FIXED {
            if !extra.iter().any(|(wanted, _)| wanted == name) {
                env.push((name.into(), value.into()));
            }
        }
        env.extend(
            extra
                .iter()
                .map(|(name, value)| (name.into(), value.into())),
        );
        Self {
            argv,
            env,
            ..Self::default()
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "children are started here and nowhere else"
    )]
    fn expression(&self) -> io::Result<duct::Expression> {
        let (program, arguments) = self
            .argv
            .split_first()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "an empty command line"))?;
        let mut expression = duct::cmd(program, arguments)
            .full_env(self.env.iter().cloned())
            .unchecked();
        if let Some(dir) = &self.dir {
            expression = expression.dir(dir);
        }
        Ok(match &self.stdin {
            Some(bytes) => expression.stdin_bytes(bytes.clone()),
            None => expression.stdin_null(),
        })
    }

    /// Starts it in a group of its own with both streams piped to us.
    pub fn start(&self) -> io::Result<Running> {
        let (stdout, out) = io::pipe()?;
        let (stderr, err) = io::pipe()?;
        let (handle, group) = self.lead_group(out, err)?;
        Ok(Running {
            handle,
            stdout,
            stderr,
            group,
        })
    }

    /// Starts it in a group of its own with both streams in one pipe, in the order written.
    pub fn start_merged(&self) -> io::Result<(Arc<duct::Handle>, PipeReader, Group)> {
        let (output, out) = io::pipe()?;
        let err = out.try_clone()?;
        let (handle, group) = self.lead_group(out, err)?;
        Ok((handle, output, group))
    }

    fn lead_group(
        &self,
        out: PipeWriter,
        err: PipeWriter,
    ) -> io::Result<(Arc<duct::Handle>, Group)> {
        // The expression owns the write ends; it ends with this statement, so that we see the end
        // of the stream when the last child closes its copy.
        let handle = self
            .expression()?
            .stdout_file(out)
            .stderr_file(err)
            .before_spawn(|command| {
                command.process_group(0);
                Ok(())
            })
            .start()?;
        let leader = handle.pids().first().copied().unwrap_or_default();
        let group = Group::new(i32::try_from(leader).unwrap_or_default());
        Ok((Arc::new(handle), group))
    }

    /// Starts it with `log` as its output and leaves it alone: it outlives us. It stays in our
    /// session and group until it makes its own, which a leader of a group could not.
    pub fn start_detached(&self, log: std::fs::File) -> io::Result<()> {
        let errors = log.try_clone()?;
        self.expression()?
            .stdout_file(log)
            .stderr_file(errors)
            .start()
            .map(drop)
    }

    /// Runs it in the foreground: it has the terminal, and Ctrl-C reaches it. Blocks.
    #[expect(
        clippy::disallowed_methods,
        reason = "children are started here and nowhere else"
    )]
    pub fn foreground(argv: &[&str]) -> io::Result<ExitStatus> {
        let (program, arguments) = argv
            .split_first()
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "an empty command line"))?;
        let output = duct::cmd(*program, arguments).unchecked().run()?;
        Ok(output.status)
    }
}

/// Exit code as a shell has it: 128 + n for signal n.
pub(super) fn code_of(status: ExitStatus) -> i32 {
    status
        .code()
        .unwrap_or_else(|| 128 + status.signal().unwrap_or_default())
}

/// A process group of ours. Killed when dropped before it was let go: a look that nobody waits for
/// any more must not linger.
pub(super) struct Group {
    id: i32,
    released: bool,
}

/// Groups that live now, for stopping and continuing all of them with us.
static LIVE: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

fn live() -> MutexGuard<'static, BTreeSet<i32>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Group {
    fn new(id: i32) -> Self {
        live().insert(id);
        Self {
            id,
            released: false,
        }
    }

    /// Its id, which is the leader's process id.
    pub fn id(&self) -> i32 {
        self.id
    }

    /// Sends a signal to everyone in it. Nobody left is success.
    pub fn signal(&self, signal: Signal) -> Result<(), Errno> {
        signal_group(self.id, signal)
    }

    /// Lets it go: who is left in it lives on.
    pub fn release(&mut self) {
        self.released = true;
        live().remove(&self.id);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.released {
            // Nothing can be done about a group that may not be signalled.
            let _ = self.signal(Signal::SIGKILL);
            self.release();
        }
    }
}

/// Signals a group by its id. Ids below two would mean our own group, or everyone.
pub(super) fn signal_group(id: i32, signal: Signal) -> Result<(), Errno> {
    if id < 2 {
        return Err(Errno::EINVAL);
    }
    match killpg(Pid::from_raw(id), signal) {
        Err(Errno::ESRCH) => Ok(()),
        other => other,
    }
}

/// Stops every child (Ctrl-Z): they have groups of their own, so that the terminal stops only us.
/// SIGSTOP and not SIGTSTP: `docker run` would pass the latter on to the container and go on itself.
pub fn suspend_all() {
    signal_all(Signal::SIGSTOP);
}

/// Continues every child (`fg`).
pub fn resume_all() {
    signal_all(Signal::SIGCONT);
}

fn signal_all(signal: Signal) {
    for id in live().iter() {
        // A child of root may not be signalled by us; it goes on.
        let _ = signal_group(*id, signal);
    }
}
