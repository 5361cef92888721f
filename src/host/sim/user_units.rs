//! The person's own systemd units: `systemctl --user` and `loginctl` of a simulated machine.
//!
//! A unit is its file, the link by which it starts at boot is a file too, and lingering is logind's
//! file in `/var/lib/systemd/linger`. What the unit runs is among the services.

use super::bench::{Ended, Stage};
use super::commands::{said, unmodelled};
use super::durations;
use super::world::World;
use crate::host::Answer;
use crate::model::Privilege;
use camino::Utf8PathBuf;

/// By this file logind remembers whose service manager runs from boot on.
pub fn linger_file(user: &str) -> Utf8PathBuf {
    Utf8PathBuf::from("/var/lib/systemd/linger").join(user)
}

/// What `systemctl --user enable` does: a link, if there is a unit.
///
/// # Errors
/// systemctl's words.
pub fn enable(world: &mut World, unit: &str) -> Result<(), String> {
    let file = world.identity.user_units().join(unit);
    let Ok(Some(text)) = world.text(&file) else {
        return Err(format!(
            "Failed to enable unit: Unit file {unit} does not exist.\n"
        ));
    };
    let link = world.identity.user_unit_link(unit);
    world.write_file(&link, &text, 0o644, Privilege::User)
}

/// What `systemctl --user disable` does: the link goes, and its folder if that is empty then.
pub fn disable(world: &mut World, unit: &str) {
    let link = world.identity.user_unit_link(unit);
    if world.files.remove(&link).is_some()
        && let Some(folder) = link.parent()
        && world.names_in(folder).is_some_and(|names| names.is_empty())
    {
        world.files.remove(folder);
    }
}

/// `systemctl --user` as a command line: only what is said to the manager without a unit.
///
/// # Errors
/// When the person stops it.
pub async fn systemctl(
    stage: &Stage<'_>,
    args: &[&str],
    env: &[(String, String)],
) -> Result<Answer, Ended> {
    let ["--user", "daemon-reload"] = args else {
        return Ok(unmodelled("systemctl", args));
    };
    stage.wait(durations::SMALL_QUERY).await?;
    let runtime = stage.look(|world| world.identity.runtime_dir());
    // A session of `su` or cron has no runtime folder in its environment.
    let named = env
        .iter()
        .any(|(name, value)| name == "XDG_RUNTIME_DIR" && *value == runtime);
    if named {
        return Ok(said(0, "", ""));
    }
    let words = "Failed to connect to bus: $DBUS_SESSION_BUS_ADDRESS and $XDG_RUNTIME_DIR not defined \
                 (consider using --machine=<user>@.host --user to connect to bus of other user)\n";
    Ok(said(1, "", words))
}

/// `loginctl` as a command line.
///
/// # Errors
/// When the person stops it.
pub async fn loginctl(stage: &Stage<'_>, args: &[&str], root: bool) -> Result<Answer, Ended> {
    let (user, on) = match args {
        ["enable-linger", user] => (*user, true),
        ["disable-linger", user] => (*user, false),
        _ => return Ok(unmodelled("loginctl", args)),
    };
    stage.wait(durations::SMALL_QUERY).await?;
    if !root {
        let words = "Could not enable linger: Interactive authentication required.\n";
        return Ok(said(1, "", words));
    }
    let file = linger_file(user);
    stage
        .change(|world| {
            if on {
                world.put(file.as_str(), "", 0o644, 0);
            } else {
                world.take(file.as_str());
            }
        })
        .await?;
    Ok(said(0, "", ""))
}
