//! Reasons of minikube's record of a cluster, and of what a start of it needs from the machine.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
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
