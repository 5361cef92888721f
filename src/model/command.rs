//! A command line as data, from which it is shown and executed.

use super::{Privilege, Touch};
use camino::Utf8PathBuf;
use serde::Serialize;
use std::time::Duration;

/// What a command's output means while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Collected; shown only on failure.
    Quiet,
    /// Each line is progress.
    Lines,
    /// minikube's CloudEvents (`-o json`).
    MinikubeEvents,
}

/// A command to run, whole: what is shown is what is executed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Command {
    /// Program and arguments. No shell is between.
    pub argv: Vec<String>,
    /// Variables set on top of the inherited environment. Never a secret.
    pub env: Vec<(String, String)>,
    /// With whose rights.
    pub privilege: Privilege,
    /// After this long it is ended and counts as failed.
    #[serde(serialize_with = "as_seconds", rename = "timeout_s")]
    pub timeout: Duration,
    /// What its output means.
    pub stream: Stream,
    /// What it brings into being or alters.
    pub touches: Vec<Touch>,
    /// What its output must show besides exit code 0, which alone proves nothing.
    pub expect: Option<Expect>,
}

/// What a command's output must show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// `nvidia-smi -L` must list this many GPUs.
    Gpus(u32),
    /// `exportfs -ra` may complain about what others export, and not about this.
    Exported {
        /// The exported folder.
        path: Utf8PathBuf,
        /// The file that exports it.
        file: Utf8PathBuf,
    },
}

fn as_seconds<S: serde::Serializer>(value: &Duration, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_u64(value.as_secs())
}

impl Command {
    /// A quiet command of the user with ten minutes to end.
    pub fn new<I, S>(argv: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: Into<String>,
    {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            privilege: Privilege::User,
            timeout: Duration::from_secs(600),
            stream: Stream::Quiet,
            touches: Vec::new(),
            expect: None,
        }
    }

    /// Sets what the output must show.
    #[must_use]
    pub fn expecting(mut self, expect: Expect) -> Self {
        self.expect = Some(expect);
        self
    }

    /// The same by root.
    #[must_use]
    pub fn as_root(mut self) -> Self {
        self.privilege = Privilege::Root;
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the limit.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sets what the output means.
    #[must_use]
    pub fn stream(mut self, stream: Stream) -> Self {
        self.stream = stream;
        self
    }

    /// Names what it makes.
    #[must_use]
    pub fn touching(mut self, touch: Touch) -> Self {
        self.touches.push(touch);
        self
    }

    /// As one would type it: words quoted where a shell needs it.
    pub fn line(&self) -> String {
        let mut words: Vec<String> = self
            .env
            .iter()
            .map(|(name, value)| format!("{name}={}", quoted(value)))
            .collect();
        words.extend(self.argv.iter().map(|word| quoted(word)));
        words.join(" ")
    }
}

/// Quotes a word for a POSIX shell where it needs it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_can_be_pasted() {
        let command = Command::new(["docker", "run", "a b", "it's", ""]).env("K", "v w");
        assert_eq!(command.line(), r"K='v w' docker run 'a b' 'it'\''s' ''");
    }
}
