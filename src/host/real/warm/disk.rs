//! Files and folders of this machine, to be copied into the cache.

use super::faults;
use crate::model::{Cargo, Digest, Fault, Link, Load, Origin};
use crate::parse::hub::{HUB, blob_digest, is_repo_folder};
use crate::parse::warm_source::stays_inside;
use camino::{Utf8Path, Utf8PathBuf};
use std::fs::FileType;
use std::io;

/// What is in a folder, as it would lie in the cache.
#[derive(Default)]
struct Walked {
    files: Vec<Cargo>,
    links: Vec<Link>,
}

/// A copy of a file or folder: under its own name or `name`, and a repository from a cache of
/// `huggingface_hub` where jobs look for it. A file may be known by `digest`.
///
/// # Errors
/// `WARM_SOURCE_INVALID`: something cannot be read, is no file, or is a link that leads out.
pub fn copy_of(
    typed: &str,
    root: &Utf8Path,
    name: Option<&str>,
    digest: Option<Digest>,
) -> Result<Load, Fault> {
    // What is named may itself be a link: the person who typed it means what it leads to.
    let from = Utf8Path::new(typed)
        .canonicalize_utf8()
        .map_err(|error| faults::invalid(typed, &error.to_string()))?;
    if digest.is_some() && from.is_dir() {
        return Err(faults::invalid(typed, "a folder has no SHA-256"));
    }
    let own = name.or(from.file_name()).unwrap_or_default();
    if !stays_inside(own) {
        return Err(faults::invalid(typed, "name it with `--as NAME`"));
    }
    let has = |folder: &str| from.join(folder).is_dir();
    let is_repo = name.is_none() && is_repo_folder(own) && has("blobs") && has("snapshots");
    let place = if is_repo {
        root.join(HUB).join(own)
    } else {
        root.join(own)
    };
    let mut walked = walk(&from, &place, &|inside| {
        if is_repo && inside.parent() == Some(Utf8Path::new("blobs")) {
            blob_digest(inside.file_name()?)
        } else {
            digest.clone()
        }
    })?;
    let mut references = Vec::new();
    if is_repo {
        // What was not there once may be there now.
        walked
            .files
            .retain(|file| !file.name.starts_with(".no_exist/"));
        let (refs, files) = walked
            .files
            .into_iter()
            .partition(|file| file.name.starts_with("refs/"));
        walked.files = files;
        references = read_references(refs)?;
    }
    Ok(Load {
        title: typed.to_owned(),
        root: root.to_owned(),
        place,
        commit: None,
        files: walked.files,
        links: walked.links,
        references,
    })
}

/// The commits that branches are at.
fn read_references(files: Vec<Cargo>) -> Result<Vec<(Utf8PathBuf, String)>, Fault> {
    let mut references = Vec::new();
    for file in files {
        let Origin::Disk(from) = &file.origin else {
            continue;
        };
        let commit = std::fs::read_to_string(from)
            .map_err(|error| faults::invalid(from.as_str(), &error.to_string()))?;
        references.push((file.place, commit));
    }
    Ok(references)
}

/// Looks through a file or folder that is to lie at `to`. What other programs have not finished
/// (`*.incomplete`) is left out.
fn walk(
    whole: &Utf8Path,
    to: &Utf8Path,
    digest_of: &dyn Fn(&Utf8Path) -> Option<Digest>,
) -> Result<Walked, Fault> {
    let mut walked = Walked::default();
    let mut rest = vec![(whole.to_owned(), to.to_owned())];
    while let Some((at, place)) = rest.pop() {
        let failed = |error: io::Error| faults::invalid(at.as_str(), &error.to_string());
        let meta = std::fs::symlink_metadata(&at).map_err(failed)?;
        if meta.is_dir() {
            for entry in at.read_dir_utf8().map_err(failed)? {
                let entry = entry.map_err(failed)?;
                rest.push((entry.path().to_owned(), place.join(entry.file_name())));
            }
        } else if meta.is_symlink() {
            let target = at.read_link_utf8().map_err(failed)?;
            if !leads_inside(whole, &at, &target) {
                return Err(faults::invalid(
                    at.as_str(),
                    &format!("it is a link to {target}, which is not in the folder"),
                ));
            }
            walked.links.push(Link {
                at: place,
                to: target.into_string(),
            });
        } else if meta.is_file() {
            if !at.as_str().ends_with(".incomplete") {
                walked
                    .files
                    .push(file(whole, at, place, meta.len(), digest_of));
            }
        } else {
            return Err(faults::invalid(at.as_str(), what(meta.file_type())));
        }
    }
    walked.files.sort_by(|a, b| a.name.cmp(&b.name));
    walked.links.sort_by(|a, b| a.at.cmp(&b.at));
    Ok(walked)
}

fn file(
    whole: &Utf8Path,
    at: Utf8PathBuf,
    place: Utf8PathBuf,
    size: u64,
    digest_of: &dyn Fn(&Utf8Path) -> Option<Digest>,
) -> Cargo {
    let inside = at.strip_prefix(whole).unwrap_or(&at);
    let name = match inside.as_str() {
        "" => at.file_name().unwrap_or_default().to_owned(),
        inside => inside.to_owned(),
    };
    Cargo {
        name,
        part: format!("{place}.incomplete").into(),
        place,
        size: Some(size),
        digest: digest_of(inside),
        origin: Origin::Disk(at),
        links: Vec::new(),
    }
}

/// Whether a link stays in the folder that is copied.
fn leads_inside(whole: &Utf8Path, at: &Utf8Path, target: &Utf8Path) -> bool {
    if target.is_absolute() {
        return false;
    }
    let Some(folder) = at
        .parent()
        .and_then(|folder| folder.strip_prefix(whole).ok())
    else {
        return false;
    };
    let mut depth = folder.components().count();
    for part in target.components() {
        match part {
            camino::Utf8Component::ParentDir if depth == 0 => return false,
            camino::Utf8Component::ParentDir => depth -= 1,
            camino::Utf8Component::Normal(_) => depth += 1,
            _ => {}
        }
    }
    true
}

fn what(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    if kind.is_fifo() {
        "it is a pipe, not a file"
    } else if kind.is_socket() {
        "it is a socket, not a file"
    } else {
        "it is a device, not a file"
    }
}
