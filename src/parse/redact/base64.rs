//! Base64 (RFC 4648), as far as secrets hide in it.

const PLAIN: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Whether a byte may stand in base64, in either alphabet.
pub(super) fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

/// What the whole groups of three of `bytes` look like; the rest is left out.
fn groups(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks_exact(3) {
        let [a, b, c] = [group[0], group[1], group[2]].map(usize::from);
        for digit in [
            a >> 2,
            (a & 3) << 4 | b >> 4,
            (b & 15) << 2 | c >> 6,
            c & 63,
        ] {
            out.push(char::from(PLAIN[digit]));
        }
    }
    out
}

/// What is the same in every base64 text that has these bytes somewhere in it: three forms, as the
/// bytes may begin at any place of a group; each in both alphabets. Forms too short to tell
/// anything are left out.
pub(super) fn cores(bytes: &[u8]) -> Vec<String> {
    let mut cores = Vec::new();
    for skip in 0..3.min(bytes.len()) {
        let core = groups(&bytes[skip..]);
        if core.len() < 8 {
            continue;
        }
        let other = core.replace('+', "-").replace('/', "_");
        if other != core {
            cores.push(other);
        }
        cores.push(core);
    }
    cores
}

/// The text behind base64, where it is text.
pub(super) fn decoded(text: &str) -> Option<String> {
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let byte = match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
        let digit = PLAIN.iter().position(|have| *have == byte)?;
        bits = bits << 6 | u32::try_from(digit).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xff).ok()?);
            bits &= (1 << count) - 1;
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
pub(super) fn encoded(bytes: &[u8]) -> String {
    let padding = (3 - bytes.len() % 3) % 3;
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len() + padding, 0);
    let mut out = groups(&padded);
    out.truncate(out.len() - padding);
    out.push_str(&"=".repeat(padding));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_standard_are_written_and_read() {
        for (text, code) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encoded(text.as_bytes()), code);
            assert_eq!(decoded(code).as_deref(), Some(text));
        }
        assert_eq!(decoded("not base64!"), None);
    }

    #[test]
    fn a_value_is_seen_wherever_it_begins() {
        for before in ["", "a", "ab", "abc", "user:"] {
            let text = encoded(format!("{before}correct horse battery").as_bytes());
            let cores = cores(b"correct horse battery");
            assert!(cores.iter().any(|core| text.contains(core)), "{before}");
        }
    }
}
