//! A Docker that is installed and cannot be used: whose fault it is, and what mends it here.

use crate::host::Query;
use crate::model::{Fault, State};
use crate::steps::docker::Docker;
use crate::steps::testing::{TestHost, answer, dir, look, said, wish};
use std::sync::Arc;

const DOWN: &str = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
const DENIED: &str = "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v1.51/version\": dial unix /var/run/docker.sock: connect: permission denied";
const MEMBER: &str = "docker:x:998:bob,ann\n";
const NO_MEMBER: &str = "docker:x:998:bob\n";
const START: &str = "sudo systemctl enable --now docker";
const JOIN: &str = "sudo usermod -aG docker ann";

/// A machine with systemd on which Docker says this; states of its service and its socket are
/// (`LoadState`, `ActiveState`, `Result`).
fn host(words: &str, service: [&str; 3], socket: [&str; 3], groups: &str) -> TestHost {
    let null = r#"{"Client":{"Version":"28.3.1"},"Server":null}"#;
    let unit = |[load, active, result]: [&str; 3]| {
        said(&format!(
            "LoadState={load}\nActiveState={active}\nResult={result}\n"
        ))
    };
    let query = |name: &str| Query::UnitDetail {
        name: name.to_owned(),
    };
    TestHost::healthy()
        .with(Query::DockerVersion, answer(1, null, words))
        .with(query("docker.service"), unit(service))
        .with(query("docker.socket"), unit(socket))
        .with_dir("/run/systemd/system", dir(0o755, 0), &[])
        .with_file("/etc/group", Some(groups))
}

const ON: [&str; 3] = ["loaded", "active", "success"];
const OFF: [&str; 3] = ["loaded", "inactive", "success"];
const NONE: [&str; 3] = ["not-found", "inactive", "success"];
const MASKED: [&str; 3] = ["masked", "inactive", "success"];
const FAILED: [&str; 3] = ["loaded", "failed", "start-limit-hit"];

fn fault(host: &TestHost) -> Fault {
    match look(&Docker::new(Arc::new(wish())), host).unwrap().state {
        State::NeedsHuman(fault) => *fault,
        other => panic!("{other:?}"),
    }
}

fn commands(fault: &Fault) -> Vec<&str> {
    fault
        .advice
        .iter()
        .map(|advice| advice.command.as_deref().unwrap_or("(in words)"))
        .collect()
}

#[test]
fn a_daemon_that_is_off_is_started_as_its_unit_needs() {
    let cases: [(TestHost, &[&str]); 6] = [
        (host(DOWN, OFF, OFF, MEMBER), &[START]),
        (host(DOWN, OFF, NONE, MEMBER), &[START]),
        (
            host(DOWN, MASKED, MASKED, MEMBER),
            &[
                "sudo systemctl unmask docker.service docker.socket && sudo systemctl enable --now docker",
            ],
        ),
        (
            host(DOWN, OFF, MASKED, MEMBER),
            &["sudo systemctl unmask docker.socket && sudo systemctl enable --now docker"],
        ),
        (
            host(
                DOWN,
                FAILED,
                ["loaded", "failed", "service-start-limit-hit"],
                MEMBER,
            ),
            &[
                "sudo journalctl -u docker -n 30 --no-pager",
                "sudo systemctl reset-failed docker.service docker.socket; sudo systemctl enable --now docker",
            ],
        ),
        (
            host(DOWN, ON, ON, MEMBER),
            &["docker context inspect; echo \"$DOCKER_HOST\""],
        ),
    ];
    for (host, want) in cases {
        let fault = fault(&host);
        assert_eq!(fault.reason.as_str(), "DOCKER_NOT_RUNNING");
        assert_eq!(commands(&fault), want);
    }
    let masked = fault(&host(DOWN, MASKED, NONE, MEMBER));
    assert!(
        masked.summary.ends_with("answer: docker.service is masked"),
        "{masked}"
    );
    let failed = fault(&host(DOWN, FAILED, ON, MEMBER));
    assert!(
        failed
            .summary
            .ends_with("docker.service failed (start-limit-hit)"),
        "{failed}"
    );
}

#[test]
fn without_systemd_the_machines_own_way_is_named() {
    let mut bare = host(DOWN, NONE, NONE, MEMBER);
    bare.dirs
        .remove(camino::Utf8Path::new("/run/systemd/system"));
    assert_eq!(commands(&fault(&bare)), ["(in words)"]);
    let script = bare.with_file("/etc/init.d/docker", Some("#!/bin/sh\n"));
    assert_eq!(commands(&fault(&script)), ["sudo service docker start"]);
}

#[test]
fn membership_is_asked_for_once_and_then_waits_for_a_login() {
    let outside = fault(&host(DENIED, ON, ON, NO_MEMBER));
    assert_eq!(outside.reason.as_str(), "DOCKER_PERMISSION");
    assert_eq!(commands(&outside), [JOIN]);
    let late = host(DENIED, ON, ON, MEMBER);
    let status = |groups: &str| format!("Name:\tgpucluster\nGroups:\t{groups}\n");
    let late = late.with_file("/proc/self/status", Some(&status("1000")));
    let late_fault = fault(&late);
    assert_eq!(commands(&late_fault), ["newgrp docker"]);
    assert!(late_fault.advice[0].text.contains("already"));
    // In the session too: then it is the socket's group that is another.
    let inside = late.with_file("/proc/self/status", Some(&status("998 1000")));
    assert_eq!(commands(&fault(&inside)), ["ls -l /var/run/docker.sock"]);
    let none = fault(&host(DENIED, ON, ON, "root:x:0:\n"));
    assert_eq!(
        commands(&none),
        ["sudo groupadd docker && sudo usermod -aG docker ann && sudo systemctl restart docker"]
    );
}

#[test]
fn both_troubles_are_told_at_once() {
    assert_eq!(
        commands(&fault(&host(DOWN, OFF, OFF, NO_MEMBER))),
        [START, JOIN]
    );
    assert_eq!(
        commands(&fault(&host(DENIED, OFF, OFF, NO_MEMBER))),
        [JOIN, START]
    );
    // systemd listens: the first use by a member starts the daemon.
    assert_eq!(commands(&fault(&host(DENIED, OFF, ON, NO_MEMBER))), [JOIN]);
    let failed = fault(&host(DENIED, FAILED, ON, NO_MEMBER));
    assert_eq!(
        commands(&failed)[..2],
        [JOIN, "sudo journalctl -u docker -n 30 --no-pager"]
    );
    assert_eq!(
        failed.summary,
        "`ann` may not open Docker's socket, and docker.service failed (start-limit-hit)"
    );
}

#[test]
fn a_socket_that_is_not_the_systems_is_not_opened_by_a_group() {
    let elsewhere = |words: &str| words.replace("/var/run/docker.sock", "/run/user/7/docker.sock");
    let text = elsewhere(DENIED);
    let fault = fault(&host(&text, ON, ON, MEMBER));
    assert!(
        fault.summary.ends_with("at unix:///run/user/7/docker.sock"),
        "{fault}"
    );
    assert_eq!(
        commands(&fault),
        ["unset DOCKER_HOST; docker context use default"]
    );
    let down = self::fault(&host(&elsewhere(DOWN), OFF, OFF, NO_MEMBER));
    assert_eq!(
        down.summary,
        "no Docker daemon answers at unix:///run/user/7/docker.sock"
    );
    assert_eq!(commands(&down), commands(&fault));
}
