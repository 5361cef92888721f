//! Secrets by name, and programs under our own supervisor.

use camino::Utf8PathBuf;
use serde::Serialize;

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

/// A program that our own supervisor keeps running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceSpec {
    /// Its name; one per profile and agent.
    pub name: String,
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Its whole environment: nothing is inherited. Never a secret.
    pub env: Vec<(String, String)>,
    /// Folder for its log, pid and state files, and its working directory.
    pub dir: Utf8PathBuf,
}

/// What is wanted of a service of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "want")]
pub enum ServiceWant {
    /// Running with exactly this specification (restarted if it runs with another).
    Running(ServiceSpec),
    /// Not running. Names the service and its folder.
    Stopped {
        /// Name of the service.
        name: String,
        /// Its folder.
        dir: Utf8PathBuf,
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
