//! What the settings of `install` may be.

type Check = Result<(), String>;

fn when(bad: bool, text: impl Into<String>) -> Check {
    if bad { Err(text.into()) } else { Ok(()) }
}

/// Letters that neither a shell nor a package manager's list reads as anything else.
fn is_plain(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || "-._~/:%+@=?&,".contains(c))
}

fn is_url(text: &str) -> bool {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && is_plain(rest))
}

fn is_path(text: &str) -> bool {
    text.starts_with('/') && is_plain(text) && !text.split('/').any(|part| part == "..")
}

/// An address, or the path of a file that is here already.
pub(super) fn source(text: &str) -> Check {
    when(
        !is_url(text) && !is_path(text),
        format!("must be an address (https://…) or an absolute path, not `{text}`"),
    )
}

/// An address, or the path of a folder that is here already.
pub(super) fn repository(text: &str) -> Check {
    source(text)
}

/// A folder for programs.
pub(super) fn folder(text: &str) -> Check {
    when(
        !is_path(text) || text == "/",
        format!("must be an absolute path, not `{text}`"),
    )
}

/// A release of minikube that knows `--gpus`.
pub(super) fn minikube(text: &str) -> Check {
    let version = semver::Version::parse(text);
    when(
        !version.is_ok_and(|version| version >= semver::Version::new(1, 32, 0)),
        format!("must be a release such as 1.38.1, at least 1.32.0, not `{text}`"),
    )
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// A SHA-256.
pub(super) fn sha256(text: &str) -> Check {
    when(
        !is_hex(text, 64),
        format!("must be 64 hexadecimal digits, not `{text}`"),
    )
}

/// A fingerprint of an OpenPGP key.
pub(super) fn fingerprint(text: &str) -> Check {
    when(
        !is_hex(text, 40),
        format!("must be 40 hexadecimal digits without blanks, not `{text}`"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_addresses_or_paths_and_nothing_that_a_shell_reads() {
        for good in [
            "https://mirror.example/minikube-linux-amd64",
            "http://10.0.0.1:8080/x?y=1",
            "/opt/files/minikube",
        ] {
            assert_eq!(source(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "minikube",
            "ftp://x/y",
            "https://",
            "https:///x",
            "/a/../b",
            "/a b",
            "/a;b",
            "https://x/$(y)",
            "https://x/`y`",
            "https://x/\n",
        ] {
            assert!(source(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn releases_sums_and_fingerprints() {
        assert!(minikube("1.32.0").is_ok() && minikube("1.40.0").is_ok());
        assert!(minikube("1.31.2").is_err() && minikube("latest").is_err());
        assert!(sha256(&"a".repeat(64)).is_ok() && sha256(&"g".repeat(64)).is_err());
        assert!(fingerprint(&"0".repeat(40)).is_ok() && fingerprint("DDCA E044").is_err());
        assert!(folder("/usr/local/bin").is_ok() && folder("/").is_err());
    }
}
