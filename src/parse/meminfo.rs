//! `/proc/meminfo` (proc_meminfo(5)).

/// Memory of the machine, in MiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// In all.
    pub total: u64,
    /// What programs can have without swapping.
    pub available: u64,
}

/// Reads it. `None`: neither number is there.
pub fn memory(text: &str) -> Option<Memory> {
    let value = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    Some(Memory {
        total: value("MemTotal:")? / 1024,
        available: value("MemAvailable:")? / 1024,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_counted_in_mebibytes() {
        let text = "MemTotal:       65536000 kB\nMemFree: 1 kB\nMemAvailable:   32768000 kB\n";
        let seen = memory(text).unwrap();
        assert_eq!((seen.total, seen.available), (64_000, 32_000));
        assert_eq!(memory(""), None);
    }
}
