//! `docker.cgroup` and `docker.storage`: how the daemon fences containers in, and where it keeps them.

use super::check::{Check, Seeing, not_used, problem};
use crate::host::Query;
use crate::model::{Advice, Fault, Observation, Probe, StepId};
use crate::parse::docker::{self, Info};
use crate::reason::ids;
use crate::steps::look::{failed, tools, unreadable};
use crate::steps::{Wish, id};
use camino::Utf8Path;
use std::sync::Arc;

/// The checks.
pub fn checks(wish: &Arc<Wish>) -> [Check; 2] {
    [
        Check::new(
            wish,
            StepId::new("docker.cgroup"),
            "Docker can limit containers and hand out devices",
            |seeing| Box::pin(cgroup(seeing)),
        )
        .needs(&[id::DOCKER])
        .explains(&[id::CONTAINER, id::CLUSTER])
        .asks(tools([Query::DockerInfo])),
        Check::new(
            wish,
            StepId::new("docker.storage"),
            "Docker's folder can hold a cluster",
            |seeing| Box::pin(storage(seeing)),
        )
        .needs(&[id::DOCKER])
        .explains(&[id::CLUSTER])
        .asks(tools([Query::DockerInfo])),
    ]
}

async fn info(seeing: Seeing<'_>) -> Result<Option<Info>, Fault> {
    let answer = seeing.host.query(&Query::DockerInfo).await;
    docker::info(&answer.map_err(failed)?.stdout).map_err(unreadable)
}

async fn cgroup(seeing: Seeing<'_>) -> Probe {
    let Some(info) = info(seeing).await? else {
        return Ok(not_used("the daemon does not answer"));
    };
    if info.cgroup_driver == "none" {
        return problem(
            Fault::new(
                ids::DOCKER_CGROUP,
                "Docker has no control groups: it can limit no container and hand out no device",
            )
            .caused_by("`docker info` says CgroupDriver none")
            .advise(Advice::run(
                "use the system's daemon",
                "docker context use default && sudo systemctl enable --now docker",
            )),
        );
    }
    let mut seen = info.cgroup_driver.clone();
    if !info.cgroup_version.is_empty() {
        seen.push_str(&format!(", cgroup v{}", info.cgroup_version));
    }
    // Not a warning: the cluster's node is privileged, and whatever systemd does to it, it keeps every
    // device (runc's `DevicePolicy=auto`). Other GPU containers of this machine are not.
    if info.cgroup_driver == "systemd" && !has_gpus_by_cdi(&info) {
        seen.push_str(
            "; a daemon-reload takes GPUs from containers, but not from the node, which is privileged",
        );
    }
    Ok(Observation::in_place(seen))
}

/// Whether the daemon knows NVIDIA's devices by CDI, which a reload does not touch.
fn has_gpus_by_cdi(info: &Info) -> bool {
    info.devices
        .iter()
        .any(|device| device.starts_with("nvidia.com/gpu="))
}

async fn storage(seeing: Seeing<'_>) -> Probe {
    let (info, mounts) = tokio::join!(
        info(seeing),
        seeing.host.read_file(Utf8Path::new("/proc/self/mounts"))
    );
    let Some(info) = info? else {
        return Ok(not_used("the daemon does not answer"));
    };
    let mounts = mounts.ok().flatten().unwrap_or_default();
    let root = Utf8Path::new(&info.root_dir);
    if let Some(mount) = mount_of(&mounts, root) {
        if mount.options.split(',').any(|option| option == "noexec") {
            return problem(
                Fault::new(
                    ids::DOCKER_ROOT_NOEXEC,
                    format!(
                        "{root} is on {}, which is mounted noexec: no program in a container can run",
                        mount.at
                    ),
                )
                .advise(Advice::run(
                    "allow programs there, and take `noexec` out of /etc/fstab",
                    format!("sudo mount -o remount,exec {}", mount.at),
                )),
            );
        }
        if mount.kind.starts_with("nfs") || mount.kind.starts_with("fuse") || mount.kind == "cifs" {
            let seen = Observation::in_place(described(&info));
            return Ok(seen.warn(format!(
                "{root} is on {} ({}), where layers of images are slow or cannot be kept: move `data-root` to a local disk",
                mount.at, mount.kind
            )));
        }
    }
    Ok(Observation::in_place(described(&info)))
}

fn described(info: &Info) -> String {
    let live = if info.live_restore {
        ", containers outlive a restart of the daemon"
    } else {
        ""
    };
    format!("{} in {}{live}", info.storage_driver, info.root_dir)
}

/// A line of `/proc/self/mounts`.
struct Mount<'a> {
    at: &'a str,
    kind: &'a str,
    options: &'a str,
}

/// The mount that holds a path: the last of the longest, as later mounts cover earlier ones.
fn mount_of<'a>(mounts: &'a str, path: &Utf8Path) -> Option<Mount<'a>> {
    mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().skip(1);
            Some(Mount {
                at: words.next()?,
                kind: words.next()?,
                options: words.next()?,
            })
        })
        .filter(|mount| path.starts_with(mount.at))
        .max_by_key(|mount| mount.at.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_on_the_longest_mount_that_holds_it() {
        let mounts = "/dev/sda1 / ext4 rw 0 0\n\
                      /dev/sdb1 /var ext4 rw,noexec 0 0\n\
                      /dev/sdc1 /var/lib/docker xfs rw 0 0\n\
                      /dev/sdd1 /variety ext4 rw 0 0\n";
        let at = |path: &str| mount_of(mounts, Utf8Path::new(path)).map(|mount| mount.at);
        assert_eq!(at("/var/lib/docker"), Some("/var/lib/docker"));
        assert_eq!(at("/var/snap/docker"), Some("/var"));
        assert_eq!(at("/home"), Some("/"));
    }
}
