//! A file that is brought from elsewhere and proven before it is put in place.

use super::{Privilege, Touch};
use camino::Utf8PathBuf;
use serde::Serialize;

/// What a file must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Its SHA-256 in lower-case hexadecimal.
    Sha256(String),
    /// One OpenPGP key of this fingerprint (forty hexadecimal digits), armored or not.
    Key(String),
}

/// What is brought, from where, and where it is put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fetch {
    /// `https://…`, `http://…`, or the absolute path of a file that is here already.
    pub from: String,
    /// What it must be; nothing else is ever put in place.
    pub proof: Proof,
    /// Where it is put, in one step.
    pub path: Utf8PathBuf,
    /// Permission bits.
    pub mode: u32,
    /// With whose rights it is put there; it is fetched with the person's own.
    pub privilege: Privilege,
}

impl Fetch {
    /// Whether it comes over a network.
    pub fn is_download(&self) -> bool {
        self.from.contains("://")
    }

    /// What is done, in words.
    pub fn describe(&self) -> String {
        let verb = if self.is_download() {
            "download"
        } else {
            "copy"
        };
        let proof = match &self.proof {
            Proof::Sha256(sum) => format!("SHA-256 {}…", sum.get(..12).unwrap_or(sum)),
            Proof::Key(fingerprint) => format!("key {fingerprint}"),
        };
        format!("{verb} {} to {} ({proof})", self.from, self.path)
    }

    /// The place it touches.
    pub fn touch(&self) -> Touch {
        Touch::File(self.path.clone())
    }
}
