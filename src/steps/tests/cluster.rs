//! The cluster and its GPUs.

use crate::host::{HostError, Identity, KubeQuery, Query};
use crate::model::{Fact, Prior, Receipt, State, Touch};
use crate::steps::Wish;
use crate::steps::gpu_node::Node;
use crate::steps::minikube::Cluster;
use crate::steps::testing::{
    TestHost, answer, dir, get, identity, node, planned, plugin_pods, recreating, said, seen,
    undone, verdict, wish,
};
use crate::steps::user::User;
use serde_json::json;
use std::sync::Arc;

const PROFILES: &str = include_str!("../../../tests/tapes/reconstructed/minikube-profiles.json");
const NO_PROFILE: &str =
    include_str!("../../../tests/tapes/reconstructed/minikube-status-no-profile.jsonl");
const NONE: &str = r#"{"invalid":[],"valid":[]}"#;

fn cluster() -> Cluster {
    Cluster::new(Arc::new(wish()))
}

fn containers() -> Query {
    Query::DockerContainers {
        label: "name.minikube.sigs.k8s.io=gpucluster".to_owned(),
    }
}

fn fresh() -> TestHost {
    let profile = "gpucluster".to_owned();
    idle(TestHost::healthy())
        .with(Query::MinikubeProfiles, said(NONE))
        .with(
            Query::MinikubeStatus { profile },
            answer(85, NO_PROFILE, ""),
        )
        .with(containers(), said(""))
        .with_file(wish().layout.kubeconfig, None)
}

/// The same host with the agent stopped.
fn idle(mut host: TestHost) -> TestHost {
    host.service.pid = None;
    host
}

fn with_profile(from: &str, to: &str) -> TestHost {
    assert!(PROFILES.contains(from), "{from}");
    TestHost::healthy().with(Query::MinikubeProfiles, said(&PROFILES.replace(from, to)))
}

fn with_status(status: &str) -> TestHost {
    let profile = "gpucluster".to_owned();
    idle(TestHost::healthy()).with(Query::MinikubeStatus { profile }, answer(7, status, ""))
}

fn start(wish: &Wish) -> String {
    format!(
        "KUBECONFIG={} minikube start -p gpucluster --driver=docker --container-runtime=docker \
         --gpus=all --cpus=no-limit --memory=no-limit --wait=all --wait-timeout=10m \
         --interactive=false --embed-certs --user=gpucluster -o json",
        wish.layout.kubeconfig
    )
}

fn folder(wish: &Wish) -> String {
    format!(
        "make directory {}",
        wish.layout.kubeconfig.parent().unwrap()
    )
}

#[test]
fn a_healthy_cluster_is_in_place_and_tells_its_network() {
    let seen = seen(&cluster(), &TestHost::healthy());
    assert_eq!(seen.headline, "running, Kubernetes v1.35.1, GPUs all");
    assert_eq!(
        seen.facts,
        [
            Fact::ClusterSubnet("192.168.49.0/24".to_owned()),
            Fact::ClusterGateway("192.168.49.1".to_owned()),
            Fact::NodeName("gpucluster".to_owned()),
        ]
    );
}

#[test]
fn without_a_profile_the_cluster_is_started_with_everything_said() {
    let wish = wish();
    assert_eq!(verdict(&cluster(), &fresh()), "absent");
    assert_eq!(
        planned(&cluster(), &fresh()).unwrap(),
        [folder(&wish), start(&wish)]
    );
}

#[test]
fn a_name_that_somebody_else_uses_is_left_alone() {
    let host = fresh().with(containers(), said("{\"Names\":\"gpucluster\"}\n"));
    assert_eq!(verdict(&cluster(), &host), "CLUSTER_NAME_TAKEN");
}

#[test]
fn root_is_sent_away_before_minikube_does() {
    let root = Wish {
        identity: Identity {
            uid: 0,
            user: "root".to_owned(),
            ..identity()
        },
        ..wish()
    };
    let verdict_of = |wish: Wish| verdict(&User::new(Arc::new(wish)), &TestHost::healthy());
    assert_eq!(verdict_of(root), "RUNNING_AS_ROOT");
    assert_eq!(verdict_of(wish()), "in place");
}

#[test]
fn a_cluster_without_gpus_is_recreated_only_when_that_was_asked_for() {
    let host = with_profile("\"GPUs\":\"all\"", "\"GPUs\":\"\"");
    assert_eq!(verdict(&cluster(), &host), "drifted Config.GPUs");
    assert_eq!(
        planned(&cluster(), &host).unwrap_err(),
        "CLUSTER_HAS_NO_GPUS"
    );
    let wish = recreating();
    let cluster = Cluster::new(Arc::new(wish.clone()));
    assert_eq!(
        planned(&cluster, &host).unwrap(),
        [
            "stop agent-gpucluster (disruptive)".to_owned(),
            format!(
                "KUBECONFIG={} minikube delete -p gpucluster (destructive)",
                wish.layout.kubeconfig
            ),
            folder(&wish),
            start(&wish),
        ]
    );
}

#[test]
fn other_options_are_named_one_by_one() {
    let runtime = with_profile(
        "\"ContainerRuntime\":\"docker\",\"I",
        "\"ContainerRuntime\":\"containerd\",\"I",
    );
    assert_eq!(
        verdict(&cluster(), &runtime),
        "drifted Config.KubernetesConfig.ContainerRuntime"
    );
    assert_eq!(
        planned(&cluster(), &runtime).unwrap_err(),
        "CLUSTER_OPTIONS_DIFFER"
    );
    let driver = with_profile("\"Driver\":\"docker\"", "\"Driver\":\"podman\"");
    assert_eq!(verdict(&cluster(), &driver), "drifted Config.Driver");

    let mut settings = crate::config::Settings::default();
    settings.cluster.memory = "32g".to_owned();
    settings.cluster.cpus = "8".to_owned();
    settings.cluster.kubernetes_version = Some("1.34.0".to_owned());
    let sized = Wish {
        settings: Arc::new(settings),
        ..wish()
    };
    assert_eq!(
        verdict(&Cluster::new(Arc::new(sized)), &TestHost::healthy()),
        "drifted Config.KubernetesConfig.KubernetesVersion, Config.CPUs, Config.Memory"
    );
}

#[test]
fn recreating_a_healthy_cluster_does_nothing_and_says_so() {
    let cluster = Cluster::new(Arc::new(recreating()));
    let seen = seen(&cluster, &TestHost::healthy());
    assert!(seen.is_in_place());
    assert!(seen.warnings[0].text.contains("nothing to do"));
}

#[test]
fn a_stopped_cluster_is_started_and_a_healthy_one_never() {
    let stopped = r#"{"Name":"gpucluster","Host":"Stopped","Kubelet":"Stopped","APIServer":"Stopped","Kubeconfig":"Stopped","Worker":false}"#;
    let half = r#"{"Name":"gpucluster","Host":"Running","Kubelet":"Stopped","APIServer":"Stopped","Kubeconfig":"Configured","Worker":false}"#;
    let wish = wish();
    for status in [stopped, half, "null"] {
        let host = with_status(status);
        assert_eq!(verdict(&cluster(), &host), "drifted status");
        assert_eq!(
            planned(&cluster(), &host).unwrap(),
            [folder(&wish), start(&wish)]
        );
    }
    assert!(
        planned(&cluster(), &TestHost::healthy())
            .unwrap()
            .is_empty()
    );
    let full =
        with_status(&stopped.replace("\"Host\":\"Stopped\"", "\"Host\":\"InsufficientStorage\""));
    assert_eq!(verdict(&cluster(), &full), "DISK_FULL");
}

#[test]
fn an_agent_without_a_cluster_is_stopped_before_the_start() {
    let wish = wish();
    let mut gone = fresh();
    gone.service.pid = Some(7);
    assert_eq!(verdict(&cluster(), &gone), "drifted agent");
    let plan = [
        "stop agent-gpucluster".to_owned(),
        folder(&wish),
        start(&wish),
    ];
    assert_eq!(planned(&cluster(), &gone).unwrap(), plan);
    let mut stopped = with_status("null");
    stopped.service.pid = Some(7);
    assert_eq!(verdict(&cluster(), &stopped), "drifted status, agent");
    assert_eq!(planned(&cluster(), &stopped).unwrap(), plan);
}

#[test]
fn a_start_that_runs_elsewhere_is_waited_for_and_a_killed_one_is_repeated() {
    let starting = || {
        let mut host = with_profile("\"Status\":\"OK\"", "\"Status\":\"Starting\"");
        let profile = "gpucluster".to_owned();
        host = idle(host).with(Query::MinikubeStatus { profile }, answer(7, "null", ""));
        host.with_dir("/proc", dir(0o555, 0), &["42", "self"])
    };
    let alive = starting().with_file(
        "/proc/42/cmdline",
        Some("/usr/local/bin/minikube\0start\0-p\0gpucluster\0--driver=docker\0"),
    );
    assert_eq!(verdict(&cluster(), &alive), "underway");
    let other = starting().with_file("/proc/42/cmdline", Some("minikube\0start\0-p\0other\0"));
    assert_eq!(verdict(&cluster(), &other), "drifted status");
    assert!(planned(&cluster(), &other).unwrap()[1].contains("minikube start"));
}

#[test]
fn a_lost_kubeconfig_is_mended_without_a_start() {
    let wish = wish();
    let update = format!(
        "KUBECONFIG={} minikube update-context -p gpucluster",
        wish.layout.kubeconfig
    );
    let lost = TestHost::healthy().with_file(wish.layout.kubeconfig.clone(), None);
    assert_eq!(verdict(&cluster(), &lost), "drifted kubeconfig");
    assert_eq!(planned(&cluster(), &lost).unwrap(), [folder(&wish), update]);
    let mut stale = TestHost::healthy();
    stale.kube.retain(|(query, _)| *query != KubeQuery::Ready);
    let refused = HostError::Unreachable("connection refused".to_owned());
    stale.kube.push((KubeQuery::Ready, Err(refused)));
    assert_eq!(verdict(&cluster(), &stale), "drifted kubeconfig");
    let mut booting = TestHost::healthy();
    booting.kube.retain(|(query, _)| *query != KubeQuery::Ready);
    let unready = HostError::Refused {
        code: 500,
        message: "[-]poststarthook/rbac/bootstrap-roles failed".to_owned(),
    };
    booting.kube.push((KubeQuery::Ready, Err(unready)));
    assert_eq!(verdict(&cluster(), &booting), "underway");
}

#[test]
fn only_a_cluster_of_ours_is_deleted() {
    let wish = wish();
    let touch = Touch::Cluster("gpucluster".to_owned());
    let mut receipt = Receipt::default();
    receipt.note("minikube.cluster", touch, Prior::Absent);
    let file = Touch::File(wish.layout.kubeconfig.clone());
    receipt.note("minikube.cluster", file, Prior::Absent);
    assert_eq!(
        undone(&cluster(), &TestHost::healthy(), &receipt),
        [
            format!(
                "KUBECONFIG={} minikube delete -p gpucluster (destructive)",
                wish.layout.kubeconfig
            ),
            format!(
                "remove {} and everything in it",
                wish.layout.agent_home.parent().unwrap()
            ),
        ]
    );
}

fn gpu_node() -> Node {
    Node::new(Arc::new(wish()))
}

fn daemon_set() -> KubeQuery {
    get(
        "apps/v1",
        "DaemonSet",
        Some("kube-system"),
        "nvidia-device-plugin-daemonset",
    )
}

fn with_node(allocatable: &str, capacity: &str) -> TestHost {
    let query = get("v1", "Node", None, "gpucluster");
    TestHost::healthy().with_object(query, Some(node(allocatable, capacity)))
}

#[test]
fn gpus_count_when_they_can_be_handed_out() {
    let seen = seen(&gpu_node(), &TestHost::healthy());
    assert_eq!(seen.headline, "4 of 4 GPUs allocatable");
    assert_eq!(seen.facts, [Fact::AllocatableGpus(4)]);
}

#[test]
fn a_plugin_on_its_way_is_waited_for_with_what_it_waits_for() {
    let pods = json!({"items": [{"status": {
        "phase": "Pending",
        "containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}],
    }}]});
    let host = with_node("0", "0").with_object(plugin_pods(), Some(pods));
    let seen = seen(&gpu_node(), &host);
    let text = "0 of 4 GPUs allocatable; device plugin pod Pending: ContainerCreating";
    assert_eq!(seen.state, State::Underway(text.to_owned()));
}

#[test]
fn a_node_that_is_not_ready_says_why() {
    let mut object = node("0", "0");
    object["status"]["conditions"][0] =
        json!({"type": "Ready", "status": "False", "message": "cni config uninitialized"});
    let query = get("v1", "Node", None, "gpucluster");
    let host = TestHost::healthy().with_object(query.clone(), Some(object));
    let seen = seen(&gpu_node(), &host);
    assert!(
        seen.headline
            .ends_with("node not ready: cni config uninitialized")
    );
    let unregistered = TestHost::healthy().with_object(query, None);
    assert_eq!(verdict(&gpu_node(), &unregistered), "underway");
}

#[test]
fn a_missing_plugin_is_enabled_and_an_unhealthy_gpu_is_for_people() {
    let missing = with_node("0", "0").with_object(daemon_set(), None);
    assert_eq!(verdict(&gpu_node(), &missing), "absent");
    assert_eq!(
        planned(&gpu_node(), &missing).unwrap(),
        [format!(
            "KUBECONFIG={} minikube addons enable nvidia-device-plugin -p gpucluster",
            wish().layout.kubeconfig
        )]
    );
    let ready = json!({"items": [{"status": {
        "phase": "Running",
        "containerStatuses": [{"ready": true}],
    }}]});
    let lost = with_node("3", "4").with_object(plugin_pods(), Some(ready.clone()));
    assert_eq!(verdict(&gpu_node(), &lost), "GPU_NOT_ALLOCATABLE");
    let again = with_node("0", "4").with_object(plugin_pods(), Some(ready));
    let text = "0 of 4 GPUs allocatable; device plugin pod Running, capacity 4";
    assert_eq!(seen(&gpu_node(), &again).headline, text);
}
