//! The remaining screens, one snapshot each.

use super::Person;

#[test]
fn help() {
    let person = Person::new();
    for (name, line) in [
        ("help", "--help"),
        ("help-up", "up --help"),
        ("help-doctor", "doctor --help"),
        ("help-down", "down --help"),
        ("help-agent-start", "agent start --help"),
        ("help-nfs-warm", "nfs warm --help"),
        ("help-none", ""),
    ] {
        insta::assert_snapshot!(name, person.screen(&person.types(line)));
    }
}

#[test]
fn explain_and_its_list() {
    let person = Person::new();
    insta::assert_snapshot!(
        "explain",
        person.screen(&person.types("explain CLUSTER_HAS_NO_GPUS"))
    );
    insta::assert_snapshot!("explain-list", person.screen(&person.types("explain")));
}

#[test]
fn checks_are_listed() {
    let person = Person::new();
    insta::assert_snapshot!(
        "doctor-list",
        person.screen(&person.types("doctor --simulate --list"))
    );
}

#[test]
fn a_life_in_screens() {
    let person = Person::new();
    for (name, line) in [
        ("life-1-status-before", "status --simulate"),
        ("life-2-plan", "up --simulate --plan"),
        (
            "life-3-root-commands",
            "up --simulate --print-root-commands",
        ),
        ("life-4-up-verbose", "up --simulate -v"),
        ("life-5-up-again", "up --simulate"),
        ("life-6-status", "status --simulate"),
        ("life-7-agent-status", "agent status --simulate"),
        ("life-8-agent-stop", "agent stop --simulate"),
        ("life-9-down", "down --simulate"),
    ] {
        insta::assert_snapshot!(name, person.screen(&person.types(line)));
    }
}

#[test]
fn events_are_json_lines_with_schema_id_and_time() {
    let person = Person::new();
    let ran = person.types("up --simulate --output jsonl");
    let mut last = None;
    for (number, line) in ran.out.lines().enumerate() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["schema"], "1.0");
        assert!(event["ts"].as_str().unwrap().ends_with('Z'), "{line}");
        let id = event["id"].as_u64().unwrap();
        assert!(
            last.is_none_or(|last| id == last + 1),
            "line {number}: ids have a gap"
        );
        last = Some(id);
    }
    assert!(ran.out.lines().last().unwrap().contains("\"run_finished\""));
    assert!(
        ran.err.contains("minikube.cluster"),
        "people still read standard error"
    );
}

#[test]
fn machine_output_is_one_document() {
    let person = Person::new();
    person.types("up --simulate");
    for line in [
        "doctor --simulate --output json",
        "status --simulate --output json",
        "up --simulate --plan --output json",
        "down --simulate --plan --output json",
        "doctor --simulate --list --output json",
    ] {
        let ran = person.types(line);
        let document: serde_json::Value = serde_json::from_str(&ran.out)
            .unwrap_or_else(|error| panic!("{line}: {error}\n{}", ran.out));
        assert!(document.is_object() || document.is_array());
    }
}

#[test]
fn completions_and_the_manual_are_printed() {
    let person = Person::new();
    for shell in ["bash", "zsh", "fish"] {
        let ran = person.types(&format!("completions {shell}"));
        assert!(
            ran.code == Some(0) && ran.out.contains("gpucluster"),
            "{shell}"
        );
    }
    let man = person.types("man");
    assert!(man.out.contains(".TH gpucluster"), "{}", &man.out[..200]);
}

#[test]
fn the_version_is_the_packages() {
    let ran = Person::new().types("--version");
    assert_eq!(
        ran.out,
        format!("gpucluster {}\n", env!("CARGO_PKG_VERSION"))
    );
}
