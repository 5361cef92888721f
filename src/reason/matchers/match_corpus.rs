//! One row per known bad text, verbatim, with where it was seen; whole pastes; and texts that have
//! to be unknown. A new text seen in the field is added here first.

mod cluster_side;
mod docker;
mod gpu;
mod healthy;
mod host;
mod machine;
mod mutations;
mod pastes;
mod stack;

use super::rows::rows;
use super::{diagnose, read};
use crate::model::ReasonId;
use proptest::prelude::*;
use std::collections::HashSet;

/// A source, the reason, the text.
type Known = (&'static str, ReasonId, &'static str);

/// Every known text.
fn corpus() -> impl Iterator<Item = &'static Known> {
    [
        host::TEXTS,
        machine::TEXTS,
        gpu::TEXTS,
        docker::TEXTS,
        stack::TEXTS,
    ]
    .into_iter()
    .chain(cluster_side::TEXTS.iter().copied())
    .flatten()
}

/// What a list of judgements came to, with those that are wrong written out.
fn complaints(judged: impl Iterator<Item = (String, ReasonId, Option<ReasonId>)>) -> Vec<String> {
    judged
        .filter(|(_, wanted, got)| *got != Some(*wanted))
        .map(|(text, wanted, got)| format!("wanted {wanted}, got {got:?}: {text}"))
        .collect()
}

#[test]
fn every_known_text_gives_its_reason() {
    let wrong = complaints(
        corpus()
            .map(|(source, reason, text)| (format!("{source}: {text}"), *reason, diagnose(text))),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_known_text_gives_its_reason_where_it_is_pasted() {
    let pasted = corpus().chain(pastes::TEXTS).map(|(source, reason, text)| {
        (
            format!("{source}: {text}"),
            *reason,
            read(text).map(|diagnosis| diagnosis.reason),
        )
    });
    let wrong = complaints(pasted);
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_corpus_is_large_and_wide() {
    let texts: HashSet<&str> = corpus().map(|(_, _, text)| *text).collect();
    let reasons: HashSet<&str> = corpus().map(|(_, reason, _)| reason.as_str()).collect();
    assert!(texts.len() >= 120, "{}", texts.len());
    assert!(reasons.len() >= 60, "{}", reasons.len());
    assert!(healthy::TEXTS.len() >= 40);
}

#[test]
fn what_has_not_failed_is_unknown() {
    let wrong: Vec<String> = healthy::TEXTS
        .iter()
        .filter_map(|text| {
            let diagnosis = read(text)?;
            Some(format!("{:?}\n  of {text}", diagnosis))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_diagnosis_rests_on_the_lines_it_names() {
    let text = "one\ntwo\n\u{1b}[31mdocker: Error response from daemon: could not select device\n\
                driver \"\" with capabilities: [[gpu]]\nfive";
    let Some(diagnosis) = read(text) else {
        panic!("unknown: {text}")
    };
    let numbers: Vec<usize> = diagnosis.rests_on.iter().map(|line| line.number).collect();
    assert_eq!(numbers, [3, 4]);
    assert!(
        diagnosis.rests_on[0]
            .text
            .contains("could not select device")
    );
}

#[test]
fn what_gpucluster_said_itself_counts_first() {
    let text = "error[CLUSTER_HAS_NO_GPUS]: minikube profile `gpu` was created without GPUs\n  \
                caused by: no space left on device";
    assert_eq!(
        read(text).map(|diagnosis| diagnosis.reason),
        Some(crate::reason::ids::CLUSTER_HAS_NO_GPUS)
    );
}

#[test]
fn the_check_that_failed_counts_in_a_report_of_doctor() {
    let text = "  ✓ host.clock     plausible\n      ! systemd knows of no time server\n      \
                see:  gpucluster explain HOST_CLOCK_UNSYNCHRONIZED\n  \
                ✗ gpu.module     failed: the nouveau module holds the GPUs\n      \
                hint: keep nouveau from being loaded\n      \
                see:  gpucluster explain GPU_HELD_BY_OTHER_DRIVER\n  ⧗ nvidia.driver  blocked";
    let told = read(text).map(|diagnosis| (diagnosis.reason, diagnosis.rests_on[0].number));
    assert_eq!(
        told,
        Some((crate::reason::ids::GPU_HELD_BY_OTHER_DRIVER, 4))
    );
}

#[test]
fn consequences_are_named_beside_the_root() {
    let (_, reason, text) = pastes::TEXTS[0];
    let Some(diagnosis) = read(text) else {
        panic!("unknown: {text}")
    };
    assert_eq!(diagnosis.reason, reason);
    assert_eq!(diagnosis.also, [crate::reason::ids::CLUSTER_START_FAILED]);
}

#[test]
fn every_row_can_be_reached() {
    // A row behind a wider one would be dead: its own words must lead to its own reason.
    let wrong = complaints(rows().map(|row| {
        let text = row.all.join(" ... ");
        (text.clone(), row.reason, diagnose(&text))
    }));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rows_are_written_in_lower_case() {
    for row in rows() {
        let words = row.all.iter().chain(row.healed);
        for fragment in words.chain(row.not.into_iter().flatten()) {
            assert_eq!(*fragment, fragment.to_lowercase());
        }
    }
}

#[test]
fn megabytes_are_read_in_bounded_time_and_the_ends_count() {
    let noise = "2026-11-23T10:00:00Z INFO request served in 3 ms, no errors\n".repeat(80_000);
    let text = format!("{noise}docker: Error response from daemon: AMD CDI spec not found\n");
    assert_eq!(
        read(&text).map(|diagnosis| diagnosis.reason),
        Some(crate::reason::ids::GPU_TOOLKIT_INCOMPLETE)
    );
    // One line, no end, all the same word.
    let _ = read(&"xid (pci:".repeat(200_000));
    let _ = read(&"\\".repeat(2_000_000));
    let _ = read(&"\u{1b}[".repeat(1_000_000));
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "\\PC*", bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&text);
        let _ = diagnose(&text);
        let _ = read(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn splices_of_known_texts_are_read_without_panic(
        first in 0usize..1000, second in 0usize..1000, cut in 0usize..2000,
        glue in "[\\x00-\\x7f\u{1b}\u{e4}“│]{0,12}",
    ) {
        let texts: Vec<&str> = corpus().map(|(_, _, text)| *text).collect();
        let (a, b) = (texts[first % texts.len()], texts[second % texts.len()]);
        let half: String = a.chars().take(cut).collect();
        let rest: String = b.chars().skip(cut / 2).collect();
        let _ = read(&format!("{half}{glue}{rest}"));
    }
}
