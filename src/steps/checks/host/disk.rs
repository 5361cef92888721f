//! `host.disk`: the file systems that are written have room: bytes, files, and leave to write.

use super::files::text;
use crate::host::{Query, ReadHost, Space};
use crate::model::{Advice, Fault, Observation, Probe, StepId};
use crate::parse::{docker, mounts::mount_of};
use crate::reason::ids;
use crate::steps::checks::check::Check;
use crate::steps::look::{failed, tools};
use crate::steps::{Wish, id};
use camino::Utf8PathBuf;
use futures::future::join_all;
use std::sync::Arc;

const ID: StepId = StepId::new("host.disk");
const GIB: u64 = 1 << 30;
/// Less than this and the next download or image fails.
const LEAST: u64 = 2 * GIB;
/// minikube asks for 20 GB where its node's /var lies, in Docker's folder.
const COMFORTABLE_DOCKER: u64 = 20 * GIB;
/// Virtual environment, caches, logs.
const COMFORTABLE: u64 = 5 * GIB;

/// The check.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        ID,
        "The file systems that are written have room",
        |seeing| Box::pin(look(seeing.wish, seeing.host)),
    )
    .explains(&[id::CLUSTER, id::CONTAINER, id::AGENT_ENV])
    .asks(tools([Query::DockerInfo]))
}

/// A file system and what of ours lies on it.
struct Volume {
    point: Utf8PathBuf,
    uses: Vec<&'static str>,
    space: Space,
    least: u64,
    comfortable: u64,
}

async fn docker_root(host: &dyn ReadHost) -> Utf8PathBuf {
    let told = host.query(&Query::DockerInfo).await.ok();
    let root = told.and_then(|answer| docker::info(&answer.stdout).ok().flatten());
    root.map(|info| info.root_dir)
        .filter(|dir| dir.starts_with('/'))
        .map_or_else(|| Utf8PathBuf::from("/var/lib/docker"), Utf8PathBuf::from)
}

async fn look(wish: &Wish, host: &dyn ReadHost) -> Probe {
    let (root, mounts) = tokio::join!(docker_root(host), text(host, "/proc/self/mounts"));
    let mounts = mounts.unwrap_or_default();
    let home = &wish.identity.home;
    let mut places = vec![
        ("Docker", root, COMFORTABLE_DOCKER),
        ("minikube", home.join(".minikube"), COMFORTABLE),
        ("gpucluster", wish.identity.data_dir.clone(), COMFORTABLE),
    ];
    if wish.serves_nfs() {
        places.push((
            "the shared folder",
            wish.settings.nfs.path.clone(),
            COMFORTABLE,
        ));
    }
    let looks = places
        .into_iter()
        .map(|(name, path, comfortable)| async move {
            let (space, real) = tokio::join!(host.space(&path), host.real_path(&path));
            (name, real.unwrap_or(path), comfortable, space)
        });
    let mut volumes: Vec<Volume> = Vec::new();
    let mut trouble = None;
    for (name, path, comfortable, space) in join_all(looks).await {
        let space = match space {
            Ok(space) => space,
            Err(error) => {
                trouble.get_or_insert(error);
                continue;
            }
        };
        let point = mount_of(&mounts, &path).map_or_else(|| path.clone(), |mount| mount.point);
        match volumes.iter_mut().find(|volume| volume.point == point) {
            Some(volume) => {
                volume.uses.push(name);
                volume.comfortable = volume.comfortable.max(comfortable);
            }
            None => volumes.push(Volume {
                point,
                uses: vec![name],
                space,
                least: LEAST.min(space.total / 10),
                comfortable,
            }),
        }
    }
    if let Some(fault) = volumes.iter().find_map(fault) {
        return Ok(Observation::needs_human(fault));
    }
    if volumes.is_empty()
        && let Some(error) = trouble
    {
        return Err(failed(error));
    }
    let texts: Vec<String> = volumes.iter().map(described).collect();
    let mut seen = Observation::in_place(texts.join("; "));
    for volume in volumes
        .iter()
        .filter(|volume| volume.space.free < volume.comfortable)
    {
        let text = format!(
            "{} has {} free, which {} may fill soon",
            volume.point,
            size(volume.space.free),
            volume.uses.join(" and ")
        );
        seen = seen.warn_of(Fault::new(ids::DISK_FULL, text).advise(see()));
    }
    Ok(seen)
}

fn see() -> Advice {
    Advice::run("see what Docker takes of it", "docker system df")
}

/// What stops a file system from taking anything more.
fn fault(volume: &Volume) -> Option<Fault> {
    let Volume {
        point, uses, space, ..
    } = volume;
    let who = uses.join(" and ");
    if space.read_only {
        let text = format!("{point}, where {who} writes, is mounted read-only");
        return Some(Fault::new(ids::DISK_READ_ONLY, text).advise(Advice::run(
            "see why",
            "sudo dmesg | grep -i -e remount -e 'i/o error'",
        )));
    }
    if space.free < volume.least {
        let text = format!(
            "{point} has {} of {} free, too little for {who}",
            size(space.free),
            size(space.total)
        );
        return Some(
            Fault::new(ids::DISK_FULL, text)
                .advise(Advice::run(
                    "remove stopped containers and images without a name",
                    "docker system prune",
                ))
                .advise(Advice::run(
                    "see what else takes the space",
                    format!("sudo du -xh --max-depth=2 {point} | sort -h | tail -20"),
                )),
        );
    }
    if space.inodes > 0 && space.free_inodes < (space.inodes / 100).min(10_000) {
        let text = format!(
            "{point} can hold {} more files ({} in all), too few for {who}",
            space.free_inodes, space.inodes
        );
        return Some(Fault::new(ids::HOST_INODES_FULL, text).advise(Advice::run(
            "see where the files are",
            format!("sudo du --inodes -x --max-depth=2 {point} | sort -n | tail -20"),
        )));
    }
    None
}

fn described(volume: &Volume) -> String {
    format!(
        "{} of {} free on {} ({})",
        size(volume.space.free),
        size(volume.space.total),
        volume.point,
        volume.uses.join(", ")
    )
}

/// `210 GiB`, `1.5 TiB`, `200 MiB`.
fn size(bytes: u64) -> String {
    let gib = bytes as f64 / GIB as f64;
    if gib >= 1024.0 {
        format!("{:.1} TiB", gib / 1024.0)
    } else if gib >= 10.0 {
        format!("{gib:.0} GiB")
    } else if gib >= 1.0 {
        format!("{gib:.1} GiB")
    } else {
        format!("{} MiB", bytes >> 20)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(space: Space) -> Volume {
        Volume {
            point: "/var".into(),
            uses: vec!["Docker"],
            space,
            least: LEAST,
            comfortable: COMFORTABLE_DOCKER,
        }
    }

    #[test]
    fn bytes_files_and_leave_to_write_are_three_troubles() {
        let good = Space {
            free: 100 * GIB,
            total: 200 * GIB,
            free_inodes: 1_000_000,
            inodes: 2_000_000,
            read_only: false,
        };
        let reason = |space| fault(&volume(space)).map(|fault| fault.reason);
        assert_eq!(reason(good), None);
        let full = Space { free: GIB, ..good };
        assert_eq!(reason(full), Some(ids::DISK_FULL));
        let many = Space {
            free_inodes: 10,
            ..good
        };
        assert_eq!(reason(many), Some(ids::HOST_INODES_FULL));
        let uncounted = Space {
            free_inodes: 0,
            inodes: 0,
            ..good
        };
        assert_eq!(reason(uncounted), None);
        let closed = Space {
            read_only: true,
            ..good
        };
        assert_eq!(reason(closed), Some(ids::DISK_READ_ONLY));
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!(size(200 << 20), "200 MiB");
        assert_eq!(size(3 * GIB / 2), "1.5 GiB");
        assert_eq!(size(210 * GIB), "210 GiB");
        assert_eq!(size(12 << 40), "12.0 TiB");
    }
}
