//! NFS: exportfs, mount.nfs, the kernel's client, the server's programs and their units.
//!
//! mount.nfs is also called mount.nfs4, and says `mount.nfs: text` up to 2.6 and
//! `mount.nfs: text for HOST:/path on /mnt` from 2.8.

use super::{Row, row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(NFS_PATH_UNFIT, &["does not support nfs export"]),
    row(NFS_PATH_UNFIT, &["requires fsid= for nfs export"]),
    row(NFS_KERNEL_MISSING, &["mount.nfs: no such device"]),
    row(NFS_KERNEL_MISSING, &["mount.nfs4: no such device"]),
    row(NFS_KERNEL_MISSING, &["module nfsd not found in directory"]),
    row(NFS_KERNEL_MISSING, &["module nfs not found in directory"]),
    row(NFS_KERNEL_MISSING, &["module nfsv4 not found in directory"]),
    row(NFS_KERNEL_MISSING, &["unknown filesystem type 'nfs'"]),
    row(NFS_KERNEL_MISSING, &["unknown filesystem type 'nfs4'"]),
    row(NFS_KERNEL_MISSING, &["unknown filesystem type 'nfsd'"]),
    row(
        NFS_KERNEL_MISSING,
        &["unknown filesystem type 'rpc_pipefs'"],
    ),
    row(
        NFS_KERNEL_MISSING,
        &["rpc.nfsd: unable to access /proc/fs/nfsd"],
    ),
    row(
        NFS_LOCKS_MISSING,
        &["rpc.statd is not running but is required for remote locking"],
    ),
    row(
        NFS_CLIENT_MISSING,
        &["(e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program"],
    ),
    row(
        NFS_CLIENT_MISSING,
        &[
            "(e.g. nfs, cifs) you might",
            "need a /sbin/mount.<type> helper program",
        ],
    ),
    row(NFS_CLIENT_MISSING, &["mount.nfs: command not found"]),
    row(
        NFS_CLIENT_MISSING,
        &["exec: \"mount.nfs\": executable file not found"],
    ),
    row(NFS_NOT_INSTALLED, &["unit nfs-server.service not found"]),
    row(
        NFS_NOT_INSTALLED,
        &["unit nfs-server.service could not be found"],
    ),
    row(
        NFS_NOT_INSTALLED,
        &["unit nfs-kernel-server.service not found"],
    ),
    row(
        NFS_NOT_INSTALLED,
        &["unit nfs-kernel-server.service could not be found"],
    ),
    row(
        NFS_NOT_INSTALLED,
        &["unit file nfs-server.service does not exist"],
    ),
    row(NFS_NOT_INSTALLED, &["exportfs: command not found"]),
    row(NFS_EXPORTS_INVALID, &["exportfs: ", ": unknown keyword \""]),
    row(
        NFS_EXPORTS_INVALID,
        &["exportfs: ", "syntax error: bad option list"],
    ),
    row(NFS_EXPORTS_INVALID, &["exportfs: ", "bad fsid \""]),
    row(NFS_EXPORTS_INVALID, &["exportfs: ", "bad anonuid \""]),
    row(NFS_EXPORTS_INVALID, &["exportfs: ", "bad anongid \""]),
    row(
        NFS_EXPORTS_INVALID,
        &["exportfs: ", "invalid prefix", "for "],
    ),
    row(NFS_EXPORTS_INVALID, &["exportfs: no host name given with"]),
    row(NFS_EXPORTS_INVALID, &["exportfs: failed to resolve "]),
    row(
        NFS_FOLDER_MISSING,
        &["failed, reason given by server: no such file or directory"],
    ),
    row(NFS_FOLDER_MISSING, &["exportfs: failed to stat "]),
    row(
        NFS_FOLDER_MISSING,
        &["exportfs: ", "is not a directory. remote access will fail"],
    ),
    row(
        PRIVILEGE_UNAVAILABLE,
        &["exportfs: could not open", "errno 13 (permission denied)"],
    ),
    row(
        PRIVILEGE_UNAVAILABLE,
        &["mount.nfs", "failed to apply fstab options"],
    ),
    row(
        NFS_EXPORT_REFUSED,
        &["access denied by server while mounting"],
    ),
    row(
        NFS_EXPORT_REFUSED,
        &["incompatible duplicated export entries"],
    ),
    row(NFS_EXPORT_REFUSED, &["refused mount request from"]),
    row(NFS_EXPORT_REFUSED, &["mount.nfs: operation not permitted"]),
    row(NFS_EXPORT_REFUSED, &["mount.nfs4: operation not permitted"]),
    row(NFS_VERSION_REFUSED, &["mount.nfs: protocol not supported"]),
    row(NFS_VERSION_REFUSED, &["mount.nfs4: protocol not supported"]),
    row(
        NFS_MOUNT_OPTIONS,
        &["mount.nfs: an incorrect mount option was specified"],
    ),
    row(
        NFS_MOUNT_OPTIONS,
        &["mount.nfs4: an incorrect mount option was specified"],
    ),
    row(
        NFS_ADDRESS_UNKNOWN,
        &["mount.nfs: failed to resolve server"],
    ),
    row(
        NFS_ADDRESS_UNKNOWN,
        &["mount.nfs4: failed to resolve server"],
    ),
    row(NFS_ADDRESS_UNKNOWN, &["mount.nfs: network is unreachable"]),
    row(NFS_ADDRESS_UNKNOWN, &["mount.nfs4: network is unreachable"]),
    row(NFS_PORT_BLOCKED, &["mount.nfs: connection timed out"]),
    row(NFS_PORT_BLOCKED, &["mount.nfs4: connection timed out"]),
    row(NFS_PORT_BLOCKED, &["mount.nfs: no route to host"]),
    row(NFS_PORT_BLOCKED, &["mount.nfs4: no route to host"]),
    row(
        NFS_PORT_BLOCKED,
        &["rpc: unable to receive; errno = no route to host"],
    ),
    row(NFS_SERVER_FAILED, &["mount.nfs: connection refused"]),
    row(NFS_SERVER_FAILED, &["mount.nfs4: connection refused"]),
    row(
        NFS_SERVER_FAILED,
        &["requested nfs version or transport protocol is not supported"],
    ),
    row(NFS_SERVER_FAILED, &["rpc.nfsd: unable to set any sockets"]),
    row(NFS_SERVER_FAILED, &["rpc.nfsd: unable to bind"]),
    row(
        NFS_SERVER_FAILED,
        &["rpc.nfsd: writing fd to kernel failed"],
    ),
    row(NFS_SERVER_FAILED, &["rpc.nfsd: error starting threads"]),
    row(NFS_RPCBIND_DOWN, &["mount.nfs: portmap query"]),
    row(NFS_RPCBIND_DOWN, &["clnt_create: rpc: port mapper failure"]),
    row(NFS_RPCBIND_DOWN, &["clnt_create: rpc: unable to receive"]),
    row(NFS_RPCBIND_DOWN, &["rpcinfo: can't contact"]),
    row(NFS_HANDLE_STALE, &["stale file handle"]),
    row(NFS_HANDLE_STALE, &["stale nfs file handle"]),
    row(NFS_NOT_RESPONDING, &["nfs: server ", " not responding"]),
    row(
        VOLUME_NOT_WRITABLE,
        &["permission denied", "/.cache/huggingface"],
    ),
    // Units that did not come up for a reason that is elsewhere in their log.
    symptom(NFS_EXPORTS_INVALID, &["exportfs: no options for"]),
    symptom(NFS_SERVER_FAILED, &["job for nfs-server.service failed"]),
    symptom(
        NFS_SERVER_FAILED,
        &["job for nfs-kernel-server.service failed"],
    ),
    symptom(
        NFS_SERVER_FAILED,
        &["a dependency job for nfs-server.service failed"],
    ),
    symptom(
        NFS_SERVER_FAILED,
        &["dependency failed for nfs server and services"],
    ),
    symptom(
        NFS_SERVER_FAILED,
        &["failed to start nfs server and services"],
    ),
    symptom(
        NFS_SERVER_FAILED,
        &["nfs-server.service: failed with result"],
    ),
    symptom(
        VOLUME_NOT_WRITABLE,
        &["chown: changing ownership of", "operation not permitted"],
    ),
];
