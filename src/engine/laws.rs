//! The laws of the engine, on toy steps and in virtual time.

use super::bus::Bus;
use super::cancel::Cancel;
use super::consent::Consent;
use super::executor::{Applied, Executor, Options};
use super::graph::Graph;
use super::journal::{self, Journal};
use super::planner::{self, Scope};
use super::toy::{ToyHost, Trouble, receipt_of_all, toy, toy_using};
use super::{receipts, survey, undo};
use crate::host::WriteHost;
use crate::model::{EventKind, Facts, Outcome, Plan, StepId, Verdict};
use crate::reason::{Exit, ids};
use crate::step::{Resource, Step};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn diamond() -> Vec<Arc<dyn Step>> {
    vec![
        toy("a", &[]),
        toy("b", &["a"]),
        toy("c", &["a"]),
        toy("d", &["b", "c"]),
        toy("e", &[]),
    ]
}

fn graph() -> Graph {
    Graph::new(diamond()).unwrap()
}

async fn look(graph: &Graph, host: &ToyHost, skip: &[&'static str]) -> (Plan, Facts) {
    let skip: BTreeSet<StepId> = skip.iter().map(|id| StepId::new(id)).collect();
    let seen = survey::survey(graph, host, &skip, |_, _| {}).await;
    (planner::plan(graph, &seen, &Scope::All, "p"), seen.facts)
}

fn begin(runs: &Path, name: &str, undo: bool) -> Journal {
    let dir = runs.join(name);
    std::fs::create_dir(&dir).unwrap();
    let header = journal::Header {
        format: journal::FORMAT.into(),
        run: name.into(),
        verb: "up".into(),
        profile: "p".into(),
        version: "0".into(),
        pid: 1,
        started_ms: 0,
        undo,
    };
    Journal::create(&dir, &header, journal::Durability::ProcessDeath).unwrap()
}

fn executor<'a, 'b>(
    graph: &'a Graph,
    host: &'a ToyHost,
    consent: &'a Consent,
    journal: &'a Journal,
    bus: &'a Bus<'b>,
    cancel: &'a Cancel,
) -> Executor<'a, 'b> {
    Executor {
        graph,
        host,
        consent,
        journal,
        bus,
        cancel,
        options: Options::default(),
    }
}

struct Run {
    applied: Applied,
    events: Vec<EventKind>,
}

async fn up_with(graph: &Graph, host: &ToyHost, journal: &Journal, options: Options) -> Run {
    let (plan, facts) = look(graph, host, &[]).await;
    let events = Mutex::new(Vec::new());
    let applied = {
        let bus = Bus::new(
            host,
            Box::new(|event| events.lock().unwrap().push(event.kind.clone())),
        );
        let consent = Consent::to(&plan);
        let cancel = Cancel::default();
        let executor = Executor {
            options,
            ..executor(graph, host, &consent, journal, &bus, &cancel)
        };
        executor.apply(&plan, facts).await
    };
    Run {
        applied,
        events: events.into_inner().unwrap(),
    }
}

async fn up(graph: &Graph, host: &ToyHost) -> Run {
    let dir = tempfile::tempdir().unwrap();
    up_with(
        graph,
        host,
        &begin(dir.path(), "r", false),
        Options::default(),
    )
    .await
}

#[tokio::test(start_paused = true)]
async fn up_converges_and_up_again_changes_nothing() {
    let host = ToyHost::new();
    let first = up(&graph(), &host).await;
    assert_eq!(first.applied.outcome(), Outcome::Changed);
    assert_eq!(first.applied.changes, 10);
    let world = host.world();
    let (plan, _) = look(&graph(), &host, &[]).await;
    assert!(plan.is_empty());
    let second = up(&graph(), &host).await;
    assert_eq!(second.applied.outcome(), Outcome::Unchanged);
    assert_eq!((host.world(), second.applied.changes), (world, 0));
}

#[tokio::test(start_paused = true)]
async fn independent_steps_run_at_the_same_time() {
    let host = ToyHost::new();
    let begun = tokio::time::Instant::now();
    up(&graph(), &host).await;
    // a, then b beside c, then d: three steps of two changes of 10 s; e runs beside them.
    assert_eq!(begun.elapsed().as_secs(), 60);
    assert!(host.widest.load(std::sync::atomic::Ordering::SeqCst) >= 2);
}

#[tokio::test(start_paused = true)]
async fn a_shared_resource_is_used_by_one_step_at_a_time() {
    let docker = [Resource::DockerDaemon];
    let steps = vec![toy_using("a", &[], &docker), toy_using("b", &[], &docker)];
    let host = ToyHost::new();
    up(&Graph::new(steps).unwrap(), &host).await;
    assert_eq!(host.widest.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_stops_dependents_and_lets_siblings_finish() {
    let host = ToyHost::new();
    // Changes 0 and 1 are the first ones of a and e; 2 is the second one of a.
    *host.trouble.lock().unwrap() = Some((2, Trouble::Fails));
    let run = up(&graph(), &host).await;
    let ended = |id| run.applied.outcomes[&StepId::new(id)];
    assert_eq!(ended("a"), Outcome::Failed);
    assert_eq!(ended("d"), Outcome::NotStarted);
    assert_eq!(ended("e"), Outcome::Changed);
    assert_eq!(run.applied.outcome(), Outcome::Failed);
    assert_eq!(run.applied.faults[0].step, Some(StepId::new("a")));
}

#[tokio::test(start_paused = true)]
async fn fail_fast_begins_nothing_after_a_failure() {
    let host = ToyHost::new();
    *host.trouble.lock().unwrap() = Some((0, Trouble::Fails));
    let steps = vec![toy("a", &[]), toy("b", &[]), toy("c", &["b"])];
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        fail_fast: true,
        width: 4,
        patience: 1,
    };
    let journal = begin(dir.path(), "r", false);
    let run = up_with(&Graph::new(steps).unwrap(), &host, &journal, options).await;
    assert_eq!(
        run.applied.outcomes[&StepId::new("b")],
        Outcome::Changed,
        "it had begun"
    );
    assert_eq!(run.applied.outcomes[&StepId::new("c")], Outcome::NotStarted);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_shown_is_refused() {
    let graph = Graph::new(vec![toy("a", &[])]).unwrap();
    let host = ToyHost::new();
    let (plan, facts) = look(&graph, &host, &[]).await;
    let dir = tempfile::tempdir().unwrap();
    let (consent, cancel) = (Consent::default(), Cancel::default());
    let journal = begin(dir.path(), "r", false);
    let bus = Bus::new(&host, Box::new(|_| {}));
    let executor = executor(&graph, &host, &consent, &journal, &bus, &cancel);
    let applied = executor.apply(&plan, facts).await;
    assert_eq!(applied.faults[0].reason, ids::NOT_CONSENTED);
    assert!(host.world().is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_change_is_intended_before_and_has_an_outcome_after() {
    let host = ToyHost::new();
    let dir = tempfile::tempdir().unwrap();
    let journal = begin(dir.path(), "r", false);
    let run = up_with(&graph(), &host, &journal, Options::default()).await;
    let text = std::fs::read_to_string(dir.path().join("r").join(journal::FILE_NAME)).unwrap();
    let past = journal::read(&text).unwrap();
    let intents = past
        .records
        .iter()
        .filter(|r| matches!(r, journal::Record::Intent { .. }))
        .count();
    let outcomes = past
        .records
        .iter()
        .filter(|r| matches!(r, journal::Record::Outcome { ok: true, .. }))
        .count();
    assert_eq!(
        (intents, outcomes),
        (run.applied.changes, run.applied.changes)
    );
    let started = run
        .events
        .iter()
        .filter(|e| matches!(e, EventKind::ChangeStarted { .. }))
        .count();
    assert_eq!(started, intents);
}

#[tokio::test(start_paused = true)]
async fn a_stop_begins_nothing_new() {
    let graph = graph();
    let host = ToyHost::new();
    let (plan, facts) = look(&graph, &host, &[]).await;
    let consent = Consent::to(&plan);
    let cancel = Cancel::default();
    let dir = tempfile::tempdir().unwrap();
    let journal = begin(dir.path(), "r", false);
    let bus = Bus::new(&host, Box::new(|_| {}));
    let executor = executor(&graph, &host, &consent, &journal, &bus, &cancel);
    let (applied, ()) = tokio::join!(executor.apply(&plan, facts), async {
        tokio::time::sleep(Duration::from_secs(15)).await;
        cancel.signalled(Exit::Interrupted);
    });
    assert_eq!(applied.outcome(), Outcome::Interrupted);
    // The second changes of a and e had begun and finished; nothing came after them.
    assert_eq!(host.world().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn skipped_steps_are_taken_on_trust() {
    let (plan, _) = look(&graph(), &ToyHost::new(), &["a"]).await;
    let verdict = |id| {
        &plan
            .steps
            .iter()
            .find(|s| s.step == StepId::new(id))
            .unwrap()
            .verdict
    };
    assert_eq!(verdict("a"), &Verdict::Skipped);
    assert_eq!(verdict("b"), &Verdict::Change { drift: false });
    assert_eq!(verdict("d"), &Verdict::UnknownUntil(StepId::new("c")));
}

#[tokio::test(start_paused = true)]
async fn a_slice_changes_only_what_it_may() {
    let graph = graph();
    let host = ToyHost::new();
    let seen = survey::survey(&graph, &host, &BTreeSet::new(), |_, _| {}).await;
    let scope = Scope::Only(BTreeSet::from([StepId::new("d")]));
    let plan = planner::plan(&graph, &seen, &scope, "p");
    let verdict = |id| {
        &plan
            .steps
            .iter()
            .find(|s| s.step == StepId::new(id))
            .unwrap()
            .verdict
    };
    assert_eq!(verdict("a"), &Verdict::OutOfScope);
    assert_eq!(verdict("d"), &Verdict::BlockedBy(StepId::new("a")));
}

#[tokio::test(start_paused = true)]
async fn undo_takes_back_only_what_is_ours() {
    let graph = graph();
    let host = ToyHost::new();
    host.files
        .lock()
        .unwrap()
        .insert("/toy/a.one".into(), "theirs".into());
    let dir = tempfile::tempdir().unwrap();
    let journal = begin(dir.path(), "1", false);
    up_with(&graph, &host, &journal, Options::default()).await;
    let receipt = receipts::history(dir.path(), "p").receipt;
    let plan = undo::plan(&graph, &host, &Facts::default(), &receipt, "p").await;
    let consent = Consent::to(&plan);
    let bus = Bus::new(&host, Box::new(|_| {}));
    let journal = begin(dir.path(), "2", true);
    let cancel = Cancel::default();
    let executor = executor(&graph, &host, &consent, &journal, &bus, &cancel);
    executor.take_back(&plan).await;
    assert_eq!(host.world(), ["/toy/a.one"], "it was there before us");
    let left = receipts::history(dir.path(), "p").receipt;
    assert!(
        left.made
            .iter()
            .all(|made| made.prior == crate::model::Prior::Present),
        "{left:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn patience_is_longer_waiting_for_proof() {
    let mut waited = Vec::new();
    for patience in [1, 3] {
        let graph = Graph::new(vec![toy("a", &[])]).unwrap();
        let host = ToyHost::new();
        *host.trouble.lock().unwrap() = Some((0, Trouble::Lies));
        let dir = tempfile::tempdir().unwrap();
        let journal = begin(dir.path(), "1", false);
        let options = Options {
            patience,
            ..Options::default()
        };
        let begun = tokio::time::Instant::now();
        up_with(&graph, &host, &journal, options).await;
        waited.push(begun.elapsed());
    }
    assert!(waited[1] >= waited[0] * 2, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn what_only_claims_to_be_gone_stays_ours() {
    let graph = Graph::new(vec![toy("a", &[])]).unwrap();
    let host = ToyHost::new();
    let dir = tempfile::tempdir().unwrap();
    let journal = begin(dir.path(), "1", false);
    up_with(&graph, &host, &journal, Options::default()).await;
    let performed = host.performed.load(std::sync::atomic::Ordering::SeqCst);
    *host.trouble.lock().unwrap() = Some((performed, Trouble::Lies));
    let receipt = receipts::history(dir.path(), "p").receipt;
    let plan = undo::plan(&graph, &host, &Facts::default(), &receipt, "p").await;
    let (consent, cancel) = (Consent::to(&plan), Cancel::default());
    let bus = Bus::new(&host, Box::new(|_| {}));
    let journal = begin(dir.path(), "2", true);
    let applied = executor(&graph, &host, &consent, &journal, &bus, &cancel)
        .take_back(&plan)
        .await;
    assert_eq!(applied.faults[0].reason, ids::NOT_VERIFIED);
    assert_eq!(
        receipts::history(dir.path(), "p").receipt.made.len(),
        2,
        "type it again"
    );
}

/// Runs `up` until the process "dies" at change `at`, then again to the end.
async fn die_and_resume(graph: &Graph, at: usize, how: Trouble) -> ToyHost {
    let host = ToyHost::new();
    *host.trouble.lock().unwrap() = Some((at, how));
    {
        let dir = tempfile::tempdir().unwrap();
        let journal = begin(dir.path(), "r", false);
        let run = up_with(graph, &host, &journal, Options::default());
        // A hundred steps of ten seconds at most; the dead change never ends.
        let _ = tokio::time::timeout(Duration::from_secs(10_000), run).await;
    }
    *host.trouble.lock().unwrap() = None;
    up(graph, &host).await;
    host
}

/// A random graph: step `i` needs some of the steps before it.
fn graphs() -> impl Strategy<Value = Vec<Vec<usize>>> {
    proptest::collection::vec(
        proptest::collection::vec(any::<prop::sample::Index>(), 0..3),
        1..8,
    )
    .prop_map(|rows| {
        rows.into_iter()
            .enumerate()
            .map(|(at, needs)| {
                if at == 0 {
                    Vec::new()
                } else {
                    let needs: BTreeSet<usize> =
                        needs.into_iter().map(|need| need.index(at)).collect();
                    needs.into_iter().collect()
                }
            })
            .collect()
    })
}

const NAMES: [&str; 8] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"];

fn build(rows: &[Vec<usize>], reversed: bool) -> Graph {
    let mut steps: Vec<Arc<dyn Step>> = rows
        .iter()
        .enumerate()
        .map(|(at, needs)| {
            let needs: Vec<&'static str> = needs.iter().map(|need| NAMES[*need]).collect();
            toy(NAMES[at], &needs)
        })
        .collect();
    if reversed {
        steps.reverse();
    }
    Graph::new(steps).unwrap()
}

fn paused<T>(run: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(run)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_gives_the_same_world(rows in graphs()) {
        let (one, other) = paused(async {
            let (one, other) = (ToyHost::new(), ToyHost::new());
            up(&build(&rows, false), &one).await;
            up(&build(&rows, true), &other).await;
            (one.world(), other.world())
        });
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(one.len(), rows.len() * 2);
    }

    #[test]
    fn a_crash_at_any_change_and_up_again_gives_the_same_world(
        rows in graphs(), at in 0usize..16, before in any::<bool>()
    ) {
        let how = if before { Trouble::DiesBefore } else { Trouble::DiesAfter };
        let world = paused(async {
            let graph = build(&rows, false);
            let host = die_and_resume(&graph, at, how).await;
            let (plan, _) = look(&graph, &host, &[]).await;
            assert!(plan.is_empty());
            host.world()
        });
        prop_assert_eq!(world.len(), rows.len() * 2);
    }

    #[test]
    fn a_full_undo_leaves_an_empty_world(rows in graphs()) {
        let left = paused(async {
            let graph = build(&rows, false);
            let host = ToyHost::new();
            up(&graph, &host).await;
            let receipt = receipt_of_all(&host);
            let plan = undo::plan(&graph, host.reader(), &Facts::default(), &receipt, "p").await;
            let consent = Consent::to(&plan);
            let dir = tempfile::tempdir().unwrap();
            let journal = begin(dir.path(), "r", true);
            let cancel = Cancel::default();
            let bus = Bus::new(&host, Box::new(|_| {}));
            let executor = executor(&graph, &host, &consent, &journal, &bus, &cancel);
            executor.take_back(&plan).await;
            host.world()
        });
        prop_assert!(left.is_empty(), "{left:?}");
    }
}
