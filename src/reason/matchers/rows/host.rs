//! The host below everything: space and rights.

use super::{Row, row};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(DISK_FULL, &["no space left on device"]),
    row(DISK_FULL, &["rsrc_docker_storage"]),
    row(DISK_FULL, &["guest_provision_nospace"]),
    row(DISK_FULL, &["disk quota exceeded"]),
    row(DISK_FULL, &["you don't have enough free space in"]),
    row(PRIVILEGE_UNAVAILABLE, &["sudo: a password is required"]),
    row(PRIVILEGE_UNAVAILABLE, &["sudo: a terminal is required"]),
    row(PRIVILEGE_UNAVAILABLE, &["is not in the sudoers file"]),
    row(PRIVILEGE_UNAVAILABLE, &["may not run sudo on"]),
];
