//! The W&B server as a simulated machine reaches it, and the key to it.

use super::commands::said;
use super::world::World;
use crate::host::{Answer, HostError, SecretState, netrc};
use crate::model::SecretFile;
use camino::Utf8Path;
use serde_json::{Value, json};

/// The key of every simulated person: well-formed, and worth nothing.
const KEY: &str = "51a0000000000000000000000000000000000000";

/// The netrc text with the key for a server in it; entries of other servers stay.
pub fn netrc(world: &World, file: &SecretFile) -> String {
    let key = if world.wandb.key_known { KEY } else { "" };
    let before = world.text(&file.path).ok().flatten().unwrap_or_default();
    netrc::with_password(&before, &file.machine, "user", key)
}

/// The key for a server in a netrc text; the client falls back to the old server's entry.
pub fn password(text: &str, machine: &str) -> Option<String> {
    netrc::password(text, machine)
        .or_else(|| netrc::password(text, "api.wandb.ai"))
        .map(str::to_owned)
}

/// Whether the server takes a key.
pub fn takes(world: &World, key: &str) -> bool {
    key == KEY && world.wandb.key_valid
}

/// Whether the key is where it should be.
pub fn secret_state(world: &World, file: &SecretFile) -> SecretState {
    let Some(entry) = world.files.get(Utf8Path::new(file.path.as_str())) else {
        return SecretState::Missing;
    };
    let text = entry.content.clone().unwrap_or_default();
    match netrc::password(&text, &file.machine) {
        None => SecretState::Missing,
        Some(have) if have == KEY && world.wandb.key_known && entry.mode == 0o600 => {
            SecretState::Equal
        }
        Some(_) => SecretState::Differs,
    }
}

/// What stands before any answer: no route, no key, a wrong key.
fn obstacle(world: &World, base_url: &str) -> Result<Option<Answer>, HostError> {
    if !world.wandb.reachable {
        return Err(HostError::Unreachable(format!(
            "{base_url}: connection refused"
        )));
    }
    if !world.wandb.key_known || !world.wandb.key_valid {
        let body =
            json!({"errors": [{"message": "user is not logged in"}], "data": {"viewer": null}});
        return Ok(Some(said(401, body.to_string(), "")));
    }
    Ok(None)
}

/// Whom the key belongs to.
///
/// # Errors
/// `Unreachable`.
pub fn viewer(world: &World, base_url: &str) -> Result<Answer, HostError> {
    if let Some(answer) = obstacle(world, base_url)? {
        return Ok(answer);
    }
    let wandb = &world.wandb;
    let teams: Vec<Value> = wandb
        .teams
        .iter()
        .map(|name| json!({"node": {"name": name}}))
        .collect();
    let body = json!({"data": {"viewer": {
        "id": "VXNlcjoxMDE=", "entity": wandb.entity, "username": wandb.entity,
        "teams": {"edges": teams}
    }}});
    Ok(said(200, body.to_string(), ""))
}

/// The queues of an entity; `project: null` is what the server says of an entity that is unknown
/// or forbidden.
///
/// # Errors
/// `Unreachable`.
pub fn queues(world: &World, base_url: &str, entity: Option<&str>) -> Result<Answer, HostError> {
    if let Some(answer) = obstacle(world, base_url)? {
        return Ok(answer);
    }
    let entity = entity.unwrap_or(&world.wandb.entity);
    let project = world.wandb.queues.get(entity).map(|names| {
        let rows: Vec<Value> = names
            .iter()
            .enumerate()
            .map(|(index, name)| {
                json!({
                    "id": format!("UnVuUXVldWU6{index}"), "name": name,
                    "createdBy": 101, "access": "PROJECT"
                })
            })
            .collect();
        json!({"runQueues": rows})
    });
    Ok(said(
        200,
        json!({"data": {"project": project}}).to_string(),
        "",
    ))
}

/// What our own template gives for this machine's queue, with a bound for jobs that cannot start.
const SOUND: &str = r#"{"spec": {"template": {"spec": {
    "containers": [{"image": "${image_uri}",
        "resources": {"limits": {"cpu": 4, "memory": "12Gi", "nvidia.com/gpu": "{{gpus}}"}},
        "volumeMounts": [{"name": "nfs-storage", "mountPath": "/root/.cache"}]}],
    "restartPolicy": "Never",
    "volumes": [{"name": "nfs-storage", "persistentVolumeClaim": {"claimName": "nfs-pvc"}}]}},
  "backoffLimit": 0, "activeDeadlineSeconds": 604800, "ttlSecondsAfterFinished": 86400}}"#;

/// A queue with its default configuration, by the two questions of the client side by side.
///
/// # Errors
/// `Unreachable`.
pub fn queue(world: &World, base_url: &str, entity: &str, name: &str) -> Result<Answer, HostError> {
    if let Some(answer) = obstacle(world, base_url)? {
        return Ok(answer);
    }
    let names = world.wandb.queues.get(entity);
    if !names.is_some_and(|names| names.contains(name)) {
        let body = json!({"data": {"project": {"runQueue": null}}});
        return Ok(said(200, body.to_string(), ""));
    }
    let stored = world.wandb.queue_configs.get(name);
    let config: Value =
        serde_json::from_str(stored.map_or(SOUND, String::as_str)).unwrap_or(Value::Null);
    let most = world.gpus.gpus.len().max(1);
    let schema = json!({"type": "integer", "default": 1, "minimum": 1, "maximum": most});
    let body = json!({"data": {
        "project": {"runQueue": {
            "id": "UnVuUXVldWU6MQ==", "access": "PROJECT", "defaultResourceConfigID": "7",
            "prioritizationMode": "DISABLED", "externalLinks": null
        }},
        "entity": {"defaultResourceConfig": {
            "config": json!({"resource_args": {"kubernetes": config}}).to_string(),
            "resource": "kubernetes",
            "templateVariables": [{"name": "gpus", "schema": schema.to_string()}]
        }}
    }});
    Ok(said(200, body.to_string(), ""))
}
