//! One look at everything that was asked for, and what to make of it.

use super::super::request::{Verb, World};
use super::super::session::{Session, select};
use crate::engine::diagnosis::{Place, diagnose};
use crate::engine::{Graph, Look, Scope, Survey, planner, survey};
use crate::model::{CheckState, Checkup, Fault, Finding, StepId};
use crate::step::Step;
use crate::steps::{StepFlags, area};
use crate::ui;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// What a person asked for.
pub struct Wanted {
    /// Everything that is looked at.
    pub graph: Graph,
    /// What of it `up` has as steps.
    steps: BTreeSet<StepId>,
    /// Checks asked for by name; empty means all.
    chosen: BTreeSet<StepId>,
    /// Checks whose findings do not count.
    ignored: BTreeSet<StepId>,
    strict: bool,
}

/// Where a step stands in the stack.
fn place(id: StepId) -> Place {
    let (area, within) = area::of(id);
    Place {
        rank: area::rank(area),
        within,
        area,
    }
}

impl Wanted {
    /// Reads the request.
    ///
    /// # Errors
    /// `USAGE_UNKNOWN_STEP`; `UNEXPECTED` where the catalogue is no graph.
    pub fn of(session: &Session<'_>) -> Result<Self, Fault> {
        Self::with(session, &[])
    }

    /// The same with further checks.
    ///
    /// # Errors
    /// As [`Wanted::of`].
    pub fn with(session: &Session<'_>, more: &[Arc<dyn Step>]) -> Result<Self, Fault> {
        let mut whole = session.graph_with_checks(StepFlags::default())?;
        if !more.is_empty() {
            let all = whole.steps().iter().chain(more).cloned().collect();
            whole = super::super::session::graph_of(all)?;
        }
        let steps = session.graph(StepFlags::default())?.ids();
        let (names, ignored, strict) = match &session.request.verb {
            Verb::Doctor {
                checks,
                ignore,
                strict,
                ..
            } => (checks.as_slice(), ignore.as_slice(), *strict),
            _ => (&[][..], &[][..], false),
        };
        let chosen = select_checks(&whole, names)?;
        let ignored = select_checks(&whole, ignored)?;
        let graph = if chosen.is_empty() {
            whole
        } else {
            with_causes(&whole, &chosen)
        };
        Ok(Self {
            graph,
            steps: steps.into_iter().collect(),
            chosen,
            ignored,
            strict,
        })
    }

    /// Whether nothing was left out by name.
    pub fn is_everything(&self) -> bool {
        self.chosen.is_empty()
    }

    /// Area, id, title and needs, in the order of the stack.
    pub fn listed(&self) -> Vec<(&'static str, StepId, &'static str, Vec<StepId>)> {
        let mut listed: Vec<_> = self
            .graph
            .steps()
            .iter()
            .filter(|step| self.is_everything() || self.chosen.contains(&step.id()))
            .map(|step| {
                let (area, _) = area::of(step.id());
                (area, step.id(), step.title(), step.needs().to_vec())
            })
            .collect();
        listed.sort_by_key(|check| place(check.1));
        listed
    }

    /// What was asked for, whatever is to blame for it, and unless all of it `holds` what else is wrong
    /// with what it may depend on.
    fn keeps(&self, found: &Finding, blamed: &BTreeSet<StepId>, holds: bool) -> bool {
        self.is_everything()
            || self.chosen.contains(&found.id)
            || blamed.contains(&found.id)
            || (!holds && found.fault.is_some() && found.blocked_by.is_none())
    }
}

/// Checks by id, topic (`nfs`) or area (`toolkit`, which `nvidia.toolkit` belongs to).
fn select_checks(graph: &Graph, selectors: &[String]) -> Result<BTreeSet<StepId>, Fault> {
    let mut chosen = BTreeSet::new();
    for selector in selectors {
        let of_area: Vec<StepId> = graph
            .ids()
            .into_iter()
            .filter(|id| area::of(*id).0 == selector)
            .collect();
        if of_area.is_empty() || graph.ids().iter().any(|id| id.as_str() == selector) {
            chosen.extend(select(graph, std::slice::from_ref(selector))?);
        } else {
            chosen.extend(graph.select(selector));
            chosen.extend(of_area);
        }
    }
    Ok(chosen)
}

/// What was chosen, all that it needs, and every check that may turn out to be the cause.
fn with_causes(whole: &Graph, chosen: &BTreeSet<StepId>) -> Graph {
    let mut goals: Vec<StepId> = chosen.iter().copied().collect();
    loop {
        let graph = whole.closure(&goals);
        let inside: BTreeSet<StepId> = graph.ids().into_iter().collect();
        let causes = whole.steps().iter().filter(|step| {
            !inside.contains(&step.id()) && step.explains().iter().any(|id| inside.contains(id))
        });
        let before = goals.len();
        goals.extend(causes.map(|step| step.id()));
        if goals.len() == before {
            return graph;
        }
    }
}

/// What a look gave.
pub struct Examined {
    /// What was seen.
    pub seen: Survey,
    profile: String,
    /// What was tried out as well.
    tried: BTreeSet<StepId>,
}

/// What is in a lock, even where a look broke while it held it.
fn held(open: &Mutex<Vec<StepId>>) -> MutexGuard<'_, Vec<StepId>> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells on a terminal what is waited for, once that takes long. Ends only by being given up, and takes
/// its line away then.
async fn tell(world: &World, open: &Mutex<Vec<StepId>>, all: usize) -> Infallible {
    let columns = match ui::output::stderr_columns() {
        // On a simulated machine nobody waits.
        Some(columns) if !super::super::world::runs_ahead(world) => columns,
        _ => std::future::pending().await,
    };
    struct Line;
    impl Drop for Line {
        fn drop(&mut self) {
            ui::output::stderr("\r\u{1b}[K");
        }
    }
    let begun = Instant::now();
    tokio::time::sleep(ui::doctor::QUIET).await;
    let _line = Line;
    loop {
        let names: Vec<&str> = held(open).iter().map(|id| id.as_str()).collect();
        let text = ui::doctor::waiting(&names, all, begun.elapsed(), columns);
        ui::output::stderr(&format!("\r{text}\u{1b}[K"));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Looks at everything that is wanted.
pub async fn examine(session: &Session<'_>, wanted: &Wanted) -> Examined {
    let _quiet = (session.request.common.verbosity == 0).then(QuietPanics::begin);
    let open = Mutex::new(wanted.graph.ids());
    let nothing_skipped = BTreeSet::new();
    let looking = survey::survey_with(
        &wanted.graph,
        session.reader(),
        &nothing_skipped,
        session.settings.patience,
        |step, _| held(&open).retain(|id| *id != step),
    );
    let seen = tokio::select! {
        seen = looking => seen,
        never = tell(&session.request.common.world, &open, wanted.graph.steps().len()) => match never {},
    };
    Examined {
        seen,
        profile: session.settings.profile.clone(),
        tried: BTreeSet::new(),
    }
}

impl Examined {
    /// Puts what a trial showed in the place of what was seen.
    pub fn learn(&mut self, id: StepId, look: Look, ms: u64) {
        self.seen.looks.insert(id, look);
        self.seen.took.insert(id, ms);
        self.tried.insert(id);
    }

    /// What to make of it.
    pub fn checkup(&self, wanted: &Wanted) -> Checkup {
        let plan = planner::plan(&wanted.graph, &self.seen, &Scope::All, &self.profile);
        let mut checkup = diagnose(&wanted.graph, &self.seen, &plan, &wanted.steps, place);
        let blamed: BTreeSet<StepId> = checkup
            .findings
            .iter()
            .filter(|found| wanted.chosen.contains(&found.id))
            .filter_map(|found| found.blocked_by)
            .collect();
        let mut chosen = checkup
            .findings
            .iter()
            .filter(|found| wanted.chosen.contains(&found.id));
        let holds = chosen.all(|found| found.state == CheckState::Ok);
        checkup
            .findings
            .retain(|found| wanted.keeps(found, &blamed, holds));
        for found in &mut checkup.findings {
            found.tried = self.tried.contains(&found.id);
            // What nobody wants to hear of blames nothing else either.
            found.ignored = wanted.ignored.contains(&found.id)
                || found
                    .blocked_by
                    .is_some_and(|by| wanted.ignored.contains(&by));
        }
        checkup.strict = wanted.strict;
        checkup
    }
}

/// While it lives, a panic is not written across the report: the report tells of it. With `-v` it is
/// written, with the place in the program.
struct QuietPanics;

impl QuietPanics {
    fn begin() -> Self {
        std::panic::set_hook(Box::new(|_| {}));
        Self
    }
}

impl Drop for QuietPanics {
    fn drop(&mut self) {
        // The hook of the standard library, which is the only other one there is.
        let _ = std::panic::take_hook();
    }
}
