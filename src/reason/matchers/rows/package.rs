//! Package managers.

use super::{Row, row};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(
        PACKAGE_INSTALL_FAILED,
        &["conflicting values set for option signed-by"],
    ),
    row(PACKAGE_INSTALL_FAILED, &["could not get lock /var/lib/"]),
    row(
        PACKAGE_INSTALL_FAILED,
        &["unable to acquire the dpkg frontend lock"],
    ),
    row(PACKAGE_INSTALL_FAILED, &["dpkg was interrupted"]),
    row(PACKAGE_INSTALL_FAILED, &["unable to locate package"]),
    row(PACKAGE_INSTALL_FAILED, &["has no installation candidate"]),
    row(PACKAGE_INSTALL_FAILED, &["e: failed to fetch"]),
    row(PACKAGE_INSTALL_FAILED, &["unable to fetch some archives"]),
    row(PACKAGE_INSTALL_FAILED, &["error: unable to find a match:"]),
    row(PACKAGE_INSTALL_FAILED, &["no match for argument:"]),
    row(PACKAGE_INSTALL_FAILED, &["error: target not found:"]),
];
