//! Rules of the API: what it fills in, what it refuses, how labels select.

use super::kube_store::{At, Refusal};
use serde_json::{Value, json};

/// What the API fills in by itself.
pub fn default_fields(at: &At, object: &mut Value) {
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

/// What the API does not store: a volume's `storageClassName: ""` (`omitempty`); a claim's is
/// stored, because there it differs from none [seen, Kubernetes 1.35].
pub fn omit_empty(at: &At, object: &mut Value) {
    if at.plural == "persistentvolumes"
        && object["spec"]["storageClassName"] == ""
        && let Some(spec) = object["spec"].as_object_mut()
    {
        spec.shift_remove("storageClassName");
    }
}

/// Refuses changes that the real API refuses, in its words.
///
/// # Errors
/// 422, or 403 for the size of a bound claim.
pub fn refuse_immutable(at: &At, live: &Value, next: &Value) -> Result<(), Refusal> {
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

/// Notes in the object who applied it.
pub fn stamp_manager(object: &mut Value, manager: &str) {
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

/// JSON merge patch (RFC 7386): `null` takes a field away.
pub fn merge_patch(live: &mut Value, patch: &Value) {
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
pub fn fits(object: &Value, selector: &str) -> bool {
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
