//! What `doctor` looks at beyond the steps of `up`: checks are steps that plan nothing by
//! themselves. One topic a file.

mod agent;
mod cdi;
mod check;
mod cluster;
mod docker;
mod docker_daemon;
mod gpus;
mod host;
mod minikube;
mod nfs;
mod pod_trouble;
mod pods;
mod queue_mistakes;
mod stack;
mod toolkit;
mod wandb;

use super::Wish;
use crate::step::Step;
use std::sync::Arc;

/// Every check, in no particular order.
pub fn checks(wish: &Arc<Wish>) -> Vec<Arc<dyn Step>> {
    let mut all = host::checks(wish);
    all.extend(stack::checks(wish));
    all
}
