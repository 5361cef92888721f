//! The log of a supervised program: it grows to a bound and not faster than a bound.
//!
//! The Launch agent prints 1.6 MB/s when it loses the Kubernetes API while it watches a job (its
//! `SafeWatch` retries without a pause), which would fill a disk overnight.

use super::service_state::append_to;
use camino::Utf8PathBuf;
use std::fs::File;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// A file of the log is rotated beyond this size.
const LARGEST: u64 = 10 << 20;

/// Files beside the current one.
const OLD: u32 = 2;

/// Bytes that are taken in one [`WINDOW`].
const RATE: u64 = 256 << 10;

/// Over which the rate is counted.
const WINDOW: Duration = Duration::from_secs(1);

/// A log that is written.
pub(super) struct ServiceLog {
    path: Utf8PathBuf,
    file: File,
    size: u64,
    window: Instant,
    taken: u64,
    dropped: u64,
}

impl ServiceLog {
    /// Opens it to be added to.
    pub fn open(path: Utf8PathBuf) -> io::Result<Self> {
        let file = append_to(&path)?;
        let size = file.metadata()?.len();
        Ok(Self {
            path,
            file,
            size,
            window: Instant::now(),
            taken: 0,
            dropped: 0,
        })
    }

    /// Adds a line of the program, unless it prints too fast.
    pub fn line(&mut self, line: &str, now: Instant) {
        self.tick(now);
        let length = line.len() as u64 + 1;
        if self.taken + length > RATE {
            self.dropped += length;
        } else {
            self.taken += length;
            self.put(line);
        }
    }

    /// Says how much was left out, once the time for which it was counted is over.
    pub fn tick(&mut self, now: Instant) {
        if now.duration_since(self.window) < WINDOW {
            return;
        }
        self.window = now;
        self.taken = 0;
        if self.dropped > 0 {
            let note = format!(
                "--- gpucluster: left out {} KiB, printed faster than {} KiB/s ---",
                self.dropped.div_ceil(1024),
                RATE / 1024
            );
            self.dropped = 0;
            self.put(&note);
        }
    }

    /// Adds a line of our own. A log that cannot be written (a full disk) must not end the program.
    pub fn put(&mut self, line: &str) {
        if self.size > LARGEST && self.rotate().is_err() {
            return;
        }
        let bytes = format!("{line}\n");
        if self.file.write_all(bytes.as_bytes()).is_ok() {
            self.size += bytes.len() as u64;
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "files of the log are moved, not written anew"
    )]
    fn rotate(&mut self) -> io::Result<()> {
        let name = |number: u32| match number {
            0 => self.path.clone(),
            number => Utf8PathBuf::from(format!("{}.{number}", self.path)),
        };
        for number in (0..OLD).rev() {
            match std::fs::rename(name(number), name(number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        self.file = append_to(&self.path)?;
        self.size = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fs;
    use super::*;

    fn log() -> (tempfile::TempDir, Utf8PathBuf, ServiceLog) {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(dir.path().join("log")).unwrap();
        let log = ServiceLog::open(path.clone()).unwrap();
        (dir, path, log)
    }

    #[test]
    fn a_flood_is_cut_and_its_size_is_said_once() {
        let (_dir, path, mut log) = log();
        let line = "x".repeat(1023);
        let now = log.window;
        for _ in 0..1000 {
            log.line(&line, now);
        }
        log.line("after", now + WINDOW);
        let text = fs::read(&path).unwrap().unwrap();
        assert_eq!(text.lines().filter(|l| l.starts_with('x')).count(), 256);
        assert!(
            text.contains("left out 744 KiB"),
            "{}",
            &text[text.len() - 200..]
        );
        assert!(text.ends_with("after\n"));
        assert_eq!(text.matches("left out").count(), 1);
    }

    #[test]
    fn three_files_are_kept() {
        let (_dir, path, mut log) = log();
        let line = "y".repeat((1 << 20) - 1);
        for _ in 0..50 {
            log.put(&line);
        }
        let folder = path.parent().unwrap();
        let names = fs::list(folder).unwrap().unwrap();
        assert_eq!(names, ["log", "log.1", "log.2"]);
        assert!(
            fs::stat(&path)
                .unwrap()
                .is_some_and(|meta| meta.mode == 0o600)
        );
    }
}
