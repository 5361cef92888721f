//! W&B's GraphQL answers: whom a key belongs to, and which queues an entity has.

use super::{Unreadable, json, text_at};
use serde_json::Value;

/// Whom a key belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewer {
    /// Login name.
    pub username: String,
    /// Default entity.
    pub entity: Option<String>,
    /// Teams.
    pub teams: Vec<String>,
}

impl Viewer {
    /// Whether an entity is the viewer's own or one of the teams.
    pub fn belongs_to(&self, entity: &str) -> bool {
        self.username == entity
            || self.entity.as_deref() == Some(entity)
            || self.teams.iter().any(|team| team == entity)
    }
}

/// A server's answer to a question that needs a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<T> {
    /// The answer.
    Ok(T),
    /// The key is not accepted: 401, 403, or nobody is logged in.
    Rejected(String),
    /// The server's own words about anything else that went wrong.
    Failed(String),
}

/// Reads `viewer{…}` with the HTTP status it came with. `viewer: null` means not logged in.
///
/// # Errors
/// When a successful answer is no such JSON.
pub fn viewer(status: i32, body: &str) -> Result<Reply<Viewer>, Unreadable> {
    if let Some(trouble) = refused(status, body) {
        return Ok(trouble);
    }
    let value = json("W&B viewer", body)?;
    if let Some(trouble) = errors(&value) {
        return Ok(trouble);
    }
    let Some(viewer) = value.pointer("/data/viewer") else {
        return Err(Unreadable::new("W&B viewer", "no `data.viewer`", body));
    };
    if viewer.is_null() {
        return Ok(Reply::Rejected("user is not logged in".to_owned()));
    }
    let teams = viewer.pointer("/teams/edges").and_then(Value::as_array);
    Ok(Reply::Ok(Viewer {
        username: text_at(viewer, "/username"),
        entity: Some(text_at(viewer, "/entity")).filter(|entity| !entity.is_empty()),
        teams: teams
            .map(|edges| edges.iter().map(|e| text_at(e, "/node/name")).collect())
            .unwrap_or_default(),
    }))
}

/// Reads `project{runQueues[…]}`. `Reply::Ok(None)`: the project is null, so the entity does not
/// exist, may not be read, or never had a queue.
///
/// # Errors
/// When a successful answer is no such JSON.
pub fn queues(status: i32, body: &str) -> Result<Reply<Option<Vec<String>>>, Unreadable> {
    if let Some(trouble) = refused(status, body) {
        return Ok(trouble);
    }
    let value = json("W&B queues", body)?;
    if let Some(trouble) = errors(&value) {
        return Ok(trouble);
    }
    let Some(project) = value.pointer("/data/project") else {
        return Err(Unreadable::new("W&B queues", "no `data.project`", body));
    };
    if project.is_null() {
        return Ok(Reply::Ok(None));
    }
    let queues = project.get("runQueues").and_then(Value::as_array);
    Ok(Reply::Ok(Some(
        queues
            .map(|list| list.iter().map(|q| text_at(q, "/name")).collect())
            .unwrap_or_default(),
    )))
}

/// What stands in the way of any answer; `None` where the body is one.
pub(super) fn obstacle<T>(status: i32, body: &str) -> Option<Reply<T>> {
    refused(status, body).or_else(|| errors(&serde_json::from_str(body).ok()?))
}

fn refused<T>(status: i32, body: &str) -> Option<Reply<T>> {
    let words = || {
        let said = serde_json::from_str::<Value>(body)
            .ok()
            .and_then(|value| message(&value));
        let brief = |text: String| text.chars().take(200).collect::<String>();
        brief(said.unwrap_or_else(|| body.lines().next().unwrap_or_default().to_owned()))
    };
    match status {
        200..=299 => None,
        401 | 403 => Some(Reply::Rejected(format!("HTTP {status}: {}", words()))),
        _ => Some(Reply::Failed(format!("HTTP {status}: {}", words()))),
    }
}

/// GraphQL reports failures in `errors[]` under status 200.
fn errors<T>(value: &Value) -> Option<Reply<T>> {
    let list = value.get("errors").and_then(Value::as_array)?;
    if list.is_empty() {
        return None;
    }
    let text = message(value).unwrap_or_else(|| "an error without words".to_owned());
    let login = ["not logged in", "permission denied", "unauthorized"];
    let lower = text.to_ascii_lowercase();
    if login.iter().any(|needle| lower.contains(needle)) {
        Some(Reply::Rejected(text))
    } else {
        Some(Reply::Failed(text))
    }
}

fn message(value: &Value) -> Option<String> {
    let first = value.pointer("/errors/0")?;
    first
        .as_str()
        .or_else(|| first.get("message").and_then(Value::as_str))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whom_a_key_belongs_to_is_read() {
        let body = r#"{"data":{"viewer":{"id":"VXNlcjox","entity":"ann","username":"ann","teams":{"edges":[{"node":{"name":"vision"}}]}}}}"#;
        let Ok(Reply::Ok(viewer)) = viewer(200, body) else {
            panic!("not read");
        };
        assert_eq!(viewer.entity.as_deref(), Some("ann"));
        assert!(viewer.belongs_to("vision") && viewer.belongs_to("ann"));
        assert!(!viewer.belongs_to("else"));
    }

    #[test]
    fn a_key_that_is_not_accepted_is_told_from_a_server_that_fails() {
        let null = viewer(200, r#"{"data":{"viewer":null}}"#).unwrap();
        assert!(matches!(null, Reply::Rejected(_)));
        let unauthorised = viewer(401, r#"{"errors":["user is not logged in"]}"#).unwrap();
        assert_eq!(
            unauthorised,
            Reply::Rejected("HTTP 401: user is not logged in".to_owned())
        );
        let down = viewer(502, "<html>bad gateway</html>").unwrap();
        assert!(matches!(down, Reply::Failed(_)));
        let body = r#"{"data":null,"errors":[{"message":"internal server error"}]}"#;
        assert_eq!(
            viewer(200, body).unwrap(),
            Reply::Failed("internal server error".to_owned())
        );
    }

    #[test]
    fn queues_are_listed_and_a_missing_project_is_told_from_an_empty_one() {
        let body = r#"{"data":{"project":{"runQueues":[{"id":"1","name":"q1","createdBy":1,"access":"PROJECT"}]}}}"#;
        assert_eq!(
            queues(200, body),
            Ok(Reply::Ok(Some(vec!["q1".to_owned()])))
        );
        let empty = r#"{"data":{"project":{"runQueues":[]}}}"#;
        assert_eq!(queues(200, empty), Ok(Reply::Ok(Some(Vec::new()))));
        assert_eq!(
            queues(200, r#"{"data":{"project":null}}"#),
            Ok(Reply::Ok(None))
        );
        assert!(queues(200, "{}").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*", status in 0..600) {
            let _ = (viewer(status, &text), queues(status, &text));
        }
    }
}
