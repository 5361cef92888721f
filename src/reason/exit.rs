//! Exit codes of the process: documented, tested, the same for every verb.

use std::fmt;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Converged or healthy.
    Ok = 0,
    /// A bug, or something nobody foresaw.
    Bug = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// `doctor` or `status` found problems.
    Problems = 3,
    /// A person must act first.
    NeedsHuman = 4,
    /// Root rights could not be had.
    NoPrivilege = 5,
    /// Nobody confirmed the plan.
    NotConfirmed = 6,
    /// Another run holds the lock.
    Busy = 7,
    /// A change failed; the run can be resumed.
    ChangeFailed = 8,
    /// Applied, but not seen to hold in time.
    NotVerified = 9,
    /// `--exit-code` was asked for and changes are pending.
    Pending = 10,
    /// The terminal went away (SIGHUP).
    Hangup = 129,
    /// Ctrl-C (SIGINT).
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// Every code, in numeric order.
    pub const ALL: [Self; 14] = [
        Self::Ok,
        Self::Bug,
        Self::Usage,
        Self::Problems,
        Self::NeedsHuman,
        Self::NoPrivilege,
        Self::NotConfirmed,
        Self::Busy,
        Self::ChangeFailed,
        Self::NotVerified,
        Self::Pending,
        Self::Hangup,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The number the shell sees.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// What it means, in a few words, for `--help`.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "converged, or healthy",
            Self::Bug => "a bug, or something unexpected",
            Self::Usage => "wrong usage or configuration",
            Self::Problems => "doctor or status found problems",
            Self::NeedsHuman => "a person must act first",
            Self::NoPrivilege => "root rights could not be had",
            Self::NotConfirmed => "the plan was not confirmed",
            Self::Busy => "another run holds the lock",
            Self::ChangeFailed => "a change failed; type the command again to resume",
            Self::NotVerified => "applied, but not seen to hold in time",
            Self::Pending => "changes are pending (only with --exit-code)",
            Self::Hangup => "stopped: the terminal went away",
            Self::Interrupted => "stopped by Ctrl-C",
            Self::Terminated => "stopped by SIGTERM",
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code())
    }
}
