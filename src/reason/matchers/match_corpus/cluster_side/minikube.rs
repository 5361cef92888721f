//! Texts of minikube.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    (
        "bash",
        MINIKUBE_NOT_INSTALLED,
        "bash: line 1: minikube: command not found",
    ),
    (
        "minikube < 1.32 (pflag)",
        MINIKUBE_TOO_OLD,
        "Error: unknown flag: --gpus\nSee 'minikube start --help' for usage.",
    ),
    (
        "minikube#16067",
        MINIKUBE_HOME_PERMISSION,
        "❌  Exiting due to HOST_JUJU_LOCK_PERMISSION: Failed to start host: boot lock: unable to open /tmp/juju-mkc8ab01ad3ea83211c505c81a7ee49a8e3ecb89: permission denied\n💡  Suggestion: Run 'sudo sysctl fs.protected_regular=0', or try a driver which does not require root, such as '--driver=docker'\n🍿  Related issue: https://github.com/kubernetes/minikube/issues/6391",
    ),
    (
        "minikube#13502",
        MINIKUBE_HOME_PERMISSION,
        "Failed kubeconfig update: unable to acquire lock for {Name:mk19004591210340446308469f521c5cfa3e1599 Clock:{} Delay:500ms Timeout:1m0s Cancel:<nil>}: unable to open /tmp/juju-mk19004591210340446308469f521c5cfa3e1599: permission denied",
    ),
    (
        "Substra/substra-documentation#62",
        MINIKUBE_HOME_PERMISSION,
        "❌  [JUJU_LOCK_DENIED] Failed to start none bare metal machine. \"minikube start\" may fix it. boot lock: unable to open /tmp/juju-mka00e65579c2b557a802898fd1cf03ec4ab30a1: permission denied",
    ),
    (
        "minikube",
        MINIKUBE_HOME_PERMISSION,
        "❌  Exiting due to HOST_HOME_PERMISSION: open /home/u/.minikube/profiles/gpucluster/client.key: permission denied",
    ),
    (
        "kubectl after sudo minikube",
        MINIKUBE_HOME_PERMISSION,
        "error: error loading config file \"/home/u/.kube/config\": open /home/u/.kube/config: permission denied",
    ),
    (
        "minikube 29",
        MINIKUBE_RESOURCES,
        "❌  Exiting due to RSRC_INSUFFICIENT_CORES:  has less than 2 CPUs available, but Kubernetes requires at least 2 to be available",
    ),
    (
        "minikube start.go",
        MINIKUBE_RESOURCES,
        "⛔  Exiting due to RSRC_INSUFFICIENT_REQ_MEMORY: Requested memory allocation 1024MiB is less than the usable minimum of 1800MB",
    ),
    (
        "minikube start.go, id cut off",
        MINIKUBE_RESOURCES,
        "Requested memory allocation 64000MB is more than your system limit 31901MB.",
    ),
    (
        "minikube start.go",
        MINIKUBE_RESOURCES,
        "RSRC_INSUFFICIENT_SYS_MEMORY: System only has 987MiB available, less than the required 1800MiB for Kubernetes",
    ),
    (
        "kubeadm preflight",
        MINIKUBE_RESOURCES,
        "error execution phase preflight: [preflight] Some fatal errors occurred:\n\t[ERROR NumCPU]: the number of available CPUs 1 is less than the required 2",
    ),
    (
        "minikube 81",
        CLUSTER_OPTIONS_DIFFER,
        "❌  Exiting due to GUEST_DRIVER_MISMATCH: The existing \"minikube\" cluster was created using the \"virtualbox\" driver, which is incompatible with requested \"docker\" driver.",
    ),
    (
        "minikube 106",
        CLUSTER_OPTIONS_DIFFER,
        "🙈  Exiting due to K8S_DOWNGRADE_UNSUPPORTED: Unable to safely downgrade existing Kubernetes v1.35.1 cluster to v1.30.0",
    ),
    (
        "minikube 106",
        MINIKUBE_USAGE,
        "❌  Exiting due to K8S_OLD_UNSUPPORTED: Kubernetes 1.18.0 is not supported by this release of minikube",
    ),
    (
        "minikube 14, cobra",
        MINIKUBE_USAGE,
        "❌  Exiting due to MK_USAGE: You cannot change the number of nodes for an existing minikube cluster.",
    ),
    (
        "minikube mustload.go",
        CLUSTER_MISSING,
        "🤷  Profile \"gpucluster\" not found. Run \"minikube profile list\" to view all profiles.\n👉  To start a cluster, run: \"minikube start -p gpucluster\"",
    ),
    (
        "minikube profile list",
        CLUSTER_MISSING,
        "❌  Exiting due to MK_USAGE_NO_PROFILE: No minikube profile was found.\n💡  Suggestion:\n\n    You can create one using 'minikube start'.",
    ),
    (
        "minikube mustload.go",
        CLUSTER_STOPPED,
        "🤷  The control-plane node minikube host is not running: state=Stopped\n👉  To start a cluster, run: \"minikube start\"",
    ),
    (
        "minikube < 1.30",
        CLUSTER_STOPPED,
        "🤷  The control plane node must be running for this command\n👉  To start a cluster, run: \"minikube start\"",
    ),
    (
        "minikube status",
        CLUSTER_STOPPED,
        "minikube\ntype: Control Plane\nhost: Stopped\nkubelet: Stopped\napiserver: Stopped\nkubeconfig: Stopped\n",
    ),
    (
        "minikube status -o json",
        CLUSTER_STOPPED,
        r#"{"Name":"gpu","Host":"Stopped","Kubelet":"Stopped","APIServer":"Stopped","Kubeconfig":"Stopped","Worker":false}"#,
    ),
    (
        "minikube mustload.go",
        CLUSTER_UNREACHABLE,
        "🤷  The control-plane node minikube apiserver is not running: (state=Stopped)\n👉  To start a cluster, run: \"minikube start\"",
    ),
    (
        "minikube 38",
        CLUSTER_PROFILE_BROKEN,
        "❌  Exiting due to HOST_CONFIG_LOAD: Error getting cluster config: unmarshal: unexpected end of JSON input",
    ),
    (
        "minikube 85",
        CLUSTER_PROFILE_BROKEN,
        "❌  Exiting due to GUEST_DOES_NOT_EXIST: Error getting machine status: load: filestore \"gpucluster\": Docker machine \"gpucluster\" does not exist. Use \"docker-machine ls\" to list machines.",
    ),
    (
        "minikube 88",
        CLUSTER_PROFILE_BROKEN,
        "Exiting due to GUEST_UNSIGNED_CERT: Failed kubeconfig update: certificate apiserver not signed by CA certificate ca: crypto/rsa: verification error",
    ),
    (
        "minikube machine/fix.go",
        CLUSTER_PROFILE_BROKEN,
        "Error getting the host IP address: Error loading existing host. Please try running [minikube delete], then run [minikube start] again.: filestore \"minikube\": open config.json: unexpected EOF",
    ),
    (
        "minikube#11534",
        CLUSTER_SUBNET_TAKEN,
        "E0528 17:54:49.814491 2355545 network_create.go:79] failed to find free subnet for docker network minikube after 20 attempts: no free private network subnets found with given parameters (start: \"192.168.57.0\", step: 9, tries: 20)",
    ),
    (
        "minikube#9069",
        DOCKER_ADDRESS_POOL,
        "W0822 18:04:37.975776  332897 kic.go:85] unable to create docker network; node ip may not be stable: error creating network: docker network create --driver=bridge --subnet=192.168.39.0/24 --gateway 192.168.39.1 offline-containerd-20200822180426-331183: exit status 1\nstdout:\n\nstderr:\nError response from daemon: Pool overlaps with other one on this address space",
    ),
    (
        "minikube 81",
        CLUSTER_PORT_TAKEN,
        "❌  Exiting due to GUEST_PORT_IN_USE: Failed to start host: driver start: start: docker start gpucluster: exit status 1",
    ),
    (
        "kubeadm preflight, driver none",
        CLUSTER_PORT_TAKEN,
        "error execution phase preflight: [preflight] Some fatal errors occurred:\n\t[ERROR Port-10250]: Port 10250 is in use\n[preflight] If you know what you are doing, you can make a check non-fatal with `--ignore-preflight-errors=...`",
    ),
    (
        "minikube addons",
        CLUSTER_ADDON_FAILED,
        "❗  Enabling 'nvidia-device-plugin' returned an error: running callbacks: [sudo KUBECONFIG=/var/lib/minikube/kubeconfig /var/lib/minikube/binaries/v1.35.1/kubectl apply -f /etc/kubernetes/addons/nvidia-device-plugin.yaml: Process exited with status 1]",
    ),
    (
        "minikube 10",
        CLUSTER_ADDON_FAILED,
        "❌  Exiting due to MK_ADDON_ENABLE: run callbacks: running callbacks: [verifying registry addon pods : timed out waiting for the condition: timed out waiting for the condition]",
    ),
    (
        "kubelet in the node",
        CLUSTER_CGROUP_UNFIT,
        "E0310 12:00:00.000000   12345 server.go:302] \"Failed to run kubelet\" err=\"failed to run Kubelet: misconfiguration: kubelet cgroup driver: \\\"systemd\\\" is different from docker cgroup driver: \\\"cgroupfs\\\"\"",
    ),
    (
        "minikube 36",
        CLUSTER_CGROUP_UNFIT,
        "❌  Exiting due to HOST_CGROUP_NOT_SUPPORTED: kubeadm init: failed: missing cgroups: memory",
    ),
    (
        "kubelet 1.35",
        CLUSTER_CGROUP_UNFIT,
        "err=\"failed to validate kubelet configuration: kubelet is configured to not run on a host using cgroup v1. cgroup v1 support is unsupported and will be removed in a future release\"",
    ),
    (
        "minikube#7348",
        MINIKUBE_CACHE_BROKEN,
        "updating node: downloading binaries: downloading kubelet: download failed: https://storage.googleapis.com/kubernetes-release/release/v1.18.0/bin/linux/amd64/kubelet?checksum=file:https://storage.googleapis.com/kubernetes-release/release/v1.18.0/bin/linux/amd64/kubelet.sha256: Checksums did not match for /root/.minikube/cache/linux/v1.18.0/kubelet.download.\nExpected: 3a90e7abf9910aebf9ef5845918c665afd4136a8832604ccfabca2defb35ce0f\nGot: f0795a9f49e68c51530a16086401406c0b1f645cb0de741058d00975557cb885\n*sha256.digest",
    ),
    (
        "minikube#3792",
        MINIKUBE_CACHE_BROKEN,
        "!   Failed to update cluster: downloading binaries: downloading kubeadm: Error downloading kubeadm v1.13.3: failed to download: failed to download to temp file: checksum validation failed",
    ),
    (
        "minikube#10632",
        MINIKUBE_CACHE_BROKEN,
        "Getters:map[file:0xc0009c4630 http:0xc0005cac40 https:0xc0005cac60] Dir:false ProgressListener:0x2d036d0 Options:[0xc477f0]}: invalid checksum: no checksum found in: https://storage.googleapis.com/kubernetes-release/release/v1.20.0/bin/linux/amd64/kubelet.sha256",
    ),
    (
        "minikube download/preload.go",
        MINIKUBE_CACHE_BROKEN,
        "❗  Failed to download preload: checksum of /home/u/.minikube/cache/preloaded-tarball/preloaded-images-k8s-v18-v1.35.1-docker-overlay2-amd64.tar.lz4 does not match remote checksum (ab12 != cd34)",
    ),
    (
        "minikube#19773",
        MINIKUBE_NETWORK,
        "ProgressListener:0x3120890 Options:[0x190e6a0]}: invalid \nchecksum: Error downloading checksum file: Get \"https://storage.googleapis.com/kubernetes-release/release/v1.20.7/bin/linux/amd64/kubectl.sha256\": EOF",
    ),
    (
        "minikube 45",
        MINIKUBE_NETWORK,
        "❌  Exiting due to INET_DEFAULT_ROUTE: Failed to start host: no default routes found in \"Kernel IP routing table\"",
    ),
    (
        "minikube 80",
        MINIKUBE_BUSY,
        "❌  Exiting due to GUEST_PROVISION_ACQUIRE_LOCK: Failed to start host: acquire machines lock: unable to acquire lock for {Name:mk8d0bb6 Clock:{} Delay:500ms Timeout:10m0s Cancel:<nil>}: timeout acquiring mutex",
    ),
    (
        "minikube 55",
        DOCKER_NOT_RUNNING,
        "👎  Unable to pick a default driver. Here is what was considered, in preference order:\n❌  Exiting due to DRV_DOCKER_NOT_RUNNING: Found docker, but the docker service isn't running. Try restarting the docker service.",
    ),
    (
        "minikube 55",
        DOCKER_NOT_INSTALLED,
        "❌  Exiting due to DRV_NOT_DETECTED: No possible driver was detected. Try specifying --driver, or see https://minikube.sigs.k8s.io/docs/start/",
    ),
    (
        "minikube#15885",
        CLUSTER_START_FAILED,
        "Exiting due to GUEST_START: wait 6m0s for node: wait for healthy API server: apiserver healthz never reported healthy: timed out waiting for the condition",
    ),
    (
        "minikube 109",
        CLUSTER_START_FAILED,
        "❌  Exiting due to K8S_KUBELET_NOT_RUNNING: wait: /bin/bash -c \"sudo env PATH=/var/lib/minikube/binaries/v1.35.1:$PATH kubeadm init\": Process exited with status 1",
    ),
    (
        "minikube 90",
        CLUSTER_START_FAILED,
        "❌  Exiting due to RUNTIME_ENABLE: Failed to enable container runtime: sudo systemctl restart docker: Process exited with status 1",
    ),
    (
        "minikube 102",
        CLUSTER_DNS_BROKEN,
        "❌  Exiting due to K8S_DNS_TIMEOUT: dns: timed out waiting for the condition",
    ),
    (
        "minikube service",
        KUBE_OBJECT_MISSING,
        "❌  Exiting due to SVC_NOT_FOUND: Service 'hello-minikube' was not found in 'default' namespace.",
    ),
    (
        "minikube 72",
        CLUSTER_UNREACHABLE,
        "❌  Exiting due to IF_SSH_TIMEOUT: Failed to start host: creating host: create: provisioning: Too many retries waiting for SSH to be available.  Last error: Maximum number of retries (60) exceeded",
    ),
];
