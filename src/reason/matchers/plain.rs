//! A line without its dress: escapes of JSON, URLs, HTML and terminals are undone.

/// Undoes escapes. One pasted line can hold several (`\n` in a JSON string), so line feeds in the
/// answer part lines.
pub(super) fn plain(line: &str) -> String {
    without_terminal_codes(&unescaped(line)).to_lowercase()
}

/// Escapes of JSON at any depth (`\"`, `\\n`, `\u0022`), of shells and C (`\x1b`, `\033`), of URLs
/// (`%20`) and of HTML (`&quot;`).
fn unescaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['\\', '%', '&']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (length, meant) = escape(rest);
        out.push_str(&meant);
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// The length of the escape that a text begins with, and what it stands for.
fn escape(text: &str) -> (usize, String) {
    match text.as_bytes()[0] {
        b'\\' => {
            let slashes = text.len() - text.trim_start_matches('\\').len();
            let (length, meant) = after_slashes(&text[slashes..]);
            (slashes + length, meant)
        }
        b'%' => match hex(text, 1, 2).filter(|code| (0x20..0x7f).contains(code)) {
            Some(code) => (3, char::from_u32(code).unwrap_or(' ').to_string()),
            None => (1, "%".to_owned()),
        },
        _ => HTML
            .iter()
            .find(|(name, _)| text.starts_with(name))
            .map_or((1, "&".to_owned()), |(name, meant)| {
                (name.len(), (*meant).to_owned())
            }),
    }
}

const HTML: &[(&str, &str)] = &[
    ("&quot;", "\""),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&#34;", "\""),
    ("&#x27;", "'"),
    ("&#x2F;", "/"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&nbsp;", " "),
    ("&amp;", "&"),
];

fn after_slashes(text: &str) -> (usize, String) {
    let code = |from: usize, digits: usize, length: usize| {
        let meant = hex(text, from, digits)
            .and_then(char::from_u32)
            .map(String::from);
        (
            if meant.is_some() { length } else { 0 },
            meant.unwrap_or_default(),
        )
    };
    match text.as_bytes().first() {
        Some(b'n' | b'r') => (1, "\n".to_owned()),
        Some(b't') => (1, " ".to_owned()),
        Some(b'u') => code(1, 4, 5),
        Some(b'x') => code(1, 2, 3),
        Some(b'0') if text.starts_with("033[") => (3, "\u{1b}".to_owned()),
        Some(b'e') if text.starts_with("e[") => (1, "\u{1b}".to_owned()),
        _ => (0, String::new()),
    }
}

fn hex(text: &str, from: usize, digits: usize) -> Option<u32> {
    let digits = text.get(from..from + digits)?;
    u32::from_str_radix(digits, 16).ok()
}

/// Without colours, cursor movements and window titles (ECMA-48: CSI, OSC and the strings like
/// it), also where the escape character was written out as `^[` or, by syslog, as `#033`.
fn without_terminal_codes(text: &str) -> String {
    let text = text.replace("^[[", "\u{1b}[").replace("#033[", "\u{1b}[");
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
            continue;
        }
        match chars.next() {
            // Parameters, then one final byte.
            Some('[') => while chars.next().is_some_and(|c| !('@'..='~').contains(&c)) {},
            // A string up to BEL or ESC \.
            Some(']' | 'P' | '_' | '^' | 'X') => {
                while let Some(c) = chars.next() {
                    if c == '\u{7}' {
                        break;
                    }
                    if c == '\u{1b}' {
                        chars.next_if_eq(&'\\');
                        break;
                    }
                }
            }
            // A character set: one more character.
            Some('(' | ')' | '#' | '%') => {
                chars.next();
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_any_depth_are_undone() {
        for (dressed, bare) in [
            (
                r#"could not select device driver \"\" with"#,
                r#"could not select device driver "" with"#,
            ),
            (
                r#"{\"message\":\"a \\\"b\\\"\\nc\"}"#,
                "{\"message\":\"a \"b\"\nc\"}",
            ),
            (r"nvidia.com\/gpu \u003e 0", "nvidia.com/gpu > 0"),
            (
                "http://%2Fvar%2Frun%2Fdocker.sock 100%",
                "http:///var/run/docker.sock 100%",
            ),
            ("couldn&#39;t &lt;x&gt; &c", "couldn't <x> &c"),
            (r"\u001b[31mRed\u001b[0m \x1b[1mb\033[0m", "red b"),
            ("\u{1b}]0;title\u{7}x^[[0m #033[31my\u{1b}(B", "x y"),
            (r"C:\ü \uZZ \x9 %zz %", "c:ü uzz x9 %zz %"),
        ] {
            assert_eq!(plain(dressed), bare);
        }
    }
}
