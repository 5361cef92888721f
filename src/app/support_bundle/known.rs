//! The secrets that this machine keeps: read to be hidden everywhere, and kept nowhere.

use crate::app::session::Session;
use crate::parse::redact::{Kind, Redactor, is_secret_name, secrets_in};
use camino::Utf8PathBuf;
use futures::future::join_all;
use std::time::Duration;

/// Most bytes of a file that are read for secrets.
const LARGEST: usize = 64 << 10;
/// Most values that are hidden.
const MOST: usize = 200;
/// How long one file may take.
const LIMIT: Duration = Duration::from_secs(5);

/// Files of a person's home that hold secrets and little else.
const OF_HOME: &[&str] = &[
    ".netrc",
    "_netrc",
    ".docker/config.json",
    ".kube/config",
    ".aws/credentials",
    ".cache/huggingface/token",
    ".huggingface/token",
    ".config/pip/pip.conf",
    ".git-credentials",
];

/// What hides them. Variables are those of `environment`; files those of the world's machine.
pub async fn redactor(session: &Session<'_>, environment: &[(String, String)]) -> Redactor {
    let mut values = of_environment(environment);
    let layout = session.layout();
    let home = &session.reader().identity().home;
    let mut files: Vec<Utf8PathBuf> = OF_HOME.iter().map(|name| home.join(name)).collect();
    files.push(layout.agent_home.join(".netrc"));
    files.push(layout.kubeconfig);
    let named = ["NETRC", "KUBECONFIG", "HF_TOKEN_PATH"];
    for (name, value) in environment {
        if named.contains(&name.as_str()) && value.starts_with('/') {
            files.push(value.into());
        }
    }
    let reads = files.iter().map(|path| async move {
        let look = session.reader().read_ends(path, LARGEST, 0);
        let ends = tokio::time::timeout(LIMIT, look).await.ok()?.ok()??;
        Some((path, String::from_utf8_lossy(&ends.head).into_owned()))
    });
    for (path, text) in join_all(reads).await.into_iter().flatten() {
        let whole = text.trim();
        if path.file_name() == Some("token") && !whole.contains(char::is_whitespace) {
            values.push((Kind::HuggingFace, whole.to_owned()));
        }
        values.extend(secrets_in(&text));
    }
    values.truncate(MOST);
    Redactor::new(values)
}

/// Values of variables whose names say that they are secret, and what addresses hold.
fn of_environment(environment: &[(String, String)]) -> Vec<(Kind, String)> {
    let mut values = Vec::new();
    for (name, value) in environment {
        // A path is where the secret is, and no secret.
        if value.starts_with('/') {
            continue;
        }
        if is_secret_name(name) {
            let kind = if name == "WANDB_API_KEY" {
                Kind::WandbKey
            } else {
                Kind::Known
            };
            values.push((kind, value.clone()));
        } else {
            values.extend(secrets_in(&format!("{name}={value}")));
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_known_by_their_names_and_addresses_by_their_form() {
        let environment = [
            ("WANDB_API_KEY", "not-a-key-at-all"),
            ("HTTPS_PROXY", "http://ada:correct-horse@proxy:3128"),
            ("NETRC_TOKEN", "/home/ada/.token"),
            ("HOME", "/home/ada"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(
            of_environment(&environment),
            [
                (Kind::WandbKey, "not-a-key-at-all".to_owned()),
                (Kind::Url, "correct-horse".to_owned()),
            ]
        );
    }
}
