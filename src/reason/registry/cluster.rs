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
];
