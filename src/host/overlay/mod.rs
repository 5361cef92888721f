//! This very machine, read-only; every change lands in a shadow.
//!
//! A rehearsal runs the whole engine to its end: reads fall through to the real host until a change
//! has shadowed what they look at, and changes are played by the models of the simulated host on a
//! world that is filled, as far as a change needs it, with the real host's answers. The real host is
//! held as a [`ReadHost`]: that a rehearsal changes nothing is checked by the compiler.
//!
//! What has no model ends the rehearsal with `CANNOT_REHEARSE` instead of a guess.

mod kube_view;
mod seed;
mod seed_cluster;
mod service_view;
mod shadow;

#[cfg(test)]
mod tests;

use super::sim::{self, Bench, Ended, OnCrash, Pace, Stage, World};
use super::{
    Answer, Done, HostError, Identity, KubeQuery, Look, Meta, Performing, Query, ReadHost,
    SecretState, ServiceState, Space, UnitState, WriteHost,
};
use crate::model::{Change, Effect, Fault, SecretFile, SecretName, Stream};
use crate::parse::node_probe::{self, Reach};
use crate::reason::ids;
use camino::{Utf8Path, Utf8PathBuf};
use futures::FutureExt;
use futures::future::BoxFuture;
use shadow::Shadow;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// A host for rehearsals.
pub struct Overlay {
    real: Arc<dyn ReadHost>,
    profile: String,
    kubeconfig: Utf8PathBuf,
    bench: Arc<Bench>,
    client: OnceLock<kube::Client>,
    shadow: Mutex<Shadow>,
    /// Changes are played one after the other: each is told apart by what it altered.
    turn: tokio::sync::Mutex<()>,
}

impl Overlay {
    /// A shadow over a host. `profile` and `kubeconfig` are those that the host's
    /// [`ReadHost::kube`] speaks to.
    pub fn new(real: Arc<dyn ReadHost>, profile: &str, kubeconfig: &Utf8Path) -> Self {
        let world = World::blank(real.identity().clone(), real.now_ms());
        Self {
            profile: profile.to_owned(),
            kubeconfig: kubeconfig.to_owned(),
            bench: Arc::new(Bench::new(world, None, Pace::Instant, OnCrash::Freeze)),
            client: OnceLock::new(),
            shadow: Mutex::new(Shadow::default()),
            turn: tokio::sync::Mutex::new(()),
            real,
        }
    }

    /// Every change rehearsed so far, in words, oldest first.
    pub fn rehearsed(&self) -> Vec<String> {
        let world = self.bench.world();
        world.log.iter().map(|done| done.text.clone()).collect()
    }

    fn client(&self) -> &kube::Client {
        self.client
            .get_or_init(|| sim::client_for(&self.bench, &self.profile, &self.kubeconfig))
    }

    fn shadow(&self) -> MutexGuard<'_, Shadow> {
        self.shadow.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn modelled(&self, query: &Query) -> Result<Answer, HostError> {
        let now = self.bench.now_ms();
        sim::model_answer(&self.bench.world(), query, now)
    }

    /// Whether a rehearsed node would reach a server of this host.
    async fn reached(&self, query: &Query) -> Result<Answer, HostError> {
        // A rehearsal touches no firewall: what one keeps out now it will keep out then.
        if let Ok(now) = self.real.query(query).await
            && is_kept_out(&now)
        {
            return Ok(now);
        }
        // The model has to know of a server that runs already.
        let _turn = self.turn.lock().await;
        self.seed_unit("nfs-server").await;
        self.modelled(query)
    }

    async fn play(&self, change: &Change, how: &Performing<'_>) -> Result<Done, Fault> {
        let _turn = self.turn.lock().await;
        if let Effect::Run(command) = &change.effect
            && !sim::is_modelled(&command.argv)
        {
            return Err(cannot_rehearse(change));
        }
        let played = self.carry_out(change, how).await;
        let result = played.map_err(|ended| match ended {
            Ended::Fault(fault) if fault.evidence.iter().any(|l| l.contains(sim::NO_MODEL)) => {
                cannot_rehearse(change)
            }
            Ended::Fault(fault) => *fault,
            Ended::Stopped => Fault::new(
                ids::INTERRUPTED,
                format!("stopped during the rehearsal of `{}`", change.describe()),
            ),
        });
        let at_ms = self.bench.now_ms();
        self.bench.change(|world| {
            world.log.push(sim::Performed {
                at_ms,
                text: change.describe(),
                failed: result.as_ref().err().map(|fault| fault.reason.to_string()),
            });
        })?;
        result
    }
}

fn is_kept_out(answer: &Answer) -> bool {
    let probe = node_probe::probe(answer.code, &answer.stdout, &answer.stderr);
    matches!(probe.reach, Reach::Silent | Reach::Prohibited)
}

impl Overlay {
    /// Plays a change on the shadow and notes what it altered.
    async fn carry_out(&self, change: &Change, how: &Performing<'_>) -> Result<Done, Ended> {
        self.seed_for(change).await;
        let before = self.bench.world().clone();
        let stage = Stage {
            bench: &self.bench,
            how,
            stream: match &change.effect {
                Effect::Run(command) => command.stream,
                _ => Stream::Quiet,
            },
            dies_midway: false,
        };
        let played = sim::carry_out(&stage, change, self.client()).await;
        self.shadow().note(&before, &self.bench.world());
        played
    }
}

fn cannot_rehearse(change: &Change) -> Fault {
    Fault::new(
        ids::CANNOT_REHEARSE,
        format!("there is no model of `{}`", change.describe()),
    )
}

impl ReadHost for Overlay {
    fn identity(&self) -> &Identity {
        self.real.identity()
    }

    fn now_ms(&self) -> u64 {
        self.real.now_ms()
    }

    fn read_file<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<String>> {
        if self.shadow().covers(path) {
            let text = self.bench.world().text(path);
            return async move { text }.boxed();
        }
        self.real.read_file(path)
    }

    fn read_ends<'a>(
        &'a self,
        path: &'a Utf8Path,
        head: usize,
        tail: usize,
    ) -> Look<'a, Option<super::Ends>> {
        if self.shadow().covers(path) {
            let text = self.bench.world().text(path);
            return async move { Ok(text?.map(|text| super::Ends::of(&text, head, tail))) }.boxed();
        }
        self.real.read_ends(path, head, tail)
    }

    fn stat<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Meta>> {
        if self.shadow().covers(path) {
            let meta = self.bench.world().meta(path);
            return async move { Ok(meta) }.boxed();
        }
        self.real.stat(path)
    }

    fn real_path<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Utf8PathBuf> {
        // A rehearsal makes no symbolic links.
        self.real.real_path(path)
    }

    fn list_dir<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Vec<String>>> {
        async move {
            let mut names = self.real.list_dir(path).await?;
            let shadow = self.shadow();
            let world = self.bench.world();
            if shadow.covers(path) && world.meta(path).is_none() {
                return Ok(None);
            }
            for (name, is_there) in shadow.children(path, &world) {
                let names = names.get_or_insert_default();
                names.retain(|have| *have != name);
                if is_there {
                    names.push(name);
                }
            }
            if let Some(names) = &mut names {
                names.sort();
            }
            Ok(names)
        }
        .boxed()
    }

    fn which<'a>(&'a self, program: &'a str) -> Look<'a, Option<Utf8PathBuf>> {
        async move {
            if let Some(path) = self.real.which(program).await? {
                return Ok(Some(path));
            }
            // What a rehearsed installation brings.
            Ok(sim::program_path(&self.bench.world(), program))
        }
        .boxed()
    }

    fn query<'a>(&'a self, query: &'a Query) -> Look<'a, Answer> {
        if !self.shadow().answers(query) {
            return self.real.query(query);
        }
        if matches!(query, Query::NodeReaches { .. }) {
            return self.reached(query).boxed();
        }
        let answer = self.modelled(query);
        async move { answer }.boxed()
    }

    fn kube<'a>(&'a self, query: &'a KubeQuery) -> Look<'a, Option<serde_json::Value>> {
        self.kube_view(query).boxed()
    }

    fn unit<'a>(&'a self, name: &'a str) -> Look<'a, UnitState> {
        if self.shadow().has_unit(name) {
            let state = sim::unit_state(&self.bench.world(), name);
            return async move { Ok(state) }.boxed();
        }
        self.real.unit(name)
    }

    fn service<'a>(&'a self, name: &'a str, dir: &'a Utf8Path) -> Look<'a, ServiceState> {
        self.service_view(name, dir).boxed()
    }

    fn space<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Space> {
        self.real.space(path)
    }

    fn has_secret(&self, secret: SecretName) -> bool {
        self.real.has_secret(secret)
    }

    fn secret_state<'a>(&'a self, file: &'a SecretFile) -> Look<'a, SecretState> {
        if self.shadow().covers(&file.path) {
            let state = sim::secret_state(&self.bench.world(), file);
            return async move { Ok(state) }.boxed();
        }
        self.real.secret_state(file)
    }
}

impl WriteHost for Overlay {
    fn perform<'a>(
        &'a self,
        change: &'a Change,
        how: &'a Performing<'a>,
    ) -> BoxFuture<'a, Result<Done, Fault>> {
        self.play(change, how).boxed()
    }

    /// A rehearsal needs no rights and asks for none.
    fn obtain_root<'a>(&'a self) -> BoxFuture<'a, Result<(), Fault>> {
        async { Ok(()) }.boxed()
    }

    fn reader(&self) -> &dyn ReadHost {
        self
    }
}
