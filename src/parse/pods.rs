//! Lists of pods as the Kubernetes API gives them: who uses a claim.

use serde_json::Value;

/// A pod that uses a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Name of the pod.
    pub name: String,
    /// `Pending`, `Running` or `Unknown`.
    pub phase: String,
}

/// The pods of a list that use a claim of their namespace, in the list's order. Pods that ended use
/// nothing any more, although they still name it.
pub fn users_of(list: &Value, claim: &str) -> Vec<User> {
    let text = |pod: &Value, at: &str| {
        let text = pod.pointer(at).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let names_it = |pod: &Value| {
        let volumes = pod.pointer("/spec/volumes").and_then(Value::as_array);
        volumes.into_iter().flatten().any(|volume| {
            let name = volume.pointer("/persistentVolumeClaim/claimName");
            name.and_then(Value::as_str) == Some(claim)
        })
    };
    let items = list.get("items").and_then(Value::as_array);
    items
        .into_iter()
        .flatten()
        .filter(|pod| names_it(pod))
        .map(|pod| User {
            name: text(pod, "/metadata/name"),
            phase: text(pod, "/status/phase"),
        })
        .filter(|user| !matches!(&*user.phase, "Succeeded" | "Failed"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pods_that_ended_or_mount_something_else_use_nothing() {
        let pod = |name: &str, claim: &str, phase: &str| {
            json!({
                "metadata": {"name": name},
                "spec": {"volumes": [
                    {"name": "tmp", "emptyDir": {}},
                    {"name": "cache", "persistentVolumeClaim": {"claimName": claim}},
                ]},
                "status": {"phase": phase},
            })
        };
        let list = json!({"items": [
            pod("runs", "nfs-pvc", "Running"),
            pod("waits", "nfs-pvc", "Pending"),
            pod("ended", "nfs-pvc", "Succeeded"),
            pod("broke", "nfs-pvc", "Failed"),
            pod("other", "data-pvc", "Running"),
            {"metadata": {"name": "bare"}},
        ]});
        let names: Vec<String> = users_of(&list, "nfs-pvc")
            .into_iter()
            .map(|u| u.name)
            .collect();
        assert_eq!(names, ["runs", "waits"]);
        assert_eq!(users_of(&json!(null), "nfs-pvc"), []);
    }
}
