//! The catalogue on simulated machines: from a fresh machine to a polling agent and back.

use crate::config::Settings;
use crate::host::sim::{SimHost, SimOptions, build_machine};
use crate::host::{Performing, ReadHost, Stop, WriteHost};
use crate::model::{Change, Facts, Observation, Prior, Receipt, State, Touch};
use crate::step::Step;
use crate::steps::testing::described;
use crate::steps::{StepFlags, catalog};
use std::sync::Arc;
use std::time::Duration;

fn machine(name: &str) -> SimHost {
    SimHost::with_world(build_machine(name).unwrap(), SimOptions::default())
}

fn steps(host: &SimHost, flags: StepFlags) -> Vec<Arc<dyn Step>> {
    catalog(Arc::new(Settings::default()), flags, host.identity())
}

async fn perform(host: &SimHost, change: &Change) {
    let stop = Stop::default();
    let how = Performing {
        progress: &|_| {},
        stop: &stop,
    };
    host.perform(change, &how)
        .await
        .unwrap_or_else(|fault| panic!("{}: {fault} {:?}", change.describe(), fault));
}

/// Looks until the step holds or its deadline has passed.
async fn settle(host: &SimHost, step: &dyn Step, facts: &mut Facts) -> Observation {
    let mut waited = Duration::ZERO;
    loop {
        let seen = step
            .observe(host, facts)
            .await
            .unwrap_or_else(|fault| panic!("{}: {fault} {:?}", step.id(), fault.causes));
        for fact in &seen.facts {
            facts.learn(step.id(), fact.clone());
        }
        if seen.is_in_place() || waited >= step.deadline() {
            return seen;
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        waited += Duration::from_secs(5);
    }
}

/// What was at a place before; enough of the engine's own look for these places.
async fn prior(host: &SimHost, touch: &Touch) -> Prior {
    let exists = |found: bool| if found { Prior::Present } else { Prior::Absent };
    match touch {
        Touch::File(path) => match host.read_file(path).await.unwrap() {
            Some(content) => Prior::File {
                content,
                mode: 0o644,
            },
            None => Prior::Absent,
        },
        Touch::Dir(path) => exists(host.stat(path).await.unwrap().is_some()),
        Touch::Unit(name) => {
            let unit = host.unit(name).await.unwrap();
            Prior::Unit {
                enabled: unit.enabled,
                active: unit.active,
            }
        }
        _ => Prior::Absent,
    }
}

/// Brings everything up; gives what was changed.
async fn up(host: &SimHost, flags: StepFlags, receipt: &mut Receipt) -> Vec<String> {
    let mut facts = Facts::default();
    let mut done = Vec::new();
    for step in steps(host, flags) {
        let seen = step
            .observe(host, &facts)
            .await
            .unwrap_or_else(|fault| panic!("{}: {fault} {:?}", step.id(), fault.causes));
        for fact in &seen.facts {
            facts.learn(step.id(), fact.clone());
        }
        let changes = step
            .plan(&seen, &facts)
            .unwrap_or_else(|fault| panic!("{}: {fault} {:?}", step.id(), fault.causes));
        for change in &changes {
            for touch in change.touches() {
                let prior = prior(host, &touch).await;
                receipt.note(step.id().as_str(), touch, prior);
            }
            perform(host, change).await;
        }
        done.extend(described(&changes));
        let seen = settle(host, step.as_ref(), &mut facts).await;
        assert!(seen.is_in_place(), "{}: {seen:?}", step.id());
    }
    done
}

#[tokio::test(start_paused = true)]
async fn a_fresh_machine_comes_up_and_a_second_time_changes_nothing() {
    let host = machine("4xt4");
    let mut receipt = Receipt::default();
    let done = up(&host, StepFlags::default(), &mut receipt).await;
    assert!(
        done.iter().any(|line| line.contains("minikube start")),
        "{done:#?}"
    );
    let again = up(&host, StepFlags::default(), &mut receipt).await;
    assert_eq!(again, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn what_was_made_can_be_taken_back() {
    let host = machine("4xt4");
    let mut receipt = Receipt::default();
    up(&host, StepFlags::default(), &mut receipt).await;
    let facts = Facts::default();
    for step in steps(&host, StepFlags::default()).iter().rev() {
        let changes = step.undo(&host, &facts, &receipt).await.unwrap();
        for change in &changes {
            perform(&host, change).await;
        }
    }
    // A fresh look finds the machine as before: what was absent is absent again.
    let fresh = machine("4xt4");
    for path in [
        "/etc/exports.d/gpucluster.exports",
        "/etc/docker/daemon.json",
    ] {
        let path = camino::Utf8Path::new(path);
        assert_eq!(
            host.read_file(path).await.unwrap(),
            fresh.read_file(path).await.unwrap(),
            "{path}"
        );
    }
    let root = Settings::default().layout(&host.identity().data_dir).root;
    assert_eq!(host.stat(&root).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn every_machine_gives_a_verdict_and_never_a_panic() {
    for (name, _) in crate::host::sim::machines() {
        let host = machine(name);
        let mut facts = Facts::default();
        for step in steps(&host, StepFlags::default()) {
            if let Ok(seen) = step.observe(&host, &facts).await {
                for fact in &seen.facts {
                    facts.learn(step.id(), fact.clone());
                }
                let planned = step.plan(&seen, &facts);
                let needs_human = matches!(seen.state, State::NeedsHuman(_));
                assert!(!needs_human || planned.is_err(), "{name} {}", step.id());
            }
        }
    }
}
