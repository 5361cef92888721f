//! Reasons of NFS servers and clients, and of what mounts for a pod.

use super::Kind;
use crate::reason::{Exit, ids};

const VOLUMES: &str = "https://kubernetes.io/docs/concepts/storage/persistent-volumes/";

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::NFS_NOT_INSTALLED,
        Exit::NeedsHuman,
        "no NFS server is installed",
        "systemd knows no unit of the NFS server (`Unit nfs-server.service not found`), or its programs
(`exportfs`) are not there. The package is `nfs-kernel-server` on Debian, Ubuntu and openSUSE and
`nfs-utils` on Fedora, RHEL and Arch; the unit is `nfs-server` on all of them.

  systemctl list-unit-files 'nfs*'
  ls -l /usr/sbin/exportfs",
    )
    .advice(&[
        ("let gpucluster install and start it", Some("gpucluster nfs setup")),
        ("or on Debian and Ubuntu by hand", Some("sudo apt-get install -y nfs-kernel-server")),
        ("or on Fedora and RHEL", Some("sudo dnf install -y nfs-utils")),
    ]),
    Kind::new(
        ids::NFS_EXPORTS_INVALID,
        Exit::NeedsHuman,
        "a line of the export table has a mistake",
        "exportfs names file and line: an unknown option, a space where none may be (`/x *(rw)` has one
client, `/x * (rw)` two), a bad network prefix. It stops reading that file at the first mistake; the
lines above it and all other files are still exported.

  grep -n . /etc/exports /etc/exports.d/*.exports
  sudo exportfs -ra && sudo exportfs -s

gpucluster's own lines are in /etc/exports.d/gpucluster.exports and are written anew by `nfs setup`;
any other line is its owner's to mend.",
    )
    .advice(&[
        ("see all lines with their numbers", Some("grep -n . /etc/exports /etc/exports.d/*.exports")),
        ("after mending the line, read them again", Some("sudo exportfs -ra")),
    ])
    .see("https://man7.org/linux/man-pages/man5/exports.5.html"),
    Kind::new(
        ids::NFS_FOLDER_MISSING,
        Exit::ChangeFailed,
        "the exported folder does not exist",
        "The path that is exported, or that a client asked for, is not there on the server, or is a file:
`failed, reason given by server: No such file or directory`, `exportfs: Failed to stat`. exportfs
exports such a path all the same, so that only the mount fails. With `fsid=0` on another line the
paths of NFSv4 begin below that folder, and the right path looks missing.

  sudo exportfs -s
  ls -ld <folder>
  kubectl get pv -o yaml | grep -A3 nfs:",
    )
    .advice(&[
        ("create folder and export", Some("gpucluster nfs setup")),
        ("see what is exported", Some("sudo exportfs -s")),
    ])
    .retryable(),
    Kind::new(
        ids::NFS_CLIENT_MISSING,
        Exit::NeedsHuman,
        "what mounts has no NFS client programs",
        "`mount -t nfs` needs the helper `mount.nfs`. Without it mount complains about everything else:
`wrong fs type, bad option, bad superblock`, `you might need a /sbin/mount.<type> helper program`.
In an event of a pod it is missing in the cluster's node: minikube's node image has had it since
1.15, other nodes need the package.

  docker exec <profile> ls -l /sbin/mount.nfs
  ls -l /sbin/mount.nfs",
    )
    .advice(&[
        ("install it where the mount is made (Debian, Ubuntu)", Some("sudo apt-get install -y nfs-common")),
        ("or on Fedora and RHEL", Some("sudo dnf install -y nfs-utils")),
        ("for a minikube node, make the cluster anew with its present image; this deletes what runs in it", Some("gpucluster up --recreate-cluster")),
    ])
    .see("https://kubernetes.io/docs/concepts/storage/volumes/#nfs"),
    Kind::new(
        ids::NFS_VERSION_REFUSED,
        Exit::NeedsHuman,
        "server and client have no NFS version in common",
        "The client asked for a version of NFS or a transport that the server has switched off, such as
`nfsvers=4.2` against a server of version 3, or UDP. The server's versions are in `/etc/nfs.conf`,
section `[nfsd]`, the client's in the volume's `mountOptions`.

  sudo cat /proc/fs/nfsd/versions
  kubectl get pv <volume> -o yaml",
    )
    .advice(&[
        ("see which versions the server speaks", Some("sudo cat /proc/fs/nfsd/versions")),
        ("see which one the volume asks for", Some("kubectl get pv <volume> -o yaml")),
    ])
    .see("https://man7.org/linux/man-pages/man5/nfs.conf.5.html"),
    Kind::new(
        ids::NFS_MOUNT_OPTIONS,
        Exit::NeedsHuman,
        "the mount options of the volume are not accepted",
        "`an incorrect mount option was specified`: one of the volume's `mountOptions` is misspelt, is of
another version of NFS, or is newer than the node's kernel (`nconnect` needs 5.3). Kubernetes does
not check them; they fail at the mount, in an event of the pod.

  kubectl get pv <volume> -o yaml

They can be changed on the volume in place; a pod made after that uses them.",
    )
    .advice(&[
        ("correct them", Some("kubectl edit pv <volume>")),
        ("or have gpucluster apply its own", Some("gpucluster nfs setup")),
    ])
    .see("https://man7.org/linux/man-pages/man5/nfs.5.html"),
    Kind::new(
        ids::NFS_LOCKS_MISSING,
        Exit::NeedsHuman,
        "the lock service that NFS version 3 needs does not run",
        "`rpc.statd is not running but is required for remote locking`: the mount fell back to version 3,
whose locks need rpc.statd on the client, which a minikube node does not run. Version 4 carries its
own locks.

  kubectl get pv <volume> -o yaml | grep -A4 mountOptions

Ask for `nfsvers=4.2` in the volume's `mountOptions`; `nolock` is the way out where the server speaks
version 3 only.",
    )
    .advice(&[("ask for version 4 in the volume's mountOptions", Some("kubectl edit pv <volume>"))])
    .see("https://man7.org/linux/man-pages/man5/nfs.5.html"),
    Kind::new(
        ids::NFS_RPCBIND_DOWN,
        Exit::NeedsHuman,
        "rpcbind does not answer on the NFS server",
        "`showmount`, `rpcinfo` and NFS version 3 ask rpcbind (port 111) first, and it does not answer: not
running, or behind a firewall. Version 4 does not need it: a server of version 4 alone is healthy and
answers `showmount` so.

  systemctl status rpcbind nfs-server
  timeout 5 bash -c 'exec 3<>/dev/tcp/<server>/2049'; echo $?      # 0: version 4 is reachable",
    )
    .advice(&[
        ("on the server, start it where version 3 is wanted", Some("sudo systemctl enable --now rpcbind nfs-server")),
        ("or mount with version 4", Some("sudo mount -t nfs -o vers=4.2 <server>:<folder> /mnt")),
    ]),
    Kind::new(
        ids::NFS_HANDLE_STALE,
        Exit::NeedsHuman,
        "the mounted folder was replaced on the NFS server",
        "`Stale file handle`: the client holds a folder or file that is gone on the server: it was deleted
and made anew, another disk was mounted over it, or its `fsid` changed. The mount does not recover by
itself; what was mounted after the change is fine.

  sudo exportfs -s
  findmnt -t nfs,nfs4",
    )
    .advice(&[
        ("make the pods anew, so that the node mounts it again", Some("kubectl delete pod <pod>")),
        ("on a machine, mount it again", Some("sudo umount -l <folder> && sudo mount <folder>")),
    ]),
    Kind::new(
        ids::NFS_ADDRESS_UNKNOWN,
        Exit::NeedsHuman,
        "the address of the NFS server leads nowhere",
        "The name of the server in the volume cannot be resolved, or its network cannot be reached, from
the node, which mounts it. A node does not know the names of the cluster's services; after a cluster
was made anew its network, and with it the host's address there, can be another.

  kubectl get pv <volume> -o yaml | grep server:
  docker network inspect <profile> | grep Gateway

The gateway of the cluster's network is this host.",
    )
    .advice(&[
        ("write the volume anew with the host's present address", Some("gpucluster nfs setup")),
        ("see that address", Some("docker network inspect <profile>")),
    ]),
    Kind::new(
        ids::NFS_NOT_RESPONDING,
        Exit::NeedsHuman,
        "a mounted NFS server does not answer any more",
        "The kernel says `nfs: server X not responding`. Everything that touches the mount hangs (also `df`,
and pods in Terminating) until the server is back; hard mounts wait for ever. The server was stopped,
the network or a firewall changed, or the cluster's network was made anew.

  systemctl status nfs-server
  sudo dmesg | grep 'nfs: server'",
    )
    .advice(&[
        ("on the server, start it again", Some("sudo systemctl restart nfs-server")),
        ("if it will never come back, let go of the mount", Some("sudo umount -f -l <folder>")),
    ])
    .retryable(),
    Kind::new(
        ids::VOLUME_NOT_WRITABLE,
        Exit::NeedsHuman,
        "the job may not write to the shared folder",
        "The mount works and a write, `mkdir` or `chown` in it is refused. Either the export is read-only
or maps root to nobody (`ro`, `root_squash`, both the default of exportfs), or the folder belongs to
another user than the container's. W&B's agent also takes all capabilities from a job's container,
so that root in it cannot write to files of others.

  sudo exportfs -s          # wants rw and no_root_squash, or all_squash with anonuid
  ls -ldn <folder>
  kubectl exec <pod> -- id",
    )
    .advice(&[
        ("write the export anew: rw, no_root_squash, for the cluster's network only", Some("gpucluster nfs setup")),
        ("or give the folder to the user of the container", Some("sudo chown -R <uid>:<gid> <folder>")),
    ])
    .see("https://man7.org/linux/man-pages/man5/exports.5.html"),
    Kind::new(
        ids::VOLUME_CLAIM_MISSING,
        Exit::NeedsHuman,
        "the pod asks for a volume claim that does not exist",
        "`persistentvolumeclaim \"X\" not found`: no claim of that name is in the pod's own namespace. Claims
of another namespace do not count: a queue whose jobs run in `wandb` needs the claim there.

  kubectl get pvc --all-namespaces
  kubectl get pod <pod> -o yaml | grep -B1 claimName",
    )
    .advice(&[
        ("see which claims there are", Some("kubectl get pvc --all-namespaces")),
        ("make gpucluster's own", Some("gpucluster nfs setup")),
    ])
    .see(VOLUMES),
    Kind::new(
        ids::POD_VOLUME_NOT_MOUNTED,
        Exit::NotVerified,
        "a volume of the pod could not be mounted in time",
        "`Unable to attach or mount volumes: ... timed out waiting for the condition` says that a mount did
not succeed within two minutes and not why. The cause is in another event of the same pod,
`MountVolume.SetUp failed for volume`, or, where the mount hangs without a word, a firewall between
node and NFS server.

  kubectl describe pod <pod>
  docker exec <profile> findmnt -t nfs,nfs4",
    )
    .advice(&[
        ("look for the event that names the cause", Some("kubectl get events --sort-by=.lastTimestamp")),
        ("check server, export and firewall", Some("gpucluster doctor")),
    ])
    .see(VOLUMES)
    .retryable(),
    Kind::new(
        ids::VOLUME_IN_USE,
        Exit::NeedsHuman,
        "pods use the claim",
        "The claim is not taken away under pods that use it: Kubernetes would keep it `Terminating` until
they end, and meanwhile they would hang on a mount that nobody serves. Pods that wait to be started
count too; pods that ended do not.

  kubectl get pods,jobs -n <namespace>",
    )
    .advice(&[
        ("keep new jobs from starting", Some("gpucluster agent stop")),
        ("see who uses it, and wait or delete the jobs", Some("gpucluster nfs status")),
        ("then", Some("gpucluster nfs teardown")),
    ])
    .see(VOLUMES),
];
