//! Layering of settings with the origin of each.

use super::env_vars::{self, BORROWED, PREFIX};
use super::keys::{KEYS, Key, closest};
use super::tree::{self, Node, Position, Value};
use super::{Settings, checks};
use crate::model::Fault;
use crate::reason::ids;
use camino::{Utf8Path, Utf8PathBuf};
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

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line, column) => write!(f, "{path}:{line}:{column}"),
            Self::Env(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// What is layered, from low to high; already read, so that layering is pure.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file's path and text.
    pub file: Option<(Utf8PathBuf, String)>,
    /// `GPUCLUSTER_*` variables of the environment, as `(name, value)`. `WANDB_BASE_URL` and
    /// `WANDB_ENTITY` are honoured too; all others are passed over.
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
pub fn load(sources: &Sources) -> Result<Layered, Fault> {
    let mut layers = Layers::new();
    if let Some((path, text)) = &sources.file {
        layers.file(path, text);
    }
    layers.env(&sources.env);
    for (key, flag, value) in &sources.flags {
        layers.set(key, value, false, Origin::Flag((*flag).to_owned()), flag);
    }
    layers.finish()
}

/// The settings so far, and every problem met.
struct Layers {
    document: serde_json::Value,
    origins: BTreeMap<String, Origin>,
    problems: Vec<String>,
}

impl Layers {
    fn new() -> Self {
        Self {
            document: serde_json::to_value(Settings::default()).unwrap_or_default(),
            origins: BTreeMap::new(),
            problems: Vec::new(),
        }
    }

    fn file(&mut self, path: &Utf8Path, text: &str) {
        let place = |at: Position| format!("{path}:{}:{}", at.line, at.column);
        let root = match tree::parse(text) {
            Ok(Some(root)) => root,
            Ok(None) => return,
            Err(syntax) => {
                return self
                    .problems
                    .push(format!("{}: {}", place(syntax.at), syntax.text));
            }
        };
        if root.value.is_null() {
            return;
        }
        let Value::Map(entries) = &root.value else {
            let text = format!(
                "{}: expected settings such as `profile: gpucluster`",
                place(root.at)
            );
            return self.problems.push(text);
        };
        self.duplicates(entries, &place);
        for (name, at, node) in entries {
            if Key::is_group(name) {
                self.group(path, name, node, &place);
            } else {
                self.entry(path, name, *at, node, &place);
            }
        }
    }

    fn group(
        &mut self,
        path: &Utf8Path,
        name: &str,
        node: &Node,
        place: &dyn Fn(Position) -> String,
    ) {
        match &node.value {
            Value::Map(entries) => {
                self.duplicates(entries, place);
                for (inner, at, node) in entries {
                    self.entry(path, &format!("{name}.{inner}"), *at, node, place);
                }
            }
            value if value.is_null() => {}
            _ => self.problems.push(format!(
                "{}: `{name}` is a group of settings, not one value",
                place(node.at)
            )),
        }
    }

    fn entry(
        &mut self,
        path: &Utf8Path,
        name: &str,
        at: Position,
        node: &Node,
        place: &dyn Fn(Position) -> String,
    ) {
        if Key::find(name).is_none() {
            let text = format!("{}: {}", place(at), unknown_key(name));
            return self.problems.push(text);
        }
        match &node.value {
            Value::Scalar { text, .. } => {
                let origin = Origin::File(path.to_owned(), at.line, at.column);
                self.set(name, text, node.value.is_null(), origin, &place(node.at));
            }
            _ => self.problems.push(format!(
                "{}: `{name}` is one value, not a list or a group",
                place(node.at)
            )),
        }
    }

    fn duplicates(
        &mut self,
        entries: &[(String, Position, Node)],
        place: &dyn Fn(Position) -> String,
    ) {
        for (index, (name, at, _)) in entries.iter().enumerate() {
            if let Some((_, first, _)) = entries[..index].iter().find(|(other, ..)| other == name) {
                self.problems.push(format!(
                    "{}: `{name}` is there twice, first in line {}",
                    place(*at),
                    first.line
                ));
            }
        }
    }

    fn env(&mut self, variables: &[(String, String)]) {
        for (variable, key) in BORROWED {
            let value = variables
                .iter()
                .find(|(name, value)| name == variable && !value.is_empty());
            if let Some((name, value)) = value {
                self.set(key, value, false, Origin::Env(name.clone()), name);
            }
        }
        for (name, value) in variables
            .iter()
            .filter(|(name, _)| name.starts_with(PREFIX))
        {
            match env_vars::key_of(name) {
                Some(key) => self.set(key, value, false, Origin::Env(name.clone()), name),
                None if env_vars::is_reserved(name) => {}
                None => self.problems.push(unknown_variable(name)),
            }
        }
    }

    /// Takes a value, or notes what is wrong with it. `place` says where it was written.
    fn set(&mut self, name: &str, text: &str, null: bool, origin: Origin, place: &str) {
        let Some(key) = Key::find(name) else {
            return self
                .problems
                .push(format!("{place}: {}", unknown_key(name)));
        };
        match key.read(text, null) {
            Ok(value) => {
                let pointer = format!("/{}", name.replace('.', "/"));
                if let Some(slot) = self.document.pointer_mut(&pointer) {
                    *slot = value;
                    self.origins.insert(name.to_owned(), origin);
                }
            }
            Err(problem) => self.problems.push(format!("{place}: {problem}")),
        }
    }

    fn finish(self) -> Result<Layered, Fault> {
        let Self {
            document,
            origins,
            mut problems,
        } = self;
        if let Some(problem) = unfit_folder(&document) {
            let place = origins.get("nfs.path").unwrap_or(&Origin::Default);
            problems.push(format!("{place}: `nfs.path` {problem}"));
        }
        if problems.is_empty() {
            match serde_json::from_value(document) {
                Ok(settings) => return Ok(Layered { settings, origins }),
                Err(error) => problems.push(error.to_string()),
            }
        }
        let summary = match problems.len() {
            1 => "the configuration has a problem".to_owned(),
            count => format!("the configuration has {count} problems"),
        };
        let mut fault = Fault::new(ids::CONFIG_INVALID, summary);
        fault.causes = problems;
        Err(fault)
    }
}

/// What is wrong with the shared folder as one of this host.
fn unfit_folder(document: &serde_json::Value) -> Option<String> {
    let nfs = document.get("nfs")?;
    let path = nfs.get("path")?.as_str()?;
    if !nfs.get("server")?.is_null() {
        return None;
    }
    checks::no_system_folder(path).err()
}

/// `unknown key …`, with the closest one: of the same group first, then of all.
fn unknown_key(name: &str) -> String {
    let (group, last) = name.rsplit_once('.').unwrap_or(("", name));
    let names = KEYS.iter().map(|key| key.name);
    let siblings = names.clone().filter_map(|name| {
        let (of, last) = name.rsplit_once('.').unwrap_or(("", name));
        (of == group).then_some(last)
    });
    let groups = names
        .clone()
        .filter_map(|name| name.split_once('.').map(|(group, _)| group));
    let near = if group.is_empty() {
        closest(last, siblings.chain(groups))
    } else {
        closest(last, siblings)
    };
    // The right word in the wrong place: `memory` at the top instead of in `cluster`.
    let elsewhere = names
        .clone()
        .find(|name| name.rsplit_once('.').map_or(*name, |(_, last)| last) == last);
    match near.or(elsewhere) {
        Some(near) => format!("unknown key `{last}` (did you mean `{near}`?)"),
        None => format!("unknown key `{last}`"),
    }
}

fn unknown_variable(name: &str) -> String {
    let known: Vec<String> = KEYS
        .iter()
        .map(|key| env_vars::variable_of(key.name))
        .collect();
    let tail = |name: &str| name.strip_prefix(PREFIX).unwrap_or(name).to_owned();
    let tails: Vec<String> = known
        .iter()
        .map(String::as_str)
        .chain(env_vars::RESERVED)
        .map(tail)
        .collect();
    match closest(&tail(name), tails.iter().map(String::as_str)) {
        Some(near) => format!("{name}: unknown variable (did you mean `{PREFIX}{near}`?)"),
        None => format!("{name}: unknown variable"),
    }
}

#[cfg(test)]
mod tests;
