//! What commands printed and ended with, and what that means.

use super::*;

fn answer(code: i32, stdout: &str, stderr: &str) -> Answer {
    Answer {
        code,
        stdout: stdout.to_owned(),
        stderr: stderr.to_owned(),
    }
}

fn start() -> Command {
    Command::new([
        "minikube",
        "start",
        "-p",
        "gpu",
        "--driver=docker",
        "--gpus=all",
        "--wait=all",
    ])
    .stream(Stream::MinikubeEvents)
}

fn error_event(code: &str, id: &str, message: &str) -> String {
    let soft = r#"{"type":"io.k8s.sigs.minikube.error","data":{"message":"StartHost failed, but will try again: creating host"}}"#;
    let data = serde_json::json!({"type": "io.k8s.sigs.minikube.error",
            "data": {"exitcode": code, "name": id, "message": message, "advice": "", "url": ""}});
    format!("{soft}\n{data}\n")
}

#[test]
fn minikubes_exit_codes_become_reasons() {
    for (code, id, reason) in [
        (57, "DRV_AS_ROOT", ids::RUNNING_AS_ROOT),
        (26, "RSRC_DOCKER_STORAGE", ids::DISK_FULL),
        (14, "MK_USAGE", ids::MINIKUBE_USAGE),
        (37, "HOST_HOME_PERMISSION", ids::MINIKUBE_HOME_PERMISSION),
        (48, "INET_LOOKUP_HOST", ids::MINIKUBE_NETWORK),
        (23, "RSRC_INSUFFICIENT_REQ_MEMORY", ids::MINIKUBE_RESOURCES),
        (80, "GUEST_PROVISION", ids::CLUSTER_START_FAILED),
    ] {
        let out = error_event(&code.to_string(), id, "zzz unheard-of words");
        let fault = judge(&start(), &answer(code, &out, "")).unwrap_err();
        assert_eq!(fault.reason, reason, "{id}");
        assert!(fault.summary.contains("minikube start"), "{fault}");
        assert!(fault.summary.contains(&code.to_string()), "{fault}");
    }
}

#[test]
fn the_soft_error_before_the_last_one_is_evidence_in_plain_words() {
    let out = error_event("80", "GUEST_PROVISION", "zzz unheard-of words");
    let fault = judge(&start(), &answer(80, &out, "")).unwrap_err();
    let evidence = fault.evidence.join("\n");
    assert!(evidence.contains("StartHost failed, but will try again"));
    assert!(!evidence.contains("specversion") && !evidence.contains("{\""));
    assert!(
        fault
            .causes
            .contains(&"GUEST_PROVISION: zzz unheard-of words".to_owned())
    );
}

#[test]
fn a_cluster_that_was_reset_is_said_although_minikube_ends_with_0() {
    let out = r#"{"type":"io.k8s.sigs.minikube.error","data":{"message":"Unable to restart control-plane node(s), will reset cluster: <no value>"}}
{"type":"io.k8s.sigs.minikube.warning","data":{"message":"Enabling 'nvidia-device-plugin' returned an error: running callbacks"}}
{"type":"io.k8s.sigs.minikube.step","data":{"currentstep":"19","totalsteps":"19","name":"Done","message":"Done!"}}"#;
    let done = judge(&start(), &answer(0, out, "")).unwrap();
    assert_eq!(done.notices.len(), 2);
    assert!(done.notices[0].text.contains("reset the cluster"));
    assert!(done.notices[1].text.contains("nvidia-device-plugin"));
}

#[test]
fn a_container_that_sees_fewer_gpus_has_failed_although_it_ended_with_0() {
    let run = Command::new([
        "docker",
        "run",
        "--rm",
        "--gpus",
        "all",
        "ubuntu",
        "nvidia-smi",
        "-L",
    ])
    .expecting(Expect::Gpus(2));
    let two = "GPU 0: NVIDIA H100 (UUID: GPU-1)\n  MIG 1g.10gb Device 0: (UUID: MIG-1)\nGPU 1: NVIDIA H100 (UUID: GPU-2)\n";
    assert_eq!(judge(&run, &answer(0, two, "")), Ok(Done::default()));
    let one = "GPU 0: NVIDIA H100 (UUID: GPU-1)\n";
    let fault = judge(&run, &answer(0, one, "")).unwrap_err();
    assert_eq!(fault.reason, ids::GPU_CONTAINER_SEES_FEWER);
    assert!(fault.summary.contains("1 of the host's 2 GPUs"));
}

#[test]
fn an_unknown_failure_has_the_tools_last_lines_and_the_usual_reason() {
    let run = Command::new(["exportfs", "-ra"]).as_root();
    let fault = judge(&run, &answer(1, "", "zzz unheard-of words\n")).unwrap_err();
    assert_eq!(fault.reason, ids::NFS_EXPORT_REFUSED);
    assert_eq!(fault.summary, "`exportfs -ra` ended with exit code 1");
    assert_eq!(fault.evidence, ["zzz unheard-of words"]);
    let other = Command::new(["true"]);
    let fault = judge(&other, &answer(137, "", "")).unwrap_err();
    assert_eq!(fault.reason, ids::CHANGE_FAILED);
    assert_eq!(fault.summary, "`true` was ended by SIGKILL");
}

#[test]
fn a_long_command_is_named_by_its_leading_words() {
    assert_eq!(short_name(&start()), "`minikube start …`");
    let pip = Command::new([
        "/home/ada/.local/share/gpucluster/venv/bin/python",
        "-m",
        "pip",
        "install",
    ]);
    assert_eq!(short_name(&pip), "`python …`");
}
