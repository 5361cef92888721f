//! Injected faults, stored worlds, time.

use super::*;
use crate::host::HostError;
use crate::reason::ids;
use camino::Utf8Path;
use std::time::Duration;

fn write_x(path: &str) -> Effect {
    Effect::WriteFile {
        path: path.into(),
        content: "x".to_owned(),
        mode: 0o644,
        privilege: Privilege::User,
    }
}

#[tokio::test(start_paused = true)]
async fn a_world_is_the_same_after_saving_and_loading() {
    let dir = tempfile::tempdir().unwrap();
    let host = SimHost::open(dir.path(), "4xt4", SimOptions::default()).unwrap();
    perform(&host, write_x("/home/ubuntu/x")).await.unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    let before = host.world_snapshot();
    drop(host);
    let host = SimHost::open(dir.path(), "8xh100", SimOptions::default()).unwrap();
    assert_eq!(
        host.world_snapshot(),
        before,
        "the stored machine, not the named one"
    );
    assert!(host.now_ms() >= before.epoch_ms, "time does not go back");
}

#[tokio::test(start_paused = true)]
async fn a_damaged_or_newer_world_is_refused_with_advice() {
    for text in ["{", "{\"format\": 99}", "[]"] {
        let dir = tempfile::tempdir().unwrap();
        fs_err::write(dir.path().join("world.json"), text).unwrap();
        let fault = SimHost::open(dir.path(), "4xt4", SimOptions::default())
            .err()
            .unwrap();
        assert_eq!(fault.reason, ids::SIMULATED_WORLD_UNREADABLE);
        assert!(
            fault.advice[0]
                .command
                .as_deref()
                .unwrap()
                .starts_with("rm ")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_in_the_middle_leaves_a_world_that_loads_and_can_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let options = SimOptions {
        on_crash: super::super::OnCrash::Freeze,
        faults: super::super::parse_faults("crash-during:1").unwrap(),
        ..SimOptions::default()
    };
    let host = SimHost::open(dir.path(), "8xh100", options).unwrap();
    tokio::select! {
        _ = start(&host, "--gpus=all") => unreachable!("a frozen host answers nothing"),
        () = host.crashed() => {}
    }
    drop(host);
    let host = SimHost::open(dir.path(), "8xh100", SimOptions::default()).unwrap();
    assert_eq!(profile(&host).await["Config"]["GPUs"], "all");
    start(&host, "--gpus=all").await.unwrap();
    assert_eq!(profile(&host).await["Status"], "OK");
}

#[tokio::test(start_paused = true)]
async fn the_nth_effect_fails_with_the_given_words() {
    let host = frozen(
        machine("4xt4").world_snapshot(),
        "fail:2:no space left on device",
    );
    perform(&host, write_x("/home/ubuntu/a")).await.unwrap();
    let fault = perform(&host, write_x("/home/ubuntu/b")).await.unwrap_err();
    assert_eq!(fault.evidence, ["no space left on device"]);
    perform(&host, write_x("/home/ubuntu/c")).await.unwrap();
    let failed: Vec<bool> = host
        .world_snapshot()
        .log
        .iter()
        .map(|p| p.failed.is_some())
        .collect();
    assert_eq!(failed, [false, true, false]);
}

#[tokio::test(start_paused = true)]
async fn crashes_before_and_after_differ_by_the_effect() {
    for (rule, there) in [("crash-before:1", false), ("crash-after:1", true)] {
        let host = frozen(machine("4xt4").world_snapshot(), rule);
        tokio::select! {
            _ = perform(&host, write_x("/home/ubuntu/a")) => unreachable!("it is dead"),
            () = host.crashed() => {}
        }
        let files = host.world_snapshot().files;
        assert_eq!(files.contains_key(Utf8Path::new("/home/ubuntu/a")), there);
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_that_hangs_runs_into_its_limit() {
    let host = frozen(machine("4xt4").world_snapshot(), "hang:1");
    let fault = sudo(&host, "exportfs -ra").await.unwrap_err();
    assert_eq!(fault.reason, ids::TOOL_HUNG);
}

#[tokio::test(start_paused = true)]
async fn queries_can_be_made_silent_or_senseless() {
    let host = frozen(
        machine("4xt4").world_snapshot(),
        "silence:docker info;garbage:profile list",
    );
    assert!(matches!(
        host.query(&Query::DockerInfo).await,
        Err(HostError::Hung { .. })
    ));
    let answer = host.query(&Query::MinikubeProfiles).await.unwrap();
    assert!(serde_json::from_str::<Value>(&answer.stdout).is_err());
}

#[tokio::test(start_paused = true)]
async fn without_sudo_root_changes_are_refused_and_nothing_happens() {
    let options = SimOptions {
        sudo: false,
        ..SimOptions::default()
    };
    let host = SimHost::with_world(machine("4xt4").world_snapshot(), options);
    let before = host.world_snapshot().files;
    let fault = sudo(&host, "apt-get update").await.unwrap_err();
    assert_eq!(fault.reason, ids::PRIVILEGE_UNAVAILABLE);
    assert_eq!(
        host.obtain_root().await.unwrap_err().reason,
        ids::PRIVILEGE_UNAVAILABLE
    );
    assert_eq!(host.world_snapshot().files, before);
}

#[tokio::test(start_paused = true)]
async fn an_ordinary_user_may_not_write_where_root_owns() {
    let host = machine("4xt4");
    let fault = perform(&host, write_x("/etc/docker/daemon.json"))
        .await
        .unwrap_err();
    assert_eq!(fault.reason, ids::FILE_UNWRITABLE);
}

#[test]
fn every_machine_can_be_made_and_an_unknown_one_is_refused_by_name() {
    for (name, text) in super::super::machines() {
        assert_eq!(super::super::build_machine(name).unwrap().machine, *name);
        assert!(!text.is_empty());
    }
    let fault = super::super::build_machine("5xt4").unwrap_err();
    assert_eq!(fault.reason, ids::USAGE_UNKNOWN_MACHINE);
    assert!(fault.causes[0].contains("4xt4"));
}
