//! Names of runs.

use crate::model::RunId;

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

/// Day number since 1970-01-01 to year, month, day (Howard Hinnant's `civil_from_days`).
fn civil(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
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
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
    }
}
