//! What `doctor --fix` mends beyond the steps of `up`: each stands in the place of the check of the
//! same name ([`Over`]), which has to find something wrong first.

mod cdi;
mod devices;
mod home;
mod over;

pub use over::Over;

use super::Wish;
use crate::model::ReasonId;
use crate::reason::ids;
use crate::step::Step;
use std::sync::Arc;

/// Every mend, in no particular order.
pub fn mends(wish: &Arc<Wish>) -> Vec<Arc<dyn Step>> {
    vec![
        Arc::new(devices::Devices),
        Arc::new(cdi::Specification),
        Arc::new(home::MinikubeHome::new(wish.clone())),
    ]
}

/// What it takes to mend a problem here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// `doctor --fix`.
    Fix,
    /// `doctor --fix --install`: something is missing.
    Install,
}

/// How problems of this reason can be mended here; whether that is possible on a given machine, its
/// plan tells.
pub fn remedy(reason: ReasonId) -> Option<Remedy> {
    match reason {
        ids::DOCKER_NOT_RUNNING
        | ids::DOCKER_PERMISSION
        | ids::GPU_DRIVER_NOT_LOADED
        | ids::GPU_MODESET_MISSING
        | ids::GPU_CDI_STALE
        | ids::MINIKUBE_HOME_PERMISSION => Some(Remedy::Fix),
        ids::DOCKER_NOT_INSTALLED
        | ids::GPU_TOOLKIT_MISSING
        | ids::MINIKUBE_NOT_INSTALLED
        | ids::MINIKUBE_TOO_OLD => Some(Remedy::Install),
        _ => None,
    }
}
