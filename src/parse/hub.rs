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
#[path = "hub_tests.rs"]
mod tests;
