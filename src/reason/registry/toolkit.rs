//! Reasons of the NVIDIA container toolkit and of images.

use super::Kind;
use crate::reason::{Exit, ids};

const INSTALL_TOOLKIT: &str =
    "https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html";

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::GPU_TOOLKIT_MISSING,
        Exit::NeedsHuman,
        "the NVIDIA container toolkit is not installed",
        "`docker run --gpus` needs the toolkit's hook in the daemon's PATH at the moment the daemon
starts. Without it Docker answers `could not select device driver \"\" with capabilities: [[gpu]]`;
Docker 29.3 and newer answers `failed to discover GPU vendor from CDI: no known GPU vendor found`
for the same cause.

The same text appears where the toolkit was installed after Docker was started, and where the
client talks to another daemon (snap, Docker Desktop, a remote one).

  nvidia-ctk --version
  command -v nvidia-container-runtime-hook
  docker context show",
    )
    .advice(&[("install `nvidia-container-toolkit` as its manual says, then restart Docker", Some("sudo systemctl restart docker"))])
    .see(INSTALL_TOOLKIT),
    Kind::new(
        ids::GPU_TOOLKIT_INCOMPLETE,
        Exit::NeedsHuman,
        "the NVIDIA container toolkit is installed in part",
        "Some of its programs are there and others are not: `couldn't find binary nvidia-container-cli
in PATH`, or `exec: \"nvidia-container-runtime\": executable file not found` where `daemon.json`
names a runtime that is not installed. `AMD CDI spec not found` is the same trouble on Docker 29.3
and newer: a CDI specification exists and no NVIDIA hook was in the daemon's PATH.

The four packages belong together, at one version:

  nvidia-container-toolkit nvidia-container-toolkit-base
  libnvidia-container-tools libnvidia-container1",
    )
    .advice(&[("reinstall the four packages at one version, then restart Docker", Some("sudo systemctl restart docker"))])
    .see(INSTALL_TOOLKIT),
    Kind::new(
        ids::GPU_TOOLKIT_NOT_IN_DOCKER,
        Exit::NeedsHuman,
        "Docker does not know the runtime `nvidia`",
        "The runtime is registered in `/etc/docker/daemon.json` and read when the daemon starts.
`unknown or invalid runtime name: nvidia` (Docker 20.10: `Unknown runtime specified nvidia`) means
that it is not there, or that Docker was not restarted since.

`gpucluster up` does both, after asking; the restart stops running containers.

  docker info --format '{{json .Runtimes}}'",
    )
    .advice(&[
        ("register it", Some("sudo nvidia-ctk runtime configure --runtime=docker")),
        ("and restart Docker; this stops running containers", Some("sudo systemctl restart docker")),
    ])
    .see(INSTALL_TOOLKIT),
    Kind::new(
        ids::GPU_CDI_STALE,
        Exit::NeedsHuman,
        "the CDI specification does not fit the driver any more",
        "`/var/run/cdi/nvidia.yaml` (or `/etc/cdi`) lists device files and libraries with their version.
After an upgrade or removal of the driver they are gone: `failed to fulfil mount request: open
…so.<version>`, `failed to stat CDI host device`, `unresolvable CDI devices`. Docker answers 127,
as if the program were missing. With a stale specification Docker still lists the devices as
available, so only a container shows it.

`/var/run/cdi` is emptied at boot and filled by `nvidia-cdi-refresh`, which does not react to the
removal of a driver nor to changes of MIG.",
    )
    .advice(&[("write it anew", Some("sudo nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.yaml"))])
    .see("https://github.com/NVIDIA/nvidia-container-toolkit/issues/1537"),
    Kind::new(
        ids::GPU_MODESET_MISSING,
        Exit::NeedsHuman,
        "the device /dev/nvidia-modeset is missing",
        "minikube 1.34 and newer starts its node with `NVIDIA_DRIVER_CAPABILITIES=all`, which asks for
`/dev/nvidia-modeset`. On servers and cloud machines the driver runs without a display and that
device does not exist: `mount error: stat failed: /dev/nvidia-modeset: no such file or directory`
(minikube issue 20934).

A plain `docker run --gpus all` does not show it; gpucluster's proof asks for all capabilities, as
minikube does.",
    )
    .advice(&[
        ("load the module", Some("sudo modprobe nvidia-modeset")),
        ("and make its device", Some("sudo nvidia-ctk system create-device-nodes --control-devices --load-kernel-modules")),
    ])
    .see("https://github.com/kubernetes/minikube/issues/20934"),
    Kind::new(
        ids::GPU_BPF_HARDENED,
        Exit::NeedsHuman,
        "the kernel refuses the toolkit's device filter",
        "With cgroup v2 the toolkit loads a small BPF program that admits the GPU's devices. Older
toolkits fail where `net.core.bpf_jit_harden` is 2: `load program: invalid argument … last insn is
not an exit or jmp`. In rootless or nested Docker the program cannot be loaded at all
(`bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted`).

  sysctl net.core.bpf_jit_harden

minikube's GPU tutorial asks for 0. A newer toolkit does without it.",
    )
    .advice(&[
        ("set it now", Some("sudo sysctl net.core.bpf_jit_harden=0")),
        ("and at every boot", Some("echo net.core.bpf_jit_harden=0 | sudo tee /etc/sysctl.d/90-gpucluster-bpf.conf")),
    ])
    .see("https://minikube.sigs.k8s.io/docs/tutorials/nvidia/"),
    Kind::new(
        ids::GPU_CONTAINER_FAILED,
        Exit::ChangeFailed,
        "a container with GPUs could not be run",
        "The proof is the tutorial's own: `docker run --rm --gpus all IMAGE nvidia-smi -L`, with all
driver capabilities as minikube asks for them. It failed with a text that matches no known cause.

Docker's exit codes mislead here: 127 stands for a missing library, device or mount as often as
for a missing program, 126 for a permission. Read the words.

`Failed to initialize NVML: Unknown Error` in a container that worked before comes from `systemctl
daemon-reload` with the systemd cgroup driver (nvidia-container-toolkit 1227): make the container
anew.",
    )
    .advice(&[("run the proof by hand", Some("docker run --rm --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all ubuntu:24.04 nvidia-smi -L"))])
    .retryable(),
    Kind::new(
        ids::GPU_CONTAINER_SEES_FEWER,
        Exit::ChangeFailed,
        "a container sees fewer GPUs than the host",
        "The host's driver lists more GPUs than `nvidia-smi -L` in a container with `--gpus all`. Causes:
a CDI specification written before a GPU was added, an `NVIDIA_VISIBLE_DEVICES` set as Docker's
default, a GPU that needs a reset, or a change of MIG since the specification was written.

  nvidia-smi -L
  docker run --rm --gpus all ubuntu:24.04 nvidia-smi -L
  nvidia-ctk cdi list",
    )
    .advice(&[("write the CDI specification anew", Some("sudo nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.yaml"))]),
    Kind::new(
        ids::IMAGE_PULL_FAILED,
        Exit::ChangeFailed,
        "an image could not be pulled",
        "The daemon, not this shell, pulls images: it needs its own route, name server and proxy. A
proxy of the shell's environment does not reach it; it belongs into a drop-in of docker.service.

  docker pull ubuntu:24.04
  systemctl show docker --property=Environment

On a machine without internet use an image of a registry that it can reach: the settings
`gpu.image` and `cluster.base_image`.",
    )
    .advice(&[("try the pull by hand", Some("docker pull ubuntu:24.04"))])
    .retryable(),
    Kind::new(
        ids::IMAGE_NOT_FOUND,
        Exit::NeedsHuman,
        "the registry does not have that image",
        "The name or the tag does not exist there, or it is private and this machine is not logged in:
`manifest for X not found`, `pull access denied for X, repository does not exist`. Tags of
`nvidia/cuda` are deleted over time, so a tag that once worked can be gone.

The proof needs no CUDA image: `nvidia-smi` is injected from the host, any image with glibc will
do (setting `gpu.image`, by default `ubuntu:24.04`).",
    )
    .advice(&[("name another image", Some("export GPUCLUSTER_GPU_IMAGE=ubuntu:24.04"))]),
    Kind::new(
        ids::IMAGE_RATE_LIMIT,
        Exit::ChangeFailed,
        "Docker Hub's pull limit is reached",
        "Docker Hub counts pulls without a login by address, which everybody behind one gateway shares:
`toomanyrequests: You have reached your unauthenticated pull rate limit`. It passes with time; a
login has its own, higher count; a mirror has none.",
    )
    .advice(&[("log in to Docker Hub", Some("docker login"))])
    .retryable(),
];
