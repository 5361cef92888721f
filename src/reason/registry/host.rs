//! Reasons that `doctor` finds by looking at the machine itself, before any tool complains.

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
    Kind::new(
        ids::GPU_XID,
        Exit::NeedsHuman,
        "the driver reported an error of a GPU",
        "The NVIDIA driver writes an Xid into the kernel log when a GPU misbehaves:
`NVRM: Xid (PCI:0000:07:00): 48, …`. The number tells whose fault it is:

  13 31 43 45 68 69 109   a program's: a wrong address, a crash, a kill; look at the job
  48 92 94 95 140         memory errors (ECC); 94 ended one program, 48 and 95 want a reset
  63 64                   a bad row of memory was taken out of use (63), or could not be (64)
  61 62 119 120           the GPU's own firmware stopped answering: reset it, or reboot
  74                      NVLink: look at the neighbours and bridges as well
  79                      the GPU has fallen off the bus: power, heat, seat or the card

  sudo dmesg | grep -i xid
  sudo nvidia-smi -r -i <index>      # resets a GPU that no program uses

The kubelet's device plugin takes a GPU with such an error out of service until it is started anew.",
    )
    .advice(&[
        ("read the kernel's own words", Some("sudo dmesg | grep -i xid")),
        ("reboot, or reset the GPU while no program uses it", Some("sudo reboot")),
    ])
    .see("https://docs.nvidia.com/deploy/xid-errors/analyzing-xid-catalog.html"),
    Kind::new(
        ids::GPU_SLOWED,
        Exit::NeedsHuman,
        "a GPU slows down because of heat or of its power supply",
        "The GPU's clocks are held down right now by a thermal slowdown or by the power brake of the
server. It computes correctly and slowly.

  nvidia-smi -q -d PERFORMANCE,TEMPERATURE,POWER

Look at fans, air flow and power supplies. A slowdown by the power cap alone is normal under load
and is not reported here.",
    )
    .advice(&[("see temperatures and limits", Some("nvidia-smi -q -d PERFORMANCE,TEMPERATURE,POWER"))])
    .warning(),
    Kind::new(
        ids::GPU_PERSISTENCE_OFF,
        Exit::NeedsHuman,
        "persistence mode is off",
        "Without persistence mode the driver shuts a GPU down as soon as no program uses it and sets it
up again for the next one, which takes seconds each time: `nvidia-smi`, every container and every
job start slowly, and settings such as power limits are lost.

  nvidia-smi --query-gpu=index,persistence_mode --format=csv

The daemon `nvidia-persistenced`, which comes with the driver, keeps it on over reboots.",
    )
    .advice(&[("switch it on until the next boot", Some("sudo nvidia-smi -pm 1"))])
    .warning(),
    Kind::new(
        ids::GPU_MIG,
        Exit::NeedsHuman,
        "a GPU is divided, and the cluster hands out whole GPUs",
        "In MIG mode (Multi-Instance GPU) a GPU is used through its instances alone. minikube's device
plugin runs with the strategy `none`: it offers the GPU as one whole `nvidia.com/gpu`, and a
program in that container finds no usable device, or only the first instance. A change of the mode
takes effect at the next reset of the GPU.

  nvidia-smi -L
  sudo nvidia-smi -i <index> -mig 0      # whole again; no program may use it meanwhile",
    )
    .advice(&[("make the GPU whole again", Some("sudo nvidia-smi -i <index> -mig 0"))])
    .warning(),
];
