//! The driver's modules and device files: `modprobe` and `nvidia-modprobe`; and `chown`.

use super::bench::{Ended, Stage};
use super::commands::{said, unmodelled};
use super::durations;
use super::world::{Driver, World};
use crate::host::Answer;
use camino::Utf8Path;

/// `modprobe nvidia…`.
///
/// # Errors
/// When the person stops it.
pub async fn modprobe(stage: &Stage<'_>, args: &[&str], root: bool) -> Result<Answer, Ended> {
    let [module] = args else {
        return Ok(unmodelled("modprobe", args));
    };
    if !matches!(*module, "nvidia" | "nvidia-uvm" | "nvidia-modeset") {
        return Ok(unmodelled("modprobe", args));
    }
    stage.wait(durations::UNIT_CHANGE).await?;
    if !root {
        let words = format!(
            "modprobe: ERROR: could not insert '{}': Operation not permitted\n",
            module.replace('-', "_")
        );
        return Ok(said(1, "", words));
    }
    if stage.look(|world| world.gpus.driver == Driver::NotInstalled) {
        let words = format!(
            "modprobe: FATAL: Module {module} not found in directory /lib/modules/5.15.0-113-generic\n"
        );
        return Ok(said(1, "", words));
    }
    stage.change(load).await?;
    Ok(said(0, "", ""))
}

/// `nvidia-modprobe -u -c=0 -m`: setuid root, so anybody may.
///
/// # Errors
/// When the person stops it.
pub async fn nvidia_modprobe(stage: &Stage<'_>, args: &[&str]) -> Result<Answer, Ended> {
    if args != ["-u", "-c=0", "-m"] {
        return Ok(unmodelled("nvidia-modprobe", args));
    }
    stage.wait(durations::UNIT_CHANGE).await?;
    stage
        .change(|world| {
            load(world);
            world.gpus.modeset = true;
            world.put("/dev/nvidia-uvm", "", 0o666, 0);
            world.put("/dev/nvidia-modeset", "", 0o666, 0);
        })
        .await?;
    Ok(said(0, "", ""))
}

/// The module is loaded, and the devices that follow from that alone are there.
fn load(world: &mut World) {
    if world.gpus.driver != Driver::NotLoaded {
        return;
    }
    world.gpus.driver = Driver::Ok;
    let version = world.gpus.version.clone();
    let line = format!(
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  {version}  Tue Mar 28 18:02:59 UTC 2023\n"
    );
    world.put("/proc/driver/nvidia/version", &line, 0o444, 0);
    world.put(
        "/sys/module/nvidia/version",
        &format!("{version}\n"),
        0o444,
        0,
    );
    for index in 0..world.gpus.gpus.len() {
        world.put(&format!("/dev/nvidia{index}"), "", 0o666, 0);
    }
    world.put("/dev/nvidiactl", "", 0o666, 0);
}

/// `chown -RPh UID:GID -- FOLDER`.
///
/// # Errors
/// When the person stops it.
pub async fn chown(stage: &Stage<'_>, args: &[&str], root: bool) -> Result<Answer, Ended> {
    let ["-RPh", owner, "--", folder] = args else {
        return Ok(unmodelled("chown", args));
    };
    let Some((Ok(uid), Ok(gid))) = owner.split_once(':').map(|(u, g)| (u.parse(), g.parse()))
    else {
        return Ok(unmodelled("chown", args));
    };
    stage.wait(durations::SMALL_QUERY).await?;
    if !root {
        let words = format!("chown: changing ownership of '{folder}': Operation not permitted\n");
        return Ok(said(1, "", words));
    }
    let folder = Utf8Path::new(folder);
    stage
        .change(|world| {
            for (_, entry) in world
                .files
                .iter_mut()
                .filter(|(at, _)| at.starts_with(folder))
            {
                (entry.uid, entry.gid) = (uid, gid);
            }
        })
        .await?;
    Ok(said(0, "", ""))
}
