//! Taking the runtime `nvidia` out of Docker again.

use super::look::{failed, unreadable};
use super::toolkit::{DAEMON_JSON, has_nvidia, restart};
use crate::host::{Query, ReadHost};
use crate::model::{Change, Effect, Fault, Prior, Privilege, Receipt, Removal, Touch};
use crate::parse::docker;
use camino::Utf8Path;
use serde_json::Value;

/// Whether the runtime is in this text; a text that is no JSON is left alone as if it were.
fn in_config(text: &str) -> bool {
    serde_json::from_str(text).map_or(true, |config| has_nvidia(&config))
}

/// Whether the daemon, as it runs now, knows the runtime.
async fn runs(host: &dyn ReadHost) -> Result<bool, Fault> {
    let Ok(answer) = host.query(&Query::DockerInfo).await else {
        return Ok(false);
    };
    let info = docker::info(&answer.stdout).map_err(unreadable)?;
    Ok(info.is_some_and(|info| info.runtimes.iter().any(|name| name == "nvidia")))
}

/// What `daemon.json` should be again: its bytes from before us if nothing else changed since,
/// else what is there now without our runtime. `None`: nothing of ours is in it.
fn without_runtime(now: &str, before: Option<&str>) -> Option<String> {
    let mut config: Value = serde_json::from_str(now).ok()?;
    if !has_nvidia(&config) {
        return None;
    }
    let prior: Option<Value> = before.and_then(|text| serde_json::from_str(text).ok());
    if prior.as_ref().is_some_and(has_nvidia) {
        return None;
    }
    if let Some(runtimes) = config.get_mut("runtimes").and_then(Value::as_object_mut) {
        runtimes.shift_remove("nvidia");
        let keep = prior.as_ref().is_some_and(|p| p.get("runtimes").is_some());
        if runtimes.is_empty()
            && !keep
            && let Some(object) = config.as_object_mut()
        {
            object.shift_remove("runtimes");
        }
    }
    match (before, prior) {
        (Some(text), Some(prior)) if prior == config => Some(text.to_owned()),
        _ => serde_json::to_string_pretty(&config).ok(),
    }
}

/// Takes the runtime out of the daemon again.
pub async fn unregister(host: &dyn ReadHost, receipt: &Receipt) -> Result<Vec<Change>, Fault> {
    let path = Utf8Path::new(DAEMON_JSON);
    let before = match receipt.prior(&Touch::File(path.to_owned())) {
        Some(Prior::Absent) => None,
        Some(Prior::File { content, .. }) => Some(content.as_str()),
        _ => return Ok(Vec::new()),
    };
    let now = host.read_file(path).await.map_err(failed)?;
    let content = match &now {
        Some(text) => without_runtime(text, before),
        None => None,
    };
    let content = match (content, now) {
        (Some(content), _) => content,
        // Out of the file and still in the daemon: an earlier undo was cut short before
        // the restart. The file is put where it is once more, so that both go together.
        (None, now) => {
            let text = now.unwrap_or_else(|| "{}".to_owned());
            if in_config(&text) || before.is_some_and(in_config) || !runs(host).await? {
                return Ok(Vec::new());
            }
            text
        }
    };
    let back = if before.is_none() && content == "{}" {
        Effect::RemoveOwned {
            path: path.to_owned(),
            removal: Removal::File,
            privilege: Privilege::Root,
        }
    } else {
        let mode = match receipt.prior(&Touch::File(path.to_owned())) {
            Some(Prior::File { mode, .. }) => *mode,
            _ => 0o644,
        };
        Effect::WriteFile {
            path: path.to_owned(),
            content,
            mode,
            privilege: Privilege::Root,
        }
    };
    let answer = host.query(&Query::DockerRunning).await;
    let running = answer.map_or(0, |a| a.stdout.lines().count());
    Ok(vec![
        Change::safe(back, "the runtime `nvidia` was registered by gpucluster"),
        restart(running),
    ])
}

#[cfg(test)]
mod tests {
    use super::without_runtime;

    const OURS: &str = r#"{"runtimes":{"nvidia":{"args":[],"path":"nvidia-container-runtime"}}}"#;

    #[test]
    fn a_file_that_was_not_there_becomes_an_empty_object() {
        assert_eq!(without_runtime(OURS, None).as_deref(), Some("{}"));
    }

    #[test]
    fn bytes_from_before_come_back_if_nothing_else_changed() {
        let before = "{ \"log-driver\": \"local\" }\n";
        let now = r#"{"log-driver":"local","runtimes":{"nvidia":{"args":[]}}}"#;
        assert_eq!(without_runtime(now, Some(before)).as_deref(), Some(before));
    }

    #[test]
    fn what_others_changed_since_is_kept() {
        let now = r#"{"debug":true,"runtimes":{"kata":{},"nvidia":{}}}"#;
        let text = without_runtime(now, Some("{}")).unwrap();
        assert_eq!(
            text,
            "{\n  \"debug\": true,\n  \"runtimes\": {\n    \"kata\": {}\n  }\n}"
        );
    }

    #[test]
    fn a_runtime_that_was_there_before_us_stays() {
        assert_eq!(without_runtime(OURS, Some(OURS)), None);
    }
}
