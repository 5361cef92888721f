//! What `nfs setup` ends with: a mount from the node's side that writes and reads, because a claim is
//! bound whether it can be mounted or not.

use super::request::World;
use super::run::Run;
use super::session::{Session, graph_of};
use super::{exit_of, show_faults};
use crate::engine::executor::{Executor, Options};
use crate::engine::{Bus, Consent, Scope, planner};
use crate::model::{Fault, Outcome};
use crate::reason::Exit;
use crate::step::Step;
use crate::steps::nfs_mount::MOUNT;
use crate::steps::{StepFlags, catalog};
use crate::ui;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Tries the mount out; `None` where it holds or could not be tried. It was agreed to with the run
/// before it, of which it is the last part.
///
/// # Errors
/// What shows that jobs cannot mount the share.
pub async fn share(session: &Session<'_>, run: &Run, bus: &Bus<'_>) -> Option<(Outcome, Exit)> {
    if session.request.common.world == World::Rehearsal {
        return None;
    }
    let fault = tried(session, run, bus).await.err()?;
    if session.cancel.asked() {
        let exit = session.cancel.exit().unwrap_or(Exit::Interrupted);
        return Some((Outcome::Interrupted, exit));
    }
    let exit = exit_of(&fault);
    show_faults(session, &[fault], None);
    Some((Outcome::Failed, exit))
}

async fn tried(session: &Session<'_>, run: &Run, bus: &Bus<'_>) -> Result<(), Fault> {
    let Some(mount) = session.nfs_mount() else {
        return Ok(());
    };
    let mut steps = catalog(
        Arc::clone(&session.settings),
        StepFlags::default(),
        session.reader().identity(),
    );
    steps.push(Arc::clone(&mount) as Arc<dyn Step>);
    let graph = graph_of(steps)?.closure(&[MOUNT]);
    let seen = session.survey(&graph, &BTreeSet::new()).await;
    let mut plan = planner::plan(&graph, &seen, &Scope::All, &session.settings.profile);
    plan.steps.retain(|step| step.step == MOUNT);
    ui::say(&ui::plan::trials(&plan, &session.theme, session.home()));
    let consent = Consent::to(&plan);
    let executor = Executor {
        graph: &graph,
        host: session.host.as_ref(),
        consent: &consent,
        journal: &run.journal,
        bus,
        cancel: &session.cancel,
        options: Options {
            patience: session.settings.patience,
            ..Options::default()
        },
    };
    for (_, result, _) in executor.try_out(&plan).await {
        if let Err(fault) = result {
            return Err(mount.told(session.reader(), &seen.facts, fault).await);
        }
    }
    Ok(())
}
