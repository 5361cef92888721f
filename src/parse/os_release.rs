//! `/etc/os-release`: which distribution this is, so that advice is true for it.

/// A family of distributions with one way to install packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Debian, Ubuntu and what derives from them: apt.
    Debian,
    /// Fedora, RHEL and what derives from them: dnf.
    RedHat,
    /// openSUSE and SLES: zypper.
    Suse,
    /// Arch and what derives from it: pacman.
    Arch,
    /// Anything else: nothing is installed for it.
    Other,
}

/// What is known of the distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OsRelease {
    /// `ID`, lower case.
    pub id: String,
    /// `PRETTY_NAME`, or the id.
    pub name: String,
    /// `VERSION_ID`; missing on rolling releases.
    pub version: Option<String>,
    /// Told from `ID`, then from each word of `ID_LIKE`.
    pub family: Family,
}

/// Reads the file. Nothing in it is required: an empty one is [`Family::Other`].
pub fn os_release(text: &str) -> OsRelease {
    let value = |key: &str| {
        text.lines().find_map(|line| {
            let (name, value) = line.trim().split_once('=')?;
            (name == key).then(|| value.trim_matches(['"', '\'']).to_owned())
        })
    };
    let id = value("ID").unwrap_or_default().to_ascii_lowercase();
    let like = value("ID_LIKE").unwrap_or_default().to_ascii_lowercase();
    let family = std::iter::once(id.as_str())
        .chain(like.split_whitespace())
        .find_map(family)
        .unwrap_or(Family::Other);
    let name = value("PRETTY_NAME").filter(|name| !name.is_empty());
    OsRelease {
        name: name.unwrap_or_else(|| {
            if id.is_empty() {
                "an unnamed Linux".to_owned()
            } else {
                id.clone()
            }
        }),
        version: value("VERSION_ID").filter(|version| !version.is_empty()),
        id,
        family,
    }
}

fn family(id: &str) -> Option<Family> {
    match id {
        "debian" | "ubuntu" | "linuxmint" | "pop" | "raspbian" => Some(Family::Debian),
        "fedora" | "rhel" | "centos" | "rocky" | "almalinux" | "ol" | "amzn" => {
            Some(Family::RedHat)
        }
        "suse" | "opensuse" | "opensuse-leap" | "opensuse-tumbleweed" | "sles" => {
            Some(Family::Suse)
        }
        "arch" | "archlinux" | "manjaro" => Some(Family::Arch),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn families_are_told_by_id_and_by_likeness() {
        let seen = |text| os_release(text).family;
        assert_eq!(seen("ID=ubuntu\nVERSION_ID=\"24.04\"\n"), Family::Debian);
        assert_eq!(
            seen("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\""),
            Family::RedHat
        );
        assert_eq!(
            seen("ID=elementary\nID_LIKE=\"ubuntu debian\""),
            Family::Debian
        );
        assert_eq!(seen("ID=opensuse-leap"), Family::Suse);
        assert_eq!(seen("ID=endeavouros\nID_LIKE=arch"), Family::Arch);
        assert_eq!(seen("ID=nixos"), Family::Other);
        assert_eq!(seen(""), Family::Other);
    }

    #[test]
    fn the_name_is_the_pretty_one() {
        let os = os_release("PRETTY_NAME=\"Ubuntu 24.04.2 LTS\"\nID=ubuntu\nVERSION_ID='24.04'");
        assert_eq!(os.name, "Ubuntu 24.04.2 LTS");
        assert_eq!(os.version.as_deref(), Some("24.04"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            let _ = os_release(&text);
        }
    }
}
