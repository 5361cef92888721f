//! What apt and dpkg say of packages before anything is changed.
//!
//! `apt-get --simulate` prints one line an action, in no language but its own: `Inst NAME (NEW …)`,
//! `Inst NAME [OLD] (NEW …)` for an upgrade, `Remv NAME [OLD]`, `Purg NAME [OLD]` (apt 2.6.2).

/// What an `apt-get` command would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simulation {
    /// Packages that would come, in apt's order.
    pub new: Vec<String>,
    /// Packages that are there and would get another version.
    pub upgraded: Vec<String>,
    /// Packages that would go, with or without their configuration.
    pub removed: Vec<String>,
}

/// Reads a simulation. Every other line (`Conf`, `Reading package lists…`) says nothing of its own.
pub fn simulation(text: &str) -> Simulation {
    let mut found = Simulation::default();
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        let (Some(action), Some(name)) = (words.next(), words.next()) else {
            continue;
        };
        let list = match action {
            "Inst" if words.next().is_some_and(|word| word.starts_with('[')) => &mut found.upgraded,
            "Inst" => &mut found.new,
            "Remv" | "Purg" => &mut found.removed,
            _ => continue,
        };
        list.push(name.to_owned());
    }
    found
}

/// A package as dpkg has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name, without the architecture.
    pub name: String,
    /// What was asked for: `install`, `deinstall`, `purge` …
    pub want: String,
    /// `installed`, `config-files` (removed, its configuration stayed), `not-installed` …
    pub status: String,
    /// The configuration files that dpkg itself keeps.
    pub conffiles: Vec<String>,
}

impl Package {
    /// Whether any of its program files may be there.
    pub fn is_installed(&self) -> bool {
        !matches!(self.status.as_str(), "config-files" | "not-installed")
    }

    /// Whether it was to go and is still there: a removal was cut short. apt forgets by then that it
    /// came as a dependency, so it no longer tells that nothing needs it.
    pub fn is_condemned(&self) -> bool {
        self.is_installed() && matches!(self.want.as_str(), "deinstall" | "purge")
    }

    /// Whether only its configuration is there.
    pub fn is_remains(&self) -> bool {
        self.status == "config-files"
    }
}

/// Reads `dpkg-query -W -f '${Package} ${db:Status-Want} ${db:Status-Status}\n${Conffiles}\n'`: a line
/// a package, and below it ` PATH MD5` for each configuration file.
pub fn packages(text: &str) -> Vec<Package> {
    let mut found: Vec<Package> = Vec::new();
    for line in text.lines() {
        if let Some(conffile) = line.strip_prefix(' ') {
            // An obsolete file has a word behind its sum; a path has no blank in any package.
            if let (Some(last), Some(path)) = (found.last_mut(), conffile.split(' ').next()) {
                last.conffiles.push(path.to_owned());
            }
        } else if let [name, want, status] = line.split(' ').collect::<Vec<_>>()[..] {
            found.push(Package {
                name: name.to_owned(),
                want: want.to_owned(),
                status: status.to_owned(),
                conffiles: Vec::new(),
            });
        }
    }
    found
}

/// Reads `dpkg --verify`: the configuration files that are not as their package brought them, such
/// as `??5?????? c /etc/default/rpcbind`. What was deleted (`missing`) has nothing left to lose.
pub fn edited(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| {
            let (checks, rest) = line.split_once(' ')?;
            let path = rest.trim_start().strip_prefix("c ")?;
            (checks.as_bytes().get(2) == Some(&b'5')).then(|| path.trim().to_owned())
        })
        .collect()
}

/// Whether a package's state (`install ok unpacked`) says that its installation has begun and not
/// ended (dpkg-query(1), `db:Status-Status`).
pub fn is_half_done(status: &str) -> bool {
    let state = status.split_whitespace().nth(2);
    matches!(
        state,
        Some("half-installed" | "unpacked" | "half-configured")
    )
}

/// Whether one of the names in `/var/lib/dpkg/updates` says that dpkg was cut short: it notes there,
/// in files named by numbers, what it has not yet written down for good (apt, `CheckUpdates`).
pub fn is_cut_short(names: &[String]) -> bool {
    let number = |name: &String| !name.is_empty() && name.bytes().all(|c| c.is_ascii_digit());
    names.iter().any(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_comes_with_the_server_is_read_from_a_simulation() {
        let text = include_str!("../../tests/tapes/apt-debian-12/install-fresh.txt");
        let found = simulation(text);
        assert_eq!(found.new.len(), 34);
        for name in ["nfs-kernel-server", "nfs-common", "rpcbind", "keyutils"] {
            assert!(found.new.contains(&name.to_owned()), "{name}");
        }
        assert!(found.upgraded.is_empty() && found.removed.is_empty());
        let none = include_str!("../../tests/tapes/apt-debian-12/install-no-lists.txt");
        assert_eq!(simulation(none), Simulation::default());
    }

    #[test]
    fn an_upgrade_and_a_removal_are_no_new_packages() {
        let found = simulation(
            "Inst libc6 [2.36-9] (2.36-10 Debian:12 [amd64])\n\
             Remv nfs-ganesha [4.3-1]\nPurg old [1]\nInst libx:i386 (1 Debian:12 [i386])\n\
             Conf libc6 (2.36-10 Debian:12 [amd64])\n",
        );
        assert_eq!(found.upgraded, ["libc6"]);
        assert_eq!(found.removed, ["nfs-ganesha", "old"]);
        assert_eq!(found.new, ["libx:i386"]);
    }

    #[test]
    fn what_nothing_needs_any_more_is_what_came() {
        let came = include_str!("../../tests/tapes/apt-debian-12/install-fresh.txt");
        let goes = include_str!("../../tests/tapes/apt-debian-12/unneeded.txt");
        let (mut came, mut goes) = (simulation(came).new, simulation(goes).removed);
        came.sort();
        goes.sort();
        assert_eq!(came, goes);
    }

    #[test]
    fn states_and_configuration_are_told_apart() {
        let text = include_str!("../../tests/tapes/apt-debian-12/states.txt");
        let found = packages(text);
        let of = |name: &str| found.iter().find(|package| package.name == name).unwrap();
        assert!(of("libtirpc3").is_installed() && of("libtirpc3").conffiles.is_empty());
        assert!(of("rpcbind").is_remains());
        assert!(!of("rpcbind").is_condemned() && !of("libtirpc3").is_condemned());
        let cut_short =
            packages("libexpat1 deinstall half-installed\n\nlibkrb5-3 purge installed\n");
        assert!(cut_short.iter().all(Package::is_condemned));
        assert_eq!(of("keyutils").conffiles, ["/etc/request-key.conf"]);
        assert_eq!(of("rpcbind").conffiles.len(), 3);
    }

    #[test]
    fn an_edited_configuration_is_seen_and_a_deleted_one_is_no_loss() {
        let text = include_str!("../../tests/tapes/apt-debian-12/verify-edited.txt");
        assert_eq!(
            edited(text),
            ["/etc/request-key.conf", "/etc/default/rpcbind"]
        );
        assert!(edited("??5??????   /usr/sbin/rpcbind\n").is_empty());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(\\PC|\n){0,200}") {
            let _ = (simulation(&text), packages(&text), edited(&text));
        }
    }

    #[test]
    fn work_that_was_cut_short_is_seen_in_states_and_in_the_journal_of_dpkg() {
        assert!(is_half_done("install ok unpacked"));
        assert!(is_half_done("install reinstreq half-installed\n"));
        assert!(!is_half_done("install ok installed"));
        assert!(!is_half_done("deinstall ok config-files"));
        assert!(!is_half_done(""));
        assert!(is_cut_short(&["tmp.i".to_owned(), "0003".to_owned()]));
        assert!(!is_cut_short(&["tmp.i".to_owned()]));
    }
}
