//! Carrying a plan out: every step as soon as what it needs is in place, several at once.

use super::bus::Bus;
use super::cancel::Cancel;
use super::consent::Consent;
use super::graph::Graph;
use super::journal::Journal;
use super::prior::{is_gone, places, prior};
use crate::host::{Moved, Performing, WriteHost};
use crate::model::{
    Change, Effect, EventKind, Facts, Fault, Notice, Observation, Outcome, Plan, Prior, State,
    StepId, Touch, Verdict,
};
use crate::reason::ids;
use crate::step::{Resource, Step};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How a plan is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Begin nothing new after the first failure; otherwise only dependents are left out.
    pub fail_fast: bool,
    /// Most steps at once.
    pub width: usize,
    /// How many times a step's own deadline is waited until it is seen to hold; 1 or more.
    pub patience: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            fail_fast: false,
            width: 4,
            patience: 1,
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    /// How each pending step ended.
    pub outcomes: BTreeMap<StepId, Outcome>,
    /// What failed, in the order it did.
    pub faults: Vec<Fault>,
    /// Changes carried out.
    pub changes: usize,
    /// Everything known at the end.
    pub facts: Facts,
}

impl Applied {
    /// The verdict over all steps.
    pub fn outcome(&self) -> Outcome {
        let any = |wanted| self.outcomes.values().any(|outcome| *outcome == wanted);
        if any(Outcome::Interrupted) {
            Outcome::Interrupted
        } else if any(Outcome::Failed) {
            Outcome::Failed
        } else if any(Outcome::NotStarted) {
            // Nothing failed and yet something never began: a person stopped the run between two
            // steps.
            Outcome::Interrupted
        } else if self.changes > 0 {
            Outcome::Changed
        } else {
            Outcome::Unchanged
        }
    }
}

/// Everything a run works with.
pub struct Executor<'a, 'b> {
    /// The steps.
    pub graph: &'a Graph,
    /// The machine.
    pub host: &'a dyn WriteHost,
    /// What was agreed to.
    pub consent: &'a Consent,
    /// Where intents and outcomes go.
    pub journal: &'a Journal,
    /// Where events go.
    pub bus: &'a Bus<'b>,
    /// The person's wish to stop.
    pub cancel: &'a Cancel,
    /// How.
    pub options: Options,
}

/// Shared things that one step at a time may use.
#[derive(Default)]
struct Resources(BTreeMap<Resource, Arc<tokio::sync::Mutex<()>>>);

impl Resources {
    fn of(graph: &Graph) -> Self {
        let mut all = BTreeMap::new();
        for resource in graph.steps().iter().flat_map(|step| step.resources()) {
            all.entry(*resource).or_insert_with(Arc::default);
        }
        Self(all)
    }

    /// Takes all that a step uses, always in the same order, so that two steps cannot wait for
    /// each other.
    async fn take(&self, step: &dyn Step) -> Vec<tokio::sync::OwnedMutexGuard<()>> {
        let mut wanted: Vec<Resource> = step.resources().to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let mut held = Vec::new();
        for resource in wanted {
            if let Some(lock) = self.0.get(&resource) {
                held.push(Arc::clone(lock).lock_owned().await);
            }
        }
        held
    }
}

struct Ended {
    step: StepId,
    result: Result<(Observation, usize), (Fault, usize)>,
    ms: u64,
}

impl Executor<'_, '_> {
    /// Carries out everything pending in `plan`; `facts` is what the survey learned.
    pub async fn apply(&self, plan: &Plan, facts: Facts) -> Applied {
        let resources = Resources::of(self.graph);
        let mut applied = Applied {
            facts,
            ..Applied::default()
        };
        let mut pending: Vec<StepId> = plan
            .steps
            .iter()
            .filter(|step| step.is_pending())
            .map(|step| step.step)
            .collect();
        let holds_already = |id: StepId| {
            plan.steps
                .iter()
                .find(|step| step.step == id)
                .is_none_or(|step| matches!(step.verdict, Verdict::InPlace | Verdict::Skipped))
        };
        let mut running = FuturesUnordered::new();
        loop {
            let stopping =
                self.cancel.asked() || (self.options.fail_fast && !applied.faults.is_empty());
            let mut later = Vec::new();
            for id in pending {
                let Some(step) = self.graph.get(id) else {
                    continue;
                };
                let needs = self.graph.needs(id);
                let state = |need: &StepId| match applied.outcomes.get(need) {
                    Some(Outcome::Changed | Outcome::Unchanged) => Some(true),
                    Some(_) => Some(false),
                    None if holds_already(*need) => Some(true),
                    None if plan.steps.iter().any(|s| s.step == *need && s.is_pending()) => None,
                    None => Some(false),
                };
                if stopping || needs.iter().any(|need| state(need) == Some(false)) {
                    applied.outcomes.insert(id, Outcome::NotStarted);
                    self.bus.say(EventKind::StepFinished {
                        step: id,
                        outcome: Outcome::NotStarted,
                        headline: String::new(),
                        ms: 0,
                    });
                } else if running.len() < self.options.width
                    && needs.iter().all(|need| state(need) == Some(true))
                {
                    running.push(self.run_step(
                        Arc::clone(step),
                        applied.facts.clone(),
                        &resources,
                    ));
                } else {
                    later.push(id);
                }
            }
            pending = later;
            let Some(ended) = running.next().await else {
                if pending.is_empty() {
                    break;
                }
                // Steps were decided in this round; their dependents are decided in the next.
                continue;
            };
            self.note(ended, plan, &mut applied);
        }
        applied
    }

    fn note(&self, ended: Ended, plan: &Plan, applied: &mut Applied) {
        let Ended { step, result, ms } = ended;
        let (outcome, headline) = match result {
            Ok((seen, changes)) => {
                applied.changes += changes;
                for fact in seen.facts {
                    applied.facts.learn(step, fact);
                }
                // What could be seen only now; the plan showed what could be seen before.
                let shown = plan.steps.iter().find(|planned| planned.step == step);
                let new = |notice: &Notice| {
                    shown.is_none_or(|planned| !planned.warnings.contains(notice))
                };
                for notice in seen.warnings.into_iter().filter(new) {
                    self.bus.say(EventKind::Noticed {
                        step: Some(step),
                        notice,
                    });
                }
                let outcome = if changes > 0 {
                    Outcome::Changed
                } else {
                    Outcome::Unchanged
                };
                (outcome, seen.headline)
            }
            Err((fault, changes)) => {
                applied.changes += changes;
                let outcome = if fault.reason == ids::INTERRUPTED {
                    Outcome::Interrupted
                } else {
                    Outcome::Failed
                };
                let headline = fault.summary.clone();
                self.bus.say(EventKind::Failed {
                    fault: fault.clone(),
                });
                applied.faults.push(fault);
                (outcome, headline)
            }
        };
        applied.outcomes.insert(step, outcome);
        self.bus.say(EventKind::StepFinished {
            step,
            outcome,
            headline,
            ms,
        });
    }

    async fn run_step(&self, step: Arc<dyn Step>, facts: Facts, resources: &Resources) -> Ended {
        let held = resources.take(step.as_ref()).await;
        let id = step.id();
        let begun = Instant::now();
        self.bus.say(EventKind::StepStarted { step: id });
        let mut changes = 0;
        let result = match self.converge(step.as_ref(), &facts, &mut changes).await {
            Ok(seen) => Ok((seen, changes)),
            Err(fault) => Err((fault.at(id), changes)),
        };
        drop(held);
        Ended {
            step: id,
            result,
            ms: millis(begun),
        }
    }

    /// Looks again, changes what is still needed, and looks until it holds.
    async fn converge(
        &self,
        step: &dyn Step,
        facts: &Facts,
        changes: &mut usize,
    ) -> Result<Observation, Fault> {
        self.check_cancel()?;
        let seen = step.observe(self.host.reader(), facts).await?;
        match &seen.state {
            State::InPlace => return Ok(seen),
            State::NeedsHuman(fault) => return Err((**fault).clone()),
            State::Underway(_) => {}
            State::Absent | State::Drifted(_) => {
                for (index, change) in step.plan(&seen, facts)?.iter().enumerate() {
                    self.check_cancel()?;
                    let places = places(self.host.reader(), change).await;
                    self.carry_out(step.id(), index, change, places, Aim::BringAbout)
                        .await?;
                    *changes += 1;
                }
            }
        }
        self.verify(step, facts).await
    }

    fn check_cancel(&self) -> Result<(), Fault> {
        if self.cancel.asked() {
            return Err(Fault::new(
                ids::INTERRUPTED,
                "stopped before the next change",
            ));
        }
        Ok(())
    }

    /// One change: consent, intent, effect, outcome. `places` are what it touches, or gives up.
    pub(super) async fn carry_out(
        &self,
        step: StepId,
        index: usize,
        change: &Change,
        places: Vec<Touch>,
        aim: Aim,
    ) -> Result<(), Fault> {
        let text = change.describe();
        if !self.consent.covers(step, change) {
            return Err(Fault::new(
                ids::NOT_CONSENTED,
                format!("`{text}` became necessary and was not part of the plan you saw"),
            ));
        }
        let touches = self.priors(places).await;
        self.journal
            .intent(step, index, change, touches.clone(), self.host.now_ms())?;
        self.bus.say(EventKind::ChangeStarted { step, index, text });
        let begun = Instant::now();
        let progress = |moved: Moved| {
            self.bus.say(EventKind::Progress {
                step,
                text: moved.text,
                at: moved.at,
            });
        };
        let how = Performing {
            progress: &progress,
            stop: self.cancel.stop(),
        };
        let result = match self.host.perform(change, &how).await {
            // Before the outcome is noted: what only claims to be gone stays in the receipt.
            Ok(done) => self.see_gone(change, aim).await.map(|()| done),
            Err(fault) => Err(fault),
        };
        let ms = millis(begun);
        let nothing_left = if result.is_err() {
            self.nothing_left(&touches).await
        } else {
            Vec::new()
        };
        let noted = self
            .journal
            .outcome(step, index, result.as_ref().err(), nothing_left, ms);
        self.bus.say(EventKind::ChangeFinished {
            step,
            index,
            ok: result.is_ok(),
            ms,
        });
        // What failed on the machine is told before what failed in the record of it: a full disk
        // does both, and its own words say more.
        let done = result?;
        noted?;
        for notice in done.notices {
            self.bus.say(EventKind::Noticed {
                step: Some(step),
                notice,
            });
        }
        Ok(())
    }

    /// What is at each of these places now. A package may bring dozens: several are asked about at
    /// once.
    async fn priors(&self, places: Vec<Touch>) -> Vec<(Touch, Prior)> {
        let asked = places.into_iter().map(|touch| async move {
            let before = prior(self.host.reader(), &touch).await;
            (touch, before)
        });
        futures::stream::iter(asked).buffered(8).collect().await
    }

    /// Looks until what a change takes away is gone: the exit code of `minikube delete` is no proof,
    /// and the API accepts a deletion that a finalizer then holds up.
    async fn see_gone(&self, change: &Change, aim: Aim) -> Result<(), Fault> {
        let begun = Instant::now();
        for touch in taken_away(change, aim) {
            while !is_gone(change, &touch, &prior(self.host.reader(), &touch).await) {
                if begun.elapsed() >= GONE_WITHIN {
                    return Err(Fault::new(
                        ids::NOT_VERIFIED,
                        format!(
                            "not seen to be gone within {} after `{}`",
                            human(GONE_WITHIN),
                            change.describe()
                        ),
                    ));
                }
                tokio::select! {
                    () = tokio::time::sleep(pause(begun.elapsed())) => {}
                    () = self.cancel.stop().drain.cancelled() => self.check_cancel()?,
                }
            }
        }
        Ok(())
    }

    /// Places that were empty before a failed change and still are.
    async fn nothing_left(&self, touches: &[(Touch, Prior)]) -> Vec<Touch> {
        let mut empty = Vec::new();
        for (touch, before) in touches {
            if matches!(before, Prior::Absent | Prior::Remains)
                && !matches!(touch, Touch::Service(_))
                && prior(self.host.reader(), touch).await == *before
            {
                empty.push(touch.clone());
            }
        }
        empty
    }

    /// Looks until the step holds, or its deadline passes; then says what was seen last.
    async fn verify(&self, step: &dyn Step, facts: &Facts) -> Result<Observation, Fault> {
        let begun = Instant::now();
        let deadline = step.deadline() * self.options.patience;
        let mut told = String::new();
        loop {
            let last = match step.observe(self.host.reader(), facts).await {
                Ok(seen) => match seen.state {
                    State::InPlace => return Ok(seen),
                    State::NeedsHuman(fault) => return Err(*fault),
                    _ => seen.headline,
                },
                // A look can fail while the world is changing (an API that is still starting).
                Err(fault) => fault.summary,
            };
            let waited = begun.elapsed();
            if waited >= deadline {
                return Err(Fault::new(
                    ids::NOT_VERIFIED,
                    format!(
                        "not seen within {}: {}",
                        human(deadline),
                        lowered(step.title())
                    ),
                )
                .caused_by(format!("last seen: {last}")));
            }
            if told != last {
                self.bus.say(EventKind::Progress {
                    step: step.id(),
                    text: format!("waiting: {last}"),
                    at: None,
                });
                told = last;
            }
            tokio::select! {
                () = tokio::time::sleep(pause(waited)) => {}
                () = self.cancel.stop().drain.cancelled() => self.check_cancel()?,
            }
        }
    }
}

/// How long what was taken away may still be seen.
const GONE_WITHIN: Duration = Duration::from_secs(30);

/// What a change is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aim {
    /// To make something hold.
    BringAbout,
    /// To take something of ours away.
    TakeBack,
}

/// The places that must be empty after a change. A command says only that it works on a cluster or a
/// package; that it removes it is known where everything is taken back.
fn taken_away(change: &Change, aim: Aim) -> Vec<Touch> {
    match &change.effect {
        Effect::RemoveOwned { .. } | Effect::DeleteObject { .. } => change.touches(),
        Effect::Run(_) if aim == Aim::TakeBack => {
            let mut places = change.touches();
            places.retain(|touch| matches!(touch, Touch::Cluster(_) | Touch::Package(_)));
            places
        }
        _ => Vec::new(),
    }
}

/// How long to wait before the next look: a twentieth of what was waited already, so that looking
/// costs little and what has come true is seen at most 5 % late.
fn pause(waited: Duration) -> Duration {
    (waited / 20).clamp(Duration::from_millis(20), Duration::from_secs(2))
}

fn millis(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

fn human(limit: Duration) -> String {
    match limit.as_secs() {
        seconds if seconds >= 120 => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} s"),
    }
}

/// A title inside a sentence: without its capital, unless that begins a name (`NFS`, `W&B`).
fn lowered(title: &str) -> String {
    let mut letters = title.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(title.chars().skip(1)).collect()
        }
        _ => title.to_owned(),
    }
}
