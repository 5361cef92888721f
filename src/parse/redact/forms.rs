//! Secrets that are known by their form, whatever stands before them.

use super::{Kind, Span};

/// A token that begins with a mark: the mark, what may follow, and how much of it at least.
struct Form {
    mark: &'static str,
    digit: fn(u8) -> bool,
    least: usize,
    kind: Kind,
}

const fn form(mark: &'static str, digit: fn(u8) -> bool, least: usize, kind: Kind) -> Form {
    Form {
        mark,
        digit,
        least,
        kind,
    }
}

fn letters(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn words(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn capitals(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn dotted(byte: u8) -> bool {
    words(byte) || byte == b'.'
}

/// Marks as their services document them.
const FORMS: &[Form] = &[
    form("wandb_v", words, 24, Kind::WandbKey),
    form("hf_", letters, 20, Kind::HuggingFace),
    form("api_org_", letters, 20, Kind::HuggingFace),
    form("AKIA", capitals, 16, Kind::Aws),
    form("ASIA", capitals, 16, Kind::Aws),
    form("AROA", capitals, 16, Kind::Aws),
    form("AIDA", capitals, 16, Kind::Aws),
    form("ghp_", letters, 20, Kind::Token),
    form("gho_", letters, 20, Kind::Token),
    form("ghu_", letters, 20, Kind::Token),
    form("ghs_", letters, 20, Kind::Token),
    form("ghr_", letters, 20, Kind::Token),
    form("github_pat_", words, 20, Kind::Token),
    form("glpat-", words, 16, Kind::Token),
    form("dckr_pat_", words, 16, Kind::Token),
    form("nvapi-", words, 20, Kind::Token),
    form("sk-proj-", words, 16, Kind::Token),
    form("sk-ant-", words, 16, Kind::Token),
    form("xoxb-", words, 10, Kind::Token),
    form("xoxp-", words, 10, Kind::Token),
    form("AIza", words, 30, Kind::Token),
    form("ya29.", dotted, 20, Kind::Token),
    form("npm_", letters, 30, Kind::Token),
    form("pypi-AgE", words, 16, Kind::Token),
    // The header of a JSON web token, `{"` in base64.
    form("eyJ", dotted, 30, Kind::Token),
];

/// Adds every secret with a form of its own.
pub(super) fn find(text: &str, out: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    for form in FORMS {
        for (at, mark) in text.match_indices(form.mark) {
            let from = at + mark.len();
            let rest = bytes[from..]
                .iter()
                .take_while(|b| (form.digit)(**b))
                .count();
            if rest >= form.least {
                out.push(Span {
                    range: at..from + rest,
                    kind: form.kind,
                });
            }
        }
    }
    wandb_keys(text, out);
    schemes(text, out);
}

/// Keys of W&B before 2025: forty digits of hexadecimal, like the names of commits.
fn wandb_keys(text: &str, out: &mut Vec<Span>) {
    const LENGTH: usize = 40;
    let bytes = text.as_bytes();
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|b| is_digit(**b)).count();
        if length == 0 {
            at += 1;
            continue;
        }
        // `%3d` before it is an escaped sign of an address and no part of it.
        let escape = usize::from(at > 0 && bytes[at - 1] == b'%') * 2;
        let follows = bytes
            .get(at + length)
            .is_some_and(u8::is_ascii_alphanumeric);
        if length == LENGTH + escape && !follows && !is_commit(text, at) {
            out.push(Span {
                range: at + escape..at + length,
                kind: Kind::WandbKey,
            });
        }
        at += length;
    }
}

/// Whether what stands before says that a commit follows: `"commit":"…"`, `ContainerdCommit`.
fn is_commit(text: &str, at: usize) -> bool {
    let from = super::floor(text, at.saturating_sub(40));
    let before = text[from..at].to_ascii_lowercase();
    before
        .rsplit(['\n', ';'])
        .next()
        .is_some_and(|line| line.contains("commit"))
}

/// `Bearer …` and `Basic …` where no header's name stands before them.
fn schemes(text: &str, out: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    for scheme in ["Bearer", "bearer", "BEARER", "Basic", "basic", "BASIC"] {
        for (at, _) in text.match_indices(scheme) {
            let mut from = at + scheme.len();
            let blanks = bytes[from..]
                .iter()
                .take_while(|b| matches!(b, b' ' | b'+'))
                .count();
            from += blanks;
            if blanks == 0 {
                match text[from..].strip_prefix("%20") {
                    Some(_) => from += 3,
                    None => continue,
                }
            }
            let digit =
                |byte: &&u8| dotted(**byte) || matches!(byte, b'+' | b'/' | b'=' | b'~' | b'%');
            let length = bytes[from..].iter().take_while(digit).count();
            let value = &bytes[from..from + length];
            // Words of prose have neither: `basic authentication`, `bearer tokens`.
            let is_code = value.iter().any(|b| b.is_ascii_digit() || *b == b'=')
                || value.iter().skip(1).any(u8::is_ascii_uppercase);
            if length >= 8 && is_code {
                out.push(Span {
                    range: from..from + length,
                    kind: Kind::Header,
                });
            }
        }
    }
}
