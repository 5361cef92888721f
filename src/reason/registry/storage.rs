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

  docker exec gpucluster mount -t nfs -o vers=4.2,soft,retry=0 <server>:<folder> /mnt
  docker exec gpucluster umount /mnt",
    )
    .advice(&[("see what is exported, and to whom", Some("sudo exportfs -s"))]),
    Kind::new(
        ids::NFS_ELSEWHERE_REFUSED,
        Exit::NeedsHuman,
        "the NFS server of another machine does not let the cluster mount and write",
        "`nfs.server` names another machine, so what it exports and to whom is set there. The node lies behind
this machine: Docker's network translates its address into this one's, and the port with it, so that
the other server sees this machine and a port above 1023.

  showmount -e <server>

Its export has to admit this machine's address, with `rw` and `insecure` (a Linux server; a NAS calls it
\"allow connections from non-privileged ports\"), and without squashing those whom jobs run as.",
    )
    .advice(&[
        ("see what that server offers, and to whom", Some("showmount -e <server>")),
        ("see whether this machine reaches it", Some("timeout 5 bash -c '</dev/tcp/<server>/2049' && echo yes")),
    ])
    .see("https://man7.org/linux/man-pages/man5/exports.5.html"),
    Kind::new(
        ids::NFS_SERVER_FOREIGN,
        Exit::NeedsHuman,
        "another NFS server than the kernel's runs on this host",
        "NFS has one port, 2049, and one program can listen there. A server in user space (NFS-Ganesha, unfs3)
has it here, and serves what somebody set up. gpucluster neither stops nor changes it.

  sudo ss -tlnp 'sport = :2049'

It can serve the cache as well: let it export a folder to the cluster's network (`docker network inspect
<profile>` shows it), readable and writable, and name this host's address on that network and the folder as
`nfs.server` and `nfs.path`.",
    )
    .advice(&[
        ("see which program has the port", Some("sudo ss -tlnp 'sport = :2049'")),
        ("use its export", Some("gpucluster nfs setup --external <server>:/<folder>")),
    ])
    .see("https://github.com/nfs-ganesha/nfs-ganesha/wiki"),
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
];
