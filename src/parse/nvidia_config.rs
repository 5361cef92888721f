//! `/etc/nvidia-container-runtime/config.toml`: the few keys that decide whether GPUs arrive.
//!
//! Only tables and `key = value` lines are read, which is all that `nvidia-ctk config` writes; what is
//! not understood is left out, so that an odd file is never called wrong for it.

/// What of the file matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// `no-cgroups` of `[nvidia-container-cli]`: the hook opens no device for the container.
    pub no_cgroups: bool,
    /// `mode` of `[nvidia-container-runtime]`: `auto`, `legacy`, `cdi`, `jit-cdi` or `csv`.
    pub mode: Option<String>,
}

/// Reads the file.
pub fn config(text: &str) -> Config {
    let mut config = Config::default();
    let mut table = String::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            table = name.trim().to_owned();
        } else if let Some((key, value)) = line.split_once('=') {
            let value = value.trim().trim_matches(['"', '\'']);
            match (table.as_str(), key.trim()) {
                ("nvidia-container-cli", "no-cgroups") => config.no_cgroups = value == "true",
                ("nvidia-container-runtime", "mode") => config.mode = Some(value.to_owned()),
                _ => {}
            }
        }
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_file_that_the_package_brings_is_harmless() {
        let text = "#accept-nvidia-visible-devices-as-volume-mounts = false\n\
                    disable-require = false\n\
                    [nvidia-container-cli]\nenvironment = []\n#no-cgroups = true\nload-kmods = true\n\
                    [nvidia-container-runtime]\nlog-level = \"info\"\nmode = \"auto\" # the default\n\
                    [nvidia-container-runtime.modes.csv]\nmount-spec-path = \"/etc/x\"\n";
        let read = config(text);
        assert!(!read.no_cgroups);
        assert_eq!(read.mode.as_deref(), Some("auto"));
    }

    #[test]
    fn keys_count_in_their_own_table_only() {
        assert!(config("[nvidia-container-cli]\nno-cgroups = true\n").no_cgroups);
        assert!(!config("no-cgroups = true\n").no_cgroups);
        assert!(!config("[nvidia-container-runtime]\nno-cgroups = true\n").no_cgroups);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = config(&text);
        }
    }
}
