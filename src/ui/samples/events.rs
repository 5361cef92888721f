//! A short run, one event of every kind.

use super::{CLUSTER, DOCKER, TOOLKIT, fresh, no_gpus};
use crate::model::{Asked, Event, EventKind, Notice, Outcome, RunId};

fn at(ts_ms: u64, kind: EventKind) -> Event {
    Event { ts_ms, kind }
}

/// One event of every kind, as a short run gives them.
pub(in crate::ui) fn events() -> Vec<Event> {
    let t = 1_795_445_580_042;
    let mut small = fresh();
    small.steps.retain(|step| step.step == TOOLKIT);
    vec![
        at(
            t,
            EventKind::RunStarted {
                run: RunId("20261123-1453-k7q".to_owned()),
                verb: "up".to_owned(),
                world: "real".to_owned(),
                profile: "gpucluster".to_owned(),
                host: "alder (Ubuntu 24.04)".to_owned(),
                version: "0.1.0".to_owned(),
            },
        ),
        at(
            t + 300,
            EventKind::Observed {
                step: DOCKER,
                state: "in_place",
                headline: "28.3.1, reachable without sudo".to_owned(),
            },
        ),
        at(
            t + 400,
            EventKind::Planned {
                plan: small,
                slowest: Some(Asked {
                    what: "nvidia-smi".to_owned(),
                    ms: 500,
                }),
            },
        ),
        at(t + 2_000, EventKind::StepStarted { step: TOOLKIT }),
        at(
            t + 2_001,
            EventKind::ChangeStarted {
                step: TOOLKIT,
                index: 0,
                text: "nvidia-ctk runtime configure --runtime=docker".to_owned(),
            },
        ),
        at(
            t + 2_900,
            EventKind::ChangeFinished {
                step: TOOLKIT,
                index: 0,
                ok: true,
                ms: 899,
            },
        ),
        at(
            t + 8_000,
            EventKind::StepFinished {
                step: TOOLKIT,
                outcome: Outcome::Changed,
                headline: "configured".to_owned(),
                ms: 6_000,
            },
        ),
        at(t + 8_100, EventKind::StepStarted { step: CLUSTER }),
        at(
            t + 40_000,
            EventKind::Progress {
                step: CLUSTER,
                text: "Booting control plane".to_owned(),
                at: Some((13, 19)),
            },
        ),
        at(
            t + 60_000,
            EventKind::Noticed {
                step: Some(CLUSTER),
                notice: Notice::warning("the preload was not found; images are pulled one by one"),
            },
        ),
        at(t + 80_000, EventKind::Failed { fault: no_gpus() }),
        at(
            t + 80_100,
            EventKind::StepFinished {
                step: CLUSTER,
                outcome: Outcome::Failed,
                headline: "created without GPUs".to_owned(),
                ms: 72_000,
            },
        ),
        at(
            t + 80_200,
            EventKind::RunFinished {
                outcome: Outcome::Failed,
                exit: 4,
                ms: 80_158,
            },
        ),
    ]
}
