//! The files and objects that gpucluster writes.

use super::templates::{RenderError, read_back, render, render_yaml};
use camino::Utf8Path;
use serde_json::{Map, Value, json};

/// What the volume and its claim are made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeSpec {
    /// Namespace of the claim.
    pub namespace: String,
    /// Name of the PersistentVolume.
    pub volume: String,
    /// Name of the PersistentVolumeClaim.
    pub claim: String,
    /// Size of both; NFS does not enforce it.
    pub capacity: String,
    /// Address of the NFS server as the node sees it.
    pub server: String,
    /// Exported directory.
    pub path: String,
    /// Version of the protocol: `4.2`, or `3`.
    pub version: String,
}

impl VolumeSpec {
    fn values(&self) -> Map<String, Value> {
        map(json!({
            "namespace": self.namespace,
            "volume": self.volume,
            "claim": self.claim,
            "capacity": self.capacity,
            "server": self.server,
            "path": self.path,
            "mount_options": self.mount_options(),
        }))
    }

    /// For a cache of models: few large files that are read by many. Eight connections, requests of a
    /// mebibyte, no note of each reading; `hard`, because `soft` loses writes (nfs(5)).
    fn mount_options(&self) -> String {
        let version = &self.version;
        // Version 3 keeps its locks in daemons that a node's image does not run; all pods of one node
        // share its kernel, which keeps them instead.
        let locks = if version == "3" { "nolock, " } else { "" };
        format!("nfsvers={version}, {locks}hard, noatime, nconnect=8, rsize=1048576, wsize=1048576")
    }
}

fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The Namespace.
///
/// # Errors
/// When the template does not give what was meant.
pub fn namespace(name: &str) -> Result<Value, RenderError> {
    let (_, value) = render_yaml(
        "namespace.yaml",
        include_str!("../../templates/namespace.yaml"),
        &map(json!({"namespace": name})),
    )?;
    read_back("namespace.yaml", &value, &[("/metadata/name", json!(name))])?;
    Ok(value)
}

/// The PersistentVolume.
///
/// # Errors
/// When the template does not give what was meant.
pub fn volume(spec: &VolumeSpec) -> Result<Value, RenderError> {
    let name = "pv.yaml";
    let source = include_str!("../../templates/pv.yaml");
    let (_, value) = render_yaml(name, source, &spec.values())?;
    read_back(
        name,
        &value,
        &[
            ("/metadata/name", json!(spec.volume)),
            ("/spec/nfs/server", json!(spec.server)),
            ("/spec/nfs/path", json!(spec.path)),
            ("/spec/claimRef/name", json!(spec.claim)),
            ("/spec/claimRef/namespace", json!(spec.namespace)),
            ("/spec/storageClassName", json!("")),
        ],
    )?;
    Ok(value)
}

/// The PersistentVolumeClaim.
///
/// # Errors
/// When the template does not give what was meant.
pub fn volume_claim(spec: &VolumeSpec) -> Result<Value, RenderError> {
    let name = "pvc.yaml";
    let source = include_str!("../../templates/pvc.yaml");
    let (_, value) = render_yaml(name, source, &spec.values())?;
    read_back(
        name,
        &value,
        &[
            ("/metadata/name", json!(spec.claim)),
            ("/metadata/namespace", json!(spec.namespace)),
            ("/spec/volumeName", json!(spec.volume)),
            ("/spec/storageClassName", json!("")),
            ("/spec/resources/requests/storage", json!(spec.capacity)),
        ],
    )?;
    Ok(value)
}

/// Writes a path as it must stand in an exports file: white space, quotes, `#` and backslashes as
/// octal escapes (exports(5)).
fn escape(path: &str) -> String {
    path.chars()
        .map(|c| match c {
            ' ' | '\t' | '\n' | '"' | '#' | '\\' => format!("\\{:03o}", u32::from(c)),
            other => other.to_string(),
        })
        .collect()
}

/// The drop-in for `/etc/exports.d`.
///
/// Every client gets the same options; clients are networks, never the world.
///
/// # Errors
/// When a client or the options are no single word, which would change the meaning of the line.
pub fn exports_file(
    profile: &str,
    path: &Utf8Path,
    clients: &[String],
    options: &str,
) -> Result<String, RenderError> {
    let name = "exports";
    let offered = clients.iter().map(|client| format!("{client}({options})"));
    let text = render(
        name,
        include_str!("../../templates/exports"),
        &map(json!({
            "profile": profile,
            "path": escape(path.as_str()),
            "clients": offered.collect::<Vec<_>>().join(" "),
        })),
    )?;
    // One comment and one line of a field for the folder and each client: nothing in a setting may
    // add to that.
    let fields: Vec<usize> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_whitespace().count())
        .collect();
    read_back(name, &json!(fields), &[("", json!([1 + clients.len()]))])?;
    Ok(text)
}

/// What the agent's `launch-config.yaml` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchConfig {
    /// Entity that owns the queue.
    pub entity: String,
    /// The queue.
    pub queue: String,
    /// Most jobs at once.
    pub max_jobs: u32,
}

/// The agent's configuration. Only keys that wandb's agent accepts (it refuses all others), and no
/// builder: images are made elsewhere.
///
/// # Errors
/// When the template does not give what was meant.
pub fn launch_config(config: &LaunchConfig) -> Result<String, RenderError> {
    let name = "launch-config.yaml";
    let (text, value) = render_yaml(
        name,
        include_str!("../../templates/launch-config.yaml"),
        &map(json!({
            "entity": config.entity,
            "queue": config.queue,
            "max_jobs": config.max_jobs,
        })),
    )?;
    let meant = json!({
        "entity": config.entity,
        "queues": [config.queue],
        "max_jobs": config.max_jobs,
        "builder": {"type": "noop"},
    });
    read_back(name, &value, &[("", meant)])?;
    Ok(text)
}

/// What a Launch queue's Kubernetes config is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueSpec {
    /// CPUs of a job.
    pub cpus: u32,
    /// Memory of a job, such as `12Gi`.
    pub memory: String,
    /// Claim that is mounted.
    pub claim: String,
    /// Where it is mounted.
    pub mount_path: String,
    /// Seconds a finished job and its logs are kept.
    pub keep_seconds: u64,
}

/// The job spec of a queue: `spec:` at the top, the GPU count a template variable of the queue.
///
/// # Errors
/// When the template does not give what was meant.
pub fn queue_config(spec: &QueueSpec) -> Result<Value, RenderError> {
    let name = "queue-config.yaml";
    let (_, value) = render_yaml(
        name,
        include_str!("../../templates/queue-config.yaml"),
        &map(json!({
            "cpus": spec.cpus,
            "memory": spec.memory,
            "gpus": "{{gpus}}",
            "claim": spec.claim,
            "mount_path": spec.mount_path,
            "keep_seconds": spec.keep_seconds,
        })),
    )?;
    let container = "/spec/template/spec/containers/0";
    let limits = value.pointer(&format!("{container}/resources/limits"));
    read_back(
        name,
        &json!({"limits": limits, "volume": value.pointer("/spec/template/spec/volumes/0")}),
        &[
            ("/limits/nvidia.com~1gpu", json!("{{gpus}}")),
            ("/limits/memory", json!(spec.memory)),
            ("/volume/persistentVolumeClaim/claimName", json!(spec.claim)),
        ],
    )?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> VolumeSpec {
        VolumeSpec {
            namespace: "default".to_owned(),
            volume: "nfs-pv".to_owned(),
            claim: "nfs-pvc".to_owned(),
            capacity: "100Gi".to_owned(),
            server: "192.168.49.1".to_owned(),
            path: "/srv/gpucluster".to_owned(),
            version: "4.2".to_owned(),
        }
    }

    #[test]
    fn the_volume_is_bound_to_its_claim_and_to_no_storage_class() {
        let object = volume(&spec()).unwrap();
        assert_eq!(object["spec"]["accessModes"], json!(["ReadWriteMany"]));
        assert_eq!(object["spec"]["persistentVolumeReclaimPolicy"], "Retain");
        assert_eq!(object["spec"]["mountOptions"][0], "nfsvers=4.2");
        let version = "3".to_owned();
        let old = volume(&VolumeSpec { version, ..spec() }).unwrap();
        assert_eq!(old["spec"]["mountOptions"][1], "nolock");
        let claim = volume_claim(&spec()).unwrap();
        assert_eq!(claim["spec"]["volumeName"], "nfs-pv");
        assert_eq!(
            claim["metadata"]["labels"]["app.kubernetes.io/managed-by"],
            "gpucluster"
        );
    }

    #[test]
    fn the_export_goes_to_one_network_and_never_to_the_world() {
        let clients =
            |clients: &[&str]| clients.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        let text = exports_file(
            "gpucluster",
            Utf8Path::new("/srv/my cache"),
            &clients(&["192.168.49.0/24", "fd00::/64"]),
            "rw,sync",
        )
        .unwrap();
        assert_eq!(
            text,
            "# Managed by gpucluster (profile gpucluster). Changes made here are overwritten.\n\
             /srv/my\\040cache 192.168.49.0/24(rw,sync) fd00::/64(rw,sync)\n"
        );
        let evil = exports_file(
            "p",
            Utf8Path::new("/srv"),
            &clients(&["10.0.0.0/8 *"]),
            "rw",
        );
        assert!(evil.is_err());
    }

    #[test]
    fn the_agents_configuration_has_no_other_keys() {
        let text = launch_config(&LaunchConfig {
            entity: "ann".to_owned(),
            queue: "gpucluster".to_owned(),
            max_jobs: 4,
        })
        .unwrap();
        assert_eq!(
            text,
            "entity: \"ann\"\nqueues:\n  - \"gpucluster\"\nmax_jobs: 4\nbuilder:\n  type: noop\n"
        );
    }

    #[test]
    fn the_queue_mounts_the_claim_beside_and_not_inside_the_resources() {
        let config = queue_config(&QueueSpec {
            cpus: 4,
            memory: "12Gi".to_owned(),
            claim: "nfs-pvc".to_owned(),
            mount_path: "/root/.cache".to_owned(),
            keep_seconds: 86400,
        })
        .unwrap();
        let container = &config["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["volumeMounts"][0]["mountPath"], "/root/.cache");
        assert!(container["resources"].get("volumeMounts").is_none());
        assert_eq!(container["image"], "${image_uri}");
    }
}
