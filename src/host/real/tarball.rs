//! One archive, put in place whole or not at all, readable by nobody else, and never over a file
//! that is there. The same content gives the same bytes.

use super::faults::cannot_write;
use crate::model::{Advice, Fault};
use crate::reason::ids;
use camino::{Utf8Path, Utf8PathBuf};
use flate2::{Compression, GzBuilder};
use std::fs::{File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;

/// Permission bits of the archive.
const PRIVATE: u32 = 0o600;

/// Writes a compressed archive of texts below one folder and gives its size. Blocks.
///
/// # Errors
/// `FILE_UNWRITABLE`, also where something is at `path` already.
pub fn write_tarball<'a>(
    path: &Utf8Path,
    folder: &str,
    made_ms: u64,
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<u64, Fault> {
    put(path, folder, made_ms / 1000, files).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => occupied(path),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem | ErrorKind::NotFound => {
            Fault::new(ids::FILE_UNWRITABLE, format!("cannot write {path}"))
                .caused_by(error.to_string())
                .advise(Advice::say(
                    "name a folder of yours with --file FOLDER/NAME.tar.gz",
                ))
        }
        _ => cannot_write(path, &error),
    })
}

/// What is said where something is at the place of an archive.
pub fn occupied(path: &Utf8Path) -> Fault {
    Fault::new(
        ids::FILE_UNWRITABLE,
        format!("{path} is there already, and nothing is ever overwritten"),
    )
    .advise(Advice::say(
        "name another place with --file, or move that file away",
    ))
}

fn put<'a>(
    path: &Utf8Path,
    folder: &str,
    seconds: u64,
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> io::Result<u64> {
    let parent = match path.parent() {
        Some(parent) if !parent.as_str().is_empty() => parent.to_owned(),
        _ => Utf8PathBuf::from("."),
    };
    let file = tempfile::Builder::new()
        .prefix(".gpucluster-")
        .tempfile_in(&parent)?;
    let zipped = GzBuilder::new()
        // gzip counts in 32 bits; 0 means that there is no time.
        .mtime(u32::try_from(seconds).unwrap_or(0))
        .write(io::BufWriter::new(file), Compression::default());
    let mut archive = tar::Builder::new(zipped);
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(seconds);
        archive.append_data(&mut header, format!("{folder}/{name}"), text.as_bytes())?;
    }
    let mut buffered = archive.into_inner()?.finish()?;
    buffered.flush()?;
    let file = buffered.into_inner().map_err(|error| error.into_error())?;
    file.as_file()
        .set_permissions(Permissions::from_mode(PRIVATE))?;
    file.as_file().sync_all()?;
    let size = file.as_file().metadata()?.len();
    file.persist_noclobber(path).map_err(|error| error.error)?;
    File::open(parent)?.sync_all()?;
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::super::fs;
    use super::*;
    use std::io::Read;

    fn corner() -> (tempfile::TempDir, Utf8PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(dir.path().join("a.tar.gz")).unwrap();
        (dir, path)
    }

    fn files() -> [(&'static str, &'static str); 2] {
        [("MANIFEST", "what\n"), ("a/long/way/down/b.txt", "ü\n")]
    }

    #[test]
    fn what_is_written_is_read_back_and_belongs_to_nobody() {
        let (_dir, path) = corner();
        let size = write_tarball(&path, "top", 1_795_446_000_123, files()).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), size);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let zipped = File::open(&path).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(zipped));
        let mut seen = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header().clone();
            assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
            assert_eq!(header.mtime().unwrap(), 1_795_446_000);
            let name = entry.path().unwrap().display().to_string();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            seen.push((name, text));
        }
        let want = files().map(|(name, text)| (format!("top/{name}"), text.to_owned()));
        assert_eq!(seen, want);
    }

    #[test]
    fn the_same_content_gives_the_same_bytes() {
        let ((_one, first), (_other, second)) = (corner(), corner());
        for path in [&first, &second] {
            write_tarball(path, "top", 5000, files()).unwrap();
        }
        assert_eq!(
            std::fs::read(first).unwrap(),
            std::fs::read(second).unwrap()
        );
    }

    #[test]
    fn a_file_that_is_there_stays_and_nothing_is_left_beside_it() {
        let (dir, path) = corner();
        fs::write(&path, b"precious", 0o600).unwrap();
        let fault = write_tarball(&path, "top", 5000, files()).unwrap_err();
        assert_eq!(fault.reason, ids::FILE_UNWRITABLE);
        assert!(fault.summary.contains("there already"), "{}", fault.summary);
        assert_eq!(std::fs::read(&path).unwrap(), b"precious");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let (dir, _) = corner();
        let path = Utf8PathBuf::try_from(dir.path().join("none/a.tar.gz")).unwrap();
        let fault = write_tarball(&path, "top", 5000, files()).unwrap_err();
        assert_eq!(fault.reason, ids::FILE_UNWRITABLE);
    }
}
