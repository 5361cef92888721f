//! Secrets that follow a telling name: variables, fields of JSON and YAML, flags, headers,
//! parameters of addresses, pairs of name and value, lines of a netrc file.

use super::names::kind_of;
use super::values::{Bare, value};
use super::{Kind, Span};
use std::ops::Range;

/// How far `value` may stand behind a name that is itself a value.
const PAIR: usize = 64;

/// Adds every value with a telling name before it.
pub(super) fn find(text: &str, out: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|b| is_part(**b)).count();
        if length == 0 {
            at += 1;
            continue;
        }
        let mut name = at..at + length;
        at = name.end;
        // `%26token`: the digits belong to the sign before the name.
        let escaped = name.start > 0 && bytes[name.start - 1] == b'%' && length > 2;
        if escaped {
            name.start += 2;
        }
        let sign = name.start.checked_sub(1).map(|at| bytes[at]);
        let in_address = escaped || matches!(sign, Some(b'?' | b'&'));
        if let Some(found) = netrc(text, &name) {
            out.push(found);
        } else if let Some(kind) = kind_of(&text[name.clone()], in_address) {
            out.extend(behind(text, &name, kind));
        } else if is_proxy(&text[name.clone()]) {
            out.extend(proxy(text, &name));
        } else if text[name.clone()].eq_ignore_ascii_case("auth") {
            // A login of Docker's: `"auth": "dXNlcjpwYXNz"`.
            let login = behind(text, &name, Kind::Named);
            out.extend(login.filter(|found| found.range.len() >= 8));
        }
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// What stands behind a name, if something does.
fn behind(text: &str, name: &Range<usize>, kind: Kind) -> Option<Span> {
    let bytes = text.as_bytes();
    let word = &text[name.clone()];
    // The name's own closing quote or bracket.
    let closing = |byte: &&u8| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b')');
    let closed = name.end + bytes[name.end..].iter().take_while(closing).count();
    let blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    let at = closed + bytes[closed..].iter().take_while(blank).count();
    let lower = word.to_ascii_lowercase();
    let whole_line = kind == Kind::Header
        || ["pass", "secret", "credential"]
            .iter()
            .any(|part| lower.contains(part));
    let rest = &text[at..];
    let (from, bare) = if let Some(sign) = ["%3D", "%3d", "%3A", "%3a", ":=", "=>"]
        .iter()
        .find(|sign| rest.starts_with(**sign))
    {
        (at + sign.len(), Bare::Word)
    } else if rest.starts_with('=') {
        (
            at + 1,
            if kind == Kind::Header {
                Bare::Header
            } else {
                Bare::Word
            },
        )
    } else if rest.starts_with(':') {
        let bare = match kind {
            Kind::Header => Bare::Header,
            _ if whole_line => Bare::Line,
            _ => Bare::Word,
        };
        (at + 1, bare)
    } else if let Some(from) = of_pair(text, closed) {
        (from, Bare::Line)
    } else if word.starts_with("--") {
        (flag(text, name.end)?, Bare::Word)
    } else {
        return None;
    };
    value(text, from, bare).map(|range| Span { range, kind })
}

/// Where the value of a flag begins: behind a blank, or as the next word of a list.
fn flag(text: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    if rest.starts_with([' ', '\t']) {
        return (!is_flag(rest.trim_start())).then_some(at);
    }
    let open = rest.trim_start_matches(['"', '\'', '\\']);
    let next = open.strip_prefix(',')?.trim_start();
    (open.len() < rest.len() && next.starts_with(['"', '\'', '\\']))
        .then(|| text.len() - text[at..].len() + (rest.len() - next.len()))
}

/// Whether this is the next flag (`--name`, `-n`), and no value that begins with a dash.
fn is_flag(rest: &str) -> bool {
    let letter = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic());
    match rest.strip_prefix("--") {
        Some(long) => letter(long),
        None => rest.strip_prefix('-').is_some_and(|short| {
            letter(short) && !short[1..].starts_with(|c: char| !c.is_whitespace())
        }),
    }
}

/// Where the value begins of a pair whose name stood last: `{"name": "HF_TOKEN", "value": "…"}`, in
/// YAML on the next line.
fn of_pair(text: &str, at: usize) -> Option<usize> {
    let end = super::floor(text, (at + PAIR).min(text.len()));
    let rest = &text[at..end];
    let gap = |c: char| c.is_whitespace() || matches!(c, ',' | '"' | '\'' | '\\' | '-');
    let rest = rest.trim_start_matches(gap);
    // In a list of JSON that is escaped the line ends are `\n`.
    let rest = rest
        .strip_prefix('n')
        .map_or(rest, |rest| rest.trim_start_matches(gap));
    let rest = rest
        .strip_prefix("value")
        .or_else(|| rest.strip_prefix("Value"))?;
    let rest = rest
        .trim_start_matches(['"', '\'', '\\', ' '])
        .strip_prefix([':', '='])?;
    Some(end - rest.len())
}

/// The password of an entry of a netrc file.
fn netrc(text: &str, name: &Range<usize>) -> Option<Span> {
    if &text[name.clone()] != "password" {
        return None;
    }
    let from = super::floor(text, name.start.saturating_sub(300));
    let before = &text[from..name.start];
    let entry = ["machine", "login", "default"]
        .iter()
        .any(|word| before.split_whitespace().any(|have| have.ends_with(word)));
    let rest = &text[name.end..];
    let secret = rest.trim_start();
    let gone = secret.starts_with("[redacted: ");
    if !entry || gone || secret.len() == rest.len() || secret.is_empty() {
        return None;
    }
    let start = text.len() - secret.len();
    let end = match secret.strip_prefix('"') {
        Some(quoted) => start + 1 + quoted.find(['"', '\n']).unwrap_or(quoted.len()),
        None => start + secret.find(char::is_whitespace).unwrap_or(secret.len()),
    };
    Some(Span {
        range: start..end,
        kind: Kind::Named,
    })
}

/// `HTTPS_PROXY`, `http_proxy`, `HTTPProxy`, `httpsProxy`.
fn is_proxy(name: &str) -> bool {
    name.len() > 5
        && name.to_ascii_lowercase().ends_with("proxy")
        && !name.to_ascii_lowercase().starts_with("no")
}

/// The login of a proxy without a scheme: `HTTPS_PROXY=ada:password@proxy:3128`. With one it is an
/// address like others.
fn proxy(text: &str, name: &Range<usize>) -> Option<Span> {
    let found = behind(text, name, Kind::Url)?;
    let value = &text[found.range.clone()];
    let login = value.rfind('@')?;
    if value.contains("//") {
        return None;
    }
    let from = value[..login].find(':').map_or(0, |at| at + 1);
    Some(Span {
        range: found.range.start + from..found.range.start + login,
        kind: Kind::Url,
    })
}
