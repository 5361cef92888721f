//! Folders, links and names in the cache. Every job may write there, so that no symbolic link on
//! the way is followed.

use super::super::fs;
use super::{faults, part};
use crate::model::{Advice, Cargo, Fault, Found, Load, Origin};
use crate::reason::ids;
use camino::{Utf8Path, Utf8PathBuf};
use std::fs::{DirBuilder, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink};

/// Bits of folders that all repositories share: whoever a job runs as may add to them, and none may
/// delete another's.
const SHARED: u32 = 0o1777;

/// Bits of folders of one repository: jobs add revisions and files to it.
const OWN: u32 = 0o777;

/// Bits of the file that names a branch's commit: a job that finds a newer one writes it.
const REFERENCE: u32 = 0o666;

/// How many folders below the cache are shared: `huggingface/hub`.
const SHARED_DEPTH: usize = 2;

/// Checks that the cache is there.
///
/// # Errors
/// `NFS_FOLDER_MISSING`.
pub fn require_root(root: &Utf8Path, is_named: bool) -> Result<(), Fault> {
    if root.is_dir() {
        return Ok(());
    }
    let fault = Fault::new(
        ids::NFS_FOLDER_MISSING,
        format!("there is no folder {root} to put anything into"),
    );
    Err(if is_named {
        fault.advise(Advice::run(
            "see what is mounted here, and name the folder that the claim's server exports",
            "findmnt -t nfs,nfs4",
        ))
    } else {
        fault.advise(Advice::run("make and export it", "gpucluster nfs setup"))
    })
}

/// What is at the place of a file.
///
/// # Errors
/// When it cannot be looked at.
pub fn found(cargo: &Cargo) -> Result<Found, Fault> {
    let unreadable = |error: io::Error| {
        Fault::new(
            ids::FILE_UNWRITABLE,
            format!("cannot look at {}", cargo.place),
        )
        .caused_by(error.to_string())
    };
    let meta = match std::fs::symlink_metadata(&cargo.place) {
        Ok(meta) => meta,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let there = std::fs::symlink_metadata(&cargo.part).map_or(0, |meta| meta.len());
            return Ok(match there {
                0 => Found::Missing,
                there => Found::Part(there),
            });
        }
        Err(error) => return Err(unreadable(error)),
    };
    if !meta.is_file() {
        return Ok(Found::Other);
    }
    let is_blob = cargo
        .digest
        .as_ref()
        .is_some_and(|digest| cargo.place.file_name() == Some(digest.hex()));
    let same_length = cargo.size.is_none_or(|size| size == meta.len());
    if is_blob {
        // Its name is its sum, and it had that name only once it was proven. One of another length
        // is nobody's work and is made anew.
        return Ok(if same_length {
            Found::There
        } else {
            Found::Missing
        });
    }
    let same = match (&cargo.digest, &cargo.origin) {
        _ if !same_length => false,
        (Some(digest), _) => part::has_sum(&cargo.place, digest).map_err(unreadable)?,
        (None, Origin::Disk(from)) => {
            let from = std::fs::metadata(from).map_err(unreadable)?;
            (from.mtime(), from.mtime_nsec()) == (meta.mtime(), meta.mtime_nsec())
        }
        (None, Origin::Http { .. }) => cargo.size.is_some(),
    };
    Ok(if same { Found::There } else { Found::Other })
}

/// Makes the folders on the way to `path`, below the cache.
///
/// # Errors
/// `CACHE_NOT_WRITABLE`; also where one of them is a link.
pub(super) fn make_parents(root: &Utf8Path, path: &Utf8Path) -> Result<(), Fault> {
    let below = path
        .parent()
        .and_then(|folder| folder.strip_prefix(root).ok());
    let is_hub = below.is_some_and(|below| below.starts_with("huggingface"));
    let mut at: Utf8PathBuf = root.to_owned();
    for (depth, part) in below.unwrap_or(Utf8Path::new("")).components().enumerate() {
        at.push(part);
        match std::fs::symlink_metadata(&at) {
            Ok(meta) if meta.is_symlink() => return Err(faults::is_link(&at)),
            Ok(_) => continue,
            Err(_) => {}
        }
        let mode = if is_hub && depth < SHARED_DEPTH {
            SHARED
        } else {
            OWN
        };
        let made = DirBuilder::new().mode(mode).create(&at);
        match made {
            // The umask took some of the bits.
            Ok(()) => std::fs::set_permissions(&at, Permissions::from_mode(mode)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(error),
        }
        .map_err(|error| faults::cannot_write(root, &at, &error))?;
    }
    Ok(())
}

/// Makes the links of a load, and at last the name of its commit: whoever reads that finds all.
///
/// # Errors
/// `CACHE_NOT_WRITABLE`, `CACHE_NAME_TAKEN`.
pub(super) fn finish(load: &Load) -> Result<(), Fault> {
    let links = load.files.iter().flat_map(|file| &file.links);
    for link in links.chain(&load.links) {
        make_parents(&load.root, &link.at)?;
        let failed = |error: io::Error| faults::cannot_write(&load.root, &link.at, &error);
        match std::fs::symlink_metadata(&link.at) {
            Ok(meta) if meta.is_symlink() => {
                let there = std::fs::read_link(&link.at).map_err(failed)?;
                if there.to_str() == Some(&link.to) {
                    continue;
                }
                delete(&link.at);
            }
            Ok(_) if load.commit.is_some() => {
                // Where a file system had no links, huggingface_hub put the file itself there.
                continue;
            }
            Ok(_) => return Err(faults::taken(&link.at)),
            Err(_) => {}
        }
        symlink(&link.to, &link.at).map_err(failed)?;
    }
    for (path, commit) in &load.references {
        make_parents(&load.root, path)?;
        if !std::fs::read(path).is_ok_and(|there| there == commit.as_bytes()) {
            fs::write(path, commit.as_bytes(), REFERENCE)?;
        }
    }
    Ok(())
}

/// Puts a whole file in its place; both are in one folder or one file system.
#[expect(
    clippy::disallowed_methods,
    reason = "the second half of a write: the file is flushed and proven"
)]
pub(super) fn rename(from: &Utf8Path, to: &Utf8Path) -> io::Result<()> {
    std::fs::rename(from, to)?;
    match to.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Takes away a file or link of ours; whatever keeps it there shows in what follows.
#[expect(
    clippy::disallowed_methods,
    reason = "a file that is not what it should be, by its own path"
)]
pub(super) fn delete(path: &Utf8Path) {
    let _ = std::fs::remove_file(path);
}
