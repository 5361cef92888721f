//! `cluster.pods`: every pod gets on; those that do not are named with their cause.

use super::check::{Check, Seeing, problem};
use super::cluster::{kubectl, node_query};
use super::pod_trouble::{Trouble, trouble};
use crate::host::KubeQuery;
use crate::model::{Advice, Fault, Observation, Probe, ReasonId, StepId};
use crate::reason::{ids, kind};
use crate::steps::look::{api_failed, kubes};
use crate::steps::{Wish, id};
use serde_json::Value;
use std::sync::Arc;

/// So many pods are named; the others are counted.
const NAMED: usize = 3;

/// The check. A GPU that is not there is `gpu.node`'s matter, and pods that wait for it follow from it.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        StepId::new("cluster.pods"),
        "Every pod gets on",
        |seeing| Box::pin(look(seeing)),
    )
    .needs(&[id::NODE])
    .asks(kubes([list("Pod"), list("Event"), node_query(wish)]))
}

fn list(kind: &str) -> KubeQuery {
    KubeQuery::List {
        api_version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: None,
        selector: String::new(),
    }
}

/// A pod that does not get on.
struct Stuck {
    name: String,
    space: String,
    is_job: bool,
    reason: ReasonId,
    words: String,
}

async fn look(seeing: Seeing<'_>) -> Probe {
    let (pods, events, node) = (list("Pod"), list("Event"), node_query(seeing.wish));
    let (pods, events, node) = tokio::join!(
        seeing.host.kube(&pods),
        seeing.host.kube(&events),
        seeing.host.kube(&node)
    );
    let pods = pods.map_err(api_failed)?.unwrap_or(Value::Null);
    // Without its events a pod's own status still says much.
    let events = events.ok().flatten().unwrap_or(Value::Null);
    let node = node.ok().flatten().unwrap_or(Value::Null);
    let warnings = warnings(&events);
    let (mut stuck, mut waiting) = (Vec::new(), 0);
    let all = items(&pods);
    for pod in all {
        let (name, space) = (meta(pod, "name"), meta(pod, "namespace"));
        let is_plugin = pod.pointer("/metadata/labels/name").and_then(Value::as_str)
            == Some("nvidia-device-plugin-ds");
        if is_plugin {
            continue;
        }
        let said: Vec<&str> = warnings
            .iter()
            .filter(|w| w.space == space && w.name == name)
            .map(|w| w.message)
            .collect();
        let found = match trouble(pod, &said) {
            Some(Trouble::Waiting(words)) => {
                waiting += 1;
                never_fits(pod, &node).map(|why| (ids::POD_TOO_LARGE, format!("{why}: {words}")))
            }
            Some(Trouble::Stuck { reason, words }) => Some((reason, words)),
            None => None,
        };
        if let Some((reason, words)) = found {
            stuck.push(Stuck {
                is_job: pod.pointer("/metadata/labels/wandb.ai~1run-id").is_some()
                    || pod.pointer("/metadata/labels/wandb.ai~1monitor").is_some(),
                name: name.to_owned(),
                space: space.to_owned(),
                reason,
                words,
            });
        }
    }
    if stuck.is_empty() {
        let mut seen = format!("{} pods", all.len());
        if waiting > 0 {
            seen.push_str(&format!(", {waiting} of them waiting for their turn"));
        }
        return Ok(Observation::in_place(seen));
    }
    problem(fault(stuck, seeing.wish))
}

fn fault(mut stuck: Vec<Stuck>, wish: &Wish) -> Fault {
    // What is named by its cause goes first, then the system's own pods, which others depend on.
    stuck.sort_by_key(|pod| (pod.reason == ids::POD_STUCK, pod.space != "kube-system"));
    let described = |pod: &Stuck| {
        let job = if pod.is_job { " (job of Launch)" } else { "" };
        format!("{}/{}{job}", pod.space, pod.name)
    };
    let (first, count) = (&stuck[0], stuck.len());
    let summary = if count == 1 {
        format!("the pod {} does not get on", described(first))
    } else {
        let names: Vec<String> = stuck.iter().take(NAMED).map(described).collect();
        let more = match count.saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{count} pods do not get on: {}{more}", names.join(", "))
    };
    let why = kind(first.reason).map_or("", |kind| kind.summary);
    let summary = format!("{summary}: {why}");
    let see = kubectl(
        wish,
        &format!("describe pod {} -n {}", first.name, first.space),
    );
    let mut fault = Fault::new(first.reason, summary);
    for pod in stuck.iter().take(NAMED) {
        let named = (pod.reason != first.reason).then(|| format!(" ({})", pod.reason));
        fault = fault.caused_by(format!(
            "{}: {}{}",
            pod.name,
            pod.words,
            named.unwrap_or_default()
        ));
    }
    // What mends the cause, with this pod's names in it; then where to read on.
    for (text, command) in kind(first.reason).map_or(&[][..], |kind| kind.advice) {
        fault.advice.push(Advice {
            text: (*text).to_owned(),
            command: command.map(|command| filled(command, first, wish)),
        });
    }
    if first.reason != ids::POD_STUCK {
        fault = fault.advise(Advice::run("read all of it", see));
    }
    fault
}

/// A command of the registry with the names of this pod in the places kept for them.
fn filled(command: &str, pod: &Stuck, wish: &Wish) -> String {
    let mut command = command
        .replace("<pod>", &pod.name)
        .replace("<namespace>", &pod.space)
        .replace("<node>", wish.profile())
        .replace("<profile>", wish.profile());
    if let Some(rest) = command.strip_prefix("kubectl ") {
        let space = if command.contains(&pod.name) && !command.contains(" -n ") {
            format!("-n {} ", pod.space)
        } else {
            String::new()
        };
        command = kubectl(wish, &format!("{space}{rest}"));
    }
    command
}

fn items(list: &Value) -> &[Value] {
    list.get("items")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn meta<'a>(object: &'a Value, key: &str) -> &'a str {
    object
        .pointer(&format!("/metadata/{key}"))
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// A warning about a pod.
struct Warning<'a> {
    space: &'a str,
    name: &'a str,
    message: &'a str,
}

/// Warnings about pods, oldest first.
fn warnings(events: &Value) -> Vec<Warning<'_>> {
    let text = |event: &'_ Value, at: &str| -> Option<String> {
        event.pointer(at)?.as_str().map(str::to_owned)
    };
    let mut found: Vec<(String, Warning<'_>)> = items(events)
        .iter()
        .filter(|event| text(event, "/type").as_deref() == Some("Warning"))
        .filter_map(|event| {
            let warning = Warning {
                space: event.pointer("/involvedObject/namespace")?.as_str()?,
                name: event.pointer("/involvedObject/name")?.as_str()?,
                message: event.get("message")?.as_str()?,
            };
            let at = text(event, "/lastTimestamp").or_else(|| text(event, "/eventTime"));
            Some((at.unwrap_or_default(), warning))
        })
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.into_iter().map(|(_, warning)| warning).collect()
}

/// Why a pod that waits for GPUs will wait for ever: it wants more than the node has at all.
fn never_fits(pod: &Value, node: &Value) -> Option<String> {
    let number = |value: &Value| match value {
        Value::String(text) => text.parse::<u64>().ok(),
        other => other.as_u64(),
    };
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array)?;
    let wanted: u64 = containers
        .iter()
        .filter_map(|container| number(container.pointer("/resources/limits/nvidia.com~1gpu")?))
        .sum();
    let has = number(node.pointer("/status/allocatable/nvidia.com~1gpu")?)?;
    (wanted > has).then(|| format!("it asks for {wanted} GPUs, and the node has {has}"))
}
