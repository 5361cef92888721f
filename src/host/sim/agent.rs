//! The Launch agent of wandb 0.31: what it prints and how it ends, from what it finds at its start.

use super::durations::{AGENT_NO_SERVER, AGENT_POLLING};
use super::wandb;
use super::world::World;
use crate::model::ServiceSpec;
use camino::Utf8Path;

/// Keys of `launch-config.yaml`; any other ends the agent (pydantic, `extra = "forbid"`).
const KEYS: &[&str] = &[
    "entity",
    "queues",
    "max_jobs",
    "max_schedulers",
    "secure_mode",
    "verbosity",
    "stopped_run_timeout",
    "registry",
    "environment",
    "builder",
];

/// Lines with the milliseconds after the start at which they come, and the end if there is one.
pub type Script = (Vec<(u64, String)>, Option<(u64, i32)>);

/// What a supervised program will print. Anything but the agent runs on without a word.
pub fn script(world: &World, spec: &ServiceSpec) -> Script {
    let words: Vec<&str> = spec.argv.iter().map(String::as_str).collect();
    let [_, "launch-agent", options @ ..] = words.as_slice() else {
        return (Vec::new(), None);
    };
    let mut lines = vec![(0, "wandb: Starting launch agent ✨".to_owned())];
    let end = agent(world, spec, options, &mut lines);
    let ends = end.err().map(|(at, words)| {
        lines.extend(words.lines().map(|line| (at, line.to_owned())));
        (at, 1)
    });
    (lines, ends)
}

fn agent(
    world: &World,
    spec: &ServiceSpec,
    options: &[&str],
    lines: &mut Vec<(u64, String)>,
) -> Result<(), (u64, String)> {
    let variable = |name: &str| {
        spec.env
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    };
    let ["-c", path] = options else {
        return Err((200, format!("Error: No such option: {}", options.join(" "))));
    };
    let home = variable("HOME").unwrap_or_default();
    // The agent's own default, without WANDB_BASE_URL, is another server since 0.31.
    let url = variable("WANDB_BASE_URL").unwrap_or("https://api.forge.coreweave.com");
    let Some(config) = world.text(Utf8Path::new(path)).ok().flatten() else {
        return Err((
            500,
            format!("Error: Could not find use specified launch config file: {path}"),
        ));
    };
    let netrc = format!("{home}/.netrc");
    let machine = url.split("://").nth(1).unwrap_or_default();
    let key = world
        .text(Utf8Path::new(&netrc))
        .ok()
        .flatten()
        .and_then(|text| wandb::password(&text, machine));
    let Some(key) = key else {
        return Err((
            1000,
            "Error: No API key configured. Use `wandb login` to log in.".to_owned(),
        ));
    };
    lines.push((
        1000,
        format!("wandb: [wandb.login()] Loaded credentials for {url} from {netrc}."),
    ));
    let failed = "Error: Failed to verify credentials with URL:";
    if !world.wandb.reachable {
        return Err((
            (AGENT_NO_SERVER * 1000.0) as u64,
            format!(
                "{failed} Failed to execute API request: the service process is busy and did not \
                 respond in time."
            ),
        ));
    }
    if !wandb::takes(world, &key) {
        return Err((4000, format!("{failed} user is not logged in")));
    }
    queues(world, &config, lines)
}

/// The part after the key was taken.
fn queues(
    world: &World,
    config: &str,
    lines: &mut Vec<(u64, String)>,
) -> Result<(), (u64, String)> {
    let config: serde_json::Value = serde_yaml::from_str(config).unwrap_or_default();
    let at = (AGENT_POLLING * 1000.0) as u64;
    for (key, value) in config.as_object().into_iter().flatten() {
        if !KEYS.contains(&key.as_str()) {
            return Err((
                at,
                format!(
                    "wandb: ERROR Agent config error in field {key} (value: {value}): Extra inputs are not \
                     permitted\nError: Invalid launch agent config"
                ),
            ));
        }
    }
    let names: Vec<&str> = config["queues"]
        .as_array()
        .map(|list| list.iter().filter_map(serde_json::Value::as_str).collect())
        .unwrap_or_default();
    if names.is_empty() {
        return Err((
            at,
            "Error: To launch an agent please specify a queue or a list of queues in the \
             configuration file or cli."
                .to_owned(),
        ));
    }
    let entity = config["entity"].as_str().unwrap_or(&world.wandb.entity);
    let Some(known) = world.wandb.queues.get(entity) else {
        return Err((
            at,
            format!(
                "Error: Error fetching run queues for {entity} check that you have access to this \
                 entity and project"
            ),
        ));
    };
    let missing: Vec<&str> = names
        .iter()
        .copied()
        .filter(|n| !known.contains(*n))
        .collect();
    if !missing.is_empty() {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        return Err((
            at,
            format!(
                "Error: Could not start launch agent: Not all of requested queues ({}) found. \
                 Available queues for this project: {}",
                missing.join(", "),
                known.join(", ")
            ),
        ));
    }
    if entity != world.wandb.entity {
        lines.push((
            at,
            format!(
                "wandb: WARNING launch: Agent is running on team entity ({entity}). Members of this \
                 team will be able to run code on this device."
            ),
        ));
    }
    let most = config["max_jobs"].as_i64().unwrap_or(1);
    lines.push((
        at,
        format!(
            "wandb: launch: agent agent000016 polling on queues {}, running 0 out of a maximum of \
             {most} jobs",
            names.join(",")
        ),
    ));
    Ok(())
}
