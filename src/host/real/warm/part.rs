//! A file that is not whole yet: what is there of it, its sum so far, and the way to its place.

use super::{faults, place};
use crate::model::{Cargo, Digest, Fault};
use camino::{Utf8Path, Utf8PathBuf};
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use std::fs::{File, FileTimes, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};

/// Bits of a finished file: everybody may read it.
const FILE_MODE: u32 = 0o644;

/// A sum that grows with what is written.
struct Sum {
    digest: Option<Digest>,
    size: Option<u64>,
    context: Option<Context>,
}

impl Sum {
    fn of(file: &Cargo) -> Self {
        let mut sum = Self {
            digest: file.digest.clone(),
            size: file.size,
            context: None,
        };
        sum.begin();
        sum
    }

    fn begin(&mut self) {
        self.context = self.digest.as_ref().map(|digest| match digest {
            Digest::Sha256(_) => Context::new(&SHA256),
            Digest::GitBlob(_) => {
                let mut context = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
                context.update(format!("blob {}\0", self.size.unwrap_or_default()).as_bytes());
                context
            }
        });
    }

    fn update(&mut self, data: &[u8]) {
        if let Some(context) = &mut self.context {
            context.update(data);
        }
    }

    /// The sum that was expected and the one that was found, where they differ.
    fn difference(&mut self) -> Option<(String, String)> {
        let found = hex(self.context.take()?.finish().as_ref());
        let wanted = self.digest.as_ref()?.hex();
        (found != wanted).then(|| (wanted.to_owned(), found))
    }
}

/// Lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a file of this machine has a sum.
///
/// # Errors
/// When it cannot be read.
pub(super) fn has_sum(path: &Utf8Path, digest: &Digest) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut sum = Sum {
        digest: Some(digest.clone()),
        size: Some(file.metadata()?.len()),
        context: None,
    };
    sum.begin();
    read_through(&mut file, &mut sum)?;
    Ok(sum.difference().is_none())
}

fn read_through(file: &mut File, sum: &mut Sum) -> io::Result<u64> {
    let mut buffer = vec![0; 1 << 20];
    let mut length = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(length),
            Ok(read) => {
                sum.update(&buffer[..read]);
                length += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// What is there of a file; nobody else writes to it while we have it.
pub(super) struct Part {
    file: File,
    root: Utf8PathBuf,
    path: Utf8PathBuf,
    sum: Sum,
    /// Bytes that are there.
    pub length: u64,
    /// Some of them were there before this run.
    pub is_old: bool,
}

impl Part {
    /// Opens it, with everything on the way to it, and reads what is there already.
    ///
    /// # Errors
    /// `CACHE_NOT_WRITABLE`, `CACHE_SPACE_SHORT`, `RUN_BUSY`.
    pub fn open(cargo: &Cargo, root: &Utf8Path) -> Result<Self, Fault> {
        let path = &cargo.part;
        place::make_parents(root, path)?;
        let failed = |error: io::Error| faults::cannot_write(root, path, &error);
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(FILE_MODE)
            .custom_flags(nix::libc::O_NOFOLLOW | nix::libc::O_CLOEXEC)
            .open(path)
            .map_err(failed)?;
        // Where the file system has no locks, the sum tells in the end.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(faults::busy(&cargo.place));
        }
        let mut part = Self {
            file,
            root: root.to_owned(),
            path: path.clone(),
            sum: Sum::of(cargo),
            length: 0,
            is_old: false,
        };
        let there = part.file.metadata().map_err(failed)?.len();
        if cargo.size.is_some_and(|size| there > size) {
            part.restart()?;
        } else {
            part.length = read_through(&mut part.file, &mut part.sum).map_err(failed)?;
            part.is_old = part.length > 0;
        }
        Ok(part)
    }

    /// Throws away what is there.
    ///
    /// # Errors
    /// `CACHE_NOT_WRITABLE`.
    pub fn restart(&mut self) -> Result<(), Fault> {
        self.file
            .set_len(0)
            .map_err(|error| faults::cannot_write(&self.root, &self.path, &error))?;
        self.sum.begin();
        self.length = 0;
        self.is_old = false;
        Ok(())
    }

    /// Adds to it.
    ///
    /// # Errors
    /// `CACHE_SPACE_SHORT`, `CACHE_NOT_WRITABLE`.
    pub fn add(&mut self, data: &[u8]) -> Result<(), Fault> {
        self.file
            .write_all(data)
            .map_err(|error| faults::cannot_write(&self.root, &self.path, &error))?;
        self.sum.update(data);
        self.length += data.len() as u64;
        Ok(())
    }

    /// What was expected and what was found, where the whole file is not what it should be.
    pub fn difference(&mut self) -> Option<(String, String)> {
        self.sum.difference()
    }

    /// Deletes it.
    pub fn discard(self) {
        place::delete(&self.path);
    }

    /// Puts the whole and proven file in its place.
    ///
    /// # Errors
    /// `CACHE_NOT_WRITABLE`, `CACHE_SPACE_SHORT`.
    pub fn settle(mut self, cargo: &Cargo, times: Option<FileTimes>) -> Result<(), Fault> {
        let mut place = || -> io::Result<()> {
            let file = &mut self.file;
            file.rewind()?;
            // Bits of somebody else's leftover cannot be changed, and need not be.
            let _ = file.set_permissions(Permissions::from_mode(FILE_MODE));
            if let Some(times) = times {
                file.set_times(times)?;
            }
            file.sync_all()?;
            place::rename(&self.path, &cargo.place)
        };
        place().map_err(|error| faults::cannot_write(&self.root, &cargo.place, &error))
    }
}
