//! Machines that somebody else has configured, beyond those in the catalogue: a stored machine is
//! altered behind the program's back, as a person at it would.

use super::Person;
use serde_json::{Value, json};

/// A person with a fresh machine on which somebody did something.
fn after(machine: &str, alter: impl FnOnce(&mut Value)) -> Person {
    let person = Person::new();
    person.types(&format!("doctor --simulate={machine}"));
    let path = person
        .state()
        .join("simulated")
        .join(machine)
        .join("world.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut world: Value = serde_json::from_str(&text).unwrap();
    alter(&mut world);
    std::fs::write(&path, world.to_string()).unwrap();
    person
}

fn leave_group(world: &mut Value) {
    world["files"]["/etc/group"]["content"] = json!("root:x:0:\ndocker:x:998:\n");
}

#[test]
fn docker_in_every_trouble_a_person_can_mend() {
    let masked = after("docker-down", |world| {
        world["unit_troubles"]["docker"] = json!("masked");
    });
    let failed = after("docker-down", |world| {
        world["unit_troubles"]["docker"] = json!({"failed": "exit-code"});
    });
    let off_and_outside = after("docker-down", leave_group);
    let next_login = after("docker-denied", |world| {
        world["files"]["/etc/group"]["content"] = json!("docker:x:998:ubuntu\n");
    });
    for (name, machine, person) in [
        ("masked", "docker-down", masked),
        ("failed", "docker-down", failed),
        ("off-and-outside", "docker-down", off_and_outside),
        ("next-login", "docker-denied", next_login),
    ] {
        let doctor = person.types(&format!("doctor docker --simulate={machine}"));
        insta::assert_snapshot!(format!("docker-{name}-doctor"), person.screen(&doctor));
        let up = person.types(&format!("up --simulate={machine} --yes"));
        insta::assert_snapshot!(format!("docker-{name}-up"), person.screen(&up));
    }
}

#[test]
fn a_port_shut_after_everything_was_set_up_is_seen_by_doctor() {
    let person = Person::new();
    person.types("up --simulate --yes");
    let path = person.state().join("simulated/4xt4/world.json");
    let set = |port: &str| {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut world: Value = serde_json::from_str(&text).unwrap();
        world["nfs_port"] = json!(port);
        std::fs::write(&path, world.to_string()).unwrap();
    };
    for port in ["dropped", "prohibited", "refused"] {
        set(port);
        let doctor = person.types("doctor nfs.export --simulate");
        insta::assert_snapshot!(format!("port-{port}"), person.screen(&doctor));
    }
    set("open");
    assert_eq!(person.types("doctor nfs.export --simulate").code, Some(0));
}

#[test]
fn a_private_folder_of_others_is_left_alone() {
    let person = after("shared-host", |world| {
        world["files"]["/srv/gpucluster"]["mode"] = json!(0o700);
    });
    let up = person.types("up --simulate=shared-host --yes");
    assert_eq!(up.code, Some(0), "{}", up.err);
    assert_eq!(
        person.world("shared-host")["files"]["/srv/gpucluster"],
        json!({"content": null, "mode": 0o700, "gid": 1001})
    );
    let doctor = person.types("doctor nfs.export --simulate=shared-host");
    insta::assert_snapshot!("private-folder", person.screen(&doctor));
    // A warning counts only where it is asked to.
    let strict = person.types("doctor nfs.export --simulate=shared-host --strict");
    assert_eq!((doctor.code, strict.code), (Some(0), Some(3)));
}

#[test]
fn a_line_of_others_that_takes_the_clusters_place_is_named() {
    let person = after("shared-host", |world| {
        world["files"]["/etc/exports"]["content"] =
            json!("# ours\n/srv/gpucluster 192.168.49.0/24(ro,no_subtree_check)\n");
    });
    let up = person.types("up --simulate=shared-host --yes");
    insta::assert_snapshot!("rival-line", person.screen(&up));
}
