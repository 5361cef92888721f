//! Places in the world, as keys under which prior values are kept.

use super::ObjectRef;
use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

/// A place in the world that an effect changes: the key under which a prior value is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "name")]
pub enum Touch {
    /// A file.
    File(Utf8PathBuf),
    /// A directory.
    Dir(Utf8PathBuf),
    /// A systemd unit of the system manager.
    Unit(String),
    /// The person's account in a group of this machine.
    Member(String),
    /// A package of the distribution.
    Package(String),
    /// A minikube profile.
    Cluster(String),
    /// A Kubernetes object.
    Object(ObjectRef),
    /// One of our own supervised services.
    Service(String),
}
