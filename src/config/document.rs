//! The settings as a file: every key with a line that says what it is.

use super::Settings;
use super::env_vars::variable_of;
use super::keys::KEYS;
use serde_json::Value;

/// What is said above a key.
fn about(key: &str) -> &'static str {
    match key {
        "profile" => "name of the minikube profile and of everything else of ours on this machine",
        "namespace" => "namespace of the claim and of the jobs",
        "patience" => {
            "how many times the usual limits are waited for an answer; 1, more on slow machines"
        }
        "cluster.cpus" => "no-limit, max or a number; fixed when the cluster is made",
        "cluster.memory" => "no-limit, max or a size such as 48g; fixed when the cluster is made",
        "cluster.kubernetes_version" => "unset: minikube's own",
        "cluster.base_image" => {
            "image of the node, for machines without internet; unset: minikube's own"
        }
        "cluster.start_minutes" => "minutes a start may take; a first one downloads close to 1 GB",
        "gpu.image" => "image of the proof that a container sees the GPUs; any with glibc",
        "nfs.enabled" => "whether there is a shared cache at all",
        "nfs.path" => "folder that is shared, on this host or on nfs.server",
        "nfs.capacity" => "size written into the volume; NFS does not enforce it",
        "nfs.volume" => "name of the PersistentVolume",
        "nfs.claim" => "name of the PersistentVolumeClaim",
        "nfs.server" => "address of another server; unset: this host",
        "nfs.clients" => {
            "addresses and networks that may mount it besides the cluster's, with commas between"
        }
        "nfs.squash" => {
            "none: root in a job is root in the folder; root: it is the owner; all: every job is the owner"
        }
        "nfs.owner" => "UID:GID that owns the folder; 65534 is nobody",
        "nfs.version" => "of the NFS protocol: 4.2, 4.1, 4.0 or 3",
        "wandb.base_url" => "address of the API",
        "wandb.entity" => "team or account that owns the queue; unset: the key's default",
        "wandb.queue" => "Launch queue that the agent serves",
        "agent.version" => "release of the Python package wandb",
        "agent.python" => "Python 3.10 or newer",
        "agent.index_url" => "package index; unset: pip's own configuration",
        "agent.max_jobs" => "most jobs at once; unset: one per GPU",
        "agent.supervisor" => {
            "systemd: a user unit, back after a reboot; gpucluster: our own; auto: systemd where it runs"
        }
        "install.bin_dir" => "folder on PATH that `--install` puts minikube into",
        "install.minikube_version" => "release of minikube",
        "install.minikube_source" => "mirror, or path of a file; unset: the release on GitHub",
        "install.minikube_sha256" => "of that file; unset: known for the default release",
        "install.toolkit_repository" => "NVIDIA's packages, or a mirror; holds deb and rpm",
        "install.toolkit_key" => "address or path of the key that signs them",
        "install.toolkit_fingerprint" => "no other key is trusted",
        _ => "",
    }
}

/// The text of a `gpucluster.yaml` with every key. What is unset stands there as a comment.
/// Reading it back gives the same settings.
pub fn document(settings: &Settings) -> String {
    let values = serde_json::to_value(settings).unwrap_or_default();
    let mut out = format!(
        "# Settings of gpucluster. Each can also be given as a variable ({}).\n",
        variable_of("wandb.queue")
    );
    let mut open = "";
    for key in KEYS {
        let (group, last) = key.name.split_once('.').unwrap_or(("", key.name));
        let indent = if group.is_empty() { "" } else { "  " };
        if group != open || group.is_empty() {
            out.push('\n');
        }
        if group != open {
            out.push_str(&format!("{group}:\n"));
            open = group;
        }
        let value = values.pointer(&format!("/{}", key.name.replace('.', "/")));
        out.push_str(&format!("{indent}# {}\n", about(key.name)));
        match value {
            None | Some(Value::Null) => out.push_str(&format!("{indent}# {last}:\n")),
            Some(value) => out.push_str(&format!("{indent}{last}: {}\n", scalar(value))),
        }
    }
    out
}

/// A value on one line, quoted where YAML would read something else into it.
fn scalar(value: &Value) -> String {
    match serde_yaml::to_string(value) {
        Ok(text) if text.trim_end().lines().count() == 1 => text.trim_end().to_owned(),
        // JSON's strings are YAML's double-quoted ones.
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Sources, load};
    use super::*;

    #[test]
    fn every_key_is_explained() {
        for key in KEYS {
            assert!(!about(key.name).is_empty(), "{}", key.name);
        }
    }

    #[test]
    fn the_file_of_the_defaults() {
        insta::assert_snapshot!(document(&Settings::default()));
    }

    #[test]
    fn what_is_written_is_read_back_the_same() {
        let mut settings = Settings::default();
        settings.wandb.queue = "true".to_owned();
        settings.wandb.entity = Some("null".to_owned());
        settings.cluster.kubernetes_version = Some("1.30".to_owned());
        settings.nfs.path = "/srv/a: b 'c'".into();
        settings.agent.max_jobs = Some(3);
        for settings in [settings, Settings::default()] {
            let file = Some(("gpucluster.yaml".into(), document(&settings)));
            let layered = load(&Sources {
                file,
                ..Sources::default()
            })
            .unwrap();
            assert_eq!(layered.settings, settings);
        }
    }
}
