//! Kubernetes: the way to its API, what it refuses, its nodes and their network.

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
    row(
        KUBECONFIG_UNFIT,
        &["kubeconfig endpoint: get endpoint", "does not appear in"],
    ),
    row(KUBECONFIG_UNFIT, &["kubeconfig: misconfigured"]),
    row(
        KUBECONFIG_UNFIT,
        &["kubectl is pointing to stale minikube-vm"],
    ),
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
        &["unable to connect to the server", "certificate has expired"],
    )
    .not_either(&["or is not yet valid: current time"]),
    // Go says the same of a clock that is behind; only the two times tell which it is.
    row(
        KUBE_CERT_EXPIRED,
        &[
            "unable to connect to the server",
            "certificate has expired or is not yet valid: current time",
            " is after ",
        ],
    ),
    row(
        KUBE_CERT_EXPIRED,
        &[
            "unable to authenticate the request",
            "certificate has expired",
        ],
    ),
    row(
        KUBE_CERT_EXPIRED,
        &["the certificate has expired: notbefore"],
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
    row(KUBE_FIELD_IMMUTABLE, &[": field is immutable"]),
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
    row(DISK_FULL, &["the node had condition: [diskpressure]"]),
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
    row(
        NODE_MEMORY_SHORT,
        &["the node had condition: [memorypressure]"],
    ),
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
    row(CLUSTER_DNS_BROKEN, &["plugin/loop: seen", "loop detected"]),
    // Where the API is out of reach for a reason that is elsewhere.
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
    symptom(CLUSTER_UNREACHABLE, &["cannot connect to host", ":8443"]),
    symptom(
        CLUSTER_UNREACHABLE,
        &["ensuring kubernetes api key secret: server disconnected"],
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
    symptom(
        KUBE_OBJECT_MISSING,
        &["\"message\":\"namespaces", "\"reason\":\"notfound\""],
    ),
    symptom(KUBE_OBJECT_EXISTS, &["error from server (alreadyexists)"]),
    symptom(KUBE_OBJECT_EXISTS, &["\"reason\":\"alreadyexists\""]),
];
