//! `doctor`: the root cause on every broken machine, every form of the report, selection, watching
//! and trying out.

use super::Person;
use serde_json::Value;

/// The document of `doctor` on a machine.
fn document(person: &Person, machine: &str) -> Value {
    let ran = person.types(&format!("doctor --simulate={machine} --output json"));
    serde_json::from_str(&ran.out).unwrap()
}

/// Machine, and the reason of its one problem.
const BROKEN: &[(&str, &str)] = &[
    ("no-gpu", "GPU_NONE"),
    ("no-toolkit", "GPU_TOOLKIT_MISSING"),
    ("old-minikube", "MINIKUBE_TOO_OLD"),
    ("driver-mismatch", "GPU_DRIVER_MISMATCH"),
    ("cluster-without-gpus", "CLUSTER_HAS_NO_GPUS"),
    ("docker-down", "DOCKER_NOT_RUNNING"),
    ("docker-denied", "DOCKER_PERMISSION"),
    ("disk-full", "DISK_FULL"),
    ("no-wandb-key", "WANDB_KEY_MISSING"),
    ("wrong-wandb-key", "WANDB_KEY_REJECTED"),
    ("cdi-stale", "GPU_CDI_STALE"),
    ("no-cgroups", "GPU_TOOLKIT_NO_CGROUPS"),
    ("docker-snap", "DOCKER_IS_SNAP"),
    ("docker-desktop", "DOCKER_IS_DESKTOP"),
    ("docker-rootless", "DOCKER_IS_ROOTLESS"),
    ("docker-remote", "DOCKER_IS_REMOTE"),
    ("podman-shim", "DOCKER_IS_PODMAN"),
    ("minikube-home-root", "MINIKUBE_HOME_PERMISSION"),
    ("unhealthy-gpu", "GPU_UNHEALTHY"),
    ("stuck-pods", "IMAGE_RATE_LIMIT"),
    ("queue-broken", "QUEUE_CONFIG_REFUSED"),
    ("no-modeset", "GPU_MODESET_MISSING"),
    ("nouveau", "GPU_HELD_BY_OTHER_DRIVER"),
    ("secure-boot", "GPU_SECURE_BOOT"),
    ("kernel-updated", "GPU_MODULE_MISSING"),
    ("gpu-lost", "GPU_LOST"),
    ("ecc-errors", "GPU_MEMORY_ERRORS"),
    ("wrong-flavour", "GPU_DRIVER_UNFIT"),
    ("low-inotify", "INOTIFY_LIMIT"),
    ("nfs-ganesha", "NFS_SERVER_FOREIGN"),
];

/// Machines with problems that have nothing to do with each other: all of them are named.
const BROKEN_TWICE: &[(&str, &[&str])] = &[("bare", &["docker", "minikube.binary"])];

/// Machines on which doctor has no problem to tell of: `up` mends what there is, or shows it.
const SOUND: &[&str] = &[
    "4xt4",
    "8xh100",
    "1xrtx4090",
    "nfs-in-use",
    "shared-host",
    "firewalled",
    "runtime-not-restarted",
];

#[test]
fn each_broken_machine_has_one_problem_and_the_verdict_names_it_first() {
    for (machine, reason) in BROKEN {
        let told = document(&Person::new(), machine);
        let problems = told["problems"].as_array().unwrap();
        assert_eq!(problems.len(), 1, "{machine}: {problems:?}");
        let checks = told["checks"].as_array().unwrap();
        let root = checks.iter().find(|check| check["id"] == problems[0]);
        assert_eq!(root.unwrap()["reason"], *reason, "{machine}");
        let verdict = told["verdict"].as_str().unwrap();
        let headline = root.unwrap()["headline"].as_str().unwrap();
        assert!(
            verdict.starts_with(&format!("1 problem: {headline} (")),
            "{machine}: {verdict}"
        );
        assert_eq!(told["healthy"], false, "{machine}");
        // What mends it is said, and everything that is blocked is blocked by something that is not.
        assert_ne!(root.unwrap()["hints"].as_array().unwrap().len(), 0);
        for check in checks.iter().filter(|check| check["state"] == "blocked") {
            let by = checks
                .iter()
                .find(|other| other["id"] == check["blocked_by"]);
            assert_ne!(by.unwrap()["state"], "blocked", "{machine}: {check}");
            assert_ne!(by.unwrap()["state"], "ok", "{machine}: {check}");
        }
    }
}

#[test]
fn problems_that_have_nothing_to_do_with_each_other_are_all_named() {
    for (machine, problems) in BROKEN_TWICE {
        let told = document(&Person::new(), machine);
        assert_eq!(told["problems"], serde_json::json!(problems), "{machine}");
    }
}

#[test]
fn a_machine_on_which_nothing_is_broken_has_no_problem() {
    for machine in SOUND {
        let told = document(&Person::new(), machine);
        assert_eq!(told["problems"], serde_json::json!([]), "{machine}");
        assert_eq!(told["counts"]["needs-human"], 0, "{machine}");
    }
}

#[test]
fn doctor_takes_hardly_longer_than_its_slowest_check_or_question() {
    for machine in super::machines::machines() {
        let person = Person::new();
        for line in ["", "up"] {
            if line == "up" {
                person.types(&format!("up --simulate={machine} --yes"));
            }
            let told = document(&person, &machine);
            let checks = told["checks"].as_array().unwrap().iter();
            let took = checks.filter_map(|check| check["duration_ms"].as_u64());
            let slowest = took.chain(told["slowest"]["ms"].as_u64()).max().unwrap();
            let whole = told["duration_ms"].as_u64().unwrap();
            assert!(
                whole * 10 <= slowest * 12,
                "{machine} {line}: {whole} ms, the slowest {slowest} ms ({})",
                told["slowest"]
            );
        }
    }
}

#[test]
fn every_machine_is_in_one_of_the_tables() {
    let mut known: Vec<&str> = BROKEN.iter().map(|(name, _)| *name).collect();
    known.extend(BROKEN_TWICE.iter().map(|(name, _)| *name));
    known.extend(SOUND);
    known.sort_unstable();
    let mut machines = super::machines::machines();
    machines.sort_unstable();
    assert_eq!(known, machines);
}

#[test]
fn the_report_as_a_table_as_junit_and_with_everything() {
    let person = Person::new();
    for form in [
        "--output table",
        "--output junit",
        "-v",
        "--list",
        "--output json --list",
    ] {
        let line = format!("doctor --simulate=driver-mismatch {form}");
        let name = form.replace(['-', ' '], "");
        insta::assert_snapshot!(
            format!("doctor-{name}"),
            person.screen(&person.types(&line))
        );
    }
}

#[test]
fn forms_of_doctor_are_refused_elsewhere() {
    let ran = Person::new().types("status --simulate --output junit");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("`gpucluster doctor` alone"), "{}", ran.err);
}

#[test]
fn what_an_ignored_check_blocks_does_not_count_either() {
    let person = Person::new();
    let ran = person.types("doctor --simulate=no-gpu --ignore gpu --output json");
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(told["problems"], serde_json::json!([]));
    for check in told["checks"].as_array().unwrap() {
        let by_gpu = check["blocked_by"]
            .as_str()
            .is_some_and(|by| by.starts_with("gpu."));
        assert!(!by_gpu || check["ignored"] == true, "{check}");
    }
}

#[test]
fn chosen_checks_are_shown_with_whatever_is_to_blame_and_nothing_else() {
    let person = Person::new();
    let ids = |line: &str| -> Vec<String> {
        let ran = person.types(&format!(
            "doctor --simulate=driver-mismatch --output json {line}"
        ));
        let told: Value = serde_json::from_str(&ran.out).unwrap();
        let checks = told["checks"].as_array().unwrap().iter();
        checks
            .map(|check| check["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids("nvidia.toolkit"), ["gpu.libraries", "nvidia.toolkit"]);
    let docker = ids("docker");
    assert_eq!(docker[0], "docker");
    assert!(
        docker[1..].iter().all(|id| id.starts_with("docker.")),
        "{docker:?}"
    );
    // An area takes what a topic does not name.
    let toolkit = ids("toolkit");
    assert!(
        toolkit.iter().any(|id| id == "gpu.container"),
        "{toolkit:?}"
    );
    let ran = person.types("doctor --simulate dokcer");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("did you mean `docker`?"), "{}", ran.err);
}

#[test]
fn what_is_ignored_by_name_does_not_count() {
    let person = Person::new();
    let code = |line: &str| {
        person
            .types(&format!("doctor --simulate=old-minikube {line}"))
            .code
    };
    assert_eq!(code("minikube.binary"), Some(3));
    assert_eq!(code("minikube.binary --ignore minikube.binary"), Some(0));
    assert_eq!(code("minikube.binary --ignore docker"), Some(3));
    assert_eq!(code("docker --ignore minikube,docker"), Some(0));
}

#[test]
fn watching_prints_again_only_what_changed_and_ends_with_the_last_verdict() {
    let person = Person::new();
    let watch = "doctor --simulate=docker-down docker --watch=2";
    let ran = person.types_with(watch, &[("GPUCLUSTER_SIM_ROUNDS", "4")]);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert_eq!(ran.out.matches("1 problem").count(), 1, "{}", ran.out);
    let once = person.types("doctor --simulate=docker-down docker");
    assert_eq!(ran.out, once.out);
    let ran = person.types("doctor --simulate --watch=0");
    assert_eq!(ran.code, Some(2));
}

#[test]
fn trials_are_shown_and_run_only_after_consent() {
    let person = Person::new();
    let ask = [("GPUCLUSTER_SIM_ASK", "1")];
    assert_eq!(person.types("up --simulate=8xh100 --yes").code, Some(0));
    let before = person.world("8xh100");
    let refused = person.types_with("doctor --simulate=8xh100 --deep", &ask);
    insta::assert_snapshot!("doctor-deep-refused", person.screen(&refused));
    assert_eq!(refused.code, Some(6));
    assert_eq!(
        super::differences(&before, &person.world("8xh100")),
        [""; 0]
    );
    let tried = person.types_with("doctor --simulate=8xh100 --deep --yes", &ask);
    insta::assert_snapshot!("doctor-deep", person.screen(&tried));
    assert_eq!(tried.code, Some(0), "{}", tried.err);
    // The container ran and the mount was made, and nothing of either is left.
    assert_eq!(
        super::differences(&before, &person.world("8xh100")),
        [""; 0]
    );
    // What up left behind is still all that down takes back.
    assert_eq!(person.types("down --simulate=8xh100 --yes").code, Some(0));
}

#[test]
fn what_no_look_shows_a_trial_does() {
    let person = Person::new();
    assert_eq!(person.types("up --simulate=8xh100 --yes").code, Some(0));
    person.alter("8xh100", |world| {
        world["gpus"]["modeset"] = Value::Bool(false);
        world["exports"][0]["client"] = Value::String("10.9.8.0/24".to_owned());
    });
    let ran = person.types("doctor --simulate=8xh100 --deep --output json");
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    let check = |id: &str| {
        let mut checks = told["checks"].as_array().unwrap().iter();
        checks.find(|check| check["id"] == id).unwrap().clone()
    };
    // The record of an earlier proof is no answer here.
    assert_eq!(check("gpu.container")["state"], "needs-human", "{told:#}");
    assert_eq!(check("gpu.container")["reason"], "GPU_MODESET_MISSING");
    // The export itself differs, so a mount is not tried: it is known what it needs.
    assert_eq!(check("nfs.mount")["state"], "blocked");
    assert_eq!(check("nfs.mount")["blocked_by"], "nfs.export");
    assert_eq!(ran.code, Some(3));
}

#[test]
fn ctrl_c_ends_a_watch_with_the_last_verdict() {
    use std::io::{BufRead, BufReader};
    let person = Person::new();
    let line = "doctor --simulate=docker-down docker --watch=3600";
    let mut command = person.command(line, &[]);
    command.stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // Only then does it wait, for an hour.
    assert!(lines.any(|line| line.unwrap().starts_with("1 problem")));
    let pid = nix::unistd::Pid::from_raw(child.id().try_into().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
}
