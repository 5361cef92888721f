//! `toolkit.versions` and `toolkit.config`: the toolkit's packages go together, and nothing in its
//! configuration or in the daemon's keeps GPUs from containers.
//!
//! That the toolkit is there and its runtime known to the daemon is the step `nvidia.toolkit`'s.

use super::check::{Check, Seeing, not_used, problem};
use crate::host::{HostError, Query};
use crate::model::{Advice, Fault, Observation, Probe, StepId, parse_tool_version};
use crate::parse::docker::{self, Info};
use crate::parse::nvidia_config;
use crate::parse::package_versions::{installed, upstream};
use crate::reason::ids;
use crate::steps::look::{failed, tools};
use crate::steps::{Wish, advice, id};
use camino::Utf8Path;
use semver::Version;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

const CONFIG: &str = "/etc/nvidia-container-runtime/config.toml";
const DAEMON_JSON: &str = "/etc/docker/daemon.json";

/// The packages that have to be of one version (NVIDIA's installation guide names them so).
const PACKAGES: [&str; 4] = [
    "nvidia-container-toolkit",
    "nvidia-container-toolkit-base",
    "libnvidia-container-tools",
    "libnvidia-container1",
];

/// From this release on the toolkit refuses a library of another one (its CHANGELOG).
const STRICT: Version = Version::new(1, 18, 0);

/// The checks.
pub fn checks(wish: &Arc<Wish>) -> [Check; 2] {
    [
        Check::new(
            wish,
            StepId::new("toolkit.versions"),
            "The container toolkit's packages are of one version",
            |seeing| Box::pin(versions(seeing)),
        )
        .explains(&[id::TOOLKIT, id::CONTAINER, id::CLUSTER])
        .asks(tools([Query::ToolkitVersion, packages()])),
        Check::new(
            wish,
            StepId::new("toolkit.config"),
            "Toolkit and Docker are configured to give GPUs to containers",
            |seeing| Box::pin(config(seeing)),
        )
        .explains(&[id::CONTAINER, id::CLUSTER, id::NODE])
        .asks(tools([Query::DockerInfo, Query::ToolkitVersion])),
    ]
}

fn packages() -> Query {
    Query::PackageVersions {
        names: PACKAGES.map(str::to_owned).into(),
    }
}

async fn versions(seeing: Seeing<'_>) -> Probe {
    let query = packages();
    let (tool, packages) = tokio::join!(
        seeing.host.query(&Query::ToolkitVersion),
        seeing.host.query(&query)
    );
    let tool = match tool {
        Err(HostError::NoProgram(_)) => return Ok(not_used("the toolkit is not installed")),
        other => parse_tool_version(&other.map_err(failed)?.stdout),
    };
    let packages = match packages {
        Err(HostError::NoProgram(_)) => {
            return Ok(not_used("no package manager that is known here"));
        }
        other => installed(&other.map_err(failed)?.stdout),
    };
    let versions: BTreeSet<&str> = packages.iter().map(|(_, v)| upstream(v)).collect();
    let list = || {
        let each = packages.iter().map(|(name, v)| format!("{name} {v}"));
        each.collect::<Vec<_>>().join(", ")
    };
    let fault = |summary: String| {
        let mut fault = Fault::new(ids::GPU_TOOLKIT_VERSIONS_DIFFER, summary);
        fault.advice = advice::install_toolkit(&seeing.wish.os);
        fault.caused_by(list())
    };
    let seen = match versions.first() {
        None => return Ok(not_used("the toolkit came by no package")),
        Some(version) => Observation::in_place(format!("{version}, {} packages", packages.len())),
    };
    if versions.len() > 1 {
        let fault = fault("the container toolkit's packages are of different versions".to_owned());
        let strict = versions
            .iter()
            .filter_map(|version| parse_tool_version(version))
            .any(|version| version >= STRICT);
        if strict {
            return problem(fault);
        }
        return Ok(seen.warn_of(fault));
    }
    // Installed by hand beside the packages, and found first.
    if let (Some(tool), Some(package)) = (tool, versions.first())
        && parse_tool_version(package).is_some_and(|package| package != tool)
    {
        let text = format!(
            "`nvidia-ctk` on PATH is {tool}, and the packages are {package}: another copy is found first"
        );
        return Ok(seen.warn_of(fault(text)));
    }
    Ok(seen)
}

async fn config(seeing: Seeing<'_>) -> Probe {
    let (tool, text, daemon, info) = tokio::join!(
        seeing.host.query(&Query::ToolkitVersion),
        seeing.host.read_file(Utf8Path::new(CONFIG)),
        seeing.host.read_file(Utf8Path::new(DAEMON_JSON)),
        seeing.host.query(&Query::DockerInfo),
    );
    if let Err(HostError::NoProgram(_)) = tool {
        return Ok(not_used("the toolkit is not installed"));
    }
    let info = info
        .ok()
        .and_then(|answer| docker::info(&answer.stdout).ok()?);
    let text = text.map_err(failed)?;
    let config = nvidia_config::config(text.as_deref().unwrap_or_default());
    let rootless = info.as_ref().is_some_and(Info::is_rootless);
    if config.no_cgroups && !rootless {
        return problem(
            Fault::new(
                ids::GPU_TOOLKIT_NO_CGROUPS,
                format!(
                    "`no-cgroups = true` in {CONFIG}: containers get GPUs that they may not open"
                ),
            )
            .caused_by("it is meant for a rootless daemon; this one runs as root")
            .advise(Advice::run(
                "let the toolkit open the devices again",
                "sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups=false --in-place",
            )),
        );
    }
    if let Some(mode @ ("cdi" | "csv")) = config.mode.as_deref() {
        return problem(
            Fault::new(
                ids::GPU_HOOK_UNSUPPORTED,
                format!(
                    "`mode = \"{mode}\"` in {CONFIG}: the hook behind `--gpus` refuses to work"
                ),
            )
            .advise(Advice::run(
                "let the toolkit choose the mode",
                "sudo nvidia-ctk config --set nvidia-container-runtime.mode=auto --in-place",
            )),
        );
    }
    let mut seen = Observation::in_place(match &text {
        Some(_) => "nothing keeps GPUs from containers",
        None => "the toolkit's defaults",
    });
    let daemon = daemon.ok().flatten();
    let daemon = daemon.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    if let (Some(daemon), Some(info)) = (daemon, info) {
        let pending = pending(&daemon, &info);
        if !pending.is_empty() {
            let mut fault = Fault::new(
                ids::DOCKER_CONFIG_PENDING,
                format!(
                    "Docker does not run with what {DAEMON_JSON} says: {}",
                    pending.join("; ")
                ),
            );
            fault = fault.advise(Advice::run(
                "it is read when the daemon starts; this stops running containers",
                "sudo systemctl restart docker",
            ));
            seen = seen.warn_of(fault);
        }
    }
    Ok(seen)
}

/// What the file says and the daemon does not do. The runtime `nvidia` itself is the step's.
fn pending(daemon: &Value, info: &Info) -> Vec<String> {
    let mut pending = Vec::new();
    let text = |key: &str| daemon.get(key).and_then(Value::as_str);
    let mut differs = |what: &str, want: Option<&str>, have: &str| {
        if let Some(want) = want
            && !have.is_empty()
            && want.trim_end_matches('/') != have
        {
            pending.push(format!("{what} is {have}, the file has {want}"));
        }
    };
    differs(
        "the default runtime",
        text("default-runtime"),
        &info.default_runtime,
    );
    differs(
        "the storage driver",
        text("storage-driver"),
        &info.storage_driver,
    );
    differs("the data folder", text("data-root"), &info.root_dir);
    let options = daemon.get("exec-opts").and_then(Value::as_array);
    let cgroup = options
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .find_map(|option| option.strip_prefix("native.cgroupdriver="));
    differs("the cgroup driver", cgroup, &info.cgroup_driver);
    if let Some(runtimes) = daemon.get("runtimes").and_then(Value::as_object) {
        let missing = runtimes
            .keys()
            .filter(|name| *name != "nvidia" && !info.runtimes.contains(name));
        pending.extend(missing.map(|name| format!("the runtime `{name}` is unknown to it")));
    }
    pending
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_daemon_was_not_restarted_for_is_listed() {
        let info = Info {
            default_runtime: "runc".to_owned(),
            cgroup_driver: "systemd".to_owned(),
            root_dir: "/var/lib/docker".to_owned(),
            runtimes: vec!["runc".to_owned()],
            ..Info::default()
        };
        let file = json!({
            "default-runtime": "nvidia", "data-root": "/var/lib/docker/",
            "exec-opts": ["native.cgroupdriver=cgroupfs"],
            "runtimes": {"nvidia": {}, "kata": {}}
        });
        let pending = pending(&file, &info);
        assert_eq!(pending.len(), 3, "{pending:?}");
        assert!(pending[0].contains("the file has nvidia"));
        assert!(super::pending(&json!({}), &info).is_empty());
    }
}
