//! Files of root, written by somebody who is not: the content goes through a pipe, never through
//! an argument, and what is in place is replaced in one step.

use super::fs::{beside, may_remove};
use crate::model::{Fault, Owner, Removal};
use camino::Utf8Path;

/// One command as root and what it reads.
pub(super) struct Step {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Its standard input.
    pub stdin: Option<Vec<u8>>,
}

fn step(words: &[&str]) -> Step {
    Step {
        argv: words.iter().map(|word| (*word).to_owned()).collect(),
        stdin: None,
    }
}

/// A directory with these bits and owner.
pub(super) fn make_dir(path: &Utf8Path, mode: u32, owner: Option<Owner>) -> Vec<Step> {
    let mut steps = vec![step(&["mkdir", "-p", "--", path.as_str()])];
    if let Some(Owner { uid, gid }) = owner {
        steps.push(step(&[
            "chown",
            &format!("{uid}:{gid}"),
            "--",
            path.as_str(),
        ]));
    }
    // After the owner: changing that takes away some bits.
    steps.push(step(&[
        "chmod",
        &format!("{mode:04o}"),
        "--",
        path.as_str(),
    ]));
    steps
}

/// A file with exactly this content. The last step, which removes what a failure before it left
/// behind, is carried out in any case.
pub(super) fn write(path: &Utf8Path, content: &str, mode: u32) -> (Vec<Step>, Step) {
    let temporary = beside(path);
    let folder = path.parent().unwrap_or(Utf8Path::new("/"));
    let mut fill = step(&[
        "dd",
        &format!("of={temporary}"),
        "conv=fsync",
        "status=none",
    ]);
    fill.stdin = Some(content.as_bytes().to_vec());
    let steps = vec![
        step(&["mkdir", "-p", "--", folder.as_str()]),
        fill,
        step(&["chown", "0:0", "--", temporary.as_str()]),
        step(&["chmod", &format!("{mode:04o}"), "--", temporary.as_str()]),
        step(&["mv", "-fT", "--", temporary.as_str(), path.as_str()]),
    ];
    (steps, step(&["rm", "-f", "--", temporary.as_str()]))
}

/// A file with the content of another, by the same steps. `from` is a path that root can open.
pub(super) fn place(path: &Utf8Path, from: &str, mode: u32) -> (Vec<Step>, Step) {
    let (mut steps, clean) = write(path, "", mode);
    let fill = &mut steps[1];
    fill.argv.insert(1, format!("if={from}"));
    fill.argv.push("bs=1M".to_owned());
    fill.stdin = None;
    (steps, clean)
}

/// Something goes away, by the same rules as for a user. Nothing there means nothing to do.
pub(super) fn remove(
    path: &Utf8Path,
    removal: Removal,
    home: &Utf8Path,
) -> Result<Vec<Step>, Fault> {
    if !may_remove(path, removal, home)? {
        return Ok(Vec::new());
    }
    Ok(vec![match removal {
        Removal::File => step(&["rm", "-f", "--", path.as_str()]),
        Removal::EmptyDir => step(&["rmdir", "--", path.as_str()]),
        Removal::Tree => step(&["rm", "-rf", "--one-file-system", "--", path.as_str()]),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_goes_through_a_pipe_and_into_place_in_one_step() {
        let path = Utf8Path::new("/etc/exports.d/gpucluster.exports");
        let (steps, clean) = write(path, "/srv 10.0.0.0/8(rw)\n", 0o644);
        let lines: Vec<String> = steps.iter().map(|step| step.argv.join(" ")).collect();
        assert!(lines.iter().all(|line| !line.contains("10.0.0.0")));
        assert_eq!(
            steps[1].stdin.as_deref(),
            Some(&b"/srv 10.0.0.0/8(rw)\n"[..])
        );
        let last = lines.last().unwrap();
        assert!(
            last.starts_with("mv -fT -- /etc/exports.d/.gpucluster"),
            "{last}"
        );
        assert!(last.ends_with(path.as_str()));
        assert!(clean.argv[3].starts_with("/etc/exports.d/.gpucluster"));
    }

    #[test]
    fn a_dangerous_removal_becomes_no_command() {
        let home = Utf8Path::new("/home/ada");
        assert!(remove(Utf8Path::new("/etc/exports.d"), Removal::Tree, home).is_err());
        let none = remove(Utf8Path::new("/srv/none/such"), Removal::Tree, home);
        assert!(none.unwrap().is_empty());
    }

    #[test]
    fn the_owner_comes_before_the_bits() {
        let owner = Some(Owner {
            uid: 65534,
            gid: 65534,
        });
        let steps = make_dir(Utf8Path::new("/srv/data"), 0o1777, owner);
        let lines: Vec<String> = steps.iter().map(|step| step.argv.join(" ")).collect();
        assert_eq!(
            lines,
            [
                "mkdir -p -- /srv/data",
                "chown 65534:65534 -- /srv/data",
                "chmod 1777 -- /srv/data"
            ]
        );
    }
}
