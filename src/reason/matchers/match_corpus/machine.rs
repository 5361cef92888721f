//! The machine below everything: space, limits, memory, rights, names, proxies, certificates.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    (
        "docker",
        DISK_FULL,
        "failed to register layer: write /usr/lib/x86_64-linux-gnu/libcublasLt.so.12: no space left on device",
    ),
    (
        "docker build",
        DISK_FULL,
        "ERROR: failed to solve: failed to copy: write /var/lib/docker/buildkit/content/ingest/a/data: no space left on device",
    ),
    (
        "Python",
        DISK_FULL,
        "OSError: [Errno 28] No space left on device: '/root/.cache/huggingface/hub'",
    ),
    (
        "GNU tar, German glibc",
        DISK_FULL,
        "tar: x: Schreiben nicht möglich: Auf dem Gerät ist kein Speicherplatz mehr verfügbar",
    ),
    (
        "cp, French glibc",
        DISK_FULL,
        "cp: erreur d'écriture de 'x': Aucun espace disponible sur le périphérique",
    ),
    (
        "cp, Spanish glibc",
        DISK_FULL,
        "cp: error al escribir 'x': No queda espacio en el dispositivo",
    ),
    (
        "cp, Chinese glibc",
        DISK_FULL,
        "cp: 写入 'x' 时出错: 设备上没有空间",
    ),
    (
        "dnf",
        DISK_FULL,
        "Error Summary\n-------------\nDisk Requirements:\n   At least 1043MB more space needed on the / filesystem.",
    ),
    (
        "minikube 1.38",
        DISK_FULL,
        "🧯  Docker is out of disk space! (/var is at 99% of capacity). You can pass '--force' to skip this check.",
    ),
    (
        "rsync",
        DISK_QUOTA,
        "rsync: write failed on \"/home/u/x\": Disk quota exceeded (122)",
    ),
    (
        "pip",
        DISK_QUOTA,
        "ERROR: Could not install packages due to an OSError: [Errno 122] Disk quota exceeded",
    ),
    (
        "mkdir",
        DISK_READ_ONLY,
        "mkdir: cannot create directory '/var/lib/docker': Read-only file system",
    ),
    (
        "kernel",
        DISK_READ_ONLY,
        "[ 1843.308145] EXT4-fs (sda1): Remounting filesystem read-only",
    ),
    (
        "Python",
        DISK_READ_ONLY,
        "OSError: [Errno 30] Read-only file system: '/data/x'",
    ),
    (
        "google/cadvisor#1581",
        INOTIFY_LIMIT,
        "W0813 12:48:05.682241   81153 raw.go:87] Error while processing event (\"/sys/fs/cgroup/cpuset/kubepods/burstable/pod1\": 0x40000100 == IN_CREATE|IN_ISDIR): inotify_add_watch /sys/fs/cgroup/cpuset/kubepods/burstable/pod1: no space left on device",
    ),
    (
        "kubernetes-sigs/kind#2399",
        INOTIFY_LIMIT,
        "failed to watch file \"/var/log/pods/default_run-tests-2xcj7_18057078/run-tests/0.log\": no space left on device",
    ),
    (
        "kubernetes-sigs/kind#3405",
        INOTIFY_LIMIT,
        "failed to create fsnotify watcher: too many open files",
    ),
    (
        "kubernetes/minikube#18831",
        INOTIFY_LIMIT,
        "{\"component\":\"virt-handler\",\"level\":\"error\",\"msg\":\"Error starting vhost-net device plugin\",\"reason\":\"failed to creating a fsnotify watcher: too many open files\"}",
    ),
    (
        "systemd in a container",
        INOTIFY_LIMIT,
        "Failed to allocate directory watch: Too many open files",
    ),
    (
        "stolostron/capi-tests#285",
        INOTIFY_LIMIT,
        "Failed to add a watch for /run/systemd/ask-password: inotify watch limit reached",
    ),
    (
        "node",
        INOTIFY_LIMIT,
        "Error: ENOSPC: System limit for number of file watchers reached, watch '/app'",
    ),
    (
        "dockerd",
        OPEN_FILES_LIMIT,
        "http: Accept error: accept unix /var/run/docker.sock: accept4: too many open files; retrying in 1s",
    ),
    (
        "Python",
        OPEN_FILES_LIMIT,
        "OSError: [Errno 24] Too many open files: '/data/train/0001.tar'",
    ),
    (
        "kernel 6.8",
        MEMORY_EXHAUSTED,
        "[12345.678901] Out of memory: Killed process 4321 (python3) total-vm:91234567kB, anon-rss:62345678kB, file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:123456kB oom_score_adj:0",
    ),
    (
        "bash",
        MEMORY_EXHAUSTED,
        "-bash: fork: Cannot allocate memory",
    ),
    (
        "Python",
        MEMORY_EXHAUSTED,
        "OSError: [Errno 12] Cannot allocate memory",
    ),
    (
        "kernel, a container's limit",
        CONTAINER_OUT_OF_MEMORY,
        "[ 8234.123456] Memory cgroup out of memory: Killed process 9876 (python) total-vm:34567890kB, anon-rss:16777216kB, file-rss:0kB, shmem-rss:0kB, UID:0",
    ),
    (
        "docker inspect",
        CONTAINER_OUT_OF_MEMORY,
        "\"State\": {\n  \"Status\": \"exited\",\n  \"OOMKilled\": true,\n  \"ExitCode\": 137\n}",
    ),
    (
        "sudo",
        PRIVILEGE_UNAVAILABLE,
        "sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper",
    ),
    (
        "sudo, German",
        PRIVILEGE_UNAVAILABLE,
        "sudo: Ein Passwort ist notwendig",
    ),
    (
        "sudo",
        PRIVILEGE_UNAVAILABLE,
        "alice is not in the sudoers file.  This incident will be reported.",
    ),
    (
        "systemctl",
        PRIVILEGE_UNAVAILABLE,
        "Failed to restart docker.service: Interactive authentication required.",
    ),
    (
        "sudo in a container",
        PRIVILEGE_UNAVAILABLE,
        "sudo: The \"no new privileges\" flag is set, which prevents sudo from running as root.",
    ),
    (
        "apt",
        NAME_RESOLUTION_FAILED,
        "W: Failed to fetch http://archive.ubuntu.com/ubuntu/dists/noble/InRelease  Temporary failure resolving 'archive.ubuntu.com'",
    ),
    (
        "curl 6",
        NAME_RESOLUTION_FAILED,
        "curl: (6) Could not resolve host: storage.googleapis.com",
    ),
    (
        "glibc",
        NAME_RESOLUTION_FAILED,
        "ping: registry-1.docker.io: Temporary failure in name resolution",
    ),
    (
        "containerd",
        NAME_RESOLUTION_FAILED,
        "failed to pull and unpack image \"nvcr.io/nvidia/k8s-device-plugin:v0.17.0\": failed to resolve reference \"nvcr.io/nvidia/k8s-device-plugin:v0.17.0\": failed to do request: Head \"https://nvcr.io/v2/nvidia/k8s-device-plugin/manifests/v0.17.0\": dial tcp: lookup nvcr.io on 192.168.49.1:53: no such host",
    ),
    (
        "docker",
        NAME_RESOLUTION_FAILED,
        "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on 127.0.0.53:53: server misbehaving",
    ),
    (
        "docker",
        NAME_RESOLUTION_FAILED,
        "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on 8.8.8.8:53: read udp 172.17.0.2:46789->8.8.8.8:53: i/o timeout",
    ),
    (
        "pip",
        NAME_RESOLUTION_FAILED,
        "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/wandb/\nERROR: Could not find a version that satisfies the requirement wandb (from versions: none)\nERROR: No matching distribution found for wandb",
    ),
    (
        "glibc, German",
        NAME_RESOLUTION_FAILED,
        "curl: (6) Temporärer Fehler bei der Namensauflösung",
    ),
    (
        "docker",
        PROXY_FAILED,
        "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused",
    ),
    (
        "curl",
        PROXY_FAILED,
        "curl: (56) Received HTTP code 407 from proxy after CONNECT",
    ),
    (
        "docker",
        PROXY_FAILED,
        "Error response from daemon: Get https://registry-1.docker.io/v2/: Proxy Authentication Required",
    ),
    (
        "pip",
        PROXY_FAILED,
        "ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 403 Forbidden'))",
    ),
    (
        "proxy's name",
        PROXY_FAILED,
        "Get \"https://gcr.io/v2/\": proxyconnect tcp: dial tcp: lookup proxy.corp.example on 10.0.0.2:53: no such host",
    ),
    (
        "docker/docs#15142",
        TLS_UNTRUSTED,
        "docker: Error response from daemon: Get \"https://registry-1.docker.io/v2/\": x509: certificate signed by unknown authority.",
    ),
    (
        "moby/moby#36820",
        TLS_UNTRUSTED,
        "docker: error pulling image configuration: Get https://dseasb33srnrn.cloudfront.net/registry-v2/docker/registry/v2/blobs/sha256/f2/f2a9/data: x509: certificate signed by unknown authority",
    ),
    (
        "pip",
        TLS_UNTRUSTED,
        "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain (_ssl.c:1006)'))",
    ),
    (
        "curl 60",
        TLS_UNTRUSTED,
        "curl: (60) SSL certificate problem: unable to get local issuer certificate",
    ),
    (
        "docker",
        TLS_EXPIRED,
        "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2019-01-01T00:03:10Z is before 2026-01-01T00:00:00Z",
    ),
    (
        "docker",
        NETWORK_UNREACHABLE,
        "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": net/http: TLS handshake timeout",
    ),
    (
        "docker, IPv6",
        NETWORK_UNREACHABLE,
        "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": dial tcp [2600:1f18:2148:bc02:22:27bd:19a8:870c]:443: connect: network is unreachable",
    ),
    (
        "docker",
        NETWORK_UNREACHABLE,
        "Error response from daemon: Get \"https://nvcr.io/v2/\": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
    ),
    (
        "docker",
        NETWORK_UNREACHABLE,
        "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": dial tcp 44.208.254.194:443: i/o timeout",
    ),
];
