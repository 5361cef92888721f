//! `systemctl show --property=LoadState,ActiveState,Result`.

/// Why a unit does not run, in systemd's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// `LoadState`: `loaded`, `not-found`, `masked` …
    pub load: String,
    /// `ActiveState`: `active`, `inactive`, `failed`, `activating` …
    pub active: String,
    /// `Result` of its last end: `success`, `exit-code`, `start-limit-hit` …
    pub result: String,
}

/// Reads it. Nothing is missing from an answer of systemd; what is, stays empty.
pub fn unit(text: &str) -> Unit {
    let value = |key: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
            .unwrap_or_default()
            .to_owned()
    };
    Unit {
        load: value("LoadState"),
        active: value("ActiveState"),
        result: value("Result"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_come_in_any_order() {
        let failed = unit("Result=start-limit-hit\nLoadState=loaded\nActiveState=failed\n");
        assert_eq!((&*failed.load, &*failed.active), ("loaded", "failed"));
        assert_eq!(failed.result, "start-limit-hit");
        assert_eq!(unit(""), Unit::default());
    }
}
