//! Reasons of the machine below everything: space, limits, memory, names, time and the way out.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::DISK_QUOTA,
        Exit::NeedsHuman,
        "the account's disk quota is used up",
        "The file system has room and this account, project or folder may use no more of it: `Disk
quota exceeded` (EDQUOT). Home directories on shared storage and XFS projects have such limits; a
new file can also fail on the number of files.

  quota -s
  sudo repquota -a
  sudo xfs_quota -x -c report",
    )
    .advice(&[
        ("see the limits and what is used", Some("quota -s")),
        ("move caches elsewhere (MINIKUBE_HOME, HF_HOME, pip's cache), or ask for more", None),
    ]),
    Kind::new(
        ids::DISK_READ_ONLY,
        Exit::NeedsHuman,
        "a file system is mounted read-only",
        "`Read-only file system` (EROFS) where something has to be written. The kernel remounts ext4 and
XFS read-only after an error of the disk; immutable distributions and live systems keep `/usr` and
`/` so on purpose; a container's volume can be mounted with `ro`.

  findmnt -o TARGET,SOURCE,OPTIONS -t ext4,xfs,btrfs
  sudo dmesg | grep -i -e 'remounting filesystem' -e 'i/o error' -e ext4-fs -e xfs

After an error of the disk: save the data and check the disk before mounting it for writing again.",
    )
    .advice(&[
        ("see why", Some("sudo dmesg | grep -i -e remount -e 'i/o error'")),
        ("if the disk is sound, mount it for writing", Some("sudo mount -o remount,rw <mount point>")),
    ]),
    Kind::new(
        ids::INOTIFY_LIMIT,
        Exit::NeedsHuman,
        "the kernel's inotify limits are too low",
        "The kubelet, containerd, systemd in the node and `kubectl logs -f` watch files. Each account has
a number of watches and of instances; when they run out the texts mislead: `no space left on device`
for watches, `too many open files` for instances. The disk is not full, and `ulimit -n` has nothing
to do with it.

  sysctl fs.inotify
  df -h /                       # has room",
    )
    .advice(&[
        ("raise them now", Some("sudo sysctl fs.inotify.max_user_watches=1048576 fs.inotify.max_user_instances=8192")),
        ("and at every boot", Some("printf 'fs.inotify.max_user_watches=1048576\\nfs.inotify.max_user_instances=8192\\n' | sudo tee /etc/sysctl.d/90-gpucluster-inotify.conf")),
    ])
    .see("https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files"),
    Kind::new(
        ids::OPEN_FILES_LIMIT,
        Exit::NeedsHuman,
        "a process has too many open files",
        "`too many open files` (EMFILE): the process met its own limit (`ulimit -n`, `LimitNOFILE` of its
unit), or the whole machine met `fs.file-max`. Data loaders with many workers, and daemons that leak
descriptors, get there.

  ulimit -n
  cat /proc/sys/fs/file-nr
  sudo ls /proc/<pid>/fd | wc -l

If the text speaks of a watcher, of fsnotify or inotify, it is INOTIFY_LIMIT instead.",
    )
    .advice(&[
        ("raise it for this shell", Some("ulimit -n 65536")),
        ("for containers", Some("docker run --ulimit nofile=65536:65536 <image>")),
    ]),
    Kind::new(
        ids::MEMORY_EXHAUSTED,
        Exit::NeedsHuman,
        "the machine ran out of memory",
        "The kernel ended a process because memory was used up (`Out of memory: Killed process`), or
refused to give any (`Cannot allocate memory`, ENOMEM). The victim is named in the kernel log and is
often not the one that took the memory.

  sudo dmesg -T | grep -i -e 'out of memory' -e oom-kill
  free -h
  ps -eo pid,rss,comm --sort=-rss | head",
    )
    .advice(&[
        ("see whom the kernel ended", Some("sudo dmesg -T | grep -i -e 'out of memory' -e oom-kill")),
        ("use fewer workers or smaller batches, or add memory", None),
    ])
    .retryable(),
    Kind::new(
        ids::CONTAINER_OUT_OF_MEMORY,
        Exit::NeedsHuman,
        "a container used more memory than it may",
        "The container's cgroup met its limit and the kernel ended a process in it: `Memory cgroup out of
memory`, `OOMKilled: true`, exit code 137. The machine itself may have plenty. It is the host's
memory, not the GPU's.

  docker inspect --format '{{.State.OOMKilled}} {{.HostConfig.Memory}}' <container>
  sudo dmesg -T | grep -i 'memory cgroup out of memory'

A minikube node has a limit too: a quarter of the memory by default, unless it was made with
`--memory=no-limit`.",
    )
    .advice(&[
        ("see which group met its limit", Some("sudo dmesg -T | grep -i 'memory cgroup out of memory'")),
        ("give the container more memory, or let it use less", None),
    ])
    .retryable(),
    Kind::new(
        ids::NAME_RESOLUTION_FAILED,
        Exit::NeedsHuman,
        "a host's name cannot be resolved",
        "The name server does not answer, or does not know the name: `Temporary failure in name
resolution`, `no such host`, `Could not resolve host`, `server misbehaving`. Everything that needs
the network fails because of it, each in words of its own.

  getent hosts registry-1.docker.io
  resolvectl status
  cat /etc/resolv.conf

If a container alone fails: Docker copies the host's name servers, and replaces those on a loopback
address by ones that a firewall may block; set `dns` in `/etc/docker/daemon.json` then. Some
networks have no DNS for outside names at all: there it takes a proxy or a mirror.",
    )
    .advice(&[
        ("see whether the host resolves it", Some("getent hosts registry-1.docker.io")),
        ("see the name servers in use", Some("cat /etc/resolv.conf")),
    ])
    .retryable(),
    Kind::new(
        ids::PROXY_FAILED,
        Exit::NeedsHuman,
        "the proxy refuses or does not answer",
        "Requests go to a proxy and fail there: `proxyconnect tcp`, `Proxy Authentication Required` (407),
`Cannot connect to proxy`, `Tunnel connection failed`. Its address is wrong, it asks for a login, or
it forbids the destination. A proxy on 127.0.0.1 is out of reach from containers.

  env | grep -i _proxy
  systemctl show docker --property=Environment
  curl -v https://registry-1.docker.io/v2/

The Docker daemon has settings of its own (a drop-in of docker.service, or `proxies` in
`/etc/docker/daemon.json`); so has apt. NO_PROXY has to hold the node's network and 10.96.0.0/12.",
    )
    .advice(&[
        ("see what this shell uses", Some("env | grep -i _proxy")),
        ("and what the daemon uses", Some("systemctl show docker --property=Environment")),
    ])
    .see("https://docs.docker.com/engine/daemon/proxy/"),
    Kind::new(
        ids::TLS_UNTRUSTED,
        Exit::NeedsHuman,
        "a server's certificate is not trusted here",
        "`x509: certificate signed by unknown authority`, `self-signed certificate in certificate chain`:
the server, or a proxy that opens TLS on the way, shows a certificate of an authority that this
program does not know. The Docker daemon, Python and the minikube node each have their own list.

  openssl s_client -connect registry-1.docker.io:443 -showcerts </dev/null | grep -E 's:|i:'

Put the authority's certificate (PEM) where the program looks:

  Debian, Ubuntu  /usr/local/share/ca-certificates/x.crt, then sudo update-ca-certificates
  RHEL, Fedora    /etc/pki/ca-trust/source/anchors/, then sudo update-ca-trust
  one registry    /etc/docker/certs.d/<host:port>/ca.crt
  minikube        ~/.minikube/certs, then make the cluster anew
  Python          export REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt

Restart Docker after a change of the system's list.",
    )
    .advice(&[
        ("install the authority's certificate, then refresh the list (Debian, Ubuntu)", Some("sudo update-ca-certificates")),
        ("and restart Docker; this stops running containers", Some("sudo systemctl restart docker")),
    ])
    .see("https://docs.docker.com/engine/security/certificates/"),
    Kind::new(
        ids::TLS_EXPIRED,
        Exit::NeedsHuman,
        "a certificate is out of its time, or this machine's clock is wrong",
        "`certificate has expired or is not yet valid`. The text names the current time of this machine:
if that is wrong, the clock is the cause and every certificate fails. If it is right, the server's
certificate has run out, or, with `ca-certificates` years old, the authority's.

  date -u
  timedatectl
  chronyc tracking",
    )
    .advice(&[
        ("see this machine's time", Some("timedatectl")),
        ("let it be kept", Some("sudo timedatectl set-ntp true")),
    ]),
    Kind::new(
        ids::NETWORK_UNREACHABLE,
        Exit::NeedsHuman,
        "a server cannot be reached",
        "The name was resolved and the connection was not made: no route, a firewall that drops packets
(`i/o timeout`, `TLS handshake timeout`), one that refuses, or IPv6 without a route (`network is
unreachable` with an address that has colons).

  ip route
  curl -sv -o /dev/null https://registry-1.docker.io/v2/
  curl -4 -sv -o /dev/null https://registry-1.docker.io/v2/

A smaller MTU on a VPN or an overlay network shows as a handshake that hangs: set `mtu` in
`/etc/docker/daemon.json`.",
    )
    .advice(&[
        ("see the routes", Some("ip route")),
        ("see where it stops", Some("curl -sv -o /dev/null https://registry-1.docker.io/v2/")),
    ])
    .retryable(),
];
