//! Machines on which something of the stack is broken: the root cause is named first, and nothing else
//! is blamed that does not follow from it.

use super::Person;
use serde_json::Value;

fn checks(machine: &str) -> Vec<Value> {
    let ran = Person::new().types(&format!("doctor --simulate={machine} --output json"));
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    report["checks"].as_array().unwrap().clone()
}

fn is(check: &Value, state: &str) -> bool {
    check["state"] == state
}

/// Each problem that only a person can mend, as `check REASON`, in the order of the report.
fn problems(checks: &[Value]) -> Vec<String> {
    let word = |check: &Value, key: &str| check[key].as_str().unwrap_or("-").to_owned();
    checks
        .iter()
        .filter(|check| is(check, "needs-human"))
        .map(|check| format!("{} {}", word(check, "id"), word(check, "reason")))
        .collect()
}

#[test]
fn a_broken_machine_has_one_root_cause_and_no_other() {
    for (machine, cause) in [
        ("cdi-stale", "toolkit.cdi GPU_CDI_STALE"),
        ("no-cgroups", "toolkit.config GPU_TOOLKIT_NO_CGROUPS"),
        ("docker-snap", "docker DOCKER_IS_SNAP"),
        ("docker-desktop", "docker DOCKER_IS_DESKTOP"),
        ("docker-rootless", "docker DOCKER_IS_ROOTLESS"),
        ("docker-remote", "docker DOCKER_IS_REMOTE"),
        ("podman-shim", "docker DOCKER_IS_PODMAN"),
        (
            "minikube-home-root",
            "minikube.home MINIKUBE_HOME_PERMISSION",
        ),
        ("stuck-pods", "cluster.pods IMAGE_RATE_LIMIT"),
        ("queue-broken", "wandb.queue QUEUE_CONFIG_REFUSED"),
    ] {
        let checks = checks(machine);
        assert_eq!(problems(&checks), [cause], "{machine}");
        let unknown: Vec<&Value> = checks.iter().filter(|c| is(c, "unknown")).collect();
        assert!(unknown.is_empty(), "{machine}: {unknown:#?}");
    }
}

#[test]
fn a_gpu_out_of_service_is_the_cause_of_what_the_node_lacks() {
    let problems = problems(&checks("unhealthy-gpu"));
    let root = "cluster.gpus GPU_UNHEALTHY".to_owned();
    assert!(problems.contains(&root), "{problems:?}");
    // Nothing but what it explains.
    let rest: Vec<_> = problems.iter().filter(|p| **p != root).collect();
    assert!(
        rest.iter().all(|problem| problem.starts_with("gpu.node ")),
        "{rest:?}"
    );
}

#[test]
fn a_runtime_that_docker_was_not_restarted_for_is_mended_by_up() {
    let checks = checks("runtime-not-restarted");
    assert_eq!(problems(&checks), [""; 0]);
    let drifted: Vec<&Value> = checks.iter().filter(|c| is(c, "drifted")).collect();
    assert_eq!(drifted.len(), 1, "{drifted:#?}");
    assert_eq!(drifted[0]["id"], "nvidia.toolkit");
    assert_eq!(
        drifted[0]["headline"],
        "Docker was not restarted since it was configured"
    );
}

#[test]
fn a_machine_that_was_brought_up_has_nothing_to_say() {
    for machine in ["4xt4", "8xh100", "1xrtx4090"] {
        let person = Person::new();
        let up = person.types(&format!("up --simulate={machine} --yes"));
        assert_eq!(up.code, Some(0), "{}", up.err);
        let ran = person.types(&format!("doctor --simulate={machine} --output json"));
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let checks = report["checks"].as_array().unwrap();
        for check in checks {
            assert_eq!(check["state"], "ok", "{machine}: {check:#}");
            let warnings = check["warnings"].as_array().unwrap();
            assert!(warnings.is_empty(), "{machine}: {check:#}");
        }
    }
}
