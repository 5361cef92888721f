//! What an object of the API says, and how it differs from the object as it should be.

use crate::model::Diff;
use crate::render::MANAGED_LABEL;
use serde_json::Value;

/// `status.phase`; `Pending` before there is one.
pub fn phase(object: &Value) -> &str {
    object
        .pointer("/status/phase")
        .and_then(Value::as_str)
        .unwrap_or("Pending")
}

/// Whether it is being deleted.
pub fn is_going(object: Option<&Value>) -> bool {
    object.is_some_and(|object| object.pointer("/metadata/deletionTimestamp").is_some())
}

/// Whether it carries our label.
pub fn is_managed(object: &Value) -> bool {
    let (key, value) = MANAGED_LABEL;
    let labels = object.pointer("/metadata/labels");
    labels
        .and_then(|labels| labels.get(key))
        .and_then(Value::as_str)
        == Some(value)
}

/// The differences of one object, each with the kind before the field.
pub fn named(kind: &str, want: &Value, have: &Value) -> Vec<Diff> {
    differences(want, have)
        .into_iter()
        .filter(|diff| diff.field != "apiVersion" && diff.field != "kind")
        .map(|diff| Diff::new(format!("{kind} {}", diff.field), diff.want, diff.have))
        .collect()
}

/// Every field of `want` that `have` lacks or has otherwise. Fields that only `have` has (status,
/// defaults, other owners' fields) do not count. Lists are compared whole.
fn differences(want: &Value, have: &Value) -> Vec<Diff> {
    let mut diffs = Vec::new();
    walk("", want, have, &mut diffs);
    diffs
}

fn walk(path: &str, want: &Value, have: &Value, diffs: &mut Vec<Diff>) {
    if let Value::Object(fields) = want {
        for (key, want) in fields {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            walk(&path, want, have.get(key).unwrap_or(&Value::Null), diffs);
        }
    } else if want == "" && have.is_null() {
        // The API leaves empty strings out of what it stores (`omitempty`): a volume applied with
        // `storageClassName: ""` is read back without the field [seen, Kubernetes 1.35].
    } else if want != have && !same_quantity(want, have) {
        diffs.push(Diff::new(path, shown(want), shown(have)));
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The API writes quantities in its own form: `1024Mi` comes back as `1Gi`.
fn same_quantity(want: &Value, have: &Value) -> bool {
    let bytes = |value: &Value| value.as_str().and_then(quantity);
    matches!((bytes(want), bytes(have)), (Some(want), Some(have)) if want == have)
}

/// A whole quantity with a suffix, in units.
fn quantity(text: &str) -> Option<u128> {
    let at = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u128 = text[..at].parse().ok()?;
    let factor: u128 = match &text[at..] {
        "k" => 1000,
        "M" => 1000_u128.pow(2),
        "G" => 1000_u128.pow(3),
        "T" => 1000_u128.pow(4),
        "Ki" => 1024,
        "Mi" => 1024_u128.pow(2),
        "Gi" => 1024_u128.pow(3),
        "Ti" => 1024_u128.pow(4),
        _ => return None,
    };
    number.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_fields_that_are_wanted_count() {
        let want = json!({"spec": {"a": "1", "list": [1, 2]}});
        let have = json!({"spec": {"a": "1", "list": [1, 2], "more": true}, "status": {}});
        assert!(differences(&want, &have).is_empty());
    }

    #[test]
    fn a_difference_is_named_by_its_path() {
        let want = json!({"spec": {"nfs": {"server": "192.168.49.1"}, "volumeName": "nfs-pv"}});
        let have = json!({"spec": {"nfs": {"server": "192.168.58.1"}}});
        assert_eq!(
            differences(&want, &have),
            [
                Diff::new("spec.nfs.server", "192.168.49.1", "192.168.58.1"),
                Diff::new("spec.volumeName", "nfs-pv", "(none)"),
            ]
        );
    }

    #[test]
    fn an_empty_string_is_read_back_as_nothing_and_is_no_difference() {
        let want = json!({"spec": {"storageClassName": ""}});
        assert!(differences(&want, &json!({"spec": {}})).is_empty());
        let other = json!({"spec": {"storageClassName": "standard"}});
        assert_eq!(differences(&want, &other).len(), 1);
    }

    #[test]
    fn quantities_are_compared_by_value() {
        let want = json!({"storage": "1024Mi"});
        assert!(differences(&want, &json!({"storage": "1Gi"})).is_empty());
        assert_eq!(differences(&want, &json!({"storage": "1G"})).len(), 1);
        assert_eq!(differences(&json!({"a": "x"}), &json!({"a": "y"})).len(), 1);
    }
}
