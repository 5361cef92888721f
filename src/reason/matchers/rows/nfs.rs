//! NFS: exportfs, mount.nfs, nfsd.

use super::{Row, row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(NFS_PATH_UNFIT, &["does not support nfs export"]),
    row(NFS_PATH_UNFIT, &["requires fsid= for nfs export"]),
    row(NFS_KERNEL_MISSING, &["mount.nfs: no such device"]),
    row(NFS_KERNEL_MISSING, &["module nfsd not found in directory"]),
    row(
        NFS_EXPORT_REFUSED,
        &["access denied by server while mounting"],
    ),
    row(
        NFS_EXPORT_REFUSED,
        &["incompatible duplicated export entries"],
    ),
    row(
        NFS_EXPORT_REFUSED,
        &["failed, reason given by server: no such file or directory"],
    ),
    row(NFS_EXPORT_REFUSED, &["mount.nfs: operation not permitted"]),
    symptom(NFS_EXPORT_REFUSED, &["exportfs: "]),
    row(NFS_SERVER_FAILED, &["mount.nfs: connection refused"]),
    row(NFS_PORT_BLOCKED, &["mount.nfs: connection timed out"]),
    row(NFS_PORT_BLOCKED, &["mount.nfs: no route to host"]),
    row(NFS_SERVER_FAILED, &["job for nfs-server.service failed"]),
    row(
        NFS_SERVER_FAILED,
        &["requested nfs version or transport protocol is not supported"],
    ),
];
