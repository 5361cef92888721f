//! The distribution's packages, by `apt-get` and `dpkg`.

use super::archive::{self, Package};
use super::bench::{Ended, Stage};
use super::commands::{said, unmodelled};
use super::world::World;
use super::{docker, durations, units};
use crate::host::{Answer, UnitState};
use crate::parse::apt;
use camino::Utf8Path;

/// Options of `apt-get` that change nothing in the model.
const OPTIONS: &[&str] = &[
    "-y",
    "-q",
    "-qq",
    "--yes",
    "--no-install-recommends",
    "--no-remove",
];

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
    if let Some(bad) = args
        .iter()
        .find(|a| a.starts_with('-') && !OPTIONS.contains(*a))
    {
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
    // apt, `debSystem::Lock`. An update takes another lock.
    if words.first() != Some(&"update") && stage.look(is_cut_short) {
        let words = "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem. \n";
        return Ok(said(100, "", words));
    }
    match words.as_slice() {
        ["update"] => {
            stage.line("Get:1 http://archive.ubuntu.com/ubuntu jammy InRelease [270 kB]");
            stage.wait(durations::APT_UPDATE).await?;
            Ok(said(0, "Reading package lists... Done\n", ""))
        }
        ["install", names @ ..] if !names.is_empty() => install(stage, names).await,
        ["remove", names @ ..] if !names.is_empty() => take_away(stage, names, false).await,
        ["purge", names @ ..] if !names.is_empty() => take_away(stage, names, true).await,
        _ => Ok(unmodelled("apt-get", args)),
    }
}

/// `dpkg --purge NAME…` of packages that were removed.
///
/// # Errors
/// When the person stops it.
pub async fn dpkg(stage: &Stage<'_>, args: &[&str], root: bool) -> Result<Answer, Ended> {
    if args == ["--configure", "-a"] {
        return configure(stage, root).await;
    }
    let ["--purge", names @ ..] = args else {
        return Ok(unmodelled("dpkg", args));
    };
    if names.is_empty() || stage.look(|world| names.iter().any(|n| world.packages.contains(*n))) {
        return Ok(unmodelled("dpkg", args));
    }
    if !root {
        let words = "dpkg: error: requested operation requires superuser privilege\n";
        return Ok(said(2, "", words));
    }
    stage.wait(durations::SMALL_QUERY).await?;
    let mut stderr = String::new();
    for name in names {
        if stage.look(|world| world.remains.contains(*name)) {
            stage.change(|world| purge(world, name)).await?;
        } else {
            stderr += &format!(
                "dpkg: warning: ignoring request to remove {name} which isn't installed\n"
            );
        }
    }
    Ok(said(0, "", stderr))
}

/// Where dpkg notes what it has begun.
const UPDATES: &str = "/var/lib/dpkg/updates";

/// Whether dpkg was ended in the middle of its work.
fn is_cut_short(world: &World) -> bool {
    let names = world.names_in(Utf8Path::new(UPDATES));
    apt::is_cut_short(&names.unwrap_or_default())
}

/// `dpkg --configure -a`: what was begun is finished.
async fn configure(stage: &Stage<'_>, root: bool) -> Result<Answer, Ended> {
    if !root {
        let words = "dpkg: error: requested operation requires superuser privilege\n";
        return Ok(said(2, "", words));
    }
    stage.wait(durations::SMALL_QUERY).await?;
    stage
        .change(|world| {
            for name in world.names_in(Utf8Path::new(UPDATES)).unwrap_or_default() {
                world.take(&format!("{UPDATES}/{name}"));
            }
        })
        .await?;
    Ok(said(0, "", ""))
}

async fn install(stage: &Stage<'_>, names: &[&str]) -> Result<Answer, Ended> {
    let unknown = |name: &&&str| stage.look(|world| !can_locate(world, name));
    if let Some(unknown) = names.iter().find(unknown) {
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
    let coming = stage.look(|world| missing(world, names));
    // The packages asked for take the time; what they need is small beside them.
    let each = durations::APT_INSTALL * names.len() as f64 / coming.len().max(1) as f64;
    for package in coming {
        let name = package.name;
        stage.line(&format!("Unpacking {name} ..."));
        stage.wait(each / 2.0).await?;
        stage.line(&format!("Setting up {name} ..."));
        stage.wait(each / 2.0).await?;
        let named = names.contains(&name);
        stage
            .change(|world| {
                if !named {
                    world.auto.insert(name.to_owned());
                }
                set_up(world, package);
            })
            .await?;
    }
    Ok(said(0, "Processing triggers for man-db ...\n", ""))
}

/// Whether a package is in any of the repositories that are set up.
pub fn can_locate(world: &World, name: &str) -> bool {
    let lists = Utf8Path::new("/etc/apt/sources.list.d");
    let has_nvidias = || {
        world.files.iter().any(|(path, entry)| {
            let text = entry.content.as_deref().unwrap_or_default();
            path.starts_with(lists) && text.contains("libnvidia-container")
        })
    };
    archive::find(name).is_some() && (!archive::is_nvidias(name) || has_nvidias())
}

/// What of these and of what they need is not installed, needs first.
pub fn missing(world: &World, names: &[&str]) -> Vec<&'static Package> {
    let mut found: Vec<&'static Package> = Vec::new();
    for package in names.iter().filter_map(|name| archive::find(name)) {
        let first = missing(world, package.needs);
        for package in first.into_iter().chain([package]) {
            let known = found.iter().any(|have| have.name == package.name);
            if !known && !world.packages.contains(package.name) {
                found.push(package);
            }
        }
    }
    found
}

/// These and every installed package that cannot be without one of them, dependants first.
pub fn with_dependants(world: &World, names: &[&str]) -> Vec<String> {
    let mut going: Vec<String> = names
        .iter()
        .filter(|name| world.packages.contains(**name))
        .map(|name| (*name).to_owned())
        .collect();
    loop {
        let next = world.packages.iter().find(|name| {
            let needs = archive::needs(name);
            !going.contains(name) && going.iter().any(|gone| needs.contains(&gone.as_str()))
        });
        let Some(next) = next.cloned() else { break };
        going.push(next);
    }
    let depth = |name: &String| {
        let needs = |other: &&String| archive::needs(other).contains(&name.as_str());
        going.iter().filter(needs).count()
    };
    let mut ordered = going.clone();
    ordered.sort_by_key(depth);
    ordered
}

/// Debian enables and starts a server with its package; configuration that is there stays.
fn set_up(world: &mut World, package: &Package) {
    world.packages.insert(package.name.to_owned());
    world.remains.remove(package.name);
    for config in package.config() {
        if !world.files.contains_key(camino::Utf8Path::new(config.path)) {
            world.put(config.path, config.text, 0o644, 0);
        }
        if let Some(template) = config.template {
            world.put(template, config.text, 0o644, 0);
            world.put(&ucf_copy(config), config.text, 0o644, 0);
        }
    }
    match package.name {
        "nfs-common" => world.put_dir("/var/lib/nfs", 0o755, 0),
        "nfs-kernel-server" => units::set(world, "nfs-server", true, true),
        "python3-venv" => world.python.venv = true,
        "docker.io" => docker::installed(world),
        "nvidia-container-toolkit" => world.toolkit = Some("1.17.8".to_owned()),
        _ => {}
    }
}

/// Removes first and purges then, as apt does: `purge` is meant for the dependants too.
async fn take_away(stage: &Stage<'_>, names: &[&str], purged: bool) -> Result<Answer, Ended> {
    let going = stage.look(|world| with_dependants(world, names));
    stage.wait(durations::APT_REMOVE / 2.0).await?;
    for name in &going {
        stage.change(|world| remove(world, name)).await?;
    }
    stage.wait(durations::APT_REMOVE / 2.0).await?;
    if purged {
        let named = names.iter().map(|name| (*name).to_owned());
        for name in going.into_iter().chain(named) {
            stage.change(|world| purge(world, &name)).await?;
        }
    }
    Ok(said(0, "Processing triggers for man-db ...\n", ""))
}

/// Takes a package's file away, and the folders that nothing else is in, as dpkg does.
fn take(world: &mut World, path: &str) {
    world.take(path);
    for folder in camino::Utf8Path::new(path).ancestors().skip(1) {
        let is_empty = world.names_in(folder).is_some_and(|names| names.is_empty());
        if !is_empty || ["/", "/etc", "/var", "/var/lib"].contains(&folder.as_str()) {
            break;
        }
        world.take(folder.as_str());
    }
}

fn remove(world: &mut World, name: &str) {
    if !world.packages.remove(name) {
        return;
    }
    world.auto.remove(name);
    if let Some(package) = archive::find(name) {
        if package.config().next().is_some() {
            world.remains.insert(name.to_owned());
        }
        for template in package.config().filter_map(|config| config.template) {
            take(world, template);
        }
    }
    match name {
        "docker.io" => docker::removed(world),
        "nvidia-container-toolkit" => world.toolkit = None,
        _ => {}
    }
    if name == "nfs-kernel-server" {
        units::set(world, "nfs-server", false, false);
        world
            .units
            .insert("nfs-server".to_owned(), UnitState::default());
        world.take("/var/lib/nfs/etab");
    }
}

/// Where ucf keeps what a package brought, beyond the package's removal.
fn ucf_copy(config: &archive::Config) -> String {
    format!("/var/lib/ucf/cache/{}", config.path.replace('/', ":"))
}

/// Deletes the configuration, edited or not.
fn purge(world: &mut World, name: &str) {
    if world.remains.remove(name)
        && let Some(package) = archive::find(name)
    {
        for config in package.config() {
            take(world, config.path);
            take(world, &ucf_copy(config));
        }
    }
}
