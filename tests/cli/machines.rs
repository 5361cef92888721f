//! Every simulated machine: what `doctor` says of it, what `up` makes of it.

use super::{Person, differences};

/// The names that the program itself lists.
pub fn machines() -> Vec<String> {
    let ran = Person::new().types("doctor --simulate=none-of-them");
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    ran.err
        .lines()
        .filter_map(|line| line.split("--simulate=").nth(1))
        .filter_map(|rest| rest.split(':').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_machines_of_the_contract_are_there() {
    let listed = machines();
    for name in [
        "4xt4",
        "8xh100",
        "1xrtx4090",
        "no-gpu",
        "no-toolkit",
        "old-minikube",
        "driver-mismatch",
        "cluster-without-gpus",
        "docker-down",
        "disk-full",
    ] {
        assert!(
            listed.iter().any(|machine| machine == name),
            "{name} is not in {listed:?}"
        );
    }
}

#[test]
fn doctor_and_up_on_every_machine() {
    for machine in machines() {
        let person = Person::new();
        let doctor = person.types(&format!("doctor --simulate={machine}"));
        insta::assert_snapshot!(format!("doctor-{machine}"), person.screen(&doctor));
        let up = person.types(&format!("up --simulate={machine} --yes"));
        insta::assert_snapshot!(format!("up-{machine}"), person.screen(&up));
        // Whatever came of it: a second up changes nothing that the first could not.
        let before = person.world(&machine);
        let again = person.types(&format!("up --simulate={machine} --yes"));
        assert_eq!(again.code, up.code, "{machine}: {}", again.err);
        assert_eq!(
            differences(&person.world(&machine), &before),
            [""; 0],
            "{machine}"
        );
    }
}
