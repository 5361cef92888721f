//! Quantities as Kubernetes writes them (`apimachinery` `pkg/api/resource`): `500m`, `12Gi`, `16`, `1e3`.

/// A quantity in thousandths of its unit (bytes, cores, devices). `None` for what is none.
pub fn milli(text: &str) -> Option<u128> {
    let text = text.trim();
    let at = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(at);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && part.is_empty() || part.contains('.') {
        return None;
    }
    let scale: u128 = match suffix {
        "m" => 1,
        "" => 1000,
        "k" => 1000 * 1000,
        "M" => 1000 * 1000_u128.pow(2),
        "G" => 1000 * 1000_u128.pow(3),
        "T" => 1000 * 1000_u128.pow(4),
        "Ki" => 1000 * 1024,
        "Mi" => 1000 * 1024_u128.pow(2),
        "Gi" => 1000 * 1024_u128.pow(3),
        "Ti" => 1000 * 1024_u128.pow(4),
        exponent => {
            let power: u32 = exponent.strip_prefix(['e', 'E'])?.parse().ok()?;
            1000_u128.checked_mul(10_u128.checked_pow(power)?)?
        }
    };
    let whole: u128 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let mut total = whole.checked_mul(scale)?;
    let mut tenth = scale;
    for digit in part.bytes().take(18) {
        tenth /= 10;
        total = total.checked_add(u128::from(digit - b'0') * tenth)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_and_counts_are_compared_in_one_unit() {
        assert_eq!(milli("500m"), Some(500));
        assert_eq!(milli("4"), Some(4000));
        assert_eq!(milli("1.5"), Some(1500));
        assert_eq!(milli("12Gi"), Some(12 * 1024 * 1024 * 1024 * 1000));
        assert_eq!(milli("1e3"), milli("1k"));
        assert!(milli("61440000Ki") > milli("12Gi"));
    }

    #[test]
    fn what_is_no_quantity_is_none() {
        for text in ["", "{{gpus}}", "12GB", "-1", "1.2.3", "Gi"] {
            assert_eq!(milli(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = milli(&text);
        }
    }
}
