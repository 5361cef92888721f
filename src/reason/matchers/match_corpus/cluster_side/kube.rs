//! Texts of kubectl and of the API.

use crate::model::ReasonId;
use crate::reason::ids::*;

pub(super) const TEXTS: &[(&str, ReasonId, &str)] = &[
    ("bash", TOOL_MISSING, "bash: kubectl: command not found"),
    // The way to the API.
    (
        "kubectl without a kubeconfig",
        KUBECONFIG_UNFIT,
        "The connection to the server localhost:8080 was refused - did you specify the right host or port?",
    ),
    (
        "kubectl 1.30 without a kubeconfig",
        KUBECONFIG_UNFIT,
        "E0310 12:00:00.000000   12345 memcache.go:265] \"Unhandled Error\" err=\"couldn't get current server API group list: Get \\\"http://localhost:8080/api?timeout=32s\\\": dial tcp 127.0.0.1:8080: connect: connection refused\"",
    ),
    (
        "client-go",
        KUBECONFIG_UNFIT,
        "error: invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable",
    ),
    (
        "kubectl",
        KUBECONFIG_UNFIT,
        "error: context \"gpucluster\" does not exist",
    ),
    (
        "kubectl",
        KUBECONFIG_UNFIT,
        "error: current-context is not set",
    ),
    (
        "kubectl config use-context",
        KUBECONFIG_UNFIT,
        "error: no context exists with the name: \"minikube\"",
    ),
    (
        "kubectl after minikube delete and a stale file",
        KUBECONFIG_UNFIT,
        "Error in configuration: \n* unable to read client-cert /home/u/.minikube/profiles/minikube/client.crt for minikube due to open /home/u/.minikube/profiles/minikube/client.crt: no such file or directory",
    ),
    (
        "kubectl, cluster made anew",
        KUBECONFIG_UNFIT,
        "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority (possibly because of \"crypto/rsa: verification error\" while trying to verify candidate authority certificate \"minikubeCA\")",
    ),
    (
        "kubectl 1.20",
        KUBECONFIG_UNFIT,
        "Unable to connect to the server: x509: certificate signed by unknown authority",
    ),
    (
        "kubectl",
        KUBECONFIG_UNFIT,
        "Unable to connect to the server: x509: certificate is valid for 192.168.49.2, 10.96.0.1, 127.0.0.1, 10.0.0.1, not 192.168.58.2",
    ),
    (
        "minikube#8945",
        KUBECONFIG_UNFIT,
        "error: You must be logged in to the server (Unauthorized)",
    ),
    (
        "kubectl with a deleted cloud cluster",
        NAME_RESOLUTION_FAILED,
        "Unable to connect to the server: dial tcp: lookup ABC123.gr7.eu-west-1.eks.amazonaws.com on 127.0.0.53:53: no such host",
    ),
    (
        "canonical/microk8s#2638",
        KUBE_CERT_EXPIRED,
        "Unable to connect to the server: x509: certificate has expired or is not yet valid",
    ),
    (
        "minikube#11966",
        KUBE_CERT_EXPIRED,
        "E0713 04:31:22.339375       1 authentication.go:65] Unable to authenticate the request due to an error: x509: certificate has expired or is not yet valid",
    ),
    (
        "minikube#18032",
        KUBE_CERT_EXPIRED,
        "W0124 01:22:32.157028    6198 certs.go:524] WARNING: could not validate bounds for certificate apiserver-kubelet-client: the certificate has expired: NotBefore: 2022-12-21 06:52:08 +0000 UTC, NotAfter: 2024-01-19 20:19:24 +0000 UTC",
    ),
    (
        "minikube#14914",
        CLUSTER_UNREACHABLE,
        "The connection to the server 172.31.90.231:8443 was refused - did you specify the right host or port?",
    ),
    (
        "kubectl",
        CLUSTER_UNREACHABLE,
        "Unable to connect to the server: dial tcp 192.168.49.2:8443: connect: no route to host",
    ),
    (
        "kubectl",
        CLUSTER_UNREACHABLE,
        "Unable to connect to the server: net/http: TLS handshake timeout",
    ),
    (
        "helm",
        CLUSTER_UNREACHABLE,
        "Error: INSTALLATION FAILED: Kubernetes cluster unreachable: Get \"https://192.168.49.2:8443/version\": dial tcp 192.168.49.2:8443: i/o timeout",
    ),
    (
        "the agent's log, kubernetes_asyncio",
        CLUSTER_UNREACHABLE,
        "aiohttp.client_exceptions.ClientConnectorError: Cannot connect to host 192.168.49.2:8443 ssl:default [Connect call failed ('192.168.49.2', 8443)]",
    ),
    // What the API refuses.
    (
        "kubectl auth",
        KUBE_FORBIDDEN,
        "Error from server (Forbidden): pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"",
    ),
    (
        "the agent in a cluster with RBAC of its own, wandb#7076",
        KUBE_FORBIDDEN,
        "HTTP response body: {\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\"secrets is forbidden: User \\\"system:serviceaccount:wandb:wandb-launch-serviceaccount\\\" cannot create resource \\\"secrets\\\" in API group \\\"\\\" in the namespace \\\"jobs\\\"\",\"reason\":\"Forbidden\",\"details\":{\"kind\":\"secrets\"},\"code\":403}",
    ),
    (
        "kubectl apply",
        KUBE_FIELD_IMMUTABLE,
        "The Job \"train\" is invalid: spec.template: Invalid value: core.PodTemplateSpec{ObjectMeta:v1.ObjectMeta{Name:\"\"}}: field is immutable",
    ),
    (
        "kubernetes",
        KUBE_QUOTA_EXCEEDED,
        "Error creating: pods \"launch-e-p-x7k2f-abcde\" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=2, used: requests.nvidia.com/gpu=3, limited: requests.nvidia.com/gpu=4",
    ),
    (
        "kubernetes",
        KUBE_QUOTA_EXCEEDED,
        "Error from server (Forbidden): error when creating \"pod.yaml\": pods \"x\" is forbidden: failed quota: compute: must specify limits.cpu for: c; limits.memory for: c",
    ),
    (
        "LimitRange",
        KUBE_QUOTA_EXCEEDED,
        "Error from server (Forbidden): pods \"x\" is forbidden: maximum memory usage per Container is 8Gi, but limit is 12Gi",
    ),
    (
        "kubernetes, Volcano removed",
        KUBE_WEBHOOK_FAILED,
        "Error from server (InternalError): Internal error occurred: failed calling webhook \"mutatepod.volcano.sh\": failed to call webhook: Post \"https://volcano-admission-service.volcano-system.svc:443/pods/mutate?timeout=10s\": service \"volcano-admission-service\" not found",
    ),
    (
        "PodSecurity",
        KUBE_POLICY_REFUSED,
        "Error from server (Forbidden): pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"c\" must set securityContext.allowPrivilegeEscalation=false)",
    ),
    (
        "kubelet",
        KUBE_POLICY_REFUSED,
        "Error: container has runAsNonRoot and image will run as root (pod: \"x_default(3f1c)\", container: c)",
    ),
    (
        "kubectl",
        MANIFEST_INVALID,
        "error: error parsing nfs-job.yaml: error converting YAML to JSON: yaml: line 17: found character that cannot start any token",
    ),
    (
        "PyYAML on a queue configuration with tabs",
        MANIFEST_INVALID,
        "yaml.scanner.ScannerError: while scanning for the next token\nfound character '\\t' that cannot start any token\n  in \"queue.yaml\", line 14, column 1",
    ),
    (
        "kubectl 1.27, strict",
        MANIFEST_INVALID,
        "Error from server (BadRequest): error when creating \"job.yaml\": Job in version \"v1\" cannot be handled as a Job: strict decoding error: unknown field \"spec.template.spec.containers[0].resources.volumeMounts\"",
    ),
    (
        "kubectl",
        MANIFEST_INVALID,
        "error: resource mapping not found for name: \"q\" namespace: \"\" from \"q.yaml\": no matches for kind \"Queue\" in version \"scheduling.volcano.sh/v1beta1\"\nensure CRDs are installed first",
    ),
    (
        "kubectl",
        MANIFEST_INVALID,
        "Error from server (BadRequest): error when creating \"pod.yaml\": Pod in version \"v1\" cannot be handled as a Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ),
    (
        "kubectl",
        MANIFEST_INVALID,
        "The Deployment \"x\" is invalid: spec.template.spec.containers[0].image: Required value",
    ),
    (
        "kubectl",
        KUBE_OBJECT_MISSING,
        "Error from server (NotFound): namespaces \"wandb\" not found",
    ),
    (
        "kubectl",
        KUBE_OBJECT_EXISTS,
        "Error from server (AlreadyExists): error when creating \"job.yaml\": jobs.batch \"train\" already exists",
    ),
    (
        "kubectl apply --server-side",
        KUBE_API_REFUSED,
        "error: Apply failed with 1 conflict: conflict with \"kubectl-client-side-apply\" using v1: .spec.nfs.server",
    ),
];
