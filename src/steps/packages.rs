//! Packages of the distribution: names and commands.

use crate::host::ReadHost;
use crate::model::{Change, Command, Diff, Effect, Stream, Touch};
use crate::parse::apt::is_cut_short;
use crate::parse::os_release::{Family, OsRelease};
use camino::Utf8Path;
use std::time::Duration;

/// The package with the NFS server; `None` where nothing is known.
pub fn nfs_server(family: Family) -> Option<&'static str> {
    match family {
        Family::Debian | Family::Suse => Some("nfs-kernel-server"),
        Family::RedHat | Family::Arch => Some("nfs-utils"),
        Family::Other => None,
    }
}

/// The distribution's own Docker; `None` where it has none.
pub fn docker(os: &OsRelease) -> Option<&'static str> {
    match os.family {
        Family::Debian => Some("docker.io"),
        Family::RedHat if os.id == "fedora" => Some("moby-engine"),
        Family::Suse | Family::Arch => Some("docker"),
        Family::RedHat | Family::Other => None,
    }
}

/// NVIDIA's container toolkit, everywhere. It needs its three other packages at its own version.
pub const TOOLKIT: &str = "nvidia-container-toolkit";

/// The field in which dpkg differs that was ended in the middle of its work (a power cut): it takes
/// nothing new before it has finished that.
pub const DPKG: &str = "dpkg";

/// Whether dpkg was; nothing on other distributions.
pub async fn cut_short(host: &dyn ReadHost, family: Family) -> Option<Diff> {
    if family != Family::Debian {
        return None;
    }
    let updates = host.list_dir(Utf8Path::new("/var/lib/dpkg/updates")).await;
    let names = updates.ok().flatten().unwrap_or_default();
    is_cut_short(&names).then(|| Diff::new(DPKG, "finished", "cut short"))
}

/// Lets dpkg finish.
pub fn finish() -> Change {
    Change::safe(
        Effect::Run(run(&["dpkg", "--configure", "-a"])),
        "dpkg was ended in the middle of its work and takes nothing new before that is finished",
    )
}

/// A command of root's that a package manager runs long and says much with.
pub fn run(argv: &[&str]) -> Command {
    let command = Command::new(argv.iter().copied())
        .as_root()
        .stream(Stream::Lines)
        .timeout(Duration::from_secs(900));
    if matches!(argv.first(), Some(&"apt-get" | &"dpkg")) {
        // No question may wait for an answer that nobody sees.
        command.env("DEBIAN_FRONTEND", "noninteractive")
    } else {
        command
    }
}

/// Installs a package. `apt-get update` is a command of its own: chained, its failure is hidden.
/// Nothing may be removed for it: that could not be taken back.
pub fn install(family: Family, package: &str) -> Vec<Command> {
    let touch = Touch::Package(package.to_owned());
    match family {
        Family::Debian => vec![
            run(&["apt-get", "update"]),
            run(&[
                "apt-get",
                "install",
                "-y",
                "--no-install-recommends",
                "--no-remove",
                package,
            ])
            .touching(touch),
        ],
        Family::RedHat => vec![run(&["dnf", "install", "-y", package]).touching(touch)],
        Family::Suse => vec![
            run(&[
                "zypper",
                "--non-interactive",
                "install",
                "--no-recommends",
                package,
            ])
            .touching(touch),
        ],
        Family::Arch => {
            vec![run(&["pacman", "-S", "--noconfirm", "--needed", package]).touching(touch)]
        }
        Family::Other => Vec::new(),
    }
}

/// Removes a package, and nothing else. On Debian and Ubuntu more is known: see [`super::apt`].
pub fn remove(family: Family, package: &str) -> Option<Command> {
    let argv: &[&str] = match family {
        Family::RedHat => &["dnf", "remove", "-y", "--noautoremove"],
        Family::Suse => &["zypper", "--non-interactive", "remove"],
        Family::Arch => &["pacman", "-R", "--noconfirm"],
        Family::Debian | Family::Other => return None,
    };
    let mut words = argv.to_vec();
    words.push(package);
    Some(run(&words).touching(Touch::Package(package.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_is_the_distributions_own_or_a_persons_business() {
        let of = |text| docker(&crate::parse::os_release::os_release(text));
        assert_eq!(of("ID=ubuntu\nID_LIKE=debian\n"), Some("docker.io"));
        assert_eq!(of("ID=fedora\n"), Some("moby-engine"));
        assert_eq!(of("ID=arch\n"), Some("docker"));
        assert_eq!(of("ID=\"rhel\"\nID_LIKE=\"fedora\"\n"), None);
        assert_eq!(of("ID=nixos\n"), None);
    }

    #[test]
    fn every_family_installs_in_its_own_words() {
        let lines = |family| -> Vec<String> {
            let package = nfs_server(family).unwrap_or("-");
            install(family, package).iter().map(Command::line).collect()
        };
        assert_eq!(
            lines(Family::Debian),
            [
                "DEBIAN_FRONTEND=noninteractive apt-get update",
                "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends --no-remove nfs-kernel-server"
            ]
        );
        assert_eq!(lines(Family::RedHat), ["dnf install -y nfs-utils"]);
        assert_eq!(
            lines(Family::Suse),
            ["zypper --non-interactive install --no-recommends nfs-kernel-server"]
        );
        assert_eq!(
            lines(Family::Arch),
            ["pacman -S --noconfirm --needed nfs-utils"]
        );
        assert!(lines(Family::Other).is_empty());
    }
}
