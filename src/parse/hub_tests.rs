//! A repository as the Hub's API tells it, and its place in the cache.

use super::*;
use serde_json::json;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn answer(siblings: Value) -> String {
    json!({"id": "org/model", "sha": COMMIT, "siblings": siblings}).to_string()
}

fn loaded(typed: &str, siblings: Value, filter: &Filter) -> Result<Load, Unreadable> {
    let repo = repo(typed).unwrap();
    let root = Utf8Path::new("/srv/c");
    load(&repo, &answer(siblings), "https://hub", root, filter)
}

fn siblings() -> Value {
    let (git, lfs) = ("a".repeat(40), "b".repeat(64));
    json!([
        {"rfilename": "config.json", "size": 7, "blobId": git},
        {"rfilename": "copy/of/config.json", "size": 7, "blobId": git},
        {"rfilename": "unet/model #1.bin", "size": 130, "blobId": "c".repeat(40),
         "lfs": {"sha256": lfs, "size": 4096, "pointerSize": 130}},
    ])
}

#[test]
fn names_of_the_hub_and_no_others() {
    let model = repo("stabilityai/sd-turbo@refs/pr/1").unwrap();
    assert_eq!(model.folder(), "models--stabilityai--sd-turbo");
    assert_eq!(
        model.api("https://hub"),
        "https://hub/api/models/stabilityai/sd-turbo/revision/refs%2Fpr%2F1?blobs=true"
    );
    assert_eq!(model.typed(), "hf:stabilityai/sd-turbo@refs/pr/1");
    let set = repo("datasets/glue").unwrap();
    assert_eq!(
        (set.folder().as_str(), set.typed().as_str()),
        ("datasets--glue", "hf:datasets/glue")
    );
    assert_eq!(set.revision, "main");
    for wrong in [
        "", "a/b/c", "../x", "a/..", "-a/b", "a--b/c", "a b", "a/b@", "a/b@../x",
    ] {
        assert!(repo(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn every_blob_once_and_every_file_a_link() {
    let load = loaded("org/model", siblings(), &Filter::default()).unwrap();
    assert_eq!(load.place, "/srv/c/huggingface/hub/models--org--model");
    assert_eq!(load.files.len(), 2);
    let config = &load.files[0];
    assert!(
        config
            .part
            .as_str()
            .ends_with(&format!("blobs/{}.incomplete", "a".repeat(40)))
    );
    let links: Vec<&str> = config.links.iter().map(|link| link.to.as_str()).collect();
    assert_eq!(links[0], format!("../../blobs/{}", "a".repeat(40)));
    assert_eq!(links[1], format!("../../../../blobs/{}", "a".repeat(40)));
    let model = &load.files[1];
    assert_eq!(model.size, Some(4096));
    assert_eq!(
        model.origin,
        Origin::Http {
            url: format!("https://hub/org/model/resolve/{COMMIT}/unet/model%20%231.bin"),
            etag: None
        }
    );
    let [(path, content)] = load.references.as_slice() else {
        panic!()
    };
    assert_eq!(*path, load.place.join("refs/main"));
    assert_eq!(content, COMMIT);
    let pinned = loaded(
        &format!("org/model@{COMMIT}"),
        siblings(),
        &Filter::default(),
    );
    assert_eq!(pinned.unwrap().references, []);
}

#[test]
fn files_are_chosen_by_patterns() {
    let names = |include: &[&str], exclude: &[&str]| {
        let owned = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
        let filter = Filter {
            include: owned(include),
            exclude: owned(exclude),
        };
        let load = loaded("org/model", siblings(), &filter).unwrap();
        load.files
            .iter()
            .map(|file| file.links.len())
            .sum::<usize>()
    };
    assert_eq!(names(&["*.json"], &[]), 2);
    assert_eq!(names(&["*.json"], &["copy/"]), 1);
    assert_eq!(names(&[], &["*"]), 0);
}

#[test]
fn an_answer_that_would_lead_elsewhere_is_refused() {
    let git = "a".repeat(40);
    for wrong in [
        json!([{"rfilename": "../../x", "size": 1, "blobId": git}]),
        json!([{"rfilename": "x", "size": 1, "blobId": "../../x"}]),
        json!([{"rfilename": "x", "size": 1}]),
        json!([{"rfilename": "x", "blobId": git}]),
        json!([{"rfilename": "x", "size": 1, "lfs": {"sha256": "../x", "size": 1}}]),
        json!({}),
    ] {
        assert!(
            loaded("org/model", wrong.clone(), &Filter::default()).is_err(),
            "{wrong}"
        );
    }
    let repo = repo("org/model").unwrap();
    for text in ["", "<html>", "{}", r#"{"sha":"../x","siblings":[]}"#] {
        assert!(load(&repo, text, "", Utf8Path::new("/c"), &Filter::default()).is_err());
    }
}

#[test]
fn folders_and_blobs_of_the_cache_are_known_by_their_names() {
    assert!(is_repo_folder("models--org--x") && is_repo_folder("datasets--x"));
    assert!(!is_repo_folder("models--") && !is_repo_folder("model"));
    assert_eq!(blob_digest(&"0".repeat(64)).unwrap().word(), "sha256");
    assert_eq!(blob_digest(&"0".repeat(40)).unwrap().word(), "git-sha1");
    assert_eq!(blob_digest("x"), None);
}
