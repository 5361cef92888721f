//! Reasons of NFS and of the volume.

use super::Kind;
use crate::reason::{Exit, ids};

const VOLUMES: &str = "https://kubernetes.io/docs/concepts/storage/persistent-volumes/";

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::NFS_KERNEL_MISSING,
        Exit::NeedsHuman,
        "the kernel has no NFS support",
        "The server needs the module `nfsd`, mounting needs `nfs` and `nfsv4`, all of this machine's
kernel: the minikube node shares it. Some cloud kernels put them into an extra package
(linux-modules-extra on Ubuntu), some leave them out. `mount.nfs: No such device` is the sign.

  sudo modprobe nfsd
  grep -w nfs /proc/filesystems",
    )
    .advice(&[("load the modules", Some("sudo modprobe -a nfsd nfs nfsv4"))]),
    Kind::new(
        ids::NFS_PACKAGE_UNKNOWN,
        Exit::NeedsHuman,
        "the NFS server's package is not known for this distribution",
        "gpucluster knows the package by the family of the distribution: `nfs-kernel-server` (apt,
zypper) and `nfs-utils` (dnf, pacman). `/etc/os-release` names none of these, or the system is
immutable and packages are not installed that way.

Install an NFS server yourself; the unit `nfs-server` is all that is asked for. Or use a server
elsewhere (setting `nfs.server`), or none (setting `nfs.enabled: false`).",
    )
    .advice(&[("go on without the shared folder", Some("export GPUCLUSTER_NFS_ENABLED=false"))]),
    Kind::new(
        ids::NFS_SERVER_FAILED,
        Exit::ChangeFailed,
        "the NFS server does not run",
        "The unit `nfs-server` did not start or does not listen on port 2049. `active (exited)` is the
healthy state. Older units fail as a whole because of one bad line in `/etc/exports`; newer ones
carry on.

  systemctl status nfs-server
  sudo exportfs -ra
  cat /proc/fs/nfsd/threads        # more than 0",
    )
    .advice(&[
        ("see why", Some("journalctl -u nfs-server -n 30")),
        ("start it", Some("sudo systemctl enable --now nfs-server")),
    ])
    .retryable(),
    Kind::new(
        ids::NFS_PATH_UNFIT,
        Exit::NeedsHuman,
        "the folder cannot be exported over NFS",
        "The kernel exports only some file systems: not overlayfs (the root of a container or a live
system), not most FUSE ones (sshfs, rclone, mergerfs), not encrypted folders; tmpfs and others
without a UUID want an `fsid=`. exportfs says `does not support NFS export` or `requires fsid= for
NFS export`. A system folder such as `/` or `/home` is refused because the export gives the
cluster root rights in it.

  findmnt -no FSTYPE -T <folder>",
    )
    .advice(&[("name a folder on ext4 or xfs", Some("export GPUCLUSTER_NFS_PATH=<folder>"))]),
    Kind::new(
        ids::NFS_EXPORT_REFUSED,
        Exit::ChangeFailed,
        "the folder is not exported as it should be",
        "`exportfs -ra` ended, and the live table does not show our export, or a client was refused
(`mount.nfs: access denied by server while mounting`). Its exit code means little: it is 0 with an
unknown host, and 1 when another file has a bad line while ours is fine. Causes: the same folder
exported by another line with other options (`incompatible duplicated export entries`), or a subnet
that changed with a new cluster.

  sudo exportfs -s
  grep -n . /etc/exports /etc/exports.d/*.exports",
    )
    .advice(&[
        ("write the export anew", Some("gpucluster nfs setup")),
    ])
    .retryable(),
    Kind::new(
        ids::NFS_PORT_BLOCKED,
        Exit::NeedsHuman,
        "a firewall keeps the node from this host's NFS server",
        "Jobs mount the shared folder from inside the cluster's node, by way of TCP port 2049 of this host.
A firewall that rejects that makes every mount fail; one that drops it makes every mount hang for
minutes without a word. gpucluster asks the node itself to connect, and changes no firewall.

  docker exec gpucluster timeout 5 bash -c 'exec 3<>/dev/tcp/192.168.49.1/2049'; echo $?
  sudo ufw status; sudo firewall-cmd --list-all; sudo nft list ruleset; sudo iptables -S INPUT

0 is a connection, 124 no answer. Only the cluster's own network has to be admitted, and only this
port: NFSv4 needs no other.",
    )
    .advice(&[
        ("with ufw", Some("sudo ufw prepend allow in from <subnet> to any port 2049 proto tcp")),
        ("with rules of your own, until the next reboot", Some("sudo iptables -I INPUT -p tcp -s <subnet> --dport 2049 -j ACCEPT")),
    ]),
    Kind::new(
        ids::NFS_MOUNT_FAILED,
        Exit::NeedsHuman,
        "the cluster's node cannot mount the shared folder",
        "Jobs mount the shared folder from inside the cluster's node. A claim is bound without that ever
being tried, so a mount that fails shows only in the first job, as the event `FailedMount` of its pod.
`gpucluster doctor --deep` tries one mount in the node and takes it away again.

The words of mount.nfs are in the message. By hand:

  docker exec gpucluster mount -t nfs -o vers=4.2,soft,retry=0 192.168.49.1:/srv/gpucluster /mnt
  docker exec gpucluster umount /mnt",
    )
    .advice(&[("see what is exported, and to whom", Some("sudo exportfs -s"))]),
    Kind::new(
        ids::PACKAGE_INSTALL_FAILED,
        Exit::ChangeFailed,
        "the package manager failed",
        "Installing a package failed: another program holds the package manager's lock (unattended
upgrades, right after boot), a repository does not answer, an earlier installation was cut short,
or two lists disagree about a key (`Conflicting values set for option Signed-By`: an old
nvidia-docker.list beside the new one).

  ps -C apt-get,dpkg,unattended-upgr
  sudo apt-get update",
    )
    .advice(&[
        ("see what the package manager says by itself", Some("sudo apt-get update")),
        ("finish an installation that was cut short", Some("sudo dpkg --configure -a")),
    ])
    .retryable(),
    Kind::new(
        ids::VOLUME_IMMUTABLE,
        Exit::NeedsHuman,
        "a field of the volume or claim cannot be changed",
        "Kubernetes fixes the source of a PersistentVolume (server and path) and most of a claim once
they exist: `spec.persistentvolumesource is immutable after creation`. They have to be deleted and
made anew. The data is not touched: the volume's policy is Retain and the files are on the host.

Pods that use the claim have to end first; they hold it through a finalizer.

  kubectl get pods --all-namespaces -o wide",
    )
    .advice(&[
        ("delete claim and volume, then set them up with the new settings; the data stays", Some("kubectl delete pvc <claim> && kubectl delete pv <volume>")),
        ("then", Some("gpucluster nfs setup")),
    ])
    .see(VOLUMES),
    Kind::new(
        ids::VOLUME_RELEASED,
        Exit::NeedsHuman,
        "the volume still remembers a deleted claim",
        "A PersistentVolume whose claim was deleted is `Released` and never binds again by itself, so
the new claim stays Pending. The memory is its `claimRef`; taking that out makes it available. The
data is not touched.

  kubectl get pv
  kubectl get pvc --all-namespaces",
    )
    .advice(&[(
        "take the old claim out of the volume",
        Some("kubectl patch pv <volume> --type json -p '[{\"op\":\"remove\",\"path\":\"/spec/claimRef\"}]'"),
    )])
    .see(VOLUMES),
    Kind::new(
        ids::VOLUME_NOT_BOUND,
        Exit::NotVerified,
        "the claim is not bound to the volume",
        "Volume and claim were applied and did not find each other. Both need the same size, access mode
and storage class. minikube has a default class `standard`: a claim that names no class at all is
given a folder inside the node and ignores the NFS volume. gpucluster's objects name the empty
class and each other, so that this happens only to objects somebody else made or changed.

  kubectl describe pvc <claim>
  kubectl describe pv <volume>",
    )
    .advice(&[("see the events of the claim", Some("kubectl describe pvc <claim>"))])
    .see(VOLUMES)
    .retryable(),
    Kind::new(
        ids::KUBE_API_REFUSED,
        Exit::ChangeFailed,
        "the cluster's API refused a request",
        "The Kubernetes API answered, and said no. 401 and 403: the kubeconfig's certificate belongs to
another cluster, usually one that was made anew. 404: the namespace does not exist. 409: another
program owns a field. 422: a value is not valid. Its own words are in the message.",
    )
    .advice(&[("mend the kubeconfig, then try again", Some("gpucluster up"))])
    .retryable(),
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
];
