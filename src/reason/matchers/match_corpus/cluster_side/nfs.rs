//! Texts of NFS: of its clients, of its server and of what mounts for a pod.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    (
        "kubernetes#108963",
        NFS_EXPORT_REFUSED,
        "Output: mount.nfs: access denied by server while mounting 192.168.43.16:/nfs_share",
    ),
    (
        "rpc.mountd",
        NFS_EXPORT_REFUSED,
        "Mar 10 12:00:00 alder rpc.mountd[1234]: refused mount request from 192.168.58.2 for /srv/gpucluster (/srv/gpucluster): unmatched host",
    ),
    (
        "mount.nfs4",
        NFS_EXPORT_REFUSED,
        "mount.nfs4: Operation not permitted",
    ),
    (
        "exportfs 2.6, nextcloud/nextcloudpi#804",
        NFS_FOLDER_MISSING,
        "Feb 13 16:42:23 rock64 exportfs[894]: exportfs: Failed to stat /media/myCloudDrive/ncdata/bob/files/shared: No such file or directory",
    ),
    (
        "exportfs 2.8",
        NFS_FOLDER_MISSING,
        "exportfs: /srv/file is not a directory. Remote access will fail",
    ),
    (
        "exportfs 3.1",
        NFS_EXPORTS_INVALID,
        "exportfs: /etc/exports:1: syntax error: bad option list",
    ),
    (
        "exportfs 2.6",
        NFS_EXPORTS_INVALID,
        "exportfs: /etc/exports: 1: bad fsid \"fsid=abc\"",
    ),
    (
        "exportfs 2.6",
        NFS_EXPORTS_INVALID,
        "exportfs: Invalid prefix '33' for 192.168.49.0/33",
    ),
    (
        "exportfs 2.8, the space trap",
        NFS_EXPORTS_INVALID,
        "exportfs: No options for /x *: suggest *(sync) to avoid warning\nexportfs: No host name given with /x (rw,sync), suggest *(rw,sync) to avoid warning",
    ),
    (
        "exportfs 2.6",
        NFS_EXPORTS_INVALID,
        "exportfs: Failed to resolve host.invalid",
    ),
    (
        "exportfs without root",
        PRIVILEGE_UNAVAILABLE,
        "exportfs: could not open /var/lib/nfs/.etab.lock for locking: errno 13 (Permission denied)",
    ),
    (
        "ehough/docker-nfs-server#93",
        NFS_PATH_UNFIT,
        "exporting *:/mnt/remote\nexportfs: /mnt/remote does not support NFS export",
    ),
    (
        "util-linux, Debian 12",
        NFS_CLIENT_MISSING,
        "mount: /mnt: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program.\n       dmesg(1) may have more information after failed mount system call.",
    ),
    (
        "oomichi/try-kubernetes#49",
        NFS_CLIENT_MISSING,
        "mount: wrong fs type, bad option, bad superblock on 10.244.1.117:/exports,\n       missing codepage or helper program, or other error\n       (for several filesystems (e.g. nfs, cifs) you might\n       need a /sbin/mount.<type> helper program)\n\n       In some cases useful info is found in syslog - try\n       dmesg | tail or so.",
    ),
    (
        "mount in a node without the module",
        NFS_KERNEL_MISSING,
        "mount: /mnt: unknown filesystem type 'nfs4'.",
    ),
    (
        "vmware/photon#843",
        NFS_KERNEL_MISSING,
        "Aug 13 08:30:44 xxx mount[3987]: mount: /var/lib/nfs/rpc_pipefs: unknown filesystem type 'rpc_pipefs'.\nAug 13 08:30:44 xxx systemd[1]: var-lib-nfs-rpc_pipefs.mount: Mount process exited, code=exited status=32",
    ),
    (
        "modprobe",
        NFS_KERNEL_MISSING,
        "modprobe: FATAL: Module nfsd not found in directory /lib/modules/6.8.0-1021-cloud",
    ),
    (
        "kubernetes#16033",
        NFS_LOCKS_MISSING,
        "Output: Job for rpc-statd.service failed. See \"systemctl status rpc-statd.service\" and \"journalctl -xe\" for details.\nmount.nfs: rpc.statd is not running but is required for remote locking.\nmount.nfs: Either use '-o nolock' to keep locks local, or start statd.\nmount.nfs: an incorrect mount option was specified",
    ),
    (
        "mount.nfs 2.6",
        NFS_MOUNT_OPTIONS,
        "mount.nfs: an incorrect mount option was specified",
    ),
    (
        "mount.nfs 2.8",
        NFS_MOUNT_OPTIONS,
        "mount.nfs: an incorrect mount option was specified for 192.168.49.1:/srv/gpucluster on /mnt",
    ),
    (
        "mount.nfs, server of version 3 only",
        NFS_VERSION_REFUSED,
        "mount.nfs: Protocol not supported for 192.168.49.1:/srv/gpucluster on /mnt",
    ),
    (
        "mount.nfs",
        NFS_SERVER_FAILED,
        "mount.nfs: requested NFS version or transport protocol is not supported",
    ),
    (
        "mount.nfs4",
        NFS_SERVER_FAILED,
        "mount.nfs4: Connection refused",
    ),
    (
        "camptocamp/puppet-nfs#29",
        NFS_SERVER_FAILED,
        "Starting NFS daemon: rpc.nfsd: writing fd to kernel failed: errno 111 (Connection refused)\nrpc.nfsd: unable to set any sockets for nfsd",
    ),
    (
        "rpc.nfsd beside nfs-ganesha",
        NFS_SERVER_FAILED,
        "rpc.nfsd: unable to bind AF_INET TCP socket: errno 98 (Address already in use)",
    ),
    (
        "clearlinux/distribution#1535",
        NFS_SERVER_FAILED,
        "A dependency job for nfs-server.service failed. See 'journalctl -xe' for details.",
    ),
    (
        "Xilinx/PYNQ#993",
        NFS_SERVER_FAILED,
        "pynq systemd[1]: Dependency failed for NFS server and services.\npynq systemd[1]: nfs-server.service: Job nfs-server.service/start failed with result 'dependency'.",
    ),
    (
        "systemctl, package not installed",
        NFS_NOT_INSTALLED,
        "Failed to start nfs-server.service: Unit nfs-server.service not found.",
    ),
    (
        "systemctl status, package not installed",
        NFS_NOT_INSTALLED,
        "Unit nfs-kernel-server.service could not be found.",
    ),
    (
        "sudo",
        NFS_NOT_INSTALLED,
        "sudo: exportfs: command not found",
    ),
    (
        "mount.nfs",
        NFS_ADDRESS_UNKNOWN,
        "mount.nfs: Failed to resolve server nfs-server.default.svc.cluster.local: Name or service not known",
    ),
    (
        "mount.nfs",
        NFS_ADDRESS_UNKNOWN,
        "mount.nfs: Network is unreachable",
    ),
    (
        "openshift/origin#7905",
        NFS_PORT_BLOCKED,
        "Mounting arguments: nfs1.rhs:/opt/data12 /home/screeley/data/pods/88e757f6-dfd2-11e5-a7b5-52540092b5fb/volumes/kubernetes.io~nfs/nfsvol nfs []\nOutput: mount.nfs: Connection timed out",
    ),
    (
        "showmount behind firewalld",
        NFS_PORT_BLOCKED,
        "rpc mount export: RPC: Unable to receive; errno = No route to host",
    ),
    (
        "showmount, rpcbind down",
        NFS_RPCBIND_DOWN,
        "clnt_create: RPC: Unable to receive",
    ),
    (
        "showmount",
        NFS_RPCBIND_DOWN,
        "clnt_create: RPC: Port mapper failure - Unable to receive: errno 111 (Connection refused)",
    ),
    (
        "rpcinfo",
        NFS_RPCBIND_DOWN,
        "rpcinfo: can't contact portmapper: RPC: Remote system error - Connection refused",
    ),
    (
        "ls in a pod",
        NFS_HANDLE_STALE,
        "ls: cannot access '/root/.cache': Stale file handle",
    ),
    (
        "old kernels",
        NFS_HANDLE_STALE,
        "cat: /mnt/x: Stale NFS file handle",
    ),
    (
        "kernel log",
        NFS_NOT_RESPONDING,
        "[ 1234.567890] nfs: server 192.168.49.1 not responding, still trying",
    ),
    (
        "kernel log, soft mount",
        NFS_NOT_RESPONDING,
        "kernel: nfs: server 10.0.0.5 not responding, timed out",
    ),
    (
        "huggingface_hub",
        VOLUME_NOT_WRITABLE,
        "PermissionError: [Errno 13] Permission denied: '/root/.cache/huggingface/hub/models--stable-diffusion-v1-5--stable-diffusion-v1-5'",
    ),
    (
        "huggingface_hub on a read-only export",
        DISK_READ_ONLY,
        "OSError: [Errno 30] Read-only file system: '/root/.cache/huggingface'",
    ),
    (
        "chown in an init container, root_squash",
        VOLUME_NOT_WRITABLE,
        "chown: changing ownership of '/data': Operation not permitted",
    ),
];
