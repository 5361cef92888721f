//! Reasons of package managers and of systemd's units.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::PACKAGE_LOCKED,
        Exit::ChangeFailed,
        "another program is using the package manager",
        "The package manager's lock is held: unattended upgrades right after boot, a software centre, or a
second terminal. It passes by itself in minutes. Deleting the lock's file damages the package
database and is never needed.

  ps -C apt,apt-get,dpkg,unattended-upgr,dnf,zypper,pacman,packagekitd -o pid,etime,args

pacman alone leaves its lock behind after a crash: `/var/lib/pacman/db.lck` may be removed when no
pacman runs.",
    )
    .advice(&[
        ("see who holds it, and wait", Some("ps -C apt-get,dpkg,unattended-upgr,dnf,zypper,pacman -o pid,etime,args")),
        ("or have apt wait for it", Some("sudo apt-get -o DPkg::Lock::Timeout=600 install <package>")),
    ])
    .retryable(),
    Kind::new(
        ids::PACKAGE_INTERRUPTED,
        Exit::NeedsHuman,
        "an earlier installation was cut short",
        "dpkg was killed, or a package's own script failed, in the middle of an installation; apt does
nothing more until that is finished: `dpkg was interrupted, you must manually run`, `Sub-process
/usr/bin/dpkg returned an error code`. The lines above it name the package and what its script said.

  dpkg --audit",
    )
    .advice(&[
        ("finish it", Some("sudo dpkg --configure -a")),
        ("then complete what it needs", Some("sudo apt-get install -f")),
    ]),
    Kind::new(
        ids::PACKAGE_KEY_MISSING,
        Exit::NeedsHuman,
        "the key of a package repository is missing or has changed",
        "The repository is signed with a key that this machine does not have or that has run out:
`NO_PUBKEY`, `EXPKEYSIG`, `The repository is not signed`, `GPG check FAILED`. Vendors change keys;
NVIDIA did in 2022. Fetch the key from the vendor's documentation, into the file that the
repository's `signed-by` names, and compare its fingerprint.

  grep -rn signed-by /etc/apt/sources.list.d
  ls -l /usr/share/keyrings /etc/apt/keyrings",
    )
    .advice(&[
        (
            "fetch the key of NVIDIA's container toolkit again",
            Some("curl -fsSL https://nvidia.github.io/libnvidia-container/gpgkey | sudo gpg --batch --yes --dearmor -o /usr/share/keyrings/nvidia-container-toolkit-keyring.gpg"),
        ),
        ("then read the lists again", Some("sudo apt-get update")),
    ])
    .see("https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html"),
    Kind::new(
        ids::PACKAGE_SOURCES_CONFLICT,
        Exit::NeedsHuman,
        "two lists name the same repository with different keys",
        "`Conflicting values set for option Signed-By`: apt reads no list at all while two files disagree,
usually an old nvidia-docker.list or libnvidia-container.list beside nvidia-container-toolkit.list.
The old one has to go.

  grep -l nvidia.github.io /etc/apt/sources.list.d/*",
    )
    .advice(&[
        ("see which files name it", Some("grep -l nvidia.github.io /etc/apt/sources.list.d/*")),
        ("remove the old one, then read the lists again", Some("sudo rm /etc/apt/sources.list.d/nvidia-docker.list && sudo apt-get update")),
    ])
    .see("https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/troubleshooting.html"),
    Kind::new(
        ids::PACKAGE_UNKNOWN,
        Exit::NeedsHuman,
        "no repository of this machine has that package",
        "The package manager knows no package of that name: its lists were never read (a fresh cloud image
or container), the repository that has it is not set up or not enabled (`universe` on Ubuntu, EPEL,
NVIDIA's own), or it is called otherwise on this distribution.

  apt-cache policy <package>
  grep -rhE '^(deb|URIs)' /etc/apt/sources.list /etc/apt/sources.list.d
  dnf repolist",
    )
    .advice(&[
        ("read the lists again, then try again", Some("sudo apt-get update")),
        ("see where it would come from", Some("apt-cache policy <package>")),
    ]),
    Kind::new(
        ids::PACKAGE_CONFLICT,
        Exit::NeedsHuman,
        "packages on this machine exclude each other",
        "What was to be installed needs a package in a version that cannot be had, or excludes one that is
there: `unmet dependencies`, `held broken packages`, `nothing provides`, `conflicting dependencies`.
Mixed repositories are the usual cause: Docker's `containerd.io` against the distribution's
`containerd`, packages of another release, packages put on hold.

  apt-mark showhold
  apt-cache policy <package>",
    )
    .advice(&[
        ("see what is on hold", Some("apt-mark showhold")),
        ("try to complete a half-done installation", Some("sudo apt-get install -f")),
    ]),
    Kind::new(
        ids::PACKAGE_MIRROR_STALE,
        Exit::ChangeFailed,
        "the package server does not have what its own list promises",
        "A package of the list cannot be downloaded: 404 because it was replaced since the lists were last
read, or a hash or size that does not fit because a mirror or proxy is in the middle of an update.
Reading the lists again is the cure; another mirror if it stays.

  sudo apt-get update",
    )
    .advice(&[
        ("read the lists again, then try again", Some("sudo apt-get update")),
        ("if hashes still do not fit, throw the old lists away first", Some("sudo rm -rf /var/lib/apt/lists && sudo apt-get update")),
        ("on Fedora and RHEL", Some("sudo dnf clean all && sudo dnf makecache")),
    ])
    .retryable(),
    Kind::new(
        ids::PACKAGE_REPOSITORY_UNFIT,
        Exit::NeedsHuman,
        "a package repository has nothing for this release",
        "`does not have a Release file`, `Failed to download metadata for repo`: the address is right for
another distribution or release. A release at the end of its life moves to an archive; a third
party's list was written for another codename; a derivative's codename is not its parent's.

  cat /etc/os-release
  grep -rn . /etc/apt/sources.list.d /etc/yum.repos.d

Correct the list that the message names, or switch it off.",
    )
    .advice(&[
        ("see which release this is", Some("cat /etc/os-release")),
        ("find the list that names the address", Some("grep -rn <address> /etc/apt/sources.list.d /etc/yum.repos.d")),
    ]),
    Kind::new(
        ids::CLOCK_WRONG,
        Exit::NeedsHuman,
        "this machine's clock is wrong",
        "apt says `Release file ... is not valid yet (invalid for another ...)`: the list was signed after
the time that this machine believes it is. TLS certificates fail in the same way (`certificate has
expired or is not yet valid: current time ... is before ...`). Machines that were suspended, virtual
machines and boards without a battery lose their clock.

  date -u
  timedatectl status",
    )
    .advice(&[
        ("let the clock be set from the network", Some("sudo timedatectl set-ntp true")),
        ("see whether it is in step", Some("timedatectl status")),
    ]),
    Kind::new(
        ids::UNIT_MASKED,
        Exit::NeedsHuman,
        "the service is masked",
        "`Unit X is masked`: somebody linked the unit to /dev/null so that nothing can start it, often in
favour of another program that does the same. It has to be unmasked first; find out why it was done.

  systemctl status <unit>
  ls -l /etc/systemd/system/<unit>",
    )
    .advice(&[("allow it again, then start it", Some("sudo systemctl unmask <unit> && sudo systemctl enable --now <unit>"))]),
    Kind::new(
        ids::UNIT_UNKNOWN,
        Exit::NeedsHuman,
        "there is no service of that name",
        "`Unit X could not be found`: the package that brings the service is not installed, or it is called
otherwise on this distribution, or systemd has not read a new unit file yet.

  systemctl list-unit-files --type=service
  systemctl daemon-reload",
    )
    .advice(&[("see which services there are", Some("systemctl list-unit-files --type=service"))]),
    Kind::new(
        ids::UNIT_FAILED,
        Exit::NeedsHuman,
        "a service ends as soon as it is started",
        "systemd started the service, it ended, and after several times systemd gave up: `Start request
repeated too quickly`, `the control process exited with error code`. Why it ended is in its own log,
above that line.

  systemctl status <unit>
  journalctl -u <unit> -n 50 --no-pager",
    )
    .advice(&[
        ("read its log", Some("journalctl -u <unit> -n 50 --no-pager")),
        ("after mending the cause, forget the failures and start it", Some("sudo systemctl reset-failed <unit> && sudo systemctl start <unit>")),
    ])
    .retryable(),
    Kind::new(
        ids::SYSTEMD_ABSENT,
        Exit::NeedsHuman,
        "systemd does not run on this machine",
        "`System has not been booted with systemd as init system (PID 1)`: this is a container, a WSL
distribution without systemd, or a distribution with another init. `systemctl` can do nothing there;
services are started by `service`, by the distribution's own means or by hand.

  ps -p 1 -o comm=

In WSL 2 put `systemd=true` below `[boot]` in /etc/wsl.conf, then run `wsl --shutdown` in Windows.",
    )
    .advice(&[
        ("see what the first process is", Some("ps -p 1 -o comm=")),
        ("start Docker without systemd", Some("sudo service docker start")),
    ])
    .see("https://learn.microsoft.com/windows/wsl/systemd"),
];
