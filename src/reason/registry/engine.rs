//! Reasons of the Docker engine that its log, or a container that was refused, names.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::DOCKER_CONTAINERD_DOWN,
        Exit::NeedsHuman,
        "containerd, which Docker builds on, does not run",
        "dockerd starts containers through containerd, and its socket does not answer: `failed to dial
\"/run/containerd/containerd.sock\"`, `timeout waiting for containerd to start`. The unit is stopped
or failed, its `/etc/containerd/config.toml` is broken, or the package was removed.

  systemctl status containerd
  journalctl -u containerd -n 30",
    )
    .advice(&[
        ("start it", Some("sudo systemctl enable --now containerd")),
        ("then Docker", Some("sudo systemctl restart docker")),
    ]),
    Kind::new(
        ids::DOCKER_STORAGE_BROKEN,
        Exit::NeedsHuman,
        "Docker's storage driver cannot be used",
        "The daemon cannot mount overlayfs, or finds images of another driver: `error initializing
graphdriver`, `driver not supported`, `overlay2 … not supported`. Causes: the kernel module `overlay`
is missing (a new kernel was installed and not booted), XFS without `ftype=1`, a data folder on NFS,
ZFS or another overlay, or a `storage-driver` in `daemon.json` that this Docker has no more (aufs,
devicemapper).

  docker info --format '{{.Driver}}'
  sudo modprobe overlay
  findmnt -T /var/lib/docker",
    )
    .advice(&[
        ("load the module", Some("sudo modprobe overlay")),
        ("see what the daemon says", Some("journalctl -u docker -n 50 --no-pager")),
    ])
    .see("https://docs.docker.com/engine/storage/drivers/select-storage-driver/"),
    Kind::new(
        ids::DOCKER_IPTABLES,
        Exit::NeedsHuman,
        "Docker's firewall rules cannot be made, or are gone",
        "`iptables failed … No chain/target/match by that name`: the chain DOCKER is missing, because a
firewall was reloaded or flushed after Docker had started; restart Docker. `Table does not exist`,
`Failed to initialize nft`, `iptables not found`: the kernel's modules are missing (a new kernel was
installed and not booted) or the two kinds of iptables are mixed.

  sudo iptables -t nat -L DOCKER -n
  iptables --version
  uname -r; ls /lib/modules",
    )
    .advice(&[
        ("let Docker make its rules anew; this stops running containers", Some("sudo systemctl restart docker")),
        ("after an update of the kernel, reboot", Some("sudo reboot")),
    ])
    .see("https://docs.docker.com/engine/network/packet-filtering-firewalls/"),
    Kind::new(
        ids::DOCKER_ADDRESS_POOL,
        Exit::NeedsHuman,
        "Docker has no free address range for a new network",
        "Each network takes a range of Docker's pools, about 30 in all, and ranges that a VPN or another
interface routes are left out: `could not find an available, non-overlapping IPv4 address pool`,
`all predefined address pools have been fully subnetted`, `Pool overlaps with other one on this
address space`.

  docker network ls
  ip route",
    )
    .advice(&[
        ("remove networks that nothing uses", Some("docker network prune")),
        ("or disconnect the VPN while the network is made, or set `default-address-pools` in `/etc/docker/daemon.json`", None),
    ])
    .see("https://docs.docker.com/engine/network/#automatic-subnet-allocation"),
    Kind::new(
        ids::DOCKER_PORT_TAKEN,
        Exit::NeedsHuman,
        "a port that a container wants is taken",
        "`port is already allocated` (by another container) or `address already in use` (by a program of
the host) while a port is published.

  docker ps --format '{{.Names}} {{.Ports}}'
  sudo ss -ltnp",
    )
    .advice(&[
        ("see who listens", Some("sudo ss -ltnp")),
        ("stop that program, or publish another port", None),
    ]),
    Kind::new(
        ids::DOCKER_NAME_TAKEN,
        Exit::NeedsHuman,
        "a container of that name exists already",
        "`Conflict. The container name \"/x\" is already in use by container …`. A stopped container keeps
its name until it is removed.

  docker ps -a",
    )
    .advice(&[
        ("see what it is", Some("docker ps -a")),
        ("remove it, if nobody needs it any more", Some("docker rm <container>")),
    ]),
    Kind::new(
        ids::DOCKER_CGROUP,
        Exit::NeedsHuman,
        "the cgroups of this machine do not suit Docker",
        "`Devices cgroup isn't mounted`, `cgroup mountpoint does not exist`, `cgroups: cannot find cgroup
mount destination`, `systemd cgroup … not available`: the controllers are not mounted as this Docker
expects them. Old engines do not know cgroup v2; containers and WSL without systemd have no
systemd cgroups; `exec-opts` in `daemon.json` can ask for a driver that does not fit.

  stat -fc %T /sys/fs/cgroup          # cgroup2fs is version 2
  docker info --format '{{.CgroupDriver}} {{.CgroupVersion}}'",
    )
    .advice(&[
        ("see which version is mounted", Some("stat -fc %T /sys/fs/cgroup")),
        ("upgrade Docker and runc, or let `exec-opts` name the driver that fits", None),
    ]),
    Kind::new(
        ids::DOCKER_SECURITY_REFUSED,
        Exit::NeedsHuman,
        "a security module refuses the container",
        "seccomp, AppArmor or SELinux, or Docker's profile for them, kept the container from starting:
`seccomp is not supported`, `unable to init seccomp`, `apparmor failed to apply profile`, `error
loading seccomp filter`. The kernel or libseccomp is older than the profile, or the profile is not
loaded.

  docker info --format '{{.SecurityOptions}}'
  sudo dmesg | grep -i -e apparmor -e avc | tail",
    )
    .advice(&[
        ("see what was denied", Some("sudo dmesg | grep -i -e apparmor -e avc")),
        ("load the profiles anew (AppArmor), then restart Docker", Some("sudo systemctl restart apparmor docker")),
    ]),
    Kind::new(
        ids::DOCKER_TLS_MISMATCH,
        Exit::NeedsHuman,
        "client and daemon disagree about TLS",
        "One side speaks TLS and the other does not: `Client sent an HTTP request to an HTTPS server`,
`server gave HTTP response to HTTPS client`, or a certificate of the daemon's that the client does
not accept. For a daemon: `DOCKER_HOST`, `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` have to fit
together. For a registry without TLS: it has to be listed under `insecure-registries`.

  env | grep ^DOCKER_
  docker context inspect",
    )
    .advice(&[
        ("see what points the client there", Some("env | grep ^DOCKER_")),
        ("use the engine of this machine", Some("unset DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH")),
    ]),
    Kind::new(
        ids::DOCKER_CREDENTIAL_HELPER,
        Exit::NeedsHuman,
        "Docker's credential helper is missing or fails",
        "`~/.docker/config.json` names a helper (`credsStore`, `credHelpers`) that is not installed or
cannot reach its keyring: `error getting credentials … docker-credential-desktop: executable file
not found`. Docker Desktop leaves this behind; `pass` and `secretservice` fail without a session.
Even public images cannot be pulled then.

  grep -e credsStore -e credHelpers ~/.docker/config.json",
    )
    .advice(&[("take the line `credsStore` out", Some("sed -i '/credsStore/d' ~/.docker/config.json"))])
    .see("https://docs.docker.com/reference/cli/docker/login/#credential-stores"),
    Kind::new(
        ids::DOCKER_ALREADY_RUNNING,
        Exit::NeedsHuman,
        "another Docker daemon runs, or left its pid file",
        "`pid file found, ensure docker is not running or delete /var/run/docker.pid`, `process with PID
… is still running`: a daemon started by hand, a second installation (snap beside deb), or a pid
file that outlived its daemon.

  pgrep -a dockerd
  systemctl is-active docker snap.docker.dockerd",
    )
    .advice(&[
        ("see which daemons run", Some("pgrep -a dockerd")),
        ("if none does, remove the file and start Docker", Some("sudo rm /var/run/docker.pid && sudo systemctl start docker")),
    ]),
    Kind::new(
        ids::DOCKER_MOUNT_REFUSED,
        Exit::NeedsHuman,
        "a folder or file cannot be mounted into the container",
        "`bind source path does not exist`, `error while creating mount source path`, `not a directory:
Are you trying to mount a directory onto a file`: the path is wrong on the machine where the daemon
runs, is a folder where a file is meant (or the other way round), or lies where this Docker may not
look (snap, Desktop).

  ls -ld <path>
  docker context show",
    )
    .advice(&[("see what is at that path", Some("ls -ld <path>"))]),
];
