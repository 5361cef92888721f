//! Names of runs.

use crate::model::{RunId, civil};

/// Makes a name from the time (milliseconds since the epoch, UTC) and some entropy, such as
/// `20261123-1453-k7q`. Names of one machine sort by time to the minute.
pub fn run_id(now_ms: u64, entropy: u64) -> RunId {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let (year, month, day) = civil(now_ms / 86_400_000);
    let minutes = now_ms / 60_000 % 1440;
    let mut tail = String::new();
    let mut rest = entropy ^ now_ms.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3 {
        tail.push(char::from(LETTERS[(rest >> 59) as usize]));
        rest = rest
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
    }
    RunId(format!(
        "{year:04}{month:02}{day:02}-{:02}{:02}-{tail}",
        minutes / 60,
        minutes % 60
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_by_its_minute() {
        let id = run_id(1_795_445_580_000, 7).0;
        assert!(id.starts_with("20261123-1453-"), "{id}");
        assert_eq!(id.len(), "20261123-1453-k7q".len());
        assert_ne!(
            run_id(1_795_445_580_000, 8 << 60).0,
            id,
            "entropy tells runs of a minute apart"
        );
    }
}
