//! Who runs gpucluster: an ordinary user, as minikube demands.

use super::{Wish, id};
use crate::host::ReadHost;
use crate::model::{Advice, Change, Facts, Fault, Observation, Probe, StepId};
use crate::reason::ids;
use crate::step::Step;
use futures::future::BoxFuture;
use std::sync::Arc;

/// The user is not root.
///
/// A step of its own without needs, so that it is said together with everything else that is wrong
/// and not only once Docker answers.
pub struct User {
    wish: Arc<Wish>,
}

impl User {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self { wish }
    }
}

impl Step for User {
    fn id(&self) -> StepId {
        id::USER
    }

    fn title(&self) -> &'static str {
        "An ordinary user runs gpucluster"
    }

    fn needs(&self) -> &[StepId] {
        &[]
    }

    fn observe<'a>(&'a self, _host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let identity = &self.wish.identity;
            if identity.uid != 0 {
                return Ok(Observation::in_place(identity.user.clone()));
            }
            // minikube exits with DRV_AS_ROOT (57) unless forced, and forcing switches its own
            // checks off (minikube cmd/start.go, validateUser).
            Ok(Observation::needs_human(
                Fault::new(ids::RUNNING_AS_ROOT, "you are root, and minikube refuses to run as root")
                    .advise(Advice::say(
                        "run gpucluster as an ordinary user who is in the group `docker`; it asks for root rights where it needs them",
                    )),
            ))
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        super::look::nothing_to_plan(seen)
    }
}
