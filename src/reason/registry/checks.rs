//! Reasons that no tool tells by itself: only a look at the machine finds them.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::DOCKER_IS_REMOTE,
        Exit::NeedsHuman,
        "docker speaks to a daemon of another machine",
        "`DOCKER_HOST` or the current context names an address that is not this machine's socket
(`ssh://`, `tcp://`, a tunnel). Whatever Docker is told then happens elsewhere: its GPUs, its
configuration and its network are not those that are looked at here, and `systemctl restart docker`
restarts another daemon. A dead address is worse: the daemon of this machine runs and is never asked.

  echo \"$DOCKER_HOST\"; docker context ls
  docker info --format '{{.Name}} {{.NCPU}} {{.MemTotal}}'; hostname

Run gpucluster on the machine that has the GPUs, with its own daemon.",
    )
    .advice(&[(
        "use the daemon of this machine",
        Some("unset DOCKER_HOST; docker context use default"),
    )])
    .see("https://docs.docker.com/engine/manage-resources/contexts/"),
    Kind::new(
        ids::DOCKER_ENGINES_SEVERAL,
        Exit::NeedsHuman,
        "Docker is installed more than once",
        "Two packages of Docker (a snap beside `docker-ce` or `docker.io`) bring two daemons with two
configurations and two stores of images. Which one answers depends on which was started last and on
PATH, so that what worked yesterday is gone today, and `/etc/docker/daemon.json` counts for one only.

  type -a docker
  systemctl is-active docker snap.docker.dockerd

Keep Docker's own package or the distribution's; not the snap.",
    )
    .advice(&[("remove the snap; this deletes its containers and images", Some("sudo snap remove docker"))])
    .warning(),
    Kind::new(
        ids::DOCKER_ROOT_NOEXEC,
        Exit::NeedsHuman,
        "Docker's folder is mounted noexec",
        "The file system that holds Docker's images and containers does not allow programs to be run, so
that no container can start; hardened machines mount `/var` so. minikube ends with
PROVIDER_DOCKER_NOEXEC (exit 67).

  findmnt -T \"$(docker info --format '{{.DockerRootDir}}')\"

Either allow programs there, or move `data-root` in `/etc/docker/daemon.json` to another disk.",
    )
    .advice(&[("allow programs there until the next boot; /etc/fstab decides after it", Some("sudo mount -o remount,exec /var"))]),
    Kind::new(
        ids::DOCKER_CONFIG_PENDING,
        Exit::NeedsHuman,
        "the Docker daemon does not run with its configuration",
        "`/etc/docker/daemon.json` was changed after the daemon had started, or the daemon was given other
values on its command line. It reads the file when it starts; a reload takes in only a few keys. What
the file says is not true yet, and becomes true at a restart that nobody expects to change anything.

  docker info
  systemctl cat docker | grep ExecStart",
    )
    .advice(&[("restart it; this stops running containers", Some("sudo systemctl restart docker"))])
    .warning(),
    Kind::new(
        ids::GPU_TOOLKIT_VERSIONS_DIFFER,
        Exit::NeedsHuman,
        "the container toolkit's packages do not go together",
        "`nvidia-container-toolkit`, `nvidia-container-toolkit-base`, `libnvidia-container-tools` and
`libnvidia-container1` are made as one and belong together at one version; from 1.18 on the tools
refuse a library of another. A held package, two repositories, or a copy in `/usr/local` before the
package's own in PATH leave such a mixture.

  dpkg -l 'nvidia-container*' 'libnvidia-container*'     # rpm -qa on the others
  type -a nvidia-ctk nvidia-container-cli; nvidia-container-cli --version",
    )
    .advice(&[(
        "install all four at one version (Debian, Ubuntu)",
        Some("sudo apt-get install -y nvidia-container-toolkit nvidia-container-toolkit-base libnvidia-container-tools libnvidia-container1"),
    )])
    .see("https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html"),
    Kind::new(
        ids::GPU_TOOLKIT_NO_CGROUPS,
        Exit::NeedsHuman,
        "the toolkit is told to leave control groups alone",
        "`no-cgroups = true` in `/etc/nvidia-container-runtime/config.toml` is meant for rootless Docker.
With the system's daemon the hook then mounts the GPUs into the container and does not allow it to
open them: `Failed to initialize NVML: Unknown Error` or `Insufficient Permissions`, from the first
second on. The file is shared by all daemons of the machine.

  grep -n no-cgroups /etc/nvidia-container-runtime/config.toml

(The same words from a container that worked before have another cause: `systemctl daemon-reload`.)",
    )
    .advice(&[(
        "let the toolkit allow the devices again",
        Some("sudo nvidia-ctk config --set nvidia-container-cli.no-cgroups=false --in-place"),
    )]),
    Kind::new(
        ids::GPU_CDI_CONFLICT,
        Exit::NeedsHuman,
        "two CDI specifications give out the same devices",
        "Of specifications in one folder that name the same device CDI takes neither: `unresolvable CDI
devices`. Usually `nvidia-ctk cdi generate` was run with two file names. A file in `/var/run/cdi` takes
the place of one in `/etc/cdi`; that is no conflict.

  ls -l /etc/cdi /var/run/cdi
  nvidia-ctk cdi list",
    )
    .advice(&[("keep one of them", Some("sudo rm /etc/cdi/<file>"))])
    .see("https://github.com/cncf-tags/container-device-interface")
    .warning(),
    Kind::new(
        ids::MINIKUBE_CONFIG_CONFLICTS,
        Exit::NeedsHuman,
        "minikube's own configuration speaks against GPUs",
        "Every flag of `minikube start` can also come from `minikube config set` or a variable
`MINIKUBE_*`. gpucluster passes driver, runtime and GPUs explicitly, so that it is not misled; a
start by hand is: `--gpus` needs the driver and the runtime `docker`, and `rootless` changes how the
driver works even where it is passed.

  minikube config view
  env | grep ^MINIKUBE_",
    )
    .advice(&[("take the value out", Some("minikube config unset <name>"))])
    .warning(),
    Kind::new(
        ids::GPU_PLUGIN_FAILED,
        Exit::NotVerified,
        "the device plugin does not run",
        "The pod `nvidia-device-plugin-daemonset` in `kube-system` tells Kubernetes of the GPUs. It is not
running, so there are none to hand out. Its image comes from nvcr.io when the cluster starts and is in
no cache of minikube's; a plugin that restarts again and again cannot read the driver in the node.

  kubectl -n kube-system get pods -l name=nvidia-device-plugin-ds
  kubectl -n kube-system describe pods -l name=nvidia-device-plugin-ds
  kubectl -n kube-system logs -l name=nvidia-device-plugin-ds",
    )
    .advice(&[("read what the device plugin says", Some("kubectl -n kube-system logs -l name=nvidia-device-plugin-ds"))])
    .retryable(),
    Kind::new(
        ids::POD_STUCK,
        Exit::NotVerified,
        "a pod does not get on",
        "The pod waits for something and its events name no cause that is known here. What the scheduler
and the kubelet last said is shown; all of it is in the pod's events.

  kubectl describe pod <pod> -n <namespace>
  kubectl get events -n <namespace> --sort-by .lastTimestamp",
    )
    .advice(&[("read its events", Some("kubectl describe pod <pod> -n <namespace>"))])
    .retryable(),
    Kind::new(
        ids::VOLUME_WRONG_CLASS,
        Exit::NeedsHuman,
        "the claim is bound to a folder inside the node, not to the share",
        "minikube has a default StorageClass, `standard`. A claim without `storageClassName: \"\"` is given
a volume of it at once, a folder inside the node's container named `pvc-…`, and never looks at the NFS
volume. Everything seems to work, the share stays empty, and the data goes with the cluster.

  kubectl get pvc,pv

A claim cannot be moved to another volume: it has to be made anew. What jobs wrote so far is in the
node, below `/tmp/hostpath-provisioner`; copy it out first if it matters.",
    )
    .advice(&[
        ("once nothing uses the claim, delete it", Some("kubectl delete pvc <claim> -n <namespace>")),
        ("then make it anew", Some("gpucluster up")),
    ])
    .see("https://kubernetes.io/docs/concepts/storage/persistent-volumes/#class-1"),
    Kind::new(
        ids::NFS_SPACE_LOW,
        Exit::NeedsHuman,
        "the shared folder is almost full",
        "Jobs keep models and data sets in the shared folder, and Kubernetes enforces no size on NFS: the
first job that finds the disk full fails with `No space left on device` in the middle of a download,
and leaves half a file behind.

  df -h /srv/gpucluster
  sudo du -xsh /srv/gpucluster/*",
    )
    .advice(&[("see what takes the space", Some("sudo du -xsh /srv/gpucluster/*"))])
    .warning(),
    Kind::new(
        ids::QUEUE_LOGS_LOST,
        Exit::NeedsHuman,
        "jobs of the queue vanish with their logs a minute after their end",
        "The queue's configuration has no `ttlSecondsAfterFinished`, or a small one. The agent's own default
is 60 seconds: pod, events and log of a job that failed are gone before anyone looks, and W&B has only
what the program itself sent.

In the queue's configuration, beside `template:` and `backoffLimit:`

  ttlSecondsAfterFinished: 86400",
    )
    .advice(&[("set `ttlSecondsAfterFinished: 86400` in the queue's configuration, under `spec:`", None)])
    .warning(),
    Kind::new(
        ids::AGENT_ITEMS_FAILED,
        Exit::NotVerified,
        "the agent could not start jobs of its queue",
        "The agent polls and takes jobs, and fails to make Kubernetes Jobs of some of them (`Error running
job`). The queue shows them as failed. What it last said is shown.

  gpucluster agent logs
  kubectl get jobs,pods",
    )
    .advice(&[("read what the agent says", Some("gpucluster agent logs"))])
    .warning(),
];
