//! The machine, as a port: what can be read of it, and the one way to change it.
//!
//! Three worlds implement it: [`real`], [`overlay`] (this very host, changes land in a shadow) and
//! [`sim`] (a modelled machine). Observation code is handed a [`ReadHost`] only, so that a dry run
//! cannot write is checked by the compiler.

pub mod groups;
pub mod kube;
pub mod netrc;
pub mod outcome;
mod outcome_exports;
pub mod overlay;
pub mod packages;
pub mod query;
pub mod real;
pub mod sim;

pub use query::{KubeQuery, Query, Question};

use crate::model::{Change, Fault, Notice, SecretFile, SecretName};
use camino::{Utf8Path, Utf8PathBuf};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Who and where we are. Read once at start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Host name.
    pub hostname: String,
    /// Content of `/etc/os-release` (may be empty).
    pub os_release: String,
    /// Name of the person's account.
    pub user: String,
    /// Its effective user id.
    pub uid: u32,
    /// Its effective group id.
    pub gid: u32,
    /// Home directory.
    pub home: Utf8PathBuf,
    /// Where our data is kept: virtual environment, agent's home, kubeconfig.
    pub data_dir: Utf8PathBuf,
    /// Logical CPUs.
    pub cpus: u32,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// The program that runs now, to start our own supervisor with.
    pub executable: Utf8PathBuf,
    /// `XDG_CONFIG_HOME`, where it is set to an absolute path.
    #[serde(default)]
    pub config_home: Option<Utf8PathBuf>,
    /// The proxies that our environment names.
    #[serde(default)]
    pub proxies: Proxies,
}

impl Identity {
    /// Folder of the person's own systemd units (systemd.unit(5)).
    pub fn user_units(&self) -> Utf8PathBuf {
        let config = match &self.config_home {
            Some(config) => config.clone(),
            None => self.home.join(".config"),
        };
        config.join("systemd/user")
    }

    /// The link by which a unit of the person's is started at boot (`WantedBy=default.target`).
    pub fn user_unit_link(&self, unit: &str) -> Utf8PathBuf {
        self.user_units().join("default.target.wants").join(unit)
    }

    /// The person's runtime folder. Always named to systemd's tools: a session of `su` or cron has
    /// no `XDG_RUNTIME_DIR`.
    pub fn runtime_dir(&self) -> Utf8PathBuf {
        format!("/run/user/{}", self.uid).into()
    }
}

/// What a question about a file's place gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Whether it is a directory.
    pub is_dir: bool,
    /// Permission bits (lower twelve).
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
}

/// What a command or a request answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Exit code of a command (128 + n when a signal ended it), or HTTP status of a request.
    pub code: i32,
    /// Standard output, or body.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Answer {
    /// Whether a command ended with 0.
    pub fn ok(&self) -> bool {
        self.code == 0
    }

    /// Both streams, for evidence.
    pub fn text(&self) -> String {
        let mut text = self.stdout.clone();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&self.stderr);
        text
    }
}

/// Why a look failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// No such program on `PATH`.
    #[error("`{0}` is not on PATH")]
    NoProgram(String),
    /// It did not answer in time.
    #[error("`{what}` did not answer within {} s", limit.as_secs())]
    Hung {
        /// What was asked.
        what: String,
        /// How long it was given.
        limit: Duration,
    },
    /// We may not.
    #[error("permission denied: {0}")]
    Denied(String),
    /// Nobody listens there, or no route, or no such name.
    #[error("{0}")]
    Unreachable(String),
    /// The Kubernetes API, or a server, refused.
    #[error("{message}")]
    Refused {
        /// HTTP status.
        code: u16,
        /// Its words.
        message: String,
    },
    /// Anything else.
    #[error("{0}")]
    Io(String),
}

/// State of a systemd unit of the system manager.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitState {
    /// The unit's file exists.
    pub loaded: bool,
    /// Started at boot.
    pub enabled: bool,
    /// Running (or `active (exited)`).
    pub active: bool,
}

/// How a service ended that was told to ([`ServiceState::last_exit`]): no failure.
pub const STOPPED_AS_ASKED: &str = "stopped as asked";

/// State of a service under our own supervisor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceState {
    /// Its supervisor lives.
    pub supervised: bool,
    /// The systemd unit to which the supervisor belongs, whosever that is.
    pub unit: Option<String>,
    /// What the supervisor waits for before it starts the program, in words.
    pub waiting: Option<String>,
    /// Process id of the supervised program, while it runs.
    pub pid: Option<i32>,
    /// Milliseconds since the epoch at which it was started last.
    pub started_ms: Option<u64>,
    /// How often the supervisor started it again since it was asked to run, without the times it
    /// only waited.
    pub restarts: u32,
    /// Fingerprint of the specification it runs with ([`spec_fingerprint`]).
    pub fingerprint: Option<String>,
    /// The last lines of its output since it was started last, at most 64 KiB.
    pub log: String,
    /// How it ended last, in words, where it is not running.
    pub last_exit: Option<String>,
}

/// Whether a secret is where it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretState {
    /// No file, or none for that machine.
    Missing,
    /// The very secret.
    Equal,
    /// Another one, or other permissions. Which is never said.
    Differs,
}

/// Space of the file system that holds a path, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Space {
    /// Usable by an ordinary user.
    pub free: u64,
    /// In all.
    pub total: u64,
    /// Files that can still be made.
    pub free_inodes: u64,
    /// Files that there can be in all; 0 where the file system does not count them (btrfs).
    pub inodes: u64,
    /// It is mounted read-only.
    pub read_only: bool,
}

/// The proxies of our environment, without user names and passwords.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proxies {
    /// `HTTP_PROXY` or `http_proxy`.
    pub http: Option<String>,
    /// `HTTPS_PROXY` or `https_proxy`.
    pub https: Option<String>,
    /// `NO_PROXY` or `no_proxy`.
    pub exceptions: Option<String>,
}

/// Both ends of a file that may be long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Its first bytes; all of them where `tail` is empty.
    pub head: Vec<u8>,
    /// Its last bytes, which never overlap the first.
    pub tail: Vec<u8>,
    /// Bytes in all.
    pub total: u64,
}

impl Ends {
    /// Those of a text that is at hand.
    pub fn of(text: &str, head: usize, tail: usize) -> Self {
        let bytes = text.as_bytes();
        let total = bytes.len() as u64;
        if bytes.len() <= head.saturating_add(tail) {
            return Self {
                head: bytes.to_vec(),
                tail: Vec::new(),
                total,
            };
        }
        Self {
            head: bytes[..head].to_vec(),
            tail: bytes[bytes.len() - tail..].to_vec(),
            total,
        }
    }
}

/// Result of a look.
pub type Look<'a, T> = BoxFuture<'a, Result<T, HostError>>;

/// What can be read of a machine. Nothing in here changes it.
pub trait ReadHost: Send + Sync {
    /// Who and where we are.
    fn identity(&self) -> &Identity;

    /// Milliseconds since the epoch, by the world's own clock.
    fn now_ms(&self) -> u64;

    /// A text file's content; `None` if there is none.
    fn read_file<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<String>>;

    /// The first and the last bytes of a file of any kind and size; `None` if there is none.
    fn read_ends<'a>(
        &'a self,
        path: &'a Utf8Path,
        head: usize,
        tail: usize,
    ) -> Look<'a, Option<Ends>> {
        Box::pin(async move {
            let text = self.read_file(path).await?;
            Ok(text.map(|text| Ends::of(&text, head, tail)))
        })
    }

    /// What is at a path; `None` if nothing.
    fn stat<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Meta>>;

    /// The path without symbolic links, as far as it is there.
    fn real_path<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Utf8PathBuf>;

    /// Names in a directory, sorted; `None` if there is none.
    fn list_dir<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Vec<String>>>;

    /// Where a program is, through symbolic links; `None` if not on `PATH` (nor, for system tools,
    /// in the folders of root's `PATH`).
    fn which<'a>(&'a self, program: &'a str) -> Look<'a, Option<Utf8PathBuf>>;

    /// Asks a read-only command or request.
    fn query<'a>(&'a self, query: &'a Query) -> Look<'a, Answer>;

    /// Asks the cluster's API. `Ok(None)`: no such object.
    fn kube<'a>(&'a self, query: &'a KubeQuery) -> Look<'a, Option<serde_json::Value>>;

    /// State of a system unit.
    fn unit<'a>(&'a self, name: &'a str) -> Look<'a, UnitState>;

    /// State of one of our own services, whose files are in `dir`.
    fn service<'a>(&'a self, name: &'a str, dir: &'a Utf8Path) -> Look<'a, ServiceState>;

    /// Space below a path (of its nearest existing parent).
    fn space<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Space>;

    /// Whether a secret is known to this run.
    fn has_secret(&self, secret: SecretName) -> bool;

    /// Whether a secret is where it should be.
    fn secret_state<'a>(&'a self, file: &'a SecretFile) -> Look<'a, SecretState>;
}

/// Something that moved while a change was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What goes on now.
    pub text: String,
    /// Position and total, where known.
    pub at: Option<(u32, u32)>,
}

/// A person's wish to stop, in two degrees.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    /// First signal: begin nothing new; children get SIGTERM and ten seconds.
    pub drain: CancellationToken,
    /// Second signal: SIGKILL now.
    pub kill: CancellationToken,
}

/// How a change is carried out: where progress goes and how it is stopped.
pub struct Performing<'a> {
    /// Receives progress; must not block.
    pub progress: &'a (dyn Fn(Moved) + Send + Sync),
    /// The person's wish to stop.
    pub stop: &'a Stop,
}

/// What a change that succeeded had to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Things worth saying (`minikube` reset the cluster and still exited 0).
    pub notices: Vec<Notice>,
}

/// A machine that can be changed, in one way only.
pub trait WriteHost: ReadHost {
    /// Carries a change out. Carrying it out again, after a crash at any point, is safe.
    ///
    /// # Errors
    /// A registered reason with the tool's own words.
    fn perform<'a>(
        &'a self,
        change: &'a Change,
        how: &'a Performing<'a>,
    ) -> BoxFuture<'a, Result<Done, Fault>>;

    /// Gets root rights ready for later changes (`sudo -v`), asking the person if that is needed
    /// and possible.
    ///
    /// # Errors
    /// `PRIVILEGE_UNAVAILABLE`.
    fn obtain_root<'a>(&'a self) -> BoxFuture<'a, Result<(), Fault>>;

    /// The same host, for looking only.
    fn reader(&self) -> &dyn ReadHost;
}

/// A short stable fingerprint of what a service is run with, to see drift.
pub fn spec_fingerprint(spec: &crate::model::ServiceSpec) -> String {
    // FNV-1a over the JSON: stable across releases and machines, and no secret is in it.
    let text = serde_json::to_string(spec).unwrap_or_default();
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
