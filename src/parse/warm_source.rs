//! What `nfs warm` is asked for: a repository of the Hugging Face Hub, an address, or a path.

use super::hub::Repo;
use crate::model::Digest;

/// What is to be put into the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A repository of the Hub.
    Hub(Repo),
    /// A file at an address.
    Http {
        /// Without its fragment.
        url: String,
        /// What it must be, from `#sha256=`.
        digest: Option<Digest>,
    },
    /// A file or folder of this machine.
    Path(String),
}

/// Reads it.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn source(text: &str) -> Result<Source, String> {
    if let Some(repo) = text.strip_prefix("hf:") {
        return super::hub::repo(repo).map(Source::Hub);
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("https://") || lower.starts_with("http://") {
        let (url, fragment) = text.split_once('#').unwrap_or((text, ""));
        let digest = match fragment.strip_prefix("sha256=") {
            Some(hex) => Some(sha256(hex)?),
            None => None,
        };
        let host = url.split('/').nth(2).unwrap_or_default();
        if host.contains('@') {
            return Err("an address with a password in it would be shown; leave it out".to_owned());
        }
        if host.is_empty() {
            return Err(format!("`{url}` names no server"));
        }
        let url = url.to_owned();
        return Ok(Source::Http { url, digest });
    }
    match text.split_once("://") {
        Some((scheme, _)) => Err(format!("`{scheme}://` is not spoken here")),
        None if text.is_empty() => Err("it is empty".to_owned()),
        None => Ok(Source::Path(text.to_owned())),
    }
}

/// A SHA-256 as it is typed.
///
/// # Errors
/// What is wrong with it.
pub fn sha256(hex: &str) -> Result<Digest, String> {
    let hex = hex.trim().to_ascii_lowercase();
    if is_hex(&hex, 64) {
        Ok(Digest::Sha256(hex))
    } else {
        Err(format!(
            "`{hex}` is no SHA-256: that has 64 hexadecimal digits"
        ))
    }
}

/// Whether a text is so many hexadecimal digits in lower case.
pub fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A path that stays where it is put: relative, without `..`, without anything that another system or
/// a terminal would read otherwise.
pub fn stays_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.contains('\\')
        && !path.chars().any(char::is_control)
        && path
            .split('/')
            .all(|part| !matches!(part, "" | "." | "..") && part.len() <= 255)
}

/// The name of the file at an address; `None` where it ends in none.
pub fn name_of(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let (_, path) = path.split_once("://")?;
    let (_, name) = path.rsplit_once('/')?;
    let name = decoded(name);
    (stays_inside(&name) && !name.contains('/')).then_some(name)
}

/// A short name for what an address gives now, so that what is left of one content is never
/// continued with another (FNV-1a).
pub fn tag(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A path as part of an address (RFC 3986): everything but the unreserved characters and `/` encoded.
pub fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_kinds_of_sources_are_told_apart() {
        assert!(matches!(source("hf:org/model@v1"), Ok(Source::Hub(_))));
        assert_eq!(source("/data/a"), Ok(Source::Path("/data/a".to_owned())));
        let sum = "A".repeat(64);
        let Ok(Source::Http { url, digest }) = source(&format!("https://h/x?y#sha256={sum}"))
        else {
            panic!()
        };
        assert_eq!(url, "https://h/x?y");
        assert_eq!(digest, Some(Digest::Sha256("a".repeat(64))));
        for wrong in [
            "",
            "s3://bucket/x",
            "https://",
            "https://u:p@host/x",
            "https://h/x#sha256=12",
        ] {
            assert!(source(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_never_leads_out_of_the_cache() {
        for good in ["a", "a/b.c", "…/é", ".hidden"] {
            assert!(stays_inside(good), "{good}");
        }
        let long = "x".repeat(256);
        for bad in [
            "", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\nb", "a\\b", &long,
        ] {
            assert!(!stays_inside(bad), "{bad}");
        }
    }

    #[test]
    fn the_name_of_an_address_is_its_last_part() {
        let name = |url| name_of(url);
        assert_eq!(name("https://h/a/b.tar?x=/y#z").as_deref(), Some("b.tar"));
        assert_eq!(name("https://h/a%20b%zz").as_deref(), Some("a b%zz"));
        assert_eq!(name("https://h/"), None);
        assert_eq!(name("https://h"), None);
        assert_eq!(name("https://h/%2e%2e"), None);
        assert_eq!(name("https://h/a%2fb"), None);
        assert_eq!(encoded("a b/ü#?.json"), "a%20b/%C3%BC%23%3F.json");
    }
}
