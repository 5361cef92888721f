//! Real words of exportfs 2.6.2 (`tests/tapes/exportfs`), beside an export of ours that is fine.

use super::*;

const PATH: &str = "/srv/gpucluster";
const FILE: &str = "/etc/exports.d/gpucluster.exports";

macro_rules! tape {
    ($name:literal) => {
        (
            include_str!(concat!("../../tests/tapes/exportfs/", $name, ".exports")),
            include_str!(concat!("../../tests/tapes/exportfs/", $name, ".stderr")),
        )
    };
}

fn judged(code: i32, (file, stderr): (&str, &str)) -> Result<Vec<String>, String> {
    let answer = Answer {
        code,
        stdout: String::new(),
        stderr: stderr.to_owned(),
    };
    let read = |path: &Utf8Path| (path == "/etc/exports").then(|| file.to_owned());
    let done = judge(&answer, &[PATH.into(), FILE.into()], &read)?;
    Ok(done.notices.into_iter().map(|notice| notice.text).collect())
}

#[test]
fn a_broken_line_of_others_is_named_with_its_text_and_fails_nothing() {
    assert_eq!(
        judged(1, tape!("keyword")).unwrap(),
        [
            "a line of others is broken and was left alone, /etc/exports:2 `/srv/kube 10.0.0.0/8(rw,snyc)`: unknown keyword \"snyc\"; it and what follows it in that file is not exported"
        ]
    );
    let behind = judged(1, tape!("comments")).unwrap();
    assert!(behind[0].contains("/etc/exports:4 `/srv/kube 10.0.0.0/8(rw,snyc)`: unknown keyword"));
    let syntax = judged(1, tape!("syntax")).unwrap();
    assert!(syntax[0].contains("/etc/exports:1 `/srv/homes 10.0.0.0/8(rw, sync)`: syntax error"));
    let fsid = judged(1, tape!("fsid")).unwrap();
    assert!(fsid[0].contains("bad fsid \"fsid=abc\""), "{fsid:?}");
    // Without rights to read the file its place is told all the same.
    let (_, stderr) = tape!("keyword");
    let answer = Answer {
        code: 1,
        stdout: String::new(),
        stderr: stderr.to_owned(),
    };
    let done = judge(&answer, &[], &|_| None).unwrap();
    assert!(
        done.notices[0]
            .text
            .contains("/etc/exports:2: unknown keyword")
    );
}

#[test]
fn complaints_about_other_entries_are_passed_on_once() {
    assert_eq!(
        judged(1, tape!("missing")).unwrap(),
        [
            "exportfs complains about an entry of others: Failed to stat /srv/gone: No such file or directory"
        ]
    );
    assert_eq!(
        judged(1, tape!("prefix")).unwrap(),
        ["exportfs complains about an entry of others: Invalid prefix `99' for 10.0.0.0/99"]
    );
    assert_eq!(
        judged(1, tape!("blank")).unwrap(),
        [
            "exportfs found two entries for one folder: incompatible duplicated export entries: *:/srv/homes (0x424) [IGNORED] *:/srv/homes (0x425)"
        ]
    );
    assert_eq!(judged(0, tape!("world")).unwrap(), [""; 0]);
}

#[test]
fn two_entries_for_our_folder_are_left_to_the_table() {
    for tape in [tape!("same"), tape!("rival")] {
        let told = judged(1, tape).unwrap();
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("duplicated export entries"), "{told:?}");
    }
}

#[test]
fn what_is_said_about_ours_or_about_everything_is_a_failure() {
    let ours = "exportfs: /srv/gpucluster does not support NFS export\n";
    assert!(
        judged(1, ("", ours))
            .unwrap_err()
            .contains("does not support")
    );
    let line = "exportfs: /etc/exports.d/gpucluster.exports:2: unknown keyword \"x\"\n";
    assert!(judged(1, ("", line)).is_err());
    let denied = include_str!("../../tests/tapes/exportfs/denied.stderr");
    assert!(judged(1, ("", denied)).is_err());
    assert!(judged(1, ("", "sudo: a password is required\n")).is_err());
    assert!(judged(137, ("", "")).is_err());
    // A folder whose name begins as ours does is another one.
    let beside = "exportfs: /srv/gpucluster2 does not support NFS export\n";
    assert_eq!(judged(1, ("", beside)).unwrap().len(), 1);
}
