//! `gpu.devices`: the driver's device files are there, for us too.

use super::files::{exists, text};
use super::{DEVICES, os};
use crate::host::{Meta, Query, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe};
use crate::parse::group::groups_of;
use crate::parse::{docker, minikube};
use crate::reason::ids;
use crate::steps::checks::check::{Check, not_used};
use crate::steps::{Wish, id};
use camino::Utf8Path;
use futures::future::join_all;
use std::sync::Arc;

const CONTROL: &str = "/dev/nvidiactl";
const MEMORY: &str = "/dev/nvidia-uvm";
const MODESET: &str = "/dev/nvidia-modeset";

/// The check.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        DEVICES,
        "The driver's device files are there and may be used",
        |seeing| Box::pin(look(seeing.wish, seeing.host)),
    )
    .explains(&[id::DRIVER, id::CONTAINER, id::CLUSTER])
}

/// `/dev/nvidiaN` of every GPU that the module knows.
async fn of_gpus(host: &dyn ReadHost) -> Vec<String> {
    let folder = Utf8Path::new("/proc/driver/nvidia/gpus");
    let names = host.list_dir(folder).await.ok().flatten();
    let minors = names
        .unwrap_or_default()
        .into_iter()
        .map(|name| async move {
            let told = text(host, &format!("{folder}/{name}/information")).await?;
            let line = told
                .lines()
                .find_map(|line| line.strip_prefix("Device Minor:"))?;
            let minor: u32 = line.trim().parse().ok()?;
            Some(format!("/dev/nvidia{minor}"))
        });
    join_all(minors).await.into_iter().flatten().collect()
}

async fn look(wish: &Wish, host: &dyn ReadHost) -> Probe {
    if !exists(host, "/proc/driver/nvidia/version").await {
        return Ok(not_used("no NVIDIA module is loaded"));
    }
    let mut paths = of_gpus(host).await;
    let count = paths.len();
    paths.insert(0, CONTROL.to_owned());
    let stat = |path: String| async move {
        let meta = host.stat(Utf8Path::new(&path)).await.ok().flatten();
        (path, meta)
    };
    let (found, memory, modeset, status) = tokio::join!(
        join_all(paths.into_iter().map(stat)),
        exists(host, MEMORY),
        exists(host, MODESET),
        text(host, "/proc/self/status"),
    );
    let missing: Vec<&str> = found
        .iter()
        .filter(|(_, meta)| meta.is_none())
        .map(|(path, _)| path.as_str())
        .collect();
    if missing.contains(&CONTROL)
        && let Some(kind) = os::place(host).await.container
    {
        let text = format!("this container ({kind}) was started without the GPUs of its host");
        return Ok(Observation::needs_human(
            Fault::new(ids::GPU_NOT_IN_CONTAINER, text).advise(Advice::say(
                "start it with `--gpus all`, or run gpucluster on the host",
            )),
        ));
    }
    if !missing.is_empty() {
        let text = format!("the module is loaded, and {} missing", list(&missing));
        return Ok(Observation::needs_human(
            Fault::new(ids::GPU_DEVICES_MISSING, text).advise(Advice::run(
                "make the device files",
                "sudo nvidia-modprobe -u -c=0",
            )),
        ));
    }
    let groups = groups_of(&status.unwrap_or_default()).unwrap_or_default();
    let closed: Vec<&str> = found
        .iter()
        .filter(|(_, meta)| meta.is_some_and(|meta| !may_use(&meta, wish, &groups)))
        .map(|(path, _)| path.as_str())
        .collect();
    if !closed.is_empty() {
        let text = format!("`{}` may not use {}", wish.identity.user, closed.join(", "));
        return Ok(Observation::needs_human(
            Fault::new(ids::GPU_DEVICE_PERMISSION, text)
                .advise(Advice::run("see who may", "ls -l /dev/nvidia*")),
        ));
    }
    if !modeset && is_modeset_asked_for(host).await {
        return Ok(Observation::needs_human(without_modeset()));
    }
    let there = [(memory, "uvm"), (modeset, "modeset")];
    let there = there.iter().filter(|(is, _)| *is).map(|(_, name)| *name);
    let names: Vec<&str> = std::iter::once("control").chain(there).collect();
    let gpus = match count {
        1 => "1 GPU".to_owned(),
        count => format!("{count} GPUs"),
    };
    let seen = Observation::in_place(format!("{}, {gpus}", names.join(", ")));
    Ok(if memory {
        seen
    } else {
        seen.warn_of(
            Fault::new(
                ids::GPU_DEVICES_MISSING,
                "/dev/nvidia-uvm is missing until something loads its module",
            )
            .advise(Advice::run(
                "load it and make its device file",
                "sudo nvidia-modprobe -u -c=0",
            )),
        )
    })
}

/// Whether minikube's node cannot start without `/dev/nvidia-modeset`: minikube from 1.34 on asks for
/// every capability of the driver (kubernetes/minikube#20934), and Docker before 29.2 hands that to
/// the toolkit's hook, which takes a missing device for an error. Docker from 29.2 on goes by CDI,
/// which passes over it (seen with Docker 29.7, toolkit 1.20 and an H100 without the device).
async fn is_modeset_asked_for(host: &dyn ReadHost) -> bool {
    let (engine, minikube, cdi) = tokio::join!(
        host.query(&Query::DockerInfo),
        host.query(&Query::MinikubeVersion),
        host.which("nvidia-cdi-hook"),
    );
    let engine = engine
        .ok()
        .and_then(|answer| docker::info(&answer.stdout).ok()?);
    let Some(engine) = engine.and_then(|info| numbers(&info.server_version)) else {
        return false;
    };
    let older = minikube
        .ok()
        .and_then(|answer| minikube::version(&answer.stdout).ok())
        .is_some_and(|version| (version.major, version.minor) < (1, 34));
    let by_cdi = engine >= (29, 2) && matches!(cdi, Ok(Some(_)));
    !older && !by_cdi
}

/// The first two numbers of a version.
fn numbers(version: &str) -> Option<(u64, u64)> {
    let mut parts = version.split(['.', '-', '+']);
    let mut next = || parts.next()?.parse::<u64>().ok();
    Some((next()?, next()?))
}

fn without_modeset() -> Fault {
    let text = "/dev/nvidia-modeset is missing, and minikube's node asks for it";
    Fault::new(ids::GPU_MODESET_MISSING, text)
        .advise(Advice::run(
            "load its module",
            "sudo modprobe nvidia-modeset",
        ))
        .advise(Advice::run(
            "and make its device file",
            "sudo nvidia-modprobe -m",
        ))
}

fn list(paths: &[&str]) -> String {
    let verb = if paths.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", paths.join(", "))
}

/// Whether we may read and write a device file.
fn may_use(meta: &Meta, wish: &Wish, groups: &[u32]) -> bool {
    let ours = &wish.identity;
    let bits = if ours.uid == 0 {
        return true;
    } else if meta.uid == ours.uid {
        meta.mode >> 6
    } else if meta.gid == ours.gid || groups.contains(&meta.gid) {
        meta.mode >> 3
    } else {
        meta.mode
    };
    bits & 0o6 == 0o6
}
