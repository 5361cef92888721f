//! What is put into the shared cache: the data behind `gpucluster nfs warm`.

use camino::Utf8PathBuf;
use serde::Serialize;

/// The sum by which a file is known, in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Digest {
    /// SHA-256 of the content (Git LFS, and what publishers print).
    Sha256(String),
    /// Git's own sum of a blob: SHA-1 of `blob LENGTH\0` and the content.
    GitBlob(String),
}

impl Digest {
    /// The sum.
    pub fn hex(&self) -> &str {
        match self {
            Self::Sha256(hex) | Self::GitBlob(hex) => hex,
        }
    }

    /// What kind of sum it is, in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "sha256",
            Self::GitBlob(_) => "git-sha1",
        }
    }
}

/// Where a file comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An address.
    Http {
        /// Of the file.
        url: String,
        /// The server's mark of the very content (`ETag`), where it is a strong one.
        etag: Option<String>,
    },
    /// A file of this machine.
    Disk(Utf8PathBuf),
}

/// A symbolic link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it is, absolute.
    pub at: Utf8PathBuf,
    /// What it says.
    pub to: String,
}

/// A file that should be in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cargo {
    /// As a person knows it.
    pub name: String,
    /// Where it belongs, absolute.
    pub place: Utf8PathBuf,
    /// Where it is while it is not whole.
    pub part: Utf8PathBuf,
    /// Bytes, where that is known beforehand.
    pub size: Option<u64>,
    /// What it must be.
    pub digest: Option<Digest>,
    /// Where it comes from.
    pub origin: Origin,
    /// Links to it that are made once it is there.
    pub links: Vec<Link>,
}

/// Everything that one command puts into the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// What it is, as it was asked for.
    pub title: String,
    /// The cache's folder on this machine.
    pub root: Utf8PathBuf,
    /// Where it goes below the cache.
    pub place: Utf8PathBuf,
    /// The commit, of a repository.
    pub commit: Option<String>,
    /// The files, each place once.
    pub files: Vec<Cargo>,
    /// Links that belong to no file of the load.
    pub links: Vec<Link>,
    /// Files that name the commit of a branch, and what is in them.
    pub references: Vec<(Utf8PathBuf, String)>,
}

/// What is at a file's place already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Missing,
    /// So many bytes of it.
    Part(u64),
    /// It.
    There,
    /// Something else.
    Other,
}

/// Something that moved while a load was brought in; files are named by their index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Haul {
    /// So many bytes of a file are there.
    At(usize, u64),
    /// The connection broke off; it is tried again.
    Again(usize, String),
    /// The file is there, whole and proven.
    Done(usize),
}

/// One file of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WarmFile {
    /// As a person knows it.
    pub name: String,
    /// Where it is in the cache.
    pub path: String,
    /// Bytes, where known.
    pub size: Option<u64>,
    /// `pending`, `fetched` or `already there`.
    pub state: &'static str,
    /// What it was compared by: `sha256`, `git-sha1` or `length`.
    pub verified_by: &'static str,
}

/// What `nfs warm` did, or with `--plan` would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WarmReport {
    /// Version of this document's shape.
    pub version: u32,
    /// As it was asked for.
    pub source: String,
    /// Where it is in the cache, absolute.
    pub place: String,
    /// The commit, of a repository.
    pub commit: Option<String>,
    /// The files.
    pub files: Vec<WarmFile>,
    /// Bytes to fetch before the command, or left to fetch with `--plan`.
    pub bytes_to_fetch: u64,
    /// Bytes that were there before.
    pub bytes_there: u64,
}
