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

#[test]
fn device_files_that_nobody_asked_for_yet_are_made() {
    let (person, ran) = fixed("no-modeset");
    let make = "nvidia-modprobe -u -c=0 -m".to_owned();
    assert!(commands(&ran).contains(&make), "{}", ran.err);
    assert!(ran.err.contains("gone at the next boot"), "{}", ran.err);
    let up = person.types("up --yes --simulate=no-modeset");
    assert_eq!(up.code, Some(0), "{}", up.err);
}

#[test]
fn a_module_that_is_not_loaded_is_loaded_unless_nouveau_holds_the_gpu() {
    let person = Person::new();
    let line = "doctor nvidia.driver --fix --yes --simulate";
    person.types(line);
    let unload = |world: &mut serde_json::Value| {
        world["gpus"]["driver"] = json!("not_loaded");
        let gpu = [("vendor", "0x10de"), ("class", "0x030200")];
        for dir in ["/sys/bus/pci/devices", "/sys/bus/pci/devices/0000:00:04.0"] {
            world["files"][dir] = json!({"content": null, "mode": 0o755, "uid": 0, "gid": 0});
        }
        for (name, text) in gpu {
            let path = format!("/sys/bus/pci/devices/0000:00:04.0/{name}");
            world["files"][path] = json!({"content": text, "mode": 0o444, "uid": 0, "gid": 0});
        }
    };
    person.alter("4xt4", unload);
    let ran = person.types(line);
    assert_eq!(commands(&ran), ["modprobe nvidia"], "{}", ran.err);
    assert_eq!(ran.code, Some(0), "{}", ran.out);
    person.alter("4xt4", |world| {
        unload(world);
        world["files"]["/sys/module/nouveau"] =
            json!({"content": null, "mode": 0o755, "uid": 0, "gid": 0});
    });
    let ran = person.types(line);
    assert!(ran.err.contains("nothing to mend"), "{}", ran.err);
}

#[test]
fn a_specification_of_the_driver_before_is_written_anew() {
    let person = Person::new();
    person.types("doctor --fix --yes --simulate=8xh100");
    let path = "/etc/cdi/nvidia.yaml";
    let spec = "kind: nvidia.com/gpu\ncontainerEdits:\n  mounts:\n  - hostPath: /usr/lib/libcuda.so.550.54.15\n";
    person.alter("8xh100", |world| {
        world["files"]["/etc/cdi"] = json!({"content": null, "mode": 0o755, "uid": 0, "gid": 0});
        world["files"][path] = json!({"content": spec, "mode": 0o644, "uid": 0, "gid": 0});
    });
    let ran = person.types("doctor --fix --yes --simulate=8xh100");
    let command = format!("nvidia-ctk cdi generate --output={path}");
    assert_eq!(commands(&ran), [command], "{}", ran.err);
    let text = &person.world("8xh100")["files"][path]["content"];
    assert!(text.as_str().unwrap().contains("580.159.04"), "{text}");
}

#[test]
fn what_sudo_minikube_left_behind_becomes_the_persons_again() {
    let person = Person::new();
    person.types("doctor --simulate=8xh100");
    let folder = "/home/ubuntu/.minikube";
    person.alter("8xh100", |world| {
        for (path, uid) in [(folder.to_owned(), 1000), (format!("{folder}/profiles"), 0)] {
            world["files"][path] = json!({"content": null, "mode": 0o755, "uid": uid, "gid": uid});
        }
    });
    let ran = person.types("doctor --fix --yes --simulate=8xh100");
    assert_eq!(
        commands(&ran),
        ["chown -RPh 1000:1000 -- ~/.minikube"],
        "{}",
        ran.err
    );
    let world = person.world("8xh100");
    assert_eq!(
        world["files"][format!("{folder}/profiles")]["gid"],
        json!(1000)
    );
}

#[test]
fn an_older_minikube_makes_room_and_comes_back() {
    let person = Person::new();
    let plain = person.types("doctor --fix --yes --simulate=old-minikube");
    assert!(!plain.err.contains("download"), "{}", plain.err);
    let up = person.types("up --install --yes --simulate=old-minikube");
    assert_eq!(up.code, Some(0), "{}", up.err);
    assert!(
        up.err
            .contains("https://github.com/kubernetes/minikube/releases/download/v1.38.1/"),
        "{}",
        up.err
    );
    let before = person.world("old-minikube");
    let again = person.types("up --install --yes --simulate=old-minikube");
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert_eq!(differences(&person.world("old-minikube"), &before), [""; 0]);
    let down = person.types("down --yes --simulate=old-minikube");
    assert_eq!(down.code, Some(0), "{}", down.err);
    let world = person.world("old-minikube");
    assert_eq!(world["minikube"]["version"], json!("v1.31.2"));
    let kept = "/usr/local/bin/minikube.before-gpucluster";
    assert!(world["files"].get(kept).is_none());
}

#[test]
fn a_bare_machine_is_installed_brought_up_and_given_back() {
    let person = Person::new();
    let asked = person.types("up --yes --simulate=bare");
    assert_eq!(
        asked.code,
        Some(4),
        "without --install a person installs: {}",
        asked.err
    );
    let found = person.world("bare");
    let up = person.types("up --install --yes --simulate=bare");
    assert_eq!(up.code, Some(0), "{}", up.err);
    let before = person.world("bare");
    let again = person.types("up --install --yes --simulate=bare");
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert_eq!(differences(&person.world("bare"), &before), [""; 0]);
    let down = person.types("down --yes --simulate=bare");
    assert_eq!(down.code, Some(0), "{}", down.err);
    let after = person.world("bare");
    assert_eq!(after["packages"], found["packages"]);
    for key in ["version", "running"] {
        assert_eq!(after["docker"][key], found["docker"][key], "{key}");
    }
    assert_eq!(after["toolkit"], found["toolkit"]);
    assert!(after["units"].get("docker").is_none(), "{}", after["units"]);
    assert_eq!(after["minikube"]["version"], json!(null));
    for path in after["files"].as_object().unwrap().keys() {
        assert!(!path.contains("nvidia-container-toolkit"), "{path}");
    }
    assert!(down.err.contains("/var/lib/docker"), "{}", down.err);
}

#[test]
fn an_account_outside_the_group_is_told_to_log_in_once_docker_is_there() {
    let person = Person::new();
    person.types("doctor --simulate=bare");
    person.alter("bare", |world| {
        world["files"]["/etc/group"]["content"] = json!("root:x:0:\nubuntu:x:1000:\n");
    });
    let first = person.types("up --install --yes --simulate=bare");
    assert_eq!(first.code, Some(4), "{}", first.err);
    assert!(first.err.contains("newgrp docker"), "{}", first.err);
    let second = person.types("up --install --yes --simulate=bare");
    assert_eq!(second.code, Some(0), "{}", second.err);
}

#[test]
fn doctor_installs_what_is_missing_and_sets_nothing_up() {
    let (person, plain) = fixed("no-toolkit");
    assert!(plain.err.contains("nothing to mend"), "{}", plain.err);
    let ran = person.types("doctor --fix --install --yes --simulate=no-toolkit");
    let report = person.types("doctor --simulate=no-toolkit --output json");
    let report: serde_json::Value = serde_json::from_str(&report.out).unwrap();
    for id in ["nvidia.toolkit", "nfs.server"] {
        let checks = report["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["id"] == id).unwrap();
        assert_eq!(check["state"], "ok", "{}{}", ran.err, ran.out);
    }
    let world = person.world("no-toolkit");
    assert_eq!(world["minikube"]["profiles"], json!({}));
}

#[test]
fn dpkg_finishes_what_it_had_begun_before_it_takes_anything_new() {
    let person = Person::new();
    person.types("doctor --simulate=bare");
    person.alter("bare", |world| {
        let dir = json!({"content": null, "mode": 0o755, "uid": 0, "gid": 0});
        let file = json!({"content": "x", "mode": 0o644, "uid": 0, "gid": 0});
        for path in ["/var/lib/dpkg", "/var/lib/dpkg/updates"] {
            world["files"][path] = dir.clone();
        }
        world["files"]["/var/lib/dpkg/updates/0001"] = file;
    });
    let ran = person.types("doctor docker --fix --install --yes --simulate=bare");
    assert_eq!(
        commands(&ran)[0],
        "DEBIAN_FRONTEND=noninteractive dpkg --configure -a",
        "{}",
        ran.err
    );
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

#[test]
fn what_doctor_says_can_be_mended_has_a_plan() {
    let mut said = 0;
    for machine in super::machines::machines() {
        let person = Person::new();
        let report = person.types(&format!("doctor --simulate={machine}")).out;
        let hint = report.lines().find(|line| line.contains("--plan shows"));
        let Some(hint) = hint else { continue };
        let command = hint.trim_start_matches("gpucluster ");
        let (command, _) = command.split_once(" shows").unwrap();
        let plan = person.types(command);
        assert_eq!(plan.code, Some(0), "{machine}: {}", plan.err);
        let screen = format!("{}{}", plan.out, plan.err);
        assert!(!screen.contains("nothing to mend"), "{machine}: {screen}");
        said += 1;
    }
    assert!(said > 4, "{said}");
}
