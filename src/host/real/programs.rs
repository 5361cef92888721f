//! Where programs are.

use camino::{Utf8Path, Utf8PathBuf};

/// Root's `PATH`, where `sudo` looks too.
pub(super) const ROOT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Finds a program on our `PATH`, then in the folders of system tools, which are often not on an
/// ordinary user's. Symbolic links are not followed: a program may go by its name (Python finds its
/// virtual environment so).
pub(super) fn find(program: &str) -> Option<Utf8PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    find_in(program, &format!("{path}:/usr/local/sbin:/usr/sbin:/sbin"))
}

/// Finds a program as root would.
pub(super) fn find_for_root(program: &str) -> Option<Utf8PathBuf> {
    find_in(program, ROOT_PATH)
}

/// Finds a program in these folders; an absolute path is only checked.
fn find_in(program: &str, folders: &str) -> Option<Utf8PathBuf> {
    let found = which::which_in_global(program, Some(folders))
        .ok()?
        .next()?;
    Utf8PathBuf::try_from(found)
        .ok()
        .filter(|path| path.is_absolute())
}

/// Where it really is. Programs of snaps are all links to `snap` itself, which would hide both what
/// they are and that they are snaps; they stay as they are.
pub(super) fn resolve(path: Utf8PathBuf) -> Utf8PathBuf {
    match path.canonicalize_utf8() {
        Ok(real) if real.file_name() != Some("snap") => real,
        _ => path,
    }
}

/// The last part of a program's path.
pub(super) fn base_name(program: &str) -> &str {
    Utf8Path::new(program).file_name().unwrap_or(program)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_program_is_found_and_what_is_not_executable_is_none() {
        assert!(find("sh").unwrap().is_absolute());
        assert_eq!(find("no-such-program-anywhere"), None);
        assert_eq!(find("/etc/os-release"), None);
        assert!(find_for_root("env").is_some());
    }

    #[test]
    fn links_are_followed_but_not_to_snap() {
        let dir = tempfile::tempdir().unwrap();
        let root = Utf8PathBuf::try_from(dir.path().canonicalize().unwrap()).unwrap();
        let make = |name: &str| {
            let path = root.join(name);
            let bits = std::fs::Permissions::from_mode(0o755);
            super::super::fs::write(&path, b"#!/bin/sh\n", 0o755).unwrap();
            std::fs::set_permissions(&path, bits).unwrap();
            path
        };
        let (real, snap) = (make("real"), make("snap"));
        symlink(&real, root.join("docker")).unwrap();
        symlink(&snap, root.join("snapped")).unwrap();
        assert_eq!(resolve(root.join("docker")), real);
        assert_eq!(resolve(root.join("snapped")), root.join("snapped"));
        assert_eq!(find_in("docker", root.as_str()), Some(root.join("docker")));
    }
}
