//! The objects of a cluster and what its API does to them.

use super::kube_merge;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Kinds of the API: group and version, kind, plural, whether it lives in a namespace.
pub const KINDS: &[(&str, &str, &str, bool)] = &[
    ("v1", "Namespace", "namespaces", false),
    ("v1", "Node", "nodes", false),
    ("v1", "Pod", "pods", true),
    ("v1", "Secret", "secrets", true),
    ("v1", "ConfigMap", "configmaps", true),
    ("v1", "Service", "services", true),
    ("v1", "ServiceAccount", "serviceaccounts", true),
    ("v1", "Event", "events", true),
    ("v1", "PersistentVolume", "persistentvolumes", false),
    (
        "v1",
        "PersistentVolumeClaim",
        "persistentvolumeclaims",
        true,
    ),
    ("batch/v1", "Job", "jobs", true),
    ("apps/v1", "DaemonSet", "daemonsets", true),
    ("apps/v1", "Deployment", "deployments", true),
    ("storage.k8s.io/v1", "StorageClass", "storageclasses", false),
];

/// A refusal of the API, as a `Status` object.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// HTTP status.
    pub code: u16,
    /// `NotFound`, `AlreadyExists`, `Invalid` …
    pub reason: &'static str,
    /// Its words.
    pub message: String,
}

impl Refusal {
    /// The body of the answer.
    pub fn body(&self) -> Value {
        json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "reason": self.reason, "details": {}, "code": self.code
        })
    }
}

/// Names a place in the store: plural, namespace (empty for cluster-wide kinds), name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// `pods` …
    pub plural: String,
    /// Namespace, or empty.
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl At {
    /// Names a place.
    pub fn new(plural: &str, namespace: &str, name: &str) -> Self {
        Self {
            plural: plural.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        }
    }

    fn key(&self) -> String {
        format!("{}/{}/{}", self.plural, self.namespace, self.name)
    }

    /// `persistentvolumes "x"` of group `apps`: `daemonsets.apps "x"`.
    fn quoted(&self) -> String {
        let group = KINDS
            .iter()
            .find(|kind| kind.2 == self.plural)
            .and_then(|kind| kind.0.split_once('/'))
            .map(|(group, _)| format!(".{group}"))
            .unwrap_or_default();
        format!("{}{group} \"{}\"", self.plural, self.name)
    }
}

/// Everything in a cluster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KubeStore {
    /// Objects by `plural/namespace/name`.
    objects: BTreeMap<String, Value>,
    /// What each manager applied last, by `manager plural/namespace/name`.
    applied: BTreeMap<String, Value>,
    /// The last resource version given out.
    version: u64,
}

impl KubeStore {
    /// One object.
    ///
    /// # Errors
    /// 404.
    pub fn get(&self, at: &At) -> Result<Value, Refusal> {
        self.objects
            .get(&at.key())
            .cloned()
            .ok_or_else(|| not_found(at))
    }

    /// Objects of a kind, of one namespace or (empty) of all, whose labels fit the selector.
    pub fn list(&self, plural: &str, namespace: &str, selector: &str) -> Vec<Value> {
        self.objects
            .iter()
            .filter(|(key, _)| {
                let mut parts = key.splitn(3, '/');
                parts.next() == Some(plural)
                    && (namespace.is_empty() || parts.next() == Some(namespace))
            })
            .filter(|(_, object)| fits(object, selector))
            .map(|(_, object)| object.clone())
            .collect()
    }

    /// Makes an object.
    ///
    /// # Errors
    /// 409 if it is there, 404 if its namespace is not.
    pub fn create(&mut self, at: &At, object: Value, now_ms: u64) -> Result<Value, Refusal> {
        if self.objects.contains_key(&at.key()) {
            return Err(Refusal {
                code: 409,
                reason: "AlreadyExists",
                message: format!("{} already exists", at.quoted()),
            });
        }
        self.namespace_exists(at)?;
        Ok(self.insert(at, object, now_ms))
    }

    /// Server-side apply.
    ///
    /// # Errors
    /// 404 if its namespace is missing, 422 for a change of something immutable.
    pub fn apply(
        &mut self,
        at: &At,
        wanted: &Value,
        manager: &str,
        now_ms: u64,
    ) -> Result<Value, Refusal> {
        self.namespace_exists(at)?;
        let key = at.key();
        let note = format!("{manager} {key}");
        let object = match self.objects.get(&key) {
            None => {
                let mut object = wanted.clone();
                stamp_manager(&mut object, manager);
                self.insert(at, object, now_ms)
            }
            Some(live) => {
                let mut next = live.clone();
                kube_merge::apply(&mut next, self.applied.get(&note), wanted);
                refuse_immutable(at, live, &next)?;
                if next != *live {
                    self.version += 1;
                    next["metadata"]["resourceVersion"] = json!(self.version.to_string());
                }
                stamp_manager(&mut next, manager);
                self.objects.insert(key, next.clone());
                next
            }
        };
        self.applied.insert(note, wanted.clone());
        Ok(object)
    }

    /// A JSON merge patch: `null` takes a field away.
    ///
    /// # Errors
    /// As [`KubeStore::apply`], and 404 for a missing object.
    pub fn merge_patch(&mut self, at: &At, patch: &Value) -> Result<Value, Refusal> {
        let live = self.get(at)?;
        let mut next = live.clone();
        merge_patch(&mut next, patch);
        refuse_immutable(at, &live, &next)?;
        self.put(at, next.clone());
        Ok(next)
    }

    /// Takes an object away; a namespace with everything in it. A claim's volume is `Released`.
    ///
    /// # Errors
    /// 404.
    pub fn delete(&mut self, at: &At) -> Result<Value, Refusal> {
        let gone = self
            .objects
            .remove(&at.key())
            .ok_or_else(|| not_found(at))?;
        let suffix = format!(" {}", at.key());
        self.applied.retain(|key, _| !key.ends_with(&suffix));
        if at.plural == "namespaces" {
            let inside = |key: &str| key.split('/').nth(1) == Some(at.name.as_str());
            self.objects.retain(|key, _| !inside(key));
        }
        Ok(gone)
    }

    /// Puts an object as a controller of the cluster does: no rules apply.
    pub fn put(&mut self, at: &At, mut object: Value) {
        let changed = self.objects.get(&at.key()) != Some(&object);
        if changed {
            self.version += 1;
            object["metadata"]["resourceVersion"] = json!(self.version.to_string());
            self.objects.insert(at.key(), object);
        }
    }

    /// Whether an object is there.
    pub fn has(&self, at: &At) -> bool {
        self.objects.contains_key(&at.key())
    }

    fn insert(&mut self, at: &At, mut object: Value, now_ms: u64) -> Value {
        self.version += 1;
        let meta = &mut object["metadata"];
        meta["uid"] = json!(format!("00000000-0000-4000-8000-{:012}", self.version));
        meta["resourceVersion"] = json!(self.version.to_string());
        meta["creationTimestamp"] = json!(timestamp(now_ms));
        if !at.namespace.is_empty() {
            meta["namespace"] = json!(at.namespace);
        }
        default_fields(at, &mut object);
        self.objects.insert(at.key(), object.clone());
        object
    }

    fn namespace_exists(&self, at: &At) -> Result<(), Refusal> {
        let space = At::new("namespaces", "", &at.namespace);
        if at.namespace.is_empty() || self.has(&space) {
            return Ok(());
        }
        Err(not_found(&space))
    }
}

fn not_found(at: &At) -> Refusal {
    Refusal {
        code: 404,
        reason: "NotFound",
        message: format!("{} not found", at.quoted()),
    }
}

/// What the API fills in by itself.
fn default_fields(at: &At, object: &mut Value) {
    let mut set = |pointer: [&str; 2], value: Value| {
        let field = &mut object[pointer[0]][pointer[1]];
        if field.is_null() {
            *field = value;
        }
    };
    match at.plural.as_str() {
        "namespaces" => set(["status", "phase"], json!("Active")),
        "persistentvolumes" => {
            set(["spec", "persistentVolumeReclaimPolicy"], json!("Retain"));
            set(["spec", "volumeMode"], json!("Filesystem"));
            set(["status", "phase"], json!("Available"));
        }
        "persistentvolumeclaims" => {
            set(["spec", "volumeMode"], json!("Filesystem"));
            set(["status", "phase"], json!("Pending"));
        }
        "pods" => set(["status", "phase"], json!("Pending")),
        _ => {}
    }
}

/// Refuses changes that the real API refuses, in its words.
fn refuse_immutable(at: &At, live: &Value, next: &Value) -> Result<(), Refusal> {
    let invalid = |kind: &str, words: &str| Refusal {
        code: 422,
        reason: "Invalid",
        message: format!("{kind} \"{}\" is invalid: {words}", at.name),
    };
    match at.plural.as_str() {
        "persistentvolumes" => {
            let source = |v: &Value| (v["spec"]["nfs"].clone(), v["spec"]["hostPath"].clone());
            if source(live) != source(next) {
                return Err(invalid(
                    "PersistentVolume",
                    "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable \
                     after creation",
                ));
            }
        }
        "persistentvolumeclaims" => {
            let fixed = |v: &Value| {
                let mut spec = v["spec"].clone();
                if let Some(map) = spec.as_object_mut() {
                    map.remove("resources");
                }
                spec
            };
            if fixed(live) != fixed(next) {
                return Err(invalid(
                    "PersistentVolumeClaim",
                    "spec: Forbidden: spec is immutable after creation except resources.requests and \
                     volumeAttributesClassName for bound claims",
                ));
            }
            let size = |v: &Value| v["spec"]["resources"]["requests"]["storage"].clone();
            if size(live) != size(next) && live["status"]["phase"] == "Bound" {
                return Err(Refusal {
                    code: 403,
                    reason: "Forbidden",
                    message: format!(
                        "persistentvolumeclaims \"{}\" is forbidden: only dynamically provisioned pvc can \
                         be resized and the storageclass that provisions the pvc must support resize",
                        at.name
                    ),
                });
            }
        }
        _ => {}
    }
    Ok(())
}

fn stamp_manager(object: &mut Value, manager: &str) {
    let entry = json!({
        "manager": manager, "operation": "Apply", "apiVersion": object["apiVersion"],
        "fieldsType": "FieldsV1", "fieldsV1": {}
    });
    let fields = &mut object["metadata"]["managedFields"];
    let mut entries = fields.as_array().cloned().unwrap_or_default();
    entries.retain(|have| have["manager"] != json!(manager));
    entries.push(entry);
    *fields = Value::Array(entries);
}

fn merge_patch(live: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *live = patch.clone();
        return;
    };
    if !live.is_object() {
        *live = json!({});
    }
    for (key, value) in patch {
        if value.is_null() {
            if let Some(map) = live.as_object_mut() {
                map.remove(key);
            }
        } else {
            merge_patch(&mut live[key], value);
        }
    }
}

/// Label selector: `a=b,c!=d,e,!f`.
fn fits(object: &Value, selector: &str) -> bool {
    let label = |key: &str| {
        object["metadata"]["labels"]
            .get(key.trim())
            .and_then(Value::as_str)
    };
    selector
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .all(|part| {
            if let Some((key, value)) = part.split_once("!=") {
                label(key) != Some(value.trim())
            } else if let Some((key, value)) = part.split_once('=') {
                label(key) == Some(value.trim_start_matches('=').trim())
            } else if let Some(key) = part.strip_prefix('!') {
                label(key).is_none()
            } else {
                label(part).is_some()
            }
        })
}

/// RFC 3339 in UTC, without fractions, as the API writes it.
pub fn timestamp(ms: u64) -> String {
    let days = i64::try_from(ms / 86_400_000).unwrap_or(0);
    let seconds = ms / 1000 % 86_400;
    // Howard Hinnant's civil_from_days, for days since 1970.
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_api_writes_them() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00Z");
        assert_eq!(timestamp(1_709_210_096_000), "2024-02-29T12:34:56Z");
    }

    #[test]
    fn selectors_pick_by_equality_and_presence() {
        let pod = json!({"metadata": {"labels": {"a": "1", "b": "2"}}});
        assert!(fits(&pod, ""));
        assert!(fits(&pod, "a=1,b"));
        assert!(fits(&pod, "c!=1,!c"));
        assert!(!fits(&pod, "a=2"));
    }
}
