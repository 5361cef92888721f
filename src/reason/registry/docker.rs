//! Reasons of the Docker engine.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::DOCKER_NOT_INSTALLED,
        Exit::NeedsHuman,
        "Docker is not installed",
        "The node of the cluster is a Docker container, so Docker Engine has to be there first.
gpucluster does not install it: it is a decision about the machine (Docker's own packages, the
distribution's, an existing daemon elsewhere).

Docker's own packages (`docker-ce docker-ce-cli containerd.io`) are preferred. The distribution's
`docker.io` or `moby-engine` works; not the snap, not Docker Desktop, not podman's `docker`.",
    )
    .advice(&[("install Docker Engine as its manual says for this distribution", None)])
    .see("https://docs.docker.com/engine/install/"),
    Kind::new(
        ids::DOCKER_NOT_RUNNING,
        Exit::NeedsHuman,
        "the Docker daemon does not answer",
        "The `docker` command is there and the daemon behind it is not. What it prints depends on its
version: `Cannot connect to the Docker daemon …` up to 28, `failed to connect to the docker API …`
since 29. minikube knows only the older text and reports PROVIDER_DOCKER_VERSION_EXIT_1 for the
newer one.

Causes: the service is stopped or failed; `DOCKER_HOST` or the current context points elsewhere.

  systemctl status docker
  journalctl -u docker -n 30
  docker context ls; echo \"$DOCKER_HOST\"",
    )
    .advice(&[("start it, now and at every boot", Some("sudo systemctl enable --now docker"))]),
    Kind::new(
        ids::DOCKER_PERMISSION,
        Exit::NeedsHuman,
        "this account may not use the Docker socket",
        "The daemon runs, and `/var/run/docker.sock` belongs to root and the group `docker`, of which
this session is not a member. Membership is read at login: after `usermod` the current session,
and everything started from it, still lacks it.

  id -nG                    # groups of this session
  getent group docker       # members of the group

Whoever may use the socket can become root on this machine; that is Docker's design.",
    )
    .advice(&[
        ("join the group, then log out and in again", Some("sudo usermod -aG docker \"$USER\"")),
        ("or get a shell with the new group at once", Some("newgrp docker")),
    ]),
    Kind::new(
        ids::DOCKER_APPARMOR_MISSING,
        Exit::NeedsHuman,
        "Docker cannot start any container: AppArmor is on and its parser is not installed",
        "The kernel enforces AppArmor, so Docker loads a profile of its own before it starts a
container, by `apparmor_parser` of the package `apparmor`. Debian's `docker.io` only recommends that
package: an engine installed with `--no-install-recommends` answers and lists images, and starts
nothing.

  cat /sys/module/apparmor/parameters/enabled    # Y
  docker run --rm hello-world                    # says the same

Docker looks for the parser at every start of a container: it need not be restarted.",
    )
    .advice(&[(
        "install the parser (Debian, Ubuntu)",
        Some("sudo apt-get install -y apparmor"),
    )]),
    Kind::new(
        ids::DOCKER_TOO_OLD,
        Exit::NeedsHuman,
        "the Docker engine is too old",
        "minikube needs Docker 18.09 and recommends 20.10 or newer; `--gpus` came with 19.03. minikube
itself reports an engine that is too old as PROVIDER_DOCKER_NOT_RUNNING, which misleads.

A new engine with an old `runc` of the distribution fails in another way: `namespace {\"time\" \"\"}
does not exist`. Upgrade both, from one source.",
    )
    .advice(&[("upgrade Docker Engine as its manual says", None)])
    .see("https://docs.docker.com/engine/install/"),
    Kind::new(
        ids::DOCKER_IS_PODMAN,
        Exit::NeedsHuman,
        "`docker` is podman's stand-in here",
        "The package `podman-docker` puts a small script at `/usr/bin/docker` that calls podman, and
links podman's socket to `/run/docker.sock`, so that even the real client can talk to podman.

Until podman 5 its `--gpus` was accepted and did nothing; and minikube's GPU support exists for
the docker driver only.

  docker --version          # podman version … gives it away",
    )
    .advice(&[("remove the stand-in, then install Docker Engine", Some("sudo apt-get remove podman-docker"))])
    .see("https://docs.docker.com/engine/install/"),
    Kind::new(
        ids::DOCKER_IS_SNAP,
        Exit::NeedsHuman,
        "Docker is installed as a snap",
        "The snap of Docker is confined: it does not see a container toolkit of the host, ignores
`/etc/docker/daemon.json`, and cannot mount folders outside the home directory. Since its version
29.2, GPU containers fail when the host has the toolkit's package as well (canonical/docker-snap
357).

  snap list docker
  readlink -f \"$(command -v docker)\"      # below /snap

Removing it also removes its containers, images and volumes.",
    )
    .advice(&[("replace the snap by Docker Engine; this deletes the snap's containers and images", Some("sudo snap remove docker"))])
    .see("https://docs.docker.com/engine/install/"),
    Kind::new(
        ids::DOCKER_IS_DESKTOP,
        Exit::NeedsHuman,
        "the current Docker context is Docker Desktop's",
        "Docker Desktop for Linux runs its engine in a virtual machine that has no NVIDIA GPU
(docker/roadmap 497). Installing it switches the context to `desktop-linux`, so that an engine
that worked before suddenly answers `could not select device driver`.

  docker context ls
  docker info --format '{{.OperatingSystem}}'",
    )
    .advice(&[
        ("go back to the engine of this machine", Some("docker context use default")),
        ("and start it, if it does not run", Some("sudo systemctl enable --now docker")),
    ])
    .see("https://github.com/NVIDIA/nvidia-container-toolkit/issues/814"),
    Kind::new(
        ids::DOCKER_IS_ROOTLESS,
        Exit::NeedsHuman,
        "the Docker daemon is a rootless one",
        "For a rootless daemon minikube recommends the containerd runtime, and its `--gpus` works with
the docker runtime only. The two cannot be had together.

Do not set `no-cgroups = true` in the toolkit's shared `config.toml` as some guides advise: it
breaks GPU containers of the ordinary daemon.

  docker context ls
  docker info --format '{{.SecurityOptions}}'      # name=rootless",
    )
    .advice(&[("use the ordinary daemon of this machine", Some("docker context use default"))]),
    Kind::new(
        ids::DOCKER_CONTEXT_BROKEN,
        Exit::NeedsHuman,
        "the current Docker context cannot be used",
        "`docker` reads its context from `DOCKER_CONTEXT` or `~/.docker/config.json`; the one named
there has no definition any more (`unable to resolve docker endpoint: context \"X\": context not
found`). Often an uninstalled Docker Desktop leaves this behind.

  docker context ls
  grep currentContext ~/.docker/config.json",
    )
    .advice(&[("use the engine of this machine", Some("docker context use default"))]),
    Kind::new(
        ids::DOCKER_API_SKEW,
        Exit::NeedsHuman,
        "the Docker client and daemon do not understand each other",
        "Client and daemon agree on a version of their API, unless one is too far apart. Docker 29.0 to
29.2 asks for API 1.44 at least, so that clients up to version 24 fail; since 29.3 it is 1.40.
`too new` appears only where `DOCKER_API_VERSION` pins a version.

  docker version
  echo \"$DOCKER_API_VERSION\"",
    )
    .advice(&[
        ("let client and daemon negotiate", Some("unset DOCKER_API_VERSION")),
        ("or upgrade the older of the two", None),
    ]),
    Kind::new(
        ids::DOCKER_CONFIG_INVALID,
        Exit::NeedsHuman,
        "`/etc/docker/daemon.json` is not valid",
        "The daemon refuses to start with a file it cannot read (`unable to configure the Docker daemon
with file /etc/docker/daemon.json`), and `nvidia-ctk` refuses to change it: exit 1 on invalid JSON
and on an empty file (`EOF`). An empty file needs at least `{}`.

gpucluster changes nothing in a file that it cannot read.

  journalctl -u docker -n 30
  sudo dockerd --validate        # Docker 23 and newer",
    )
    .advice(&[("see what is wrong with it", Some("python3 -m json.tool /etc/docker/daemon.json"))]),
];
