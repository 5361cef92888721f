//! Package managers (apt, dpkg, dnf, zypper, pacman) and systemd's units.

use super::{Row, row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(
        PRIVILEGE_UNAVAILABLE,
        &["(13: permission denied)", "are you root?"],
    ),
    row(
        PRIVILEGE_UNAVAILABLE,
        &["are you root?", "unable to acquire the dpkg frontend lock"],
    ),
    row(
        PRIVILEGE_UNAVAILABLE,
        &["this command has to be run with superuser privileges"],
    ),
    row(
        PRIVILEGE_UNAVAILABLE,
        &["you cannot perform this operation unless you are root"],
    ),
    row(PRIVILEGE_UNAVAILABLE, &["root privileges are required for"]),
    row(PACKAGE_LOCKED, &["could not get lock /var/lib/"]),
    row(PACKAGE_LOCKED, &["could not get lock /var/cache/apt"]),
    row(
        PACKAGE_LOCKED,
        &["unable to acquire the dpkg frontend lock"],
    ),
    row(
        PACKAGE_LOCKED,
        &["dpkg frontend lock was locked by another process"],
    ),
    row(
        PACKAGE_LOCKED,
        &[
            "unable to lock database",
            "could not lock database: file exists",
        ],
    ),
    row(
        PACKAGE_LOCKED,
        &["unable to lock database", "/var/lib/pacman/db.lck"],
    ),
    row(
        PACKAGE_LOCKED,
        &["system management is locked by the application with pid"],
    ),
    row(
        PACKAGE_LOCKED,
        &["another app is currently holding the yum lock"],
    ),
    row(CLOCK_WRONG, &["release file for", "is not valid yet"]),
    row(
        CLOCK_WRONG,
        &["is not yet valid: current time", " is before "],
    ),
    row(
        PACKAGE_SOURCES_CONFLICT,
        &["conflicting values set for option signed-by"],
    ),
    row(PACKAGE_KEY_MISSING, &["no_pubkey "]),
    row(PACKAGE_KEY_MISSING, &["expkeysig "]),
    row(PACKAGE_KEY_MISSING, &["the repository '", "is not signed."]),
    row(
        PACKAGE_KEY_MISSING,
        &["openpgp signature verification failed"],
    ),
    row(PACKAGE_KEY_MISSING, &["error: gpg check failed"]),
    row(PACKAGE_KEY_MISSING, &["public key for", "is not installed"]),
    row(
        PACKAGE_KEY_MISSING,
        &["signature from \"", "is unknown trust"],
    ),
    row(
        PACKAGE_KEY_MISSING,
        &["signature verification failed for file", "repomd.xml"],
    ),
    row(PACKAGE_INTERRUPTED, &["dpkg was interrupted"]),
    row(
        PACKAGE_CONFLICT,
        &["the following packages have unmet dependencies"],
    ),
    row(
        PACKAGE_CONFLICT,
        &["unable to correct problems, you have held broken packages"],
    ),
    row(PACKAGE_CONFLICT, &["nothing provides", "needed by"]),
    row(
        PACKAGE_CONFLICT,
        &["problem: ", "conflicts with", "provided by"],
    ),
    row(
        PACKAGE_CONFLICT,
        &["error: unresolvable package conflicts detected"],
    ),
    row(
        PACKAGE_CONFLICT,
        &["error: failed to commit transaction (conflicting files)"],
    ),
    row(PACKAGE_REPOSITORY_UNFIT, &["does not have a release file"]),
    row(PACKAGE_REPOSITORY_UNFIT, &["no longer has a release file"]),
    row(
        PACKAGE_REPOSITORY_UNFIT,
        &["cannot prepare internal mirrorlist: no urls in mirrorlist"],
    ),
    row(
        PACKAGE_REPOSITORY_UNFIT,
        &["valid metadata not found at specified url"],
    ),
    row(
        PACKAGE_REPOSITORY_UNFIT,
        &[
            "errors during downloading metadata for repository",
            "status code: 404",
        ],
    ),
    row(PACKAGE_MIRROR_STALE, &["failed to fetch", "404 not found"]),
    row(PACKAGE_MIRROR_STALE, &["failed to fetch", "404  not found"]),
    row(PACKAGE_MIRROR_STALE, &["hash sum mismatch"]),
    row(PACKAGE_MIRROR_STALE, &["file has unexpected size"]),
    row(
        PACKAGE_MIRROR_STALE,
        &["release file for", "is expired (invalid since"],
    ),
    row(
        PACKAGE_MIRROR_STALE,
        &["failed retrieving file", "returned error: 404"],
    ),
    row(UNIT_MASKED, &["unit ", ".service is masked"]),
    row(UNIT_MASKED, &["unit ", ".socket is masked"]),
    row(
        SYSTEMD_ABSENT,
        &["system has not been booted with systemd as init system"],
    ),
    symptom(
        PACKAGE_INTERRUPTED,
        &["sub-process /usr/bin/dpkg returned an error code"],
    ),
    symptom(PACKAGE_UNKNOWN, &["e: unable to locate package"]),
    symptom(PACKAGE_UNKNOWN, &["has no installation candidate"]),
    symptom(PACKAGE_UNKNOWN, &["error: unable to find a match:"]),
    symptom(PACKAGE_UNKNOWN, &["no match for argument:"]),
    symptom(PACKAGE_UNKNOWN, &["error: target not found:"]),
    symptom(PACKAGE_UNKNOWN, &["no provider of '"]),
    symptom(PACKAGE_INSTALL_FAILED, &["e: failed to fetch"]),
    symptom(PACKAGE_INSTALL_FAILED, &["unable to fetch some archives"]),
    symptom(
        PACKAGE_INSTALL_FAILED,
        &["failed to download metadata for repo"],
    ),
    symptom(
        PACKAGE_INSTALL_FAILED,
        &["error: failed to synchronize all databases"],
    ),
    symptom(UNIT_UNKNOWN, &["unit ", ".service not found"]),
    symptom(UNIT_UNKNOWN, &["unit ", ".service could not be found"]),
    symptom(UNIT_UNKNOWN, &["unit file ", ".service does not exist"]),
    symptom(UNIT_FAILED, &["start request repeated too quickly"]),
    symptom(UNIT_FAILED, &["job for ", ".service failed because"]),
];
