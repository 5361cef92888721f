//! The cluster, if it answers: nodes, pods, events, volumes, jobs, the device plugin's words. Secrets
//! and ConfigMaps are never asked for.

use super::collect::{Found, Source};
use super::machine::none;
use super::text::Raw;
use crate::app::session::Session;
use crate::host::kube::REQUEST_LIMIT;
use crate::host::{KubeQuery, ReadHost};
use futures::future::join_all;
use serde_json::Value;

/// What is listed: file, version of the API, kind.
const LISTS: &[(&str, &str, &str)] = &[
    ("nodes", "v1", "Node"),
    ("pods", "v1", "Pod"),
    ("events", "v1", "Event"),
    ("volumes", "v1", "PersistentVolume"),
    ("claims", "v1", "PersistentVolumeClaim"),
    ("daemonsets", "apps/v1", "DaemonSet"),
    ("jobs", "batch/v1", "Job"),
];

/// Lines kept of the device plugin's log.
const LINES: u32 = 500;

/// Everything of the cluster, as one source: where it does not answer that is said once.
pub fn sources<'a>(session: &'a Session<'_>) -> Vec<Source<'a>> {
    let limit = REQUEST_LIMIT * 4 * session.settings.patience;
    vec![Source::many("cluster/", limit, all(session.reader()))]
}

async fn all(host: &dyn ReadHost) -> Found {
    if let Err(error) = host.kube(&KubeQuery::Ready).await {
        return none("cluster/", error.to_string());
    }
    let lists = LISTS.iter().map(|(name, api_version, kind)| async move {
        let items = list(host, api_version, kind).await;
        (*name, items)
    });
    let lists = join_all(lists).await;
    let mut found: Found = Vec::new();
    let mut plugins = Vec::new();
    for (name, items) in lists {
        if let ("pods", Ok(items)) = (name, &items) {
            plugins = items.iter().filter_map(plugin).collect();
        }
        let text = items.map(|items| Raw::Text(items.iter().map(line).collect()));
        found.push((format!("cluster/{name}.jsonl"), text));
    }
    for (number, (namespace, pod)) in plugins.into_iter().take(4).enumerate() {
        let name = match number {
            0 => "cluster/device-plugin.log".to_owned(),
            more => format!("cluster/device-plugin-{}.log", more + 1),
        };
        let query = KubeQuery::Log {
            namespace,
            pod,
            lines: LINES,
        };
        let said = match host.kube(&query).await {
            Ok(Some(Value::String(text))) => Ok(Raw::Text(text)),
            Ok(_) => Err("it has no log".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        found.push((name, said));
    }
    found
}

async fn list(host: &dyn ReadHost, api_version: &str, kind: &str) -> Result<Vec<Value>, String> {
    let query = KubeQuery::List {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: None,
        selector: String::new(),
    };
    let answer = host.kube(&query).await.map_err(|error| error.to_string())?;
    let mut answer = answer.unwrap_or_default();
    match answer.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => Ok(items),
        _ => Ok(Vec::new()),
    }
}

/// Namespace and name of a pod of NVIDIA's device plugin.
fn plugin(pod: &Value) -> Option<(String, String)> {
    let at = |pointer| pod.pointer(pointer).and_then(Value::as_str);
    let name = at("/metadata/name")?;
    let namespace = at("/metadata/namespace")?;
    name.contains("nvidia-device-plugin")
        .then(|| (namespace.to_owned(), name.to_owned()))
}

/// An object on a line of its own, without what only the API needs.
fn line(object: &Value) -> String {
    let mut object = object.clone();
    if let Some(meta) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        meta.remove("managedFields");
        if let Some(notes) = meta.get_mut("annotations").and_then(Value::as_object_mut) {
            notes.remove("kubectl.kubernetes.io/last-applied-configuration");
        }
    }
    hide_values(&mut object);
    format!("{object}\n")
}

/// Values of variables with telling names, wherever in an object and in whatever order name and
/// value stand.
fn hide_values(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let secret = map
                .get("name")
                .and_then(Value::as_str)
                .is_some_and(crate::parse::redact::is_secret_name);
            if let (true, Some(text @ Value::String(_))) = (secret, map.get_mut("value")) {
                *text = Value::String("[redacted: secret by its name]".to_owned());
            }
            map.values_mut().for_each(hide_values);
        }
        Value::Array(items) => items.iter_mut().for_each(hide_values),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn variables_are_hidden_in_either_order_and_bookkeeping_is_left_out() {
        let object = json!({
            "metadata": {"name": "p", "managedFields": [1], "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": "{}", "a": "b"
            }},
            "spec": {"containers": [{"env": [
                {"value": "hunter22", "name": "HF_TOKEN"}, {"name": "A", "value": "b"}
            ]}]}
        });
        let line = line(&object);
        assert!(!line.contains("hunter22") && !line.contains("managedFields"));
        assert!(!line.contains("last-applied") && line.contains("\"a\":\"b\""));
        assert!(line.contains("{\"name\":\"A\",\"value\":\"b\"}"));
    }
}
