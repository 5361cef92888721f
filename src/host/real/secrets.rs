//! The W&B key: where it is found, whether it has the form of one, and where it is put.

use super::fs;
use super::redact::Redactor;
use crate::host::{HostError, SecretState, netrc};
use crate::model::{Advice, Fault, SecretFile, SecretName};
use crate::reason::ids;
use camino::{Utf8Path, Utf8PathBuf};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// Permission bits of every file that holds a secret.
const PRIVATE: u32 = 0o600;

/// Files in which a key may stand, the first that has one counts.
fn places(named: Option<Utf8PathBuf>, home: &Utf8Path, own: &Utf8Path) -> Vec<Utf8PathBuf> {
    let mut places = match named {
        Some(path) => vec![path],
        None => vec![home.join(".netrc"), home.join("_netrc")],
    };
    places.push(own.to_owned());
    places
}

/// The secrets of this run and where each came from. Printing it shows no value.
#[derive(Clone, Default)]
pub struct Secrets {
    wandb: Option<(SecretString, String)>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("wandb", &self.wandb_origin())
            .finish()
    }
}

impl Secrets {
    /// No secrets at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// The key in `WANDB_API_KEY`, else in a netrc file (`$NETRC`, `~/.netrc`, `~/_netrc`) under the
    /// server's host and port: the order in which `wandb` itself looks. Last in `own`, the file that
    /// we gave the agent: after a reboot, in another shell, nobody should need the key again.
    ///
    /// A file that cannot be read is passed over, as `wandb` does.
    pub fn find(base_url: &str, home: &Utf8Path, own: &Utf8Path) -> Self {
        let key = std::env::var("WANDB_API_KEY").ok();
        let named = std::env::var("NETRC").ok().map(Utf8PathBuf::from);
        let files = places(named, home, own).into_iter().filter_map(|path| {
            let text = fs::read(&path).ok().flatten()?;
            Some((path, text))
        });
        Self::from_sources(base_url, key, files)
    }

    /// As [`Secrets::find`], from what has been read already.
    pub fn from_sources(
        base_url: &str,
        variable: Option<String>,
        files: impl IntoIterator<Item = (Utf8PathBuf, String)>,
    ) -> Self {
        if let Some(key) = variable.filter(|key| !key.trim().is_empty()) {
            return Self::with_wandb_key(key.trim(), "WANDB_API_KEY");
        }
        let Some(machine) = netrc::machine_of(base_url) else {
            return Self::none();
        };
        // Same backend; wandb 0.31 falls back in the same way since its default address changed.
        let fallback = (machine == "api.forge.coreweave.com").then_some("api.wandb.ai");
        for (path, text) in files {
            let found = netrc::password(&text, machine)
                .or_else(|| fallback.and_then(|machine| netrc::password(&text, machine)));
            if let Some(key) = found {
                return Self::with_wandb_key(key, path.as_str());
            }
        }
        Self::none()
    }

    /// A key that was given otherwise (prompt, standard input); `origin` says how, for messages.
    pub fn with_wandb_key(key: &str, origin: &str) -> Self {
        Self {
            wandb: Some((SecretString::from(key), origin.to_owned())),
        }
    }

    /// Where the key came from; `None` if there is none.
    pub fn wandb_origin(&self) -> Option<&str> {
        self.wandb.as_ref().map(|(_, origin)| origin.as_str())
    }

    /// Whether the key cannot be one: one optional `prefix-`, then at least forty letters, digits,
    /// `_` and `-`. Tells lengths only.
    pub fn wandb_malformed(&self) -> Option<Fault> {
        let (key, origin) = self.wandb.as_ref()?;
        let key = key.expose_secret();
        if has_key_form(key) {
            return None;
        }
        let plain = key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        let what = if plain {
            format!(
                "has {} characters, and at least 40 are needed",
                key.chars().count()
            )
        } else {
            "has characters that no key has".to_owned()
        };
        Some(
            Fault::new(
                ids::WANDB_KEY_MALFORMED,
                format!("the W&B key from {origin} {what}"),
            )
            .advise(Advice::say(
                "copy the key again from https://wandb.ai/authorize",
            )),
        )
    }

    /// A secret's value.
    pub(super) fn value(&self, name: SecretName) -> Option<&SecretString> {
        match name {
            SecretName::WandbKey => self.wandb.as_ref().map(|(key, _)| key),
        }
    }

    /// What hides them.
    pub(super) fn redactor(&self) -> Redactor {
        Redactor::new(self.value(SecretName::WandbKey).cloned())
    }

    /// Whether the file holds the secret, and nobody else can read it. Blocks.
    pub(super) fn state(&self, file: &SecretFile) -> Result<SecretState, HostError> {
        let Some(meta) = fs::stat(&file.path)? else {
            return Ok(SecretState::Missing);
        };
        let text = fs::read(&file.path)?.unwrap_or_default();
        let Some(have) = netrc::password(&text, &file.machine) else {
            return Ok(SecretState::Missing);
        };
        let same = self
            .value(file.secret)
            .is_some_and(|want| want.expose_secret() == have);
        Ok(if same && meta.mode & 0o777 == PRIVATE {
            SecretState::Equal
        } else {
            SecretState::Differs
        })
    }

    /// Puts the secret into the file; what the file has for other machines stays. Blocks.
    pub(super) fn put(&self, file: &SecretFile) -> Result<(), Fault> {
        let Some(value) = self.value(file.secret) else {
            return Err(Fault::new(
                ids::WANDB_KEY_MISSING,
                format!("no W&B key is known, so none can be put into {}", file.path),
            ));
        };
        if let Some(fault) = self.wandb_malformed() {
            return Err(fault);
        }
        let text = match fs::read(&file.path) {
            Ok(text) => text.unwrap_or_default(),
            Err(error) => {
                return Err(Fault::new(
                    ids::FILE_UNWRITABLE,
                    format!("cannot read {}, so it is not overwritten", file.path),
                )
                .caused_by(error.to_string()));
            }
        };
        let text = netrc::with_password(&text, &file.machine, "user", value.expose_secret());
        fs::write(&file.path, text.as_bytes(), PRIVATE)
    }
}

fn has_key_form(key: &str) -> bool {
    // A JSON web token is accepted by the server too: three parts of base64url.
    let word = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    let secret = key.split_once('-').map_or(key, |(_, secret)| secret);
    (word(key) && (secret.len() >= 40 || (!key.contains('-') && key.len() >= 40)))
        || (key.starts_with("eyJ") && key.split('.').count() == 3 && key.split('.').all(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0123456789012345678901234567890123456789";

    fn netrc(machine: &str) -> (Utf8PathBuf, String) {
        let text = format!("machine {machine} login user password {KEY}\n");
        ("/home/ada/.netrc".into(), text)
    }

    #[test]
    fn the_key_that_the_agent_was_given_is_the_last_to_be_looked_at() {
        let (home, own) = (
            Utf8Path::new("/home/a"),
            Utf8Path::new("/data/agent/.netrc"),
        );
        assert_eq!(
            places(None, home, own),
            ["/home/a/.netrc", "/home/a/_netrc", "/data/agent/.netrc"]
        );
        assert_eq!(
            places(Some("/x".into()), home, own),
            ["/x", "/data/agent/.netrc"]
        );
    }

    #[test]
    fn the_variable_comes_before_the_file_and_its_origin_is_kept() {
        let url = "https://api.wandb.ai";
        let both = Secrets::from_sources(url, Some(KEY.to_owned()), [netrc("api.wandb.ai")]);
        assert_eq!(both.wandb_origin(), Some("WANDB_API_KEY"));
        let file = Secrets::from_sources(url, Some(" ".to_owned()), [netrc("api.wandb.ai")]);
        assert_eq!(file.wandb_origin(), Some("/home/ada/.netrc"));
        let foreign = Secrets::from_sources(url, None, [netrc("wandb.example.org")]);
        assert_eq!(foreign.wandb_origin(), None);
    }

    #[test]
    fn the_new_default_server_takes_the_old_ones_key() {
        let url = "https://api.forge.coreweave.com";
        let secrets = Secrets::from_sources(url, None, [netrc("api.wandb.ai")]);
        assert!(secrets.wandb_origin().is_some());
    }

    #[test]
    fn no_value_is_ever_printed() {
        let secrets = Secrets::with_wandb_key(&KEY[..20], "WANDB_API_KEY");
        let fault = secrets.wandb_malformed().unwrap();
        assert!(fault.summary.contains("20 characters"));
        for text in [format!("{secrets:?}"), format!("{fault:?}")] {
            assert!(!text.contains(&KEY[..20]), "{text}");
        }
    }

    #[test]
    fn keys_are_told_from_what_cannot_be_one() {
        for (key, good) in [
            (KEY.to_owned(), true),
            (format!("local-{KEY}"), true),
            (format!("wandb_v1-{KEY}_{KEY}"), true),
            ("local-0123".to_owned(), false),
            (format!("{KEY}\""), false),
            (format!("{KEY} "), false),
            (String::new(), false),
        ] {
            let secrets = Secrets::with_wandb_key(&key, "a test");
            assert_eq!(secrets.wandb_malformed().is_none(), good, "{key}");
        }
    }

    #[test]
    fn a_secret_is_equal_only_where_nobody_else_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(dir.path().join(".netrc")).unwrap();
        let file = SecretFile {
            path: path.clone(),
            machine: "api.wandb.ai".to_owned(),
            secret: SecretName::WandbKey,
        };
        let secrets = Secrets::with_wandb_key(KEY, "a test");
        assert_eq!(secrets.state(&file), Ok(SecretState::Missing));
        fs::write(&path, b"machine a login b password c\n", 0o644).unwrap();
        assert_eq!(secrets.state(&file), Ok(SecretState::Missing));
        secrets.put(&file).unwrap();
        assert_eq!(secrets.state(&file), Ok(SecretState::Equal));
        assert!(
            fs::read(&path)
                .unwrap()
                .unwrap()
                .contains("machine a login b password c\n")
        );
        let other = Secrets::with_wandb_key(&KEY.replace('0', "x"), "a test");
        assert_eq!(other.state(&file), Ok(SecretState::Differs));
        let text = fs::read(&path).unwrap().unwrap();
        fs::write(&path, text.as_bytes(), 0o640).unwrap();
        assert_eq!(secrets.state(&file), Ok(SecretState::Differs));
    }
}
