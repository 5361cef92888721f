//! systemd units of a simulated machine.

use super::bench::{Ended, Stage};
use super::commands::{said, unmodelled};
use super::docker;
use super::durations;
use super::nfs;
use super::world::{Driver, UnitTrouble, World};
use crate::host::{Answer, UnitState};
use crate::model::UnitWant;

/// `docker.service` and `docker` are one unit; Debian's `nfs-kernel-server` is an alias.
pub fn canonical(name: &str) -> &str {
    match name.strip_suffix(".service").unwrap_or(name) {
        "nfs-kernel-server" => "nfs-server",
        other => other,
    }
}

/// State of a unit; a unit without a file is all `false`.
pub fn state(world: &World, name: &str) -> UnitState {
    world
        .units
        .get(canonical(name))
        .copied()
        .unwrap_or_default()
}

/// `systemctl show --property=LoadState,ActiveState,Result -- NAME`; it ends with 0 for a unit that is
/// not there too.
pub fn detail(world: &World, name: &str) -> Answer {
    let unit = state(world, name);
    let (load, active, result) = match world.unit_troubles.get(canonical(name)) {
        Some(UnitTrouble::Masked) => ("masked", "inactive", "success"),
        Some(UnitTrouble::Failed(result)) => ("loaded", "failed", result.as_str()),
        None if !unit.loaded => ("not-found", "inactive", "success"),
        None if unit.active => ("loaded", "active", "success"),
        None => ("loaded", "inactive", "success"),
    };
    let text = format!("LoadState={load}\nActiveState={active}\nResult={result}\n");
    said(0, text, "")
}

/// `journalctl --dmesg --grep=…`; it ends with 1 where nothing was said.
pub fn kernel_lines(world: &World) -> Answer {
    let mut lines = String::new();
    let loaded = !matches!(world.gpus.driver, Driver::NotInstalled | Driver::NotLoaded);
    if loaded && !world.gpus.gpus.is_empty() {
        lines.push_str(&format!(
            "2026-11-23T14:31:02+0000 {} kernel: NVRM: loading NVIDIA UNIX x86_64 Kernel Module  {}  Tue Mar 28 18:02:59 UTC 2023\n",
            world.identity.hostname, world.gpus.version
        ));
    }
    if state(world, "nfs-server").active {
        lines.push_str(&format!(
            "2026-11-23T14:58:40+0000 {} kernel: NFSD: Using nfsdcld client tracking operations.\n",
            world.identity.hostname
        ));
    }
    said(i32::from(lines.is_empty()), lines, "")
}

/// Brings a unit into a state; short, and never cut short.
///
/// # Errors
/// If the world cannot be kept.
pub async fn bring(stage: &Stage<'_>, name: &str, want: UnitWant) -> Result<Answer, Ended> {
    let unit = canonical(name).to_owned();
    if !stage.look(|world| state(world, &unit).loaded) {
        stage.bench.wait(durations::SMALL_QUERY).await;
        return Ok(match want {
            UnitWant::Restarted => said(
                5,
                "",
                format!("Failed to restart {unit}.service: Unit {unit}.service not found.\n"),
            ),
            _ => said(
                1,
                "",
                format!("Failed to enable unit: Unit file {unit}.service does not exist.\n"),
            ),
        });
    }
    if let Some(refusal) = stage.look(|world| refusal(world, &unit, want)) {
        stage.bench.wait(durations::SMALL_QUERY).await;
        return Ok(said(1, "", refusal));
    }
    match want {
        UnitWant::EnabledAndStarted => {
            stage.bench.wait(durations::UNIT_CHANGE).await;
            stage.change(|world| set(world, &unit, true, true)).await?;
        }
        UnitWant::DisabledAndStopped => {
            stage.bench.wait(durations::UNIT_CHANGE).await;
            stage
                .change(|world| set(world, &unit, false, false))
                .await?;
        }
        UnitWant::Disabled | UnitWant::Stopped => {
            stage.bench.wait(durations::UNIT_CHANGE).await;
            stage
                .change(|world| {
                    let now = state(world, &unit);
                    let (enabled, active) = match want {
                        UnitWant::Disabled => (false, now.active),
                        _ => (now.enabled, false),
                    };
                    set(world, &unit, enabled, active);
                })
                .await?;
        }
        UnitWant::Restarted => {
            if unit == "docker" {
                return docker::restart(stage).await;
            }
            stage.bench.wait(durations::UNIT_CHANGE).await;
            stage
                .change(|world| {
                    let enabled = state(world, &unit).enabled;
                    set(world, &unit, enabled, true);
                })
                .await?;
        }
    }
    Ok(said(0, "", ""))
}

/// What systemd says of a unit that is masked, or whose last failures were too many.
fn refusal(world: &World, unit: &str, want: UnitWant) -> Option<String> {
    match (world.unit_troubles.get(unit)?, want) {
        (_, UnitWant::DisabledAndStopped | UnitWant::Disabled | UnitWant::Stopped) => None,
        (UnitTrouble::Masked, UnitWant::EnabledAndStarted) => Some(format!(
            "Failed to enable unit: Unit file /etc/systemd/system/{unit}.service is masked.\n"
        )),
        (UnitTrouble::Masked, UnitWant::Restarted) => Some(format!(
            "Failed to restart {unit}.service: Unit {unit}.service is masked.\n"
        )),
        (UnitTrouble::Failed(_), _) => Some(format!(
            "Job for {unit}.service failed because the control process exited with error code.\n\
             See \"systemctl status {unit}.service\" and \"journalctl -xeu {unit}.service\" for details.\n"
        )),
    }
}

/// Sets a unit's state with what follows from it elsewhere on the machine.
pub fn set(world: &mut World, unit: &str, enabled: bool, active: bool) {
    world.units.insert(
        unit.to_owned(),
        UnitState {
            loaded: true,
            enabled,
            active,
        },
    );
    match unit {
        "docker" if active && !world.docker.running => docker::daemon_starts(world),
        "docker" if !active => docker::daemon_stops(world),
        "nfs-server" => nfs::server_is(world, active),
        _ => {}
    }
}

/// `systemctl` as a command line.
///
/// # Errors
/// When the person stops it.
pub async fn systemctl(stage: &Stage<'_>, args: &[&str], root: bool) -> Result<Answer, Ended> {
    let (want, unit) = match args {
        ["enable", "--now", unit] => (UnitWant::EnabledAndStarted, *unit),
        ["disable", "--now", unit] => (UnitWant::DisabledAndStopped, *unit),
        ["disable", unit] => (UnitWant::Disabled, *unit),
        ["stop", unit] => (UnitWant::Stopped, *unit),
        ["restart", unit] => (UnitWant::Restarted, *unit),
        _ => return Ok(unmodelled("systemctl", args)),
    };
    if !root {
        return Ok(said(
            1,
            "",
            format!(
                "Failed to {} {unit}.service: Interactive authentication required.\n",
                args[0]
            ),
        ));
    }
    bring(stage, unit, want).await
}
