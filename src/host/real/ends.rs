//! Both ends of a file, whatever it is: never more in memory than was asked for, and never a wait
//! for a writer that does not come.

use super::fs::look_error;
use crate::host::{Ends, HostError};
use camino::Utf8Path;
use nix::fcntl::OFlag;
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;

/// The first `head` bytes of a file and its last `tail` bytes. Blocks.
///
/// # Errors
/// `Denied`, and `Io` for what is no regular file.
pub fn ends(path: &Utf8Path, head: usize, tail: usize) -> Result<Option<Ends>, HostError> {
    match read(path, head, tail) {
        Ok(ends) => Ok(Some(ends)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(look_error(path, &error)),
    }
}

fn read(path: &Utf8Path, head: usize, tail: usize) -> io::Result<Ends> {
    // A pipe without a writer would be waited for.
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let limit = head.saturating_add(tail);
    let as_u64 = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
    let mut start = Vec::new();
    // Files of /proc say that they are empty, and some grow while they are read.
    if meta.len() <= as_u64(limit) {
        (&mut file).take(as_u64(limit)).read_to_end(&mut start)?;
        return Ok(Ends {
            total: as_u64(start.len()).max(meta.len()),
            head: start,
            tail: Vec::new(),
        });
    }
    (&mut file).take(as_u64(head)).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(meta.len() - as_u64(tail)))?;
    let mut end = Vec::new();
    file.take(as_u64(tail)).read_to_end(&mut end)?;
    Ok(Ends {
        head: start,
        tail: end,
        total: meta.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::fs;
    use super::*;
    use camino::Utf8PathBuf;

    fn corner() -> (tempfile::TempDir, Utf8PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(dir.path().join("file")).unwrap();
        (dir, path)
    }

    #[test]
    fn of_a_long_file_both_ends_are_read_and_of_a_short_one_everything() {
        let (_dir, path) = corner();
        assert_eq!(ends(&path, 3, 3), Ok(None));
        fs::write(&path, b"0123456789", 0o600).unwrap();
        let long = ends(&path, 3, 2).unwrap().unwrap();
        assert_eq!(
            (&long.head[..], &long.tail[..], long.total),
            (&b"012"[..], &b"89"[..], 10)
        );
        let short = ends(&path, 5, 5).unwrap().unwrap();
        assert_eq!((&short.head[..], short.tail.len()), (&b"0123456789"[..], 0));
    }

    #[test]
    fn files_of_the_kernel_are_read_although_they_say_they_are_empty() {
        let version = ends("/proc/version".into(), 4096, 0).unwrap().unwrap();
        assert!(version.head.starts_with(b"Linux"));
    }

    #[test]
    fn a_pipe_and_a_folder_are_not_waited_for() {
        let (dir, path) = corner();
        nix::unistd::mkfifo(path.as_std_path(), nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert!(ends(&path, 9, 9).is_err());
        let folder = Utf8Path::from_path(dir.path()).unwrap();
        assert!(ends(folder, 9, 9).is_err());
    }
}
