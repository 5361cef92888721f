//! The closed set of host effects, as data: the same value is shown, journalled, simulated and
//! carried out.

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::time::Duration;

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

/// What a command's output means while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Collected; shown only on failure.
    Quiet,
    /// Each line is progress.
    Lines,
    /// minikube's CloudEvents (`-o json`).
    MinikubeEvents,
}

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
    /// A package of the distribution.
    Package(String),
    /// A minikube profile.
    Cluster(String),
    /// A Kubernetes object.
    Object(ObjectRef),
    /// One of our own supervised services.
    Service(String),
}

/// Names a Kubernetes object without its content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectRef {
    /// `v1`, `apps/v1`, `storage.k8s.io/v1` …
    pub api_version: String,
    /// `PersistentVolume` …
    pub kind: String,
    /// `None` for cluster-wide kinds.
    pub namespace: Option<String>,
    /// `metadata.name`.
    pub name: String,
}

impl ObjectRef {
    /// Names an object.
    pub fn new(api_version: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        Self {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
        }
    }

    /// The name of an object given as JSON; `None` if a part is missing.
    pub fn of(object: &Value) -> Option<Self> {
        Some(Self {
            api_version: object.get("apiVersion")?.as_str()?.to_owned(),
            kind: object.get("kind")?.as_str()?.to_owned(),
            namespace: object
                .pointer("/metadata/namespace")
                .and_then(Value::as_str)
                .map(str::to_owned),
            name: object.pointer("/metadata/name")?.as_str()?.to_owned(),
        })
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// A command to run, whole: what is shown is what is executed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Command {
    /// Program and arguments. No shell is between.
    pub argv: Vec<String>,
    /// Variables set on top of the inherited environment. Never a secret.
    pub env: Vec<(String, String)>,
    /// With whose rights.
    pub privilege: Privilege,
    /// After this long it is ended and counts as failed.
    #[serde(serialize_with = "as_seconds", rename = "timeout_s")]
    pub timeout: Duration,
    /// What its output means.
    pub stream: Stream,
    /// What it brings into being or alters.
    pub touches: Vec<Touch>,
    /// What its output must show besides exit code 0, which alone proves nothing.
    pub expect: Option<Expect>,
}

/// What a command's output must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// `nvidia-smi -L` must list this many GPUs.
    Gpus(u32),
}

fn as_seconds<S: serde::Serializer>(value: &Duration, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u64(value.as_secs())
}

impl Command {
    /// A quiet command of the user with ten minutes to end.
    pub fn new<I, S>(argv: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            privilege: Privilege::User,
            timeout: Duration::from_secs(600),
            stream: Stream::Quiet,
            touches: Vec::new(),
            expect: None,
        }
    }

    /// Sets what the output must show.
    #[must_use]
    pub fn expecting(mut self, expect: Expect) -> Self {
        self.expect = Some(expect);
        self
    }

    /// The same by root.
    #[must_use]
    pub fn as_root(mut self) -> Self {
        self.privilege = Privilege::Root;
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the limit.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sets what the output means.
    #[must_use]
    pub fn stream(mut self, stream: Stream) -> Self {
        self.stream = stream;
        self
    }

    /// Names what it makes.
    #[must_use]
    pub fn touching(mut self, touch: Touch) -> Self {
        self.touches.push(touch);
        self
    }

    /// As one would type it: words quoted where a shell needs it.
    pub fn line(&self) -> String {
        let mut words: Vec<String> = self
            .env
            .iter()
            .map(|(name, value)| format!("{name}={}", quoted(value)))
            .collect();
        words.extend(self.argv.iter().map(|word| quoted(word)));
        words.join(" ")
    }
}

/// Quotes a word for a POSIX shell where it needs it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
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
}

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
            Effect::RemoveOwned { path, removal, .. } => match removal {
                Removal::File => format!("remove {path}"),
                Removal::EmptyDir => format!("remove empty directory {path}"),
                Removal::Tree => format!("remove {path} and everything in it"),
            },
            Effect::Unit { name, want } => match want {
                UnitWant::EnabledAndStarted => format!("systemctl enable --now {name}"),
                UnitWant::Restarted => format!("systemctl restart {name}"),
                UnitWant::DisabledAndStopped => format!("systemctl disable --now {name}"),
            },
            Effect::Run(command) => command.line(),
            Effect::ApplyObject { object } => match ObjectRef::of(object) {
                Some(name) => format!("apply {name}"),
                None => "apply an object".to_owned(),
            },
            Effect::DeleteObject { object } => format!("delete {object}"),
            Effect::PutSecret { file } => format!("put the W&B key into {}", file.path),
            Effect::Service { service } => match service {
                ServiceWant::Running(spec) => format!("start {}", spec.name),
                ServiceWant::Stopped { name, .. } => format!("stop {name}"),
            },
        }
    }

    /// What it brings into being or alters.
    pub fn touches(&self) -> Vec<Touch> {
        match &self.effect {
            Effect::MakeDir { path, .. } => vec![Touch::Dir(path.clone())],
            Effect::WriteFile { path, .. } => vec![Touch::File(path.clone())],
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
        matches!(self.effect, Effect::Run(_) | Effect::Service { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_pasted() {
        let command = Command::new(["docker", "run", "a b", "it's", ""]).env("K", "v w");
        assert_eq!(command.line(), r"K='v w' docker run 'a b' 'it'\''s' ''");
    }

    #[test]
    fn an_object_is_named_from_its_json() {
        let object = serde_json::json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": {"name": "nfs-pvc", "namespace": "launch"}
        });
        let name = ObjectRef::of(&object).unwrap();
        assert_eq!(name.to_string(), "PersistentVolumeClaim launch/nfs-pvc");
        assert_eq!(ObjectRef::of(&serde_json::json!({})), None);
    }
}
