//! What `apt-get --simulate`, `dpkg-query` and `dpkg --verify` answer.

use super::archive;
use super::commands::said;
use super::packages::{can_locate, missing, with_dependants};
use super::world::World;
use crate::host::Answer;
use camino::Utf8Path;
use std::collections::BTreeSet;

/// Words before what a simulation says.
const PREAMBLE: &str = "\
NOTE: This is only a simulation!
      apt-get needs root privileges for real execution.
Reading package lists...
Building dependency tree...
Reading state information...
";

/// Whether a package is installed: `dpkg-query -W -f '${Status}' NAME`.
pub fn status(world: &World, name: &str) -> Answer {
    if world.packages.contains(name) {
        said(0, "install ok installed", "")
    } else if world.remains.contains(name) {
        // The real tool ends with 0; our own question for one package takes that for a no.
        said(1, "deinstall ok config-files", "")
    } else {
        said(
            1,
            "",
            format!("dpkg-query: no packages found matching {name}\n"),
        )
    }
}

/// `dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' NAMES`.
pub fn versions(world: &World, names: &[String]) -> Answer {
    let toolkit = [
        "nvidia-container-toolkit",
        "nvidia-container-toolkit-base",
        "libnvidia-container-tools",
        "libnvidia-container1",
    ];
    let (mut stdout, mut stderr) = (String::new(), String::new());
    for name in names {
        let version = if toolkit.contains(&&**name) {
            world.toolkit.as_ref().map(|version| format!("{version}-1"))
        } else if !world.packages.contains(name) {
            None
        } else if name == "docker-ce" {
            let version = world.docker.version.as_ref();
            version.map(|version| format!("5:{version}-1~ubuntu.22.04~jammy"))
        } else {
            Some("1-1".to_owned())
        };
        match version {
            Some(version) => stdout.push_str(&format!("{name} {version} installed\n")),
            None => stderr.push_str(&format!("dpkg-query: no packages found matching {name}\n")),
        }
    }
    said(i32::from(!stderr.is_empty()), stdout, stderr)
}

/// `apt-get install --simulate`.
pub fn install(world: &World, name: &str) -> Answer {
    if !can_locate(world, name) {
        let words = format!("E: Unable to locate package {name}\n");
        return said(100, PREAMBLE, words);
    }
    let lines: String = missing(world, &[name])
        .iter()
        .map(|package| format!("Inst {} (1 Ubuntu:22.04/jammy [amd64])\n", package.name))
        .collect();
    said(0, format!("{PREAMBLE}{lines}"), "")
}

/// `apt-get autoremove --purge --simulate`.
pub fn unneeded(world: &World, without: Option<&str>) -> Answer {
    let mut going = match without {
        Some(name) => with_dependants(world, &[name]),
        None => Vec::new(),
    };
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    let stays = |name: &&String| !world.auto.contains(*name) && !going.contains(*name);
    let mut open: Vec<&str> = world.packages.iter().filter(stays).map(|n| &**n).collect();
    while let Some(name) = open.pop() {
        if needed.insert(name) {
            open.extend(archive::needs(name));
        }
    }
    let orphans: Vec<String> = world
        .auto
        .iter()
        .filter(|name| !needed.contains(name.as_str()) && !going.contains(*name))
        .cloned()
        .collect();
    going.extend(orphans);
    purged(&going)
}

/// `apt-get purge --simulate`.
pub fn purge(world: &World, names: &[String]) -> Answer {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut going = with_dependants(world, &names);
    let remains = names.iter().filter(|name| world.remains.contains(**name));
    going.extend(remains.map(|name| (*name).to_owned()));
    purged(&going)
}

fn purged(names: &[String]) -> Answer {
    let lines: String = names
        .iter()
        .map(|name| format!("Purg {name} [1]\n"))
        .collect();
    said(0, format!("{PREAMBLE}{lines}"), "")
}

/// `dpkg-query -W -f '${Package} ${db:Status-Want} ${db:Status-Status}\n${Conffiles}\n' NAME…`.
pub fn states(world: &World, names: &[String]) -> Answer {
    let (mut stdout, mut stderr) = (String::new(), String::new());
    for name in names {
        let status = if world.packages.contains(name) {
            "install installed"
        } else if world.remains.contains(name) {
            "deinstall config-files"
        } else {
            stderr += &format!("dpkg-query: no packages found matching {name}\n");
            continue;
        };
        stdout += &format!("{name} {status}\n");
        let conffiles = archive::find(name).map_or(&[][..], |package| package.conffiles);
        for config in conffiles {
            stdout += &format!(" {} d41d8cd98f00b204e9800998ecf8427e\n", config.path);
        }
        if conffiles.is_empty() {
            stdout.push('\n');
        }
    }
    said(i32::from(!stderr.is_empty()), stdout, stderr)
}

/// `dpkg --verify NAME…`.
pub fn verify(world: &World, names: &[String]) -> Answer {
    let packages = names.iter().filter_map(|name| archive::find(name));
    let lines: String = packages
        .flat_map(|package| package.conffiles)
        .filter_map(|config| match world.files.get(Utf8Path::new(config.path)) {
            None => Some(format!("missing     c {}\n", config.path)),
            Some(entry) if entry.content.as_deref() != Some(config.text) => {
                Some(format!("??5?????? c {}\n", config.path))
            }
            Some(_) => None,
        })
        .collect();
    said(0, lines, "")
}
