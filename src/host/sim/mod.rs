//! A simulated machine: a model of everything `gpucluster` touches, with the real tools' texts,
//! exit codes and traps, so that the whole engine can be flown without Docker, root or a network.
//!
//! A [`World`] is one JSON document. Commands act on it as the real tools act on a machine: a second
//! `minikube start` ignores `--gpus`, a restart of Docker stops the node, a killed start leaves a
//! profile behind. Time is `tokio`'s, so a paused clock makes minutes pass at once.
//!
//! This room knows nothing of steps or settings: it models tools, not wishes.

mod accounts;
mod agent;
mod archive;
mod bench;
mod commands;
mod docker;
mod docker_queries;
mod durations;
mod effects;
mod fault;
mod fetch;
mod files;
mod gpu;
mod gpu_xml;
mod host;
mod kernel_queries;
mod kube_api;
mod kube_binder;
mod kube_controllers;
mod kube_merge;
mod kube_rules;
mod kube_store;
mod machine_hardware;
mod machine_parts;
mod machine_troubles;
mod machines;
mod machines_stack;
mod minikube;
mod minikube_events_out;
mod minikube_flags;
mod minikube_node;
mod minikube_phases;
mod minikube_queries;
mod minikube_start;
mod modules;
mod nfs;
mod nfs_mount;
mod package_queries;
mod packages;
mod programs;
mod python;
mod query;
mod services;
mod store;
mod toolkit;
mod units;
mod user_units;
mod wandb;
mod world;
mod world_blank;
mod world_troubles;

#[cfg(test)]
mod tests;

pub(in crate::host) use archive::{find as archived, names as archived_names};
pub(in crate::host) use bench::{Bench, Ended, Stage};
pub(in crate::host) use commands::{NO_MODEL, is_modelled};
pub(in crate::host) use effects::carry_out;
pub(in crate::host) use kube_api::client_for;
pub(in crate::host) use kube_store::{At, KINDS, KubeStore};
pub(in crate::host) use query::answer as model_answer;
pub(in crate::host) use user_units::linger_file;
pub(in crate::host) use wandb::secret_state;
pub(in crate::host) use {nfs::sources as export_sources, programs::path_of as program_path};
pub(in crate::host) use {services::state as service_state, units::state as unit_state};

pub use fault::{FaultRule, GRAMMAR as FAULT_GRAMMAR, parse_faults};
pub use host::SimHost;
pub use machines::{DEFAULT as DEFAULT_MACHINE, build as build_machine, machines};
pub use world::{
    Container, Disk, Docker, Driver, Entry, Export, GpuHealth, GpuStack, Minikube, Network,
    NfsPort, Performed, Profile, Python, Service, SimGpu, UnitTrouble, WandbServer, World,
};

use camino::Utf8PathBuf;

/// How fast time passes on a simulated host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// Stated durations, waited for with `tokio::time`: on a paused clock they pass at once.
    Virtual,
    /// Stated durations times this factor, by the wall clock.
    Scaled(f64),
    /// No waiting at all: a rehearsal. Things that come later on a real machine come at once.
    Instant,
}

/// What an injected crash does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnCrash {
    /// SIGKILL to this very process: the real thing.
    KillProcess,
    /// The host answers nothing any more and [`SimHost::crashed`] resolves: a test drops the run
    /// there, which is what a death of the process looks like from inside.
    Freeze,
}

/// How a simulated host behaves in this process. Nothing of it is stored with the world.
#[derive(Clone, Debug, PartialEq)]
pub struct SimOptions {
    /// How fast time passes.
    pub pace: Pace,
    /// Injected faults, see [`FAULT_GRAMMAR`].
    pub faults: Vec<FaultRule>,
    /// What an injected crash does.
    pub on_crash: OnCrash,
    /// Whether root rights can be had.
    pub sudo: bool,
    /// minikube profile that `ReadHost::kube` speaks to.
    pub profile: String,
    /// Our kubeconfig on the simulated machine; `None`: where the settings' layout puts it,
    /// `DATA_DIR/profiles/PROFILE/agent/home/.kube/config`.
    pub kubeconfig: Option<Utf8PathBuf>,
    /// An entity that the simulated W&B server knows as a team of the key's owner, besides its own.
    /// Counts when the world is made.
    pub entity: Option<String>,
    /// A queue that the simulated W&B server has besides `gpucluster`. Counts when the world is made.
    pub queue: Option<String>,
}

impl Default for SimOptions {
    fn default() -> Self {
        Self {
            pace: Pace::Virtual,
            faults: Vec::new(),
            on_crash: OnCrash::KillProcess,
            sudo: true,
            profile: "gpucluster".to_owned(),
            kubeconfig: None,
            entity: None,
            queue: None,
        }
    }
}
