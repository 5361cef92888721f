//! Who is to blame, on steps that say what they are told to say; and looks that break or hang.

use super::*;
use crate::engine::planner::{self, Scope};
use crate::engine::survey;
use crate::engine::toy::ToyHost;
use crate::host::ReadHost;
use crate::model::{Change, Facts, Observation, Probe, ReasonId};
use crate::step::Step;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

#[derive(Clone, Copy)]
enum Says {
    Holds,
    Fails(ReasonId),
    Differs,
    CannotLook,
    Panics,
    Hangs,
    Answers(Duration),
}

struct Scripted {
    id: StepId,
    needs: Vec<StepId>,
    explains: Vec<StepId>,
    says: Says,
}

fn ids_of(names: &[&'static str]) -> Vec<StepId> {
    names.iter().map(|name| StepId::new(name)).collect()
}

fn step(
    id: &'static str,
    needs: &[&'static str],
    explains: &[&'static str],
    says: Says,
) -> Arc<dyn Step> {
    Arc::new(Scripted {
        id: StepId::new(id),
        needs: ids_of(needs),
        explains: ids_of(explains),
        says,
    })
}

impl Step for Scripted {
    fn id(&self) -> StepId {
        self.id
    }

    fn title(&self) -> &'static str {
        "it holds"
    }

    fn needs(&self) -> &[StepId] {
        &self.needs
    }

    fn explains(&self) -> &[StepId] {
        &self.explains
    }

    fn observe<'a>(&'a self, _: &'a dyn ReadHost, _: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            Ok(match self.says {
                Says::Holds => Observation::in_place("holds"),
                Says::Fails(reason) => Observation::needs_human(Fault::new(reason, "broken")),
                Says::Differs => Observation::drifted("differs", Vec::new()),
                Says::CannotLook => return Err(Fault::new(ids::TOOL_FAILED, "failed")),
                Says::Panics => panic!("index {} out of bounds", 7),
                Says::Hangs => std::future::pending().await,
                Says::Answers(after) => {
                    tokio::time::sleep(after).await;
                    Observation::in_place("slow")
                }
            })
        })
    }

    fn plan(&self, seen: &Observation, _: &Facts) -> Result<Vec<Change>, Fault> {
        match seen.state {
            crate::model::State::Drifted(_) => Ok(vec![Change::safe(
                crate::model::Effect::Run(crate::model::Command::new(["true"])),
                "",
            )]),
            _ => Ok(Vec::new()),
        }
    }
}

async fn examined(steps: Vec<Arc<dyn Step>>, patience: u32) -> (Checkup, Survey) {
    let graph = Graph::new(steps).unwrap();
    let host = ToyHost::new();
    let seen = survey::survey_with(&graph, &host, &BTreeSet::new(), patience, |_, _| {}).await;
    let plan = planner::plan(&graph, &seen, &Scope::All, "p");
    let place = |_| Place {
        rank: 0,
        within: 0,
        area: "all",
    };
    let checkup = diagnose(&graph, &seen, &plan, &BTreeSet::new(), place);
    (checkup, seen)
}

/// `id state by-whom` a line.
async fn told(steps: Vec<Arc<dyn Step>>) -> Vec<String> {
    let (checkup, _) = examined(steps, 1).await;
    let line = |found: &Finding| {
        let by = found.blocked_by.map(|by| format!(" by {by}"));
        format!("{} {:?}{}", found.id, found.state, by.unwrap_or_default())
    };
    checkup.findings.iter().map(line).collect()
}

#[tokio::test(start_paused = true)]
async fn a_check_takes_the_blame_for_what_it_explains_and_for_what_needs_that() {
    let steps = vec![
        step("driver", &[], &[], Says::Fails(ids::GPU_QUERY_FAILED)),
        step("toolkit", &["driver"], &[], Says::Holds),
        step(
            "module",
            &[],
            &["driver"],
            Says::Fails(ids::GPU_DRIVER_NOT_LOADED),
        ),
        step("drifted", &[], &[], Says::Differs),
        step(
            "secureboot",
            &[],
            &["module", "drifted"],
            Says::Fails(ids::GPU_NONE),
        ),
    ];
    assert_eq!(
        told(steps).await,
        [
            "driver Blocked by secureboot",
            "toolkit Blocked by secureboot",
            "module Blocked by secureboot",
            "drifted Blocked by secureboot",
            "secureboot NeedsHuman",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn only_a_check_that_looked_and_found_something_wrong_is_blamed() {
    for innocent in [Says::Holds, Says::CannotLook, Says::Panics] {
        let steps = vec![
            step("a", &[], &["b"], innocent),
            step("b", &[], &[], Says::Fails(ids::DOCKER_NOT_RUNNING)),
        ];
        assert_eq!(told(steps).await[1], "b NeedsHuman");
    }
    let steps = vec![
        step("a", &[], &["b"], Says::Fails(ids::DOCKER_NOT_RUNNING)),
        step("b", &[], &[], Says::Holds),
    ];
    assert_eq!(told(steps).await[1], "b Ok", "what holds holds");
}

#[tokio::test(start_paused = true)]
async fn two_checks_that_explain_each_other_leave_one_to_blame() {
    let steps = vec![
        step("a", &[], &["b"], Says::Fails(ids::GPU_NONE)),
        step("b", &[], &["c"], Says::Fails(ids::GPU_LOST)),
        step("c", &[], &["a"], Says::Fails(ids::DISK_FULL)),
    ];
    let lines = told(steps).await;
    assert_eq!(lines, ["a NeedsHuman", "b Blocked by a", "c Blocked by a"]);
}

#[tokio::test(start_paused = true)]
async fn the_same_reason_twice_is_one_problem_unless_it_says_nothing() {
    let steps = vec![
        step("a", &[], &[], Says::Fails(ids::DISK_FULL)),
        step("b", &[], &[], Says::Fails(ids::DISK_FULL)),
        step("c", &[], &[], Says::Fails(ids::TOOL_MISSING)),
        step("d", &[], &[], Says::Fails(ids::TOOL_MISSING)),
    ];
    assert_eq!(
        told(steps).await,
        [
            "a NeedsHuman",
            "b Blocked by a",
            "c NeedsHuman",
            "d NeedsHuman"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_check_that_breaks_or_hangs_is_told_and_the_others_go_on() {
    let steps = || {
        vec![
            step("breaks", &[], &[], Says::Panics),
            step("hangs", &[], &[], Says::Hangs),
            step("after", &["hangs"], &[], Says::Holds),
            step("holds", &[], &[], Says::Holds),
        ]
    };
    let begun = tokio::time::Instant::now();
    let (checkup, seen) = examined(steps(), 1).await;
    assert_eq!(begun.elapsed(), Duration::from_secs(90));
    let states: Vec<CheckState> = checkup.findings.iter().map(|f| f.state).collect();
    assert_eq!(
        states,
        [
            CheckState::Crashed,
            CheckState::NoAnswer,
            CheckState::Blocked,
            CheckState::Ok
        ]
    );
    let evidence = &checkup.findings[0].fault.as_ref().unwrap().evidence;
    assert_eq!(evidence, &["index 7 out of bounds"]);
    assert_eq!(seen.took[&StepId::new("hangs")], 90_000);
    // A machine that patience is asked for gets it.
    let begun = tokio::time::Instant::now();
    examined(steps(), 3).await;
    assert_eq!(begun.elapsed(), Duration::from_secs(270));
}

#[tokio::test(start_paused = true)]
async fn fifty_slow_checks_take_as_long_as_the_slowest() {
    let steps = (0..50_u64).map(|number| -> Arc<dyn Step> {
        Arc::new(Scripted {
            id: StepId::new(Box::leak(format!("check.{number}").into_boxed_str())),
            needs: Vec::new(),
            explains: Vec::new(),
            says: Says::Answers(Duration::from_millis(100 * number)),
        })
    });
    let begun = tokio::time::Instant::now();
    let (checkup, _) = examined(steps.collect(), 1).await;
    assert_eq!(checkup.count(CheckState::Ok), 50);
    assert_eq!(begun.elapsed(), Duration::from_millis(4900));
    assert_eq!(checkup.findings[49].ms, Some(4900));
}
