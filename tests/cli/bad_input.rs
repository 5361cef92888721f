//! Wrong settings, broken journals, tools that answer garbage or nothing, two runs at once.

use super::Person;

#[test]
fn three_mistakes_are_three_errors_with_their_places() {
    let person = Person::new();
    std::fs::write(
        person.cwd().join("gpucluster.yaml"),
        "profile: gpucluster\ncluster:\n  memroy: 48g\nnfs:\n  path: relative/path\nagent:\n  max_jobs: many\n",
    )
    .unwrap();
    let ran = person.types("up --simulate");
    assert_eq!(ran.code, Some(2));
    for place in [
        "gpucluster.yaml:3:3",
        "gpucluster.yaml:5:9",
        "gpucluster.yaml:7:13",
    ] {
        assert!(ran.err.contains(place), "{place} is not in\n{}", ran.err);
    }
    assert!(
        ran.err.contains("`memory`"),
        "the nearest known key: {}",
        ran.err
    );
    assert!(!person.state().exists(), "nothing is touched");
    insta::assert_snapshot!(person.screen(&ran));
}

#[test]
fn a_setting_is_taken_from_its_variable_and_a_misspelt_one_is_named() {
    let person = Person::new();
    let ran = person.types_with("up --simulate", &[("GPUCLUSTER_WANDB_QUEU", "q")]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("GPUCLUSTER_WANDB_QUEUE"), "{}", ran.err);
    let ran = person.types_with("up --simulate", &[("GPUCLUSTER_WANDB_QUEUE", "research")]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("ada/research"), "{}", ran.err);
}

#[test]
fn broken_and_newer_journals_are_a_note_and_never_a_refusal() {
    let person = Person::new();
    for (name, text) in [
        ("20200101-0000-aaa", "garbage\n"),
        ("20200101-0000-bbb", "{\"format\":\"2.0\"}\n"),
        ("20200101-0000-ccc", ""),
    ] {
        let dir = person.state().join("simulated/4xt4/runs").join(name);
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("journal.jsonl"), text).unwrap();
    }
    let ran = person.types("up --simulate -v");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err
            .contains("20200101-0000-bbb is not read: it has format 2.0"),
        "{}",
        ran.err
    );
    let kept = person
        .state()
        .join("simulated/4xt4/runs/20200101-0000-bbb/journal.jsonl");
    assert_eq!(
        std::fs::read_to_string(kept).unwrap(),
        "{\"format\":\"2.0\"}\n"
    );
}

#[test]
fn an_unreadable_world_is_named_with_the_command_that_removes_it() {
    let person = Person::new();
    let dir = person.state().join("simulated/4xt4");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("world.json"), "{\"format\": 99}").unwrap();
    let ran = person.types("status --simulate");
    assert!(
        ran.err.contains("SIMULATED_WORLD_UNREADABLE"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("rm "), "{}", ran.err);
}

/// The queries whose answers are tried; parts of their command lines.
const QUERIES: [&str; 8] = [
    "docker version",
    "docker info",
    "nvidia-smi",
    "nvidia-ctk",
    "minikube version",
    "minikube profile",
    "python3",
    "wandb.ai",
];

#[test]
fn garbage_from_any_tool_is_a_registered_reason() {
    for query in QUERIES {
        let person = Person::new();
        let fault = format!("garbage:{query}");
        let ran = person.types_with("up --simulate", &[("GPUCLUSTER_SIM_FAULT", &fault)]);
        let code = ran.code.unwrap();
        assert!(!ran.err.contains("panicked"), "{fault}: {}", ran.err);
        if query == "nvidia-ctk" {
            // Its version is shown and nothing depends on it: a real container is the proof.
            assert_eq!(code, 0, "{}", ran.err);
            continue;
        }
        assert!((1..=9).contains(&code), "{fault}: exit {code}\n{}", ran.err);
        assert!(ran.err.contains("error["), "{fault}: {}", ran.err);
        assert!(
            !ran.err.contains("error[UNEXPECTED]"),
            "{fault}: {}",
            ran.err
        );
        assert!(!ran.err.contains("panicked"), "{fault}: {}", ran.err);
    }
}

#[test]
fn silence_from_any_tool_ends_at_a_deadline() {
    for query in QUERIES {
        let person = Person::new();
        let fault = format!("silence:{query}");
        let ran = person.types_with("doctor --simulate", &[("GPUCLUSTER_SIM_FAULT", &fault)]);
        assert_eq!(ran.code, Some(3), "{fault}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn the_second_of_two_runs_is_told_who_holds_the_lock() {
    let person = Person::new();
    person.types("doctor --simulate");
    let lock = person.state().join("simulated/4xt4/gpucluster.lock");
    let held = std::fs::File::create(lock).unwrap();
    held.lock().unwrap();
    let ran = person.types("up --simulate");
    assert_eq!(ran.code, Some(7), "{}", ran.err);
    assert!(ran.err.contains("RUN_BUSY"), "{}", ran.err);
    // Looking needs no lock.
    assert_eq!(person.types("doctor --simulate").code, Some(3));
    drop(held);
    assert_eq!(person.types("up --simulate").code, Some(0));
}

#[test]
fn unknown_names_are_corrected() {
    let person = Person::new();
    let ran = person.types("up --simulate --skip nsf");
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("did you mean `nfs`"), "{}", ran.err);
    let ran = person.types("explain DOCKER_NOT_RUNING");
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("DOCKER_NOT_RUNNING"), "{}", ran.err);
    let ran = person.types("upp");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("'up'"), "{}", ran.err);
}
