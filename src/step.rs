//! The port between the engine and the steps: what a step is.
//!
//! A step *observes* (read-only: it is handed a [`ReadHost`] and nothing else) and *plans* (pure:
//! data in, data out). It cannot write; the engine carries its changes out and looks again.

use crate::host::{Question, ReadHost};
use crate::model::{Change, Facts, Fault, Forecast, Notice, Observation, Probe, Receipt, StepId};
use futures::future::BoxFuture;
use std::time::Duration;

/// Something only one step may use at a time while it changes the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// The Docker daemon is being restarted, or must not be.
    DockerDaemon,
    /// The package manager's lock.
    PackageManager,
}

/// One thing that must hold.
pub trait Step: Send + Sync {
    /// Its stable name.
    fn id(&self) -> StepId;

    /// The fact that should hold, so that `✓` and `✗` both read well before it.
    fn title(&self) -> &'static str;

    /// Steps that must be in place before this one can be judged or changed.
    fn needs(&self) -> &[StepId];

    /// Steps whose trouble this one is the cause of, where both are in trouble. `doctor` blames this
    /// one and calls those blocked: a report names the root.
    fn explains(&self) -> &[StepId] {
        &[]
    }

    /// What it must have to itself while it changes the world.
    fn resources(&self) -> &[Resource] {
        &[]
    }

    /// What [`Step::observe`] will ask whatever the facts are. The survey asks all of it for all
    /// steps at once, so that a survey takes as long as its slowest question and not their sum.
    fn prefetch(&self) -> Vec<Question> {
        Vec::new()
    }

    /// Looks. `facts` holds what the steps it needs have learned.
    ///
    /// # Errors
    /// When the look itself failed; the state is then unknown, not wrong.
    fn observe<'a>(&'a self, host: &'a dyn ReadHost, facts: &'a Facts) -> BoxFuture<'a, Probe>;

    /// The changes that would bring it about from what was seen. Empty when it is in place.
    ///
    /// # Errors
    /// When only a person, or a flag that was not given, can bring it about.
    fn plan(&self, seen: &Observation, facts: &Facts) -> Result<Vec<Change>, Fault>;

    /// What it will probably do when its needs are met, for a preview in which they are not yet.
    /// Consent to a plan covers the kinds, rights and risks forecast here. A check forecasts nothing.
    fn forecast(&self) -> Vec<Forecast> {
        Vec::new()
    }

    /// How long after its changes it may take until it is seen to hold.
    fn deadline(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// What of ours will stay although [`Step::undo`] is carried out, and why: a sentence each.
    fn stays<'a>(
        &'a self,
        _host: &'a dyn ReadHost,
        _receipt: &'a Receipt,
    ) -> BoxFuture<'a, Vec<Notice>> {
        Box::pin(async { Vec::new() })
    }

    /// Puts back what `receipt` says we made, given what is seen now; in order.
    /// Nothing of ours left means nothing to do.
    ///
    /// # Errors
    /// When it cannot be told what of ours is still there, or it is not to go before a person has done
    /// something (a reason of exit code 4).
    fn undo<'a>(
        &'a self,
        _host: &'a dyn ReadHost,
        _facts: &'a Facts,
        _receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
