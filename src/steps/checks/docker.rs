//! `docker.engine` and `docker.context`: which engine answers, whether it is this machine's, and whether
//! it is the only one.
//!
//! That it answers, runs here, and is neither podman, snap, Desktop nor rootless, is the step `docker`'s.

use super::check::{Check, Seeing, not_used, problem};
use crate::host::{HostError, Query};
use crate::model::{Advice, Fault, Observation, Probe, StepId};
use crate::parse::docker::{self, Context};
use crate::parse::package_versions::{installed, upstream};
use crate::reason::ids;
use crate::steps::docker_elsewhere::{is_remote, remote};
use crate::steps::look::{failed, tools, unreadable};
use crate::steps::{Wish, id};
use camino::Utf8Path;
use std::sync::Arc;

/// What goes wrong where Docker is not this machine's: everything that is of this machine.
const NOT_OURS: &[StepId] = &[
    id::DOCKER,
    id::TOOLKIT,
    id::CONTAINER,
    id::CLUSTER,
    id::NFS_EXPORT,
];

/// Packages that bring a daemon, with whose they are.
const PACKAGES: [(&str, &str); 4] = [
    ("docker-ce", "Docker's own package"),
    ("docker.io", "the distribution's package"),
    ("moby-engine", "the distribution's package"),
    ("docker", "the distribution's package"),
];

/// Where the socket of the system's daemon is; `/var/run` is a link to `/run`.
const SOCKETS: [&str; 2] = ["unix:///var/run/docker.sock", "unix:///run/docker.sock"];

/// The checks.
pub fn checks(wish: &Arc<Wish>) -> [Check; 2] {
    [
        Check::new(
            wish,
            StepId::new("docker.context"),
            "The docker command speaks to this machine's own daemon",
            |seeing| Box::pin(context(seeing)),
        )
        .explains(NOT_OURS)
        .asks(tools([Query::DockerContext, Query::DockerVersion])),
        Check::new(
            wish,
            StepId::new("docker.engine"),
            "The Docker engine is this machine's only one",
            |seeing| Box::pin(engine(seeing)),
        )
        .needs(&[id::DOCKER])
        .explains(NOT_OURS)
        .asks(tools([Query::DockerInfo, Query::DockerVersion, packages()])),
    ]
}

fn packages() -> Query {
    Query::PackageVersions {
        names: PACKAGES.map(|(name, _)| name.to_owned()).into(),
    }
}

async fn context(Seeing { host, .. }: Seeing<'_>) -> Probe {
    let (context, version) = tokio::join!(
        host.query(&Query::DockerContext),
        host.query(&Query::DockerVersion)
    );
    let context = match context {
        Err(HostError::NoProgram(_)) => return Ok(not_used("Docker is not installed")),
        other => other.map_err(failed)?,
    };
    let Context { name, host: at } = match docker::context(&context.stdout) {
        Ok(context) => context,
        // podman has no contexts, and a context that is gone is the step `docker`'s to name.
        Err(_) if !context.ok() => return Ok(not_used("Docker tells no context")),
        Err(error) => return Err(unreadable(error).with_evidence(&context.stderr)),
    };
    let version = version.map_err(failed)?;
    let answers = matches!(docker::version(&version.stdout), Ok(Some(_)));
    if is_remote(&at) && !answers {
        let fault = remote(format!(
            "docker is pointed at {at}, which does not answer, and not at this machine's daemon"
        ));
        return problem(fault.with_evidence(&version.stderr));
    }
    let seen = if SOCKETS.contains(&at.as_str()) || at.is_empty() {
        format!("`{name}`, this machine's daemon")
    } else {
        format!("`{name}` at {at}")
    };
    Ok(Observation::in_place(seen))
}

async fn engine(seeing: Seeing<'_>) -> Probe {
    let host = seeing.host;
    let names = packages();
    let (info, version, packages, snap) = tokio::join!(
        host.query(&Query::DockerInfo),
        host.query(&Query::DockerVersion),
        host.query(&names),
        host.stat(Utf8Path::new("/snap/docker/current")),
    );
    let info = info.map_err(failed)?;
    let Some(info) = docker::info(&info.stdout).map_err(unreadable)? else {
        return Ok(not_used("the daemon does not answer"));
    };
    let packages = packages.map(|answer| installed(&answer.stdout));
    let packages = packages.unwrap_or_default();
    let kind = PACKAGES
        .iter()
        .find(|(name, _)| packages.iter().any(|(have, _)| have == name));
    let mut seen = match kind {
        Some((name, whose)) => format!("{} from {name}, {whose}", info.server_version),
        None => format!("{}, from no package known here", info.server_version),
    };
    let client = version
        .ok()
        .and_then(|answer| docker::version(&answer.stdout).ok()?)
        .map(|server| server.client)
        .unwrap_or_default();
    if !client.is_empty() && upstream(&client) != upstream(&info.server_version) {
        seen.push_str(&format!("; the command is {client}"));
    }
    let mut seen = Observation::in_place(seen);
    // Neither the one in use (the step `docker` refuses the snap) nor a mere folder that it left.
    if let (Some((package, _)), Ok(Some(_))) = (kind, snap) {
        seen = seen.warn_of(
            Fault::new(
                ids::DOCKER_ENGINES_SEVERAL,
                format!("Docker is installed twice: as {package} and as a snap"),
            )
            .advise(Advice::run(
                "keep one; this deletes the snap's containers and images",
                "sudo snap remove docker",
            )),
        );
    }
    for warning in info.warnings.iter().filter(|text| matters(text)) {
        seen = seen.warn(format!("docker says: {}", warning.trim()));
    }
    Ok(seen)
}

/// Warnings of `docker info` that bear on GPU jobs. Those of swap and block limits are on most machines
/// and mean nothing here; those of CDI are `toolkit.cdi`'s.
fn matters(warning: &str) -> bool {
    [
        "No memory limit support",
        "No cpu cfs",
        "without encryption",
        "cgroup v1",
    ]
    .iter()
    .any(|text| warning.contains(text))
}
