//! Files and directories of a simulated machine.

use super::world::{Entry, World};
use crate::host::{HostError, Meta};
use crate::model::{Owner, Privilege, Removal};
use camino::{Utf8Path, Utf8PathBuf};

/// Why a write was refused, in the words of the system.
pub type Refusal = String;

impl World {
    /// What is at a path.
    pub fn meta(&self, path: &Utf8Path) -> Option<Meta> {
        self.files.get(path).map(|entry| Meta {
            is_dir: entry.content.is_none(),
            mode: entry.mode,
            uid: entry.uid,
            gid: entry.gid,
        })
    }

    /// A file's text, as the person may read it.
    ///
    /// # Errors
    /// `Denied` for a file of another user without the bit for others, `Io` for a directory.
    pub fn text(&self, path: &Utf8Path) -> Result<Option<String>, HostError> {
        match self.files.get(path) {
            None => Ok(None),
            Some(entry) if entry.uid != self.identity.uid && entry.mode & 0o004 == 0 => {
                Err(HostError::Denied(path.to_string()))
            }
            Some(Entry { content: None, .. }) => Err(HostError::Io(format!(
                "{path}: Is a directory (os error 21)"
            ))),
            Some(Entry {
                content: Some(text),
                ..
            }) => Ok(Some(text.clone())),
        }
    }

    /// Names in a directory, sorted.
    pub fn names_in(&self, dir: &Utf8Path) -> Option<Vec<String>> {
        let is_dir = self.files.get(dir).is_some_and(|e| e.content.is_none());
        is_dir.then(|| {
            self.files
                .keys()
                .filter(|path| path.parent() == Some(dir))
                .filter_map(|path| path.file_name().map(str::to_owned))
                .collect()
        })
    }

    /// Names in a directory, as the person may list it.
    ///
    /// # Errors
    /// `Denied` for a directory of another user without the bit for others.
    pub fn listed(&self, dir: &Utf8Path) -> Result<Option<Vec<String>>, HostError> {
        match self.files.get(dir) {
            Some(entry) if entry.uid != self.identity.uid && entry.mode & 0o004 == 0 => {
                Err(HostError::Denied(dir.to_string()))
            }
            _ => Ok(self.names_in(dir)),
        }
    }

    /// Makes a directory with its parents; an existing one gets the bits and the owner.
    ///
    /// # Errors
    /// The system's words.
    pub fn make_dir(
        &mut self,
        path: &Utf8Path,
        mode: u32,
        owner: Option<Owner>,
        by: Privilege,
    ) -> Result<(), Refusal> {
        self.may_write(path, by)?;
        self.make_parents(path, by)?;
        let (uid, gid) = self.ids(by);
        let entry = self.files.entry(path.to_owned()).or_insert(Entry {
            content: None,
            mode,
            uid,
            gid,
        });
        if entry.content.is_some() {
            return Err(format!("{path}: File exists (os error 17)"));
        }
        entry.mode = mode;
        if let Some(owner) = owner {
            (entry.uid, entry.gid) = (owner.uid, owner.gid);
        }
        Ok(())
    }

    /// Puts a file in place; its directory must be there.
    ///
    /// # Errors
    /// The system's words.
    pub fn write_file(
        &mut self,
        path: &Utf8Path,
        content: &str,
        mode: u32,
        by: Privilege,
    ) -> Result<(), Refusal> {
        self.may_write(path, by)?;
        if self.disk.is_full() && by == Privilege::User {
            return Err(format!("{path}: No space left on device (os error 28)"));
        }
        if self.meta(path).is_some_and(|meta| meta.is_dir) {
            return Err(format!("{path}: Is a directory (os error 21)"));
        }
        self.make_parents(path, by)?;
        let (uid, gid) = self.ids(by);
        self.files.insert(
            path.to_owned(),
            Entry {
                content: Some(content.to_owned()),
                mode,
                uid,
                gid,
            },
        );
        Ok(())
    }

    /// Takes something away. Missing is success.
    ///
    /// # Errors
    /// The system's words.
    pub fn remove(
        &mut self,
        path: &Utf8Path,
        removal: Removal,
        by: Privilege,
    ) -> Result<(), Refusal> {
        let Some(meta) = self.meta(path) else {
            return Ok(());
        };
        self.may_write(path, by)?;
        match (removal, meta.is_dir) {
            (Removal::File, true) => return Err(format!("{path}: Is a directory (os error 21)")),
            (Removal::EmptyDir, true) if self.names_in(path).is_some_and(|n| !n.is_empty()) => {
                return Err(format!("{path}: Directory not empty (os error 39)"));
            }
            (Removal::Tree, _) => {
                self.files.retain(|at, _| !at.starts_with(path));
                self.python.wandb.retain(|at, _| !at.starts_with(path));
            }
            _ => {
                self.files.remove(path);
            }
        }
        Ok(())
    }

    /// A file that the machine itself keeps (a tool's, the kernel's), whatever is in the way.
    pub fn put(&mut self, path: &str, content: &str, mode: u32, uid: u32) {
        let path = Utf8PathBuf::from(path);
        let root = if uid == 0 {
            Privilege::Root
        } else {
            Privilege::User
        };
        // A machine's own file is put below directories that exist or can be made.
        let _ = self.make_parents(&path, root);
        self.files.insert(
            path,
            Entry {
                content: Some(content.to_owned()),
                mode,
                uid,
                gid: uid,
            },
        );
    }

    /// A directory that the machine itself keeps.
    pub fn put_dir(&mut self, path: &str, mode: u32, uid: u32) {
        self.files.insert(
            Utf8PathBuf::from(path),
            Entry {
                content: None,
                mode,
                uid,
                gid: uid,
            },
        );
    }

    /// Takes every process away from `/proc`.
    pub fn forget_processes(&mut self) {
        let is_process = |path: &Utf8Path| {
            let name = path
                .strip_prefix("/proc")
                .ok()
                .and_then(|p| p.iter().next());
            name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        };
        self.files.retain(|path, _| !is_process(path));
    }

    /// Takes a file of the machine away.
    pub fn take(&mut self, path: &str) {
        self.files.remove(Utf8Path::new(path));
    }

    /// The ids that somebody's new files get.
    fn ids(&self, by: Privilege) -> (u32, u32) {
        match by {
            Privilege::User => (self.identity.uid, self.identity.gid),
            Privilege::Root => (0, 0),
        }
    }

    fn make_parents(&mut self, path: &Utf8Path, by: Privilege) -> Result<(), Refusal> {
        let (uid, gid) = self.ids(by);
        for parent in path.ancestors().skip(1) {
            match self.files.get(parent) {
                Some(entry) if entry.content.is_some() => {
                    return Err(format!("{parent}: Not a directory (os error 20)"));
                }
                Some(_) => break,
                None => {
                    self.files.insert(
                        parent.to_owned(),
                        Entry {
                            content: None,
                            mode: 0o755,
                            uid,
                            gid,
                        },
                    );
                }
            }
        }
        Ok(())
    }

    /// Whether somebody may make, replace or remove an entry: decided by the nearest directory.
    fn may_write(&self, path: &Utf8Path, by: Privilege) -> Result<(), Refusal> {
        if by == Privilege::Root {
            return Ok(());
        }
        let denied = || Err(format!("{path}: Permission denied (os error 13)"));
        match path.ancestors().skip(1).find_map(|at| self.files.get(at)) {
            Some(entry) if entry.uid == self.identity.uid || entry.mode & 0o002 != 0 => Ok(()),
            _ => denied(),
        }
    }
}
