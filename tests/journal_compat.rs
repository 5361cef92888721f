//! Journals of earlier releases stay readable for ever, with the receipt they gave then.
//!
//! A fixture is never edited. A new format gets a folder of its own beside `v1.0`.

use gpucluster::engine::journal::{FILE_NAME, FORMAT, read};
use gpucluster::engine::receipts::{History, history};
use gpucluster::model::Prior;
use proptest::prelude::*;
use std::path::Path;

const UP: &str = include_str!("fixtures/journal/v1.0/up.jsonl");
const CUT: &str = include_str!("fixtures/journal/v1.0/cut.jsonl");
const DOWN: &str = include_str!("fixtures/journal/v1.0/down.jsonl");
/// Format 1.1: a package may have been there with its configuration only (`remains`).
const PACKAGES: &str = include_str!("fixtures/journal/v1.1/packages.jsonl");
/// Format 1.2: the person's account in a group is a place (`member`).
const GROUP: &str = include_str!("fixtures/journal/v1.2/group.jsonl");

#[expect(
    clippy::disallowed_methods,
    reason = "a folder of runs of the test's own"
)]
fn told(runs: &[&str]) -> History {
    let dir = tempfile::tempdir().unwrap();
    for (nth, text) in runs.iter().enumerate() {
        let run = dir.path().join(format!("{nth:04}"));
        std::fs::create_dir(&run).unwrap();
        std::fs::write(run.join(FILE_NAME), text).unwrap();
    }
    history(dir.path(), "gpucluster")
}

/// The receipt in words: place, and what was there before.
fn receipt(runs: &[&str]) -> Vec<String> {
    let made = told(runs).receipt.made;
    made.iter()
        .map(|made| {
            let was = match &made.prior {
                Prior::Absent => "absent".to_owned(),
                Prior::Present => "present".to_owned(),
                Prior::File { content, mode } => format!("{content:?} {mode:o}"),
                Prior::Unit { enabled, active } => format!("enabled {enabled}, active {active}"),
                Prior::Remains => "its configuration".to_owned(),
                Prior::Unknown => "unknown".to_owned(),
            };
            format!("{} {:?}: {was}", made.step, made.touch)
        })
        .collect()
}

#[test]
fn a_group_that_was_joined_is_remembered() {
    assert_eq!(receipt(&[GROUP]), [r#"docker Member("docker"): absent"#]);
}

#[test]
fn what_is_written_today_is_kept_as_a_fixture() {
    let folder = format!(
        "{}/tests/fixtures/journal/v{FORMAT}",
        env!("CARGO_MANIFEST_DIR")
    );
    assert!(
        Path::new(&folder).is_dir(),
        "format {FORMAT} has no fixtures"
    );
}

#[test]
fn every_line_of_every_fixture_is_understood() {
    for text in [UP, CUT, DOWN] {
        let past = read(text).unwrap();
        assert_eq!(past.records.len() + 1, text.lines().count());
        assert_eq!(past.header.format, "1.0");
    }
    let past = read(PACKAGES).unwrap();
    assert_eq!(past.records.len() + 1, PACKAGES.lines().count());
    assert_eq!(past.header.format, "1.1");
    assert_eq!(read(UP).unwrap().cut_short(), None);
    let (step, text) = read(CUT)
        .unwrap()
        .cut_short()
        .map(|(s, t)| (s.to_owned(), t.to_owned()))
        .unwrap();
    assert_eq!(step, "minikube.cluster");
    assert!(text.contains("minikube start -p gpucluster"), "{text}");
}

#[test]
fn the_receipts_are_what_they_were() {
    insta::assert_snapshot!("up", receipt(&[UP]).join("\n"));
    insta::assert_snapshot!("cut", receipt(&[CUT]).join("\n"));
    insta::assert_snapshot!("packages", receipt(&[PACKAGES]).join("\n"));
    insta::assert_snapshot!("up-down", receipt(&[UP, DOWN]).join("\n"));
}

#[test]
fn no_fixture_holds_a_secret() {
    for text in [UP, CUT, DOWN, PACKAGES] {
        for word in ["client-key-data", "51a00000", "password"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_journal_or_a_typed_error(text in "\\PC*(\n\\PC*){0,3}") {
        let _ = read(&text);
        let _ = told(&[&text]);
    }

    /// A death at any byte leaves all whole lines before it.
    #[test]
    fn a_journal_torn_at_any_byte_keeps_its_whole_lines(at in 0..UP.len(), junk in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut bytes = UP.as_bytes()[..at].to_vec();
        bytes.extend(&junk);
        let text = String::from_utf8_lossy(&bytes);
        let whole = UP[..at].matches('\n').count();
        match read(&text) {
            Ok(past) => prop_assert!(past.records.len() + 1 >= whole),
            Err(_) => prop_assert_eq!(whole, 0),
        }
    }

    /// Any field of any line may be damaged by hand.
    #[test]
    fn a_damaged_line_costs_that_line_only(line in 1..UP.lines().count(), put in "\\PC{0,20}") {
        let lines: Vec<&str> = UP.lines().enumerate().map(|(at, text)| if at == line { put.as_str() } else { text }).collect();
        let past = read(&lines.join("\n")).unwrap();
        prop_assert!(past.records.len() + 2 >= UP.lines().count());
    }
}
