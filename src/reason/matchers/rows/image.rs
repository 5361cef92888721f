//! Images and registries.

use super::{Row, row};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(IMAGE_RATE_LIMIT, &["toomanyrequests"]),
    row(IMAGE_NOT_FOUND, &["pull access denied for"]),
    row(IMAGE_NOT_FOUND, &["manifest for", "not found"]),
    row(IMAGE_NOT_FOUND, &["manifest unknown"]),
    row(IMAGE_NOT_FOUND, &["no such image:"]),
    row(IMAGE_PULL_FAILED, &["registry-1.docker.io"]),
    row(IMAGE_PULL_FAILED, &["auth.docker.io"]),
];
