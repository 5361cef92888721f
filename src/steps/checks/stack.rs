//! What stands on the machine: Docker, the container toolkit, minikube, the cluster, NFS, W&B.

use super::{
    agent, cdi, cluster, docker, docker_daemon, gpus, minikube, nfs, pods, toolkit, wandb,
};
use crate::step::Step;
use crate::steps::Wish;
use std::sync::Arc;

/// The checks of the stack, in the order in which it stands.
pub fn checks(wish: &Arc<Wish>) -> Vec<Arc<dyn Step>> {
    let mut all = Vec::new();
    all.extend(docker::checks(wish));
    all.extend(docker_daemon::checks(wish));
    all.extend(toolkit::checks(wish));
    all.push(cdi::check(wish));
    all.extend(minikube::checks(wish));
    all.extend(cluster::checks(wish));
    all.extend(gpus::checks(wish));
    all.push(pods::check(wish));
    all.extend(nfs::checks(wish));
    all.extend(wandb::checks(wish));
    all.extend(agent::checks(wish));
    all.into_iter()
        .map(|check| Arc::new(check) as Arc<dyn Step>)
        .collect()
}
