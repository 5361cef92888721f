//! minikube's JSON: `version`, `profile list` and `status`.
//!
//! Shapes and traps: kubernetes/minikube `cmd/minikube/cmd/{version,status}.go` and
//! `config/profile_list.go`, v1.32 to v1.38.

use super::{Unreadable, json, text_at};
use crate::model::parse_tool_version;
use semver::Version;
use serde_json::Value;

/// Reads `minikube version -o json`. Development builds say `v0.0.0-unset`.
///
/// # Errors
/// When there is no version in it.
pub fn version(text: &str) -> Result<Version, Unreadable> {
    let value = json("minikube version", text)?;
    parse_tool_version(&text_at(&value, "/minikubeVersion"))
        .ok_or_else(|| Unreadable::new("minikube version", "no `minikubeVersion`", text))
}

/// One profile with what was stored when it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// `Status`: `OK` or (before 1.35) `Running`, `Stopped`, `Starting` … Empty where it could not
    /// be told, and for minutes after a failed start.
    pub status: String,
    /// `Config.Driver`.
    pub driver: String,
    /// `Config.GPUs`; empty for a cluster made without. Missing before 1.32, so empty too.
    pub gpus: String,
    /// `Config.KubernetesConfig.ContainerRuntime`.
    pub container_runtime: String,
    /// `Config.KubernetesConfig.KubernetesVersion`.
    pub kubernetes_version: String,
    /// `Config.CPUs`.
    pub cpus: Option<u64>,
    /// `Config.Memory` in MiB.
    pub memory_mib: Option<u64>,
}

/// Reads the valid profiles of `minikube profile list -o json`.
///
/// The invalid ones are left out on purpose: they hold folders of starts that never got anywhere
/// and containers of other users, and nothing may be done about either.
///
/// # Errors
/// When it is not that list (`{"error":{}}` on failure).
pub fn profiles(text: &str) -> Result<Vec<Profile>, Unreadable> {
    let what = "minikube profile list";
    let value = json(what, text)?;
    let Some(valid) = value.get("valid") else {
        return Err(Unreadable::new(what, "no `valid`", text));
    };
    // An empty list is written as `null` by some releases.
    Ok(valid
        .as_array()
        .map(|list| list.iter().map(profile).collect())
        .unwrap_or_default())
}

fn profile(entry: &Value) -> Profile {
    Profile {
        name: text_at(entry, "/Name"),
        status: text_at(entry, "/Status"),
        driver: text_at(entry, "/Config/Driver"),
        gpus: text_at(entry, "/Config/GPUs"),
        container_runtime: text_at(entry, "/Config/KubernetesConfig/ContainerRuntime"),
        kubernetes_version: text_at(entry, "/Config/KubernetesConfig/KubernetesVersion"),
        cpus: entry.pointer("/Config/CPUs").and_then(Value::as_u64),
        memory_mib: entry.pointer("/Config/Memory").and_then(Value::as_u64),
    }
}

/// What `minikube status` tells of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// No such profile: two CloudEvents lines in place of a status, exit 85.
    NoProfile,
    /// The profile exists and its container does not: `null`, exit 7 (0 up to v1.37).
    NoContainer,
    /// The control plane's node.
    Node(NodeStatus),
}

/// The state of one node. `Kubeconfig` is left out: it judges whichever kubeconfig minikube looked
/// at, and ours is another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeStatus {
    /// `Running`, `Stopped`, `Paused`, `Starting`, `Error`, `Nonexistent`, `InsufficientStorage`.
    pub host: String,
    /// `Running`, `Stopped`; repeats the host's where that is not running.
    pub kubelet: String,
    /// `Running`, `Stopped`, `Paused`, `Error`.
    pub apiserver: String,
}

/// Reads `minikube status -o json`.
///
/// # Errors
/// When it is none of the known shapes.
pub fn status(text: &str) -> Result<Status, Unreadable> {
    let what = "minikube status";
    let text = text.trim();
    let mut values = serde_json::Deserializer::from_str(text)
        .into_iter::<Value>()
        .map_while(Result::ok);
    let Some(first) = values.next() else {
        return Err(Unreadable::new(what, "no JSON", text));
    };
    // Several nodes are an array, the control plane first.
    let node = match &first {
        Value::Null => return Ok(Status::NoContainer),
        Value::Array(nodes) => match nodes.first() {
            Some(Value::Null) | None => return Ok(Status::NoContainer),
            Some(node) => node.clone(),
        },
        other => other.clone(),
    };
    if node.get("specversion").is_some() {
        return Ok(Status::NoProfile);
    }
    let host = text_at(&node, "/Host");
    if host.is_empty() {
        return Err(Unreadable::new(what, "no `Host`", text));
    }
    Ok(Status::Node(NodeStatus {
        host,
        kubelet: text_at(&node, "/Kubelet"),
        apiserver: text_at(&node, "/APIServer"),
    }))
}

/// A memory size as minikube's flag takes it, in MiB: `48g`, `48gb`, `16384`, `16384m`.
/// `None` for `max`, `no-limit` and what is no size.
pub fn memory_mib(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text[..at].parse().ok()?;
    match text[at..].trim_end_matches("ib").trim_end_matches('b') {
        "" | "m" => Some(number),
        "g" => number.checked_mul(1024),
        "t" => number.checked_mul(1024 * 1024),
        "k" => Some(number / 1024),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PROFILES: &str = include_str!("../../tests/tapes/reconstructed/minikube-profiles.json");
    const MISSING: &str =
        include_str!("../../tests/tapes/reconstructed/minikube-status-no-profile.jsonl");

    #[test]
    fn versions_are_read_and_development_builds_tolerated() {
        let text =
            r#"{"commit":"c93a4cb9311efc66b90d33ea03f75f2c4120e9b0","minikubeVersion":"v1.38.1"}"#;
        assert_eq!(version(text), Ok(Version::new(1, 38, 1)));
        let unset = version(r#"{"commit":"","minikubeVersion":"v0.0.0-unset"}"#).unwrap();
        assert_eq!(unset.to_string(), "0.0.0-unset");
        assert!(version("{}").is_err());
    }

    #[test]
    fn what_a_profile_was_made_with_is_read() {
        let profiles = profiles(PROFILES).unwrap();
        assert_eq!(profiles.len(), 1);
        assert_eq!(profiles[0].name, "gpucluster");
        assert_eq!(profiles[0].gpus, "all");
        assert_eq!(profiles[0].driver, "docker");
        assert_eq!(profiles[0].container_runtime, "docker");
        assert_eq!(profiles[0].cpus, Some(16));
    }

    #[test]
    fn no_profiles_are_no_error_and_a_failure_is() {
        assert_eq!(profiles(r#"{"invalid":[],"valid":[]}"#), Ok(Vec::new()));
        assert_eq!(profiles(r#"{"invalid":null,"valid":null}"#), Ok(Vec::new()));
        assert!(profiles(r#"{"error":{}}"#).is_err());
    }

    #[test]
    fn every_shape_of_a_status_is_known() {
        let running = r#"{"Name":"gpucluster","Host":"Running","Kubelet":"Running","APIServer":"Running","Kubeconfig":"Misconfigured","Worker":false}"#;
        let node = NodeStatus {
            host: "Running".to_owned(),
            kubelet: "Running".to_owned(),
            apiserver: "Running".to_owned(),
        };
        assert_eq!(status(running), Ok(Status::Node(node.clone())));
        assert_eq!(status(&format!("[{running}]")), Ok(Status::Node(node)));
        assert_eq!(status("null"), Ok(Status::NoContainer));
        assert_eq!(status(MISSING), Ok(Status::NoProfile));
        assert!(status("").is_err());
        assert!(status("{}").is_err());
    }

    #[test]
    fn sizes_are_read_as_minikube_reads_them() {
        assert_eq!(memory_mib("48g"), Some(49152));
        assert_eq!(memory_mib("48GB"), Some(49152));
        assert_eq!(memory_mib("16384"), Some(16384));
        assert_eq!(memory_mib("16384mib"), Some(16384));
        assert_eq!(memory_mib("no-limit"), None);
        assert_eq!(memory_mib("12x"), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = (version(&text), profiles(&text), status(&text), memory_mib(&text));
        }
    }
}
