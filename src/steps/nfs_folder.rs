//! The exported folder: ours to make, and somebody else's to keep as it is.

use crate::host::{HostError, Meta};
use crate::model::{Command, Diff, Owner};
use camino::Utf8Path;

/// What the fields of differences in it begin with.
pub const DIRECTORY: &str = "directory";
/// `nobody:nogroup`.
pub const NOBODY: Owner = Owner {
    uid: 65534,
    gid: 65534,
};
/// Like /tmp: whoever a job runs as may make its own cache folder at the top, and none may delete
/// another's. Plain 0777 would let any job remove every other's cache.
pub const MODE: u32 = 0o1777;

/// Compares the folder with the wish. One with something in it keeps its owner and bits, and so does
/// one that we may not look into; what that means for jobs is said.
pub fn judge(
    path: &Utf8Path,
    meta: Option<Meta>,
    names: Result<Option<Vec<String>>, HostError>,
) -> (Vec<Diff>, Option<String>) {
    let Some(meta) = meta else {
        return (vec![Diff::new(DIRECTORY, "present", "missing")], None);
    };
    let mut diffs = Vec::new();
    if (meta.uid, meta.gid) != (NOBODY.uid, NOBODY.gid) {
        diffs.push(Diff::new(
            "directory owner",
            format!("{}:{}", NOBODY.uid, NOBODY.gid),
            format!("{}:{}", meta.uid, meta.gid),
        ));
    }
    if meta.mode != MODE {
        diffs.push(Diff::new(
            "directory mode",
            format!("{MODE:04o}"),
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
    (Vec::new(), warning(path, meta, why_kept))
}

/// Who is left out where not everybody may write. Root's jobs may everywhere: the export does not
/// squash root.
fn warning(path: &Utf8Path, meta: Meta, why_kept: &str) -> Option<String> {
    const READ: u32 = 0o5;
    const ALL: u32 = 0o7;
    // To make a file in a folder takes the right to pass through it too.
    let writes = |shift: u32| meta.mode >> shift & 0o3 == 0o3;
    if meta.mode & ALL == ALL {
        return None;
    }
    let mut who = vec!["root".to_owned()];
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
    let mend = Command::new(["chmod", "1777", path.as_str()]).line();
    Some(format!(
        "{path} {why_kept} and is left as it is (owner {}:{}, mode {:04o}): jobs that do not run as {} cannot {what} there; `sudo {mend}` would let all of them",
        meta.uid,
        meta.gid,
        meta.mode,
        who.join(" or ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(mode: u32, uid: u32, names: Result<Option<Vec<String>>, HostError>) -> Option<String> {
        let meta = Meta {
            is_dir: true,
            mode,
            uid,
            gid: 50,
        };
        let (diffs, warning) = judge(Utf8Path::new("/srv/a b"), Some(meta), names);
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
    fn a_folder_that_we_may_not_look_into_is_not_taken_for_empty() {
        let denied = Err(HostError::Denied("/srv/a b".to_owned()));
        let warning = said(0o700, 33, denied).unwrap();
        assert!(warning.contains("we may not look into it"), "{warning}");
    }
}
