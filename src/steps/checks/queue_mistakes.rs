//! The known mistakes of a queue's configuration for Kubernetes, each of which the agent or the API
//! either refuses for every job or, worse, drops without a word.
//!
//! What the agent does with it: wandb 0.31 `sdk/launch/runner/kubernetes_runner.py`; what it refuses
//! since 0.28.1: wandb/wandb#12103.

use crate::model::{parse_tool_version, requirement_met};
use crate::parse::quantity::milli;
use crate::parse::wandb_queue::Queue;
use semver::Version;
use serde_json::Value;

/// From here on the agent refuses what would give a job more rights.
const REFUSES: Version = Version::new(0, 28, 1);

/// Keys that it refuses wherever they stand.
const REFUSED: [&str; 11] = [
    "securityContext",
    "hostPath",
    "serviceAccountToken",
    "serviceAccount",
    "serviceAccountName",
    "hostPID",
    "hostIPC",
    "hostNetwork",
    "shareProcessNamespace",
    "hostUsers",
    "hostPort",
];

/// A minute is the agent's own default; whoever sets less than this will hardly see a log.
const LOGS_SECONDS: u64 = 300;

/// What of the machine the configuration speaks of.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Version of the agent's wandb.
    pub wandb: String,
    /// `allocatable` of the node; `None`: not known.
    pub allocatable: Option<Value>,
    /// Claims that it mounts and that the cluster does not have.
    pub missing_claims: Vec<String>,
    /// The namespace of its jobs.
    pub namespace: String,
}

/// The mistakes, the one that hides the others first.
pub fn mistakes(queue: &Queue, around: &Surroundings) -> Vec<String> {
    let Some(config) = queue.kubernetes() else {
        return vec!["nothing is under `resource_args.kubernetes`".to_owned()];
    };
    for wrapper in ["kubernetes", "resource_args"] {
        if config.get(wrapper).is_some() {
            return vec![format!(
                "it is wrapped in a second `{wrapper}:`, so that jobs are made without anything of it: no GPU, no volume"
            )];
        }
    }
    let mut found = Vec::new();
    if config.get("context").is_some() {
        found.push(
            "`context:` fails every job, also with a context that exists: take it out".to_owned(),
        );
    }
    // Another kind (Volcano and the like) has a shape of its own.
    let kind = config.get("apiVersion").and_then(Value::as_str);
    if kind.is_some_and(|kind| kind != "batch/v1") {
        return found;
    }
    let Some(pod) = config.pointer("/spec/template/spec") else {
        found.push("`spec.template.spec` is missing: its top level has to be `spec:`".to_owned());
        return found;
    };
    containers(pod, queue, around, &mut found);
    if parse_tool_version(&around.wandb).is_none_or(|have| requirement_met(&have, &REFUSES)) {
        let mut keys = Vec::new();
        refused(config, &mut keys);
        if !keys.is_empty() {
            found.push(format!(
                "the agent (wandb {}) refuses every job with {}",
                around.wandb,
                keys.join(", ")
            ));
        }
    }
    let unknown = undefined(config, queue);
    if !unknown.is_empty() {
        found.push(format!(
            "{} is no template variable of the queue, and reaches Kubernetes as it stands",
            unknown.join(", ")
        ));
    }
    for claim in &around.missing_claims {
        found.push(format!(
            "it mounts the claim {}/{claim}, which does not exist",
            around.namespace
        ));
    }
    found
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn containers(pod: &Value, queue: &Queue, around: &Surroundings, found: &mut Vec<String>) {
    let containers = list(pod, "containers");
    if containers.is_empty() {
        found.push("`spec.template.spec.containers` is empty or no list".to_owned());
        return;
    }
    let named = |entry: &Value| entry.get("name").and_then(Value::as_str).map(str::to_owned);
    let volumes: Vec<String> = list(pod, "volumes").iter().filter_map(named).collect();
    let mut gpus = false;
    for container in containers {
        let resources = container.get("resources");
        for key in ["volumeMounts", "volumes"] {
            if resources.is_some_and(|resources| resources.get(key).is_some()) {
                found.push(format!(
                    "`{key}` stands below `resources`, where Kubernetes drops it without a word: it belongs beside `resources`"
                ));
            }
        }
        for mount in list(container, "volumeMounts").iter().filter_map(named) {
            if !volumes.contains(&mount) {
                found.push(format!(
                    "a container mounts the volume `{mount}`, which is not in `volumes`"
                ));
            }
        }
        let limits = resources.and_then(|resources| resources.get("limits"));
        gpus |= limits.is_some_and(|limits| limits.get("nvidia.com/gpu").is_some());
    }
    if !gpus {
        found.push(
            "no container has a limit `nvidia.com/gpu`, so that jobs are given no GPU".to_owned(),
        );
    }
    if let Some(allocatable) = &around.allocatable {
        for resource in ["cpu", "memory", "nvidia.com/gpu"] {
            found.extend(never_fits(containers, resource, queue, allocatable));
        }
    }
}

/// A sum of limits that the node cannot meet even when nothing else runs.
fn never_fits(
    containers: &[Value],
    resource: &str,
    queue: &Queue,
    allocatable: &Value,
) -> Option<String> {
    let quantity = |value: &Value| match value {
        Value::String(text) => milli(&least(text, queue)),
        other => milli(&other.to_string()),
    };
    // What is asked for is the request, or the limit where there is none.
    let asked = |container: &Value| {
        ["requests", "limits"]
            .iter()
            .find_map(|kind| quantity(container.get("resources")?.get(kind)?.get(resource)?))
    };
    let wanted: u128 = containers.iter().filter_map(asked).sum();
    let has = allocatable.get(resource)?;
    (wanted > quantity(has)?).then(|| {
        let has = has.as_str().unwrap_or_default();
        format!("each job asks for more {resource} than the node has ({has}), and can never start")
    })
}

/// A quantity with the least that its template variable allows in its place.
fn least(text: &str, queue: &Queue) -> String {
    let Some(name) = text
        .trim()
        .strip_prefix("{{")
        .and_then(|rest| rest.strip_suffix("}}"))
    else {
        return text.to_owned();
    };
    let variable = queue.variables.iter().find(|v| v.name == name.trim());
    let number = |key: &str| match variable?.schema.get(key)? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    ["minimum", "min", "default"]
        .iter()
        .find_map(|key| number(key))
        .unwrap_or_default()
}

fn refused(value: &Value, keys: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let truthy = !matches!(value, Value::Null | Value::Bool(false));
                let bad = REFUSED.contains(&key.as_str())
                    || key == "automountServiceAccountToken" && truthy
                    || key == "mountPropagation" && value == "Bidirectional";
                let key = format!("`{key}`");
                if bad && !keys.contains(&key) {
                    keys.push(key);
                }
                refused(value, keys);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| refused(value, keys)),
        _ => {}
    }
}

/// `{{name}}` in any text of the configuration without a variable of that name.
fn undefined(value: &Value, queue: &Queue) -> Vec<String> {
    let text = value.to_string();
    let mut found: Vec<String> = Vec::new();
    for part in text.split("{{").skip(1) {
        let Some((name, _)) = part.split_once("}}") else {
            continue;
        };
        let shown = format!("`{{{{{}}}}}`", name.trim());
        let known = queue.variables.iter().any(|v| v.name == name.trim());
        let word = !name.trim().is_empty() && name.len() < 64;
        if word && !known && !found.contains(&shown) {
            found.push(shown);
        }
    }
    found
}

/// What may go wrong with jobs that are made.
pub struct Risks {
    /// How long a job may take, in words.
    pub bound: String,
    /// Why logs are lost; `None` where they are kept.
    pub logs: Option<String>,
}

/// The risks of a configuration without mistakes.
pub fn risks(queue: &Queue) -> Risks {
    let number = |key: &str| {
        let value = queue.kubernetes()?.pointer(&format!("/spec/{key}"))?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    };
    let bound = match number("activeDeadlineSeconds") {
        // Only this ends a job whose pod never starts: the agent's own limit does not count for Jobs.
        None => "no deadline: a job that cannot start keeps its place".to_owned(),
        Some(seconds) if seconds >= 7200 => {
            format!("jobs end after {} hours at most", seconds / 3600)
        }
        Some(seconds) => format!("jobs end after {} minutes at most", seconds / 60),
    };
    let logs = match number("ttlSecondsAfterFinished") {
        None => Some("a minute".to_owned()),
        Some(seconds) if seconds < LOGS_SECONDS => Some(format!("{seconds} seconds")),
        Some(_) => None,
    };
    Risks {
        bound,
        logs: logs.map(|after| {
            format!("pods of the queue and their logs are gone {after} after their end")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::wandb_queue::Variable;
    use serde_json::json;

    fn queue(config: Value) -> Queue {
        Queue {
            resource: "kubernetes".to_owned(),
            resource_args: json!({"kubernetes": config}),
            variables: vec![Variable {
                name: "gpus".to_owned(),
                schema: json!({"type": "integer", "minimum": 1, "maximum": 4}),
            }],
        }
    }

    fn sound() -> Value {
        json!({"spec": {"template": {"spec": {
            "containers": [{
                "image": "${image_uri}",
                "resources": {"limits": {"cpu": 4, "memory": "12Gi", "nvidia.com/gpu": "{{gpus}}"}},
                "volumeMounts": [{"name": "nfs-storage", "mountPath": "/root/.cache"}]
            }],
            "volumes": [{"name": "nfs-storage", "persistentVolumeClaim": {"claimName": "nfs-pvc"}}]
        }}, "activeDeadlineSeconds": 86400, "ttlSecondsAfterFinished": 86400}})
    }

    fn around() -> Surroundings {
        Surroundings {
            wandb: "0.31.0".to_owned(),
            allocatable: Some(json!({"cpu": "16", "memory": "61440000Ki", "nvidia.com/gpu": "4"})),
            ..Surroundings::default()
        }
    }

    fn found(config: Value) -> String {
        mistakes(&queue(config), &around()).join("; ")
    }

    #[test]
    fn the_tutorials_configuration_is_sound() {
        assert_eq!(found(sound()), "");
        let risks = risks(&queue(sound()));
        assert_eq!(risks.bound, "jobs end after 24 hours at most");
        assert_eq!(risks.logs, None);
    }

    #[test]
    fn what_is_dropped_without_a_word_is_named() {
        let wrapped = found(json!({"kubernetes": sound()}));
        assert!(wrapped.contains("second `kubernetes:`"), "{wrapped}");
        let mut config = sound();
        let container = &mut config["spec"]["template"]["spec"]["containers"][0];
        let mounts = container["volumeMounts"].take();
        container["resources"]["volumeMounts"] = mounts;
        assert!(found(config).contains("below `resources`"));
    }

    #[test]
    fn what_the_agent_refuses_depends_on_its_version() {
        let mut config = sound();
        config["spec"]["template"]["spec"]["hostIPC"] = json!(true);
        assert!(found(config.clone()).contains("`hostIPC`"));
        let old = Surroundings {
            wandb: "0.28.0".to_owned(),
            ..around()
        };
        assert_eq!(mistakes(&queue(config), &old), [""; 0]);
    }

    #[test]
    fn limits_that_the_node_never_meets_and_gpus_that_are_not_asked_for_are_named() {
        let limits = "/spec/template/spec/containers/0/resources/limits";
        let with = |key: &str, value: Value| {
            let mut config = sound();
            config.pointer_mut(limits).unwrap()[key] = value;
            found(config)
        };
        assert!(with("memory", json!("512Gi")).contains("more memory"));
        assert!(with("cpu", json!("17")).contains("more cpu"));
        assert!(with("nvidia.com/gpu", json!(8)).contains("more nvidia.com/gpu"));
        assert!(with("cpu", json!("{{cores}}")).contains("`{{cores}}`"));
        let mut config = sound();
        config
            .pointer_mut(limits)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove("nvidia.com/gpu");
        assert!(found(config).contains("no GPU"));
    }

    #[test]
    fn other_kinds_of_jobs_are_left_alone() {
        assert_eq!(
            found(json!({"apiVersion": "batch.volcano.sh/v1alpha1", "spec": {}})),
            ""
        );
        assert!(found(json!({"context": "minikube", "spec": {}})).contains("`context:`"));
    }
}
