//! What a rehearsal has altered so far: what is altered is read from the shadow.

use super::super::Query;
use super::sim::World;
use camino::{Utf8Path, Utf8PathBuf};
use std::collections::BTreeSet;

/// Names of what differs from the real host.
#[derive(Debug, Default)]
pub struct Shadow {
    /// Paths that were made, altered or removed.
    paths: BTreeSet<Utf8PathBuf>,
    /// Directories that were removed with whatever was in them.
    removed: BTreeSet<Utf8PathBuf>,
    /// Virtual environments into which something was installed, or which were removed.
    venvs: BTreeSet<Utf8PathBuf>,
    units: BTreeSet<String>,
    packages: BTreeSet<String>,
    /// Services that were started or stopped.
    pub services: BTreeSet<String>,
    docker: bool,
    /// Another toolkit than the real host's.
    toolkit: bool,
    /// Another minikube than the real host's.
    minikube: bool,
    /// Profiles were made, started or deleted: more than objects in a running cluster.
    pub cluster: bool,
    exports: bool,
}

impl Shadow {
    /// Notes what a change altered.
    pub fn note(&mut self, before: &World, after: &World) {
        let differing = |a: &World, b: &World| -> Vec<Utf8PathBuf> {
            let differs = |path: &&Utf8PathBuf| a.files.get(*path) != b.files.get(*path);
            a.files.keys().filter(differs).cloned().collect()
        };
        self.paths.extend(differing(before, after));
        self.paths.extend(differing(after, before));
        let gone = before
            .files
            .iter()
            .filter(|(path, entry)| entry.content.is_none() && !after.files.contains_key(*path));
        self.removed.extend(gone.map(|(path, _)| path.clone()));
        for (a, b) in [(before, after), (after, before)] {
            let venvs = a.python.wandb.iter();
            self.venvs.extend(
                venvs
                    .filter(|(venv, has)| b.python.wandb.get(*venv) != Some(*has))
                    .map(|(venv, _)| venv.clone()),
            );
            let units = a.units.iter();
            self.units.extend(
                units
                    .filter(|(name, state)| b.units.get(*name) != Some(*state))
                    .map(|(name, _)| name.clone()),
            );
            self.packages
                .extend(a.packages.difference(&b.packages).cloned());
            self.packages
                .extend(a.remains.difference(&b.remains).cloned());
            let services = a.services.iter();
            self.services.extend(
                services
                    .filter(|(name, service)| b.services.get(*name) != Some(*service))
                    .map(|(name, _)| name.clone()),
            );
        }
        self.docker |= without_images(before) != without_images(after);
        self.toolkit |= before.toolkit != after.toolkit;
        self.minikube |= before.minikube.version != after.minikube.version;
        self.cluster |= profiles_differ(before, after)
            || before.docker.containers != after.docker.containers
            || before.docker.running != after.docker.running;
        self.exports |= before.exports != after.exports;
    }

    /// Whether a path is read from the shadow.
    pub fn covers(&self, path: &Utf8Path) -> bool {
        self.paths.contains(path) || path.ancestors().any(|at| self.removed.contains(at))
    }

    /// Altered entries of a directory: name, and whether it is there now.
    pub fn children(&self, dir: &Utf8Path, world: &World) -> Vec<(String, bool)> {
        self.paths
            .iter()
            .filter(|path| path.parent() == Some(dir))
            .filter_map(|path| Some((path.file_name()?.to_owned(), world.meta(path).is_some())))
            .collect()
    }

    /// Whether a unit's state is the shadow's.
    pub fn has_unit(&self, name: &str) -> bool {
        let name = name.strip_suffix(".service").unwrap_or(name);
        let alias = if name == "nfs-kernel-server" {
            "nfs-server"
        } else {
            name
        };
        self.units.contains(alias)
    }

    /// Whether a question is answered from the shadow.
    pub fn answers(&self, query: &Query) -> bool {
        match query {
            Query::DockerVersion
            | Query::DockerInfo
            | Query::DockerNetwork { .. }
            | Query::DockerContainers { .. }
            | Query::DockerRunning => self.docker,
            Query::ToolkitVersion => self.toolkit,
            Query::MinikubeVersion => self.minikube,
            Query::MinikubeProfiles | Query::MinikubeStatus { .. } => self.cluster || self.minikube,
            Query::NodeReaches { .. } => {
                self.docker || self.cluster || self.exports || self.has_unit("nfs-server")
            }
            Query::Exports => self.exports || self.has_unit("nfs-server"),
            Query::PythonVenv { .. } => self.packages.contains("python3-venv"),
            Query::Package { name } | Query::AptInstall { package: name } => {
                self.packages.contains(name)
            }
            Query::AptUnneeded { .. } => !self.packages.is_empty(),
            Query::AptPurge { packages }
            | Query::PackageStates { packages }
            | Query::EditedConfig { packages } => {
                packages.iter().any(|name| self.packages.contains(name))
            }
            Query::WandbVersion { venv } => {
                self.venvs.contains(venv) || self.covers(&venv.join("bin/python"))
            }
            _ => false,
        }
    }
}

/// Pulled images alone are no reason to answer for the engine.
fn without_images(world: &World) -> super::sim::Docker {
    super::sim::Docker {
        images: BTreeSet::new(),
        ..world.docker.clone()
    }
}

/// Whether profiles differ in anything but the objects of their clusters.
fn profiles_differ(before: &World, after: &World) -> bool {
    let bare = |world: &World| {
        let mut profiles = world.minikube.profiles.clone();
        for profile in profiles.values_mut() {
            profile.api = Default::default();
        }
        (profiles, world.minikube.invalid.clone())
    };
    bare(before) != bare(after)
}
