//! How far a value reaches, in the languages that logs and configuration are written in. Where that
//! cannot be told it reaches further rather than less far.

use std::ops::Range;

/// How a value without quotes ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bare {
    /// At white space or a quote.
    Word,
    /// At a quote or the end of its line.
    Header,
    /// At the end of its line.
    Line,
}

/// Backslashes right before a place.
fn backslashes(bytes: &[u8], at: usize) -> usize {
    bytes[..at]
        .iter()
        .rev()
        .take_while(|byte| **byte == b'\\')
        .count()
}

/// The value that begins at or behind `at`; `None` where there is none, or one that is no secret.
pub(super) fn value(text: &str, at: usize, bare: Bare) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut from = at;
    while bytes
        .get(from)
        .is_some_and(|byte| matches!(byte, b' ' | b'\t'))
    {
        from += 1;
    }
    if let Some(block) = yaml_block(text, at, from) {
        return Some(block);
    }
    // An opening quote, with the backslashes that it has within another text's quotes.
    let escapes = bytes[from..]
        .iter()
        .take_while(|byte| **byte == b'\\')
        .count();
    let range = match bytes.get(from + escapes) {
        Some(quote @ (b'"' | b'\'' | b'`')) => {
            let from = from + escapes + 1;
            from..quoted_end(bytes, from, *quote, escapes)
        }
        _ => from..bare_end(text, from, bare),
    };
    (!is_nothing(text[range.clone()].trim())).then_some(range)
}

/// Where a quoted text ends: at the same quote with as many backslashes. Without one, at the end of
/// its line.
fn quoted_end(bytes: &[u8], from: usize, quote: u8, escapes: usize) -> usize {
    let mut at = from;
    while at < bytes.len() {
        if bytes[at] == quote {
            let before = backslashes(&bytes[..at], at).min(at - from);
            let doubled = quote == b'\'' && bytes.get(at + 1) == Some(&b'\'');
            // `'it'\''s'` of a shell goes on behind.
            let goes_on = quote == b'\'' && bytes[at..].starts_with(b"'\\''");
            if goes_on {
                at += 4;
                continue;
            }
            if doubled && escapes == 0 {
                at += 2;
                continue;
            }
            let ends = if escapes == 0 {
                quote != b'"' || before.is_multiple_of(2)
            } else {
                before <= escapes
            };
            if ends {
                return at - if escapes == 0 { 0 } else { before };
            }
        }
        if bytes[at] == b'\n' {
            return at;
        }
        at += 1;
    }
    at
}

fn bare_end(text: &str, from: usize, bare: Bare) -> usize {
    let bytes = text.as_bytes();
    let ends = |(at, c): &(usize, char)| {
        let quote =
            matches!(c, '"' | '\'' | '`') && backslashes(bytes, from + at).is_multiple_of(2);
        match bare {
            Bare::Word => c.is_whitespace() || quote,
            Bare::Header => matches!(c, '\n' | '\r') || quote,
            Bare::Line => matches!(c, '\n' | '\r'),
        }
    };
    text[from..]
        .char_indices()
        .find(ends)
        .map_or(text.len(), |(at, _)| from + at)
}

/// A block of YAML (`password: |`): every line behind that is indented further than the name's.
fn yaml_block(text: &str, name_end: usize, from: usize) -> Option<Range<usize>> {
    let head = text[from..].lines().next()?;
    let is_block = head.starts_with(['|', '>'])
        && head[1..]
            .trim_end()
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-'));
    if !is_block {
        return None;
    }
    let line = text[..name_end].rfind('\n').map_or(0, |at| at + 1);
    let depth = indentation(&text[line..]);
    let start = (from + head.len() + 1).min(text.len());
    let mut end = start;
    for line in text.get(start..)?.split_inclusive('\n') {
        if !line.trim().is_empty() && indentation(line) <= depth {
            break;
        }
        end += line.len();
    }
    Some(start..end)
}

fn indentation(line: &str) -> usize {
    line.bytes()
        .take_while(|byte| matches!(byte, b' ' | b'-'))
        .count()
}

/// Values that hide nothing: none at all, references to what is elsewhere, what was taken out before.
fn is_nothing(value: &str) -> bool {
    let word = value.trim_end_matches([',', ';', '}', ']', ')']);
    let refers = |open: &str, close: char| {
        let inside = value.strip_prefix(open);
        inside.is_some_and(|inside| {
            inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && inside.find(close).is_some_and(|at| {
                    let behind = &inside[at + close.len_utf8()..];
                    behind.chars().all(|c| !c.is_ascii_alphanumeric())
                })
        })
    };
    value.is_empty()
        || [
            "null", "None", "none", "nil", "<nil>", "true", "false", "unset", "&&", "||", "*",
            "***",
        ]
        .contains(&word)
        || value.starts_with("[redacted:")
        || value.starts_with("[secret]")
        || refers("$(", ')')
        || refers("${", '}')
        || ["{", "[", "{}", "[]"].contains(&value)
        || ["{\"", "{\\\"", "[{\"", "[{\\\""]
            .iter()
            .any(|open| value.starts_with(open))
}
