//! Pods: GPUs for them, their volumes, images, containers and ends, as the scheduler, the kubelet and
//! the controllers report them.
//!
//! What they report is often a consequence (a pod waits for a GPU because the device plugin's image is
//! not there): those rows are symptoms.

use super::image::PULLED;
use super::{Row, row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(GPU_UNHEALTHY, &["xidcriticalerror"]),
    row(GPU_UNHEALTHY, &["marking device as unhealthy"]),
    row(GPU_UNHEALTHY, &["device marked unhealthy"]),
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
    row(POD_CONFIG_MISSING, &["error: secrets \"", "\" not found"]),
    row(
        POD_CONFIG_MISSING,
        &["error: configmaps \"", "\" not found"],
    ),
    row(POD_CONFIG_MISSING, &["secret \"", "\" not found"]),
    row(POD_CONFIG_MISSING, &["configmap \"", "\" not found"]),
    row(POD_CONFIG_MISSING, &["couldn't find key", "in secret"]),
    row(POD_CONFIG_MISSING, &["couldn't find key", "in configmap"]),
    row(POD_CONFIG_MISSING, &["references non-existent config key"]),
    row(POD_CONFIG_MISSING, &["references non-existent secret key"]),
    row(
        POD_RUNTIME_MISSING,
        &["no runtime for \"nvidia\" is configured"],
    ),
    row(POD_RUNTIME_MISSING, &["runtimeclass \"", "\" not found"]),
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
    row(CONTAINER_OUT_OF_MEMORY, &["oomkilled"]).not(&["oomkilled: false"]),
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
    symptom(POD_CRASHED, &["crashloopbackoff"]).not(&["maxcontainerrestartperiod"]),
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
];
