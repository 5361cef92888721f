//! `docker version` and `docker info` (`--format '{{json .}}'`), and the CLI's words when the
//! daemon does not answer.
//!
//! The exit code is no guide: up to Docker 28.0 `docker info` ends with 0 while the daemon is down
//! (the error is in `ServerErrors`), from 28.1 with 1 and a zeroed object (docker/cli). So a daemon
//! is up if, and only if, it told its version and reported no error.

use super::{Unreadable, json, text_at};
use serde_json::Value;

/// What `docker info` tells of a daemon that answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// `ServerVersion`.
    pub server_version: String,
    /// `ClientInfo.Context`, such as `default` or `desktop-linux`.
    pub context: String,
    /// Names in `Runtimes`.
    pub runtimes: Vec<String>,
    /// `OperatingSystem`; `Docker Desktop` for its virtual machine.
    pub operating_system: String,
    /// `DockerRootDir`; below `/var/snap` for the snap.
    pub root_dir: String,
    /// `SecurityOptions`, such as `name=rootless`.
    pub security_options: Vec<String>,
    /// `Driver`: the storage driver.
    pub storage_driver: String,
    /// `CgroupDriver`.
    pub cgroup_driver: String,
    /// Ids in `DiscoveredDevices` (API 1.50 and later, Docker 28.2).
    pub devices: Vec<String>,
    /// `Warnings`.
    pub warnings: Vec<String>,
    /// `CgroupVersion`: `1` or `2`; empty before Docker 20.10.
    pub cgroup_version: String,
    /// `Name`: host name of the machine that the daemon runs on.
    pub name: String,
    /// `MemTotal` of that machine, in bytes.
    pub memory_bytes: u64,
    /// `DefaultRuntime`.
    pub default_runtime: String,
    /// `LiveRestoreEnabled`: containers outlive a restart of the daemon.
    pub live_restore: bool,
}

impl Info {
    /// Whether the daemon runs without root.
    pub fn is_rootless(&self) -> bool {
        self.has_option("name=rootless")
    }

    /// Whether a security option is on.
    pub fn has_option(&self, name: &str) -> bool {
        self.security_options
            .iter()
            .any(|option| option == name || option.starts_with(&format!("{name},")))
    }
}

/// Reads `docker info`. `Ok(None)`: the answer says that no daemon answered.
///
/// # Errors
/// When it is no JSON object (`--format json` printed the word `json` before Docker 24).
pub fn info(text: &str) -> Result<Option<Info>, Unreadable> {
    let value = json("docker info", text)?;
    if !value.is_object() {
        return Err(Unreadable::new("docker info", "not an object", text));
    }
    let broken = value
        .get("ServerErrors")
        .and_then(Value::as_array)
        .is_some_and(|errors| !errors.is_empty());
    let server_version = text_at(&value, "/ServerVersion");
    if broken || server_version.is_empty() {
        return Ok(None);
    }
    Ok(Some(Info {
        server_version,
        context: text_at(&value, "/ClientInfo/Context"),
        runtimes: value
            .get("Runtimes")
            .and_then(Value::as_object)
            .map(|runtimes| runtimes.keys().cloned().collect())
            .unwrap_or_default(),
        operating_system: text_at(&value, "/OperatingSystem"),
        root_dir: text_at(&value, "/DockerRootDir"),
        security_options: words(&value, "SecurityOptions"),
        storage_driver: text_at(&value, "/Driver"),
        cgroup_driver: text_at(&value, "/CgroupDriver"),
        devices: value
            .get("DiscoveredDevices")
            .and_then(Value::as_array)
            .map(|devices| devices.iter().map(|d| text_at(d, "/ID")).collect())
            .unwrap_or_default(),
        warnings: words(&value, "Warnings"),
        cgroup_version: text_at(&value, "/CgroupVersion"),
        name: text_at(&value, "/Name"),
        memory_bytes: value.get("MemTotal").and_then(Value::as_u64).unwrap_or(0),
        default_runtime: text_at(&value, "/DefaultRuntime"),
        live_restore: value.get("LiveRestoreEnabled") == Some(&Value::Bool(true)),
    }))
}

fn words(value: &Value, key: &str) -> Vec<String> {
    value
        .get(key)
        .and_then(Value::as_array)
        .map(|list| {
            list.iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        })
        .unwrap_or_default()
}

/// What `docker version` tells of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// `Server.Version`.
    pub version: String,
    /// Whether the engine behind the socket is podman's.
    pub podman: bool,
    /// `Client.Version`: the command's own.
    pub client: String,
}

/// Reads `docker version`. `Ok(None)`: `Server` is null, so no daemon answered.
///
/// # Errors
/// When it is no JSON.
pub fn version(text: &str) -> Result<Option<Server>, Unreadable> {
    let value = json("docker version", text)?;
    let Some(server) = value.get("Server").filter(|server| server.is_object()) else {
        return Ok(None);
    };
    let version = text_at(server, "/Version");
    let podman = server
        .get("Components")
        .and_then(Value::as_array)
        .is_some_and(|parts| {
            parts
                .iter()
                .any(|part| text_at(part, "/Name").starts_with("Podman"))
        });
    let client = text_at(&value, "/Client/Version");
    Ok((!version.is_empty()).then_some(Server {
        version,
        podman,
        client,
    }))
}

/// Why the CLI could not reach a daemon, told from its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is podman under Docker's name.
    Podman,
    /// The socket may not be opened by this user.
    Permission,
    /// Client and daemon speak no common API version.
    ApiSkew,
    /// The configured context does not exist.
    Context,
    /// Nobody answers.
    Down,
}

/// Tells the states apart by text, from Docker 20.10 to 29 (their wording differs; the exit code
/// is 1 for all of them).
pub fn trouble(text: &str) -> Option<Trouble> {
    let has = |needle: &str| text.contains(needle);
    if has("Emulate Docker CLI using podman") || has("podman version") {
        Some(Trouble::Podman)
    } else if has("permission denied while trying to connect to the Docker daemon socket")
        || has("permission denied while trying to connect to the docker API")
        || has("permission denied while trying to connect to the Docker API")
    {
        Some(Trouble::Permission)
    } else if has("is too old. Minimum supported API version")
        || has("is too new. Maximum supported API version")
    {
        Some(Trouble::ApiSkew)
    } else if has("unable to resolve docker endpoint")
        || has("is not found on the file system")
        || (has("context \"") && has("does not exist"))
    {
        Some(Trouble::Context)
    } else if has("Cannot connect to the Docker daemon")
        || has("failed to connect to the docker API")
        || has("error during connect")
    {
        Some(Trouble::Down)
    } else {
        None
    }
}

/// Where `docker` sends its requests: `docker context inspect`, which every release has (`context show`
/// is missing in 20.10). `DOCKER_HOST` beats the context and shows here as the endpoint of `default`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// Its endpoint, such as `unix:///var/run/docker.sock`.
    pub host: String,
}

/// Reads `docker context inspect`.
///
/// # Errors
/// When it is not that list.
pub fn context(text: &str) -> Result<Context, Unreadable> {
    let value = json("docker context inspect", text)?;
    let Some(first) = value.get(0).filter(|first| first.is_object()) else {
        return Err(Unreadable::new(
            "docker context inspect",
            "no context",
            text,
        ));
    };
    Ok(Context {
        name: text_at(first, "/Name"),
        host: text_at(first, "/Endpoints/docker/Host"),
    })
}

/// Names of containers in the lines of `docker ps --format '{{json .}}'`.
///
/// # Errors
/// When a line is no JSON.
pub fn containers(text: &str) -> Result<Vec<String>, Unreadable> {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| json("docker ps", line).map(|value| text_at(&value, "/Names")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UP: &str = include_str!("../../tests/tapes/reconstructed/docker-info.json");
    const ZEROED: &str = include_str!("../../tests/tapes/reconstructed/docker-info-down-26.json");

    #[test]
    fn a_daemon_that_answers_is_described() {
        let info = info(UP).unwrap().unwrap();
        assert_eq!(info.server_version, "28.3.1");
        assert_eq!(info.runtimes, ["io.containerd.runc.v2", "nvidia", "runc"]);
        assert_eq!(info.devices, ["nvidia.com/gpu=0", "nvidia.com/gpu=all"]);
        assert!(!info.is_rootless());
    }

    #[test]
    fn an_answer_without_a_daemon_is_told_from_one_with() {
        // 20.10: rc 0, only these keys. 26.1: rc 0, a zeroed object. 28.1 and later: rc 1, zeroed.
        let old = r#"{"ServerErrors":["Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"],"ClientInfo":{"Debug":false,"Context":"default"}}"#;
        assert_eq!(info(old), Ok(None));
        assert_eq!(info(ZEROED), Ok(None));
        assert_eq!(info(r#"{"ID":"","ServerVersion":""}"#), Ok(None));
        assert!(info("json").is_err());
        assert_eq!(
            version(r#"{"Client":{"Version":"28.3.1"},"Server":null}"#),
            Ok(None)
        );
    }

    #[test]
    fn podman_behind_the_socket_is_seen() {
        let text = r#"{"Client":{"Version":"28.3.1"},"Server":{"Version":"5.4.0","Components":[{"Name":"Podman Engine","Version":"5.4.0"}]}}"#;
        assert_eq!(
            version(text),
            Ok(Some(Server {
                version: "5.4.0".to_owned(),
                podman: true,
                client: "28.3.1".to_owned(),
            }))
        );
    }

    #[test]
    fn the_words_of_every_release_are_told_apart() {
        let cases = [
            (
                "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
                Trouble::Down,
            ),
            (
                "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory",
                Trouble::Down,
            ),
            (
                "error during connect: Get \"http://docker.example.com/v1.51/version\": command [ssh -l u host] has exited with exit status 255",
                Trouble::Down,
            ),
            (
                "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.51/version\": dial unix /var/run/docker.sock: connect: permission denied",
                Trouble::Permission,
            ),
            (
                "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock",
                Trouble::Permission,
            ),
            (
                "Failed to initialize: unable to resolve docker endpoint: context \"gone\": context not found: open /home/u/.docker/contexts/meta/x/meta.json: no such file or directory",
                Trouble::Context,
            ),
            (
                "Current context \"gone\" is not found on the file system",
                Trouble::Context,
            ),
            (
                "Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version",
                Trouble::ApiSkew,
            ),
            (
                "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.",
                Trouble::Podman,
            ),
        ];
        for (text, want) in cases {
            assert_eq!(trouble(text), Some(want), "{text}");
        }
        assert_eq!(trouble("something else"), None);
    }

    #[test]
    fn containers_are_listed_by_name() {
        let text = "{\"Names\":\"gpucluster\",\"State\":\"running\"}\n\n{\"Names\":\"other\"}\n";
        assert_eq!(containers(text).unwrap(), ["gpucluster", "other"]);
        assert_eq!(containers("").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_context_has_a_name_and_an_endpoint() {
        let text = r#"[{"Name":"default","Metadata":{},"Endpoints":{"docker":{"Host":"ssh://u@gpu-box","SkipTLSVerify":false}},"TLSMaterial":{},"Storage":{"MetadataPath":"<IN MEMORY>"}}]"#;
        let read = context(text).unwrap();
        assert_eq!((&*read.name, &*read.host), ("default", "ssh://u@gpu-box"));
        assert!(context("[]").is_err() && context("{}").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = context(&text);
            let _ = (info(&text), version(&text), containers(&text), trouble(&text));
        }
    }
}
