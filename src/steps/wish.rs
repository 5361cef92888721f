//! What is wanted, and on which machine: what every step is made from.

use crate::config::{Layout, Settings};
use crate::host::Identity;
use crate::model::{Command, ObjectRef};
use crate::parse::os_release::{OsRelease, os_release};
use std::sync::Arc;

/// Decisions of one command line that are no settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepFlags {
    /// What can only be made anew may be: cluster, volume.
    pub recreate_cluster: bool,
    /// Undoing takes the shared data away too.
    pub delete_data: bool,
    /// Undoing leaves the cluster, so that what is in it has to go by itself.
    pub cluster_stays: bool,
    /// Packages of the distribution may be installed.
    pub install: bool,
    /// What is set up and broken may be mended where otherwise a person is told how (`doctor
    /// --fix`): a daemon that is off, a group, a module.
    pub mend: bool,
    /// Software may be installed that otherwise is only advised: Docker, NVIDIA's container
    /// toolkit, minikube (`--install`).
    pub tools: bool,
}

impl Default for StepFlags {
    fn default() -> Self {
        Self {
            recreate_cluster: false,
            delete_data: false,
            cluster_stays: false,
            install: true,
            mend: false,
            tools: false,
        }
    }
}

/// Settings, flags and the machine, with what follows from them.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The settings.
    pub settings: Arc<Settings>,
    /// Decisions of this command line.
    pub flags: StepFlags,
    /// Who and where we are.
    pub identity: Identity,
    /// The distribution.
    pub os: OsRelease,
    /// Our places.
    pub layout: Layout,
}

impl Wish {
    /// Derives places and distribution.
    pub fn new(settings: Arc<Settings>, flags: StepFlags, identity: &Identity) -> Self {
        Self {
            layout: settings.layout(&identity.data_dir),
            os: os_release(&identity.os_release),
            identity: identity.clone(),
            settings,
            flags,
        }
    }

    /// Name of the profile, its container, network, context and node.
    pub fn profile(&self) -> &str {
        &self.settings.profile
    }

    /// W&B's server without a trailing slash.
    pub fn base_url(&self) -> &str {
        self.settings.wandb.base_url.trim_end_matches('/')
    }

    /// Name of the agent's service.
    pub fn service_name(&self) -> String {
        format!("agent-{}", self.profile())
    }

    /// Name of the systemd user unit that runs the agent's supervisor.
    pub fn unit_name(&self) -> String {
        format!("gpucluster-{}.service", self.service_name())
    }

    /// `minikube ARGS -p PROFILE` with our own kubeconfig, so that the person's is never touched.
    pub fn minikube(&self, args: &[&str]) -> Command {
        let mut argv = vec!["minikube"];
        argv.extend(args);
        argv.extend(["-p", self.profile()]);
        Command::new(argv).env("KUBECONFIG", self.layout.kubeconfig.as_str())
    }

    /// Names a namespaced object of core/v1 in the namespace of the jobs.
    pub fn namespaced(&self, kind: &str, name: &str) -> ObjectRef {
        ObjectRef::new("v1", kind, Some(&self.settings.namespace), name)
    }

    /// Whether the NFS server is this host.
    pub fn serves_nfs(&self) -> bool {
        self.settings.nfs.enabled && self.settings.nfs.server.is_none()
    }
}
