//! Files and directories: looks that tell "nothing there" from "may not look", and writes that are
//! whole or not at all. Everything in here blocks.

use super::faults::{cannot_write, refused};
use crate::host::{HostError, Meta, Space};
use crate::model::{Fault, Owner, Removal};
use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use nix::sys::statvfs::{FsFlags, statvfs};
use std::fs::{File, Metadata, Permissions};
use std::io::{self, ErrorKind, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};

/// Trees of the system, in which nothing is ever removed with everything in it.
const SYSTEM: &[&str] = &[
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/proc",
    "/root/.ssh",
    "/run",
    "/sbin",
    "/sys",
    "/usr",
    "/var/lib/dpkg",
    "/var/lib/docker",
    "/var/lib/rpm",
];

/// A failed look in our terms.
pub(super) fn look_error(path: &Utf8Path, error: &io::Error) -> HostError {
    match error.kind() {
        ErrorKind::PermissionDenied => HostError::Denied(path.to_string()),
        _ => HostError::Io(format!("{path}: {error}")),
    }
}

/// Nothing there is an answer, not an error.
fn unless_missing<T>(path: &Utf8Path, result: io::Result<T>) -> Result<Option<T>, HostError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(look_error(path, &error)),
    }
}

/// A text file's content.
pub(super) fn read(path: &Utf8Path) -> Result<Option<String>, HostError> {
    let Some(bytes) = unless_missing(path, std::fs::read(path))? else {
        return Ok(None);
    };
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| HostError::Io(format!("{path} is not text (UTF-8)")))
}

/// What is at a path, through symbolic links.
pub(super) fn stat(path: &Utf8Path) -> Result<Option<Meta>, HostError> {
    let meta = unless_missing(path, std::fs::metadata(path))?;
    Ok(meta.map(|meta| Meta {
        is_dir: meta.is_dir(),
        mode: meta.mode() & 0o7777,
        uid: meta.uid(),
        gid: meta.gid(),
    }))
}

/// The path without symbolic links, as far as it is there and may be looked at.
pub(super) fn real_path(path: &Utf8Path) -> Utf8PathBuf {
    path.ancestors()
        .find_map(|at| Some((at.canonicalize_utf8().ok()?, path.strip_prefix(at).ok()?)))
        .map_or_else(
            || path.to_owned(),
            |(real, rest)| {
                if rest.as_str().is_empty() {
                    real
                } else {
                    real.join(rest)
                }
            },
        )
}

/// Names in a directory, sorted. Names that are no UTF-8 are nobody's we could mean.
pub(super) fn list(path: &Utf8Path) -> Result<Option<Vec<String>>, HostError> {
    let Some(entries) = unless_missing(path, std::fs::read_dir(path))? else {
        return Ok(None);
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| look_error(path, &error))?;
        names.extend(entry.file_name().into_string().ok());
    }
    names.sort();
    Ok(Some(names))
}

/// Space of the file system that holds a path, or its nearest parent that is there.
pub(super) fn space(path: &Utf8Path) -> Result<Space, HostError> {
    let nearest = path
        .ancestors()
        .find(|path| std::fs::metadata(path).is_ok())
        .unwrap_or(Utf8Path::new("/"));
    let stat = statvfs(nearest.as_std_path())
        .map_err(|error| HostError::Io(format!("{nearest}: {error}")))?;
    let unit = stat.fragment_size();
    Ok(Space {
        free: stat.blocks_available().saturating_mul(unit),
        total: stat.blocks().saturating_mul(unit),
        free_inodes: stat.files_available(),
        inodes: stat.files(),
        read_only: stat.flags().contains(FsFlags::ST_RDONLY),
    })
}

/// Puts a file in place: written beside it, flushed to the disk, renamed over it. Whoever reads it
/// sees the old content or the new, also after a power cut. Missing parents are made.
pub(super) fn write(path: &Utf8Path, content: &[u8], mode: u32) -> Result<(), Fault> {
    put(path, content, mode).map_err(|error| cannot_write(path, &error))
}

fn put(path: &Utf8Path, content: &[u8], mode: u32) -> io::Result<()> {
    let folder = folder_of(path)?;
    make_parents(folder, 0o755)?;
    // Nobody else may read it while it is written; the bits wanted come just before the rename.
    let mut file = tempfile::Builder::new()
        .prefix(".gpucluster-")
        .tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file()
        .set_permissions(Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// Puts the content of an open file in place, by the same rules as [`write`].
pub(super) fn place(path: &Utf8Path, mut from: File, mode: u32) -> Result<(), Fault> {
    let mut place = || -> io::Result<()> {
        let folder = folder_of(path)?;
        make_parents(folder, 0o755)?;
        let mut file = tempfile::Builder::new()
            .prefix(".gpucluster-")
            .tempfile_in(folder)?;
        from.rewind()?;
        io::copy(&mut from, &mut file)?;
        file.as_file()
            .set_permissions(Permissions::from_mode(mode))?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()
    };
    place().map_err(|error| cannot_write(path, &error))
}

fn folder_of(path: &Utf8Path) -> io::Result<&Utf8Path> {
    path.parent()
        .filter(|_| path.is_absolute())
        .ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "not an absolute path"))
}

fn make_parents(path: &Utf8Path, mode: u32) -> io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
}

/// Makes a directory with these bits and owner, or gives one that is there these.
pub(super) fn make_dir(path: &Utf8Path, mode: u32, owner: Option<Owner>) -> Result<(), Fault> {
    let make = || -> io::Result<()> {
        make_parents(folder_of(path)?, 0o755)?;
        make_parents(path, mode)?;
        if let Some(owner) = owner {
            std::os::unix::fs::chown(path, Some(owner.uid), Some(owner.gid))?;
        }
        // After the owner: changing that takes away some bits. And the umask took some before.
        std::fs::set_permissions(path, Permissions::from_mode(mode))
    };
    make().map_err(|error| cannot_write(path, &error))
}

/// Takes something of ours away. Missing is success; a symbolic link, a mount point and a place
/// that nobody can mean is refused.
#[expect(
    clippy::disallowed_methods,
    reason = "removals are carried out here, after the path has been judged"
)]
pub(super) fn remove(path: &Utf8Path, removal: Removal, home: &Utf8Path) -> Result<(), Fault> {
    if !may_remove(path, removal, home)? {
        return Ok(());
    }
    let removed = match removal {
        Removal::File => std::fs::remove_file(path),
        Removal::EmptyDir => std::fs::remove_dir(path),
        Removal::Tree => std::fs::remove_dir_all(path),
    };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(cannot_write(path, &error)),
        _ => Ok(()),
    }
}

/// Whether something is there that may be removed; nothing there is `false`.
pub(super) fn may_remove(
    path: &Utf8Path,
    removal: Removal,
    home: &Utf8Path,
) -> Result<bool, Fault> {
    if let Some(why) = danger(path, removal, home) {
        return Err(refused(path, why));
    }
    let meta = match std::fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(false);
        }
        Err(error) => return Err(cannot_write(path, &error)),
    };
    if let Some(why) = wrong_kind(path, &meta, removal) {
        return Err(refused(path, why));
    }
    // A link among the parents may lead into the system: what the path really is counts too.
    let real = path
        .canonicalize_utf8()
        .map_err(|error| cannot_write(path, &error))?;
    if let Some(why) = danger(&real, removal, &real_home(home)) {
        return Err(refused(path, why));
    }
    // Everything in a tree goes, and what is mounted in it belongs to somebody else. A bind mount
    // has the device of its surroundings, so only the kernel's table tells.
    if removal == Removal::Tree
        && let Some(mount) = mounted_in(&real, &mounts()?)
    {
        let why = format!("something is mounted in it, on {mount}");
        return Err(refused(path, &why));
    }
    Ok(true)
}

fn real_home(home: &Utf8Path) -> Utf8PathBuf {
    home.canonicalize_utf8()
        .unwrap_or_else(|_| home.to_path_buf())
}

/// The kernel's table of mounts.
fn mounts() -> Result<String, Fault> {
    let path = Utf8Path::new("/proc/self/mountinfo");
    let bytes = std::fs::read(path).map_err(|error| {
        let why = format!("{path} cannot be read: {error}");
        refused(path, &why)
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first mount point that is `tree` or lies in it. Blanks in paths are written as `\040`.
fn mounted_in(tree: &Utf8Path, mounts: &str) -> Option<Utf8PathBuf> {
    mounts
        .lines()
        .filter_map(|line| line.split(' ').nth(4))
        .map(|point| {
            let plain = [
                ("\\040", " "),
                ("\\011", "\t"),
                ("\\012", "\n"),
                ("\\134", "\\"),
            ];
            let point = plain.iter().fold(point.to_owned(), |text, (code, sign)| {
                text.replace(code, sign)
            });
            Utf8PathBuf::from(point)
        })
        .find(|point| point.starts_with(tree))
}

/// Why this path is never removed, whoever asks.
fn danger(path: &Utf8Path, removal: Removal, home: &Utf8Path) -> Option<&'static str> {
    let plain = path
        .components()
        .all(|part| matches!(part, Utf8Component::RootDir | Utf8Component::Normal(_)));
    if !path.is_absolute() || !plain {
        return Some("it is not a plain absolute path");
    }
    if path.components().count() < 3 {
        return Some("it is a top-level directory");
    }
    if home.starts_with(path) {
        return Some("the home directory is in it");
    }
    let system = SYSTEM.iter().any(|tree| path.starts_with(tree));
    if removal == Removal::Tree && system {
        return Some("it belongs to the system");
    }
    None
}

fn wrong_kind(path: &Utf8Path, meta: &Metadata, removal: Removal) -> Option<&'static str> {
    if meta.is_symlink() {
        return Some("it is a symbolic link, which we do not make");
    }
    if removal == Removal::File {
        return meta.is_dir().then_some("it is a directory, not a file");
    }
    if !meta.is_dir() {
        return Some("it is not a directory");
    }
    let parent = path.parent().and_then(|path| std::fs::metadata(path).ok());
    let mounted = parent.is_some_and(|parent| parent.dev() != meta.dev());
    mounted.then_some("something is mounted on it")
}

/// A name beside `path` for the time of writing; for writers that are not us.
pub(super) fn beside(path: &Utf8Path) -> Utf8PathBuf {
    let name = path.file_name().unwrap_or("file");
    path.with_file_name(format!(".{name}.gpucluster-{}", std::process::id()))
}

#[cfg(test)]
#[path = "fs_tests.rs"]
mod tests;
