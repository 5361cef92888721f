//! The distribution's packages, by `apt-get` and `dpkg-query`.

use super::bench::{Ended, Stage};
use super::commands::{said, unmodelled};
use super::world::World;
use super::{durations, units};
use crate::host::{Answer, UnitState};

/// Packages that the simulated archive has.
const ARCHIVE: &[&str] = &["nfs-kernel-server", "nfs-common", "python3-venv"];

/// Whether a package is installed: `dpkg-query -W -f '${Status}' NAME`.
pub fn query(world: &World, name: &str) -> Answer {
    if world.packages.contains(name) {
        said(0, "install ok installed", "")
    } else {
        said(
            1,
            "",
            format!("dpkg-query: no packages found matching {name}\n"),
        )
    }
}

/// `apt-get …`.
///
/// # Errors
/// When the person stops it.
pub async fn apt_get(stage: &Stage<'_>, args: &[&str], root: bool) -> Result<Answer, Ended> {
    let words: Vec<&str> = args
        .iter()
        .copied()
        .filter(|a| !a.starts_with('-'))
        .collect();
    if let Some(bad) = args.iter().find(|a| {
        a.starts_with('-') && !["-y", "-q", "-qq", "--yes", "--no-install-recommends"].contains(*a)
    }) {
        let words = format!(
            "E: Command line option '{bad}' is not understood in combination with the other options.\n"
        );
        return Ok(said(100, "", words));
    }
    if !root {
        return Ok(said(
            100,
            "",
            "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\n\
             E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n",
        ));
    }
    match words.as_slice() {
        ["update"] => {
            stage.line("Get:1 http://archive.ubuntu.com/ubuntu jammy InRelease [270 kB]");
            stage.wait(durations::APT_UPDATE).await?;
            Ok(said(0, "Reading package lists... Done\n", ""))
        }
        ["install", names @ ..] if !names.is_empty() => install(stage, names).await,
        ["remove" | "purge", names @ ..] if !names.is_empty() => remove(stage, names).await,
        _ => Ok(unmodelled("apt-get", args)),
    }
}

async fn install(stage: &Stage<'_>, names: &[&str]) -> Result<Answer, Ended> {
    if let Some(unknown) = names.iter().find(|name| !ARCHIVE.contains(*name)) {
        return Ok(said(
            100,
            "Reading package lists...\nBuilding dependency tree...\n",
            format!("E: Unable to locate package {unknown}\n"),
        ));
    }
    if stage.look(|world| world.disk.is_full()) {
        stage.wait(durations::SMALL_QUERY).await?;
        return Ok(said(
            100,
            "",
            "E: You don't have enough free space in /var/cache/apt/archives/.\n",
        ));
    }
    for name in names {
        stage.line(&format!("Unpacking {name} ..."));
        stage.wait(durations::APT_INSTALL / 2.0).await?;
        stage.line(&format!("Setting up {name} ..."));
        stage.wait(durations::APT_INSTALL / 2.0).await?;
        let name = (*name).to_owned();
        stage.change(|world| unpack(world, &name)).await?;
    }
    Ok(said(0, "Processing triggers for man-db ...\n", ""))
}

/// Debian enables and starts a server with its package.
fn unpack(world: &mut World, name: &str) {
    world.packages.insert(name.to_owned());
    match name {
        "nfs-kernel-server" => {
            world.packages.insert("nfs-common".to_owned());
            if !world
                .files
                .contains_key(camino::Utf8Path::new("/etc/exports"))
            {
                world.put("/etc/exports", EXPORTS, 0o644, 0);
            }
            world.put_dir("/etc/exports.d", 0o755, 0);
            world.put_dir("/var/lib/nfs", 0o755, 0);
            units::set(world, "nfs-server", true, true);
        }
        "python3-venv" => world.python.venv = true,
        _ => {}
    }
}

async fn remove(stage: &Stage<'_>, names: &[&str]) -> Result<Answer, Ended> {
    stage.wait(durations::APT_REMOVE).await?;
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    stage
        .change(|world| {
            for name in &names {
                world.packages.remove(name);
                if name == "nfs-kernel-server" {
                    units::set(world, "nfs-server", false, false);
                    world
                        .units
                        .insert("nfs-server".to_owned(), UnitState::default());
                }
            }
        })
        .await?;
    Ok(said(0, "Processing triggers for man-db ...\n", ""))
}

/// The file that the package brings.
const EXPORTS: &str = "\
# /etc/exports: the access control list for filesystems which may be exported
#\t\tto NFS clients.  See exports(5).
#
# Example for NFSv2 and NFSv3:
# /srv/homes       hostname1(rw,sync,no_subtree_check) hostname2(ro,sync,no_subtree_check)
#
";
