//! The closed set of host effects, as data: the same value is shown, journalled, simulated and
//! carried out.

use super::{Command, Fetch, ObjectRef, SecretFile, ServiceWant, Touch};
use camino::Utf8PathBuf;
use serde::Serialize;
use serde_json::Value;

/// With whose rights an effect is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Privilege {
    /// The person who typed the command.
    User,
    /// Root, by `sudo` for this one change.
    Root,
}

/// How much a change can hurt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Adds something; nothing running notices.
    Safe,
    /// Stops or restarts something that may be in use.
    Disruptive,
    /// Data or a cluster is lost. Never covered by `--yes`.
    Destructive,
}

/// Who owns a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Owner {
    /// Numeric user id.
    pub uid: u32,
    /// Numeric group id.
    pub gid: u32,
}

/// What a removal takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// One file.
    File,
    /// A directory that must be empty.
    EmptyDir,
    /// A directory with everything in it.
    Tree,
}

/// What is wanted of a systemd unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitWant {
    /// Enabled at boot and running now.
    EnabledAndStarted,
    /// Stopped and started again.
    Restarted,
    /// Stopped and not started at boot.
    DisabledAndStopped,
    /// Not started at boot; it runs on if it runs.
    Disabled,
    /// Stopped; started at boot if it is enabled.
    Stopped,
}

/// A host effect.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "effect")]
pub enum Effect {
    /// A directory with these bits (and owner), parents included.
    MakeDir {
        /// Where.
        path: Utf8PathBuf,
        /// Permission bits.
        mode: u32,
        /// Owner, if it matters.
        owner: Option<Owner>,
        /// With whose rights.
        privilege: Privilege,
    },
    /// A file with exactly this content, put in place atomically.
    WriteFile {
        /// Where.
        path: Utf8PathBuf,
        /// Its whole content.
        content: String,
        /// Permission bits.
        mode: u32,
        /// With whose rights.
        privilege: Privilege,
    },
    /// A file is brought from elsewhere, proven, and put in place atomically.
    Fetch(Fetch),
    /// Something of ours goes away. Missing is success.
    RemoveOwned {
        /// What.
        path: Utf8PathBuf,
        /// As what.
        removal: Removal,
        /// With whose rights.
        privilege: Privilege,
    },
    /// A systemd unit is brought into a state.
    Unit {
        /// Its name.
        name: String,
        /// The state.
        want: UnitWant,
    },
    /// A command is run.
    Run(Command),
    /// A Kubernetes object by server-side apply under our field manager.
    ApplyObject {
        /// The whole object.
        object: Value,
    },
    /// A Kubernetes object goes away. Missing is success.
    DeleteObject {
        /// Which.
        object: ObjectRef,
    },
    /// A secret is put where it is needed.
    PutSecret {
        /// Where and which.
        file: SecretFile,
    },
    /// One of our services is started or stopped.
    Service {
        /// What is wanted.
        service: ServiceWant,
    },
}

/// The kind of an effect, for consent and for counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the effect of the same name")]
pub enum EffectKind {
    MakeDir,
    WriteFile,
    Fetch,
    RemoveOwned,
    Unit,
    Run,
    ApplyObject,
    DeleteObject,
    PutSecret,
    Service,
}

/// One planned change: an effect, how much it can hurt and why it is needed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// What is done.
    #[serde(flatten)]
    pub effect: Effect,
    /// How much it can hurt.
    pub risk: Risk,
    /// Why, in one sentence (`e(xplain)` at the prompt).
    pub why: String,
    /// A consequence to show beside it, such as `stops 3 running containers`.
    pub caution: Option<String>,
}

impl Change {
    /// A safe change.
    pub fn safe(effect: Effect, why: impl Into<String>) -> Self {
        Self {
            effect,
            risk: Risk::Safe,
            why: why.into(),
            caution: None,
        }
    }

    /// A change that disturbs something running; `caution` says what.
    pub fn disruptive(effect: Effect, why: impl Into<String>, caution: impl Into<String>) -> Self {
        Self {
            effect,
            risk: Risk::Disruptive,
            why: why.into(),
            caution: Some(caution.into()),
        }
    }

    /// A change that loses something; `caution` says what.
    pub fn destructive(effect: Effect, why: impl Into<String>, caution: impl Into<String>) -> Self {
        Self {
            effect,
            risk: Risk::Destructive,
            why: why.into(),
            caution: Some(caution.into()),
        }
    }

    /// Its kind.
    pub fn kind(&self) -> EffectKind {
        match &self.effect {
            Effect::MakeDir { .. } => EffectKind::MakeDir,
            Effect::WriteFile { .. } => EffectKind::WriteFile,
            Effect::Fetch(_) => EffectKind::Fetch,
            Effect::RemoveOwned { .. } => EffectKind::RemoveOwned,
            Effect::Unit { .. } => EffectKind::Unit,
            Effect::Run(_) => EffectKind::Run,
            Effect::ApplyObject { .. } => EffectKind::ApplyObject,
            Effect::DeleteObject { .. } => EffectKind::DeleteObject,
            Effect::PutSecret { .. } => EffectKind::PutSecret,
            Effect::Service { .. } => EffectKind::Service,
        }
    }

    /// With whose rights it is carried out.
    pub fn privilege(&self) -> Privilege {
        match &self.effect {
            Effect::MakeDir { privilege, .. }
            | Effect::WriteFile { privilege, .. }
            | Effect::RemoveOwned { privilege, .. } => *privilege,
            Effect::Fetch(fetch) => fetch.privilege,
            Effect::Unit { .. } => Privilege::Root,
            Effect::Run(command) => command.privilege,
            Effect::ApplyObject { .. }
            | Effect::DeleteObject { .. }
            | Effect::PutSecret { .. }
            | Effect::Service { .. } => Privilege::User,
        }
    }

    /// What is done, as a person would type or say it. `sudo` is not part of it.
    pub fn describe(&self) -> String {
        match &self.effect {
            Effect::MakeDir { path, .. } => format!("make directory {path}"),
            Effect::WriteFile { path, .. } => format!("write {path}"),
            Effect::Fetch(fetch) => fetch.describe(),
            Effect::RemoveOwned { path, removal, .. } => match removal {
                Removal::File => format!("remove {path}"),
                Removal::EmptyDir => format!("remove empty directory {path}"),
                Removal::Tree => format!("remove {path} and everything in it"),
            },
            Effect::Unit { name, want } => match want {
                UnitWant::EnabledAndStarted => format!("systemctl enable --now {name}"),
                UnitWant::Restarted => format!("systemctl restart {name}"),
                UnitWant::DisabledAndStopped => format!("systemctl disable --now {name}"),
                UnitWant::Disabled => format!("systemctl disable {name}"),
                UnitWant::Stopped => format!("systemctl stop {name}"),
            },
            Effect::Run(command) => command.line(),
            Effect::ApplyObject { object } => match ObjectRef::of(object) {
                Some(name) => format!("apply {name}"),
                None => "apply an object".to_owned(),
            },
            Effect::DeleteObject { object } => format!("delete {object}"),
            Effect::PutSecret { file } => format!("put the W&B key into {}", file.path),
            Effect::Service { service } => match service {
                ServiceWant::Running(spec) => match &spec.unit {
                    Some(unit) => {
                        format!("start {} (systemctl --user enable --now {unit})", spec.name)
                    }
                    None => format!("start {}", spec.name),
                },
                ServiceWant::Stopped { name, .. } => format!("stop {name}"),
            },
        }
    }

    /// What it brings into being or alters.
    pub fn touches(&self) -> Vec<Touch> {
        match &self.effect {
            Effect::MakeDir { path, .. } => vec![Touch::Dir(path.clone())],
            Effect::WriteFile { path, .. } => vec![Touch::File(path.clone())],
            Effect::Fetch(fetch) => vec![fetch.touch()],
            Effect::RemoveOwned { path, removal, .. } => vec![match removal {
                Removal::File => Touch::File(path.clone()),
                Removal::EmptyDir | Removal::Tree => Touch::Dir(path.clone()),
            }],
            Effect::Unit { name, .. } => vec![Touch::Unit(name.clone())],
            Effect::Run(command) => command.touches.clone(),
            Effect::ApplyObject { object } => ObjectRef::of(object)
                .map(Touch::Object)
                .into_iter()
                .collect(),
            Effect::DeleteObject { object } => vec![Touch::Object(object.clone())],
            Effect::PutSecret { file } => vec![Touch::File(file.path.clone())],
            Effect::Service { service } => vec![Touch::Service(service.name().to_owned())],
        }
    }

    /// Whether it may be cut short when a person asks us to stop. Short writes finish.
    pub fn interruptible(&self) -> bool {
        matches!(
            self.effect,
            Effect::Run(_) | Effect::Fetch(_) | Effect::Service { .. }
        )
    }
}
