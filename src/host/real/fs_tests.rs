//! Files and directories of a temporary folder.

use super::*;
use crate::reason::ids;

fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::try_from(dir.path().to_path_buf()).unwrap();
    (dir, path)
}

const HOME: &str = "/home/ada";

#[test]
fn a_file_is_written_whole_with_its_bits_and_nothing_is_left_beside_it() {
    let (_dir, root) = folder();
    let path = root.join("a/b/file");
    write(&path, b"one", 0o644).unwrap();
    write(&path, b"two", 0o600).unwrap();
    assert_eq!(read(&path), Ok(Some("two".to_owned())));
    assert_eq!(stat(&path).unwrap().unwrap().mode, 0o600);
    assert_eq!(list(&root.join("a/b")), Ok(Some(vec!["file".to_owned()])));
}

#[test]
fn nothing_there_is_an_answer_and_no_text_is_an_error() {
    let (_dir, root) = folder();
    assert_eq!(read(&root.join("none")), Ok(None));
    assert_eq!(stat(&root.join("none")), Ok(None));
    assert_eq!(list(&root.join("none")), Ok(None));
    write(&root.join("bytes"), &[0xff, 0xfe], 0o644).unwrap();
    assert_eq!(read(&root.join("bytes/below")), Ok(None));
    assert!(matches!(read(&root.join("bytes")), Err(HostError::Io(_))));
}

#[test]
fn links_are_followed_as_far_as_anything_is_there() {
    let (_dir, root) = folder();
    let root = root.canonicalize_utf8().unwrap();
    make_dir(&root.join("disk/data"), 0o755, None).unwrap();
    std::os::unix::fs::symlink(root.join("disk"), root.join("link")).unwrap();
    assert_eq!(real_path(&root.join("link/data")), root.join("disk/data"));
    assert_eq!(
        real_path(&root.join("link/none/yet")),
        root.join("disk/none/yet")
    );
    assert_eq!(real_path(&root.join("disk")), root.join("disk"));
}

#[test]
fn a_directory_has_exactly_the_bits_asked_for_whatever_the_umask() {
    let (_dir, root) = folder();
    let path = root.join("x/data");
    make_dir(&path, 0o1777, None).unwrap();
    assert_eq!(stat(&path).unwrap().unwrap().mode, 0o1777);
    make_dir(&path, 0o700, None).unwrap();
    assert_eq!(stat(&path).unwrap().unwrap().mode, 0o700);
}

#[test]
fn a_file_where_a_folder_should_be_is_told_with_its_path() {
    let (_dir, root) = folder();
    write(&root.join("file"), b"", 0o644).unwrap();
    let fault = write(&root.join("file/below"), b"", 0o644).unwrap_err();
    assert_eq!(fault.reason, ids::FILE_UNWRITABLE);
    assert!(fault.summary.contains("file/below"), "{fault}");
    assert!(fault.advice.iter().any(|advice| advice.command.is_some()));
}

#[test]
fn a_full_disk_is_told_apart() {
    let full = io::Error::from_raw_os_error(nix::libc::ENOSPC);
    let fault = cannot_write(Utf8Path::new("/srv/data/file"), &full);
    assert_eq!(fault.reason, ids::DISK_FULL);
}

#[test]
fn removing_what_is_missing_succeeds() {
    let (_dir, root) = folder();
    for removal in [Removal::File, Removal::EmptyDir, Removal::Tree] {
        remove(&root.join("none"), removal, Utf8Path::new(HOME)).unwrap();
    }
}

#[test]
fn a_tree_goes_and_a_folder_that_is_not_empty_stays() {
    let (_dir, root) = folder();
    write(&root.join("tree/a/b"), b"", 0o644).unwrap();
    let home = Utf8Path::new(HOME);
    assert!(remove(&root.join("tree"), Removal::EmptyDir, home).is_err());
    remove(&root.join("tree"), Removal::Tree, home).unwrap();
    assert_eq!(stat(&root.join("tree")), Ok(None));
    assert!(stat(&root).unwrap().is_some());
}

#[test]
fn links_are_not_followed_and_their_targets_stay() {
    let (_dir, root) = folder();
    write(&root.join("kept/file"), b"", 0o644).unwrap();
    std::os::unix::fs::symlink(root.join("kept"), root.join("link")).unwrap();
    let home = Utf8Path::new(HOME);
    for removal in [Removal::File, Removal::EmptyDir, Removal::Tree] {
        assert!(remove(&root.join("link"), removal, home).is_err());
    }
    write(&root.join("tree/x"), b"", 0o644).unwrap();
    std::os::unix::fs::symlink(root.join("kept"), root.join("tree/link")).unwrap();
    remove(&root.join("tree"), Removal::Tree, home).unwrap();
    assert!(stat(&root.join("kept/file")).unwrap().is_some());
}

#[test]
fn places_that_nobody_can_mean_are_refused() {
    let home = Utf8Path::new(HOME);
    for path in [
        "/",
        "/home",
        "/etc",
        "/srv",
        "/home/ada",
        "/etc/exports.d",
        "/usr/local/bin",
        "relative/path",
        "/srv/data/../../etc",
        "",
        "/var/lib/docker/x",
    ] {
        let why = danger(Utf8Path::new(path), Removal::Tree, home);
        assert!(why.is_some(), "{path}");
    }
    for path in [
        "/srv/gpucluster",
        "/home/ada/.local/share/gpucluster/profiles/x/venv",
    ] {
        assert_eq!(danger(Utf8Path::new(path), Removal::Tree, home), None);
    }
    let export = Utf8Path::new("/etc/exports.d/gpucluster.exports");
    assert_eq!(danger(export, Removal::File, home), None);
}

#[test]
fn space_is_that_of_the_nearest_parent() {
    let (_dir, root) = folder();
    let space = space(&root.join("not/there/yet")).unwrap();
    assert!(space.total > 0 && space.free <= space.total);
}

#[test]
fn a_link_among_the_parents_does_not_lead_a_removal_into_the_system() {
    let (_dir, root) = folder();
    std::os::unix::fs::symlink("/usr", root.join("link")).unwrap();
    let home = Utf8Path::new(HOME);
    let into = root.join("link/share");
    let fault = may_remove(&into, Removal::Tree, home).unwrap_err();
    assert_eq!(fault.reason, refused(&into, "").reason);
    // Our own folders may be reached through a link all the same.
    write(&root.join("data/tree/file"), b"", 0o644).unwrap();
    std::os::unix::fs::symlink(root.join("data"), root.join("alias")).unwrap();
    remove(&root.join("alias/tree"), Removal::Tree, home).unwrap();
    assert_eq!(stat(&root.join("data/tree")), Ok(None));
}

#[test]
fn a_link_to_the_home_directory_is_the_home_directory() {
    let (_dir, root) = folder();
    make_dir(&root.join("homes/ada"), 0o700, None).unwrap();
    std::os::unix::fs::symlink(root.join("homes"), root.join("link")).unwrap();
    let home = root.join("homes/ada");
    assert!(may_remove(&root.join("link/ada"), Removal::Tree, &home).is_err());
}

#[test]
fn what_is_mounted_in_a_tree_keeps_it() {
    let table = "36 35 98:0 / / rw - ext4 /dev/sda rw\n\
                 37 36 98:0 /x /srv/data/in\\040it rw shared:1 - ext4 /dev/sda rw\n\
                 38 36 98:0 /y /srv/database rw - ext4 /dev/sda rw\n";
    let mounted = |tree: &str| mounted_in(Utf8Path::new(tree), table);
    assert_eq!(mounted("/srv/data"), Some("/srv/data/in it".into()));
    assert_eq!(mounted("/srv/dat"), None);
    assert_eq!(mounted("/srv/other"), None);
    assert!(mounted_in(Utf8Path::new("/proc"), &mounts().unwrap()).is_some());
}
