//! Reasons of minikube and of the cluster.

use super::Kind;
use crate::reason::{Exit, ids};

const INSTALL_MINIKUBE: &str = "https://minikube.sigs.k8s.io/docs/start/";

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::MINIKUBE_NOT_INSTALLED,
        Exit::NeedsHuman,
        "minikube is not installed",
        "minikube makes the cluster: one node, a Docker container that holds all GPUs of the machine.
Version 1.32.0 or newer is needed, the first with `--gpus`.

  curl -LO https://storage.googleapis.com/minikube/releases/latest/minikube-linux-amd64
  sudo install minikube-linux-amd64 /usr/local/bin/minikube

The checksum beside each binary (`.sha256`) is the bare number without a file name, so that
`sha256sum -c` does not read it.",
    )
    .advice(&[(
        "download it, then put it into /usr/local/bin with `sudo install`",
        Some("curl -LO https://storage.googleapis.com/minikube/releases/latest/minikube-linux-amd64"),
    )])
    .see(INSTALL_MINIKUBE),
    Kind::new(
        ids::MINIKUBE_TOO_OLD,
        Exit::NeedsHuman,
        "minikube is too old for GPUs",
        "`minikube start --gpus` came with 1.32.0. The pre-release 1.32.0-beta.0 knew the flag, and
restarting such a cluster failed (minikube issue 17405).

  minikube version
  type -a minikube          # an older one earlier in PATH?

A cluster that an old minikube made keeps having no GPUs: it has to be made anew.",
    )
    .advice(&[(
        "download a newer one, then put it into /usr/local/bin with `sudo install`",
        Some("curl -LO https://storage.googleapis.com/minikube/releases/latest/minikube-linux-amd64"),
    )])
    .see(INSTALL_MINIKUBE),
    Kind::new(
        ids::MINIKUBE_HOME_PERMISSION,
        Exit::NeedsHuman,
        "minikube's folder belongs to somebody else",
        "Files below `~/.minikube` or `~/.kube` belong to root, usually after `sudo minikube` or
`sudo -E` (exit 37: HOST_HOME_PERMISSION, HOST_KUBECONFIG_PERMISSION). Up to minikube 1.37 a lock
file `/tmp/juju-mk*` of another account does the same (HOST_JUJU_LOCK_PERMISSION).

  ls -la ~/.minikube ~/.kube /tmp/juju-mk*",
    )
    .advice(&[
        ("take the files back", Some("sudo chown -R \"$USER\" ~/.minikube ~/.kube")),
        ("where a lock of another account is named, remove it", Some("sudo rm -f /tmp/juju-mk*")),
    ]),
    Kind::new(
        ids::MINIKUBE_USAGE,
        Exit::ChangeFailed,
        "minikube refused the options it was given",
        "minikube ended with MK_USAGE (exit 14). gpucluster passes driver, runtime and GPUs explicitly;
what remains are values from the settings (`cluster.cpus`, `cluster.memory`,
`cluster.kubernetes_version`) that this machine or this minikube cannot meet, such as more memory
than Docker has.

minikube also reads `MINIKUBE_*` variables and its own configuration:

  env | grep ^MINIKUBE_
  minikube config view",
    )
    .advice(&[("see minikube's own configuration", Some("minikube config view"))]),
    Kind::new(
        ids::MINIKUBE_NETWORK,
        Exit::ChangeFailed,
        "minikube could not download what it needs",
        "A first start downloads close to 1 GB from dl.k8s.io, storage.googleapis.com, github.com,
gcr.io, docker.io, registry.k8s.io and nvcr.io. minikube's exit codes 40 to 49 and `no such host`
speak of this machine's way there: name server, firewall or proxy.

A proxy is passed on from the environment (`HTTPS_PROXY`), except one on localhost, which the node
cannot reach. `NO_PROXY` has to hold the node's network and 10.96.0.0/12. The Docker daemon needs
a proxy of its own.",
    )
    .advice(&[("see whether the release server answers", Some("curl -I https://dl.k8s.io/release/stable.txt"))])
    .retryable(),
    Kind::new(
        ids::MINIKUBE_RESOURCES,
        Exit::NeedsHuman,
        "the machine has too few CPUs or too little memory",
        "minikube wants two CPUs and 1800 MiB of memory at least, and never more than Docker has (exit
29 for CPUs, 23 for memory). By default gpucluster asks for no limit at all, because these cannot
be changed later; a setting of `cluster.cpus` or `cluster.memory` may ask for too much.

  docker info --format '{{.NCPU}} CPUs, {{.MemTotal}} bytes'",
    )
    .advice(&[("see what Docker has", Some("docker info"))]),
    Kind::new(
        ids::CLUSTER_START_FAILED,
        Exit::ChangeFailed,
        "minikube could not start the cluster",
        "`minikube start` ended with an error that matches no known text. Its last error event is shown
in the message; its whole log is kept by minikube until the next start:

  less ~/.minikube/logs/lastStart.txt
  minikube logs -p <profile>

The profile stays, with its options, and typing the command again continues. If it fails in the
same way, making the cluster anew often helps.",
    )
    .advice(&[
        ("try again", Some("gpucluster up")),
        ("or make the cluster anew; this deletes what runs in it", Some("gpucluster up --recreate-cluster")),
    ])
    .retryable(),
    Kind::new(
        ids::CLUSTER_HAS_NO_GPUS,
        Exit::NeedsHuman,
        "the cluster was created without GPUs",
        "minikube stores the flag `--gpus` when a profile is created, and only then. On an existing
profile it is checked and silently ignored: exit 0 and no GPU, even if the container is gone or
the first start failed. The only cure is to delete the profile and to create it with the flag.

  minikube profile list -o json | grep -o '\"GPUs\":\"[^\"]*\"'

Deleting a profile deletes everything in its cluster. The data on the NFS share of the host stays.",
    )
    .advice(&[(
        "make the cluster anew; this deletes what runs in it, the shared folder on the host is kept",
        Some("gpucluster up --recreate-cluster"),
    )])
    .see("https://minikube.sigs.k8s.io/docs/tutorials/nvidia/"),
    Kind::new(
        ids::CLUSTER_OPTIONS_DIFFER,
        Exit::NeedsHuman,
        "the cluster was created with other options",
        "CPUs, memory, driver and base image of a minikube profile are fixed when it is created. A later
start with other values ignores them with a warning, refuses them (GUEST_DRIVER_MISMATCH, exit 81),
or, with another container runtime, applies them and so breaks the GPUs.

Either change the settings to what the cluster has, or make the cluster anew.",
    )
    .advice(&[("make the cluster anew; this deletes what runs in it", Some("gpucluster up --recreate-cluster"))]),
    Kind::new(
        ids::CLUSTER_NAME_TAKEN,
        Exit::NeedsHuman,
        "a container with the cluster's name belongs to somebody else",
        "A minikube node is a container with the profile's name. When a profile is created, minikube
deletes an existing minikube container of that name, even another account's on the same Docker
daemon. gpucluster stops before that.

  docker ps -a --filter label=name.minikube.sigs.k8s.io=<profile>

Choose another name, or delete the other cluster as the account that made it.",
    )
    .advice(&[("use another profile name", Some("gpucluster up --profile <name>"))]),
    Kind::new(
        ids::CLUSTER_UNREACHABLE,
        Exit::ChangeFailed,
        "the cluster's API does not answer",
        "The node runs and its Kubernetes API cannot be reached, or the kubeconfig holds an old address
or certificate. After a reboot the node stays down until it is started: minikube's containers have
no restart policy.

  minikube status -p <profile>
  docker ps --filter name=<profile>",
    )
    .advice(&[("start it, or mend its kubeconfig", Some("gpucluster up"))])
    .retryable(),
    Kind::new(
        ids::CLUSTER_WAS_RESET,
        Exit::ChangeFailed,
        "minikube reset the cluster while starting it",
        "minikube found the control plane broken, reset it and made it anew: `Unable to restart
control-plane node(s), will reset cluster`. It ends with 0 all the same. Every object in the
cluster is gone: jobs, volumes' claims, secrets. The data of the NFS share on the host is not.

gpucluster puts its own objects back; what else ran in the cluster has to be applied again.",
    )
    .advice(&[("see what is missing", Some("gpucluster doctor"))])
    .warning()
    .retryable(),
    Kind::new(
        ids::GPU_NOT_ALLOCATABLE,
        Exit::NotVerified,
        "Kubernetes has no GPUs to hand out",
        "The node's `allocatable[\"nvidia.com/gpu\"]` is missing, 0, or lower than the number of GPUs.
The device plugin announces them some time after minikube says `Done`; its image is pulled first.
That its pod runs proves nothing: it idles without a GPU (`FAIL_ON_INIT_ERROR=false`).

Fewer than before: a GPU with a critical Xid is withdrawn until the plugin is restarted. None after
an upgrade of the driver: the node still has the old libraries and has to be made anew.

  kubectl -n kube-system logs -l name=nvidia-device-plugin-ds
  kubectl get node -o jsonpath='{.items[0].status.allocatable}'",
    )
    .advice(&[
        ("read what the device plugin says", Some("kubectl -n kube-system logs -l name=nvidia-device-plugin-ds")),
        ("after an upgrade of the driver, make the cluster anew; this deletes what runs in it", Some("minikube delete -p <profile> && gpucluster up")),
    ])
    .retryable(),
    Kind::new(
        ids::CLUSTER_STOPPED,
        Exit::ChangeFailed,
        "the cluster's node is stopped",
        "The profile exists and its container does not run: it was stopped, or the machine was restarted.
minikube's containers have no restart policy, so after a reboot the node stays down until somebody
starts it. Everything that asks the API meanwhile is refused.

  minikube status -p <profile>
  docker ps -a --filter name=<profile>

Starting it keeps the cluster's objects, its images and its GPUs.",
    )
    .advice(&[
        ("start it again", Some("gpucluster up")),
        ("or by hand", Some("minikube start -p <profile>")),
    ])
    .see("https://minikube.sigs.k8s.io/docs/commands/start/")
    .retryable(),
    Kind::new(
        ids::CLUSTER_MISSING,
        Exit::ChangeFailed,
        "minikube has no cluster of that name",
        "minikube knows clusters by profile, and there is none of the name that was asked for: it was
never made, was deleted, or was made under another `-p`, by another account or with another
`MINIKUBE_HOME`. Without `-p` minikube means the profile `minikube`, which is not gpucluster's.

  minikube profile list
  env | grep ^MINIKUBE_",
    )
    .advice(&[
        ("see the profiles that exist", Some("minikube profile list")),
        ("make the cluster", Some("gpucluster up")),
    ])
    .see("https://minikube.sigs.k8s.io/docs/commands/profile/")
    .retryable(),
    Kind::new(
        ids::CLUSTER_PROFILE_BROKEN,
        Exit::NeedsHuman,
        "minikube's record of the cluster is damaged",
        "The profile's files and the container do not belong together any more: `config.json` cannot be
read (HOST_CONFIG_LOAD), a machine is on record that is gone (GUEST_DOES_NOT_EXIST), a certificate
does not fit (GUEST_UNSIGNED_CERT), or a much older minikube wrote it (GUEST_CONFIG_CORRUPT). A full
disk or a kill in the middle of a start leaves such files.

  minikube profile list
  ls -la ~/.minikube/profiles/<profile> ~/.minikube/machines/<profile>

minikube's own cure is to delete the profile and to make it anew. What runs in the cluster is lost,
the shared folder on the host is not.",
    )
    .advice(&[
        ("delete the profile, then make it anew; this deletes what runs in it", Some("minikube delete -p <profile>")),
        ("then", Some("gpucluster up")),
    ])
    .see("https://minikube.sigs.k8s.io/docs/contrib/errorcodes/"),
    Kind::new(
        ids::CLUSTER_SUBNET_TAKEN,
        Exit::NeedsHuman,
        "no free network is left for the cluster's node",
        "minikube gives the node a Docker network of its own: 192.168.49.0/24, or the next of .58, .67,
.76 and so on that Docker accepts. Docker refuses one that overlaps with another of its networks
(`Pool overlaps with other one on this address space`) or with all of its address pools in use. Old
clusters leave such networks behind; a VPN may route the same addresses, which minikube does not see.

  docker network ls
  ip route | grep 192.168

An unused network is removed without loss; or the new cluster is given a range of its own.",
    )
    .advice(&[
        ("remove the Docker networks that no container uses", Some("docker network prune")),
        ("or choose a range that nobody uses", Some("minikube start -p <profile> --subnet <range>")),
    ])
    .see("https://minikube.sigs.k8s.io/docs/handbook/vpn_and_proxy/"),
    Kind::new(
        ids::CLUSTER_PORT_TAKEN,
        Exit::NeedsHuman,
        "a port that the cluster's node needs is in use",
        "The node's container could not publish a port, or a program in the node could not listen,
because another one holds it: `port is already allocated`, `address already in use`,
GUEST_PORT_IN_USE, kubeadm's `[ERROR Port-10250]`. With the docker driver minikube takes free ports by
itself, so this comes from `--ports`, from the driver `none`, or from a second Kubernetes (k3s,
microk8s, kubeadm) on the same machine.

  docker ps --format '{{.Names}} {{.Ports}}'
  sudo ss -ltnp",
    )
    .advice(&[("see who listens where", Some("sudo ss -ltnp"))]),
    Kind::new(
        ids::CLUSTER_ADDON_FAILED,
        Exit::ChangeFailed,
        "an addon of minikube could not be enabled",
        "minikube starts the cluster first and applies its addons (device plugin, storage class) then. If
that fails it warns and ends with 0: `Enabling 'nvidia-device-plugin' returned an error`. Most often
the API was not ready yet, and enabling it again is all it takes; otherwise the end of the text says
what kubectl said.

  minikube addons list -p <profile>
  kubectl -n kube-system get pods",
    )
    .advice(&[
        ("enable it again", Some("minikube addons enable nvidia-device-plugin -p <profile>")),
        ("or let gpucluster do it", Some("gpucluster up")),
    ])
    .see("https://minikube.sigs.k8s.io/docs/handbook/addons/nvidia/")
    .retryable(),
    Kind::new(
        ids::CLUSTER_CGROUP_UNFIT,
        Exit::NeedsHuman,
        "this machine's control groups do not suit Kubernetes",
        "The kubelet keeps pods in control groups and does not start without the controllers it needs:
the machine is itself a container, a controller (cpu, memory, pids) is off, a rootless Docker was
given no delegation, or kubelet and Docker disagree about who manages them (`kubelet cgroup driver:
\"systemd\" is different from docker cgroup driver: \"cgroupfs\"`).

  docker info --format '{{.CgroupDriver}} {{.CgroupVersion}}'
  cat /sys/fs/cgroup/cgroup.controllers

A node made anew takes over Docker's present driver.",
    )
    .advice(&[
        ("see which driver and version Docker uses", Some("docker info")),
        ("make the cluster anew after that was changed; this deletes what runs in it", Some("gpucluster up --recreate-cluster")),
    ])
    .see("https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/configure-cgroup-driver/"),
    Kind::new(
        ids::MINIKUBE_BUSY,
        Exit::ChangeFailed,
        "another minikube command works on the same cluster",
        "minikube takes a lock on the machine (10 minutes) and on each download (5 minutes), and gives up
when the other command does not let go: `unable to acquire lock`, GUEST_PROVISION_ACQUIRE_LOCK. A
command that was killed may have left its lock.

  pgrep -af minikube
  ls -la /tmp/juju-mk* /tmp/minikube-locks-*",
    )
    .advice(&[
        ("see which minikube commands run, and wait for them", Some("pgrep -af minikube")),
        ("then try again", Some("gpucluster up")),
    ])
    .retryable(),
    Kind::new(
        ids::MINIKUBE_CACHE_BROKEN,
        Exit::ChangeFailed,
        "a file that minikube downloaded is damaged",
        "The checksum of a downloaded file (kubectl, kubelet, kubeadm, the preloaded images, the base
image) is not the one that was published: the download was cut short, or a proxy or mirror delivered
something else, such as its login page. minikube keeps such files in its cache and may trip over
them again.

  ls -la ~/.minikube/cache ~/.minikube/cache/preloaded-tarball
  curl -sSL https://dl.k8s.io/release/stable.txt      # a version number, no HTML",
    )
    .advice(&[
        ("throw the cache away; it is downloaded anew, and no cluster is touched", Some("rm -rf ~/.minikube/cache")),
        ("then", Some("gpucluster up")),
    ])
    .see("https://minikube.sigs.k8s.io/docs/handbook/offline/")
    .retryable(),
];
