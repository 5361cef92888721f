//! The host below everything: space, limits, memory and rights. Also as glibc says it elsewhere.

use super::{Row, row, symptom};
use crate::reason::ids::*;

/// Words that give away that a limit of inotify is meant, and no disk and no `ulimit`.
const WATCHES: &[&str] = &[
    "inotify",
    "fsnotify",
    "file watchers",
    "directory watch",
    "failed to add watch",
    "max_user_watches",
    "max_user_instances",
    "failed to watch",
    "/sys/fs/cgroup",
];

/// Words that give away that shared memory is meant.
const SHARED_MEMORY: &[&str] = &["/torch_", "/dev/shm", "shm_open", "shared memory"];

pub(super) const ROWS: &[Row] = &[
    row(INOTIFY_LIMIT, &["inotify", "no space left on device"]).within(250),
    row(INOTIFY_LIMIT, &["fsnotify", "no space left on device"]).within(250),
    row(
        INOTIFY_LIMIT,
        &["failed to add watch", "no space left on device"],
    ),
    row(INOTIFY_LIMIT, &["inotify", "too many open files"]).within(250),
    row(INOTIFY_LIMIT, &["fsnotify", "too many open files"]).within(250),
    row(
        INOTIFY_LIMIT,
        &["failed to allocate directory watch: too many open files"],
    ),
    row(
        INOTIFY_LIMIT,
        &["user limit on total number of inotify watches"],
    ),
    row(
        INOTIFY_LIMIT,
        &["user limit on inotify instances", "reached"],
    ),
    row(
        INOTIFY_LIMIT,
        &["system limit for number of file watchers reached"],
    ),
    row(INOTIFY_LIMIT, &["inotify resources exhausted"]),
    row(INOTIFY_LIMIT, &["inotify watch limit reached"]),
    row(
        INOTIFY_LIMIT,
        &["failed to watch", "no space left on device"],
    ),
    row(DISK_FULL, &["no space left on device"])
        .not(WATCHES)
        .not_either(SHARED_MEMORY),
    row(DISK_FULL, &["errno 28"])
        .not(WATCHES)
        .not_either(SHARED_MEMORY),
    row(
        DISK_FULL,
        &["auf dem gerät ist kein speicherplatz mehr verfügbar"],
    )
    .not(WATCHES),
    row(DISK_FULL, &["aucun espace disponible sur le périphérique"]).not(WATCHES),
    row(DISK_FULL, &["no queda espacio en el dispositivo"]).not(WATCHES),
    row(DISK_FULL, &["não há espaço disponível no dispositivo"]).not(WATCHES),
    row(DISK_FULL, &["spazio esaurito sul device"]).not(WATCHES),
    row(DISK_FULL, &["на устройстве не осталось свободного места"]).not(WATCHES),
    row(DISK_FULL, &["设备上没有空间"]).not(WATCHES),
    row(DISK_FULL, &["デバイスに空き領域がありません"]).not(WATCHES),
    row(DISK_FULL, &["rsrc_docker_storage"]),
    row(DISK_FULL, &["docker is out of disk space"]),
    row(DISK_FULL, &["guest_provision_nospace"]),
    row(DISK_FULL, &["you don't have enough free space in"]),
    row(DISK_FULL, &["at least", "more space needed on the"]),
    row(DISK_QUOTA, &["disk quota exceeded"]),
    row(DISK_QUOTA, &["errno 122"]),
    row(DISK_QUOTA, &["der festplattenplatz ist aufgebraucht"]),
    row(DISK_QUOTA, &["débordement du quota d'espace disque"]),
    row(DISK_READ_ONLY, &["read-only file system"]).not(&[
        "/sys/fs/cgroup",
        "/proc/sys",
        "mount cgroup",
        "/.cache",
    ]),
    row(DISK_READ_ONLY, &["errno 30"]).not(&["/.cache"]),
    row(DISK_READ_ONLY, &["remounting filesystem read-only"]),
    row(DISK_READ_ONLY, &["das dateisystem ist nur lesbar"]),
    row(
        DISK_READ_ONLY,
        &["système de fichiers accessible en lecture seulement"],
    ),
    row(DISK_READ_ONLY, &["sistema de archivos de solo lectura"]),
    row(CONTAINER_OUT_OF_MEMORY, &["memory cgroup out of memory"]),
    row(CONTAINER_OUT_OF_MEMORY, &["oomkilled: true"]),
    row(MEMORY_EXHAUSTED, &["out of memory: killed process"]).not(&["memory cgroup out of memory"]),
    row(MEMORY_EXHAUSTED, &["out of memory: kill process"]).not(&["memory cgroup out of memory"]),
    row(MEMORY_EXHAUSTED, &["fork: cannot allocate memory"]),
    row(MEMORY_EXHAUSTED, &["errno 12] cannot allocate memory"]),
    row(
        MEMORY_EXHAUSTED,
        &["nicht genügend hauptspeicher verfügbar"],
    ),
    row(MEMORY_EXHAUSTED, &["impossible d'allouer de la mémoire"]),
    symptom(MEMORY_EXHAUSTED, &["cannot allocate memory"]).not(&[
        "bpf",
        "rlimit_memlock",
        "static tls block",
    ]),
    symptom(MEMORY_EXHAUSTED, &["invoked oom-killer"]).not(&["memcg", "memory cgroup"]),
    row(OPEN_FILES_LIMIT, &["too many open files"]).not(WATCHES),
    row(OPEN_FILES_LIMIT, &["zu viele offene dateien"]).not(WATCHES),
    row(OPEN_FILES_LIMIT, &["trop de fichiers ouverts"]).not(WATCHES),
    row(PRIVILEGE_UNAVAILABLE, &["sudo: a password is required"]),
    row(PRIVILEGE_UNAVAILABLE, &["sudo: a terminal is required"]),
    row(PRIVILEGE_UNAVAILABLE, &["sudo: no tty present"]),
    row(PRIVILEGE_UNAVAILABLE, &["you must have a tty to run sudo"]),
    row(PRIVILEGE_UNAVAILABLE, &["is not in the sudoers file"]),
    row(PRIVILEGE_UNAVAILABLE, &["may not run sudo on"]),
    row(
        PRIVILEGE_UNAVAILABLE,
        &["is not allowed to execute", "as root on"],
    ),
    row(
        PRIVILEGE_UNAVAILABLE,
        &["no new privileges flag is set, which prevents sudo"],
    ),
    row(PRIVILEGE_UNAVAILABLE, &["sudo: effective uid is not 0"]),
    row(PRIVILEGE_UNAVAILABLE, &["sudo: command not found"]),
    row(PRIVILEGE_UNAVAILABLE, &["sudo: ein passwort ist notwendig"]),
    row(
        PRIVILEGE_UNAVAILABLE,
        &["sudo: il est nécessaire de saisir un mot de passe"],
    ),
    row(PRIVILEGE_UNAVAILABLE, &["sudo: se requiere una contraseña"]),
    symptom(
        PRIVILEGE_UNAVAILABLE,
        &["interactive authentication required"],
    ),
];
