//! `mount -t nfs` as a node does it.

use super::commands::said;
use super::docker_queries::stopped_node;
use super::world::{NfsPort, World};
use crate::host::Answer;

/// What mounting `SERVER:PATH` in a node comes to; nothing stays. Texts of nfs-utils 2.6
/// (`utils/mount/error.c`), exit code 32 as mount(8) gives it.
pub fn from_node(world: &World, node: &str, source: &str) -> Answer {
    if let Some(answer) = stopped_node(world, node) {
        return answer;
    }
    let failed = |words: &str| said(32, "", format!("mount.nfs: {words}\n"));
    let Some((server, path)) = source.split_once(":/") else {
        return failed("remote share not in 'host:dir' format");
    };
    let ours = world.docker.networks.get(node);
    let Some(network) = ours.filter(|network| network.gateway == server) else {
        return failed("No route to host");
    };
    match world.nfs_port {
        NfsPort::Dropped => return failed("Connection timed out"),
        NfsPort::Prohibited => return failed("No route to host"),
        NfsPort::Refused => return failed("Connection refused"),
        NfsPort::Open => {}
    }
    if !super::units::state(world, "nfs-server").active {
        return failed("Connection refused");
    }
    let path = format!("/{path}");
    let export = world.exports.iter().find(|export| {
        export.path == path && (export.client == "*" || export.client == network.subnet)
    });
    match export {
        None => failed(&format!("access denied by server while mounting {source}")),
        Some(export) if export.options.split(',').any(|option| option == "ro") => said(
            1,
            "",
            "sh: 1: cannot create /tmp/tmp.Xy2kPqLs3c/.gpucluster-71: Read-only file system\n",
        ),
        Some(_) => said(0, "", ""),
    }
}
