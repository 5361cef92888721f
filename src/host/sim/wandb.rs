//! The W&B server as a simulated machine reaches it, and the key to it.

use super::commands::said;
use super::world::World;
use crate::host::{Answer, HostError, SecretState};
use crate::model::SecretFile;
use camino::Utf8Path;
use serde_json::{Value, json};

/// The key of every simulated person: well-formed, and worth nothing.
const KEY: &str = "51a0000000000000000000000000000000000000";

/// The netrc text that holds the key for a server.
pub fn netrc(world: &World, file: &SecretFile) -> String {
    let known = world.wandb.key_known;
    let key = if known { KEY } else { "" };
    format!("machine {}\n  login user\n  password {key}\n", file.machine)
}

/// The password for a server in a netrc text; the client falls back to the old server's entry.
pub fn password(text: &str, machine: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let of = |name: &str| {
        let at = words.windows(2).position(|w| w == ["machine", name])?;
        let rest = &words[at + 2..];
        let end = rest
            .iter()
            .position(|w| *w == "machine")
            .unwrap_or(rest.len());
        rest[..end]
            .windows(2)
            .find(|w| w[0] == "password")
            .map(|w| w[1].to_owned())
    };
    of(machine).or_else(|| of("api.wandb.ai"))
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
    if !text.contains(&format!("machine {}\n", file.machine)) {
        SecretState::Missing
    } else if text == netrc(world, file) && entry.mode == 0o600 {
        SecretState::Equal
    } else {
        SecretState::Differs
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
