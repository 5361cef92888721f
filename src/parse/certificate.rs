//! When an X.509 certificate ends, read off its DER (RFC 5280, section 4.1): nothing else of it is
//! looked at and nothing is verified.

use serde_json::Value;

/// Days since 1970-01-01 on which the client certificate of a kubeconfig's current context ends.
/// `None` where it is not embedded, or is none.
pub fn client_certificate_end(kubeconfig: &str) -> Option<i64> {
    let config: Value = serde_yaml::from_str(kubeconfig).ok()?;
    let current = config.get("current-context")?.as_str()?;
    let user = named(&config, "contexts", current)?
        .pointer("/context/user")?
        .as_str()?;
    let data = named(&config, "users", user)?
        .pointer("/user/client-certificate-data")?
        .as_str()?;
    pem_end(&String::from_utf8(base64(data)?).ok()?)
}

fn named<'a>(config: &'a Value, list: &str, name: &str) -> Option<&'a Value> {
    let entries = config.get(list)?.as_array()?;
    entries
        .iter()
        .find(|entry| entry.get("name").and_then(Value::as_str) == Some(name))
}

/// The same for the first certificate of a PEM text.
pub fn pem_end(pem: &str) -> Option<i64> {
    let (_, rest) = pem.split_once("-----BEGIN CERTIFICATE-----")?;
    let (body, _) = rest.split_once("-----END CERTIFICATE-----")?;
    der_end(&base64(body)?)
}

/// `Certificate.tbsCertificate.validity.notAfter`.
fn der_end(der: &[u8]) -> Option<i64> {
    let (_, certificate, _) = element(der)?;
    let (_, mut rest, _) = element(certificate)?;
    // The version is optional and tagged [0]; serial number, algorithm and issuer follow.
    let (tag, _, after) = element(rest)?;
    if tag == 0xa0 {
        rest = after;
    }
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (_, validity, _) = element(rest)?;
    let (_, _, after) = element(validity)?;
    let (tag, time, _) = element(after)?;
    let text = std::str::from_utf8(time).ok()?;
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, at) = match tag {
        // UTCTime: two digits of the year, 1950 to 2049.
        0x17 => (
            number(0, 2).map(|y| if y < 50 { y + 2000 } else { y + 1900 })?,
            2,
        ),
        0x18 => (number(0, 4)?, 4),
        _ => return None,
    };
    days(year, number(at, at + 2)?, number(at + 2, at + 4)?)
}

/// Days from 1970-01-01 to a day (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let shifted = (month + 9) % 12;
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Tag, content and what follows of the first element.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut length = usize::from(first);
    if first & 0x80 != 0 {
        let count = usize::from(first & 0x7f);
        if count > 4 || rest.len() < count {
            return None;
        }
        let (bytes, after) = rest.split_at(count);
        length = bytes
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte));
        rest = after;
    }
    (rest.len() >= length).then(|| {
        let (content, after) = rest.split_at(length);
        (tag, content, after)
    })
}

/// Bytes of a base64 text (RFC 4648); line ends are skipped.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' | b'\r' | b'\n' | b' ' => continue,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // `openssl req -x509 -subj /O=system:masters/CN=minikube-user`, which ends on 2029-11-22.
    const PEM: &str = "\
-----BEGIN CERTIFICATE-----
MIIBuDCCAV2gAwIBAgIUdjgIveKzFPR1Gi7G51fl6OOeeFEwCgYIKoZIzj0EAwIw
MTEXMBUGA1UECgwOc3lzdGVtOm1hc3RlcnMxFjAUBgNVBAMMDW1pbmlrdWJlLXVz
ZXIwHhcNMjYxMTIzMjM0MDU3WhcNMjkxMTIyMjM0MDU3WjAxMRcwFQYDVQQKDA5z
eXN0ZW06bWFzdGVyczEWMBQGA1UEAwwNbWluaWt1YmUtdXNlcjBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABEODW9m6+QshV5WXAmWJNOwq0qiWB54WNytaJIA+4lBJ
P1tULnIJEoiMaD7chiXrWqFgnAi/Ti7Oj/7FeXPoOMujUzBRMB0GA1UdDgQWBBTi
lyE3a1YpnQ2xaEBo4VCnQDmXGjAfBgNVHSMEGDAWgBTilyE3a1YpnQ2xaEBo4VCn
QDmXGjAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQCQ4Ko145cq
ao1T9/f+Io8YVjMWcDGUx9LeLJa2FENDOgIhAO4iW3JhQi8VX8usPaefWhQuw0tY
Na6o8K2sgcv1/rZg
-----END CERTIFICATE-----
";

    #[test]
    fn the_day_on_which_a_certificate_ends_is_read() {
        assert_eq!(pem_end(PEM), days(2029, 11, 22));
        assert_eq!(days(2029, 11, 22), Some(21_875));
        assert_eq!(days(1970, 1, 1), Some(0));
    }

    #[test]
    fn the_certificate_of_the_current_context_counts() {
        let data = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJ1RENDQVYyZ0F3SUJBZ0lVZGpnSXZlS3pGUFIxR2k3RzUxZmw2T09lZUZFd0NnWUlLb1pJemowRUF3SXcKTVRFWE1CVUdBMVVFQ2d3T2MzbHpkR1Z0T20xaGMzUmxjbk14RmpBVUJnTlZCQU1NRFcxcGJtbHJkV0psTFhWegpaWEl3SGhjTk1qWXhNVEl6TWpNME1EVTNXaGNOTWpreE1USXlNak0wTURVM1dqQXhNUmN3RlFZRFZRUUtEQTV6CmVYTjBaVzA2YldGemRHVnljekVXTUJRR0ExVUVBd3dOYldsdWFXdDFZbVV0ZFhObGNqQlpNQk1HQnlxR1NNNDkKQWdFR0NDcUdTTTQ5QXdFSEEwSUFCRU9EVzltNitRc2hWNVdYQW1XSk5Pd3EwcWlXQjU0V055dGFKSUErNGxCSgpQMXRVTG5JSkVvaU1hRDdjaGlYcldxRmduQWkvVGk3T2ovN0ZlWFBvT011alV6QlJNQjBHQTFVZERnUVdCQlRpCmx5RTNhMVlwblEyeGFFQm80VkNuUURtWEdqQWZCZ05WSFNNRUdEQVdnQlRpbHlFM2ExWXBuUTJ4YUVCbzRWQ24KUURtWEdqQVBCZ05WSFJNQkFmOEVCVEFEQVFIL01Bb0dDQ3FHU000OUJBTUNBMGtBTUVZQ0lRQ1E0S28xNDVjcQphbzFUOS9mK0lvOFlWak1XY0RHVXg5TGVMSmEyRkVORE9nSWhBTzRpVzNKaFFpOFZYOHVzUGFlZldoUXV3MHRZCk5hNm84SzJzZ2N2MS9yWmcKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=";
        let config = format!(
            "current-context: a\ncontexts:\n- name: b\n  context: {{user: b}}\n- name: a\n  context: {{user: a}}\nusers:\n- name: b\n  user: {{}}\n- name: a\n  user:\n    client-certificate-data: {data}\n"
        );
        assert_eq!(client_certificate_end(&config), Some(21_875));
        assert_eq!(
            client_certificate_end(&config.replace("t: a", "t: b")),
            None
        );
        assert_eq!(client_certificate_end("c2ltdWxhdGVk"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in ".*") {
            let _ = (der_end(&bytes), pem_end(&text), client_certificate_end(&text));
        }
    }
}
