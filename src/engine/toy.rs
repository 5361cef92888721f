//! A small world for the engine's own tests: steps that each want one file.

use crate::host::{
    Answer, Done, HostError, Identity, KubeQuery, Look, Meta, Performing, Query, ReadHost,
    SecretState, ServiceState, Space, UnitState, WriteHost,
};
use crate::model::{
    Change, Effect, EffectKind, Fact, Facts, Fault, Forecast, Observation, Prior, Privilege, Probe,
    Receipt, Removal, Risk, SecretFile, SecretName, StepId, Touch,
};
use crate::reason::ids;
use crate::step::{Resource, Step};
use camino::{Utf8Path, Utf8PathBuf};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A step whose two files must exist below `/toy`, and that takes `seconds` to make each.
pub struct Toy {
    id: StepId,
    needs: Vec<StepId>,
    resources: Vec<Resource>,
}

/// A toy step.
pub fn toy(id: &'static str, needs: &[&'static str]) -> Arc<dyn Step> {
    toy_using(id, needs, &[])
}

/// A toy step that uses shared things.
pub fn toy_using(
    id: &'static str,
    needs: &[&'static str],
    resources: &[Resource],
) -> Arc<dyn Step> {
    Arc::new(Toy {
        id: StepId::new(id),
        needs: needs.iter().map(|need| StepId::new(need)).collect(),
        resources: resources.to_vec(),
    })
}

impl Toy {
    fn files(&self) -> [Utf8PathBuf; 2] {
        [
            format!("/toy/{}.one", self.id).into(),
            format!("/toy/{}.two", self.id).into(),
        ]
    }
}

impl Step for Toy {
    fn id(&self) -> StepId {
        self.id
    }

    fn title(&self) -> &'static str {
        "the toy is there"
    }

    fn needs(&self) -> &[StepId] {
        &self.needs
    }

    fn resources(&self) -> &[Resource] {
        &self.resources
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        async move {
            let mut missing = 0;
            for file in self.files() {
                let seen = host.stat(&file).await;
                match seen {
                    Ok(Some(_)) => {}
                    Ok(None) => missing += 1,
                    Err(error) => {
                        return Err(Fault::new(ids::TOOL_HUNG, error.to_string()));
                    }
                }
            }
            Ok(match missing {
                0 => Observation::in_place("both files")
                    .learned(Fact::DockerVersion(self.id.to_string())),
                1 => Observation::drifted("one file", vec![]),
                _ => Observation::absent("no file"),
            })
        }
        .boxed()
    }

    fn plan(&self, _seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        Ok(self
            .files()
            .into_iter()
            .map(|path| {
                Change::safe(
                    Effect::WriteFile {
                        path,
                        content: String::new(),
                        mode: 0o644,
                        privilege: Privilege::User,
                    },
                    "the toy wants it",
                )
            })
            .collect())
    }

    fn forecast(&self) -> Vec<Forecast> {
        vec![Forecast {
            kind: EffectKind::WriteFile,
            privilege: Privilege::User,
            risk: Risk::Safe,
            text: "write two files".into(),
        }]
    }

    fn undo<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        async move {
            let mut changes = Vec::new();
            for path in self.files() {
                let there = host.stat(&path).await.ok().flatten().is_some();
                if there && receipt.is_ours(&Touch::File(path.clone())) {
                    changes.push(Change::safe(
                        Effect::RemoveOwned {
                            path,
                            removal: Removal::File,
                            privilege: Privilege::User,
                        },
                        "we made it",
                    ));
                }
            }
            Ok(changes)
        }
        .boxed()
    }
}

/// A machine that is a map of files; each change takes ten seconds of virtual time.
pub struct ToyHost {
    identity: Identity,
    /// Path to content.
    pub files: Mutex<BTreeMap<Utf8PathBuf, String>>,
    /// Changes carried out so far.
    pub performed: AtomicUsize,
    /// The change at which it stops obeying, counted from 0, and how.
    pub trouble: Mutex<Option<(usize, Trouble)>>,
    /// Most changes at the same time.
    pub widest: AtomicUsize,
    now: AtomicUsize,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It fails before it does anything.
    Fails,
    /// It does it and then the process dies: the future never ends.
    DiesAfter,
    /// The process dies before it does anything.
    DiesBefore,
    /// It says that it did it, and did not.
    Lies,
}

impl ToyHost {
    /// A machine with nothing on it.
    pub fn new() -> Self {
        Self {
            identity: Identity {
                hostname: "toy".into(),
                os_release: String::new(),
                user: "toy".into(),
                uid: 1000,
                gid: 1000,
                home: "/home/toy".into(),
                data_dir: "/home/toy/.local/share/gpucluster".into(),
                cpus: 1,
                memory_mib: 1024,
                executable: "/usr/bin/gpucluster".into(),
                config_home: None,
                proxies: crate::host::Proxies::default(),
            },
            files: Mutex::default(),
            performed: AtomicUsize::new(0),
            trouble: Mutex::default(),
            widest: AtomicUsize::new(0),
            now: AtomicUsize::new(0),
        }
    }

    /// The names of all files.
    pub fn world(&self) -> Vec<String> {
        self.files
            .lock()
            .unwrap()
            .keys()
            .map(ToString::to_string)
            .collect()
    }
}

impl ReadHost for ToyHost {
    fn identity(&self) -> &Identity {
        &self.identity
    }
    fn now_ms(&self) -> u64 {
        1_000
    }
    fn read_file<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<String>> {
        ready(Ok(self.files.lock().unwrap().get(path).cloned())).boxed()
    }
    fn stat<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Option<Meta>> {
        let there = self.files.lock().unwrap().contains_key(path);
        ready(Ok(there.then_some(Meta {
            is_dir: false,
            mode: 0o644,
            uid: 0,
            gid: 0,
        })))
        .boxed()
    }
    fn real_path<'a>(&'a self, path: &'a Utf8Path) -> Look<'a, Utf8PathBuf> {
        Box::pin(async move { Ok(path.to_owned()) })
    }

    fn list_dir<'a>(&'a self, _path: &'a Utf8Path) -> Look<'a, Option<Vec<String>>> {
        ready(Ok(None)).boxed()
    }
    fn which<'a>(&'a self, _program: &'a str) -> Look<'a, Option<Utf8PathBuf>> {
        ready(Ok(None)).boxed()
    }
    fn query<'a>(&'a self, query: &'a Query) -> Look<'a, Answer> {
        ready(Err(HostError::NoProgram(query.name()))).boxed()
    }
    fn kube<'a>(&'a self, _query: &'a KubeQuery) -> Look<'a, Option<Value>> {
        ready(Ok(None)).boxed()
    }
    fn unit<'a>(&'a self, _name: &'a str) -> Look<'a, UnitState> {
        ready(Ok(UnitState::default())).boxed()
    }
    fn service<'a>(&'a self, _name: &'a str, _dir: &'a Utf8Path) -> Look<'a, ServiceState> {
        ready(Ok(ServiceState::default())).boxed()
    }
    fn space<'a>(&'a self, _path: &'a Utf8Path) -> Look<'a, Space> {
        ready(Ok(Space {
            free: 1,
            total: 1,
            ..Space::default()
        }))
        .boxed()
    }
    fn has_secret(&self, _secret: SecretName) -> bool {
        false
    }
    fn secret_state<'a>(&'a self, _file: &'a SecretFile) -> Look<'a, SecretState> {
        ready(Ok(SecretState::Missing)).boxed()
    }
}

impl WriteHost for ToyHost {
    fn perform<'a>(
        &'a self,
        change: &'a Change,
        _how: &'a Performing<'a>,
    ) -> BoxFuture<'a, Result<Done, Fault>> {
        async move {
            let running = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.widest.fetch_max(running, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(10)).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            let number = self.performed.fetch_add(1, Ordering::SeqCst);
            let trouble = *self.trouble.lock().unwrap();
            let trouble = trouble
                .filter(|(at, _)| *at == number)
                .map(|(_, what)| what);
            match trouble {
                Some(Trouble::Fails) => {
                    return Err(Fault::new(ids::CHANGE_FAILED, "the toy broke"));
                }
                Some(Trouble::DiesBefore) => std::future::pending::<()>().await,
                Some(Trouble::Lies) => return Ok(Done::default()),
                Some(Trouble::DiesAfter) | None => {}
            }
            match &change.effect {
                Effect::WriteFile { path, content, .. } => {
                    self.files
                        .lock()
                        .unwrap()
                        .insert(path.clone(), content.clone());
                }
                Effect::RemoveOwned { path, .. } => {
                    self.files.lock().unwrap().remove(path);
                }
                other => unreachable!("toys do not plan {other:?}"),
            }
            if trouble == Some(Trouble::DiesAfter) {
                std::future::pending::<()>().await;
            }
            Ok(Done::default())
        }
        .boxed()
    }

    fn obtain_root<'a>(&'a self) -> BoxFuture<'a, Result<(), Fault>> {
        ready(Ok(())).boxed()
    }

    fn reader(&self) -> &dyn ReadHost {
        self
    }
}

/// What was at every place before us, for a receipt of everything.
pub fn receipt_of_all(host: &ToyHost) -> Receipt {
    let mut receipt = Receipt::default();
    for path in host.files.lock().unwrap().keys() {
        receipt.note("any", Touch::File(path.clone()), Prior::Absent);
    }
    receipt
}
