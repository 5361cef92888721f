//! A run as the command makes it, without screens: survey, plan, consent, journal, execution.

use camino::{Utf8Path, Utf8PathBuf};
use gpucluster::config::Settings;
use gpucluster::engine::bus::Sink;
use gpucluster::engine::cancel::Cancel;
use gpucluster::engine::executor::{Executor, Options};
use gpucluster::engine::journal::{Durability, FILE_NAME, FORMAT, Header, Record};
use gpucluster::engine::receipts::{History, history};
use gpucluster::engine::{Bus, Consent, Graph, Journal, Scope, planner, survey, undo};
use gpucluster::host::sim::{Entry, World, build_machine};
use gpucluster::host::{Identity, WriteHost};
use gpucluster::model::{EventKind, Fault, Outcome, Plan, Receipt};
use gpucluster::steps::{StepFlags, catalog};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

const PROFILE: &str = "gpucluster";

/// In which order the steps are listed where their needs leave a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Listed,
    Backwards,
}

#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    pub width: usize,
    pub order: Order,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            width: 4,
            order: Order::Listed,
        }
    }
}

/// What a run planned and how it ended; `None` where a person is needed first.
pub struct Flown {
    pub plan: Plan,
    pub outcome: Option<Outcome>,
    pub faults: Vec<Fault>,
}

/// One profile's state folder, over all of its runs.
pub struct Flight {
    runs: tempfile::TempDir,
    next: AtomicU64,
    /// Every event of every run, as the log has it.
    pub told: Mutex<String>,
}

pub fn kubeconfig(identity: &Identity) -> Utf8PathBuf {
    Settings::default().layout(&identity.data_dir).kubeconfig
}

fn graph(host: &dyn WriteHost, order: Order) -> Graph {
    let identity = host.reader().identity();
    // The bare machine is the one on which everything is installed.
    let tools = identity.hostname == build_machine("bare").unwrap().identity.hostname;
    let flags = StepFlags {
        mend: tools,
        tools,
        ..StepFlags::default()
    };
    let mut steps = catalog(Arc::new(Settings::default()), flags, identity);
    if order == Order::Backwards {
        steps.reverse();
    }
    Graph::new(steps).unwrap()
}

impl Flight {
    pub fn new() -> Self {
        Self {
            runs: tempfile::tempdir().unwrap(),
            next: AtomicU64::default(),
            told: Mutex::default(),
        }
    }

    fn journal(&self, undo: bool) -> Journal {
        let nth = self.next.fetch_add(1, Ordering::Relaxed);
        let dir = self.runs.path().join(format!("{nth:04}"));
        std::fs::create_dir(&dir).unwrap();
        let header = Header {
            format: FORMAT.to_owned(),
            run: nth.to_string(),
            verb: if undo { "down" } else { "up" }.to_owned(),
            profile: PROFILE.to_owned(),
            version: "0".to_owned(),
            pid: 1,
            started_ms: nth,
            undo,
        };
        Journal::create(&dir, &header, Durability::ProcessDeath).unwrap()
    }

    fn sink(&self) -> Sink<'_> {
        Box::new(|event| {
            let line = serde_json::to_string(event).unwrap() + "\n";
            self.told.lock().unwrap().push_str(&line);
        })
    }

    /// Every journal ever written, as it lies on the disk.
    pub fn journals(&self) -> String {
        let dirs = std::fs::read_dir(self.runs.path()).unwrap();
        dirs.map(|dir| std::fs::read_to_string(dir.unwrap().path().join(FILE_NAME)).unwrap())
            .collect()
    }

    pub fn history(&self) -> History {
        history(self.runs.path(), PROFILE)
    }

    pub fn receipt(&self) -> Receipt {
        self.history().receipt
    }

    /// Every intent ever journalled: step and words.
    pub fn intents(&self) -> Vec<(String, String)> {
        let records = self
            .history()
            .runs
            .into_iter()
            .flat_map(|past| past.records);
        records
            .filter_map(|record| match record {
                Record::Intent { step, text, .. } => Some((step, text)),
                _ => None,
            })
            .collect()
    }

    /// What `doctor` does.
    pub async fn look(&self, host: &dyn WriteHost) {
        let graph = graph(host, Order::Listed);
        survey::survey(&graph, host.reader(), &BTreeSet::new(), |_, _| {}).await;
    }

    pub async fn up(&self, host: &dyn WriteHost, wishes: Wishes) -> Flown {
        let graph = graph(host, wishes.order);
        let journal = self.journal(false);
        let seen = survey::survey(&graph, host.reader(), &BTreeSet::new(), |_, _| {}).await;
        let plan = planner::plan(&graph, &seen, &Scope::All, PROFILE);
        let faults: Vec<Fault> = plan.faults().cloned().collect();
        if !faults.is_empty() {
            return Flown {
                plan,
                outcome: None,
                faults,
            };
        }
        let consent = Consent::to(&plan);
        let bus = Bus::new(host.reader(), self.sink());
        bus.say(EventKind::Planned {
            plan: plan.clone(),
            slowest: None,
        });
        let executor = Executor {
            graph: &graph,
            host,
            consent: &consent,
            journal: &journal,
            bus: &bus,
            cancel: &Cancel::default(),
            options: Options {
                width: wishes.width,
                ..Options::default()
            },
        };
        let applied = executor.apply(&plan, seen.facts).await;
        journal.end(0).unwrap();
        Flown {
            plan,
            outcome: Some(applied.outcome()),
            faults: applied.faults,
        }
    }

    pub async fn down(&self, host: &dyn WriteHost) -> Flown {
        let graph = graph(host, Order::Listed);
        let journal = self.journal(true);
        let seen = survey::survey(&graph, host.reader(), &BTreeSet::new(), |_, _| {}).await;
        let receipt = self.receipt();
        let plan = undo::plan(&graph, host.reader(), &seen.facts, &receipt, PROFILE).await;
        let faults: Vec<Fault> = plan.faults().cloned().collect();
        if !faults.is_empty() {
            return Flown {
                plan,
                outcome: None,
                faults,
            };
        }
        let consent = Consent::to(&plan);
        let bus = Bus::new(host.reader(), self.sink());
        bus.say(EventKind::Planned {
            plan: plan.clone(),
            slowest: None,
        });
        let executor = Executor {
            graph: &graph,
            host,
            consent: &consent,
            journal: &journal,
            bus: &bus,
            cancel: &Cancel::default(),
            options: Options::default(),
        };
        let applied = executor.take_back(&plan).await;
        journal.end(0).unwrap();
        Flown {
            plan,
            outcome: Some(applied.outcome()),
            faults: applied.faults,
        }
    }
}

/// A world without what differs between two equal ones: times, ids, and how often things happened.
pub fn normal(world: &World) -> Value {
    const NOISE: &[&str] = &[
        "epoch_ms",
        "log",
        "last_step",
        "last_error",
        "started_ms",
        "pid",
        "plugin_ready_ms",
        "restarts",
        "service_restarts",
        "resourceVersion",
        "creationTimestamp",
        "startTime",
        "generation",
        "time",
        "lastTransitionTime",
        "startedAt",
        "next_uid",
        "revision",
        "clock",
    ];
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.retain(|name, inner| {
                    let counter = name == "version" && inner.is_number();
                    let id = name == "uid" && inner.is_string();
                    !NOISE.contains(&name.as_str()) && !counter && !id
                });
                map.values_mut().for_each(strip);
            }
            Value::Array(all) => all.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(world).unwrap();
    strip(&mut value);
    value
}

/// Where two worlds differ.
pub fn differences(one: &Value, other: &Value) -> Vec<String> {
    fn walk(at: &str, one: &Value, other: &Value, found: &mut Vec<String>) {
        match (one, other) {
            (Value::Object(a), Value::Object(b)) => {
                let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
                for name in names {
                    let of = |map: &serde_json::Map<String, Value>| {
                        map.get(name).cloned().unwrap_or(Value::Null)
                    };
                    walk(&format!("{at} {name}"), &of(a), &of(b), found);
                }
            }
            _ if one != other => found.push(format!("{at}: {one} and {other}")),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk("", one, other, &mut found);
    found
}

/// Things of somebody else, beside which ours come to lie.
pub fn foreign(world: &mut World, exports: &str) {
    // Nobody has a cluster where there is no Docker.
    if world.docker.version.is_some() {
        let neighbour = build_machine("cluster-without-gpus").unwrap();
        let profile = neighbour.minikube.profiles[PROFILE].clone();
        world.minikube.profiles.insert("theirs".to_owned(), profile);
        let mut node = neighbour.docker.containers[PROFILE].clone();
        node.labels.clear();
        (node.running, node.restart_always) = (true, true);
        world.docker.containers.insert("theirs".to_owned(), node);
    }
    let mut put = |path: &str, text: Option<&str>| {
        let entry = Entry {
            content: text.map(str::to_owned),
            mode: if text.is_some() { 0o644 } else { 0o755 },
            uid: 0,
            gid: 0,
        };
        world.files.entry(path.into()).or_insert(entry);
    };
    put(
        "/etc/docker/daemon.json",
        Some("{\n  \"log-driver\": \"local\"\n}\n"),
    );
    put("/etc/exports", Some(exports));
    put("/etc/exports.d", None);
    put("/etc/exports.d/theirs.exports", Some("# theirs\n"));
    put(
        "/home/ubuntu/.netrc",
        Some("machine example.org login a password b\n"),
    );
    put("/home/ubuntu/.kube", None);
    put(
        "/home/ubuntu/.kube/config",
        Some("apiVersion: v1\nkind: Config\n"),
    );
}

/// What a machine held before us.
pub struct Theirs(World);

impl Theirs {
    pub fn of(world: &World) -> Self {
        Self(world.clone())
    }

    /// What of it is not as it was.
    pub fn harmed(&self, after: &World) -> Vec<String> {
        let mut harmed = Vec::new();
        for (path, entry) in &self.0.files {
            // The kernel writes these; they follow the machine's state.
            let kernel = ["/proc", "/sys", "/dev", "/run"]
                .iter()
                .any(|dir| path.starts_with(dir));
            if !kernel && after.files.get(path) != Some(entry) {
                harmed.push(format!("{path}: {entry:?} is {:?}", after.files.get(path)));
            }
        }
        for (name, profile) in &self.0.minikube.profiles {
            if after.minikube.profiles.get(name) != Some(profile) {
                harmed.push(format!("profile {name}"));
            }
        }
        for (name, container) in &self.0.docker.containers {
            if after.docker.containers.get(name) != Some(container) {
                harmed.push(format!("container {name}"));
            }
        }
        for package in self.0.packages.difference(&after.packages) {
            harmed.push(format!("package {package}"));
        }
        for (name, before) in &self.0.units {
            let now = after.units.get(name).copied().unwrap_or_default();
            if now != *before {
                harmed.push(format!("unit {name}: {before:?} is {now:?}"));
            }
        }
        // A server that serves somebody else by now is no longer ours to stop.
        for (name, now) in &after.units {
            if !self.0.units.contains_key(name) && now.active && after.exports.is_empty() {
                harmed.push(format!("unit {name} still runs"));
            }
        }
        harmed
    }

    /// What is there and was not: packages, what they left behind, files of the system, units.
    pub fn strange(&self, after: &World) -> Vec<String> {
        let mut strange = Vec::new();
        let packages = after.packages.difference(&self.0.packages);
        strange.extend(packages.map(|name| format!("package {name}")));
        // A purge would delete their /etc/exports: the package that owns the name keeps it.
        let theirs = self.0.files.contains_key(Utf8Path::new("/etc/exports"));
        // A purge would delete /var/lib/docker: Docker is removed and never purged.
        let kept = |name: &String| theirs && name == "nfs-kernel-server" || name == "docker.io";
        let remains = after.remains.difference(&self.0.remains);
        strange.extend(
            remains
                .filter(|name| !kept(name))
                .map(|name| format!("configuration of {name}")),
        );
        // Folders of packages are dpkg's, which takes away those that are empty.
        let counts = |path: &Utf8Path, entry: &Entry| {
            let system = path.starts_with("/etc") || path.starts_with("/usr");
            system && (entry.content.is_some() || path == "/etc/exports.d")
        };
        let files = after
            .files
            .iter()
            .filter(|(path, entry)| counts(path, entry) && !self.0.files.contains_key(*path))
            .map(|(path, _)| path)
            .filter(|path| *path != "/etc/default/docker");
        strange.extend(files.map(|path| format!("file {path}")));
        let units = after.units.iter().filter(|(name, unit)| {
            !self.0.units.contains_key(*name) && (unit.loaded || unit.enabled || unit.active)
        });
        strange.extend(units.map(|(name, _)| format!("unit {name}")));
        strange
    }
}

/// What bears our name and is not the shared data, which stays.
pub fn ours_left(world: &World) -> Vec<String> {
    left_of(world, false)
}

/// The same on a machine where the person's service manager ran without a session before us.
pub fn left_of(world: &World, lingered: bool) -> Vec<String> {
    let data = Settings::default().nfs.path;
    let mut left: Vec<String> = world
        .files
        .keys()
        .filter(|path| path.as_str().contains("gpucluster") && !path.starts_with(&data))
        .filter(|path| !data.starts_with(path) && **path != world.identity.data_dir)
        .filter(|path| **path != world.identity.data_dir.join("profiles"))
        .map(ToString::to_string)
        .collect();
    let named = |what: &str, names: Vec<&String>| -> Vec<String> {
        names
            .into_iter()
            .filter(|name| name.contains(PROFILE))
            .map(|name| format!("{what} {name}"))
            .collect()
    };
    left.extend(named("profile", world.minikube.profiles.keys().collect()));
    left.extend(named("container", world.docker.containers.keys().collect()));
    left.extend(named("network", world.docker.networks.keys().collect()));
    left.extend(named("unit", world.units.keys().collect()));
    let linger = format!("/var/lib/systemd/linger/{}", world.identity.user);
    if world.files.contains_key(Utf8Path::new(&linger)) && !lingered {
        left.push(linger);
    }
    for (name, service) in &world.services {
        if service.pid.is_some() {
            left.push(format!("service {name}"));
        }
    }
    for export in world.exports.iter().filter(|export| export.path == data) {
        left.push(format!("export {}", export.path));
    }
    left
}
