//! Docker, driver, toolkit, the container's proof and the minikube binary.

use crate::host::{Answer, HostError, Query};
use crate::model::{Prior, Receipt, Touch};
use crate::steps::container::Container;
use crate::steps::docker::Docker;
use crate::steps::driver::Driver;
use crate::steps::minikube_binary::Binary;
use crate::steps::testing::{
    PROOF, TestHost, answer, dir, planned, said, seen, undone, verdict, wish,
};
use crate::steps::toolkit::Toolkit;
use std::sync::Arc;

fn docker() -> Docker {
    Docker::new(Arc::new(wish()))
}

fn driver() -> Driver {
    Driver::new(Arc::new(wish()))
}

fn toolkit() -> Toolkit {
    Toolkit::new(Arc::new(wish()))
}

const INFO: &str = include_str!("../../../tests/tapes/reconstructed/docker-info.json");

fn with_info(from: &str, to: &str) -> TestHost {
    assert!(INFO.contains(from), "{from}");
    TestHost::healthy().with(Query::DockerInfo, said(&INFO.replace(from, to)))
}

fn docker_says(stderr: &str) -> TestHost {
    let null = r#"{"Client":{"Version":"28.3.1"},"Server":null}"#;
    TestHost::healthy().with(Query::DockerVersion, answer(1, null, stderr))
}

#[test]
fn a_docker_that_answers_is_described() {
    let seen = seen(&docker(), &TestHost::healthy());
    assert_eq!(seen.headline, "28.3.1, reachable without sudo");
    assert_eq!(seen.facts.len(), 2);
}

#[test]
fn the_ways_docker_does_not_answer_are_told_apart() {
    let down = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
    let cases: [(TestHost, &str); 8] = [
        (
            TestHost::healthy().without(Query::DockerVersion),
            "DOCKER_NOT_INSTALLED",
        ),
        (docker_says(down), "DOCKER_NOT_RUNNING"),
        (
            docker_says(down).with_file("/etc/docker/daemon.json", Some("{")),
            "DOCKER_CONFIG_INVALID",
        ),
        (
            docker_says(
                "permission denied while trying to connect to the docker API at unix:///var/run/docker.sock",
            ),
            "DOCKER_PERMISSION",
        ),
        (
            docker_says("Current context \"x\" is not found on the file system"),
            "DOCKER_CONTEXT_BROKEN",
        ),
        (
            docker_says(
                "Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44",
            ),
            "DOCKER_API_SKEW",
        ),
        (
            docker_says(
                "failed to connect to the docker API at unix:///home/ann/.docker/desktop/docker.sock; check if",
            ),
            "DOCKER_IS_DESKTOP",
        ),
        (docker_says("some day"), "unknown TOOL_FAILED"),
    ];
    for (host, want) in cases {
        assert_eq!(verdict(&docker(), &host), want);
    }
}

#[test]
fn engines_that_answer_and_cannot_do_it_are_refused() {
    let mut snap = TestHost::healthy();
    snap.programs
        .insert("docker".to_owned(), "/usr/bin/snap".into());
    let podman = r#"{"Server":{"Version":"5.4.0","Components":[{"Name":"Podman Engine"}]}}"#;
    let cases = [
        (snap, "DOCKER_IS_SNAP"),
        (
            with_info("/var/lib/docker", "/var/snap/docker/common/var-lib-docker"),
            "DOCKER_IS_SNAP",
        ),
        (
            with_info("Ubuntu 24.04.2 LTS", "Docker Desktop"),
            "DOCKER_IS_DESKTOP",
        ),
        (with_info("name=apparmor", "name=rootless"), "DOCKER_IS_ROOTLESS"),
        (
            with_info("\"ServerVersion\":\"28.3.1\"", "\"ServerVersion\":\"19.03.15\""),
            "DOCKER_TOO_OLD",
        ),
        (
            TestHost::healthy().with(Query::DockerVersion, said(podman)),
            "DOCKER_IS_PODMAN",
        ),
        (
            TestHost::healthy().with(
                Query::DockerVersion,
                answer(0, "", "Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg."),
            ),
            "DOCKER_IS_PODMAN",
        ),
    ];
    for (host, want) in cases {
        assert_eq!(verdict(&docker(), &host), want);
    }
}

fn with_bus(host: TestHost, class: &str) -> TestHost {
    host.with_dir("/sys/bus/pci/devices", dir(0o755, 0), &["0000:00:04.0"])
        .with_file("/sys/bus/pci/devices/0000:00:04.0/vendor", Some("0x10de\n"))
        .with_file("/sys/bus/pci/devices/0000:00:04.0/class", Some(class))
}

#[test]
fn four_gpus_are_counted_by_product() {
    let seen = seen(&driver(), &TestHost::healthy());
    assert_eq!(seen.headline, "525.105.17, 4 × Tesla T4");
}

#[test]
fn a_missing_driver_is_told_from_a_missing_gpu() {
    let smi = |code, text| TestHost::healthy().with(Query::NvidiaSmi, answer(code, text, ""));
    let gone = || TestHost::healthy().without(Query::NvidiaSmi);
    let not_loaded = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n";
    let cases = [
        (with_bus(gone(), "0x030200\n"), "GPU_DRIVER_NOT_INSTALLED"),
        // Only the audio function of something: no GPU.
        (with_bus(gone(), "0x040300\n"), "GPU_NONE"),
        (
            gone().with_file("/proc/driver/nvidia/version", Some("NVRM")),
            "GPU_LIBRARY_MISSING",
        ),
        (
            with_bus(smi(9, not_loaded), "0x030200\n"),
            "GPU_DRIVER_NOT_LOADED",
        ),
        (with_bus(smi(9, not_loaded), "0x0c0330\n"), "GPU_NONE"),
        (
            smi(
                12,
                "NVIDIA-SMI couldn't find libnvidia-ml.so library in your system.\n",
            ),
            "GPU_LIBRARY_MISSING",
        ),
        (
            smi(
                18,
                "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.124\n",
            ),
            "GPU_DRIVER_MISMATCH",
        ),
        (smi(15, "GPU is lost\n"), "GPU_LOST"),
        (
            with_bus(smi(6, "No devices were found\n"), "0x030000\n"),
            "GPU_QUERY_FAILED",
        ),
        (
            smi(2, "Field \"x\" is not a valid field to query.\n"),
            "unknown GPU_QUERY_FAILED",
        ),
        (
            smi(
                0,
                "0, GPU-0, Tesla T4, 00000000:00:04.0, 525.105.17, [GPU is lost], [GPU is lost], [GPU is lost], [GPU is lost]\n",
            ),
            "GPU_LOST",
        ),
    ];
    for (host, want) in cases {
        assert_eq!(verdict(&driver(), &host), want);
    }
}

#[test]
fn a_corrupted_inforom_is_a_warning_only() {
    let text = "WARNING: infoROM is corrupted at gpu 0000:00:04.0\n0, GPU-0, Tesla T4, 00000000:00:04.0, 525.105.17, 15360, 2, 0, 41\n";
    let host = TestHost::healthy().with(Query::NvidiaSmi, answer(14, text, ""));
    let seen = seen(&driver(), &host);
    assert!(seen.is_in_place());
    assert_eq!(seen.warnings.len(), 1);
}

#[test]
fn a_hung_tool_means_unknown_and_not_wrong() {
    let hung = HostError::Hung {
        what: "nvidia-smi".to_owned(),
        limit: std::time::Duration::from_secs(30),
    };
    let host = TestHost::healthy().with(Query::NvidiaSmi, Err::<Answer, _>(hung));
    assert_eq!(verdict(&driver(), &host), "unknown TOOL_HUNG");
}

#[test]
fn the_toolkit_is_installed_by_people_and_registered_by_us() {
    let unknown = INFO.replace("\"nvidia\":{\"path\":\"nvidia-container-runtime\"},", "");
    let fresh = || {
        TestHost::healthy()
            .with(Query::DockerInfo, said(&unknown))
            .with_file("/etc/docker/daemon.json", None)
    };
    let mut partial = TestHost::healthy();
    partial.programs.remove("nvidia-cdi-hook");
    let cases = [
        (
            TestHost::healthy().without(Query::ToolkitVersion),
            "GPU_TOOLKIT_MISSING",
        ),
        (partial, "GPU_TOOLKIT_INCOMPLETE"),
        (
            TestHost::healthy().with_file("/etc/docker/daemon.json", Some("")),
            "DOCKER_CONFIG_INVALID",
        ),
        (
            fresh(),
            "drifted daemon.json runtimes.nvidia, docker info Runtimes.nvidia",
        ),
    ];
    for (host, want) in cases {
        assert_eq!(verdict(&toolkit(), &host), want);
    }
    assert_eq!(
        planned(&toolkit(), &fresh()).unwrap(),
        [
            "sudo nvidia-ctk runtime configure --runtime=docker",
            "sudo systemctl restart docker (disruptive)",
        ]
    );
    // Configured, and Docker not restarted since: only the restart is missing.
    let configured = TestHost::healthy().with(Query::DockerInfo, said(&unknown));
    assert_eq!(
        planned(&toolkit(), &configured).unwrap(),
        ["sudo systemctl restart docker (disruptive)"]
    );
}

#[test]
fn a_daemon_json_of_ours_goes_away_again() {
    let mut receipt = Receipt::default();
    let touch = Touch::File("/etc/docker/daemon.json".into());
    receipt.note("nvidia.toolkit", touch.clone(), Prior::Absent);
    assert_eq!(
        undone(&toolkit(), &TestHost::healthy(), &receipt),
        [
            "sudo remove /etc/docker/daemon.json",
            "sudo systemctl restart docker (disruptive)",
        ]
    );
    let mut merged = Receipt::default();
    let prior = Prior::File {
        content: "{\"debug\": true}\n".to_owned(),
        mode: 0o640,
    };
    merged.note("nvidia.toolkit", touch, prior);
    let host = TestHost::healthy().with_file(
        "/etc/docker/daemon.json",
        Some(r#"{"debug":true,"runtimes":{"nvidia":{}}}"#),
    );
    assert_eq!(
        undone(&toolkit(), &host, &merged)[0],
        "sudo write /etc/docker/daemon.json"
    );
}

#[test]
fn the_proof_holds_as_long_as_its_versions() {
    let container = Container::new(Arc::new(wish()));
    let proof = wish().layout.proof;
    let with = |text| TestHost::healthy().with_file(proof.clone(), text);
    assert_eq!(verdict(&container, &with(None)), "absent");
    assert_eq!(verdict(&container, &with(Some("garbage"))), "absent");
    let older = PROOF.replace("525.105.17", "515.1").replace("4,", "2,");
    assert_eq!(
        verdict(&container, &with(Some(&older))),
        "drifted driver, gpus"
    );
    let root = wish().layout.root;
    assert_eq!(
        planned(&container, &with(None)).unwrap(),
        [
            "docker run --rm --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all ubuntu:24.04 nvidia-smi -L"
                .to_owned(),
            format!("make directory {root}"),
            format!("write {proof}"),
        ]
    );
}

#[test]
fn minikube_must_be_new_enough() {
    let with = |text| TestHost::healthy().with(Query::MinikubeVersion, said(text));
    let cases = [
        (
            TestHost::healthy().without(Query::MinikubeVersion),
            "MINIKUBE_NOT_INSTALLED",
        ),
        (with(r#"{"minikubeVersion":"v1.31.2"}"#), "MINIKUBE_TOO_OLD"),
        (
            with(r#"{"minikubeVersion":"v1.32.0-beta.0"}"#),
            "MINIKUBE_TOO_OLD",
        ),
        (with(r#"{"minikubeVersion":"v1.32.0"}"#), "in place"),
        (with(r#"{"minikubeVersion":"v0.0.0-unset"}"#), "in place"),
        (with("what?"), "unknown TOOL_OUTPUT_UNREADABLE"),
    ];
    for (host, want) in cases {
        assert_eq!(verdict(&Binary::new(Arc::new(wish())), &host), want);
    }
}
