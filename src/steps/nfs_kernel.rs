//! What the kernel can: whether it can serve NFS, and which file system a folder lies on.

use crate::host::ReadHost;
use camino::Utf8Path;

/// Whether the running kernel can serve NFS. `None`: it cannot be told.
///
/// `/proc/filesystems` lists `nfsd` once its module is loaded; before that the module must be found
/// in the kernel's own folder, as a file or built in. The empty folder `/proc/fs/nfsd` says nothing:
/// a kernel configured for the module has it even where no such module exists (fs/proc/root.c).
pub async fn can_serve(host: &dyn ReadHost) -> Option<bool> {
    let read = |path: &'static str| host.read_file(Utf8Path::new(path));
    let (proc, filesystems, release) = tokio::join!(
        host.stat(Utf8Path::new("/proc/fs/nfsd/threads")),
        read("/proc/filesystems"),
        read("/proc/sys/kernel/osrelease"),
    );
    if matches!(proc, Ok(Some(_))) {
        return Some(true);
    }
    let filesystems = filesystems.ok().flatten()?;
    if has_word(&filesystems, "nfsd") {
        return Some(true);
    }
    let release = release.ok().flatten()?;
    let folder = Utf8Path::new("/lib/modules").join(release.trim());
    let (modules, builtin) = (folder.join("modules.dep"), folder.join("modules.builtin"));
    let (modules, builtin) = tokio::join!(host.read_file(&modules), host.read_file(&builtin));
    let (modules, builtin) = (modules.ok()?, builtin.ok()?);
    let has = |text: Option<String>| text.is_some_and(|text| text.contains("/nfsd.ko"));
    Some(has(modules) || has(builtin))
}

/// Threads of the NFS server. `None`: only root may read it, or there is none.
pub async fn threads(host: &dyn ReadHost) -> Option<u32> {
    let path = Utf8Path::new("/proc/fs/nfsd/threads");
    let text = host.read_file(path).await.ok().flatten()?;
    text.split_whitespace().next()?.parse().ok()
}

fn has_word(text: &str, word: &str) -> bool {
    text.split_whitespace().any(|have| have == word)
}

/// Type of the file system that holds a path, from `/proc/self/mounts`.
pub fn filesystem<'a>(mounts: &'a str, path: &Utf8Path) -> Option<&'a str> {
    mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (_, point, kind) = (fields.next()?, fields.next()?, fields.next()?);
            let point = point.replace("\\040", " ");
            path.starts_with(&point)
                .then_some((Utf8Path::new(&point).components().count(), kind))
        })
        // The last of equally deep mounts is on top.
        .max_by_key(|(depth, _)| *depth)
        .map(|(_, kind)| kind)
}

/// Why the kernel's NFS server cannot export a file system; `None` if it can as far as is known.
pub fn why_not_exportable(kind: &str) -> Option<&'static str> {
    match kind {
        "overlay" => Some("it is an overlay, as containers and live systems have"),
        "nfs" | "nfs4" => Some("it is itself mounted by NFS"),
        "ecryptfs" => Some("it is encrypted by ecryptfs"),
        kind if kind.starts_with("fuse.") => Some("it is a file system in user space"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "overlay / overlay rw 0 0\n/dev/sda1 /srv ext4 rw 0 0\nx:/y /srv/far nfs4 rw 0 0\n/dev/sdb1 /srv/a\\040b xfs rw 0 0\n";

    #[test]
    fn the_deepest_mount_holds_the_path() {
        let kind = |path: &str| filesystem(MOUNTS, Utf8Path::new(path));
        assert_eq!(kind("/opt/x"), Some("overlay"));
        assert_eq!(kind("/srv/gpucluster"), Some("ext4"));
        assert_eq!(kind("/srv/farther"), Some("ext4"));
        assert_eq!(kind("/srv/far/x"), Some("nfs4"));
        assert_eq!(kind("/srv/a b/x"), Some("xfs"));
        assert_eq!(filesystem("", Utf8Path::new("/srv")), None);
    }

    #[test]
    fn what_cannot_be_exported_says_why() {
        assert!(why_not_exportable("overlay").is_some());
        assert!(why_not_exportable("fuse.sshfs").is_some());
        assert!(why_not_exportable("ext4").is_none());
        assert!(why_not_exportable("zfs").is_none());
    }
}
