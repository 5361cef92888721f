//! Versions of tools as they print them, compared as semantic versions.

use semver::Version;

/// Reads the first version in a tool's text: `v1.38.1`, `Docker version 28.2.2, build …`,
/// `Python 3.11.7`, `20.10.24+dfsg1`, `580.159.04`, `1.32.0-beta.0`.
///
/// Missing parts count as zero and leading zeros are dropped (NVIDIA writes `159.04`), which strict
/// semantic versioning forbids. Returns `None` where no digits are found.
pub fn parse_tool_version(text: &str) -> Option<Version> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let rest = &text[start..];
    let end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+')))
        .unwrap_or(rest.len());
    let word = &rest[..end];
    let (core, pre) = match word.find(|c: char| c == '-' || c == '+' || c.is_ascii_alphabetic()) {
        Some(at) if word.as_bytes()[at] == b'-' => {
            let tail = &word[at + 1..];
            (&word[..at], tail.split('+').next().unwrap_or(""))
        }
        Some(at) => (&word[..at], ""),
        None => (word, ""),
    };
    let mut numbers = core.split('.').map(|part| part.parse::<u64>().unwrap_or(0));
    let mut version = Version::new(
        numbers.next()?,
        numbers.next().unwrap_or(0),
        numbers.next().unwrap_or(0),
    );
    if let Ok(pre) = semver::Prerelease::new(pre) {
        version.pre = pre;
    }
    Some(version)
}

/// Whether `have` is at least `least`. A pre-release of `least` itself is older than it:
/// minikube 1.32.0-beta.0 had a broken restart with GPUs (kubernetes/minikube#17405).
pub fn requirement_met(have: &Version, least: &Version) -> bool {
    have >= least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_tools_print() {
        let seen = |text| parse_tool_version(text).map(|v| v.to_string());
        assert_eq!(seen("v1.38.1").as_deref(), Some("1.38.1"));
        assert_eq!(
            seen("Docker version 28.2.2, build e6534b4").as_deref(),
            Some("28.2.2")
        );
        assert_eq!(seen("20.10.24+dfsg1").as_deref(), Some("20.10.24"));
        assert_eq!(seen("580.159.04").as_deref(), Some("580.159.4"));
        assert_eq!(seen("v1.32.0-beta.0").as_deref(), Some("1.32.0-beta.0"));
        assert_eq!(seen("Python 3.11.7").as_deref(), Some("3.11.7"));
        assert_eq!(seen("3.13.0rc2").as_deref(), Some("3.13.0"));
        assert_eq!(seen("no version"), None);
    }

    #[test]
    fn a_beta_of_the_minimum_is_too_old() {
        let least = Version::new(1, 32, 0);
        let beta = parse_tool_version("v1.32.0-beta.0").unwrap();
        assert!(!requirement_met(&beta, &least));
        assert!(requirement_met(&least, &least));
    }
}
