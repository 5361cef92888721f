//! Every setting by its dotted key: the form of its value and what is allowed.

use super::{checks, install, nfs};
use serde_json::{Value, json};

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A word or text.
    Text,
    /// A word or text, or nothing.
    OptionalText,
    /// A whole number.
    Number,
    /// A whole number, or nothing.
    OptionalNumber,
    /// `true` or `false`.
    Switch,
}

/// One setting.
pub(super) struct Key {
    /// Dotted, such as `cluster.memory`.
    pub name: &'static str,
    pub form: Form,
    /// What is wrong with a value that has the right form.
    pub check: fn(&str) -> Result<(), String>,
}

const fn key(name: &'static str, form: Form, check: fn(&str) -> Result<(), String>) -> Key {
    Key { name, form, check }
}

/// Every setting, in the order of the file that `init` writes.
pub(super) const KEYS: &[Key] = &[
    key("profile", Form::Text, checks::profile),
    key("namespace", Form::Text, checks::label),
    key("patience", Form::Number, checks::patience),
    key("cluster.cpus", Form::Text, checks::cpus),
    key("cluster.memory", Form::Text, checks::memory),
    key(
        "cluster.kubernetes_version",
        Form::OptionalText,
        checks::kubernetes_version,
    ),
    key("cluster.base_image", Form::OptionalText, checks::image),
    key("cluster.start_minutes", Form::Number, checks::minutes),
    key("gpu.image", Form::Text, checks::image),
    key("nfs.enabled", Form::Switch, checks::anything),
    key("nfs.path", Form::Text, checks::export_path),
    key("nfs.capacity", Form::Text, checks::capacity),
    key("nfs.volume", Form::Text, checks::object_name),
    key("nfs.claim", Form::Text, checks::object_name),
    key("nfs.server", Form::OptionalText, checks::host),
    key("nfs.clients", Form::OptionalText, nfs::clients),
    key("nfs.squash", Form::Text, nfs::squash),
    key("nfs.owner", Form::Text, nfs::owner),
    key("nfs.version", Form::Text, nfs::version),
    key("wandb.base_url", Form::Text, checks::base_url),
    key("wandb.entity", Form::OptionalText, checks::entity),
    key("wandb.queue", Form::Text, checks::queue),
    key("agent.version", Form::Text, checks::package_version),
    key("agent.python", Form::Text, checks::program),
    key("agent.index_url", Form::OptionalText, checks::index_url),
    key("agent.max_jobs", Form::OptionalNumber, checks::at_least_one),
    key("agent.supervisor", Form::Text, checks::supervisor),
    key("install.bin_dir", Form::Text, install::folder),
    key("install.minikube_version", Form::Text, install::minikube),
    key(
        "install.minikube_source",
        Form::OptionalText,
        install::source,
    ),
    key(
        "install.minikube_sha256",
        Form::OptionalText,
        install::sha256,
    ),
    key(
        "install.toolkit_repository",
        Form::Text,
        install::repository,
    ),
    key("install.toolkit_key", Form::Text, install::source),
    key(
        "install.toolkit_fingerprint",
        Form::Text,
        install::fingerprint,
    ),
];

impl Key {
    /// The setting of that name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// Whether a group of settings (`cluster`) has that name.
    pub(super) fn is_group(name: &str) -> bool {
        KEYS.iter().any(|key| {
            key.name
                .split_once('.')
                .is_some_and(|(group, _)| group == name)
        })
    }

    /// The value as the typed settings take it; `null` says that nothing was written.
    pub(super) fn read(&self, text: &str, null: bool) -> Result<Value, String> {
        let optional = matches!(self.form, Form::OptionalText | Form::OptionalNumber);
        if null || (optional && text.is_empty()) {
            return if optional {
                Ok(Value::Null)
            } else {
                Err(format!("`{}` has no value", self.name))
            };
        }
        let value = match self.form {
            Form::Text | Form::OptionalText => json!(checks::normal(self.name, text)),
            Form::Number | Form::OptionalNumber => match text.parse::<u64>() {
                Ok(number) if number <= u64::from(u32::MAX) => json!(number),
                _ => {
                    return Err(format!(
                        "`{}` must be a whole number, not `{text}`",
                        self.name
                    ));
                }
            },
            Form::Switch => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" => json!(true),
                "false" | "no" | "off" => json!(false),
                _ => {
                    return Err(format!(
                        "`{}` must be `true` or `false`, not `{text}`",
                        self.name
                    ));
                }
            },
        };
        (self.check)(text).map_err(|problem| format!("`{}` {problem}", self.name))?;
        Ok(value)
    }
}

/// The closest of `known` to a misspelt name; `None` where none is close.
pub(super) fn closest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
