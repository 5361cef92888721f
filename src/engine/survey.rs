//! Looking at every step at once, read-only.

use super::graph::Graph;
use super::guard;
use super::memo::Memo;
use crate::host::ReadHost;
use crate::model::{Asked, Facts, Fault, Observation, Probe, State, StepId};
use crate::step::Step;
use futures::StreamExt;
use futures::future::{Either, join_all, select};
use futures::stream::FuturesUnordered;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::time::Instant;

/// What a look at one step gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// It was seen.
    Seen(Observation),
    /// The look failed.
    CouldNot(Fault),
    /// Something it needs is not in place, so there is nothing to look at yet.
    NotYet,
    /// Left out on request.
    Skipped,
}

impl Look {
    /// Whether steps that need this one may go on.
    pub fn holds(&self) -> bool {
        match self {
            Self::Seen(observation) => observation.is_in_place(),
            Self::Skipped => true,
            Self::CouldNot(_) | Self::NotYet => false,
        }
    }

    /// Its name in events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Seen(observation) => match observation.state {
                State::InPlace => "in_place",
                State::Absent => "absent",
                State::Drifted(_) => "drifted",
                State::Underway(_) => "underway",
                State::NeedsHuman(_) => "needs_human",
            },
            Self::CouldNot(_) => "unknown",
            Self::NotYet => "not_yet",
            Self::Skipped => "skipped",
        }
    }

    /// What was seen, in words.
    pub fn headline(&self) -> &str {
        match self {
            Self::Seen(observation) => &observation.headline,
            Self::CouldNot(fault) => &fault.summary,
            Self::NotYet | Self::Skipped => "",
        }
    }
}

/// What a survey saw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// One look a step.
    pub looks: BTreeMap<StepId, Look>,
    /// Everything learned.
    pub facts: Facts,
    /// What can be seen already of steps that cannot be judged yet: enough to say early that one
    /// will need a person (a cluster made without GPUs, behind a toolkit not configured yet).
    pub foreseen: BTreeMap<StepId, Observation>,
    /// The question whose answer took longest.
    pub slowest: Option<Asked>,
    /// How long each look took, in milliseconds.
    pub took: BTreeMap<StepId, u64>,
}

/// Looks at every step of the graph as soon as what it needs has been seen to hold; all questions
/// that do not depend on facts are asked at once.
///
/// Skipped steps are taken on trust; they are still looked at for the facts they bring, and their
/// verdict is ignored. `saw` is told of each look as it comes.
pub async fn survey(
    graph: &Graph,
    host: &dyn ReadHost,
    skip: &BTreeSet<StepId>,
    saw: impl FnMut(StepId, &Look),
) -> Survey {
    survey_with(graph, host, skip, 1, saw).await
}

/// The same on a slow machine: each look may take `patience` times its usual deadline. A look that
/// breaks or does not end is told as such and the others go on.
pub async fn survey_with(
    graph: &Graph,
    host: &dyn ReadHost,
    skip: &BTreeSet<StepId>,
    patience: u32,
    mut saw: impl FnMut(StepId, &Look),
) -> Survey {
    let memo = Memo::new(host);
    let questions = graph
        .steps()
        .iter()
        .flat_map(|step| step.prefetch())
        .collect();
    let judged = async {
        let mut result = Survey::default();
        let mut running = FuturesUnordered::new();
        let mut waiting: Vec<Arc<dyn Step>> = graph.steps().to_vec();
        loop {
            let mut still = Vec::new();
            for step in waiting {
                let needs = graph.needs(step.id());
                if needs
                    .iter()
                    .all(|need| result.looks.get(need).is_some_and(Look::holds))
                {
                    running.push(look(step, &memo, result.facts.clone(), patience));
                } else if needs
                    .iter()
                    .any(|need| result.looks.get(need).is_some_and(|look| !look.holds()))
                {
                    let verdict = if skip.contains(&step.id()) {
                        Look::Skipped
                    } else {
                        Look::NotYet
                    };
                    saw(step.id(), &verdict);
                    result.looks.insert(step.id(), verdict);
                    // Its own dependents may be decided now as well.
                    still.push(None);
                } else {
                    still.push(Some(step));
                }
            }
            let decided = still.iter().any(Option::is_none);
            waiting = still.into_iter().flatten().collect();
            if decided {
                continue;
            }
            let Some((id, probe, ms)) = running.next().await else {
                break;
            };
            result.took.insert(id, ms);
            if let Ok(observation) = &probe {
                for fact in &observation.facts {
                    result.facts.learn(id, fact.clone());
                }
            }
            let verdict = match probe {
                _ if skip.contains(&id) => Look::Skipped,
                Ok(observation) => Look::Seen(observation),
                Err(fault) => Look::CouldNot(fault.at(id)),
            };
            saw(id, &verdict);
            result.looks.insert(id, verdict);
        }
        let ahead = graph.steps().iter().filter(|step| {
            result.looks.get(&step.id()) == Some(&Look::NotYet) && !skip.contains(&step.id())
        });
        let ahead = ahead.map(|step| look(Arc::clone(step), &memo, result.facts.clone(), patience));
        let ahead = join_all(ahead).await.into_iter();
        result.foreseen = ahead
            .filter_map(|(id, probe, _)| Some((id, probe.ok()?)))
            .collect();
        result
    };
    // A question that no look waits for any more, because its look was given up, is given up as well.
    let asking = Box::pin(memo.prefetch(questions));
    let mut result = match select(Box::pin(judged), asking).await {
        Either::Left((result, _)) => result,
        Either::Right(((), judged)) => judged.await,
    };
    result.slowest = memo.slowest();
    result
}

async fn look(
    step: Arc<dyn Step>,
    host: &dyn ReadHost,
    facts: Facts,
    patience: u32,
) -> (StepId, Probe, u64) {
    let begun = Instant::now();
    let within = guard::deadline(step.as_ref(), patience);
    let probe = guard::observe(step.as_ref(), host, &facts, within).await;
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    (step.id(), probe, ms)
}
