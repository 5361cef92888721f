//! Differences between an object as it should be and as the API has it.

use crate::model::Diff;
use serde_json::Value;

/// Every field of `want` that `have` lacks or has otherwise. Fields that only `have` has (status,
/// defaults, other owners' fields) do not count. Lists are compared whole.
pub fn differences(want: &Value, have: &Value) -> Vec<Diff> {
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
        let want = json!({"spec": {"nfs": {"server": "192.168.49.1"}, "storageClassName": ""}});
        let have = json!({"spec": {"nfs": {"server": "192.168.58.1"}}});
        assert_eq!(
            differences(&want, &have),
            [
                Diff::new("spec.nfs.server", "192.168.49.1", "192.168.58.1"),
                Diff::new("spec.storageClassName", "\"\"", "(none)"),
            ]
        );
    }

    #[test]
    fn quantities_are_compared_by_value() {
        let want = json!({"storage": "1024Mi"});
        assert!(differences(&want, &json!({"storage": "1Gi"})).is_empty());
        assert_eq!(differences(&want, &json!({"storage": "1G"})).len(), 1);
        assert_eq!(differences(&json!({"a": "x"}), &json!({"a": "y"})).len(), 1);
    }
}
