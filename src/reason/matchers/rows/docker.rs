//! The Docker engine and its client. Podman's notice comes before whatever podman then says.

use super::{Row, row};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(DOCKER_IS_PODMAN, &["emulate docker cli using podman"]),
    row(
        DOCKER_PERMISSION,
        &["permission denied while trying to connect to the docker"],
    ),
    row(
        DOCKER_CONTEXT_BROKEN,
        &["unable to resolve docker endpoint"],
    ),
    row(
        DOCKER_CONTEXT_BROKEN,
        &["current context", "is not found on the file system"],
    ),
    row(
        DOCKER_API_SKEW,
        &[
            "client version",
            "is too old. minimum supported api version",
        ],
    ),
    row(
        DOCKER_API_SKEW,
        &[
            "client version",
            "is too new. maximum supported api version",
        ],
    ),
    row(
        DOCKER_CONFIG_INVALID,
        &["unable to configure the docker daemon with file"],
    ),
    row(
        DOCKER_APPARMOR_MISSING,
        &["apparmor_parser", "executable file not found"],
    ),
    row(
        DOCKER_TOO_OLD,
        &["namespace {\"time\" \"\"} does not exist"],
    ),
    row(DOCKER_NOT_RUNNING, &["cannot connect to the docker daemon"]),
    row(DOCKER_NOT_RUNNING, &["failed to connect to the docker api"]),
    row(DOCKER_NOT_RUNNING, &["error during connect:"]),
    row(DOCKER_NOT_INSTALLED, &["docker: command not found"]),
    row(DOCKER_NOT_INSTALLED, &["provider_docker_not_found"]),
    row(DOCKER_PERMISSION, &["provider_docker_newgrp"]),
    row(DOCKER_NOT_RUNNING, &["provider_docker_not_running"]),
    row(DOCKER_NOT_RUNNING, &["provider_docker_version_exit_"]),
];
