//! What holds for every step.

use crate::config::Settings;
use crate::host::Question;
use crate::model::{Observation, Prior, Privilege, Receipt, State, StepId, Touch};
use crate::step::Step;
use crate::steps::testing::{TestHost, facts, identity, look, undone};
use crate::steps::{StepFlags, catalog, id};
use std::sync::Arc;

fn steps() -> Vec<Arc<dyn Step>> {
    catalog(
        Arc::new(Settings::default()),
        StepFlags::default(),
        &identity(),
    )
}

fn ids(steps: &[Arc<dyn Step>]) -> Vec<StepId> {
    steps.iter().map(|step| step.id()).collect()
}

#[test]
fn every_step_is_in_place_on_a_healthy_machine_and_then_plans_nothing() {
    let host = TestHost::healthy();
    for step in steps() {
        let seen = look(step.as_ref(), &host)
            .unwrap_or_else(|fault| panic!("{}: {fault} {:?}", step.id(), fault.causes));
        assert!(seen.is_in_place(), "{}: {:?}", step.id(), seen);
        assert_eq!(step.plan(&seen, &facts()).unwrap(), [], "{}", step.id());
    }
}

#[test]
fn what_is_underway_is_waited_for_and_not_done_twice() {
    let seen = Observation::new(State::Underway("elsewhere".to_owned()), "");
    for step in steps() {
        assert_eq!(step.plan(&seen, &facts()).unwrap(), [], "{}", step.id());
    }
}

#[test]
fn everything_a_look_asks_is_asked_for_ahead() {
    let host = TestHost::healthy();
    for step in steps() {
        host.asked.lock().unwrap().clear();
        look(step.as_ref(), &host).unwrap();
        let ahead = step.prefetch();
        for question in host.asked.lock().unwrap().iter() {
            assert!(ahead.contains(question), "{}: {question:?}", step.id());
        }
        let asked = host.asked.lock().unwrap().clone();
        for question in ahead {
            let read = asked.contains(&question)
                || matches!(&question, Question::Tool(q) if q.name().starts_with("python"));
            assert!(read, "{} never reads {question:?}", step.id());
        }
    }
}

#[test]
fn a_step_needs_only_steps_that_come_before_it() {
    for settings in [Settings::default(), without_cache(), with_foreign_server()] {
        let steps = catalog(Arc::new(settings), StepFlags::default(), &identity());
        let ids = ids(&steps);
        for (at, step) in steps.iter().enumerate() {
            for need in step.needs() {
                assert!(ids[..at].contains(need), "{} needs {need}", step.id());
            }
        }
    }
}

fn without_cache() -> Settings {
    let mut settings = Settings::default();
    settings.nfs.enabled = false;
    settings
}

fn with_foreign_server() -> Settings {
    let mut settings = Settings::default();
    settings.nfs.server = Some("10.0.0.7".to_owned());
    settings
}

#[test]
fn settings_decide_which_steps_there_are() {
    assert_eq!(steps().len(), 15);
    let without = catalog(Arc::new(without_cache()), StepFlags::default(), &identity());
    for gone in [id::NFS_SERVER, id::NFS_EXPORT, id::VOLUME] {
        assert!(!ids(&without).contains(&gone));
    }
    let foreign = catalog(
        Arc::new(with_foreign_server()),
        StepFlags::default(),
        &identity(),
    );
    assert!(!ids(&foreign).contains(&id::NFS_SERVER));
    let volume = foreign.iter().find(|s| s.id() == id::VOLUME).unwrap();
    assert_eq!(volume.needs(), [id::CLUSTER]);
}

#[test]
fn a_plan_from_nothing_is_covered_by_its_forecast() {
    for step in steps() {
        let Ok(changes) = step.plan(&Observation::absent(""), &facts()) else {
            continue;
        };
        let forecast = step.forecast();
        for change in changes {
            let covered = forecast.iter().any(|ahead| {
                ahead.kind == change.kind()
                    && ahead.privilege == change.privilege()
                    && ahead.risk >= change.risk
            });
            assert!(covered, "{}: {}", step.id(), change.describe());
        }
    }
}

#[test]
fn nothing_is_undone_that_is_not_ours() {
    let host = TestHost::healthy();
    let mut present = Receipt::default();
    for step in steps() {
        for change in step
            .plan(&Observation::absent(""), &facts())
            .unwrap_or_default()
        {
            for touch in change.touches() {
                present.note(step.id().as_str(), touch, Prior::Present);
            }
        }
    }
    present.note(
        "nvidia.toolkit",
        Touch::File("/etc/docker/daemon.json".into()),
        Prior::Unknown,
    );
    for receipt in [Receipt::default(), present] {
        for step in steps() {
            let changes = undone(step.as_ref(), &host, &receipt);
            assert!(changes.is_empty(), "{}: {changes:?}", step.id());
        }
    }
}

#[test]
fn root_changes_are_commands_files_and_units_of_few_steps() {
    let rooted: Vec<StepId> = steps()
        .iter()
        .filter(|step| {
            step.forecast()
                .iter()
                .any(|ahead| ahead.privilege == Privilege::Root)
        })
        .map(|step| step.id())
        .collect();
    assert_eq!(rooted, [id::TOOLKIT, id::NFS_SERVER, id::NFS_EXPORT]);
}
