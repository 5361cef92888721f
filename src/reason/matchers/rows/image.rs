//! Images and registries.

use super::{Row, row, symptom};
use crate::reason::ids::*;

/// Signs that a later try succeeded.
pub(super) const PULLED: &[&str] = &[
    "successfully pulled image",
    "downloaded newer image",
    "image is up to date for",
    "now configured to use",
];

pub(super) const ROWS: &[Row] = &[
    row(IMAGE_RATE_LIMIT, &["toomanyrequests"])
        .not(&["for url"])
        .not_either(&["toomanyrequestserror", "toomanyrequestsexception"])
        .healed(PULLED),
    row(IMAGE_RATE_LIMIT, &["reached your pull rate limit"]).healed(PULLED),
    row(
        IMAGE_RATE_LIMIT,
        &["reached your unauthenticated pull rate limit"],
    )
    .healed(PULLED),
    row(IMAGE_RATE_LIMIT, &["429 too many requests", "/v2/"]).healed(PULLED),
    row(IMAGE_RATE_LIMIT, &["429 too many requests", "docker.io"]).healed(PULLED),
    row(IMAGE_NOT_FOUND, &["pull access denied for"]).healed(PULLED),
    row(
        IMAGE_NOT_FOUND,
        &["pull access denied, repository does not exist"],
    )
    .healed(PULLED),
    row(IMAGE_NOT_FOUND, &["manifest for", "not found"])
        .within(160)
        .healed(PULLED),
    row(IMAGE_NOT_FOUND, &["manifest unknown"]).healed(PULLED),
    row(
        IMAGE_NOT_FOUND,
        &["failed to resolve reference", ": not found"],
    )
    .healed(PULLED),
    row(
        IMAGE_LOGIN_NEEDED,
        &["unauthorized: authentication required"],
    )
    .healed(PULLED),
    row(
        IMAGE_LOGIN_NEEDED,
        &["unauthorized: incorrect username or password"],
    ),
    row(IMAGE_LOGIN_NEEDED, &["/v2/", ": unauthorized:"])
        .within(200)
        .healed(PULLED),
    row(IMAGE_LOGIN_NEEDED, &["no basic auth credentials"]).healed(PULLED),
    row(
        IMAGE_LOGIN_NEEDED,
        &["denied: requested access to the resource is denied"],
    )
    .healed(PULLED),
    row(
        IMAGE_LOGIN_NEEDED,
        &["failed to authorize: failed to fetch oauth token", "401"],
    )
    .healed(PULLED),
    row(
        IMAGE_LOGIN_NEEDED,
        &["failed to authorize: failed to fetch oauth token", "denied"],
    )
    .healed(PULLED),
    row(
        IMAGE_LOGIN_NEEDED,
        &["failed to resolve reference", "403 forbidden"],
    )
    .healed(PULLED),
    symptom(
        IMAGE_NOT_FOUND,
        &["error response from daemon: no such image:"],
    )
    .healed(PULLED),
    symptom(IMAGE_PULL_FAILED, &["registry-1.docker.io"]).healed(PULLED),
    symptom(IMAGE_PULL_FAILED, &["auth.docker.io"]).healed(PULLED),
    symptom(IMAGE_PULL_FAILED, &["failed to register layer"]).healed(PULLED),
    row(
        IMAGE_NOT_FOUND,
        &["failed to resolve source metadata for", ": not found"],
    )
    .within(250),
    row(IMAGE_LOGIN_NEEDED, &["/manifests/", "denied: denied"])
        .within(200)
        .healed(PULLED),
    row(
        IMAGE_LOGIN_NEEDED,
        &["error response from daemon: unauthorized"],
    )
    .healed(PULLED),
    row(
        IMAGE_LOGIN_NEEDED,
        &["failed to authorize", "401 unauthorized"],
    )
    .within(300)
    .healed(PULLED),
    row(
        IMAGE_LOGIN_NEEDED,
        &["failed to authorize", "403 forbidden"],
    )
    .within(300)
    .healed(PULLED),
    symptom(
        IMAGE_PULL_FAILED,
        &["filesystem layer verification failed for digest"],
    ),
];
