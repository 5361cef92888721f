//! Reasons of the way to the cluster's API, and of what it refuses.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::KUBECONFIG_UNFIT,
        Exit::NeedsHuman,
        "the kubeconfig does not lead to this cluster",
        "kubectl, or a program like it, was given no kubeconfig, or one whose context, certificate or
address is not that of a cluster that exists. Without any it asks `localhost:8080`. With one from
before the cluster was made anew it says `x509: certificate signed by unknown authority` or
`Unauthorized`. Under `sudo` it reads root's.

  kubectl config get-contexts
  echo \"$KUBECONFIG\"; ls -l ~/.kube/config

gpucluster keeps a kubeconfig of its own; minikube's is mended by `minikube update-context`.",
    )
    .advice(&[
        ("see which contexts there are", Some("kubectl config get-contexts")),
        ("have minikube write its own anew, then choose it", Some("minikube update-context -p <profile> && kubectl config use-context <profile>")),
    ])
    .see("https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/"),
    Kind::new(
        ids::KUBE_CERT_EXPIRED,
        Exit::NeedsHuman,
        "a certificate of the cluster has expired",
        "The cluster's certificates are valid for a limited time: kubeadm's for a year, minikube's for three
(`--cert-expiration`). A wrong clock looks the same; the message names both times.

  date -u
  openssl x509 -noout -enddate -in ~/.minikube/profiles/<profile>/client.crt

minikube renews them when the cluster is started again.",
    )
    .advice(&[
        ("compare the time of the message with the clock", Some("date -u")),
        ("start the cluster again, which renews them", Some("minikube stop -p <profile> && gpucluster up")),
    ])
    .see("https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/"),
    Kind::new(
        ids::KUBE_FORBIDDEN,
        Exit::NeedsHuman,
        "the account in the cluster may not do that",
        "`is forbidden: User X cannot create resource Y`: the API knows who asks, and no role gives that
account this right in that namespace. A launch agent needs to create, get and delete secrets, to
create, get, list, watch and delete jobs, to list and watch pods and to read their logs.

  kubectl auth can-i --list --as <account> -n <namespace>",
    )
    .advice(&[
        ("see what the account may do", Some("kubectl auth can-i --list --as <account> -n <namespace>")),
        ("give it the right to edit one namespace", Some("kubectl create rolebinding <name> --clusterrole edit --serviceaccount <namespace>:<account> -n <namespace>")),
    ])
    .see("https://kubernetes.io/docs/reference/access-authn-authz/rbac/"),
    Kind::new(
        ids::KUBE_OBJECT_MISSING,
        Exit::NeedsHuman,
        "the cluster has no object of that name",
        "`Error from server (NotFound)`: the API works, and what was asked for is not there: misspelt, in
another namespace (`default` where none is named), already cleaned up, or never made. A Launch job's
pod goes away a minute after its end.

  kubectl get all --all-namespaces
  kubectl get namespaces",
    )
    .advice(&[
        ("see what there is, in every namespace", Some("kubectl get all --all-namespaces")),
        ("a namespace is made so", Some("kubectl create namespace <namespace>")),
    ]),
    Kind::new(
        ids::KUBE_OBJECT_EXISTS,
        Exit::NeedsHuman,
        "the cluster already has an object of that name",
        "`AlreadyExists`: `create` does not replace. For a queue whose configuration sets `metadata.name`
every second job fails so: leave the name out, and the agent makes one for each.

  kubectl get jobs --all-namespaces",
    )
    .advice(&[
        ("change what is there instead", Some("kubectl apply -f <file>")),
        ("or delete it first", Some("kubectl delete <kind> <name>")),
    ]),
    Kind::new(
        ids::KUBE_FIELD_IMMUTABLE,
        Exit::NeedsHuman,
        "a field of the object cannot be changed once it exists",
        "`field is immutable`: a Job's template, a selector, a claim's class are fixed when the object is
made. It has to be deleted and made anew; for a Job that ends its pods.

  kubectl get <kind> <name> -o yaml",
    )
    .advice(&[("delete it and make it anew", Some("kubectl replace --force -f <file>"))]),
    Kind::new(
        ids::KUBE_QUOTA_EXCEEDED,
        Exit::NeedsHuman,
        "a quota or limit of the namespace does not admit this",
        "`exceeded quota`, `must specify limits`, `maximum cpu usage per Container is`: a ResourceQuota or
LimitRange of the namespace refuses the pod before any node is looked at. The message has what was
asked for, what is used and what is allowed. Jobs then have no pod at all.

  kubectl describe resourcequota,limitrange -n <namespace>",
    )
    .advice(&[
        ("see the limits and what is used", Some("kubectl describe resourcequota,limitrange -n <namespace>")),
        ("give back what ended jobs still hold", Some("kubectl get pods,jobs -n <namespace>")),
    ])
    .see("https://kubernetes.io/docs/concepts/policy/resource-quotas/"),
    Kind::new(
        ids::KUBE_WEBHOOK_FAILED,
        Exit::NeedsHuman,
        "an admission webhook does not answer, so the API refuses",
        "`failed calling webhook`: a component installed in the cluster (Volcano, cert-manager, an ingress)
wants to look at every new object of some kind, and its own service is not there: not up yet, broken,
or removed without its configuration. Nothing of that kind can be made meanwhile.

  kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations
  kubectl get pods --all-namespaces",
    )
    .advice(&[
        ("see whether its pods run", Some("kubectl get pods --all-namespaces")),
        ("if the component is gone for good, remove its configuration", Some("kubectl delete validatingwebhookconfiguration <name>")),
    ])
    .see("https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/")
    .retryable(),
    Kind::new(
        ids::KUBE_POLICY_REFUSED,
        Exit::NeedsHuman,
        "a security policy of the cluster refuses the pod",
        "The pod asks for more than a policy allows: `violates PodSecurity`, `admission webhook ... denied
the request`, or an image that runs as root where `runAsNonRoot` is set. The message names the field.

  kubectl get namespace <namespace> --show-labels

Change the pod, or the policy of its namespace if it is yours.",
    )
    .advice(&[
        ("see the policy of the namespace", Some("kubectl get namespace <namespace> --show-labels")),
        ("lower it for that namespace", Some("kubectl label --overwrite namespace <namespace> pod-security.kubernetes.io/enforce=baseline")),
    ])
    .see("https://kubernetes.io/docs/concepts/security/pod-security-admission/"),
    Kind::new(
        ids::MANIFEST_INVALID,
        Exit::NeedsHuman,
        "the manifest has a mistake",
        "The YAML cannot be read (a TAB where spaces belong, a wrong indentation), or has a field or value
that Kubernetes does not know: `unknown field`, `error converting YAML to JSON`, `no matches for
kind`, `quantities must match the regular expression`. The message names line or field. A list under
the wrong key (`volumeMounts` below `resources`) is `unknown field` with strict validation and
silently dropped without.

  kubectl create --dry-run=server --validate=strict -f <file>
  grep -nP '\\t' <file>",
    )
    .advice(&[
        ("have the API check the file without making anything", Some("kubectl create --dry-run=server --validate=strict -f <file>")),
        ("see what a field may hold", Some("kubectl explain pod.spec.containers")),
    ]),
];
