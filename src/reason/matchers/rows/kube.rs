//! Kubernetes: the way to its API, what it refuses, its nodes, its pods and their events.
//!
//! What the scheduler and the kubelet report of a pod is often a consequence (a pod waits for a GPU
//! because the device plugin's image is not there): those rows are symptoms.

use super::image::PULLED;
use super::{Row, row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(TOOL_MISSING, &["kubectl: command not found"]),
    row(TOOL_MISSING, &["command 'kubectl' not found"]),
    // The way to the API.
    row(
        KUBECONFIG_UNFIT,
        &["the connection to the server localhost:8080 was refused"],
    ),
    row(
        KUBECONFIG_UNFIT,
        &["http://localhost:8080/", "connection refused"],
    ),
    row(
        KUBECONFIG_UNFIT,
        &["no configuration has been provided, try setting kubernetes_master"],
    ),
    row(KUBECONFIG_UNFIT, &["error: current-context is not set"]),
    row(
        KUBECONFIG_UNFIT,
        &["error: context \"", "\" does not exist"],
    ),
    row(
        KUBECONFIG_UNFIT,
        &["error: no context exists with the name"],
    ),
    row(
        KUBECONFIG_UNFIT,
        &["context was not found for specified context"],
    ),
    row(KUBECONFIG_UNFIT, &["error loading config file"]),
    row(KUBECONFIG_UNFIT, &["unable to read client-cert"]),
    row(KUBECONFIG_UNFIT, &["unable to read certificate-authority"]),
    row(
        KUBECONFIG_UNFIT,
        &[
            "unable to connect to the server: dial tcp: lookup",
            "no such host",
        ],
    ),
    row(
        KUBECONFIG_UNFIT,
        &[
            "unable to connect to the server",
            "certificate signed by unknown authority",
        ],
    ),
    row(
        KUBECONFIG_UNFIT,
        &["candidate authority certificate \"minikubeca\""],
    ),
    row(
        KUBECONFIG_UNFIT,
        &[
            "unable to connect to the server",
            "x509: certificate is valid for",
        ],
    ),
    row(KUBECONFIG_UNFIT, &["user \"system:anonymous\" cannot"]),
    row(
        KUBE_CERT_EXPIRED,
        &[
            "unable to connect to the server",
            "certificate has expired or is not yet valid",
        ],
    )
    .not(&[" is before "]),
    row(
        KUBE_CERT_EXPIRED,
        &[
            "unable to authenticate the request",
            "certificate has expired",
        ],
    ),
    row(
        KUBE_CERT_EXPIRED,
        &["for certificate", "the certificate has expired: notbefore"],
    ),
    row(
        KUBE_CERT_EXPIRED,
        &[
            "part of the existing bootstrap client certificate",
            "is expired",
        ],
    ),
    row(KUBECONFIG_UNFIT, &["you must be logged in to the server"]),
    // What the API refuses.
    row(
        VOLUME_IMMUTABLE,
        &["spec.persistentvolumesource", "immutable after creation"],
    ),
    row(VOLUME_IMMUTABLE, &["spec is immutable after creation"]),
    row(
        VOLUME_IMMUTABLE,
        &["only dynamically provisioned pvc can be resized"],
    ),
    row(KUBE_FIELD_IMMUTABLE, &["field is immutable"]),
    row(KUBE_QUOTA_EXCEEDED, &["exceeded quota: ", "requested:"]),
    row(KUBE_QUOTA_EXCEEDED, &["failed quota: ", "must specify"]),
    row(
        KUBE_QUOTA_EXCEEDED,
        &["is forbidden: ", "usage per container is"],
    ),
    row(KUBE_WEBHOOK_FAILED, &["failed calling webhook"]),
    row(KUBE_POLICY_REFUSED, &["forbidden: violates podsecurity"]),
    row(
        KUBE_POLICY_REFUSED,
        &["admission webhook", "denied the request"],
    ),
    row(
        KUBE_POLICY_REFUSED,
        &["container has runasnonroot and image will run as root"],
    ),
    row(
        KUBE_POLICY_REFUSED,
        &["container has runasnonroot and image has non-numeric user"],
    ),
    row(
        KUBE_FORBIDDEN,
        &[
            "error from server (forbidden)",
            "is forbidden: user \"",
            "cannot ",
        ],
    ),
    row(
        KUBE_FORBIDDEN,
        &["is forbidden: user \"system:serviceaccount:", "cannot "],
    ),
    row(
        KUBE_FORBIDDEN,
        &["is forbidden: user \\\"system:serviceaccount:", "cannot "],
    ),
    row(MANIFEST_INVALID, &["error converting yaml to json"]),
    row(MANIFEST_INVALID, &["error validating data"]),
    row(MANIFEST_INVALID, &["strict decoding error"]),
    row(MANIFEST_INVALID, &["that cannot start any token"]),
    row(MANIFEST_INVALID, &["no matches for kind \"", "in version"]),
    row(
        MANIFEST_INVALID,
        &["quantities must match the regular expression"],
    ),
    row(
        MANIFEST_INVALID,
        &["error when creating", "cannot be handled as a"],
    ),
    row(
        KUBE_API_REFUSED,
        &["apply failed with", "conflict: conflict with"],
    ),
    row(KUBE_API_REFUSED, &["error from server (conflict)"]),
    // Nodes.
    row(
        DISK_FULL,
        &["the node was low on resource: ephemeral-storage"],
    ),
    row(DISK_FULL, &["taint {node.kubernetes.io/disk-pressure"]),
    row(DISK_FULL, &["nodehasdiskpressure"]),
    row(DISK_FULL, &["kubelethasdiskpressure"]),
    row(
        DISK_FULL,
        &["failed to garbage collect required amount of images"],
    ),
    row(NODE_MEMORY_SHORT, &["the node was low on resource: memory"]),
    row(
        NODE_MEMORY_SHORT,
        &["taint {node.kubernetes.io/memory-pressure"],
    ),
    row(NODE_MEMORY_SHORT, &["nodehasinsufficientmemory"]),
    row(NODE_MEMORY_SHORT, &["kubelethasinsufficientmemory"]),
    row(POD_NETWORK_BROKEN, &["failed to set bridge addr"]),
    row(
        POD_NETWORK_BROKEN,
        &["failed to find plugin \"", "\" in path"],
    ),
    row(POD_NETWORK_BROKEN, &["no ip addresses available in range"]),
    row(
        POD_NETWORK_BROKEN,
        &["open /run/flannel/subnet.env: no such file or directory"],
    ),
    row(
        POD_NETWORK_BROKEN,
        &["stat /var/lib/calico/nodename: no such file or directory"],
    ),
    row(
        CLUSTER_DNS_BROKEN,
        &["plugin/loop: loop (", "detected for zone"],
    ),
    // GPUs.
    row(GPU_UNHEALTHY, &["xidcriticalerror"]),
    row(GPU_UNHEALTHY, &["marking device as unhealthy"]),
    row(
        GPU_NOT_ALLOCATABLE,
        &["incompatible strategy detected auto"],
    ),
    row(
        GPU_NOT_ALLOCATABLE,
        &["no devices found. waiting indefinitely"],
    ),
    row(GPU_NOT_ALLOCATABLE, &["if this is a gpu node, did you"]),
    // Pods.
    row(
        VOLUME_CLAIM_MISSING,
        &["persistentvolumeclaim \"", "\" not found"],
    ),
    row(VOLUME_RELEASED, &["retain", "released", "rwx"]),
    row(VOLUME_RELEASED, &["status: released", "claim:"]),
    row(VOLUME_NOT_BOUND, &["cannot bind to requested volume"]),
    row(VOLUME_NOT_BOUND, &["already bound to a different claim"]),
    row(
        VOLUME_NOT_BOUND,
        &["no persistent volumes available for this claim and no storage class is set"],
    ),
    row(
        VOLUME_NOT_BOUND,
        &["storageclass.storage.k8s.io \"", "\" not found"],
    ),
    row(POD_CONFIG_MISSING, &["secret \"", "\" not found"]),
    row(POD_CONFIG_MISSING, &["configmap \"", "\" not found"]),
    row(POD_CONFIG_MISSING, &["couldn't find key", "in secret"]),
    row(POD_CONFIG_MISSING, &["couldn't find key", "in configmap"]),
    row(POD_CONFIG_MISSING, &["references non-existent config key"]),
    row(POD_CONFIG_MISSING, &["references non-existent secret key"]),
    row(POD_HOST_PATH_MISSING, &["hostpath type check failed"]),
    row(
        POD_HOST_PATH_MISSING,
        &[
            "mountvolume.newmounter initialization failed",
            "does not exist",
        ],
    ),
    row(POD_VOLUME_ELSEWHERE, &["multi-attach error for volume"]),
    row(
        POD_VOLUME_ELSEWHERE,
        &["volume is already exclusively attached"],
    ),
    row(
        IMAGE_NOT_IN_NODE,
        &["is not present with pull policy of never"],
    ),
    row(IMAGE_NOT_IN_NODE, &["errimageneverpull"]),
    row(IMAGE_NAME_INVALID, &["failed to apply default image tag"]),
    row(IMAGE_NAME_INVALID, &["couldn't parse image name"]),
    row(IMAGE_NAME_INVALID, &["invalidimagename"]),
    row(
        IMAGE_WRONG_PLATFORM,
        &["exec user process caused", "exec format error"],
    ),
    row(IMAGE_WRONG_PLATFORM, &["exec /", ": exec format error"]),
    row(IMAGE_WRONG_PLATFORM, &["no matching manifest for linux/"]),
    row(IMAGE_WRONG_PLATFORM, &["no match for platform in manifest"]),
    row(POD_SHM_SMALL, &["insufficient shared memory (shm)"]),
    row(
        POD_SHM_SMALL,
        &["unable to open shared memory object", "no space left"],
    ),
    row(
        POD_SHM_SMALL,
        &["error while creating shared memory segment /dev/shm/"],
    ),
    row(
        POD_SHM_SMALL,
        &["dataloader worker", "is killed by signal: bus error"],
    ),
    row(POD_OUT_OF_MEMORY, &["reason: oomkilled"]),
    row(POD_OUT_OF_MEMORY, &["reason:       oomkilled"]),
    row(POD_OUT_OF_MEMORY, &["0/1     oomkilled"]),
    row(POD_OUT_OF_MEMORY, &["\"reason\":\"oomkilled\""]),
    row(POD_DEADLINE, &["was active longer than specified deadline"]),
    row(
        POD_DEADLINE,
        &["was active on the node longer than the specified deadline"],
    ),
    // What many causes have.
    symptom(POD_NETWORK_BROKEN, &["cni config uninitialized"]),
    symptom(
        POD_NETWORK_BROKEN,
        &["networkplugin cni failed to set up pod"],
    ),
    symptom(POD_NETWORK_BROKEN, &["failed to setup network for sandbox"]),
    symptom(NODE_NOT_READY, &["taint {node.kubernetes.io/not-ready"]),
    symptom(NODE_NOT_READY, &["taint {node.kubernetes.io/unreachable"]),
    symptom(NODE_NOT_READY, &["container runtime is down"]),
    symptom(NODE_NOT_READY, &["pleg is not healthy"]),
    symptom(NODE_NOT_READY, &["kubelet stopped posting node status"]),
    symptom(NODE_NOT_READY, &["notready", "control-plane"]),
    symptom(NODE_CORDONED, &["ready,schedulingdisabled"]),
    symptom(NODE_CORDONED, &["taint {node.kubernetes.io/unschedulable"]),
    symptom(NODE_CORDONED, &["node(s) were unschedulable"]),
    symptom(GPU_NOT_ALLOCATABLE, &["insufficient nvidia.com/"]),
    symptom(GPU_NOT_ALLOCATABLE, &["no healthy devices present"]),
    symptom(
        GPU_NOT_ALLOCATABLE,
        &["node didn't have enough resource: nvidia.com/"],
    ),
    symptom(
        VOLUME_NOT_BOUND,
        &["unbound immediate persistentvolumeclaims"],
    ),
    symptom(
        VOLUME_NOT_BOUND,
        &["didn't find available persistent volumes to bind"],
    ),
    symptom(POD_TOO_LARGE, &["nodes are available", "insufficient cpu"]),
    symptom(
        POD_TOO_LARGE,
        &["nodes are available", "insufficient memory"],
    ),
    symptom(
        POD_TOO_LARGE,
        &["nodes are available", "insufficient ephemeral-storage"],
    ),
    symptom(POD_TOO_LARGE, &["nodes are available", "too many pods"]),
    symptom(POD_TOO_LARGE, &["node didn't have enough resource: cpu"]),
    symptom(POD_TOO_LARGE, &["node didn't have enough resource: memory"]),
    symptom(
        POD_FITS_NO_NODE,
        &["didn't match pod's node affinity/selector"],
    ),
    symptom(POD_FITS_NO_NODE, &["didn't match node selector"]),
    symptom(POD_FITS_NO_NODE, &["had untolerated taint"]),
    symptom(POD_FITS_NO_NODE, &["that the pod didn't tolerate"]),
    symptom(
        POD_FITS_NO_NODE,
        &["didn't have free ports for the requested pod ports"],
    ),
    symptom(
        POD_VOLUME_NOT_MOUNTED,
        &["unable to attach or mount volumes"],
    ),
    symptom(POD_VOLUME_NOT_MOUNTED, &["unable to mount volumes for pod"]),
    symptom(
        POD_VOLUME_NOT_MOUNTED,
        &["mountvolume.setup failed for volume", "mount failed"],
    ),
    symptom(IMAGE_PULL_FAILED, &["errimagepull"]).healed(PULLED),
    symptom(IMAGE_PULL_FAILED, &["imagepullbackoff"]).healed(PULLED),
    symptom(IMAGE_PULL_FAILED, &["back-off pulling image"]).healed(PULLED),
    symptom(IMAGE_PULL_FAILED, &["failed to pull image"]).healed(PULLED),
    symptom(
        IMAGE_COMMAND_UNUSABLE,
        &[
            "unable to start container process: exec: \"",
            "executable file not found in $path",
        ],
    ),
    symptom(
        IMAGE_COMMAND_UNUSABLE,
        &[
            "error during container init: exec: \"",
            "executable file not found in $path",
        ],
    ),
    symptom(
        IMAGE_COMMAND_UNUSABLE,
        &[
            "unable to start container process: exec: \"",
            "no such file or directory",
        ],
    ),
    symptom(
        IMAGE_COMMAND_UNUSABLE,
        &[
            "error during container init: exec: \"",
            "no such file or directory",
        ],
    ),
    symptom(
        IMAGE_COMMAND_UNUSABLE,
        &[
            "unable to start container process: exec: \"",
            "permission denied",
        ],
    ),
    symptom(
        IMAGE_COMMAND_UNUSABLE,
        &["error during container init: exec: \"", "permission denied"],
    ),
    symptom(POD_CRASHED, &["crashloopbackoff"]),
    symptom(POD_CRASHED, &["back-off restarting failed container"]),
    symptom(POD_CRASHED, &["backofflimitexceeded"]),
    symptom(
        POD_CRASHED,
        &["job has reached the specified backoff limit"],
    ),
    symptom(MANIFEST_INVALID, &["is invalid: spec", ": required value"]),
    symptom(MANIFEST_INVALID, &["is invalid: spec", ": invalid value: "]),
    symptom(
        MANIFEST_INVALID,
        &["is invalid: spec", ": unsupported value: "],
    ),
    symptom(MANIFEST_INVALID, &["is invalid: spec", ": not found: "]),
    symptom(CLUSTER_DNS_BROKEN, &["plugin/errors: 2", "i/o timeout"]),
    symptom(
        CLUSTER_UNREACHABLE,
        &[
            "the connection to the server",
            "was refused - did you specify the right host or port",
        ],
    ),
    symptom(
        CLUSTER_UNREACHABLE,
        &["unable to connect to the server: dial tcp"],
    ),
    symptom(
        CLUSTER_UNREACHABLE,
        &["unable to connect to the server: net/http: tls handshake timeout"],
    ),
    symptom(
        CLUSTER_UNREACHABLE,
        &["unable to connect to the server: context deadline exceeded"],
    ),
    symptom(
        CLUSTER_UNREACHABLE,
        &["unable to connect to the server: eof"],
    ),
    symptom(CLUSTER_UNREACHABLE, &["kubernetes cluster unreachable"]),
    symptom(CLUSTER_UNREACHABLE, &["etcdserver: request timed out"]),
    symptom(
        CLUSTER_UNREACHABLE,
        &[":8443", "connect: connection refused"],
    ),
    symptom(CLUSTER_UNREACHABLE, &[":8443", "connect: no route to host"]),
    symptom(KUBE_OBJECT_MISSING, &["error from server (notfound)"]),
    symptom(KUBE_OBJECT_EXISTS, &["error from server (alreadyexists)"]),
    symptom(KUBE_OBJECT_EXISTS, &["\"reason\":\"alreadyexists\""]),
];
