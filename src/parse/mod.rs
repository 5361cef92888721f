//! What tools print, as values. Pure `&str -> value`; no host, no clock.
//!
//! Every parser returns [`Unreadable`] for text it does not know and never panics; each is tested
//! against the real outputs in `tests/tapes`.

pub mod agent_log;
pub mod apt;
pub mod cdi_spec;
pub mod certificate;
pub mod docker;
pub mod docker_network;
pub mod export_files;
pub mod exports;
pub mod glob;
pub mod group;
pub mod hub;
pub mod kernel_log;
pub mod kernel_module;
pub mod listeners;
pub mod meminfo;
pub mod minikube;
pub mod minikube_events;
pub mod mounts;
pub mod no_proxy;
pub mod node_probe;
pub mod nvidia_config;
pub mod nvidia_smi;
pub mod nvidia_xml;
pub mod openpgp;
pub mod os_release;
pub mod package_versions;
pub mod pods;
pub mod quantity;
pub mod redact;
pub mod unit;
pub mod wandb;
pub mod wandb_queue;
pub mod warm_source;

/// Text that is not what its tool is known to print.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {why}: `{text}`")]
pub struct Unreadable {
    /// What was expected, such as `docker info`.
    pub what: &'static str,
    /// What is wrong with it.
    pub why: String,
    /// The offending text, shortened to 120 characters.
    pub text: String,
}

impl Unreadable {
    /// Keeps the beginning of `text` as evidence.
    pub fn new(what: &'static str, why: impl Into<String>, text: &str) -> Self {
        let mut short: String = text.trim().chars().take(120).collect();
        if short.len() < text.trim().len() {
            short.push('…');
        }
        Self {
            what,
            why: why.into(),
            text: short,
        }
    }
}

/// Parses JSON, or says which tool's output was no JSON.
fn json(what: &'static str, text: &str) -> Result<serde_json::Value, Unreadable> {
    serde_json::from_str(text.trim())
        .map_err(|error| Unreadable::new(what, error.to_string(), text))
}

/// A string field of a JSON object; empty where it is missing or of another type.
fn text_at(value: &serde_json::Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(serde_json::Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_shortened_at_a_character_and_not_inside_one() {
        let error = Unreadable::new("docker info", "no JSON", &"é".repeat(500));
        assert_eq!(error.text.chars().count(), 121);
        assert!(error.to_string().starts_with("docker info: no JSON: `é"));
    }
}
