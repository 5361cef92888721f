//! OpenPGP keys (RFC 9580), as far as it takes to tell whose key a file holds.

/// The fingerprints of the primary keys in a file, armored or binary, in upper-case hexadecimal.
/// `None` where it is no such file, or holds a key of a version without SHA-1 fingerprints.
pub fn fingerprints(file: &[u8]) -> Option<Vec<String>> {
    let binary = match std::str::from_utf8(file) {
        Ok(text) if text.trim_start().starts_with(BEGIN) => dearmored(text.trim_start())?,
        _ => file.to_vec(),
    };
    let mut found = Vec::new();
    let mut rest = &binary[..];
    while !rest.is_empty() {
        let (tag, body, after) = packet(rest)?;
        if tag == PUBLIC_KEY {
            found.push(fingerprint(body)?);
        }
        rest = after;
    }
    (!found.is_empty()).then_some(found)
}

const BEGIN: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
/// Tag of a primary key; subkeys have 14.
const PUBLIC_KEY: u8 = 6;

/// The bytes within the armor (section 6.2): after the headers, up to the checksum.
fn dearmored(text: &str) -> Option<Vec<u8>> {
    let lines = text
        .lines()
        .skip(1)
        .skip_while(|line| !line.trim().is_empty());
    let mut bits = 0_u32;
    let mut kept = 0;
    let mut out = Vec::new();
    for line in lines.map(str::trim) {
        if line.starts_with('=') || line.starts_with("-----") {
            break;
        }
        for letter in line.bytes().filter(|byte| *byte != b'=') {
            let value = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
            kept += 6;
            if kept >= 8 {
                kept -= 8;
                out.push((bits >> kept & 0xff) as u8);
            }
        }
    }
    Some(out)
}

/// Tag, body and what follows (section 4.2). Bodies of unknown or partial length are no keys'.
fn packet(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if first & 0x80 == 0 {
        return None;
    }
    let number = |octets: &[u8]| {
        octets
            .iter()
            .fold(0_usize, |sum, octet| sum << 8 | usize::from(*octet))
    };
    let (tag, length, skip) = if first & 0x40 != 0 {
        let octet = *rest.first()?;
        let (length, skip) = match octet {
            0..=191 => (usize::from(octet), 1),
            192..=223 => (
                ((usize::from(octet) - 192) << 8) + usize::from(*rest.get(1)?) + 192,
                2,
            ),
            255 => (number(rest.get(1..5)?), 5),
            _ => return None,
        };
        (first & 0x3f, length, skip)
    } else {
        let skip = match first & 3 {
            0 => 1,
            1 => 2,
            2 => 4,
            _ => return None,
        };
        (first >> 2 & 0x0f, number(rest.get(..skip)?), skip)
    };
    let end = skip.checked_add(length)?;
    Some((tag, rest.get(skip..end)?, rest.get(end..)?))
}

/// Fingerprint of a key of version 4 (section 5.5.4.2).
fn fingerprint(body: &[u8]) -> Option<String> {
    let length = u16::try_from(body.len()).ok()?;
    if body.first() != Some(&4) {
        return None;
    }
    let mut sum = ring::digest::Context::new(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY);
    sum.update(&[0x99]);
    sum.update(&length.to_be_bytes());
    sum.update(body);
    let sum = sum.finish();
    Some(
        sum.as_ref()
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by gpg for this test, with an RSA subkey; told by `gpg --list-keys --with-colons`.
    const KEY: &str = include_str!("../../tests/tapes/openpgp/key-with-subkey.asc");
    const FINGERPRINT: &str = "474FE059629736A53FABB4D7442228FBEA8FAFB0";

    #[test]
    fn the_fingerprint_is_gpgs_own_armored_or_not() {
        assert_eq!(fingerprints(KEY.as_bytes()).unwrap(), [FINGERPRINT]);
        let binary = dearmored(KEY).unwrap();
        assert_eq!(fingerprints(&binary).unwrap(), [FINGERPRINT]);
        let twice = [binary.clone(), binary].concat();
        assert_eq!(fingerprints(&twice).unwrap().len(), 2);
    }

    #[test]
    fn what_is_no_key_has_no_fingerprint() {
        let binary = dearmored(KEY).unwrap();
        assert_eq!(fingerprints(b""), None);
        assert_eq!(fingerprints(b"<html>sign in</html>"), None);
        assert_eq!(fingerprints(BEGIN.as_bytes()), None);
        for cut in 1..binary.len() {
            if let Some(found) = fingerprints(&binary[..cut]) {
                assert_eq!(found, [FINGERPRINT], "cut at {cut} between two packets");
            }
        }
    }
}
