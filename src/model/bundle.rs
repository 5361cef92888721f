//! What a support bundle holds and what it lacks: the data behind its list.

use serde::Serialize;

/// One file of a bundle, with every secret taken out already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Its path in the archive, below the bundle's folder.
    pub name: String,
    /// Its text.
    #[serde(skip)]
    pub text: String,
    /// Bytes of the text.
    pub bytes: u64,
    /// Bytes that the source had beyond what is kept, where it was cut.
    pub left_out: u64,
    /// Whether the source was not text: what of it is text is kept.
    pub binary: bool,
    /// What was taken out, and how often.
    pub redacted: Vec<Redacted>,
}

/// How often something of one kind was taken out of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redacted {
    /// Its kind in words, such as `W&B key`.
    pub kind: String,
    /// How many times.
    pub times: usize,
}

/// Something that a bundle lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The path it would have had.
    pub name: String,
    /// Why, in words.
    pub why: String,
}

/// Everything that somebody else needs to help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bundle {
    /// Version of this document's shape: `major.minor`.
    pub schema: &'static str,
    /// Name of the folder in the archive.
    pub folder: String,
    /// When it was collected, in milliseconds since the epoch.
    pub made_ms: u64,
    /// Version of gpucluster, with how it was built.
    pub version: String,
    /// World: `real`, `rehearsal` or `simulated:MACHINE`.
    pub world: String,
    /// Profile.
    pub profile: String,
    /// Name of the machine, which stays in the files.
    pub host: String,
    /// Name of the person's account, which stays in the files.
    pub user: String,
    /// The files, by name.
    pub members: Vec<Member>,
    /// What could not be collected, by name.
    pub missing: Vec<Missing>,
}

impl Bundle {
    /// Version of the document's shape.
    pub const SCHEMA: &'static str = "1.0";

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.members.iter().map(|member| member.bytes).sum()
    }

    /// What was taken out of all files, most frequent first.
    pub fn redacted(&self) -> Vec<Redacted> {
        let mut all: Vec<Redacted> = Vec::new();
        for one in self.members.iter().flat_map(|member| &member.redacted) {
            match all.iter_mut().find(|have| have.kind == one.kind) {
                Some(have) => have.times += one.times,
                None => all.push(one.clone()),
            }
        }
        all.sort_by(|a, b| b.times.cmp(&a.times).then(a.kind.cmp(&b.kind)));
        all
    }
}
