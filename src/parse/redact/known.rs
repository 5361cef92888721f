//! Values that are known to be secret, in every way in which tools write them.

use super::base64;
use super::{Kind, Span};

/// Fewer characters than these are not hidden by value.
const SHORTEST: usize = 6;

/// One value.
#[derive(Clone)]
pub(super) struct Known {
    kind: Kind,
    /// As it stands, escaped for JSON (once and twice), and for addresses.
    plain: Vec<String>,
    /// Parts of base64 that cannot be without it.
    cores: Vec<String>,
}

impl Known {
    /// `None` for a value too short to be told from ordinary words.
    pub fn new(kind: Kind, value: &str) -> Option<Self> {
        let value = value.trim();
        if value.chars().count() < SHORTEST {
            return None;
        }
        let json = in_json(value);
        let twice = in_json(&json);
        let percent = in_address(value, true);
        let form = percent.replace("%20", "+");
        let shell = value.replace('\'', "'\\''");
        let mut plain = vec![value.to_owned(), twice, json, form, percent, shell];
        plain.push(in_address(value, false));
        plain.sort_by_key(|text| std::cmp::Reverse(text.len()));
        plain.dedup();
        let mut cores = base64::cores(value.as_bytes());
        let escaped: Vec<String> = cores
            .iter()
            .filter(|core| core.contains(['+', '/']))
            .map(|core| in_address(core, true))
            .collect();
        cores.extend(escaped);
        Some(Self { kind, plain, cores })
    }

    /// Adds every place where it stands.
    pub fn find(&self, text: &str, out: &mut Vec<Span>) {
        for form in &self.plain {
            out.extend(text.match_indices(form.as_str()).map(|(at, found)| Span {
                range: at..at + found.len(),
                kind: self.kind,
            }));
        }
        let bytes = text.as_bytes();
        for core in &self.cores {
            for (at, found) in text.match_indices(core.as_str()) {
                // All of the base64: what stands beside it is the rest of the same secret.
                let is_digit = |byte: &u8| base64::is_digit(*byte) || *byte == b'%';
                let before = bytes[..at].iter().rev().take_while(|b| is_digit(b)).count();
                let end = at + found.len();
                let after = bytes[end..].iter().take_while(|b| is_digit(b)).count();
                out.push(Span {
                    range: at - before..end + after,
                    kind: self.kind,
                });
            }
        }
    }
}

/// As it stands between the quotes of JSON.
fn in_json(value: &str) -> String {
    let quoted = serde_json::to_string(value).unwrap_or_default();
    quoted
        .get(1..quoted.len().saturating_sub(1))
        .unwrap_or_default()
        .to_owned()
}

/// As it stands in an address (RFC 3986), with digits of either case.
pub(super) fn in_address(value: &str, upper: bool) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else if upper {
            out.push_str(&format!("%{byte:02X}"));
        } else {
            out.push_str(&format!("%{byte:02x}"));
        }
    }
    out
}
