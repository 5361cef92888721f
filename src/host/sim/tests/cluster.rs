//! minikube and Docker.

use super::*;
use crate::host::KubeQuery;
use crate::model::ObjectRef;
use crate::reason::ids;
use std::time::Duration;

async fn allocatable(host: &dyn ReadHost) -> Option<String> {
    let node = ObjectRef::new("v1", "Node", None, "gpucluster");
    let node = host.kube(&KubeQuery::Get(node)).await.unwrap().unwrap();
    node["status"]["allocatable"]["nvidia.com/gpu"]
        .as_str()
        .map(str::to_owned)
}

#[tokio::test(start_paused = true)]
async fn the_device_plugin_registers_some_time_after_the_start_is_done() {
    let host = with_cluster().await;
    assert_eq!(allocatable(&host).await, None);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(allocatable(&host).await.as_deref(), Some("4"));
}

#[tokio::test(start_paused = true)]
async fn gpus_are_ignored_on_a_profile_made_without_them() {
    let host = machine("cluster-without-gpus");
    assert_eq!(profile(&host).await["Config"]["GPUs"], "");
    start(&host, "--gpus=all").await.unwrap();
    assert_eq!(profile(&host).await["Config"]["GPUs"], "");
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(allocatable(&host).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_start_of_a_running_cluster_restarts_its_services() {
    let host = with_cluster().await;
    start(&host, "--gpus=all").await.unwrap();
    let world = host.world_snapshot();
    assert_eq!(world.minikube.profiles["gpucluster"].service_restarts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_start_that_was_stopped_leaves_the_profile_with_its_gpus() {
    let host = machine("8xh100");
    let effect = Effect::Run(start_command("--gpus=all"));
    let fault = stopped_at(&host, effect, "Pulling base image")
        .await
        .unwrap_err();
    assert_eq!(fault.reason, ids::INTERRUPTED);
    assert_eq!(profile(&host).await["Config"]["GPUs"], "all");
    let (code, text) = status(&host).await;
    assert_eq!((code, text.as_str()), (7, "null"), "no container yet");

    let effect = Effect::Run(start_command("--gpus=all"));
    stopped_at(&host, effect, "Booting up").await.unwrap_err();
    assert_eq!(profile(&host).await["Status"], "Starting");
    tokio::time::sleep(Duration::from_secs(601)).await;
    assert_eq!(
        profile(&host).await["Status"],
        "Error",
        "events.json is too old"
    );
}

#[tokio::test(start_paused = true)]
async fn a_broken_control_plane_is_reset_with_exit_code_0() {
    let host = with_cluster().await;
    host.meddle(|world| {
        let profile = world.minikube.profiles.get_mut("gpucluster").unwrap();
        profile.broken = true;
    })
    .unwrap();
    let done = start(&host, "--gpus=all").await.unwrap();
    assert!(!done.notices.is_empty(), "judged from `will reset cluster`");
}

#[tokio::test(start_paused = true)]
async fn a_missing_profile_is_exit_85_with_two_events() {
    let host = machine("4xt4");
    let (code, text) = status(&host).await;
    assert_eq!(code, 85);
    assert_eq!(text.lines().count(), 2);
    assert!(
        text.lines()
            .all(|line| line.contains("io.k8s.sigs.minikube.info"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_container_is_null_and_older_minikube_calls_that_success() {
    let host = with_cluster().await;
    host.meddle(|world| {
        world.docker.containers.remove("gpucluster");
    })
    .unwrap();
    assert_eq!(status(&host).await, (7, "null".to_owned()));
    host.meddle(|world| world.minikube.version = Some("v1.37.0".to_owned()))
        .unwrap();
    assert_eq!(status(&host).await, (0, "null".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_start_that_fails_before_it_saves_leaves_an_invalid_profile() {
    let host = machine("docker-down");
    start(&host, "--gpus=all").await.unwrap_err();
    let answer = host.query(&Query::MinikubeProfiles).await.unwrap();
    let list: Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(list["invalid"][0]["Name"], "gpucluster");
    assert_eq!(list["valid"].as_array().unwrap().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_restart_of_docker_stops_the_node() {
    let host = with_cluster().await;
    restart_docker(&host).await;
    assert_eq!(status(&host).await.0, 7);
    assert_eq!(profile(&host).await["Status"], "Stopped");
    assert!(host.kube(&KubeQuery::Ready).await.is_err());
    start(&host, "--gpus=all").await.unwrap();
    assert_eq!(status(&host).await.0, 0);
}

#[tokio::test(start_paused = true)]
async fn events_carry_the_real_step_names_and_end_with_done() {
    let host = machine("8xh100");
    let seen = Mutex::new(Vec::new());
    let progress = |moved: crate::host::Moved| seen.lock().unwrap().push(moved);
    let stop = Stop::default();
    let how = Performing {
        progress: &progress,
        stop: &stop,
    };
    let change = Change::safe(Effect::Run(start_command("--gpus=all")), "test");
    host.perform(&change, &how).await.unwrap();
    let mut steps: Vec<u32> = seen
        .lock()
        .unwrap()
        .iter()
        .filter_map(|m| Some(m.at?.0))
        .collect();
    steps.dedup();
    assert_eq!(steps, [0, 1, 3, 5, 8, 11, 12, 13, 14, 15, 17, 18, 19]);
}

#[tokio::test(start_paused = true)]
async fn minikube_without_the_flag_refuses_it() {
    let host = machine("old-minikube");
    assert!(start(&host, "--gpus=all").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_fails_the_start_with_code_26_after_the_container_is_made() {
    let host = machine("disk-full");
    sudo(&host, "nvidia-ctk runtime configure --runtime=docker")
        .await
        .unwrap();
    restart_docker(&host).await;
    start(&host, "--gpus=all").await.unwrap_err();
    let world = host.world_snapshot();
    assert_eq!(world.minikube.profiles["gpucluster"].last_error, Some(26));
    assert!(world.docker.containers.contains_key("gpucluster"));
}

#[tokio::test(start_paused = true)]
async fn without_modeset_the_node_cannot_be_made_though_plain_containers_can() {
    let host = machine("no-modeset");
    restart_docker(&host).await;
    let plain = "docker run --rm --gpus all ubuntu:24.04 nvidia-smi -L";
    run(&host, plain).await.unwrap();
    let all =
        "docker run --rm --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all ubuntu:24.04 nvidia-smi -L";
    let fault = run(&host, all).await.unwrap_err();
    assert!(fault.evidence.join("\n").contains("/dev/nvidia-modeset"));
    assert!(start(&host, "--gpus=all").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn delete_takes_everything_and_a_missing_profile_is_success() {
    let host = with_cluster().await;
    let before = host.world_snapshot();
    assert!(before.docker.networks.contains_key("gpucluster"));
    run(&host, "minikube delete -p gpucluster").await.unwrap();
    let world = host.world_snapshot();
    assert!(world.minikube.profiles.is_empty());
    assert!(world.docker.networks.is_empty());
    run(&host, "minikube delete -p gpucluster").await.unwrap();
}
