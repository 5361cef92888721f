//! Secrets by name, and programs under our own supervisor.

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

/// A secret, by name. Its value never enters a change, an event or the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretName {
    /// The API key of W&B.
    WandbKey,
}

/// A file of mode 0600 that holds a secret in netrc form (`machine`, `login user`, `password`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SecretFile {
    /// Where.
    pub path: Utf8PathBuf,
    /// Host, with the port where the address has one, as `wandb` looks it up.
    pub machine: String,
    /// Which secret.
    pub secret: SecretName,
}

/// A program that our own supervisor keeps running. It is kept as `service.json` in its folder;
/// fields that came later may be missing there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceSpec {
    /// Its name; one per profile and agent.
    pub name: String,
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Its whole environment: nothing is inherited. Never a secret.
    pub env: Vec<(String, String)>,
    /// Folder for its log, pid and state files, and its working directory.
    pub dir: Utf8PathBuf,
    /// A kubeconfig: the program runs only while the cluster behind it answers. `None`: always.
    #[serde(default)]
    pub ready: Option<Utf8PathBuf>,
    /// The systemd user unit that runs the supervisor, so that it comes back after a reboot. `None`:
    /// the supervisor is started by us and lives until the machine goes down.
    #[serde(default)]
    pub unit: Option<String>,
}

/// What is wanted of a service of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "want")]
pub enum ServiceWant {
    /// Running with exactly this specification (restarted if it runs with another).
    Running(ServiceSpec),
    /// Not running, and not started at boot either, whatever supervises it now.
    Stopped {
        /// Name of the service.
        name: String,
        /// Its folder.
        dir: Utf8PathBuf,
        /// The systemd user unit that it may run as.
        unit: String,
    },
}

impl ServiceWant {
    /// Name of the service.
    pub fn name(&self) -> &str {
        match self {
            Self::Running(spec) => &spec.name,
            Self::Stopped { name, .. } => name,
        }
    }
}
