//! The objects of a cluster and what its API does to them.

use super::kube_merge;
use super::kube_rules::{
    default_fields, fits, merge_patch, refuse_immutable, stamp_manager, timestamp,
};
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

/// An object as the API keeps it: a volume's `storageClassName: ""` is left out (`omitempty`); a
/// claim's is kept, because there it differs from none [seen, Kubernetes 1.35].
fn stored_form(wanted: &Value) -> Value {
    let mut object = wanted.clone();
    if object["kind"] == "PersistentVolume"
        && object["spec"]["storageClassName"] == ""
        && let Some(spec) = object["spec"].as_object_mut()
    {
        spec.shift_remove("storageClassName");
    }
    object
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
        let wanted = &stored_form(wanted);
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

    /// Takes an object over as it is elsewhere, its version and all.
    pub fn adopt(&mut self, at: &At, object: Value) {
        let version = object["metadata"]["resourceVersion"].as_str();
        let version = version.and_then(|text| text.parse().ok()).unwrap_or(0);
        self.version = self.version.max(version);
        self.objects.insert(at.key(), object);
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
