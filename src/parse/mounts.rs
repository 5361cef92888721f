//! `/proc/self/mounts` (proc_pid_mounts(5)).

use camino::{Utf8Path, Utf8PathBuf};

/// A mounted file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where.
    pub point: Utf8PathBuf,
    /// `ext4`, `overlay` …
    pub kind: String,
}

/// The file system that holds a path without symbolic links.
pub fn mount_of(mounts: &str, path: &Utf8Path) -> Option<Mount> {
    let holding = mounts.lines().filter_map(|line| {
        let mut fields = line.split_whitespace();
        let (_, point, kind) = (fields.next()?, fields.next()?, fields.next()?);
        let point = point.replace("\\040", " ");
        path.starts_with(&point).then(|| Mount {
            point: point.into(),
            kind: kind.to_owned(),
        })
    });
    // The last of equally deep mounts is on top.
    holding.max_by_key(|mount| mount.point.components().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_and_last_mount_holds_a_path() {
        let mounts =
            "overlay / overlay rw 0 0\n/dev/sda1 /var ext4 rw 0 0\n/dev/sdb1 /var xfs ro 0 0\n";
        let of = |path: &str| mount_of(mounts, Utf8Path::new(path)).map(|m| (m.point, m.kind));
        assert_eq!(
            of("/var/lib/docker"),
            Some(("/var".into(), "xfs".to_owned()))
        );
        assert_eq!(of("/variety"), Some(("/".into(), "overlay".to_owned())));
        assert_eq!(mount_of("", Utf8Path::new("/")), None);
    }
}
