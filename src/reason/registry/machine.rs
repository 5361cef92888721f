//! Reasons of the machine below Docker: its kernel, disks, clock and network.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::HOST_CONTAINER,
        Exit::NeedsHuman,
        "gpucluster runs inside a container",
        "What it sees of disks, memory, kernel modules and units is the container's share, and a Docker
daemon, a kernel NFS server and systemd are usually not there at all. Docker inside a container
needs a privileged one.

  cat /run/systemd/container /.dockerenv 2>/dev/null

Run it on the host itself; or go on if you know this container is made for it.",
    )
    .advice(&[("run gpucluster on the host itself", None)])
    .warning(),
    Kind::new(
        ids::HOST_CGROUP_V1,
        Exit::NeedsHuman,
        "the machine still uses cgroup v1",
        "The kubelet refuses cgroup v1 by default from Kubernetes 1.35 on (minikube sets `failCgroupV1:
false` to go on), and Docker 29 announces its end for 2029. Distributions use version 2 since Ubuntu
21.10, Debian 11, Fedora 31 and RHEL 9.

  stat -fc %T /sys/fs/cgroup      # cgroup2fs is version 2, tmpfs is version 1

The kernel is told by its command line: `systemd.unified_cgroup_hierarchy=1`, then a reboot.",
    )
    .advice(&[("boot with cgroup v2: add systemd.unified_cgroup_hierarchy=1 to the kernel's command line", None)])
    .see("https://github.com/kubernetes/minikube/issues/22315")
    .warning(),
    Kind::new(
        ids::HOST_CGROUP_CONTROLLERS,
        Exit::NeedsHuman,
        "the kernel does not offer the cgroup controllers that Kubernetes needs",
        "The kubelet needs the controllers cpu, cpuset, memory and pids and refuses to start without
them. Some kernels leave the memory controller off (Raspberry Pi, Jetson), and containers are
sometimes given none.

  cat /sys/fs/cgroup/cgroup.controllers

On a machine with its own kernel: add `cgroup_enable=memory` to its command line and reboot.",
    )
    .advice(&[("see which ones there are", Some("cat /sys/fs/cgroup/cgroup.controllers"))]),
    Kind::new(
        ids::HOST_INODES_FULL,
        Exit::NeedsHuman,
        "a file system can hold no more files",
        "There may be bytes left, but every inode is in use, so no file can be made: `No space left on
device` in spite of free space. Caches of many small files do it (container layers, node_modules,
mail).

  df -i
  sudo du --inodes -xs /var/lib/docker /home/* | sort -n | tail

The number is fixed when an ext4 file system is made; xfs and btrfs grow it.",
    )
    .advice(&[("see which file system is full", Some("df -i"))]),
    Kind::new(
        ids::HOST_READ_ONLY,
        Exit::NeedsHuman,
        "a file system that has to be written is mounted read-only",
        "A kernel that meets errors of a disk mounts its file system read-only to save what is there
(`errors=remount-ro`). Immutable distributions have /usr so on purpose, but never /var or /home.

  findmnt -no SOURCE,FSTYPE,OPTIONS -T <folder>
  sudo dmesg | grep -i -e 'remounting filesystem read-only' -e 'I/O error'

Look after the disk first; then check the file system and mount it again.",
    )
    .advice(&[("see why the kernel did it", Some("sudo dmesg | grep -i -e remount -e 'i/o error'"))]),
    Kind::new(
        ids::HOST_INOTIFY_LOW,
        Exit::NeedsHuman,
        "the kernel's limits of inotify are too low for Kubernetes",
        "kubelet, Docker, systemd in the node and many programs in pods watch files. Their instances
count together for the user root of the host, node and containers alike; where none is left they
fail with `too many open files` or `no space left on device`, which name neither inotify nor the
limit. Kernels allow 128 instances and 8192 watches or more; here they were set lower.

  sysctl fs.inotify

Clusters with many pods do well with 512 instances and 524288 watches.",
    )
    .advice(&[
        ("raise them now", Some("sudo sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288")),
        ("and at every boot", Some("printf 'fs.inotify.max_user_instances=512\\nfs.inotify.max_user_watches=524288\\n' | sudo tee /etc/sysctl.d/90-gpucluster-inotify.conf")),
    ])
    .see("https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files"),
    Kind::new(
        ids::HOST_CLOCK_WRONG,
        Exit::NeedsHuman,
        "the machine's clock is years off",
        "Certificates are valid between two dates. With a clock that is years off every connection by
TLS fails, to registries, to W&B and to the cluster itself: `certificate has expired or is not yet
valid`. An empty battery of the mainboard or a restored virtual machine does it.

  timedatectl",
    )
    .advice(&[("let a time server set it", Some("sudo timedatectl set-ntp true"))]),
    Kind::new(
        ids::HOST_CLOCK_UNSYNCHRONIZED,
        Exit::NeedsHuman,
        "no time server keeps the machine's clock",
        "systemd says that the clock is not synchronized. It will drift by seconds a week, and a clock
that is minutes off breaks tokens and certificates.

  timedatectl
  timedatectl timesync-status || chronyc tracking

Behind a firewall a time server of your own network has to be named.",
    )
    .advice(&[("let a time server keep it", Some("sudo timedatectl set-ntp true"))])
    .warning(),
    Kind::new(
        ids::HOST_DNS_BROKEN,
        Exit::NeedsHuman,
        "names of the network are not resolved",
        "The machine has a route to a network, and its resolver gives no address for the servers that
images, packages and W&B come from. Docker shows it as `dial tcp: lookup …: no such host`, minikube as
`unable to access registry`, W&B as `Name or service not known`.

  getent ahosts registry-1.docker.io
  cat /etc/resolv.conf
  resolvectl status

Machines that reach the world through a proxy alone need no such names: set `HTTPS_PROXY`.",
    )
    .advice(&[("see which resolver is asked", Some("cat /etc/resolv.conf"))])
    .retryable(),
    Kind::new(
        ids::HOST_PROXY_WITHOUT_EXCEPTIONS,
        Exit::NeedsHuman,
        "the proxy is asked for the cluster's own addresses too",
        "With `HTTP_PROXY` or `HTTPS_PROXY` set, programs ask the proxy for everything that `NO_PROXY`
does not list. The cluster's addresses exist on this machine alone: node and API in minikube's
network, services and pods in Kubernetes' own ranges.

  export NO_PROXY=localhost,127.0.0.1,10.96.0.0/12,10.244.0.0/16,192.168.49.0/24",
    )
    .advice(&[("list them as exceptions", Some("export NO_PROXY=localhost,127.0.0.1,10.96.0.0/12,10.244.0.0/16,192.168.49.0/24"))])
    .see("https://minikube.sigs.k8s.io/docs/handbook/vpn_and_proxy/")
    .warning(),
    Kind::new(
        ids::HOST_PROXY_LOCAL,
        Exit::NeedsHuman,
        "the proxy is on this very machine, where containers do not reach it",
        "A proxy at `localhost` or 127.0.0.1 is the host's; inside a container, and so in the cluster's
node, these addresses are the container's own. minikube says `Local proxy ignored` and the node
pulls its images without one.

Name the proxy by an address of this machine that containers reach, such as the one on Docker's
bridge (172.17.0.1), and let it listen there:

  ip -4 addr show docker0",
    )
    .advice(&[("name the proxy by an address that containers reach", Some("ip -4 addr show docker0"))])
    .warning(),
    Kind::new(
        ids::HOST_FORWARDING_OFF,
        Exit::NeedsHuman,
        "the kernel forwards no packets between containers and the network",
        "Docker switches `net.ipv4.ip_forward` on when it starts. Something switched it off again (a
file in /etc/sysctl.d, a hardening script), so that containers reach nothing beyond this machine:
pulls inside the node and jobs' downloads time out.

  sysctl net.ipv4.ip_forward
  grep -rs ip_forward /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d",
    )
    .advice(&[("switch it on now; then mend the file that switches it off", Some("sudo sysctl net.ipv4.ip_forward=1"))]),
];
