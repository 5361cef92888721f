//! Versions of packages: `dpkg-query -W`, `rpm -q` or `pacman -Q`, one package a line.

/// A package and its version as the package manager writes it.
pub type Installed = (String, String);

/// Reads the lines; packages that are not installed (`package X is not installed`, `config-files`) and
/// lines that are none are left out. dpkg's third word is the state, the others have none.
pub fn installed(text: &str) -> Vec<Installed> {
    text.lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (name, version) = match words.as_slice() {
                [name, version] => (*name, *version),
                [name, version, "installed"] => (*name, *version),
                _ => return None,
            };
            let is_version = version.starts_with(|c: char| c.is_ascii_digit());
            is_version.then(|| (name.to_owned(), version.to_owned()))
        })
        .collect()
}

/// The upstream part of a package's version: `5:28.5.2-1~ubuntu.22.04~jammy` is `28.5.2`.
pub fn upstream(version: &str) -> &str {
    let version = version.split_once(':').map_or(version, |(_, rest)| rest);
    let end = version.find(['-', '~', '+']).unwrap_or(version.len());
    &version[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_installed_is_told_from_what_was() {
        let text = "libnvidia-container1 1.17.8-1 installed\n\
                    nvidia-container-toolkit 1.16.0-1 config-files\n\
                    nvidia-container-toolkit-base  not-installed\n";
        let read = installed(text);
        assert_eq!(
            read,
            [("libnvidia-container1".to_owned(), "1.17.8-1".to_owned())]
        );
        let rpm = "package docker-ce is not installed\nmoby-engine 24.0.5-1.fc39\n";
        assert_eq!(installed(rpm)[0].0, "moby-engine");
    }

    #[test]
    fn the_upstream_version_has_no_epoch_and_no_revision() {
        assert_eq!(upstream("5:28.5.2-1~ubuntu.22.04~jammy"), "28.5.2");
        assert_eq!(upstream("20.10.24+dfsg1-1"), "20.10.24");
        assert_eq!(upstream("1.17.8"), "1.17.8");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = (installed(&text), upstream(&text));
        }
    }
}
