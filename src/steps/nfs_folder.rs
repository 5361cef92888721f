//! The exported folder: ours to make, and somebody else's to keep as it is.

use crate::config::{Nfs, Squash};
use crate::host::{HostError, Meta};
use crate::model::{Command, Diff, Owner};

/// What the fields of differences in it begin with.
pub const DIRECTORY: &str = "directory";
/// Who owns it.
pub fn owner(nfs: &Nfs) -> Owner {
    let (uid, gid) = nfs.owner_ids();
    Owner { uid, gid }
}

/// Its bits. Like /tmp: whoever a job runs as may make its own cache folder at the top, and none may
/// delete another's. Where every job comes as the owner, the owner's rights are all there is to give.
pub fn mode(nfs: &Nfs) -> u32 {
    match nfs.squash {
        Squash::None | Squash::Root => 0o1777,
        Squash::All => 0o755,
    }
}

/// Whether whoever is squashed can make no file there although everybody may write: in a folder like /tmp
/// the client's kernel opens a file with `O_CREAT` only for its owner or where the folder has the same
/// one, and by then it is not the job's (`fs.protected_regular`, sysctl/fs in the kernel's documentation).
fn is_guarded(nfs: &Nfs, meta: Meta) -> bool {
    meta.mode & 0o1002 == 0o1002 && meta.uid != owner(nfs).uid
}

/// Compares the folder with the wish. One with something in it keeps its owner and bits, and so does
/// one that we may not look into; what that means for jobs is said.
pub fn judge(
    nfs: &Nfs,
    meta: Option<Meta>,
    names: Result<Option<Vec<String>>, HostError>,
) -> (Vec<Diff>, Option<String>) {
    let want = owner(nfs);
    let Some(meta) = meta else {
        return (vec![Diff::new(DIRECTORY, "present", "missing")], None);
    };
    let mut diffs = Vec::new();
    if (meta.uid, meta.gid) != (want.uid, want.gid) {
        diffs.push(Diff::new(
            "directory owner",
            format!("{}:{}", want.uid, want.gid),
            format!("{}:{}", meta.uid, meta.gid),
        ));
    }
    if meta.mode != mode(nfs) {
        diffs.push(Diff::new(
            "directory mode",
            format!("{:04o}", mode(nfs)),
            format!("{:04o}", meta.mode),
        ));
    }
    let why_kept = match names {
        Ok(Some(names)) if !names.is_empty() => "has files",
        Ok(_) => return (diffs, None),
        Err(_) => "may have files (we may not look into it)",
    };
    if diffs.is_empty() {
        return (diffs, None);
    }
    (Vec::new(), warning(nfs, meta, why_kept))
}

/// Who is left out where not everybody may write. Who is squashed comes as the settings' owner.
fn warning(nfs: &Nfs, meta: Meta, why_kept: &str) -> Option<String> {
    const READ: u32 = 0o5;
    const ALL: u32 = 0o7;
    // To make a file in a folder takes the right to pass through it too.
    let writes = |shift: u32| meta.mode >> shift & 0o3 == 0o3;
    if nfs.squash != Squash::None && is_guarded(nfs, meta) {
        return Some(guarded(nfs, meta, why_kept));
    }
    if meta.mode & ALL == ALL {
        return None;
    }
    let squashed = owner(nfs);
    let owner_writes = (squashed.uid == meta.uid && writes(6))
        || (squashed.uid != meta.uid && squashed.gid == meta.gid && writes(3));
    let mut who = Vec::new();
    match nfs.squash {
        Squash::None => who.push("root".to_owned()),
        Squash::Root if owner_writes => who.push("root".to_owned()),
        Squash::Root => {}
        Squash::All if owner_writes => return None,
        Squash::All => return Some(nobody_writes(nfs, meta, why_kept)),
    }
    if writes(6) && meta.uid != 0 {
        who.push(format!("user {}", meta.uid));
    }
    if writes(3) {
        who.push(format!("group {}", meta.gid));
    }
    let what = match (meta.mode & READ == READ, writes(0)) {
        (true, _) => "write",
        (false, true) => "read",
        (false, false) => "read or write",
    };
    let but = if who.is_empty() {
        "no job can".to_owned()
    } else {
        format!("jobs that do not run as {} cannot", who.join(" or "))
    };
    let mend = Command::new(["chmod", "1777", nfs.path.as_str()]).line();
    Some(format!(
        "{}: {but} {what} there; `sudo {mend}` would let all of them",
        left(nfs, meta, why_kept)
    ))
}

fn left(nfs: &Nfs, meta: Meta, why_kept: &str) -> String {
    format!(
        "{} {why_kept} and is left as it is (owner {}:{}, mode {:04o})",
        nfs.path, meta.uid, meta.gid, meta.mode
    )
}

fn guarded(nfs: &Nfs, meta: Meta, why_kept: &str) -> String {
    let who = match nfs.squash {
        Squash::All => "jobs",
        Squash::None | Squash::Root => "jobs that run as root",
    };
    let mend = Command::new(["chown", &nfs.owner, nfs.path.as_str()]).line();
    format!(
        "{}: {who} come as {} and cannot make files at the top of a folder like that; `sudo {mend}` would let them",
        left(nfs, meta, why_kept),
        nfs.owner
    )
}

fn nobody_writes(nfs: &Nfs, meta: Meta, why_kept: &str) -> String {
    let mend = Command::new(["chown", "-R", &nfs.owner, nfs.path.as_str()]).line();
    format!(
        "{}: every job comes as {} (`nfs.squash: all`) and cannot write there; `sudo {mend}` would let them",
        left(nfs, meta, why_kept),
        nfs.owner
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squashing(squash: Squash, owner: &str) -> Nfs {
        Nfs {
            path: "/srv/a b".into(),
            squash,
            owner: owner.to_owned(),
            ..Nfs::default()
        }
    }

    fn said(mode: u32, uid: u32, names: Result<Option<Vec<String>>, HostError>) -> Option<String> {
        let nfs = squashing(Squash::None, "65534:65534");
        said_of(&nfs, mode, uid, names)
    }

    fn said_of(
        nfs: &Nfs,
        mode: u32,
        uid: u32,
        names: Result<Option<Vec<String>>, HostError>,
    ) -> Option<String> {
        let meta = Meta {
            is_dir: true,
            mode,
            uid,
            gid: 50,
        };
        let (diffs, warning) = judge(nfs, Some(meta), names);
        assert_eq!(diffs, [], "{warning:?}");
        warning
    }

    fn files() -> Result<Option<Vec<String>>, HostError> {
        Ok(Some(vec!["models".to_owned()]))
    }

    #[test]
    fn who_cannot_write_is_said_with_what_mends_it() {
        assert_eq!(
            said(0o755, 1000, files()).unwrap(),
            "/srv/a b has files and is left as it is (owner 1000:50, mode 0755): jobs that do not run \
             as root or user 1000 cannot write there; `sudo chmod 1777 '/srv/a b'` would let all of them"
        );
        let said = |mode, uid| said(mode, uid, files());
        assert!(
            said(0o2775, 0)
                .unwrap()
                .contains("as root or group 50 cannot write")
        );
        assert!(
            said(0o700, 0)
                .unwrap()
                .contains("as root cannot read or write")
        );
        assert!(said(0o755, 0).unwrap().contains("as root cannot write"));
        assert_eq!(said(0o777, 1000), None);
        assert_eq!(said(0o1777, 1000), None);
    }

    #[test]
    fn who_is_squashed_has_the_rights_of_the_owner() {
        let said = |squash, owner, mode| said_of(&squashing(squash, owner), mode, 1000, files());
        assert_eq!(said(Squash::All, "1000:50", 0o755), None);
        assert_eq!(said(Squash::All, "7:50", 0o775), None);
        let words = said(Squash::All, "7:7", 0o1777).unwrap();
        assert!(
            words.contains("jobs come as 7:7 and cannot make files"),
            "{words}"
        );
        assert!(words.contains("`sudo chown 7:7 '/srv/a b'`"), "{words}");
        assert_eq!(said(Squash::All, "1000:7", 0o1777), None);
        assert_eq!(said(Squash::All, "7:7", 0o777), None);
        let words = said(Squash::Root, "7:7", 0o1777).unwrap();
        assert!(
            words.contains("jobs that run as root come as 7:7"),
            "{words}"
        );
        let words = said(Squash::All, "7:7", 0o755).unwrap();
        assert!(words.contains("sudo chown -R 7:7 '/srv/a b'"), "{words}");
        let words = said(Squash::Root, "65534:65534", 0o755).unwrap();
        assert!(
            words.contains("do not run as user 1000 cannot write"),
            "{words}"
        );
        let words = said(Squash::Root, "1000:50", 0o755).unwrap();
        assert!(
            words.contains("as root or user 1000 cannot write"),
            "{words}"
        );
        let words = said(Squash::Root, "65534:65534", 0o555).unwrap();
        assert!(words.contains("no job can write"), "{words}");
    }

    #[test]
    fn a_folder_that_we_may_not_look_into_is_not_taken_for_empty() {
        let denied = Err(HostError::Denied("/srv/a b".to_owned()));
        let warning = said(0o700, 33, denied).unwrap();
        assert!(warning.contains("we may not look into it"), "{warning}");
    }
}
