//! Texts of package managers and of systemd.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    (
        "apt without root",
        PRIVILEGE_UNAVAILABLE,
        "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?",
    ),
    (
        "dnf without root",
        PRIVILEGE_UNAVAILABLE,
        "Error: This command has to be run with superuser privileges (under the root user on most systems).",
    ),
    (
        "pacman without root",
        PRIVILEGE_UNAVAILABLE,
        "error: you cannot perform this operation unless you are root.",
    ),
    (
        "apt during unattended-upgrades",
        PACKAGE_LOCKED,
        "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 2210 (unattended-upgr)\nN: Be aware that removing the lock file is not a solution and may break your system.\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?",
    ),
    (
        "apt update",
        PACKAGE_LOCKED,
        "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 998 (apt-get)\nE: Unable to lock directory /var/lib/apt/lists/",
    ),
    (
        "dpkg",
        PACKAGE_LOCKED,
        "dpkg: error: dpkg frontend lock was locked by another process with pid 4711\nNote: removing the lock file is always wrong, can damage the locked area",
    ),
    (
        "pacman",
        PACKAGE_LOCKED,
        "error: failed to init transaction (unable to lock database)\nerror: could not lock database: File exists\n  if you're sure a package manager is not already\n  running, you can remove /var/lib/pacman/db.lck",
    ),
    (
        "zypper",
        PACKAGE_LOCKED,
        "System management is locked by the application with pid 3021 (/usr/libexec/packagekitd).\nClose this application before trying again.",
    ),
    (
        "yum",
        PACKAGE_LOCKED,
        "Another app is currently holding the yum lock; waiting for it to exit...",
    ),
    (
        "apt on a machine with a slow clock",
        CLOCK_WRONG,
        "E: Release file for http://archive.ubuntu.com/ubuntu/dists/noble-updates/InRelease is not valid yet (invalid for another 3h 12min 5s). Updates for this repository will not be applied.",
    ),
    (
        "libnvidia-container#301",
        PACKAGE_KEY_MISSING,
        "W: GPG error: https://nvidia.github.io/libnvidia-container/stable/deb/amd64  InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY DDCAE044F796ECB0\nE: The repository 'https://nvidia.github.io/libnvidia-container/stable/deb/amd64  InRelease' is not signed.\nN: Updating from such a repository can't be done securely, and is therefore disabled by default.",
    ),
    (
        "apt, expired key",
        PACKAGE_KEY_MISSING,
        "W: An error occurred during the signature verification. The repository is not updated and the previous index files will be used. GPG error: https://download.docker.com/linux/ubuntu focal InRelease: The following signatures were invalid: EXPKEYSIG 7EA0A9C3F273FCD8 Docker Release (CE deb) <docker@docker.com>",
    ),
    (
        "dnf",
        PACKAGE_KEY_MISSING,
        "Public key for nvidia-container-toolkit-1.17.8-1.x86_64.rpm is not installed. Failing package is: nvidia-container-toolkit-1.17.8-1.x86_64\n GPG Keys are configured as: https://nvidia.github.io/libnvidia-container/gpgkey\nError: GPG check FAILED",
    ),
    (
        "pacman",
        PACKAGE_KEY_MISSING,
        "error: nfs-utils: signature from \"Some Packager <packager@archlinux.org>\" is unknown trust",
    ),
    (
        "dpkg",
        PACKAGE_INTERRUPTED,
        "E: dpkg was interrupted, you must manually run 'sudo dpkg --configure -a' to correct the problem.",
    ),
    (
        "dpkg",
        PACKAGE_INTERRUPTED,
        "Errors were encountered while processing:\n nvidia-dkms-550\nE: Sub-process /usr/bin/dpkg returned an error code (1)",
    ),
    (
        "apt, docker-ce beside docker.io",
        PACKAGE_CONFLICT,
        "The following packages have unmet dependencies:\n containerd.io : Conflicts: containerd\nE: Error, pkgProblemResolver::Resolve generated breaks, this may be caused by held packages.",
    ),
    (
        "apt",
        PACKAGE_CONFLICT,
        "E: Unable to correct problems, you have held broken packages.",
    ),
    (
        "dnf",
        PACKAGE_CONFLICT,
        "Error: \n Problem: cannot install the best candidate for the job\n  - nothing provides libcgroup needed by docker-ce-3:20.10.24-3.el8.x86_64 from docker-ce-stable",
    ),
    (
        "pacman",
        PACKAGE_CONFLICT,
        "error: unresolvable package conflicts detected\nerror: failed to prepare transaction (conflicting dependencies)",
    ),
    (
        "apt on a release at its end",
        PACKAGE_REPOSITORY_UNFIT,
        "E: The repository 'http://archive.ubuntu.com/ubuntu kinetic Release' no longer has a Release file.",
    ),
    (
        "apt with Docker's list on a derivative",
        PACKAGE_REPOSITORY_UNFIT,
        "E: The repository 'https://download.docker.com/linux/ubuntu wilma Release' does not have a Release file.\nN: Updating from such a repository can't be done securely, and is therefore disabled by default.",
    ),
    (
        "CentOS 8 after its end",
        PACKAGE_REPOSITORY_UNFIT,
        "Error: Failed to download metadata for repo 'appstream': Cannot prepare internal mirrorlist: No URLs in mirrorlist",
    ),
    (
        "zypper",
        PACKAGE_REPOSITORY_UNFIT,
        "[nvidia-container-toolkit|https://nvidia.github.io/x] Valid metadata not found at specified URL",
    ),
    (
        "apt with old lists",
        PACKAGE_MIRROR_STALE,
        "E: Failed to fetch http://archive.ubuntu.com/ubuntu/pool/main/n/nfs-utils/nfs-kernel-server_2.6.4-3ubuntu5_amd64.deb  404  Not Found [IP: 185.125.190.81 80]\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?",
    ),
    (
        "apt",
        PACKAGE_MIRROR_STALE,
        "E: Failed to fetch http://deb.debian.org/debian/dists/bookworm/main/binary-amd64/Packages.xz  Hash Sum mismatch",
    ),
    (
        "apt",
        PACKAGE_MIRROR_STALE,
        "E: Failed to fetch https://nvidia.github.io/libnvidia-container/stable/deb/amd64/Packages  File has unexpected size (12345 != 12300). Mirror sync in progress?",
    ),
    (
        "pacman",
        PACKAGE_MIRROR_STALE,
        "error: failed retrieving file 'nfs-utils-2.8.3-1-x86_64.pkg.tar.zst' from mirror.example.org : The requested URL returned error: 404",
    ),
    (
        "apt",
        PACKAGE_UNKNOWN,
        "Reading package lists... Done\nBuilding dependency tree... Done\nE: Unable to locate package nvidia-container-toolkit",
    ),
    (
        "apt",
        PACKAGE_UNKNOWN,
        "Package docker-ce is not available, but is referred to by another package.\nE: Package 'docker-ce' has no installation candidate",
    ),
    (
        "pacman",
        PACKAGE_UNKNOWN,
        "error: target not found: nfs-kernel-server",
    ),
    (
        "zypper",
        PACKAGE_UNKNOWN,
        "No provider of 'nvidia-container-toolkit' found.",
    ),
    (
        "apt, no further words",
        PACKAGE_INSTALL_FAILED,
        "E: Failed to fetch https://nvidia.github.io/libnvidia-container/stable/deb/amd64/InRelease",
    ),
    (
        "systemctl",
        UNIT_MASKED,
        "Failed to start nfs-server.service: Unit nfs-server.service is masked.",
    ),
    (
        "systemctl",
        UNIT_UNKNOWN,
        "Unit nvidia-cdi-refresh.service could not be found.",
    ),
    (
        "systemctl",
        DOCKER_NOT_INSTALLED,
        "Failed to restart docker.service: Unit docker.service not found.",
    ),
    (
        "journal",
        UNIT_FAILED,
        "systemd[1]: nvidia-persistenced.service: Start request repeated too quickly.\nsystemd[1]: nvidia-persistenced.service: Failed with result 'exit-code'.",
    ),
    (
        "systemctl in a container",
        SYSTEMD_ABSENT,
        "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down",
    ),
];
