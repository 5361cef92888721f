//! The screens and documents on one checkup that has everything.

use super::*;
use crate::model::{Advice, StepId};
use crate::reason::ids;

fn found(id: &'static str, area: &'static str, state: CheckState, headline: &str) -> Finding {
    Finding {
        id: StepId::new(id),
        area,
        title: "the fact that should hold",
        is_step: !matches!(id, "gpu.pci" | "gpu.module" | "docker.storage"),
        state,
        headline: headline.to_owned(),
        fault: None,
        blocked_by: None,
        warnings: Vec::new(),
        ms: Some(1_234),
        ignored: false,
        tried: false,
    }
}

fn blocked(id: &'static str, area: &'static str, by: &'static str) -> Finding {
    Finding {
        blocked_by: Some(StepId::new(by)),
        ms: None,
        ..found(id, area, CheckState::Blocked, "")
    }
}

fn failed(id: &'static str, area: &'static str, state: CheckState, fault: Fault) -> Finding {
    Finding {
        headline: fault.summary.clone(),
        fault: Some(fault),
        ..found(id, area, state, "")
    }
}

/// A module that is not loaded and what follows from it; one of everything else.
fn troubled() -> Checkup {
    let module = Fault::new(
        ids::GPU_DRIVER_NOT_LOADED,
        "the driver's kernel module is not loaded",
    )
    .caused_by("module nvidia 580.65 is built for 6.8.0-40, and 6.8.0-45 runs")
    .with_evidence("one\ntwo\nthree\nmodprobe: \u{1b}[31mFATAL\u{1b}[0m: <Module> nvidia & co\n")
    .advise(Advice::run(
        "build it for this kernel",
        "sudo dkms autoinstall",
    ));
    let driver = Fault::new(
        ids::GPU_QUERY_FAILED,
        "nvidia-smi cannot talk to the driver",
    )
    .advise(Advice::say("never shown: another is to blame"));
    let mut driver = failed("nvidia.driver", "gpu", CheckState::Blocked, driver);
    driver.blocked_by = Some(StepId::new("gpu.module"));
    let mut storage = found("docker.storage", "docker", CheckState::Ok, "overlay2, xfs");
    storage.warnings = vec![Notice::of(
        Fault::new(ids::DISK_FULL, "/var/lib/docker is 91 % full").advise(Advice::run(
            "take away what is unused",
            "docker system prune",
        )),
    )];
    let mut skipped = found("agent.env", "agent", CheckState::NeedsHuman, "left out");
    skipped.fault = Some(Fault::new(ids::PYTHON_NO_VENV, "left out"));
    skipped.ignored = true;
    Checkup {
        profile: "gpucluster".to_owned(),
        findings: vec![
            found("host.os", "host", CheckState::Ok, "Ubuntu 24.04"),
            found("host.user", "host", CheckState::Ok, "ada"),
            found(
                "host.bpf",
                "host",
                CheckState::Ok,
                "not used here: cgroup v1",
            ),
            found("gpu.pci", "gpu", CheckState::Ok, "2 × H100 on the bus"),
            failed("gpu.module", "gpu", CheckState::NeedsHuman, module),
            driver,
            found("docker", "docker", CheckState::Ok, "28.3.1"),
            storage,
            found(
                "nvidia.toolkit",
                "toolkit",
                CheckState::Drifted,
                "no runtime",
            ),
            blocked("gpu.container", "toolkit", "gpu.module"),
            blocked("minikube.cluster", "cluster", "gpu.module"),
            blocked("cluster.api", "cluster", "gpu.module"),
            blocked("gpu.node", "cluster", "gpu.module"),
            found("nfs.server", "nfs", CheckState::Absent, "not installed"),
            failed(
                "nfs.space",
                "nfs",
                CheckState::NoAnswer,
                Fault::new(
                    ids::CHECK_HUNG,
                    "the check nfs.space did not end within 90 s",
                ),
            ),
            failed(
                "wandb.queue",
                "wandb",
                CheckState::Crashed,
                Fault::new(
                    ids::CHECK_CRASHED,
                    "the check wandb.queue of gpucluster broke",
                )
                .with_evidence("index out of bounds"),
            ),
            skipped,
        ],
        strict: false,
    }
}

fn healthy() -> Checkup {
    let mut checkup = troubled();
    checkup
        .findings
        .retain(|found| found.state == CheckState::Ok);
    checkup
}

#[test]
fn what_holds_is_folded_and_what_does_not_is_shown_whole() {
    let text = report(&troubled(), &Theme::plain(), Detail::Folded);
    assert!(!text.contains('\u{1b}'), "{text:?}");
    assert!(!text.contains("never shown"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn everything_in_ascii_and_ninety_columns() {
    let theme = Theme {
        width: 90,
        ..Theme::ascii()
    };
    let text = report(&troubled(), &theme, Detail::Everything);
    assert!(text.is_ascii(), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn the_document() {
    insta::assert_json_snapshot!(json(&troubled()));
}

#[test]
fn the_table_has_one_line_a_check() {
    let text = table(&troubled());
    assert_eq!(text.lines().count(), troubled().findings.len() + 1);
    insta::assert_snapshot!(text);
}

#[test]
fn the_junit_document_is_escaped() {
    let text = junit(&troubled());
    assert!(
        !text.contains('\u{1b}') && !text.contains("<Module>"),
        "{text}"
    );
    assert!(
        text.contains("FATAL: &lt;Module&gt; nvidia &amp; co"),
        "{text}"
    );
    insta::assert_snapshot!(text);
}

#[test]
fn warnings_alone_are_ready_unless_they_are_to_count() {
    let mut checkup = healthy();
    assert_eq!(verdict(&checkup), "ready, 1 warning");
    assert!(checkup.healthy());
    checkup.strict = true;
    assert!(!checkup.healthy());
    assert_eq!(verdict(&checkup), "1 warning (--strict)");
    assert!(junit(&checkup).contains("failures=\"1\" errors=\"0\""));
    checkup.findings.retain(|found| found.warnings.is_empty());
    assert_eq!(verdict(&checkup), "ready");
}

#[test]
fn what_is_ignored_does_not_count() {
    let mut checkup = healthy();
    let mut ignored = troubled().findings.remove(4);
    ignored.ignored = true;
    checkup.findings.push(ignored);
    assert!(checkup.healthy());
    let text = report(&checkup, &Theme::plain(), Detail::Folded);
    assert!(text.contains("is not loaded (ignored)"), "{text}");
}

#[test]
fn an_endless_line_of_a_tool_is_cut_between_two_characters() {
    let text = safe(&"ü".repeat(1 << 20));
    assert_eq!(text.chars().count(), LONGEST + 1);
    assert!(text.ends_with('…'));
}

#[test]
fn the_same_reason_above_keeps_its_advice() {
    let mut checkup = troubled();
    checkup.findings[5].fault = checkup.findings[4].fault.clone();
    let document = json(&checkup).to_string();
    assert_eq!(document.matches("dkms autoinstall").count(), 2);
}
