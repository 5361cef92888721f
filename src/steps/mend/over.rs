//! A mend in the place of its check: only what the check finds wrong is mended.

use crate::host::ReadHost;
use crate::model::{Change, Facts, Fault, Observation, Probe, State, StepId};
use crate::step::Step;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

/// See the module.
pub struct Over {
    mend: Arc<dyn Step>,
    check: Arc<dyn Step>,
}

impl Over {
    /// A mend and the check of the same name.
    pub fn new(mend: Arc<dyn Step>, check: Arc<dyn Step>) -> Self {
        Self { mend, check }
    }
}

impl Step for Over {
    fn id(&self) -> StepId {
        self.mend.id()
    }

    fn title(&self) -> &'static str {
        self.check.title()
    }

    fn needs(&self) -> &[StepId] {
        self.mend.needs()
    }

    fn explains(&self) -> &[StepId] {
        self.check.explains()
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let found = self.check.observe(host, facts).await?;
            if found.state == State::InPlace && found.warnings.is_empty() {
                return Ok(found);
            }
            let seen = self.mend.observe(host, facts).await?;
            Ok(match seen.state {
                // What is wrong is nothing that can be mended here.
                State::InPlace => found,
                _ => seen,
            })
        })
    }

    fn plan(&self, seen: &Observation, facts: &Facts) -> Result<Vec<Change>, Fault> {
        self.mend.plan(seen, facts)
    }

    fn deadline(&self) -> Duration {
        self.mend.deadline().max(self.check.deadline())
    }
}
