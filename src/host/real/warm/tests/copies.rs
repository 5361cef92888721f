//! Files and folders of this machine.

use super::*;
use std::os::unix::fs::symlink;

#[tokio::test]
async fn a_folder_is_copied_with_its_links_and_known_again() {
    let (dir, root) = cache();
    let from = Utf8Path::from_path(dir.path()).unwrap().join("set");
    leave(&from.join("a/one.bin"), &large());
    leave(&from.join("two.txt"), b"two");
    leave(&from.join("left.incomplete"), b"x");
    symlink("a/one.bin", from.join("latest")).unwrap();
    let load = copy_of(from.as_str(), &root, None, None).unwrap();
    bring(&load, &Supplier::disk()).await.unwrap();
    assert_eq!(std::fs::read(root.join("set/a/one.bin")).unwrap(), large());
    assert_eq!(std::fs::read(root.join("set/latest")).unwrap(), large());
    assert!(!root.join("set/left.incomplete").exists());
    assert_eq!(survey(&load).await.unwrap(), [Found::There, Found::There]);
    // Changed since: nobody's file is replaced.
    leave(&from.join("two.txt"), b"new");
    let load = copy_of(from.as_str(), &root, None, None).unwrap();
    assert_eq!(survey(&load).await.unwrap(), [Found::There, Found::Other]);
    let load = copy_of(from.join("two.txt").as_str(), &root, Some("x/y"), None).unwrap();
    bring(&load, &Supplier::disk()).await.unwrap();
    assert_eq!(std::fs::read(root.join("x/y")).unwrap(), b"new");
}

#[tokio::test]
async fn a_repository_of_another_cache_lies_where_jobs_look_and_is_proven() {
    let (dir, root) = cache();
    let hub = Utf8Path::from_path(dir.path()).unwrap().join("hub");
    let repo = hub.join("models--org--model");
    let blob = repo.join("blobs").join(sha256(&large()));
    leave(&blob, &large());
    leave(&repo.join("refs/main"), COMMIT.as_bytes());
    leave(&repo.join(".no_exist/x"), b"");
    let snapshot = repo.join("snapshots").join(COMMIT);
    std::fs::DirBuilder::new()
        .recursive(true)
        .create(&snapshot)
        .unwrap();
    let link = format!("../../blobs/{}", sha256(&large()));
    symlink(&link, snapshot.join("model.bin")).unwrap();
    let load = copy_of(repo.as_str(), &root, None, None).unwrap();
    bring(&load, &Supplier::disk()).await.unwrap();
    let there = root.join("huggingface/hub/models--org--model");
    let placed = there.join("snapshots").join(COMMIT).join("model.bin");
    assert_eq!(placed.read_link_utf8().unwrap(), link);
    assert_eq!(std::fs::read(placed).unwrap(), large());
    assert_eq!(
        std::fs::read(there.join("refs/main")).unwrap(),
        COMMIT.as_bytes()
    );
    assert!(!there.join(".no_exist").exists());
    assert_eq!(survey(&load).await.unwrap(), [Found::There]);
    // A blob that is not what its name says.
    leave(&blob, &[0; LARGE]);
    place::delete(&there.join("blobs").join(sha256(&large())));
    let load = copy_of(repo.as_str(), &root, None, None).unwrap();
    let fault = bring(&load, &Supplier::disk()).await.unwrap_err();
    assert_eq!(fault.reason, ids::CACHE_CHECKSUM_DIFFERS);
}

#[tokio::test]
async fn a_copy_that_broke_off_goes_on() {
    let (dir, root) = cache();
    let from = Utf8Path::from_path(dir.path()).unwrap().join("file");
    leave(&from, &large());
    let digest = Some(Digest::Sha256(sha256(&large())));
    let load = copy_of(from.as_str(), &root, None, digest).unwrap();
    leave(&load.files[0].part, &large()[..1000]);
    let told = bring(&load, &Supplier::disk()).await.unwrap();
    assert_eq!(told[0], Haul::At(0, 1000));
    assert_eq!(std::fs::read(root.join("file")).unwrap(), large());
}

#[test]
fn what_cannot_be_copied_is_refused_beforehand() {
    let (dir, root) = cache();
    let from = Utf8Path::from_path(dir.path()).unwrap().join("set");
    std::fs::create_dir(&from).unwrap();
    for target in ["/etc/passwd", "../cache", "a/../../x"] {
        symlink(target, from.join("link")).unwrap();
        let fault = copy_of(from.as_str(), &root, None, None).unwrap_err();
        assert_eq!(fault.reason, ids::WARM_SOURCE_INVALID, "{target}");
        place::delete(&from.join("link"));
    }
    nix::unistd::mkfifo(
        from.join("pipe").as_std_path(),
        nix::sys::stat::Mode::S_IRWXU,
    )
    .unwrap();
    let fault = copy_of(from.as_str(), &root, None, None).unwrap_err();
    assert!(fault.causes[0].contains("pipe"), "{fault:?}");
    assert!(copy_of("/no/such/file", &root, None, None).is_err());
    assert!(copy_of("/", &root, None, None).is_err());
    let digest = Some(Digest::Sha256("0".repeat(64)));
    assert!(copy_of(from.as_str(), &root, None, digest).is_err());
}
