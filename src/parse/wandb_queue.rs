//! A Launch queue as W&B's server describes it: its type, the configuration that its jobs are made
//! from, and its template variables.
//!
//! The body is that of [`crate::host::Query::WandbQueue`]: the answers to `GetRunQueueMetadata` and
//! `GetDefaultResourceConfig` (wandb 0.31, `apis/public/jobs.py`) side by side under `data`.

use super::wandb::{Reply, obstacle};
use super::{Unreadable, json, text_at};
use serde_json::Value;

/// A template variable: its name, and its JSON Schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Name, as `{{name}}` in the configuration.
    pub name: String,
    /// Its schema: `type`, `default`, `minimum`, `maximum`, `enum`.
    pub schema: Value,
}

/// A queue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Queue {
    /// `kubernetes`, `local-container` …; empty for a queue without a configuration.
    pub resource: String,
    /// What is under `resource_args`, one key a resource. `Null` for a queue without a configuration.
    pub resource_args: Value,
    /// Template variables.
    pub variables: Vec<Variable>,
}

impl Queue {
    /// What jobs on Kubernetes are made from: `resource_args.kubernetes`.
    pub fn kubernetes(&self) -> Option<&Value> {
        self.resource_args.get("kubernetes")
    }

    /// The namespace that it names for its jobs.
    pub fn namespace(&self) -> Option<&str> {
        let config = self.kubernetes()?;
        config
            .pointer("/metadata/namespace")
            .or_else(|| config.get("namespace"))?
            .as_str()
    }

    /// The claims that its jobs mount.
    pub fn claims(&self) -> Vec<String> {
        let volumes = self
            .kubernetes()
            .and_then(|config| config.pointer("/spec/template/spec/volumes"));
        volumes
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|volume| text_at(volume, "/persistentVolumeClaim/claimName"))
            .filter(|claim| !claim.is_empty() && !claim.contains("{{") && !claim.contains("${"))
            .collect()
    }
}

/// Reads the body. `Reply::Ok(None)`: there is no such queue.
///
/// # Errors
/// When a successful answer is no such JSON.
pub fn queue(status: i32, body: &str) -> Result<Reply<Option<Queue>>, Unreadable> {
    let what = "W&B queue";
    if let Some(trouble) = obstacle(status, body) {
        return Ok(trouble);
    }
    let value = json(what, body)?;
    let Some(data) = value.get("data").filter(|data| data.is_object()) else {
        return Err(Unreadable::new(what, "no `data`", body));
    };
    let present = data
        .pointer("/project/runQueue")
        .is_some_and(Value::is_object);
    if !present {
        return Ok(Reply::Ok(None));
    }
    let Some(stored) = data
        .pointer("/entity/defaultResourceConfig")
        .filter(|stored| stored.is_object())
    else {
        return Ok(Reply::Ok(Some(Queue::default())));
    };
    let config = embedded(stored.get("config"), what, body)?;
    let variables = stored.get("templateVariables").and_then(Value::as_array);
    let mut queue = Queue {
        resource: text_at(stored, "/resource"),
        resource_args: config.get("resource_args").cloned().unwrap_or(Value::Null),
        variables: Vec::new(),
    };
    for variable in variables.into_iter().flatten() {
        queue.variables.push(Variable {
            name: text_at(variable, "/name"),
            schema: embedded(variable.get("schema"), what, body)?,
        });
    }
    Ok(Reply::Ok(Some(queue)))
}

/// JSON that the server sends as a text within JSON, or as itself.
fn embedded(value: Option<&Value>, what: &'static str, body: &str) -> Result<Value, Unreadable> {
    match value {
        None => Ok(Value::Null),
        Some(Value::String(text)) => serde_json::from_str(text)
            .map_err(|error| Unreadable::new(what, format!("its config: {error}"), body)),
        Some(other) => Ok(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BODY: &str = r#"{"data":{
        "project":{"runQueue":{"id":"UnVuUXVldWU6MQ==","access":"PROJECT","defaultResourceConfigID":"7"}},
        "entity":{"defaultResourceConfig":{"resource":"kubernetes",
            "config":"{\"resource_args\":{\"kubernetes\":{\"spec\":{\"backoffLimit\":0}}}}",
            "templateVariables":[{"name":"gpus","schema":"{\"type\":\"integer\",\"maximum\":4}"}]}}}}"#;

    #[test]
    fn a_queue_has_a_type_a_configuration_and_variables() {
        let Ok(Reply::Ok(Some(queue))) = queue(200, BODY) else {
            panic!("not read");
        };
        assert_eq!(queue.resource, "kubernetes");
        assert_eq!(queue.kubernetes().unwrap()["spec"]["backoffLimit"], 0);
        assert_eq!(queue.variables[0].schema["maximum"], 4);
    }

    #[test]
    fn a_queue_that_is_not_there_is_told_from_one_without_a_configuration() {
        let gone = r#"{"data":{"project":{"runQueue":null}}}"#;
        assert_eq!(queue(200, gone), Ok(Reply::Ok(None)));
        let bare = r#"{"data":{"project":{"runQueue":{"id":"1","defaultResourceConfigID":null}}}}"#;
        assert_eq!(queue(200, bare), Ok(Reply::Ok(Some(Queue::default()))));
        assert!(matches!(queue(401, "{}"), Ok(Reply::Rejected(_))));
        assert!(queue(200, "[]").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*", status in 0..600) {
            let _ = queue(status, &text);
        }
    }
}
