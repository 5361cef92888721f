//! Failures of this machine as registered reasons, each with a command that mends it.

use crate::host::HostError;
use crate::model::{Advice, Fault};
use crate::reason::ids;
use camino::Utf8Path;
use std::io::{self, ErrorKind};
use std::time::Duration;

/// A write that failed.
pub(super) fn cannot_write(path: &Utf8Path, error: &io::Error) -> Fault {
    let folder = path.parent().unwrap_or(path);
    let full = matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    );
    if full {
        return Fault::new(ids::DISK_FULL, format!("no space is left for {path}"))
            .caused_by(error.to_string())
            .advise(Advice::run(
                "see what is full, and make room",
                format!("df -h {folder}"),
            ));
    }
    let fault = Fault::new(ids::FILE_UNWRITABLE, format!("cannot write {path}"))
        .caused_by(error.to_string());
    match error.kind() {
        ErrorKind::PermissionDenied if folder.components().count() > 3 => {
            fault.advise(Advice::run(
                format!("{folder} belongs to somebody else; give it to yourself if it is yours"),
                format!("sudo chown -R \"$(id -u):$(id -g)\" {folder}"),
            ))
        }
        _ => fault.advise(Advice::run(
            "see what is at every part of the path",
            format!("namei -l {path}"),
        )),
    }
}

/// A removal that is never carried out.
pub(super) fn refused(path: &Utf8Path, why: &str) -> Fault {
    Fault::new(
        ids::FILE_UNWRITABLE,
        format!("{path} is not removed: {why}"),
    )
    .advise(Advice::run(
        "look at it, and remove it by hand if it is to go",
        format!("ls -ld {path}"),
    ))
}

/// A program that is not there.
pub(super) fn missing(program: &str) -> Fault {
    Fault::new(ids::TOOL_MISSING, format!("`{program}` is not on PATH"))
}

/// A person's wish to stop was carried out.
pub(super) fn interrupted(what: &str) -> Fault {
    Fault::new(ids::INTERRUPTED, format!("{what} was stopped as asked"))
}

/// Something did not end in time.
pub(super) fn hung(what: &str, limit: Duration) -> Fault {
    Fault::new(
        ids::TOOL_HUNG,
        format!(
            "{what} did not end within {} s and was stopped",
            limit.as_secs()
        ),
    )
}

/// A failed request to the cluster's API.
pub(super) fn of_kube(what: &str, error: &HostError) -> Fault {
    let reason = match error {
        HostError::Unreachable(_) | HostError::Hung { .. } => ids::CLUSTER_UNREACHABLE,
        HostError::Refused { message, .. } if message.contains("immutable") => {
            ids::VOLUME_IMMUTABLE
        }
        _ => ids::KUBE_API_REFUSED,
    };
    Fault::new(reason, format!("cannot {what}")).caused_by(error.to_string())
}
