//! The Docker engine and its client. Podman's notice comes before whatever podman then says, and
//! what the daemon's log names before what clients see of it.

use super::{Row, row, symptom};
use crate::reason::ids::*;

/// Signs that the daemon answers after all.
const UP: &[&str] = &[
    "api listen on /var/run/docker.sock",
    "started docker application container engine",
    "started docker.service - docker application container engine",
    "daemon has completed initialization",
];

pub(super) const ROWS: &[Row] = &[
    row(DOCKER_IS_PODMAN, &["emulate docker cli using podman"]),
    row(
        DOCKER_PERMISSION,
        &["permission denied while trying to connect to the docker"],
    ),
    row(DOCKER_PERMISSION, &["docker.sock", "permission denied"]).within(80),
    row(
        DOCKER_PERMISSION,
        &["error while fetching server api version", "permissionerror"],
    ),
    row(DOCKER_PERMISSION, &["provider_docker_newgrp"]),
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
    )
    .healed(UP),
    row(
        DOCKER_CONFIG_INVALID,
        &["the following directives don't match any configuration option"],
    )
    .healed(UP),
    row(
        DOCKER_CONFIG_INVALID,
        &["unable to load config", "/etc/docker/daemon.json"],
    ),
    row(DOCKER_CONFIG_INVALID, &["daemon.json", "invalid character"]),
    row(
        DOCKER_CONFIG_INVALID,
        &["the following directives are specified both as a flag and in the configuration file"],
    ),
    row(
        DOCKER_APPARMOR_MISSING,
        &["apparmor_parser", "executable file not found"],
    ),
    row(
        DOCKER_TOO_OLD,
        &["namespace {\"time\" \"\"} does not exist"],
    ),
    row(
        DOCKER_TOO_OLD,
        &["unknown version specified", "oci runtime create failed"],
    ),
    row(
        DOCKER_ALREADY_RUNNING,
        &["pid file found, ensure docker is not running"],
    )
    .healed(UP),
    row(DOCKER_ALREADY_RUNNING, &["docker.pid", "is still running"]).healed(UP),
    row(
        DOCKER_ALREADY_RUNNING,
        &["failed to start daemon", "is still running"],
    )
    .healed(UP),
    row(
        DOCKER_CONTAINERD_DOWN,
        &["failed to dial", "containerd.sock"],
    )
    .healed(UP),
    row(
        DOCKER_CONTAINERD_DOWN,
        &["containerd.sock", "connection error"],
    )
    .healed(UP),
    row(
        DOCKER_CONTAINERD_DOWN,
        &["containerd.sock: connect: connection refused"],
    )
    .healed(UP),
    row(
        DOCKER_CONTAINERD_DOWN,
        &["timeout waiting for containerd to start"],
    )
    .healed(UP),
    row(
        DOCKER_CONTAINERD_DOWN,
        &["failed to start containerd", "docker"],
    )
    .healed(UP),
    row(DOCKER_CONTAINERD_DOWN, &["failed to connect to containerd"]).healed(UP),
    row(
        DOCKER_CONTAINERD_DOWN,
        &["unit containerd.service not found"],
    ),
    row(
        DOCKER_CONTAINERD_DOWN,
        &["unit containerd.service could not be found"],
    ),
    row(DOCKER_STORAGE_BROKEN, &["error initializing graphdriver"]).healed(UP),
    row(
        DOCKER_STORAGE_BROKEN,
        &["graphdriver", "driver not supported"],
    )
    .healed(UP),
    row(
        DOCKER_STORAGE_BROKEN,
        &[
            "overlay",
            "the backing xfs filesystem is formatted without d_type support",
        ],
    ),
    row(
        DOCKER_STORAGE_BROKEN,
        &["[graphdriver] prior storage driver", "failed"],
    )
    .healed(UP),
    row(
        DOCKER_STORAGE_BROKEN,
        &["error creating overlay mount to", "invalid argument"],
    ),
    row(
        DOCKER_STORAGE_BROKEN,
        &["failed to mount overlay", "invalid argument"],
    )
    .healed(UP),
    row(
        DOCKER_STORAGE_BROKEN,
        &["error creating overlay mount to", "no such device"],
    ),
    row(
        DOCKER_STORAGE_BROKEN,
        &["failed to mount overlay: no such device"],
    )
    .healed(UP),
    row(DOCKER_IPTABLES, &["iptables failed:"]).healed(UP),
    row(DOCKER_IPTABLES, &["failed to create nat chain docker"]).healed(UP),
    row(
        DOCKER_IPTABLES,
        &[
            "driver failed programming external connectivity",
            "no chain/target/match by that name",
        ],
    )
    .healed(UP),
    row(
        DOCKER_IPTABLES,
        &["iptables", "table does not exist", "docker"],
    )
    .healed(UP),
    row(
        DOCKER_IPTABLES,
        &["failed to find iptables", "executable file not found"],
    )
    .healed(UP),
    row(
        DOCKER_IPTABLES,
        &["error initializing network controller", "iptables"],
    )
    .healed(UP),
    row(
        DOCKER_ADDRESS_POOL,
        &["could not find an available, non-overlapping ipv4 address pool"],
    ),
    row(
        DOCKER_ADDRESS_POOL,
        &["all predefined address pools have been fully subnetted"],
    ),
    row(
        DOCKER_ADDRESS_POOL,
        &["pool overlaps with other one on this address space"],
    )
    .not(&["docker network create"]),
    row(
        DOCKER_ADDRESS_POOL,
        &["list bridge addresses failed: no available network"],
    ),
    row(DOCKER_CGROUP, &["devices cgroup isn't mounted"]),
    row(DOCKER_CGROUP, &["cgroup mountpoint does not exist"]),
    row(DOCKER_CGROUP, &["cgroup subsystem devices not found"]),
    row(
        DOCKER_CGROUP,
        &["cgroups: cannot find cgroup mount destination"],
    ),
    row(DOCKER_CGROUP, &["cannot find cgroup mount destination"]),
    row(
        DOCKER_CGROUP,
        &["systemd cgroup flag passed, but systemd support"],
    ),
    row(DOCKER_CGROUP, &["expected cgroupspath to be of format"]),
    row(DOCKER_CGROUP, &["/sys/fs/cgroup", "read-only file system"]),
    row(DOCKER_CGROUP, &["unable to apply cgroup configuration"]),
    row(DOCKER_SECURITY_REFUSED, &["unable to init seccomp"]),
    row(DOCKER_SECURITY_REFUSED, &["error loading seccomp filter"]),
    row(
        DOCKER_SECURITY_REFUSED,
        &["seccomp is not enabled in your kernel"],
    ),
    row(
        DOCKER_SECURITY_REFUSED,
        &["seccomp: config provided but seccomp not supported"],
    ),
    row(
        DOCKER_SECURITY_REFUSED,
        &["unable to apply apparmor profile"],
    ),
    row(
        DOCKER_SECURITY_REFUSED,
        &["apparmor failed to apply profile"],
    ),
    row(
        DOCKER_CREDENTIAL_HELPER,
        &["docker-credential-", "executable file not found"],
    ),
    row(DOCKER_CREDENTIAL_HELPER, &["error getting credentials"]),
    row(DOCKER_CREDENTIAL_HELPER, &["error saving credentials"]),
    row(
        DOCKER_TLS_MISMATCH,
        &["client sent an http request to an https server"],
    ),
    row(
        DOCKER_TLS_MISMATCH,
        &["server gave http response to https client"],
    ),
    row(DOCKER_PORT_TAKEN, &["port is already allocated"]),
    row(
        DOCKER_PORT_TAKEN,
        &["error starting userland proxy", "address already in use"],
    ),
    row(
        DOCKER_PORT_TAKEN,
        &["failed to bind host port", "address already in use"],
    ),
    row(
        DOCKER_NAME_TAKEN,
        &[
            "conflict. the container name",
            "is already in use by container",
        ],
    ),
    row(DOCKER_MOUNT_REFUSED, &["bind source path does not exist"]),
    row(
        DOCKER_MOUNT_REFUSED,
        &["error while creating mount source path"],
    ),
    row(
        DOCKER_MOUNT_REFUSED,
        &["are you trying to mount a directory onto a file"],
    ),
    row(DOCKER_NOT_INSTALLED, &["docker: command not found"]),
    row(DOCKER_NOT_INSTALLED, &["command not found: docker"]),
    row(DOCKER_NOT_INSTALLED, &["command 'docker' not found"]),
    row(DOCKER_NOT_INSTALLED, &["1: docker: not found"]),
    row(DOCKER_NOT_INSTALLED, &["docker: befehl nicht gefunden"]),
    row(DOCKER_NOT_INSTALLED, &["docker: kommando nicht gefunden"]),
    row(DOCKER_NOT_INSTALLED, &["docker : commande introuvable"]),
    row(DOCKER_NOT_INSTALLED, &["docker: orden no encontrada"]),
    row(DOCKER_NOT_INSTALLED, &["docker: comando non trovato"]),
    row(DOCKER_NOT_INSTALLED, &["docker: comando não encontrado"]),
    row(DOCKER_NOT_INSTALLED, &["docker: команда не найдена"]),
    row(DOCKER_NOT_INSTALLED, &["docker: 未找到命令"]),
    row(
        DOCKER_NOT_INSTALLED,
        &["exec: \"docker\": executable file not found"],
    ),
    row(DOCKER_NOT_INSTALLED, &["unit docker.service not found"]),
    row(
        DOCKER_NOT_INSTALLED,
        &["unit docker.service could not be found"],
    ),
    row(DOCKER_NOT_INSTALLED, &["provider_docker_not_found"]),
    row(DOCKER_NOT_RUNNING, &["cannot connect to the docker daemon"]).healed(UP),
    row(DOCKER_NOT_RUNNING, &["failed to connect to the docker api"]).healed(UP),
    row(DOCKER_NOT_RUNNING, &["error during connect:"]).healed(UP),
    row(
        DOCKER_NOT_RUNNING,
        &["docker.sock: connect: no such file or directory"],
    )
    .healed(UP),
    row(
        DOCKER_NOT_RUNNING,
        &["docker.sock: connect: connection refused"],
    )
    .healed(UP),
    row(
        DOCKER_NOT_RUNNING,
        &[
            "error while fetching server api version",
            "filenotfounderror",
        ],
    ),
    row(
        DOCKER_NOT_RUNNING,
        &[
            "error while fetching server api version",
            "connectionrefused",
        ],
    ),
    row(DOCKER_NOT_RUNNING, &["provider_docker_not_running"]),
    row(DOCKER_NOT_RUNNING, &["provider_docker_version_exit_"]),
    symptom(
        DOCKER_NOT_RUNNING,
        &["failed to start docker application container engine"],
    )
    .healed(UP),
    symptom(DOCKER_NOT_RUNNING, &["docker.service: failed with result"]).healed(UP),
    symptom(DOCKER_NOT_RUNNING, &["job for docker.service failed"]).healed(UP),
];
