//! Fills the shadow's world with the real host's answers, as far as a change needs them.

use super::super::Query;
use super::Overlay;
use super::sim::{self, Disk, Driver, Entry, Export, SimGpu};
use crate::model::{Change, Effect, ServiceWant};
use camino::{Utf8Path, Utf8PathBuf};

impl Overlay {
    /// Learns what playing a change takes.
    pub(super) async fn seed_for(&self, change: &Change) {
        if self.bench.world().disk.total == 0
            && let Ok(space) = self.real.space(Utf8Path::new("/var")).await
        {
            self.bench.world().disk = Disk {
                free: space.free,
                total: space.total,
            };
        }
        match &change.effect {
            Effect::Fetch(what) => self.seed_path(&what.path).await,
            Effect::MakeDir { path, .. }
            | Effect::WriteFile { path, .. }
            | Effect::RemoveOwned { path, .. } => self.seed_path(path).await,
            Effect::PutSecret { file } => {
                self.seed_path(&file.path).await;
                self.seed_wandb(&file.machine).await;
            }
            Effect::Unit { name, .. } => {
                self.seed_unit(name).await;
                self.seed_machine().await;
                self.seed_exports().await;
            }
            Effect::Run(command) => {
                if let Some((program, args)) = command.argv.split_first() {
                    self.seed_program(program, args).await;
                }
                for (_, value) in command.env.iter().filter(|(name, _)| name == "KUBECONFIG") {
                    self.seed_path(Utf8Path::new(value)).await;
                }
            }
            Effect::ApplyObject { object } => {
                self.seed_machine().await;
                self.seed_applied(object).await;
            }
            Effect::DeleteObject { object } => {
                self.seed_machine().await;
                self.seed_object(object).await;
            }
            Effect::Service { service } => {
                let unit = match service {
                    ServiceWant::Running(spec) => spec.unit.as_ref(),
                    ServiceWant::Stopped { unit, .. } => Some(unit),
                };
                if let Some(unit) = unit {
                    let identity = self.real.identity().clone();
                    self.seed_path(&identity.user_units().join(unit)).await;
                    self.seed_path(&identity.user_unit_link(unit)).await;
                }
                if let ServiceWant::Running(spec) = service {
                    for word in spec.argv.iter().filter(|word| word.starts_with('/')) {
                        self.seed_path(Utf8Path::new(word)).await;
                    }
                    let variable = |name: &str| spec.env.iter().find(|(n, _)| n == name);
                    if let Some((_, home)) = variable("HOME") {
                        self.seed_path(&Utf8Path::new(home).join(".netrc")).await;
                    }
                    let url = variable("WANDB_BASE_URL").map(|(_, url)| url.clone());
                    self.seed_wandb(url.as_deref().unwrap_or_default()).await;
                }
            }
        }
    }

    async fn seed_program(&self, program: &str, args: &[String]) {
        match program.rsplit('/').next().unwrap_or_default() {
            "docker" if args.first().is_some_and(|verb| verb == "exec") => {
                // A mount in the node asks the server of this host.
                self.seed_machine().await;
                self.seed_unit("nfs-server").await;
                self.seed_exports().await;
            }
            "docker" | "minikube" | "nvidia-ctk" | "systemctl" => self.seed_machine().await,
            "modprobe" | "nvidia-modprobe" => self.seed_machine().await,
            "chown" | "cp" | "mv" => {
                for word in args.iter().filter(|word| word.starts_with('/')) {
                    self.seed_path(Utf8Path::new(word)).await;
                }
            }
            "usermod" | "gpasswd" => {
                self.seed_path(Utf8Path::new("/etc/group")).await;
                self.seed_machine().await;
            }
            "loginctl" => {
                let person = sim::linger_file(&self.real.identity().user);
                self.seed_path(&person).await;
            }
            "apt-get" | "dpkg" | "exportfs" => {
                if program == "apt-get" {
                    self.seed_installed().await;
                }
                self.seed_unit("nfs-server").await;
                let named = args.iter().filter(|word| !word.starts_with('-'));
                let names = sim::archived_names().map(str::to_owned);
                for name in names.chain(named.cloned()) {
                    self.seed_package(&name).await;
                    for config in sim::archived(&name).into_iter().flat_map(|p| p.config()) {
                        self.seed_path(Utf8Path::new(config.path)).await;
                    }
                }
                self.seed_exports().await;
            }
            _ => self.seed_python(program).await,
        }
    }

    /// What is at a path, and the directories above it.
    pub(super) async fn seed_path(&self, path: &Utf8Path) {
        for at in path.ancestors() {
            if self.shadow().covers(at) || self.bench.world().files.contains_key(at) {
                continue;
            }
            let Ok(Some(meta)) = self.real.stat(at).await else {
                continue;
            };
            let content = if meta.is_dir {
                None
            } else {
                // A file that may not be read keeps its place; its text is nobody's business.
                Some(
                    self.real
                        .read_file(at)
                        .await
                        .ok()
                        .flatten()
                        .unwrap_or_default(),
                )
            };
            let entry = Entry {
                content,
                mode: meta.mode,
                uid: meta.uid,
                gid: meta.gid,
            };
            self.bench.world().files.insert(at.to_owned(), entry);
        }
    }

    pub(super) async fn seed_unit(&self, name: &str) {
        if self.shadow().has_unit(name) {
            return;
        }
        if let Ok(state) = self.real.unit(name).await {
            let name = name.strip_suffix(".service").unwrap_or(name).to_owned();
            let mut world = self.bench.world();
            if state.loaded {
                world.units.insert(name, state);
            }
        }
    }

    async fn seed_package(&self, name: &str) {
        let query = Query::Package {
            name: name.to_owned(),
        };
        if self.shadow().answers(&query) {
            return;
        }
        let Ok(answer) = self.real.query(&query).await else {
            return;
        };
        let mut world = self.bench.world();
        if answer.ok() {
            world.packages.insert(name.to_owned());
        } else if answer.stdout.contains("config-files") {
            world.remains.insert(name.to_owned());
        }
    }

    /// What installing Docker or the toolkit builds on: groups, and the repositories that are set up.
    async fn seed_installed(&self) {
        self.seed_machine().await;
        self.seed_unit("docker").await;
        self.seed_path(Utf8Path::new("/etc/group")).await;
        let lists = Utf8Path::new("/etc/apt/sources.list.d");
        let names = self.real.list_dir(lists).await.ok().flatten();
        for name in names.unwrap_or_default() {
            self.seed_path(&lists.join(name)).await;
        }
    }

    /// Export files and the table in force.
    async fn seed_exports(&self) {
        if self.shadow().answers(&Query::Exports) {
            return;
        }
        let dir = Utf8Path::new("/etc/exports.d");
        let names = self.real.list_dir(dir).await.ok().flatten();
        for file in sim::export_sources(&names.unwrap_or_default()) {
            self.seed_path(Utf8Path::new(&file)).await;
        }
        let table = self.real.query(&Query::Exports).await;
        let exports: Vec<Export> = table
            .map(|answer| answer.stdout.lines().filter_map(export).collect())
            .unwrap_or_default();
        let mut texts = Vec::new();
        for file in sim::export_sources(&self.names_of(dir)) {
            texts.push(self.bench.world().text(Utf8Path::new(&file)).ok().flatten());
        }
        let folders = texts
            .into_iter()
            .flatten()
            .flat_map(|text| folders_in(&text));
        for folder in folders.chain(
            exports
                .iter()
                .map(|e| e.path.clone())
                .map(Utf8PathBuf::from),
        ) {
            self.seed_path(&folder).await;
        }
        self.bench.world().exports = exports;
    }

    fn names_of(&self, dir: &Utf8Path) -> Vec<String> {
        self.bench.world().names_in(dir).unwrap_or_default()
    }

    /// Python by the name it is called by; one in an environment is a file like any other.
    async fn seed_python(&self, program: &str) {
        if program.contains('/') {
            let path = Utf8Path::new(program);
            self.seed_path(path).await;
            if let Some(venv) = path.ancestors().nth(2) {
                self.seed_path(&venv.join("bin/wandb")).await;
            }
        }
        let python = if program == "uv" { "python3" } else { program };
        let query = Query::PythonVersion {
            python: python.to_owned(),
        };
        let version = self.real.query(&query).await;
        let venv = Query::PythonVenv {
            python: python.to_owned(),
        };
        let can = self.real.query(&venv).await.is_ok_and(|answer| answer.ok());
        let uv = self.real.which("uv").await.ok().flatten().is_some();
        let mut world = self.bench.world();
        if let Ok(answer) = version
            && let Some(version) = answer.stdout.split_whitespace().nth(1)
        {
            world.python.version = Some(version.to_owned());
            world.python.venv |= can;
        }
        world.python.uv |= uv;
    }

    /// Whom the key belongs to and which queues there are; the server itself is never changed.
    async fn seed_wandb(&self, server: &str) {
        let base_url = if server.contains("://") {
            server.to_owned()
        } else {
            format!("https://{server}")
        };
        let known = self.real.has_secret(crate::model::SecretName::WandbKey);
        let query = Query::WandbViewer {
            base_url: base_url.clone(),
        };
        let viewer = self.real.query(&query).await.ok();
        let valid = viewer.as_ref().is_some_and(|answer| answer.code == 200);
        let body: serde_json::Value = viewer
            .as_ref()
            .and_then(|answer| serde_json::from_str(&answer.stdout).ok())
            .unwrap_or_default();
        let person = &body["data"]["viewer"];
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let mut entities = vec![text(&person["entity"])];
        let teams = person["teams"]["edges"].as_array();
        entities.extend(
            teams
                .into_iter()
                .flatten()
                .map(|edge| text(&edge["node"]["name"])),
        );
        let mut queues = std::collections::BTreeMap::new();
        for entity in entities.iter().filter(|entity| !entity.is_empty()) {
            let query = Query::WandbQueues {
                base_url: base_url.clone(),
                entity: Some(entity.clone()),
            };
            let Ok(answer) = self.real.query(&query).await else {
                continue;
            };
            let body: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap_or_default();
            if let Some(rows) = body["data"]["project"]["runQueues"].as_array() {
                let names = rows.iter().map(|row| text(&row["name"])).collect();
                queues.insert(entity.clone(), names);
            }
        }
        let mut world = self.bench.world();
        world.wandb.reachable = viewer.is_some();
        (world.wandb.key_known, world.wandb.key_valid) = (known, valid);
        world.wandb.entity = entities.swap_remove(0);
        world.wandb.teams = entities.into_iter().collect();
        world.wandb.queues = queues;
    }

    /// GPUs and driver.
    pub(super) async fn seed_gpus(&self) {
        let answer = self.real.query(&Query::NvidiaSmi).await;
        let (modeset, control) = (
            self.real.stat(Utf8Path::new("/dev/nvidia-modeset")).await,
            self.real.stat(Utf8Path::new("/dev/nvidiactl")).await,
        );
        let mut world = self.bench.world();
        let gpus = &mut world.gpus;
        // Only where the driver's device nodes are in /dev at all does a missing one say something
        // (WSL has none of them).
        gpus.modeset = matches!(modeset, Ok(Some(_))) || !matches!(control, Ok(Some(_)));
        gpus.driver = match &answer {
            Err(_) => Driver::NotInstalled,
            Ok(answer) if answer.ok() => Driver::Ok,
            Ok(answer) if answer.code == 18 => Driver::Mismatch,
            Ok(_) => Driver::NotLoaded,
        };
        let rows = answer.map(|answer| answer.stdout).unwrap_or_default();
        for row in rows.lines().filter(|_| gpus.driver == Driver::Ok) {
            let cells: Vec<&str> = row.split(", ").collect();
            if let [_, uuid, name, bus_id, version, memory, ..] = cells.as_slice() {
                gpus.version = (*version).to_owned();
                gpus.gpus.push(SimGpu {
                    uuid: (*uuid).to_owned(),
                    name: (*name).to_owned(),
                    bus_id: (*bus_id).to_owned(),
                    memory_mib: memory.parse().unwrap_or(0),
                    health: sim::GpuHealth::default(),
                });
            }
        }
    }
}

/// A line of `exportfs -s`: `/path  client(options)`.
fn export(line: &str) -> Option<Export> {
    let (path, client) = line.split_once(char::is_whitespace)?;
    let (client, options) = client.trim().split_once('(')?;
    Some(Export {
        path: path.replace("\\040", " "),
        client: client.to_owned(),
        options: options.trim_end_matches(')').to_owned(),
    })
}

/// Folders that an export file names.
fn folders_in(text: &str) -> Vec<Utf8PathBuf> {
    text.lines()
        .map(str::trim)
        .filter_map(|line| match line.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next(),
            None => line.split_whitespace().next(),
        })
        .filter(|path| path.starts_with('/'))
        .map(|path| Utf8PathBuf::from(path.replace("\\040", " ")))
        .collect()
}
