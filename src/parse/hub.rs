//! Repositories of the Hugging Face Hub: their names, the API's answer, and where each file lies in
//! the cache of `huggingface_hub` (<https://huggingface.co/docs/hub/local-cache>).

use super::warm_source::{encoded, is_hex, stays_inside};
use super::{Unreadable, glob, json};
use crate::model::{Cargo, Digest, Link, Load, Origin};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where `huggingface_hub` keeps repositories, below `$HOME/.cache`: what a job mounts there.
pub const HUB: &str = "huggingface/hub";

/// A repository and a revision of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repo {
    /// A data set, not a model.
    pub is_dataset: bool,
    /// `ORG/NAME`, or `NAME` of the oldest ones.
    pub name: String,
    /// Branch, tag or commit.
    pub revision: String,
}

/// `[datasets/]ORG/NAME[@REVISION]`.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn repo(text: &str) -> Result<Repo, String> {
    let (path, revision) = text.split_once('@').unwrap_or((text, "main"));
    let (is_dataset, name) = match path.strip_prefix("datasets/") {
        Some(name) => (true, name),
        None => (false, path),
    };
    let parts: Vec<&str> = name.split('/').collect();
    // The Hub's own rules for names.
    let fits = |part: &&str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
            && !part.starts_with(['-', '.'])
            && !part.contains("--")
            && !part.contains("..")
    };
    if parts.len() > 2 || !parts.iter().all(fits) {
        return Err(format!(
            "`{path}` is no name of the Hub's: hf:ORG/MODEL or hf:datasets/ORG/NAME"
        ));
    }
    if !stays_inside(revision) {
        return Err(format!("`{revision}` is no revision"));
    }
    Ok(Repo {
        is_dataset,
        name: name.to_owned(),
        revision: revision.to_owned(),
    })
}

impl Repo {
    /// As it is typed.
    pub fn typed(&self) -> String {
        let kind = if self.is_dataset { "datasets/" } else { "" };
        match self.revision.as_str() {
            "main" => format!("hf:{kind}{}", self.name),
            revision => format!("hf:{kind}{}@{revision}", self.name),
        }
    }

    /// Its folder's name in the cache.
    pub fn folder(&self) -> String {
        let kind = if self.is_dataset {
            "datasets"
        } else {
            "models"
        };
        format!("{kind}--{}", self.name.replace('/', "--"))
    }

    /// Its page.
    pub fn page(&self, endpoint: &str) -> String {
        let kind = if self.is_dataset { "datasets/" } else { "" };
        format!("{endpoint}/{kind}{}", self.name)
    }

    /// The question for commit and files.
    pub fn api(&self, endpoint: &str) -> String {
        let kind = if self.is_dataset {
            "datasets"
        } else {
            "models"
        };
        // A revision is one part of the path, whatever is in it.
        let revision = encoded(&self.revision).replace('/', "%2F");
        format!(
            "{endpoint}/api/{kind}/{}/revision/{revision}?blobs=true",
            self.name
        )
    }

    /// The address of a file.
    pub fn file(&self, endpoint: &str, commit: &str, file: &str) -> String {
        format!("{}/resolve/{commit}/{}", self.page(endpoint), encoded(file))
    }
}

/// Whether a folder's name is that of a repository in the cache.
pub fn is_repo_folder(name: &str) -> bool {
    ["models--", "datasets--", "spaces--"].iter().any(|kind| {
        name.strip_prefix(kind)
            .is_some_and(|rest| !rest.is_empty() && stays_inside(rest))
    })
}

/// The sum that a blob's name is.
pub fn blob_digest(name: &str) -> Option<Digest> {
    if is_hex(name, 64) {
        Some(Digest::Sha256(name.to_owned()))
    } else if is_hex(name, 40) {
        Some(Digest::GitBlob(name.to_owned()))
    } else {
        None
    }
}

/// Which files are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Patterns of which one must match; empty means all files.
    pub include: Vec<String>,
    /// Patterns of which none may match.
    pub exclude: Vec<String>,
}

impl Filter {
    fn takes(&self, name: &str) -> bool {
        let any = |patterns: &[String]| patterns.iter().any(|one| glob::matches(one, name));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}

/// What the API says of a repository, as files in the cache.
///
/// # Errors
/// When it is no such answer, or names what nobody should follow.
pub fn load(
    repo: &Repo,
    answer: &str,
    endpoint: &str,
    root: &Utf8Path,
    filter: &Filter,
) -> Result<Load, Unreadable> {
    const WHAT: &str = "the Hub's answer";
    let value = json(WHAT, answer)?;
    let wrong = |why: &str, at: &Value| Unreadable::new(WHAT, why, &at.to_string());
    let commit = value["sha"].as_str().unwrap_or_default();
    if !is_hex(commit, 40) {
        return Err(wrong("it names no commit", &value["sha"]));
    }
    let Some(siblings) = value["siblings"].as_array() else {
        return Err(wrong("it lists no files", &value["siblings"]));
    };
    let place = root.join(HUB).join(repo.folder());
    let mut files: BTreeMap<String, Cargo> = BTreeMap::new();
    for sibling in siblings {
        let name = sibling["rfilename"].as_str().unwrap_or_default();
        if !stays_inside(name) {
            return Err(wrong("a file has an unfit name", sibling));
        }
        if !filter.takes(name) {
            continue;
        }
        let lfs = &sibling["lfs"];
        let digest = match lfs["sha256"].as_str() {
            Some(sum) => is_hex(sum, 64).then(|| Digest::Sha256(sum.to_owned())),
            None => sibling["blobId"]
                .as_str()
                .filter(|sum| is_hex(sum, 40))
                .map(|sum| Digest::GitBlob(sum.to_owned())),
        };
        let size = lfs["size"].as_u64().or_else(|| sibling["size"].as_u64());
        let (Some(digest), Some(size)) = (digest, size) else {
            return Err(wrong("a file has no sum or no size", sibling));
        };
        let etag = digest.hex().to_owned();
        let blob = place.join("blobs").join(&etag);
        let link = link(&place, commit, name, &etag);
        let cargo = files.entry(etag.clone()).or_insert_with(|| Cargo {
            name: name.to_owned(),
            part: format!("{blob}.incomplete").into(),
            place: blob,
            size: Some(size),
            digest: Some(digest),
            origin: Origin::Http {
                url: repo.file(endpoint, commit, name),
                etag: None,
            },
            links: Vec::new(),
        });
        cargo.links.push(link);
    }
    let mut files: Vec<Cargo> = files.into_values().collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    // As huggingface_hub: a commit needs no name.
    let reference = (repo.revision != commit)
        .then(|| (place.join("refs").join(&repo.revision), commit.to_owned()));
    let references = reference.into_iter().collect();
    Ok(Load {
        title: repo.typed(),
        root: root.to_owned(),
        place,
        commit: Some(commit.to_owned()),
        files,
        links: Vec::new(),
        references,
    })
}

/// The link of a snapshot: as deep as its file is nested.
fn link(place: &Utf8Path, commit: &str, name: &str, etag: &str) -> Link {
    let up = "../".repeat(1 + name.split('/').count());
    Link {
        at: [place.as_str(), "snapshots", commit, name]
            .iter()
            .collect::<Utf8PathBuf>(),
        to: format!("{up}blobs/{etag}"),
    }
}

#[cfg(test)]
mod tests {
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
}
