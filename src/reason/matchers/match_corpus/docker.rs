//! The Docker daemon as its log and its refusals name it, the toolkit's rarer words, registries.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    (
        "docker/for-linux#746",
        DOCKER_CONTAINERD_DOWN,
        "Failed to connect to containerd: failed to dial \"/var/run/docker/containerd/docker-containerd.sock\": dial unix:///var/run/docker/containerd/docker-containerd.sock: timeout",
    ),
    (
        "docker-library/docker#195",
        DOCKER_CONTAINERD_DOWN,
        "failed to start containerd: timeout waiting for containerd to start",
    ),
    (
        "dockerd",
        DOCKER_CONTAINERD_DOWN,
        "failed to start daemon: failed to dial \"/run/containerd/containerd.sock\": connection error: desc = \"transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: connection refused\"",
    ),
    (
        "dockerd",
        DOCKER_STORAGE_BROKEN,
        "failed to start daemon: error initializing graphdriver: driver not supported: overlay2",
    ),
    (
        "dockerd",
        DOCKER_STORAGE_BROKEN,
        "level=error msg=\"[graphdriver] prior storage driver aufs failed: driver not supported\"",
    ),
    (
        "moby/moby#44601",
        DOCKER_IPTABLES,
        "failed to start daemon: Error initializing network controller: error obtaining controller instance: failed to create NAT chain DOCKER: iptables failed: iptables --wait -t nat -N DOCKER: iptables v1.8.5 (nf_tables):  CHAIN_ADD failed (No such file or directory): chain PREROUTING\n (exit status 4)",
    ),
    (
        "kata-containers/tests#4617",
        DOCKER_IPTABLES,
        "docker: Error response from daemon: driver failed programming external connectivity on endpoint jaeger (49fbf4300f7aeafde2594485e082e94291b88c996341bcc86b58393abf313932):  (iptables failed: iptables --wait -t filter -A DOCKER ! -i docker0 -o docker0 -p tcp -d 172.17.0.2 --dport 16686 -j ACCEPT: iptables: No chain/target/match by that name.\n (exit status 1)).",
    ),
    (
        "testcontainers/testcontainers-java#2071",
        DOCKER_IPTABLES,
        "{\"message\":\"driver failed programming external connectivity on endpoint agitated_agnesi (e8950996706e):  (iptables failed: iptables --wait -t nat -A DOCKER -p tcp -d 0/0 --dport 32817 -j DNAT --to-destination 172.17.0.2:8080 ! -i docker0: iptables: No chain/target/match by that name.\\n (exit status 1))\"}",
    ),
    (
        "dyrnq/install-docker#6",
        DOCKER_IPTABLES,
        "level=warning msg=\"Failed to find iptables: exec: \\\"iptables\\\": executable file not found in $PATH\"",
    ),
    (
        "docker/for-linux#599",
        DOCKER_ADDRESS_POOL,
        "Error response from daemon: could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
    ),
    (
        "docker 27",
        DOCKER_ADDRESS_POOL,
        "Error response from daemon: all predefined address pools have been fully subnetted",
    ),
    (
        "docker",
        DOCKER_ADDRESS_POOL,
        "Error response from daemon: Pool overlaps with other one on this address space",
    ),
    (
        "moby/moby#31546",
        DOCKER_ADDRESS_POOL,
        "Error starting daemon: Error initializing network controller: list bridge addresses failed: no available network",
    ),
    (
        "docker",
        DOCKER_PORT_TAKEN,
        "docker: Error response from daemon: driver failed programming external connectivity on endpoint x (9f8e): Bind for 0.0.0.0:8080 failed: port is already allocated.",
    ),
    (
        "docker",
        DOCKER_PORT_TAKEN,
        "Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint x: failed to bind host port for 0.0.0.0:5000:172.17.0.2:5000/tcp: address already in use",
    ),
    (
        "docker",
        DOCKER_PORT_TAKEN,
        "Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use",
    ),
    (
        "docker",
        DOCKER_NAME_TAKEN,
        "docker: Error response from daemon: Conflict. The container name \"/redis\" is already in use by container \"4f2c\". You have to remove (or rename) that container to be able to reuse that name.",
    ),
    (
        "dockerd",
        DOCKER_CGROUP,
        "failed to start daemon: Devices cgroup isn't mounted",
    ),
    (
        "docker",
        DOCKER_CGROUP,
        "docker: Error response from daemon: cgroups: cgroup mountpoint does not exist: unknown.",
    ),
    (
        "docker",
        DOCKER_CGROUP,
        "OCI runtime create failed: container_linux.go:380: starting container process caused: process_linux.go:385: applying cgroup configuration for process caused: cannot find cgroup mount destination: unknown",
    ),
    (
        "runc",
        DOCKER_SECURITY_REFUSED,
        "OCI runtime create failed: runc create failed: unable to start container process: unable to init seccomp: error loading seccomp filter into kernel: errno 524: unknown",
    ),
    (
        "runc",
        DOCKER_SECURITY_REFUSED,
        "OCI runtime create failed: runc create failed: unable to start container process: error during container init: unable to apply apparmor profile: apparmor failed to apply profile: write /proc/self/attr/apparmor/exec: no such file or directory: unknown",
    ),
    (
        "docker",
        DOCKER_TLS_MISMATCH,
        "Error response from daemon: Client sent an HTTP request to an HTTPS server.",
    ),
    (
        "docker",
        DOCKER_TLS_MISMATCH,
        "Error response from daemon: Get \"https://10.0.0.5:5000/v2/\": http: server gave HTTP response to HTTPS client",
    ),
    (
        "docker CLI",
        DOCKER_CREDENTIAL_HELPER,
        "error getting credentials - err: exec: \"docker-credential-desktop\": executable file not found in $PATH, out: ``",
    ),
    (
        "dockerd",
        DOCKER_ALREADY_RUNNING,
        "failed to start daemon: pid file found, ensure docker is not running or delete /var/run/docker.pid",
    ),
    (
        "dockerd 24",
        DOCKER_ALREADY_RUNNING,
        "failed to start daemon, ensure docker is not running or delete /var/run/docker.pid: process with PID 1234 is still running",
    ),
    (
        "docker",
        DOCKER_MOUNT_REFUSED,
        "docker: Error response from daemon: invalid mount config for type \"bind\": bind source path does not exist: /srv/gpu.",
    ),
    (
        "docker",
        DOCKER_MOUNT_REFUSED,
        "error mounting \"/home/u/x.conf\" to rootfs at \"/etc/x.conf\": mount /home/u/x.conf:/etc/x.conf (via /proc/self/fd/6), flags: 0x5000: not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type",
    ),
    (
        "dockerd",
        DOCKER_CONFIG_INVALID,
        "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following directives don't match any configuration option: runtime",
    ),
    (
        "dockerd",
        DOCKER_CONFIG_INVALID,
        "unable to configure the Docker daemon with file /etc/docker/daemon.json: the following directives are specified both as a flag and in the configuration file: hosts: (from flag: [fd://], from file: [unix:///var/run/docker.sock])",
    ),
    (
        "docker-py",
        DOCKER_NOT_RUNNING,
        "docker.errors.DockerException: Error while fetching server API version: ('Connection aborted.', FileNotFoundError(2, 'No such file or directory'))",
    ),
    (
        "docker-py",
        DOCKER_PERMISSION,
        "docker.errors.DockerException: Error while fetching server API version: ('Connection aborted.', PermissionError(13, 'Permission denied'))",
    ),
    (
        "systemctl",
        DOCKER_NOT_RUNNING,
        "Job for docker.service failed because the control process exited with error code.\nSee \"systemctl status docker.service\" and \"journalctl -xeu docker.service\" for details.",
    ),
    (
        "systemctl",
        DOCKER_NOT_INSTALLED,
        "Failed to restart docker.service: Unit docker.service not found.",
    ),
    (
        "zsh",
        DOCKER_NOT_INSTALLED,
        "zsh: command not found: docker",
    ),
    (
        "bash, German",
        DOCKER_NOT_INSTALLED,
        "bash: docker: Befehl nicht gefunden",
    ),
    (
        "bash, French",
        DOCKER_NOT_INSTALLED,
        "bash: docker : commande introuvable",
    ),
    (
        "Ubuntu's command-not-found",
        DOCKER_NOT_INSTALLED,
        "Command 'docker' not found, but can be installed with:\nsudo snap install docker         # version 27.2.0, or\nsudo apt  install podman-docker  # version 4.9.3+ds1-1ubuntu0.2",
    ),
    // The toolkit.
    (
        "hekmak/Conf-net#5",
        GPU_TOOLKIT_CONFIG,
        "docker: Error response from daemon: OCI runtime create failed: container_linux.go:380: starting container process caused: process_linux.go:545: container init caused: Running hook #1:: error running hook: exit status 1, stdout: , stderr: nvidia-container-cli: ldcache error: open failed: /sbin/ldconfig.real: no such file or directory: unknown.\nERRO[0002] error waiting for container: context canceled ",
    ),
    (
        "nvidia-container-toolkit#176",
        GPU_LIBRARIES_IN_IMAGE,
        "docker: Error response from daemon: OCI runtime create failed: container_linux.go:380: starting container process caused: process_linux.go:545: container init caused: Running hook #0:: error running hook: exit status 1, stdout: , stderr: nvidia-container-cli: mount error: file creation failed: /var/lib/docker/overlay2/ce57966999d99e98af2113a1f5c99f40792737c48903d5ba9f6ed5365aee8275/merged/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1: file exists: unknown.",
    ),
    (
        "badbread/crumbvms#395",
        GPU_PERSISTENCED_SOCKET,
        "nvidia-container-cli: mount error: open /run/nvidia-persistenced/socket: no such file or directory",
    ),
    (
        "hook_config.go",
        GPU_HOOK_UNSUPPORTED,
        "invoking the NVIDIA Container Runtime Hook directly (e.g. specifying the docker --gpus flag) is not supported. Please use the NVIDIA Container Runtime (e.g. specify the --runtime=nvidia flag) instead: unknown.",
    ),
    (
        "docker",
        GPU_FLAG_INVALID,
        "docker: Error response from daemon: cannot set both Count and DeviceIDs on device request.",
    ),
    (
        "docker CLI",
        GPU_FLAG_INVALID,
        "invalid argument \"foo\" for \"--gpus\" flag: invalid count (foo): value must be either \"all\" or an integer: strconv.Atoi: parsing \"foo\": invalid syntax",
    ),
    (
        "nvidia-container-toolkit#1034",
        GPU_CONTAINER_FAILED,
        "nvidia-container-cli: mount error: mount operation failed: /home/cgy/docker/vfs/dir/4136651d/proc/driver/nvidia: permission denied: unknown.",
    ),
    (
        "docker",
        GPU_TOOLKIT_INCOMPLETE,
        "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: unable to retrieve OCI runtime error (open /run/containerd/io.containerd.runtime.v2.task/moby/3c41/log.json: no such file or directory): fork/exec /usr/bin/nvidia-container-runtime: no such file or directory: unknown.",
    ),
    // Registries.
    (
        "docker",
        IMAGE_LOGIN_NEEDED,
        "Error response from daemon: Head \"https://nvcr.io/v2/nvidia/x/manifests/1\": unauthorized: authentication required",
    ),
    (
        "docker push",
        IMAGE_LOGIN_NEEDED,
        "denied: requested access to the resource is denied",
    ),
    (
        "AWS",
        IMAGE_LOGIN_NEEDED,
        "Error response from daemon: Head \"https://1234.dkr.ecr.us-east-1.amazonaws.com/v2/x/manifests/latest\": no basic auth credentials",
    ),
    (
        "kubelet",
        IMAGE_RATE_LIMIT,
        "Failed to pull image \"ubuntu:24.04\": Error response from daemon: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit",
    ),
    (
        "containerd",
        IMAGE_RATE_LIMIT,
        "failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/library/ubuntu/manifests/sha256:1: 429 Too Many Requests",
    ),
];
