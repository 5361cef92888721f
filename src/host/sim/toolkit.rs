//! NVIDIA's container toolkit: `nvidia-ctk`.

use super::bench::{Ended, Stage};
use super::commands::{said, unmodelled};
use super::durations;
use super::world::World;
use crate::host::Answer;
use crate::model::Privilege;
use serde::Serialize;
use serde_json::{Value, json};

/// The engine's configuration.
const DAEMON_JSON: &str = "/etc/docker/daemon.json";

/// `nvidia-ctk --version`.
pub fn version(world: &World) -> Answer {
    let version = world.toolkit.clone().unwrap_or_default();
    said(
        0,
        format!("NVIDIA Container Toolkit CLI version {version}\ncommit: d8ddbc0\n"),
        "",
    )
}

/// `nvidia-ctk …` as a command that changes something.
///
/// # Errors
/// When the person stops it.
pub async fn run(stage: &Stage<'_>, args: &[&str], root: bool) -> Result<Answer, Ended> {
    if let ["cdi", "generate", output] = args
        && let Some(path) = output.strip_prefix("--output=")
    {
        return generate(stage, path, root).await;
    }
    if args != ["runtime", "configure", "--runtime=docker"] {
        return Ok(unmodelled("nvidia-ctk", args));
    }
    stage.wait(durations::RUNTIME_CONFIGURE).await?;
    let log = |words: &str| format!("time=\"2026-11-23T15:15:14Z\" level=info msg=\"{words}\"\n");
    let failed = |words: String| {
        said(
            1,
            "",
            format!("time=\"2026-11-23T15:15:14Z\" level=error msg=\"{words}\"\n"),
        )
    };
    let before = stage.look(|world| {
        world
            .files
            .get(camino::Utf8Path::new(DAEMON_JSON))
            .and_then(|entry| entry.content.clone())
    });
    let (mut stderr, config) = match &before {
        None => (
            log("Config file does not exist; using empty config"),
            Ok(json!({})),
        ),
        Some(text) if text.is_empty() => (String::new(), Err("EOF".to_owned())),
        Some(text) => (
            log(&format!("Loading config from {DAEMON_JSON}")),
            serde_json::from_str(text).map_err(|_| invalid_character(text)),
        ),
    };
    let config = match config {
        Ok(config) => config,
        Err(words) => {
            return Ok(failed(format!(
                "unable to load config for runtime docker: {words}"
            )));
        }
    };
    if !root {
        return Ok(failed(format!(
            "unable to flush config: open {DAEMON_JSON}: permission denied"
        )));
    }
    let text = merged(config);
    stage
        .change(|world| world.write_file(DAEMON_JSON.into(), &text, 0o644, Privilege::Root))
        .await?
        .map_err(|words| crate::model::Fault::new(crate::reason::ids::FILE_UNWRITABLE, words))?;
    stderr += &log(&format!("Wrote updated config to {DAEMON_JSON}"));
    stderr += &log("It is recommended that docker daemon be restarted.");
    Ok(said(0, "", stderr))
}

/// `nvidia-ctk cdi generate --output=PATH`: what a container needs of the driver, with its version.
async fn generate(stage: &Stage<'_>, path: &str, root: bool) -> Result<Answer, Ended> {
    stage.wait(durations::RUNTIME_CONFIGURE).await?;
    if !root {
        let words = format!(
            "time=\"2026-11-23T15:15:14Z\" level=error msg=\"failed to save spec: open {path}: permission denied\"\n"
        );
        return Ok(said(1, "", words));
    }
    stage
        .change(|world| {
            let version = &world.gpus.version;
            let text = format!(
                "---\ncdiVersion: 0.5.0\nkind: nvidia.com/gpu\ncontainerEdits:\n  mounts:\n  \
                 - containerPath: /usr/lib/x86_64-linux-gnu/libcuda.so.{version}\n    \
                 hostPath: /usr/lib/x86_64-linux-gnu/libcuda.so.{version}\n"
            );
            world.put(path, &text, 0o644, 0);
        })
        .await?;
    let words =
        "time=\"2026-11-23T15:15:14Z\" level=info msg=\"Generated CDI spec with version 0.5.0\"\n";
    Ok(said(0, "", words))
}

/// Go's words for text that is no JSON.
fn invalid_character(text: &str) -> String {
    let first = text.trim_start().chars().next().unwrap_or(' ');
    format!("invalid character '{first}' looking for beginning of value")
}

/// The configuration with the runtime in it, in the tool's very bytes: four blanks, keys sorted, no
/// newline at the end.
fn merged(mut config: Value) -> String {
    if !config.is_object() {
        config = json!({});
    }
    if !config["runtimes"].is_object() {
        config["runtimes"] = json!({});
    }
    config["runtimes"]["nvidia"] = json!({"args": [], "path": "nvidia-container-runtime"});
    let mut out = Vec::new();
    let format = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut writer = serde_json::Serializer::with_formatter(&mut out, format);
    // Writing JSON of JSON into memory cannot fail.
    let _ = sorted(config).serialize(&mut writer);
    String::from_utf8(out).unwrap_or_default()
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.into_iter().map(|(k, v)| (k, sorted(v))).collect()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_toolkit_writes_its_own_bytes_without_a_newline() {
        assert_eq!(
            merged(json!({})),
            "{\n    \"runtimes\": {\n        \"nvidia\": {\n            \"args\": [],\n            \
             \"path\": \"nvidia-container-runtime\"\n        }\n    }\n}"
        );
        let kept = merged(json!({"log-driver": "local", "exec-opts": []}));
        assert!(kept.starts_with("{\n    \"exec-opts\": [],\n    \"log-driver\": \"local\",\n"));
    }
}
