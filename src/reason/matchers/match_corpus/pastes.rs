//! Whole pastes in which several layers fail at once: the root has to be named.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    (
        "minikube start, no toolkit (minikube#20597)",
        GPU_TOOLKIT_MISSING,
        "😄  [gpu] minikube v1.38.1 on Ubuntu 24.04\n✨  Using the docker driver based on user configuration\n📌  Using Docker driver with root privileges\n👍  Starting \"gpu\" primary control-plane node in \"gpu\" cluster\n🚜  Pulling base image v0.0.50 ...\n🔥  Creating docker container (CPUs=2, Memory=15875MB) ...\n🤦  StartHost failed, but will try again: creating host: create: creating: create kic node: create container: docker run -d -t --privileged --security-opt seccomp=unconfined --tmpfs /tmp --tmpfs /run --hostname gpu --name gpu --gpus all --env NVIDIA_DRIVER_CAPABILITIES=all gcr.io/k8s-minikube/kicbase:v0.0.50: exit status 125\nstdout:\n2f1e\n\nstderr:\ndocker: Error response from daemon: could not select device driver \"\" with capabilities: [[gpu]].\n\n🤷  docker \"gpu\" container is missing, will recreate.\n😿  Failed to start docker container. Running \"minikube delete -p gpu\" may fix it: recreate: creating host: create: creating: create kic node\n\n❌  Exiting due to GUEST_PROVISION: error provisioning guest: Failed to start host: recreate: creating host\n\n╭─────────────────────────────────────────────╮\n│    😿  If the above advice does not help, please let us know:    │\n│    👉  https://github.com/kubernetes/minikube/issues/new/choose   │\n╰─────────────────────────────────────────────╯",
    ),
    (
        "minikube start -o json, driver not loaded",
        GPU_DRIVER_NOT_LOADED,
        "{\"specversion\":\"1.0\",\"id\":\"a0a5\",\"source\":\"https://minikube.sigs.k8s.io/\",\"type\":\"io.k8s.sigs.minikube.error\",\"datacontenttype\":\"application/json\",\"data\":{\"message\":\"StartHost failed, but will try again: creating host: create: creating: create kic node: create container: docker run: exit status 125\\nstderr:\\ndocker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running prestart hook #0: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy'\\nnvidia-container-cli: initialization error: nvml error: driver not loaded: unknown\"}}\n{\"specversion\":\"1.0\",\"id\":\"a0a6\",\"source\":\"https://minikube.sigs.k8s.io/\",\"type\":\"io.k8s.sigs.minikube.error\",\"datacontenttype\":\"application/json\",\"data\":{\"advice\":\"\",\"exitcode\":\"80\",\"issues\":\"\",\"message\":\"error provisioning guest: Failed to start host\",\"name\":\"GUEST_PROVISION\",\"url\":\"\"}}",
    ),
    (
        "a terminal: Secure Boot under everything",
        GPU_SECURE_BOOT,
        "alice@alder:~$ docker run --rm --gpus all ubuntu:24.04 nvidia-smi\ndocker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running prestart hook #0: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy'\nnvidia-container-cli: initialization error: nvml error: driver not loaded\nalice@alder:~$ nvidia-smi\nNVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\nalice@alder:~$ sudo modprobe nvidia\nmodprobe: ERROR: could not insert 'nvidia': Key was rejected by service\nalice@alder:~$ dkms status\nnvidia/570.124.06, 6.8.0-60-generic, x86_64: installed",
    ),
    (
        "nvidia-smi and the kernel log: wrong flavour",
        GPU_DRIVER_UNFIT,
        "$ nvidia-smi\nNo devices were found\n$ sudo dmesg | grep NVRM | tail\n[    6.046099] NVRM: The NVIDIA GPU 0000:af:00.0 (PCI ID: 10de:1db5)\n               NVRM: installed in this system is not supported by open\n               NVRM: nvidia.ko because it does not include the required GPU\n               NVRM: System Processor (GSP).\n[    6.146099] nvidia: probe of 0000:af:00.0 failed with error -1\n[    6.246099] NVRM: The NVIDIA probe routine failed for 1 device(s).\n[    6.346099] NVRM: None of the NVIDIA devices were initialized.",
    ),
    (
        "kubectl describe pod: the registry's name",
        NAME_RESOLUTION_FAILED,
        "Name:             launch-job-x\nNamespace:        wandb\nStatus:           Pending\nEvents:\n  Type     Reason     Age                From               Message\n  ----     ------     ----               ----               -------\n  Normal   Scheduled  2m                 default-scheduler  Successfully assigned wandb/launch-job-x to gpu\n  Normal   Pulling    30s (x4 over 2m)   kubelet            Pulling image \"nvcr.io/nvidia/pytorch:24.10-py3\"\n  Warning  Failed     30s (x4 over 2m)   kubelet            Failed to pull image \"nvcr.io/nvidia/pytorch:24.10-py3\": Error response from daemon: Get \"https://nvcr.io/v2/\": dial tcp: lookup nvcr.io on 192.168.49.1:53: no such host\n  Warning  Failed     30s (x4 over 2m)   kubelet            Error: ErrImagePull\n  Warning  Failed     5s (x6 over 2m)    kubelet            Error: ImagePullBackOff",
    ),
    (
        "journalctl -u docker: iptables",
        DOCKER_IPTABLES,
        "Dec 27 02:50:58 fedora systemd[1]: Starting Docker Application Container Engine...\nDec 27 02:50:58 fedora dockerd[3319]: time=\"2026-12-27T02:50:58.686879720Z\" level=info msg=\"Starting up\"\nDec 27 02:50:59 fedora dockerd[3319]: time=\"2026-12-27T02:50:59.123Z\" level=info msg=\"[graphdriver] using prior storage driver: overlay2\"\nDec 27 02:51:00 fedora dockerd[3319]: failed to start daemon: Error initializing network controller: error obtaining controller instance: failed to create NAT chain DOCKER: iptables failed: iptables --wait -t nat -N DOCKER: iptables v1.8.10 (nf_tables): Could not fetch rule set generation id: Invalid argument\nDec 27 02:51:00 fedora systemd[1]: docker.service: Main process exited, code=exited, status=1/FAILURE\nDec 27 02:51:00 fedora systemd[1]: docker.service: Failed with result 'exit-code'.\nDec 27 02:51:00 fedora systemd[1]: Failed to start Docker Application Container Engine.\n$ docker ps\nCannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    ),
    (
        "minikube start with Docker's disk full",
        DISK_FULL,
        "❗  Unable to create control plane node: preparing\n🤦  StartHost failed, but will try again: creating host: create: creating: setting up container node: preparing volume for gpu container: docker run --rm --name gpu-preload-sidecar: exit status 2\nstdout:\n\nstderr:\nlz4: error 70 : Write error : cannot write decoded block\ntar: ./lib/docker/overlay2/7f: Cannot mkdir: No space left on device\ntar: Exiting with failure status due to previous errors\n\n❌  Exiting due to GUEST_PROVISION: error provisioning guest: Failed to start host",
    ),
    (
        "a driver upgraded under a running machine",
        GPU_DRIVER_MISMATCH,
        "$ nvidia-smi\nFailed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.133\n$ docker run --rm --gpus all ubuntu nvidia-smi\ndocker: Error response from daemon: OCI runtime create failed: nvidia-container-cli: initialization error: nvml error: driver/library version mismatch: unknown.\n$ kubectl describe pod job\n  Warning  FailedScheduling  3m  default-scheduler  0/1 nodes are available: 1 Insufficient nvidia.com/gpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    ),
    (
        "a GPU lost under a training job",
        GPU_LOST,
        "[Sun Nov 22 03:12:44 2026] pcieport 0000:40:01.1: AER: Uncorrected (Fatal) error received\n[Sun Nov 22 03:12:44 2026] NVRM: GPU at PCI:0000:44:00: GPU-5d2b1f3a\n[Sun Nov 22 03:12:44 2026] NVRM: Xid (PCI:0000:44:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.\n[Sun Nov 22 03:12:45 2026] NVRM: Xid (PCI:0000:44:00): 154, GPU recovery action changed from 0x0 (None) to 0x2 (Node Reboot Required)\n$ nvidia-smi\nUnable to determine the device handle for GPU0000:44:00.0: Unknown Error\n$ python train.py\nRuntimeError: CUDA error: unspecified launch failure\n$ kubectl get pods\ntrain-0   0/1   UnexpectedAdmissionError   0   3m\nAllocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu, which is unexpected",
    ),
    (
        "docker compose, prefixed lines",
        GPU_CUDA_TOO_NEW,
        "trainer-1  | 2026-11-23 10:00:00 INFO starting\ntrainer-1  | Traceback (most recent call last):\ntrainer-1  |   File \"/app/train.py\", line 3, in <module>\ntrainer-1  |     torch.cuda.init()\ntrainer-1  | RuntimeError: The NVIDIA driver on your system is too old (found version 11040). Please update your GPU\ntrainer-1  | driver by downloading and installing a new version from the URL: http://www.nvidia.com/Download/index.aspx\ntrainer-1 exited with code 1",
    ),
    (
        "quoted in a mail, with > marks and wrapping",
        DOCKER_PERMISSION,
        "> Hi, I get this on the new machine:\n>\n> Got permission denied while trying to connect to the\n> Docker daemon socket at unix:///var/run/docker.sock: Get\n> \"http://%2Fvar%2Frun%2Fdocker.sock/v1.24/containers/json\": dial\n> unix /var/run/docker.sock: connect: permission denied\n>\n> How can I fix this?",
    ),
    (
        "a person's question",
        GPU_DRIVER_MISMATCH,
        "Hello, after an unattended upgrade last night I get “Failed to initialize NVML: Driver/library version mismatch” whenever\nI run nvidia-smi. How do I get my GPUs back?",
    ),
    (
        "Docker stopped under minikube",
        DOCKER_NOT_RUNNING,
        "😄  minikube v1.38.1 on Ubuntu 24.04\n✨  Using the docker driver based on existing profile\n\n💣  Exiting due to PROVIDER_DOCKER_VERSION_EXIT_1: \"docker version --format <no value>-<no value>:<no value>\" exit status 1: failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct and if the daemon is running: dial unix /var/run/docker.sock: connect: no such file or directory\n📘  Documentation: https://minikube.sigs.k8s.io/docs/drivers/docker/",
    ),
    (
        "inotify under a node that does not come up",
        INOTIFY_LIMIT,
        "kubelet[81153]: E1123 10:00:00.000000   81153 kubelet.go:1511] \"Failed to start cAdvisor\" err=\"inotify_init: too many open files\"\nsystemd[1]: kubelet.service: Main process exited, code=exited, status=1/FAILURE\nX Exiting due to K8S_APISERVER_MISSING: wait 6m0s for node: wait for apiserver proc: apiserver process never appeared",
    ),
    (
        "pip behind a proxy that refuses",
        PROXY_FAILED,
        "Looking in indexes: https://pypi.org/simple\nWARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407 Proxy Authentication Required'))': /simple/wandb/\nERROR: Could not find a version that satisfies the requirement wandb[launch] (from versions: none)\nERROR: No matching distribution found for wandb[launch]",
    ),
];
