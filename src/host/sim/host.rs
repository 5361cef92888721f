//! The simulated machine as a host.

use super::bench::{Bench, Ended, Stage};
use super::fault::FaultRule;
use super::store::Store;
use super::world::{Performed, World};
use super::{
    SimOptions, accounts, docker, durations, effects, kube_api, machines, programs, query,
    services, units, wandb,
};
use crate::host::{
    Answer, Done, HostError, Identity, KubeQuery, Look, Meta, Performing, Query, ReadHost,
    SecretState, ServiceState, Space, UnitState, WriteHost,
};
use crate::model::{Change, Effect, Fault, Privilege, SecretFile, SecretName, Stream};
use crate::reason::ids;
use camino::{Utf8Path, Utf8PathBuf};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// A simulated machine: reads and effects act on its [`World`].
pub struct SimHost {
    bench: Arc<Bench>,
    identity: Identity,
    options: SimOptions,
    kube: OnceLock<kube::Client>,
    performed: AtomicU32,
}

impl SimHost {
    /// The machine kept in a folder; made from its name if the folder has none yet.
    ///
    /// # Errors
    /// `USAGE_UNKNOWN_MACHINE`, `SIMULATED_WORLD_UNREADABLE`, `STATE_UNWRITABLE`.
    pub fn open(dir: &Path, machine: &str, options: SimOptions) -> Result<Self, Fault> {
        let dir = Utf8Path::from_path(dir).ok_or_else(|| {
            Fault::new(
                ids::STATE_UNWRITABLE,
                "the state folder's name is not UTF-8",
            )
        })?;
        let store = Store::open(dir)?;
        let world = match store.load()? {
            Some(world) => world,
            None => {
                let world = made(machine, &options)?;
                store.save(&world)?;
                world
            }
        };
        Ok(Self::over(world, Some(store), options))
    }

    /// A fresh machine that is kept nowhere, in virtual time; an injected crash freezes it.
    ///
    /// # Errors
    /// `USAGE_UNKNOWN_MACHINE`.
    pub fn in_memory(machine: &str) -> Result<Self, Fault> {
        let options = SimOptions {
            on_crash: super::OnCrash::Freeze,
            ..SimOptions::default()
        };
        let world = made(machine, &options)?;
        Ok(Self::over(world, None, options))
    }

    /// A host over a given world, kept nowhere: how a test goes on after a crash.
    pub fn with_world(world: World, options: SimOptions) -> Self {
        Self::over(world, None, options)
    }

    fn over(mut world: World, store: Option<Store>, options: SimOptions) -> Self {
        // What went on when the last process ended: its children are gone, systemd's work is done.
        world.forget_processes();
        docker::finish_restart(&mut world);
        accounts::log_in(&mut world);
        Self {
            identity: world.identity.clone(),
            bench: Arc::new(Bench::new(world, store, options.pace, options.on_crash)),
            options,
            kube: OnceLock::new(),
            performed: AtomicU32::new(0),
        }
    }

    /// The world as it is now, with its clock.
    pub fn world_snapshot(&self) -> World {
        let mut world = self.bench.world().clone();
        world.epoch_ms = world.epoch_ms.max(self.bench.now_ms());
        world
    }

    /// Alters the world behind everybody's back, as a person at the machine would.
    ///
    /// # Errors
    /// `STATE_UNWRITABLE`.
    pub fn meddle(&self, alter: impl FnOnce(&mut World)) -> Result<(), Fault> {
        self.bench.change(alter)
    }

    /// Resolves when an injected crash has frozen the host ([`super::OnCrash::Freeze`]).
    pub async fn crashed(&self) {
        self.bench.crash_token().cancelled().await;
    }

    /// A client of the cluster of our profile.
    pub fn kube_client(&self) -> &kube::Client {
        self.kube.get_or_init(|| {
            let profile = &self.options.profile;
            let kubeconfig = self.options.kubeconfig.clone().unwrap_or_else(|| {
                let profiles = self.identity.data_dir.join("profiles");
                profiles.join(profile).join("agent/home/.kube/config")
            });
            kube_api::client_for(&self.bench, profile, &kubeconfig)
        })
    }

    fn look<'a, T: Send + 'a>(
        &'a self,
        seconds: f64,
        read: impl FnOnce(&World, u64) -> Result<T, HostError> + Send + 'a,
    ) -> Look<'a, T> {
        async move {
            self.bench.alive().await;
            self.bench.wait(seconds).await;
            let now = self.bench.now_ms();
            read(&self.bench.world(), now)
        }
        .boxed()
    }

    fn seconds(&self, query: &Query) -> f64 {
        query::seconds(&self.bench.world(), query)
    }

    async fn asked(&self, query: &Query) -> Result<Answer, HostError> {
        let name = query.name();
        let whole = query
            .argv()
            .map_or_else(|| name.clone(), |argv| argv.join(" "));
        for rule in &self.options.faults {
            match rule {
                FaultRule::Garbage(part) if whole.contains(part.as_str()) => {
                    self.bench.wait(self.seconds(query)).await;
                    return Ok(query::garbage());
                }
                FaultRule::Silence(part) if whole.contains(part.as_str()) => {
                    let limit = query.limit();
                    self.bench.wait(limit.as_secs_f64()).await;
                    return Err(HostError::Hung { what: name, limit });
                }
                _ => {}
            }
        }
        self.look(self.seconds(query), |world, now| {
            query::answer(world, query, now)
        })
        .await
    }

    async fn play(&self, change: &Change, how: &Performing<'_>) -> Result<Done, Fault> {
        self.bench.alive().await;
        let nth = self.performed.fetch_add(1, Ordering::Relaxed) + 1;
        let is = |rule: FaultRule| self.options.faults.contains(&rule);
        if is(FaultRule::CrashBefore(nth)) {
            self.bench.crash().await;
        }
        if change.privilege() == Privilege::Root && !self.options.sudo {
            return Err(no_root());
        }
        let stage = Stage {
            bench: &self.bench,
            how,
            stream: match &change.effect {
                Effect::Run(command) => command.stream,
                _ => Stream::Quiet,
            },
            dies_midway: is(FaultRule::CrashDuring(nth)),
        };
        let injected = self.options.faults.iter().find_map(|rule| match rule {
            FaultRule::Fail(n, words) if *n == nth => Some(words),
            _ => None,
        });
        let ended = if let Some(words) = injected {
            Err(effects::injected(change, words).into())
        } else if is(FaultRule::Hang(nth)) {
            effects::hang(&stage, change).await
        } else {
            effects::carry_out(&stage, change, self.kube_client()).await
        };
        if stage.dies_midway {
            self.bench.crash().await;
        }
        let result = ended.map_err(|ended| match ended {
            Ended::Fault(fault) => *fault,
            Ended::Stopped => Fault::new(
                ids::INTERRUPTED,
                format!("stopped during `{}`", change.describe()),
            ),
        });
        let at_ms = self.bench.now_ms();
        self.bench.change(|world| {
            world.log.push(Performed {
                at_ms,
                text: change.describe(),
                failed: result.as_ref().err().map(|fault| fault.reason.to_string()),
            });
        })?;
        if is(FaultRule::CrashAfter(nth)) {
            self.bench.crash().await;
        }
        result
    }
}

/// Keeps the clock of a world that this process changed.
impl Drop for SimHost {
    fn drop(&mut self) {
        self.bench.close();
    }
}

fn made(machine: &str, options: &SimOptions) -> Result<World, Fault> {
    let mut world = machines::build(machine)?;
    let entity = options
        .entity
        .clone()
        .unwrap_or_else(|| world.wandb.entity.clone());
    if entity != world.wandb.entity {
        world.wandb.teams.insert(entity.clone());
    }
    let queues = world.wandb.queues.entry(entity).or_default();
    queues.insert("gpucluster".to_owned());
    queues.extend(options.queue.clone());
    Ok(world)
}

fn no_root() -> Fault {
    Fault::new(
        ids::PRIVILEGE_UNAVAILABLE,
        "root rights are needed and `sudo` does not give them",
    )
    .caused_by("sudo: a password is required")
}

impl ReadHost for SimHost {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn now_ms(&self) -> u64 {
        self.bench.now_ms()
    }

    fn read_file<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<String>> {
        self.look(0.0, move |world, _| world.text(path))
    }

    fn stat<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Meta>> {
        self.look(0.0, move |world, _| Ok(world.meta(path)))
    }

    fn real_path<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Utf8PathBuf> {
        self.look(0.0, move |world, _| {
            let real = world.links.get(path).cloned();
            Ok(real.unwrap_or_else(|| path.to_owned()))
        })
    }

    fn list_dir<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Vec<String>>> {
        self.look(0.0, move |world, _| world.listed(path))
    }

    fn which<'a>(&'a self, program: &'a str) -> Look<'a, Option<Utf8PathBuf>> {
        self.look(0.0, move |world, _| Ok(programs::path_of(world, program)))
    }

    fn query<'a>(&'a self, query: &'a Query) -> Look<'a, Answer> {
        self.asked(query).boxed()
    }

    fn kube<'a>(&'a self, query: &'a KubeQuery) -> Look<'a, Option<serde_json::Value>> {
        async move {
            crate::host::kube::query(self.kube_client(), query, crate::host::kube::REQUEST_LIMIT)
                .await
        }
        .boxed()
    }

    fn unit<'a>(&'a self, name: &'a str) -> Look<'a, UnitState> {
        self.look(durations::SMALL_QUERY, move |world, _| {
            Ok(units::state(world, name))
        })
    }

    fn service<'a>(&'a self, name: &'a str, _dir: &'a Utf8Path) -> Look<'a, ServiceState> {
        self.look(0.0, move |world, now| {
            Ok(services::state(world, name, now, true))
        })
    }

    fn space<'a>(&'a self, _path: &'a Utf8Path) -> Look<'a, Space> {
        self.look(0.0, |world, _| Ok(world.disk.space()))
    }

    fn has_secret(&self, secret: SecretName) -> bool {
        match secret {
            SecretName::WandbKey => self.bench.world().wandb.key_known,
        }
    }

    fn secret_state<'a>(&'a self, file: &'a SecretFile) -> Look<'a, SecretState> {
        self.look(0.0, move |world, _| Ok(wandb::secret_state(world, file)))
    }
}

impl WriteHost for SimHost {
    fn perform<'a>(
        &'a self,
        change: &'a Change,
        how: &'a Performing<'a>,
    ) -> BoxFuture<'a, Result<Done, Fault>> {
        self.play(change, how).boxed()
    }

    fn obtain_root<'a>(&'a self) -> BoxFuture<'a, Result<(), Fault>> {
        async move {
            self.bench.alive().await;
            if self.options.sudo {
                Ok(())
            } else {
                Err(no_root())
            }
        }
        .boxed()
    }

    fn reader(&self) -> &dyn ReadHost {
        self
    }
}
