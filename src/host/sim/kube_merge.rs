//! Server-side apply, as far as a cluster with few managers shows it: an object is merged, lists are
//! replaced, and what a manager no longer applies is taken away.

use serde_json::Value;

/// Merges what is applied now into the live object; `before` is what the same manager applied last.
pub fn apply(live: &mut Value, before: Option<&Value>, now: &Value) {
    if let Some(before) = before {
        remove_given_up(live, before, now);
    }
    merge(live, now);
}

fn merge(live: &mut Value, now: &Value) {
    match (live, now) {
        (Value::Object(live), Value::Object(now)) => {
            for (key, value) in now {
                match live.get_mut(key) {
                    Some(have) => merge(have, value),
                    None => {
                        live.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (live, now) => *live = now.clone(),
    }
}

fn remove_given_up(live: &mut Value, before: &Value, now: &Value) {
    let (Value::Object(live), Value::Object(before)) = (live, before) else {
        return;
    };
    for (key, old) in before {
        match now.get(key) {
            Some(new) => {
                if let Some(have) = live.get_mut(key) {
                    remove_given_up(have, old, new);
                }
            }
            None => {
                live.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_manager_no_longer_applies_goes_and_what_others_set_stays() {
        let mut live = json!({"spec": {"a": 1, "b": 2}, "status": {"phase": "Bound"}});
        apply(
            &mut live,
            Some(&json!({"spec": {"a": 1, "b": 2}})),
            &json!({"spec": {"a": 3, "list": [1]}}),
        );
        assert_eq!(
            live,
            json!({"spec": {"a": 3, "list": [1]}, "status": {"phase": "Bound"}})
        );
    }
}
