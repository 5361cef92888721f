//! What the kernel and its tools tell of a simulated machine.

use super::commands::said;
use super::world::World;
use crate::host::Answer;
use crate::parse::group;
use camino::Utf8Path;

/// Where a simulated machine keeps the kernel's messages since boot.
pub const MESSAGES: &str = "/var/log/dmesg";

fn text<'w>(world: &'w World, path: &str) -> &'w str {
    let entry = world.files.get(Utf8Path::new(path));
    entry
        .and_then(|entry| entry.content.as_deref())
        .unwrap_or_default()
}

/// `modinfo nvidia`: what the module's file for the running kernel holds.
pub fn modinfo(world: &World) -> Answer {
    let release = text(world, "/proc/sys/kernel/osrelease").trim();
    let file = format!("/lib/modules/{release}/updates/dkms/nvidia.ko");
    match text(world, &file) {
        "" => said(1, "", "modinfo: ERROR: Module nvidia not found.\n"),
        fields => said(0, format!("filename:       {file}\n{fields}"), ""),
    }
}

/// `dmesg`.
pub fn ring(world: &World) -> Answer {
    let restricted = text(world, "/proc/sys/kernel/dmesg_restrict").trim() == "1";
    if restricted && world.identity.uid != 0 {
        return said(
            1,
            "",
            "dmesg: read kernel buffer failed: Operation not permitted\n",
        );
    }
    said(0, text(world, MESSAGES), "")
}

/// `journalctl -k -b -g …`.
pub fn journal(world: &World) -> Answer {
    let groups = text(world, "/etc/group");
    let reads = ["adm", "systemd-journal"].iter().any(|name| {
        group::group(groups, name).is_some_and(|group| group.members.contains(&world.identity.user))
    });
    if !reads && world.identity.uid != 0 {
        return said(
            1,
            "",
            "Hint: You are currently not seeing messages from other users and the system.\n      \
             Users in groups 'adm', 'systemd-journal' can see all messages.\n      \
             Pass -q to turn off this notice.\nNo journal files were opened due to insufficient \
             permissions.\n",
        );
    }
    let wanted = ["NVRM", "nouveau", "unavailable key", "SXid"];
    let lines: Vec<&str> = text(world, MESSAGES)
        .lines()
        .filter(|line| wanted.iter().any(|word| line.contains(word)))
        .collect();
    if lines.is_empty() {
        return said(1, "-- No entries --\n", "");
    }
    said(0, lines.join("\n") + "\n", "")
}

/// `getent ahosts NAME`.
pub fn resolves(world: &World, name: &str) -> Answer {
    if text(world, "/etc/resolv.conf").contains("nameserver") {
        said(
            0,
            format!("192.0.2.10      STREAM {name}\n192.0.2.10      DGRAM\n"),
            "",
        )
    } else {
        said(2, "", "")
    }
}
