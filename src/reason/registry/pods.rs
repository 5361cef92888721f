//! Reasons of the cluster's nodes and of the pods on them.

use super::Kind;
use crate::reason::{Exit, ids};

const DEBUG_PODS: &str = "https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/";
const SCHEDULING: &str = "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/";

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::NODE_NOT_READY,
        Exit::NotVerified,
        "the cluster's node is not ready",
        "The kubelet of the node does not report, or reports that its container runtime or network is not
there: `untolerated taint node.kubernetes.io/not-ready`, `container runtime is down`, `Kubelet stopped
posting node status`. Right after a start it passes by itself; if it stays, the node's log says why.

  kubectl describe node
  minikube ssh -p <profile> -- sudo journalctl -u kubelet -n 50 --no-pager",
    )
    .advice(&[
        ("read the node's conditions", Some("kubectl describe node")),
        ("start the cluster again", Some("minikube stop -p <profile> && gpucluster up")),
    ])
    .see("https://kubernetes.io/docs/concepts/architecture/nodes/#condition")
    .retryable(),
    Kind::new(
        ids::NODE_CORDONED,
        Exit::NeedsHuman,
        "the node was closed to new pods",
        "The node is marked unschedulable (`SchedulingDisabled`): by `kubectl cordon` or `kubectl drain`, and
nobody opened it again. What runs on it goes on running.

  kubectl get nodes",
    )
    .advice(&[("open it again", Some("kubectl uncordon <node>"))])
    .see("https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/"),
    Kind::new(
        ids::NODE_MEMORY_SHORT,
        Exit::NeedsHuman,
        "the node ran short of memory and evicted pods",
        "The kubelet ends pods when memory of the whole node runs out: `The node was low on resource:
memory`, condition `MemoryPressure`, taint `memory-pressure`. A minikube node that was made without
`--memory=no-limit` has a quarter of the machine's at most.

  kubectl describe node
  docker stats --no-stream
  free -h",
    )
    .advice(&[
        ("see who uses the memory", Some("docker stats --no-stream")),
        ("remove the evicted pods that are left", Some("kubectl delete pods --field-selector status.phase=Failed")),
        ("make the cluster anew without a limit; this deletes what runs in it", Some("gpucluster up --recreate-cluster")),
    ])
    .see("https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/"),
    Kind::new(
        ids::POD_TOO_LARGE,
        Exit::NeedsHuman,
        "the pod asks for more CPU, memory or disk than the node has free",
        "`Insufficient cpu`, `Insufficient memory`: what a pod requests is set aside for it, used or not, and
the sum does not fit. Four jobs of 4 CPUs and 12 GiB want 16 CPUs and 48 GiB beside what the system's
own pods took. Either other pods end, or the request of the job, in the queue's configuration, is
lowered.

  kubectl describe node | grep -A12 'Allocated resources'
  kubectl get node -o jsonpath='{.items[0].status.allocatable}'",
    )
    .advice(&[
        ("see what is set aside for whom", Some("kubectl describe node")),
        ("lower `resources` in the queue's configuration, or run fewer jobs at once", Some("export GPUCLUSTER_AGENT_MAX_JOBS=<number>")),
    ])
    .see("https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"),
    Kind::new(
        ids::POD_FITS_NO_NODE,
        Exit::NeedsHuman,
        "the pod asks for a node that this cluster does not have",
        "`didn't match Pod's node affinity/selector`, `had untolerated taint`, `didn't have free ports`: the
pod wants a label that no node carries, does not tolerate a mark that the node has, or wants a port
of the node that is taken. A queue configuration from another cluster (`nodeSelector` with a cloud's
GPU type) does that on a single machine.

  kubectl get nodes --show-labels
  kubectl describe node | grep -A3 Taints",
    )
    .advice(&[
        ("see the labels of the node", Some("kubectl get nodes --show-labels")),
        ("give it the label that the pod wants", Some("kubectl label node <node> <key>=<value>")),
        ("or take the mark away that keeps pods off", Some("kubectl taint node <node> <key>-")),
    ])
    .see(SCHEDULING),
    Kind::new(
        ids::POD_CONFIG_MISSING,
        Exit::NeedsHuman,
        "the pod needs a secret or config map that does not exist",
        "`secret \"X\" not found`, `configmap \"X\" not found`, `couldn't find key`: the pod is placed and its
container cannot be made, because what it takes values or files from is not in its namespace. The
agent makes `wandb-api-key-<run>` for each job itself; a chart's agent expects `wandb-api-key-<release>`
in every namespace it serves.

  kubectl get secrets,configmaps -n <namespace>",
    )
    .advice(&[
        ("see what there is", Some("kubectl get secrets,configmaps -n <namespace>")),
        ("make a secret from a file, so that its value is in no history", Some("kubectl create secret generic <name> --from-file <key>=<file> -n <namespace>")),
    ])
    .see(DEBUG_PODS),
    Kind::new(
        ids::POD_HOST_PATH_MISSING,
        Exit::NeedsHuman,
        "a path that the pod takes from the node does not exist there",
        "`hostPath type check failed`: a `hostPath` volume means a path of the node, which with minikube is a
container of its own and not this machine. A folder of this machine is seen there only through NFS or
a mount made when the cluster was created.

  docker exec <profile> ls -ld <path>",
    )
    .advice(&[
        ("look for it in the node", Some("docker exec <profile> ls -ld <path>")),
        ("share a folder of this machine instead", Some("gpucluster nfs setup")),
    ])
    .see("https://kubernetes.io/docs/concepts/storage/volumes/#hostpath"),
    Kind::new(
        ids::POD_VOLUME_ELSEWHERE,
        Exit::NeedsHuman,
        "the volume is still in use by another pod or node",
        "`Multi-Attach error`, `volume is already exclusively attached`: a volume of the mode ReadWriteOnce is
held by one node, or by one pod (ReadWriteOncePod), until that pod is really gone. A pod in Terminating
still holds it.

  kubectl get pods --all-namespaces -o wide
  kubectl describe pvc <claim>",
    )
    .advice(&[
        ("see which pods use the claim", Some("kubectl describe pvc <claim>")),
        ("end the one that hangs", Some("kubectl delete pod <pod> --grace-period 0 --force")),
    ])
    .retryable(),
    Kind::new(
        ids::POD_SHM_SMALL,
        Exit::NeedsHuman,
        "the container has too little shared memory",
        "`/dev/shm` of a container is 64 MiB, and the workers of PyTorch's DataLoader or NCCL pass data
through it: `insufficient shared memory (shm)`, `Bus error`, `unable to open shared memory object`. A
pod gets more by an `emptyDir` of medium Memory mounted at /dev/shm; Docker by `--shm-size`.

  kubectl exec <pod> -- df -h /dev/shm",
    )
    .advice(&[
        ("in the queue's configuration: an emptyDir of medium Memory, mounted at /dev/shm", None),
        ("see how large it is", Some("kubectl exec <pod> -- df -h /dev/shm")),
        ("with Docker alone", Some("docker run --shm-size 8g <image>")),
    ])
    .see("https://kubernetes.io/docs/concepts/storage/volumes/#emptydir"),
    Kind::new(
        ids::POD_DEADLINE,
        Exit::NeedsHuman,
        "the job was ended because its time was over",
        "`Job was active longer than specified deadline`: the job has an `activeDeadlineSeconds` and used it
up. Waiting for a GPU or pulling an image counts too, so look whether its pod ever ran.

  kubectl describe job <job>",
    )
    .advice(&[
        ("see when its pod ran", Some("kubectl describe job <job>")),
        ("raise `activeDeadlineSeconds` in the queue's configuration", None),
    ])
    .see("https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup"),
    Kind::new(
        ids::POD_CRASHED,
        Exit::NeedsHuman,
        "the program in the container ends with an error",
        "`CrashLoopBackOff`, `Back-off restarting failed container`, `BackoffLimitExceeded` say that the
container started and its program ended, again and again. Why is in the program's own output, also of
the run before, and in the exit code: 137 killed (memory), 139 a crash, 127 no such command, 1 its own
error.

  kubectl logs <pod> --previous
  kubectl describe pod <pod>",
    )
    .advice(&[
        ("read what it said before it ended", Some("kubectl logs <pod> --previous")),
        ("then put that text here", Some("kubectl logs <pod> --previous | gpucluster explain -")),
    ])
    .see(DEBUG_PODS)
    .retryable(),
    Kind::new(
        ids::POD_NETWORK_BROKEN,
        Exit::ChangeFailed,
        "the cluster's network for pods does not work",
        "The network plugin of the node is missing, not configured or broken, so that no pod gets an
address: `cni config uninitialized`, `failed to find plugin \"bridge\"`, `failed to set bridge addr`,
`no IP addresses available in range`. Pods stay in ContainerCreating with FailedCreatePodSandBox.

  kubectl -n kube-system get pods
  docker exec <profile> ls /etc/cni/net.d /opt/cni/bin",
    )
    .advice(&[
        ("start the cluster again", Some("minikube stop -p <profile> && gpucluster up")),
        ("if it stays, make it anew; this deletes what runs in it", Some("gpucluster up --recreate-cluster")),
    ])
    .see("https://minikube.sigs.k8s.io/docs/handbook/network_policy/")
    .retryable(),
    Kind::new(
        ids::CLUSTER_DNS_BROKEN,
        Exit::NeedsHuman,
        "names are not resolved in the cluster",
        "CoreDNS, which answers for all pods, cannot: it forwards to itself (`Loop ... detected for zone`,
when the host's /etc/resolv.conf names 127.0.0.53), or the name server that it forwards to does not
answer from the node (`i/o timeout`). Pods then fail with `Temporary failure in name resolution`.

  kubectl -n kube-system logs -l k8s-app=kube-dns
  docker exec <profile> cat /etc/resolv.conf
  docker exec <profile> getent hosts api.wandb.ai",
    )
    .advice(&[
        ("read what CoreDNS says", Some("kubectl -n kube-system logs -l k8s-app=kube-dns")),
        ("start it anew", Some("kubectl -n kube-system rollout restart deployment coredns")),
    ])
    .see("https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/"),
    Kind::new(
        ids::IMAGE_NOT_IN_NODE,
        Exit::NeedsHuman,
        "the image is not in the cluster's node and may not be pulled",
        "`is not present with pull policy of Never` (ErrImageNeverPull): the node has an image store of its
own. An image built on this machine has to be loaded into it; an image of a registry needs another
`imagePullPolicy`.

  minikube image ls -p <profile>",
    )
    .advice(&[("load it into the node", Some("minikube image load <image> -p <profile>"))])
    .see("https://minikube.sigs.k8s.io/docs/handbook/pushing/"),
    Kind::new(
        ids::IMAGE_NAME_INVALID,
        Exit::NeedsHuman,
        "the name of the image is not a valid one",
        "`InvalidImageName`, `couldn't parse image name`, `invalid reference format`: a name has lower-case
letters, no spaces, and no `https://`. A variable that nobody filled in (`${image_uri}` in a queue's
configuration with another agent, an empty tag after `:`) leaves such a name.

  kubectl get pod <pod> -o jsonpath='{.spec.containers[*].image}'",
    )
    .advice(&[("see the name that was used", Some("kubectl get pod <pod> -o yaml"))])
    .see("https://kubernetes.io/docs/concepts/containers/images/"),
    Kind::new(
        ids::IMAGE_COMMAND_UNUSABLE,
        Exit::NeedsHuman,
        "the image cannot run the command it was given",
        "The container was set up and its first program could not be started: it is not in the image
(`executable file not found in $PATH`), its path is wrong (`no such file or directory`, also when a
script's interpreter or line ends are wrong), or it is not executable (`permission denied`). The
command is the image's own entry point, or `command` and `args` of the job.

  docker run --rm --entrypoint sh <image> -c 'command -v <program>; ls -l <path>'",
    )
    .advice(&[
        ("look for the program in the image", Some("docker run --rm --entrypoint sh <image> -c 'command -v <program>'")),
        ("see what the image starts by itself", Some("docker image inspect <image>")),
    ])
    .see("https://kubernetes.io/docs/tasks/inject-data-application/define-command-argument-container/"),
    Kind::new(
        ids::IMAGE_WRONG_PLATFORM,
        Exit::NeedsHuman,
        "the image is for another kind of processor",
        "`exec format error`, `no matching manifest for linux/amd64`: the image was built for another
architecture than this machine's, usually on a computer with an ARM processor.

  uname -m
  docker image inspect <image> | grep Architecture",
    )
    .advice(&[("build it for this machine", Some("docker buildx build --platform linux/amd64 -t <image> ."))])
    .see("https://docs.docker.com/build/building/multi-platform/"),
    Kind::new(
        ids::GPU_UNHEALTHY,
        Exit::NeedsHuman,
        "Kubernetes withdrew a GPU after a critical error",
        "The device plugin saw a critical Xid and marked the GPU unhealthy: `XidCriticalError`, `marking
device as unhealthy`. Allocatable goes down, capacity stays, and the GPU does not come back before the
plugin is started anew, even if it has recovered. The Xid says what happened: 48, 63, 64, 94 and 95
memory, 74 NVLink, 79 fallen off the bus, 119 and 120 firmware.

  sudo dmesg | grep -i xid
  nvidia-smi -q | grep -i -A4 remapped",
    )
    .advice(&[
        ("read the Xid", Some("sudo dmesg | grep -i xid")),
        ("when the GPU is well again, start the plugin anew", Some("kubectl -n kube-system rollout restart daemonset nvidia-device-plugin-daemonset")),
    ])
    .see("https://docs.nvidia.com/deploy/xid-errors/"),
];
