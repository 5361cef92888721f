//! One run at a time per profile, by a lock of the kernel: any death frees it.

use crate::model::Fault;
use crate::reason::ids;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

/// The lock, held until dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a profile. `since` (for example `14:53:07 UTC`) is told to whoever comes
    /// while it is held.
    ///
    /// # Errors
    /// `RUN_BUSY` with who holds it, `STATE_UNWRITABLE`.
    pub fn take(path: &Path, verb: &str, since: &str) -> Result<Self, Fault> {
        let unwritable = |error: std::io::Error| {
            Fault::new(
                ids::STATE_UNWRITABLE,
                format!("cannot open the lock `{}`", path.display()),
            )
            .caused_by(error.to_string())
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // What is inside serves the message only; the kernel's lock decides.
                let _ = file.read_to_string(&mut holder);
                let holder = holder.trim();
                let holder = if holder.is_empty() {
                    "another run"
                } else {
                    holder
                };
                return Err(Fault::new(
                    ids::RUN_BUSY,
                    format!("{holder} holds the lock"),
                ));
            }
            Err(TryLockError::Error(error)) => return Err(unwritable(error)),
        }
        let note = format!(
            "`gpucluster {verb}` (pid {}, since {since})",
            std::process::id()
        );
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(note.as_bytes()))
            .map_err(unwritable)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_told_who_holds_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let held = Lock::take(&path, "up", "14:53:07 UTC").unwrap();
        let busy = Lock::take(&path, "down", "15:00:00 UTC").unwrap_err();
        assert_eq!(busy.reason, ids::RUN_BUSY);
        let pid = std::process::id();
        assert_eq!(
            busy.summary,
            format!("`gpucluster up` (pid {pid}, since 14:53:07 UTC) holds the lock")
        );
        drop(held);
        Lock::take(&path, "down", "15:00:01 UTC").unwrap();
    }
}
