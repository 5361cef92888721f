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
async fn a_machine_that_lost_power_inside_dpkg_comes_up() {
    let mut world = build_machine("4xt4").unwrap();
    world.put("/var/lib/dpkg/updates/0001", "", 0o644, 0);
    let host = SimHost::with_world(world, SimOptions::default());
    let done = up(&host, StepFlags::default(), &mut Receipt::default()).await;
    let at = |words: &str| done.iter().position(|line| line.contains(words));
    assert!(
        at("dpkg --configure -a") < at("apt-get install"),
        "{done:#?}"
    );
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

/// The reasons a person meets on a machine, in dependency order.
async fn reasons(name: &str) -> Vec<String> {
    let host = machine(name);
    let mut facts = Facts::default();
    let mut reasons = Vec::new();
    for step in steps(&host, StepFlags::default()) {
        let Ok(seen) = step.observe(&host, &facts).await else {
            continue;
        };
        for fact in &seen.facts {
            facts.learn(step.id(), fact.clone());
        }
        if let Err(fault) = step.plan(&seen, &facts) {
            reasons.push(fault.reason.to_string());
        }
    }
    reasons
}

#[tokio::test(start_paused = true)]
async fn a_broken_machine_names_its_reason_and_a_whole_one_none() {
    let cases: [(&str, &[&str]); 12] = [
        ("4xt4", &[]),
        ("8xh100", &[]),
        ("1xrtx4090", &[]),
        ("no-gpu", &["GPU_NONE", "GPU_TOOLKIT_MISSING"]),
        ("no-toolkit", &["GPU_TOOLKIT_MISSING"]),
        ("old-minikube", &["MINIKUBE_TOO_OLD"]),
        ("driver-mismatch", &["GPU_DRIVER_MISMATCH"]),
        ("cluster-without-gpus", &["CLUSTER_HAS_NO_GPUS"]),
        ("docker-down", &["DOCKER_NOT_RUNNING"]),
        ("docker-denied", &["DOCKER_PERMISSION"]),
        ("no-wandb-key", &["WANDB_KEY_MISSING"]),
        ("wrong-wandb-key", &["WANDB_KEY_REJECTED"]),
    ];
    for (name, want) in cases {
        assert_eq!(reasons(name).await, want, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_cluster_without_gpus_is_recreated_with_them() {
    let host = machine("cluster-without-gpus");
    let mut receipt = Receipt::default();
    let flags = StepFlags {
        recreate_cluster: true,
        ..StepFlags::default()
    };
    let done = up(&host, flags, &mut receipt).await;
    let deleted = done.iter().filter(|line| line.contains("minikube delete"));
    assert_eq!(deleted.count(), 1, "{done:#?}");
    assert_eq!(up(&host, flags, &mut receipt).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_somebody_deleted_is_made_again_without_a_stray_agent() {
    let host = machine("4xt4");
    let mut receipt = Receipt::default();
    up(&host, StepFlags::default(), &mut receipt).await;
    let delete = crate::model::Command::new(["minikube", "delete", "-p", "gpucluster"]);
    let by_hand = Change::safe(crate::model::Effect::Run(delete), "by hand");
    perform(&host, &by_hand).await;
    // One whose supervisor has not given the cluster up yet, or is of a release that never did.
    host.meddle(|world| {
        for service in world.services.values_mut() {
            service.ready = None;
        }
    })
    .unwrap();
    let done = up(&host, StepFlags::default(), &mut receipt).await;
    assert_eq!(done[0], "stop agent-gpucluster", "{done:#?}");
    let last = done.last().unwrap();
    assert!(last.starts_with("start agent-gpucluster ("), "{done:#?}");
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_waits_for_a_stopped_cluster_polls_again_when_it_is_back() {
    let host = machine("4xt4");
    let mut receipt = Receipt::default();
    up(&host, StepFlags::default(), &mut receipt).await;
    // What a reboot does: the node has no restart policy, the agent's unit starts by itself.
    host.meddle(|world| {
        let node = world.docker.containers.get_mut("gpucluster");
        node.unwrap().running = false;
    })
    .unwrap();
    let dir = host
        .identity()
        .data_dir
        .join("profiles/gpucluster/agent/run");
    let waiting = host.service("agent-gpucluster", &dir).await.unwrap();
    assert_eq!(
        waiting.waiting.as_deref(),
        Some("the cluster does not answer")
    );
    assert_eq!((waiting.pid, waiting.restarts), (None, 0));
    let done = up(&host, StepFlags::default(), &mut receipt).await;
    assert!(
        !done.iter().any(|line| line.contains("agent-gpucluster")),
        "{done:#?}"
    );
    let polling = host.service("agent-gpucluster", &dir).await.unwrap();
    assert_eq!((polling.waiting, polling.restarts), (None, 0));
    assert!(polling.log.contains("polling on queues"));
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
