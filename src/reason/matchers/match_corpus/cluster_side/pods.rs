//! Texts of nodes, pods and the device plugin.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    // Nodes and the scheduler.
    (
        "default-scheduler",
        POD_TOO_LARGE,
        "0/1 nodes are available: 1 Insufficient memory. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    ),
    (
        "default-scheduler",
        POD_TOO_LARGE,
        "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    ),
    (
        "kubelet admission",
        POD_TOO_LARGE,
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 4000, used: 7850, capacity: 8000",
    ),
    (
        "kubernetes#76035",
        POD_FITS_NO_NODE,
        "0/1 nodes are available: 1 node(s) had taints that the pod didn't tolerate.",
    ),
    (
        "default-scheduler",
        POD_FITS_NO_NODE,
        "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    ),
    (
        "default-scheduler",
        POD_FITS_NO_NODE,
        "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
    ),
    (
        "hystax/optscale#568",
        NODE_NOT_READY,
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    ),
    (
        "kubectl describe node",
        NODE_NOT_READY,
        "Ready   Unknown   Tue, 10 Mar 2026 12:00:00 +0000   NodeStatusUnknown   Kubelet stopped posting node status.",
    ),
    (
        "default-scheduler",
        NODE_CORDONED,
        "0/1 nodes are available: 1 node(s) were unschedulable.",
    ),
    (
        "kubectl get nodes",
        NODE_CORDONED,
        "NAME         STATUS                     ROLES           AGE   VERSION\ngpucluster   Ready,SchedulingDisabled   control-plane   9d    v1.35.1",
    ),
    (
        "kubernetes#91600",
        DISK_FULL,
        "Warning  Evicted         18m                kubelet, mgt04     The node was low on resource: ephemeral-storage. Container calico-node was using 92Ki, which exceeds its request of 0.",
    ),
    (
        "operate-first/apps#1352",
        DISK_FULL,
        "Pod The node had condition: [DiskPressure].",
    ),
    (
        "kubelet",
        NODE_MEMORY_SHORT,
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 51200Ki. Container launch0 was using 13021772Ki, request is 0, has larger consumption of memory.",
    ),
    (
        "minikube#7380",
        POD_NETWORK_BROKEN,
        "Warning  FailedCreatePodSandBox  7m18s                 kubelet, crio-20200401t175453.296999333-32003  Failed create pod sandbox: rpc error: code = Unknown desc = failed to create pod network sandbox k8s_busybox_default_1aa75488: failed to set bridge addr: could not add IP address to \"cni0\": permission denied",
    ),
    (
        "kubelet",
        POD_NETWORK_BROKEN,
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox \"1b2c\": plugin type=\"bridge\" failed (add): failed to find plugin \"bridge\" in path [/opt/cni/bin]",
    ),
    (
        "kubelet",
        POD_NETWORK_BROKEN,
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized",
    ),
    (
        "coredns#2795",
        CLUSTER_DNS_BROKEN,
        "2019-04-17T00:18:44.486Z [FATAL] plugin/loop: Loop (127.0.0.1:34614 -> :53) detected for zone \".\", see https://coredns.io/plugins/loop#troubleshooting. Query: \"HINFO 6074102630077018525.5798689655824409358.",
    ),
    (
        "easzlab/kubeasz#355",
        CLUSTER_DNS_BROKEN,
        "2018/11/05 13:48:22 [FATAL] plugin/loop: Seen \"HINFO IN 4849932600568443392.1730530029506169038.\" more than twice, loop detected",
    ),
    (
        "coredns",
        CLUSTER_DNS_BROKEN,
        "[ERROR] plugin/errors: 2 api.wandb.ai. A: read udp 10.244.0.3:41234->192.168.49.1:53: i/o timeout",
    ),
    // GPUs.
    (
        "k8s-device-plugin#1134",
        GPU_NOT_ALLOCATABLE,
        "E0123 16:54:07.213372       1 factory.go:112] Incompatible strategy detected auto\nE0123 16:54:07.213404       1 factory.go:113] If this is a GPU node, did you configure the NVIDIA Container Toolkit?\nI0123 16:54:07.213432       1 main.go:381] No devices found. Waiting indefinitely.",
    ),
    (
        "k8s-device-plugin#189",
        GPU_UNHEALTHY,
        "2020/08/10 19:09:42 XidCriticalError: Xid=69 on Device=GPU-7540a9b3-eeb9-1214-1526-f93c9ea826a8, the device will go unhealthy.\n2020/08/10 19:09:42 'nvidia.com/gpu' device marked unhealthy: GPU-7540a9b3-eeb9-1214-1526-f93c9ea826a8",
    ),
    (
        "k8s-device-plugin 0.20",
        GPU_MEMORY_ERRORS,
        "I0310 12:00:00.000000       1 health.go:159] XidCriticalError: Xid=48 on Device=GPU-1234; marking device as unhealthy.",
    ),
    (
        "kubelet admission",
        GPU_NOT_ALLOCATABLE,
        "Pod was rejected: Node didn't have enough resource: nvidia.com/gpu, requested: 1, used: 0, capacity: 0",
    ),
    // Pods.
    (
        "default-scheduler",
        VOLUME_CLAIM_MISSING,
        "0/1 nodes are available: persistentvolumeclaim \"nfs-pvc\" not found. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    ),
    (
        "default-scheduler",
        VOLUME_NOT_BOUND,
        "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    ),
    (
        "persistentvolume-controller",
        VOLUME_NOT_BOUND,
        "Warning  VolumeMismatch  3s (x2 over 18s)  persistentvolume-controller  Cannot bind to requested volume \"nfs-pv\": storageClassName does not match",
    ),
    (
        "persistentvolume-controller",
        VOLUME_NOT_BOUND,
        "Warning  ProvisioningFailed  4s  persistentvolume-controller  storageclass.storage.k8s.io \"nfs\" not found",
    ),
    (
        "persistentvolume-controller",
        VOLUME_NOT_BOUND,
        "no persistent volumes available for this claim and no storage class is set",
    ),
    (
        "kubectl get pv",
        VOLUME_RELEASED,
        "NAME     CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS     CLAIM             STORAGECLASS   AGE\nnfs-pv   100Gi      RWX            Retain           Released   default/nfs-pvc                  3d",
    ),
    (
        "reportportal/kubernetes#178",
        POD_CONFIG_MISSING,
        "Warning  Failed  2s (x5 over 54s)  kubelet  Error: secret \"secretpostgresql\" not found",
    ),
    (
        "kubernetes#80466",
        POD_CONFIG_MISSING,
        "Warning  Failed                  29m                kubelet, ip-10-50-155-108.ec2.internal  Error: secrets \"busybox-secret-47\" not found",
    ),
    (
        "shieldworks/aegis#293",
        POD_CONFIG_MISSING,
        "Warning  Failed     2s (x5 over 54s)  kubelet            Error: couldn't find key VALUE in Secret default/aegis-secret-aegis-workload-demo",
    ),
    (
        "kubelet",
        POD_CONFIG_MISSING,
        "MountVolume.SetUp failed for volume \"config\" : configmap \"train-config\" not found",
    ),
    (
        "kubelet",
        POD_HOST_PATH_MISSING,
        "MountVolume.SetUp failed for volume \"data\" : hostPath type check failed: /data is not a directory",
    ),
    (
        "attachdetach-controller",
        POD_VOLUME_ELSEWHERE,
        "Multi-Attach error for volume \"pvc-1\" Volume is already exclusively attached to one node and can't be attached to another",
    ),
    (
        "kubelet",
        IMAGE_NOT_IN_NODE,
        "Container image \"my-job:latest\" is not present with pull policy of Never",
    ),
    (
        "kubelet",
        IMAGE_NAME_INVALID,
        "Failed to apply default image tag \"My Image:latest\": couldn't parse image name \"My Image:latest\": invalid reference format: repository name (library/My Image) must be lowercase",
    ),
    (
        "job log",
        IMAGE_WRONG_PLATFORM,
        "exec /usr/local/bin/python: exec format error",
    ),
    (
        "job log, Docker 20.10",
        IMAGE_WRONG_PLATFORM,
        "standard_init_linux.go:228: exec user process caused: exec format error",
    ),
    (
        "docker pull",
        IMAGE_WRONG_PLATFORM,
        "no matching manifest for linux/amd64 in the manifest list entries",
    ),
    (
        "runc 1.1 in a pod",
        IMAGE_COMMAND_UNUSABLE,
        "Error: failed to start container \"launch0\": Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"pyton\": executable file not found in $PATH: unknown",
    ),
    (
        "runc 1.3",
        IMAGE_COMMAND_UNUSABLE,
        "runc create failed: unable to start container process: error during container init: exec: \"/app/run.sh\": stat /app/run.sh: no such file or directory",
    ),
    (
        "runc 1.3",
        IMAGE_COMMAND_UNUSABLE,
        "runc create failed: unable to start container process: error during container init: exec: \"./run.sh\": permission denied",
    ),
    (
        "PyTorch",
        POD_SHM_SMALL,
        "RuntimeError: DataLoader worker (pid 45) is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory. Please try to raise your shared memory limit.",
    ),
    (
        "PyTorch",
        POD_SHM_SMALL,
        "ERROR: Unexpected bus error encountered in worker. This might be caused by insufficient shared memory (shm).",
    ),
    (
        "kubectl describe pod",
        CONTAINER_OUT_OF_MEMORY,
        "    Last State:     Terminated\n      Reason:       OOMKilled\n      Exit Code:    137",
    ),
    (
        "kubectl get pods",
        CONTAINER_OUT_OF_MEMORY,
        "NAME                   READY   STATUS      RESTARTS   AGE\nlaunch-e-p-x7k2f-abc   0/1     OOMKilled   0          4m",
    ),
    (
        "job-controller",
        POD_DEADLINE,
        "Warning  DeadlineExceeded  10s  job-controller  Job was active longer than specified deadline",
    ),
    (
        "kubelet",
        POD_CRASHED,
        "Warning  BackOff  3s (x7 over 70s)  kubelet  Back-off restarting failed container nvidia-device-plugin-ctr in pod nvidia-device-plugin-daemonset-abcde_kube-system",
    ),
    (
        "job-controller",
        POD_CRASHED,
        "Warning  BackoffLimitExceeded  5s  job-controller  Job has reached the specified backoff limit",
    ),
    (
        "kubelet",
        POD_VOLUME_NOT_MOUNTED,
        "Unable to attach or mount volumes: unmounted volumes=[nfs-storage], unattached volumes=[], failed to process volumes=[]: timed out waiting for the condition",
    ),
    (
        "kubelet, nothing more",
        IMAGE_PULL_FAILED,
        "Warning  Failed     12s (x2 over 27s)  kubelet  Error: ImagePullBackOff",
    ),
];
