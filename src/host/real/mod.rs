//! This very machine.
//!
//! Side effects live here: children in `exec`, files in `fs`, the rest beside them. Root rights are
//! asked for change by change (`sudo`), never for the whole process.

mod ends;
mod exec;
mod faults;
mod fetch;
mod fs;
mod gate;
mod identity;
mod job;
mod kube_client;
mod lines;
mod perform;
mod programs;
mod proxy;
mod query;
mod redact;
mod root_fs;
mod secrets;
mod service;
mod service_log;
mod service_state;
mod sudo;
mod supervisor;
mod tarball;
mod units;
mod user_units;
mod wandb;
pub mod warm;

pub use ends::ends;
pub use exec::{resume_all, suspend_all};
pub use secrets::Secrets;
pub use supervisor::supervise;
pub use tarball::{occupied, write_tarball};

use super::{
    Done, HostError, Identity, KubeQuery, Look, Meta, Performing, Query, ReadHost, SecretState,
    ServiceState, Space, UnitState, WriteHost,
};
use crate::model::{Change, Fault, SecretFile, SecretName};
use camino::{Utf8Path, Utf8PathBuf};
use futures::future::BoxFuture;
use redact::Redactor;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use sudo::Root;
use user_units::UserManager;

/// How long systemd may take to tell a unit's state.
const UNIT_LOOK: Duration = Duration::from_secs(15);

/// How often a ticket of sudo is used while something of ours runs for long: its life is five
/// minutes by sudo's own default, and minikube may take longer between two root changes.
const KEEP_TICKET: Duration = Duration::from_secs(60);

/// What a [`RealHost`] needs to know besides what the machine itself tells.
#[derive(Clone, Debug)]
pub struct RealOptions {
    /// Our kubeconfig; need not be there yet.
    pub kubeconfig: Utf8PathBuf,
    /// The secrets of this run.
    pub secrets: Secrets,
    /// Whether a person is at the terminal, so that `sudo` may ask for a password.
    pub interactive: bool,
    /// Program and arguments that supervise the folder given as the last argument; `None` is
    /// this program with `agent supervise --dir`. Tests put their own here.
    pub supervisor_argv: Option<Vec<String>>,
    /// How many times the usual is waited for an answer (see the setting `patience`).
    pub patience: u32,
}

/// This very machine.
pub struct RealHost {
    identity: Identity,
    secrets: Secrets,
    redactor: Redactor,
    interactive: bool,
    supervisor_argv: Vec<String>,
    user_manager: UserManager,
    root: Root,
    has_ticket: AtomicBool,
    keep_ticket: Duration,
    clients: kube_client::Clients,
    patience: u32,
}

impl RealHost {
    /// Looks who and where we are. Nothing is changed.
    ///
    /// # Errors
    /// When that cannot be told (no home directory, no path of our own).
    pub fn new(options: RealOptions) -> Result<Self, HostError> {
        Ok(Self::of(identity::read()?, options))
    }

    /// A host of somebody who is known already.
    pub fn of(identity: Identity, options: RealOptions) -> Self {
        let supervisor_argv = options.supervisor_argv.unwrap_or_else(|| {
            vec![
                identity.executable.to_string(),
                "agent".to_owned(),
                "supervise".to_owned(),
                "--dir".to_owned(),
            ]
        });
        Self {
            redactor: options.secrets.redactor(),
            secrets: options.secrets,
            interactive: options.interactive,
            supervisor_argv,
            user_manager: UserManager::of(&identity),
            root: Root::find(),
            has_ticket: AtomicBool::new(false),
            keep_ticket: KEEP_TICKET,
            clients: kube_client::Clients::new(options.kubeconfig, options.patience),
            patience: options.patience,
            identity,
        }
    }

    /// Who and where we are, for those who need to know it before there are settings (and with them
    /// a kubeconfig) to make a host with.
    ///
    /// # Errors
    /// As [`RealHost::new`].
    pub fn read_identity() -> Result<Identity, HostError> {
        identity::read()
    }

    /// As [`RealHost::read_identity`], also of somebody without a home: theirs is a place that is
    /// nowhere.
    ///
    /// # Errors
    /// When our own path cannot be told.
    pub fn read_homeless_identity() -> Result<Identity, HostError> {
        identity::read_or(Some("/nonexistent".into()))
    }

    async fn get_root(&self) -> Result<(), Fault> {
        self.ask_for_root().await?;
        self.has_ticket.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Keeps the ticket that a person gave us alive, until it is dropped. One that has run out all
    /// the same is told by the change that needs it.
    async fn keep_root(&self) -> Infallible {
        let Root::Sudo(sudo) = &self.root else {
            return std::future::pending().await;
        };
        if !self.has_ticket.load(Ordering::Relaxed) {
            return std::future::pending().await;
        }
        let argv = sudo::without_asking(sudo);
        loop {
            tokio::time::sleep(self.keep_ticket).await;
            let _ = self.command(&argv, &[], UNIT_LOOK).await;
        }
    }

    async fn ask_for_root(&self) -> Result<(), Fault> {
        let sudo = match &self.root {
            Root::Already => return Ok(()),
            Root::Nowhere => {
                let why = "you are not root, and `sudo` is not on PATH";
                return Err(sudo::unavailable(why, false));
            }
            Root::Sudo(sudo) => sudo,
        };
        match self
            .command(&sudo::without_asking(sudo), &[], UNIT_LOOK)
            .await
        {
            Ok(answer) if answer.ok() => return Ok(()),
            // A `NOPASSWD` rule for single commands lets these run although this one is refused;
            // but which, nobody can tell beforehand, so a person is asked where one is there.
            Ok(_) | Err(_) if self.interactive => {}
            Ok(answer) => {
                let why = "`sudo` asks for a password, and nobody is at a terminal to type it";
                return Err(sudo::unavailable(why, true).with_evidence(&answer.stderr));
            }
            Err(error) => return Err(sudo::unavailable(&error.to_string(), true)),
        }
        let sudo = sudo.to_string();
        let asked = tokio::task::spawn_blocking(move || {
            exec::Child::foreground(&[
                &sudo,
                "-v",
                "-p",
                "[gpucluster] password of %p for the commands marked sudo: ",
            ])
        });
        match asked.await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(_)) => Err(sudo::unavailable("`sudo -v` was refused", true)),
            Ok(Err(error)) => Err(sudo::unavailable(&error.to_string(), true)),
            Err(error) => Err(sudo::unavailable(&error.to_string(), true)),
        }
    }

    async fn look_at_unit(&self, name: &str) -> Result<UnitState, HostError> {
        if !units::has_systemd() {
            return Ok(UnitState::default());
        }
        let answer = self.command(&units::show(name), &[], UNIT_LOOK).await?;
        if !answer.ok() {
            let words = answer.text();
            return Err(HostError::Io(format!(
                "`systemctl show {name}` ended with exit code {}: {}",
                answer.code,
                words.trim()
            )));
        }
        Ok(units::parse(&answer.stdout))
    }
}

/// Looks that block, where they may.
fn off_thread<'a, T: Send + 'static>(
    look: impl FnOnce() -> Result<T, HostError> + Send + 'static,
) -> Look<'a, T> {
    Box::pin(async move {
        match tokio::task::spawn_blocking(look).await {
            Ok(result) => result,
            Err(error) => Err(HostError::Io(format!("a task of ours died: {error}"))),
        }
    })
}

impl ReadHost for RealHost {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn now_ms(&self) -> u64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn read_file<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<String>> {
        let path = path.to_owned();
        off_thread(move || fs::read(&path))
    }

    fn read_ends<'a>(
        &'a self,
        path: &'a Utf8Path,
        head: usize,
        tail: usize,
    ) -> Look<'a, Option<super::Ends>> {
        let path = path.to_owned();
        off_thread(move || ends(&path, head, tail))
    }

    fn stat<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Meta>> {
        let path = path.to_owned();
        off_thread(move || fs::stat(&path))
    }

    fn real_path<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Utf8PathBuf> {
        let path = path.to_owned();
        off_thread(move || Ok(fs::real_path(&path)))
    }

    fn list_dir<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Vec<String>>> {
        let path = path.to_owned();
        off_thread(move || fs::list(&path))
    }

    fn which<'a>(&'a self, program: &'a str) -> Look<'a, Option<Utf8PathBuf>> {
        let program = program.to_owned();
        off_thread(move || Ok(programs::find(&program).map(programs::resolve)))
    }

    fn query<'a>(&'a self, query: &'a Query) -> Look<'a, super::Answer> {
        Box::pin(self.ask(query))
    }

    fn kube<'a>(&'a self, query: &'a KubeQuery) -> Look<'a, Option<serde_json::Value>> {
        Box::pin(async move {
            let client = self.clients.get().await?;
            let limit = super::kube::REQUEST_LIMIT * self.patience;
            super::kube::query(&client, query, limit).await
        })
    }

    fn unit<'a>(&'a self, name: &'a str) -> Look<'a, UnitState> {
        Box::pin(self.look_at_unit(name))
    }

    fn service<'a>(&'a self, _name: &'a str, dir: &'a Utf8Path) -> Look<'a, ServiceState> {
        let dir = dir.to_owned();
        let redactor = self.redactor.clone();
        off_thread(move || {
            let mut state = service::look(&dir)?;
            state.log = redactor.clean(state.log);
            Ok(state)
        })
    }

    fn space<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Space> {
        let path = path.to_owned();
        off_thread(move || fs::space(&path))
    }

    fn has_secret(&self, secret: SecretName) -> bool {
        self.secrets.value(secret).is_some()
    }

    fn secret_state<'a>(&'a self, file: &'a SecretFile) -> Look<'a, SecretState> {
        let (secrets, file) = (self.secrets.clone(), file.clone());
        off_thread(move || secrets.state(&file))
    }
}

impl WriteHost for RealHost {
    fn perform<'a>(
        &'a self,
        change: &'a Change,
        how: &'a Performing<'a>,
    ) -> BoxFuture<'a, Result<Done, Fault>> {
        Box::pin(self.carry_out(change, how))
    }

    fn obtain_root<'a>(&'a self) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(self.get_root())
    }

    fn reader(&self) -> &dyn ReadHost {
        self
    }
}
