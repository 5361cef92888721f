//! `toolkit.cdi`: the CDI specifications of the GPUs fit the driver that is loaded.
//!
//! Where Docker injects by CDI (29.2 and later, if it finds the toolkit's CDI hook), a specification
//! from before an upgrade of the driver breaks every GPU container; elsewhere it lies in wait.

use super::check::{Check, Seeing, not_used, problem};
use crate::host::{HostError, Query, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe, StepId, parse_tool_version};
use crate::parse::cdi_spec::{self, Spec};
use crate::parse::docker::{self, Info};
use crate::reason::ids;
use crate::steps::look::{failed, tools};
use crate::steps::{Wish, id};
use camino::{Utf8Path, Utf8PathBuf};
use futures::future::join_all;
use semver::Version;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Folders of specifications; a device in a later one takes the place of one in an earlier
/// (cncf-tags/container-device-interface `pkg/cdi`).
const FOLDERS: [&str; 2] = ["/etc/cdi", "/var/run/cdi"];
const KIND: &str = "nvidia.com/gpu";
/// `--gpus` is mapped to CDI from here on.
const BY_CDI: Version = Version::new(29, 2, 0);
/// What writes `/var/run/cdi/nvidia.yaml` at boot and after a change of the driver (toolkit 1.18).
const REFRESH: &str = "nvidia-cdi-refresh.service";

/// The check.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        StepId::new("toolkit.cdi"),
        "The CDI specification fits the driver",
        |seeing| Box::pin(look(seeing)),
    )
    .explains(&[id::CONTAINER, id::CLUSTER])
    .asks(tools([Query::DockerInfo, Query::ToolkitVersion]))
}

/// A file of a folder of specifications.
struct Found {
    path: Utf8PathBuf,
    spec: Result<Spec, String>,
}

async fn find(host: &dyn ReadHost) -> Result<Vec<Found>, Fault> {
    let mut paths = Vec::new();
    for folder in FOLDERS {
        let names = host.list_dir(Utf8Path::new(folder)).await;
        for name in names.map_err(failed)?.unwrap_or_default() {
            if name.ends_with(".yaml") || name.ends_with(".json") {
                paths.push(Utf8Path::new(folder).join(name));
            }
        }
    }
    let read = paths.into_iter().map(|path| async move {
        let text = host.read_file(&path).await;
        let spec = match text {
            Ok(text) => cdi_spec::spec(&text.unwrap_or_default()).map_err(|e| e.why),
            Err(error) => Err(error.to_string()),
        };
        Found { path, spec }
    });
    Ok(join_all(read).await)
}

async fn look(seeing: Seeing<'_>) -> Probe {
    let host = seeing.host;
    let (tool, found, info, driver, refresh) = tokio::join!(
        host.query(&Query::ToolkitVersion),
        find(host),
        host.query(&Query::DockerInfo),
        host.read_file(Utf8Path::new("/sys/module/nvidia/version")),
        host.unit(REFRESH),
    );
    let found = found?;
    let info = info
        .ok()
        .and_then(|answer| docker::info(&answer.stdout).ok()?);
    let refresh = refresh.is_ok_and(|unit| unit.loaded);
    let mut seen = Observation::in_place("");
    for file in &found {
        if let Err(why) = &file.spec {
            seen = seen.warn_of(stale(
                format!("{} cannot be read as a CDI specification: {why}", file.path),
                &file.path,
                refresh,
            ));
        }
    }
    // Of files that give out the same device the last folder's counts.
    let ours: Vec<(&Utf8PathBuf, &Spec)> = found
        .iter()
        .filter_map(|file| Some((&file.path, file.spec.as_ref().ok()?)))
        .filter(|(_, spec)| spec.kind == KIND)
        .collect();
    let Some((path, spec)) = ours.last() else {
        if let Err(HostError::NoProgram(_)) = tool {
            return Ok(not_used("the toolkit is not installed"));
        }
        seen.headline = "none; GPUs are injected by the toolkit's hook".to_owned();
        return Ok(seen);
    };
    if let Some((one, other)) = conflict(&ours) {
        seen = seen.warn_of(
            Fault::new(
                ids::GPU_CDI_CONFLICT,
                format!("{one} and {other} give out the same devices, so that neither counts"),
            )
            .advise(Advice::run("keep one of them", format!("sudo rm {other}"))),
        );
    }
    let Some(driver) = driver.ok().flatten().map(|text| text.trim().to_owned()) else {
        return Ok(not_used("no NVIDIA driver is loaded"));
    };
    let by_cdi = injects(info.as_ref());
    if let Some(made_for) = spec.driver.as_ref().filter(|made| **made != driver) {
        let fault = stale(
            format!("{path} was made for driver {made_for}, and {driver} is loaded"),
            path,
            refresh,
        );
        return verdict(seen, fault, by_cdi);
    }
    let nodes = spec
        .nodes
        .iter()
        .filter(|node| node.starts_with("/dev/nvidia"));
    let gone = join_all(nodes.map(|node| async move {
        let there = host.stat(Utf8Path::new(node)).await;
        matches!(there, Ok(None)).then_some(node)
    }));
    let gone: Vec<&str> = gone
        .await
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    if !gone.is_empty() {
        let fault = stale(
            format!(
                "{path} names devices that are not there: {}",
                gone.join(", ")
            ),
            path,
            refresh,
        );
        return verdict(seen, fault, by_cdi);
    }
    if let Some(words) = info
        .iter()
        .flat_map(|info| &info.warnings)
        .find(|warning| warning.contains("CDI: Error associated with spec file"))
    {
        let fault = stale(
            "Docker cannot use a CDI specification".to_owned(),
            path,
            refresh,
        );
        return verdict(seen, fault.caused_by(words.trim()), by_cdi);
    }
    seen.headline = format!("{path} is of driver {driver}");
    if by_cdi && info.as_ref().is_some_and(|info| info.devices.is_empty()) {
        seen.headline.push_str(", unknown to Docker");
    }
    Ok(seen)
}

/// Where Docker injects by the hook a wrong specification harms nobody yet.
fn verdict(mut seen: Observation, fault: Fault, by_cdi: bool) -> Probe {
    if by_cdi {
        return problem(fault);
    }
    seen.headline = "stale, and not used by this Docker".to_owned();
    Ok(seen.warn_of(fault))
}

fn injects(info: Option<&Info>) -> bool {
    let version = info.and_then(|info| parse_tool_version(&info.server_version));
    version.is_some_and(|version| version >= BY_CDI)
}

/// Two files of one folder that give out one device: CDI then takes neither.
fn conflict<'a>(specs: &[(&'a Utf8PathBuf, &Spec)]) -> Option<(&'a Utf8PathBuf, &'a Utf8PathBuf)> {
    let mut owners: BTreeMap<(Option<&Utf8Path>, &str), &'a Utf8PathBuf> = BTreeMap::new();
    for (path, spec) in specs {
        for device in &spec.devices {
            if let Some(other) = owners.insert((path.parent(), device), path)
                && other != *path
            {
                return Some((other, path));
            }
        }
    }
    None
}

fn stale(summary: String, path: &Utf8Path, refresh: bool) -> Fault {
    let generate = format!("sudo nvidia-ctk cdi generate --output={path}");
    let mend = if refresh && path.starts_with("/var/run/cdi") {
        Advice::run("make it anew", format!("sudo systemctl restart {REFRESH}"))
    } else {
        Advice::run("make it anew", generate)
    };
    Fault::new(ids::GPU_CDI_STALE, summary).advise(mend)
}
