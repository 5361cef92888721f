//! `up` killed with SIGKILL at every change of its plan, then typed again: the same world.

use super::{Person, differences};
use std::os::unix::process::ExitStatusExt;

/// The world after an `up` that nobody disturbed.
fn undisturbed() -> (serde_json::Value, usize) {
    let person = Person::new();
    let ran = person.types("up --simulate --output jsonl");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let changes = ran
        .out
        .lines()
        .filter(|line| line.contains("\"change_started\""))
        .count();
    (person.world("4xt4"), changes)
}

fn killed_and_resumed(fault: &str, wanted: &serde_json::Value) {
    let person = Person::new();
    let mut first = person.command("up --simulate", &[("GPUCLUSTER_SIM_FAULT", fault)]);
    let status = first.output().unwrap().status;
    assert_eq!(
        status.signal(),
        Some(9),
        "{fault}: the process was to be killed, and {status}"
    );
    let again = person.types("up --simulate");
    assert_eq!(again.code, Some(0), "{fault}: {}", again.err);
    assert_eq!(
        differences(&person.world("4xt4"), wanted),
        [""; 0],
        "{fault}"
    );
    let third = person.types("up --simulate");
    assert!(
        third.err.contains("nothing to change"),
        "{fault}: {}",
        third.err
    );
    let down = person.types("down --simulate");
    assert_eq!(down.code, Some(0), "{fault}: {}", down.err);
    let left = person.types("down --simulate");
    assert!(
        left.err.contains("nothing of ours"),
        "{fault}: {}",
        left.err
    );
}

#[test]
fn killed_at_any_change_up_again_reaches_the_same_world() {
    let (wanted, changes) = undisturbed();
    assert!(changes >= 15, "{changes}");
    for at in 1..=changes {
        for moment in ["crash-before", "crash-during", "crash-after"] {
            killed_and_resumed(&format!("{moment}:{at}"), &wanted);
        }
    }
}

#[test]
fn a_failed_change_is_told_with_the_tools_words_and_resumed() {
    let (wanted, changes) = undisturbed();
    for at in 1..=changes {
        let person = Person::new();
        let fault = format!("fail:{at}:the tool says no");
        let ran = person.types_with("up --simulate", &[("GPUCLUSTER_SIM_FAULT", &fault)]);
        let code = ran.code.unwrap();
        assert!((4..=9).contains(&code), "{fault}: exit {code}\n{}", ran.err);
        assert!(ran.err.contains("the tool says no"), "{fault}: {}", ran.err);
        assert!(
            ran.err.contains("resume: gpucluster up --simulate"),
            "{fault}: {}",
            ran.err
        );
        let again = person.types("up --simulate");
        assert_eq!(again.code, Some(0), "{fault}: {}", again.err);
        assert_eq!(
            differences(&person.world("4xt4"), &wanted),
            [""; 0],
            "{fault}"
        );
    }
}

#[test]
fn the_run_after_a_crash_says_where_it_was_cut_short() {
    let person = Person::new();
    let fault = [("GPUCLUSTER_SIM_FAULT", "crash-during:2")];
    person.command("up --simulate", &fault).output().unwrap();
    let again = person.types("up --simulate");
    assert!(
        again.err.contains("the last run was cut short in"),
        "{}",
        again.err
    );
}
