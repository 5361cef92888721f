//! `doctor --fix`: what is set up and broken is mended, shown and agreed to like any other change.

use super::{Person, Ran, differences};
use serde_json::json;

/// A machine on which `doctor --fix --yes` was typed.
fn fixed(machine: &str) -> (Person, Ran) {
    let person = Person::new();
    let ran = person.types(&format!("doctor --fix --yes --simulate={machine}"));
    (person, ran)
}

/// The commands that a plan shows.
fn commands(ran: &Ran) -> Vec<String> {
    let lines = ran.err.lines().filter_map(|line| {
        let line = line.strip_prefix("      ")?.trim();
        let line = line.strip_prefix("sudo").unwrap_or(line).trim();
        Some(line.split("   !").next()?.to_owned())
    });
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn a_daemon_that_is_off_is_started_and_what_shows_only_then_is_mended_too() {
    let (person, ran) = fixed("docker-down");
    assert_eq!(
        commands(&ran),
        [
            "systemctl enable --now docker",
            "nvidia-ctk runtime configure --runtime=docker",
            "systemctl restart docker",
        ],
        "{}",
        ran.err
    );
    assert!(ran.out.contains("✓ docker"), "{}", ran.out);
    assert!(!ran.out.contains('✗'), "{}", ran.out);
    // What is merely not set up is left to `up`, and a second time there is nothing to do.
    let before = person.world("docker-down");
    assert_eq!(before["minikube"]["profiles"], json!({}));
    let again = person.types("doctor --fix --yes --simulate=docker-down");
    assert!(again.err.contains("nothing to mend"), "{}", again.err);
    assert_eq!(differences(&person.world("docker-down"), &before), [""; 0]);
    // And it is taken back.
    let down = person.types("down --yes --simulate=docker-down");
    assert_eq!(down.code, Some(0), "{}", down.err);
    let world = person.world("docker-down");
    assert_eq!(world["units"]["docker"]["active"], json!(false));
    assert_eq!(world["units"]["docker"]["enabled"], json!(true));
}

#[test]
fn a_daemon_that_was_off_before_runs_on_while_containers_do() {
    let (person, _) = fixed("docker-down");
    person.alter("docker-down", |world| {
        world["docker"]["containers"]["theirs"] = json!({
            "image": "x", "running": true, "restart_always": true, "gpus": false, "labels": {}
        });
    });
    let down = person.types("down --yes --simulate=docker-down");
    assert!(
        down.err.contains("runs on: a container runs"),
        "{}",
        down.err
    );
    let world = person.world("docker-down");
    assert_eq!(world["units"]["docker"]["active"], json!(true));
}

#[test]
fn a_new_member_is_told_to_log_in_again_and_the_plan_ends() {
    let (person, ran) = fixed("docker-denied");
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert_eq!(commands(&ran)[0], "usermod -aG docker ubuntu");
    assert_eq!(ran.err.matches("usermod").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("error[DOCKER_PERMISSION]"), "{}", ran.err);
    assert!(ran.err.contains("newgrp docker"), "{}", ran.err);
    // The next command is typed in a new session.
    let up = person.types("up --yes --simulate=docker-denied");
    assert_eq!(up.code, Some(0), "{}", up.err);
    let down = person.types("down --yes --simulate=docker-denied");
    assert!(
        down.err.contains("gpasswd -d ubuntu docker"),
        "{}",
        down.err
    );
    let groups = &person.world("docker-denied")["files"]["/etc/group"]["content"];
    assert!(
        groups.as_str().unwrap().contains("docker:x:998:\n"),
        "{groups}"
    );
}

#[test]
fn what_was_switched_off_on_purpose_or_fails_stays_a_persons() {
    for trouble in [json!("masked"), json!({"failed": "exit-code"})] {
        let person = Person::new();
        person.types("doctor --simulate=docker-down");
        person.alter("docker-down", |world| {
            world["unit_troubles"]["docker"] = trouble.clone();
        });
        let ran = person.types("doctor --fix --yes --simulate=docker-down");
        assert!(ran.err.contains("nothing to mend"), "{}", ran.err);
        assert_eq!(ran.code, Some(3), "{}", ran.out);
    }
}

#[test]
fn nothing_is_mended_without_consent_and_the_plan_can_be_had_alone() {
    let person = Person::new();
    let ask = [("GPUCLUSTER_SIM_ASK", "1")];
    let line = "doctor --fix --simulate=docker-down";
    let ran = person.types_with(line, &ask);
    assert_eq!(ran.code, Some(6), "{}", ran.err);
    assert_eq!(ran.out, "", "no report of what was not mended");
    let plan = person.types(&format!("{line} --plan --exit-code"));
    assert_eq!(plan.code, Some(10), "{}", plan.err);
    let root = person.types(&format!("{line} --print-root-commands"));
    assert_eq!(root.out, "sudo systemctl enable --now docker\n");
    let world = person.world("docker-down");
    assert_eq!(world["docker"]["running"], json!(false));
    let wrong = person.types("doctor --install --simulate");
    assert_eq!(wrong.code, Some(2), "{}", wrong.err);
}

#[test]
fn a_chosen_check_mends_itself_and_what_it_needs() {
    let person = Person::new();
    let line = "doctor nvidia.driver --fix --yes --simulate=docker-down";
    let ran = person.types(line);
    assert!(ran.err.contains("nothing to mend"), "{}", ran.err);
    let ran = person.types("doctor docker --fix --yes --simulate=docker-down");
    assert_eq!(commands(&ran), ["systemctl enable --now docker"]);
    assert_eq!(ran.code, Some(0), "{}", ran.out);
}
