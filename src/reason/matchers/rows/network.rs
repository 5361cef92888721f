//! Names, proxies, certificates and routes: what lies between this machine and the others.
//!
//! Where the words name the server's side of something that has a reason of its own (the cluster's
//! API, an NFS server, `DOCKER_HOST`), that reason is the better one.

use super::{Row, row, symptom};
use crate::reason::ids::*;

/// Signs that a later try succeeded.
const CAME_THROUGH: &[&str] = &[
    "successfully pulled image",
    "downloaded newer image",
    "image is up to date for",
    "now configured to use",
    "successfully installed",
];

/// Names that are resolved elsewhere, or whose failure has its own reason.
const OTHER_NAMES: &[&str] = &[
    "sudo: unable to resolve host",
    "mount.nfs",
    "exportfs",
    "docker api at",
    "docker daemon at",
    "cluster.local",
    ".svc",
    "10.96.0.10:53",
    "unable to connect to the server: dial",
];

/// The cluster's own API, whose certificates and routes are another matter.
const CLUSTER: &[&str] = &[
    "unable to connect to the server",
    "couldn't get current server api group list",
    "apiserver",
    ":8443",
    ":6443",
    "10.96.0.1",
    "webhook",
    "docker.sock",
    "nvidia-persistenced",
];

pub(super) const ROWS: &[Row] = &[
    row(PROXY_FAILED, &["proxyconnect tcp"]).healed(CAME_THROUGH),
    row(PROXY_FAILED, &["proxy authentication required"]).healed(CAME_THROUGH),
    row(PROXY_FAILED, &["could not resolve proxy"]).healed(CAME_THROUGH),
    row(PROXY_FAILED, &["cannot connect to proxy"]).healed(CAME_THROUGH),
    row(PROXY_FAILED, &["unable to connect to proxy"]).healed(CAME_THROUGH),
    row(PROXY_FAILED, &["tunnel connection failed"]).healed(CAME_THROUGH),
    row(PROXY_FAILED, &["from proxy after connect"]).healed(CAME_THROUGH),
    row(
        NAME_RESOLUTION_FAILED,
        &["temporary failure in name resolution"],
    )
    .not(OTHER_NAMES)
    .healed(CAME_THROUGH),
    row(NAME_RESOLUTION_FAILED, &["temporary failure resolving"]).healed(CAME_THROUGH),
    row(NAME_RESOLUTION_FAILED, &["could not resolve host"])
        .not(OTHER_NAMES)
        .healed(CAME_THROUGH),
    row(NAME_RESOLUTION_FAILED, &["unable to resolve host address"])
        .not(OTHER_NAMES)
        .healed(CAME_THROUGH),
    row(NAME_RESOLUTION_FAILED, &["name or service not known"])
        .not(OTHER_NAMES)
        .healed(CAME_THROUGH),
    row(NAME_RESOLUTION_FAILED, &["lookup", "no such host"])
        .within(160)
        .not(OTHER_NAMES)
        .healed(CAME_THROUGH),
    row(NAME_RESOLUTION_FAILED, &["lookup", "server misbehaving"])
        .within(160)
        .not(OTHER_NAMES)
        .healed(CAME_THROUGH),
    // Go says this of nothing else, whatever follows.
    row(NAME_RESOLUTION_FAILED, &["dial tcp: lookup"])
        .not(OTHER_NAMES)
        .healed(CAME_THROUGH),
    row(NAME_RESOLUTION_FAILED, &["nameresolutionerror"])
        .not(OTHER_NAMES)
        .healed(CAME_THROUGH),
    row(NAME_RESOLUTION_FAILED, &["getaddrinfo eai_again"]).not(OTHER_NAMES),
    row(NAME_RESOLUTION_FAILED, &["getaddrinfo enotfound"]).not(OTHER_NAMES),
    row(NAME_RESOLUTION_FAILED, &["getaddrinfo failed"]).not(OTHER_NAMES),
    row(
        NAME_RESOLUTION_FAILED,
        &["temporärer fehler bei der namensauflösung"],
    ),
    row(
        NAME_RESOLUTION_FAILED,
        &["échec temporaire dans la résolution du nom"],
    ),
    row(
        NAME_RESOLUTION_FAILED,
        &["fallo temporal en la resolución del nombre"],
    ),
    row(NAME_RESOLUTION_FAILED, &["temporäre fehler beim auflösen"]),
    row(NAME_RESOLUTION_FAILED, &["域名解析暂时失败"]),
    row(TLS_UNTRUSTED, &["certificate signed by unknown authority"])
        .not(CLUSTER)
        .healed(CAME_THROUGH),
    row(
        TLS_UNTRUSTED,
        &["self-signed certificate in certificate chain"],
    )
    .not(CLUSTER),
    row(
        TLS_UNTRUSTED,
        &["self signed certificate in certificate chain"],
    )
    .not(CLUSTER),
    row(TLS_UNTRUSTED, &["unable to get local issuer certificate"]).not(CLUSTER),
    row(TLS_UNTRUSTED, &["server certificate verification failed"])
        .not(CLUSTER)
        .not_either(&["expired", "not yet valid"]),
    row(TLS_UNTRUSTED, &["certificate_verify_failed"])
        .not(CLUSTER)
        .not_either(&["has expired", "not yet valid"]),
    row(TLS_UNTRUSTED, &["certificate verification failed"])
        .not(CLUSTER)
        .not_either(&["expired", "not yet valid"]),
    symptom(TLS_EXPIRED, &["certificate has expired"]).not(CLUSTER),
    symptom(TLS_EXPIRED, &["certificate is not yet valid"]).not(CLUSTER),
    symptom(TLS_EXPIRED, &["certificate chain uses expired certificate"]),
    symptom(
        TLS_EXPIRED,
        &["certificate chain uses not yet valid certificate"],
    ),
    symptom(NETWORK_UNREACHABLE, &["tls handshake timeout"])
        .not(CLUSTER)
        .healed(CAME_THROUGH),
    symptom(NETWORK_UNREACHABLE, &["network is unreachable"])
        .not(CLUSTER)
        .healed(CAME_THROUGH),
    symptom(NETWORK_UNREACHABLE, &["dial tcp", "i/o timeout"])
        .within(120)
        .not(CLUSTER)
        .healed(CAME_THROUGH),
    symptom(
        NETWORK_UNREACHABLE,
        &["dial tcp", "connect: no route to host"],
    )
    .not(CLUSTER)
    .healed(CAME_THROUGH),
    symptom(
        NETWORK_UNREACHABLE,
        &["dial tcp", "connect: connection timed out"],
    )
    .not(CLUSTER)
    .healed(CAME_THROUGH),
    symptom(
        NETWORK_UNREACHABLE,
        &["/v2/", "client.timeout exceeded while awaiting headers"],
    )
    .not(CLUSTER)
    .healed(CAME_THROUGH),
    symptom(
        NETWORK_UNREACHABLE,
        &["/v2/", "request canceled while waiting for connection"],
    )
    .not(CLUSTER)
    .healed(CAME_THROUGH),
    symptom(
        NETWORK_UNREACHABLE,
        &["/v2/", "connect: connection refused"],
    )
    .not(CLUSTER)
    .healed(CAME_THROUGH),
];
