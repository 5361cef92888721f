//! Certificates and private keys: PEM (RFC 7468), also in base64 as a kubeconfig has them, and also
//! where a text was cut within them.

use super::base64;
use super::{Kind, Span};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// `-----BEGIN` in base64, as it begins at each of the three places of a group.
const ENCODED: [&str; 3] = ["LS0tLS1CRUdJTi", "0tLS0tQkVHSU4g", "tLS0tLUJFR0lOI"];

/// Adds every block.
pub(super) fn find(text: &str, out: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    let mut push = |from: usize, to: usize| {
        out.push(Span {
            range: from..to,
            kind: Kind::Pem,
        });
    };
    for (at, _) in text.match_indices(BEGIN) {
        let head = header_end(text, at + BEGIN.len());
        let body = head + bytes[head..].iter().take_while(|b| is_body(**b)).count();
        // The body ends before the dashes of the end, or where the text was cut.
        let end = match text[body..].find(END) {
            Some(0) => header_end(text, body + END.len()),
            _ => body,
        };
        push(at, end);
    }
    for (at, _) in text.match_indices(END) {
        let body = bytes[..at]
            .iter()
            .rev()
            .take_while(|b| is_body(**b))
            .count();
        push(at - body, header_end(text, at + END.len()));
    }
    for mark in ENCODED {
        for (at, _) in text.match_indices(mark) {
            let before = bytes[..at]
                .iter()
                .rev()
                .take_while(|b| base64::is_digit(**b))
                .count();
            let after = bytes[at..]
                .iter()
                .take_while(|b| base64::is_digit(**b))
                .count();
            push(at - before, at + after);
        }
    }
}

/// Behind the dashes that end a header which began before `at`.
fn header_end(text: &str, at: usize) -> usize {
    match text[at..].find(DASHES) {
        Some(dashes) if dashes <= 64 => at + dashes + DASHES.len(),
        _ => at,
    }
}

/// What may stand in a body: base64, white space, the escapes of line ends in JSON, and the
/// headers of an encrypted key.
fn is_body(byte: u8) -> bool {
    byte != b'-'
        && (base64::is_digit(byte)
            || byte.is_ascii_whitespace()
            || matches!(byte, b'\\' | b':' | b',' | b'|'))
}
