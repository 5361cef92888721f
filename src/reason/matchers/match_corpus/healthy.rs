//! Texts in which nothing of ours has failed: healthy output, other products' trouble, and words
//! that are only mentioned. All of them have to be unknown.

pub(super) const TEXTS: &[&str] = &[
    "",
    "\u{0}\u{1}\u{2}\u{7f}",
    "GPU 0: NVIDIA H100 80GB HBM3 (UUID: GPU-00000000-1111-2222-3333-444444444444)",
    "time=\"2026-11-23T15:15:14Z\" level=info msg=\"Wrote updated config to /etc/docker/daemon.json\"",
    "time=\"2026-11-23T15:15:14Z\" level=info msg=\"Config file does not exist; using empty config\"",
    "wandb: launch: agent NAME polling on queues q1, running 0 out of a maximum of 2 jobs",
    "Done! kubectl is now configured to use \"gpu\" cluster and \"default\" namespace by default",
    "Enabled addons: nvidia-device-plugin, storage-provisioner, default-storageclass",
    "Setting up nfs-kernel-server (1:2.6.4-3ubuntu5) ...",
    "Status: Downloaded newer image for ubuntu:24.04",
    "Error: something nobody has seen before",
    "permission denied",
    "no such file or directory",
    // nvidia-smi, all well.
    "+-----------------------------------------------------------------------------------------+\n| NVIDIA-SMI 570.124.06             Driver Version: 570.124.06     CUDA Version: 12.8     |\n|-----------------------------------------+------------------------+----------------------+\n| GPU  Name                 Persistence-M | Bus-Id          Disp.A | Volatile Uncorr. ECC |\n|   0  NVIDIA H100 80GB HBM3          On  |   00000000:19:00.0 Off |                    0 |\n| N/A   31C    P0             72W /  700W |       1MiB /  81559MiB |      0%      Default |\n|  No running processes found                                                             |\n+-----------------------------------------------------------------------------------------+",
    "    ECC Errors\n        Volatile\n            SRAM Correctable                  : 0\n            SRAM Uncorrectable                : 0\n            DRAM Uncorrectable                : 0\n    Remapped Rows\n        Correctable Error                     : 0\n        Pending                               : No\n        Remapping Failure Occurred            : No",
    // Tables and pods.
    "CONTAINER ID   IMAGE                             COMMAND                  CREATED       STATUS                     PORTS     NAMES\n4f2c1a9b8d7e   gcr.io/k8s-minikube/kicbase:v0.0.50   \"/usr/local/bin/entr…\"   2 days ago    Up 2 days                  127.0.0.1:32768->22/tcp   gpu\n9f8e7d6c5b4a   ubuntu:24.04                          \"bash\"                   3 days ago    Exited (0) 3 days ago                trainer",
    "NAMESPACE     NAME                                   READY   STATUS    RESTARTS      AGE\nkube-system   nvidia-device-plugin-daemonset-x7k2p   1/1     Running   2 (3d ago)    5d\nkube-system   coredns-7db6d8ff4d-abcde               1/1     Running   0             5d",
    "Events:\n  Type    Reason     Age   From               Message\n  ----    ------     ----  ----               -------\n  Normal  Scheduled  20s   default-scheduler  Successfully assigned wandb/job-1 to gpu\n  Normal  Pulling    19s   kubelet            Pulling image \"nvcr.io/nvidia/pytorch:24.10-py3\"\n  Normal  Pulled     2s    kubelet            Successfully pulled image \"nvcr.io/nvidia/pytorch:24.10-py3\" in 17.1s\n  Normal  Started    1s    kubelet            Started container main",
    // A pull that failed once and then succeeded.
    "Warning  Failed     40s   kubelet  Failed to pull image \"ubuntu:24.04\": Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on 192.168.49.1:53: no such host\nNormal   BackOff    30s   kubelet  Back-off pulling image \"ubuntu:24.04\"\nNormal   Pulled     2s    kubelet  Successfully pulled image \"ubuntu:24.04\" in 5.1s",
    "time=\"2026-11-23T10:00:00Z\" level=warning msg=\"grpc: addrConn.createTransport failed to connect to {unix:///run/containerd/containerd.sock}. Err: connection error: desc = \\\"transport: Error while dialing\\\". Reconnecting...\"\ntime=\"2026-11-23T10:00:02Z\" level=info msg=\"Daemon has completed initialization\"\ntime=\"2026-11-23T10:00:02Z\" level=info msg=\"API listen on /run/docker.sock\"",
    // The kernel, all well.
    "[    5.123456] nvidia: loading out-of-tree module taints kernel.\n[    5.123470] nvidia: module verification failed: signature and/or required key missing - tainting kernel\n[    5.234567] nvidia-nvlink: Nvlink Core is being initialized, major device number 237\n[    5.345678] NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  570.124.06  Release Build",
    "[    0.000000] Linux version 6.8.0-60-generic (buildd@lcy02-amd64-054)\n[    0.000000] secureboot: Secure boot disabled\n[    2.101010] EXT4-fs (nvme0n1p2): mounted filesystem with ordered data mode. Quota mode: none.",
    "I1123 10:00:00.123456   12345 cli_runner.go:164] Run: docker network inspect gpu\nW1123 10:00:00.223456   12345 cli_runner.go:211] docker network inspect gpu returned with exit code 1\nI1123 10:00:00.223500   12345 network_create.go:287] error running [docker network inspect gpu]: docker network inspect gpu: exit status 1\nstderr:\nError response from daemon: network gpu not found",
    // sudo's harmless warning.
    "sudo: unable to resolve host alder: Name or service not known\nReading package lists... Done\nBuilding dependency tree... Done",
    "alder sudo[123]: sudo: unable to resolve host alder: Temporary failure in name resolution",
    // Commands, patterns, comments, source code.
    "$ journalctl -k | grep -i 'no space left on device'",
    "user@alder:~$ sudo dmesg | grep -i 'GPU has fallen off the bus'\nuser@alder:~$",
    "# docker: Error response from daemon: could not select device driver \"\" with capabilities: [[gpu]]",
    "+ grep -q 'Cannot connect to the Docker daemon' /tmp/out",
    "if strings.Contains(err.Error(), \"no space left on device\") {\n    return retry()\n}",
    "        raise RuntimeError(\"Found no NVIDIA driver on your system.\")",
    "    assert_eq!(diagnose(\"gpu is lost\"), Some(GPU_LOST));",
    "// Cannot connect to the Docker daemon: the socket is missing.",
    "- alert: XidErrors\n  expr: increase(node_kmsg_total{msg=~\"GPU has fallen off the bus\"}[5m]) > 0",
    // Prose.
    "If you see `could not select device driver \"\" with capabilities: [[gpu]]`, install the NVIDIA Container Toolkit and restart Docker.",
    "This guide describes how to fix common errors such as \"no space left on device\" and \"permission denied while trying to connect to the Docker daemon socket\".",
    "You may see \"Failed to initialize NVML: Driver/library version mismatch\" after an upgrade;\nreboot in that case.",
    "When the disk is full, Docker may fail with \"no space left on device\".",
    "To avoid toomanyrequests errors, log in to Docker Hub.",
    "v2.3.1 - Fix crash on \"no space left on device\" (#123)\nv2.3.0 - Handle toomanyrequests responses",
    "This release fixes the GPU has fallen off the bus problem on laptops.",
    // Denials.
    "checked 8 GPUs: no uncorrectable ECC error encountered, 0 failures",
    "disk check: no \"no space left on device\" messages in the last 24h",
    "INFO  0 errors, 0 warnings; retried 2 times and then succeeded",
    "The earlier \"Cannot connect to the Docker daemon\" was resolved by starting the service.",
    "toomanyrequests: 0\ntimeouts: 0",
    // Test runs and checks that passed.
    "ok 12 - handles ENOSPC: no space left on device\nok 13 - handles EMFILE: too many open files",
    "test disk::reports_no_space_left_on_device ... ok\ntest net::lookup_no_such_host ... ok\ntest result: ok. 2 passed; 0 failed",
    "✓ Docker daemon answers\n✓ NVIDIA driver is loaded\nready",
    // Help texts.
    "Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n\nOptions:\n      --gpus gpu-request     GPU devices to add to the container ('all' to pass all GPUs)\n      --oom-kill-disable     Disable OOM Killer",
    "  --retries N   how often to retry on \"toomanyrequests\" or \"TLS handshake timeout\"",
    // Other products.
    "psql: error: connection to server at \"localhost\" (127.0.0.1), port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?",
    "ssh: connect to host build01 port 22: Connection refused",
    "git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.",
    "thread 'main' panicked at src/main.rs:10:5:\nindex out of bounds: the len is 3 but the index is 7\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
    "Traceback (most recent call last):\n  File \"/app/main.py\", line 3, in <module>\n    print(config[\"port\"])\nKeyError: 'port'",
    "npm ERR! code ERESOLVE\nnpm ERR! ERESOLVE unable to resolve dependency tree",
    "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)",
    "Exception in thread \"main\" java.lang.NullPointerException\n\tat com.example.Main.main(Main.java:5)",
    "modprobe: ERROR: could not insert 'px1800kbd': Key was rejected by service",
    "Error! Bad return status for module build on kernel: 6.5.0-14-generic (x86_64)\nConsult /var/lib/dkms/ndiswrapper/1.59/build/make.log for more information.",
    "2020-09-15 01:10:33 WARNING: COMMAND_FAILED: '/usr/sbin/iptables -w10 -t filter -X DOCKER-ISOLATION' failed: iptables: No chain/target/match by that name.",
    "Filesystem      Size  Used Avail Use% Mounted on\n/dev/nvme0n1p2  1.8T  400G  1.3T  24% /",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.",
    "drwxr-xr-x 2 root root 4096 Nov 23 10:00 docker\n-rw-r--r-- 1 root root  120 Nov 23 10:00 daemon.json",
    "HTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"status\":\"ok\",\"errors\":[]}",
];
