//! Every step there is, in one list.

use super::checks::checks;
use super::mend::{Over, mends};
use super::{StepFlags, Wish};
use super::{
    agent::Agent, agent_env::AgentEnv, agent_unit::AgentUnit, container::Container, docker::Docker,
    driver::Driver, gpu_node::Node, minikube::Cluster, minikube_binary::Binary,
    nfs_export::NfsExport, nfs_server::NfsServer, toolkit::Toolkit, user::User, volume::Volume,
    wandb::Account,
};
use crate::config::Settings;
use crate::host::Identity;
use crate::step::Step;
use std::sync::Arc;

/// The steps of these settings, each after those it needs. Without `nfs.enabled` there is no shared
/// cache; with a foreign `nfs.server` this host exports nothing.
pub fn catalog(
    settings: Arc<Settings>,
    flags: StepFlags,
    identity: &Identity,
) -> Vec<Arc<dyn Step>> {
    steps(&Arc::new(Wish::new(settings, flags, identity)))
}

/// The steps, and everything else that `doctor` looks at.
pub fn catalog_with_checks(
    settings: Arc<Settings>,
    flags: StepFlags,
    identity: &Identity,
) -> Vec<Arc<dyn Step>> {
    let wish = Arc::new(Wish::new(settings, flags, identity));
    let mut all = steps(&wish);
    all.extend(checks(&wish));
    all
}

/// The steps, and everything else that `doctor --fix` can mend; the other checks stay what they are.
pub fn catalog_with_mends(
    settings: Arc<Settings>,
    flags: StepFlags,
    identity: &Identity,
) -> Vec<Arc<dyn Step>> {
    let wish = Arc::new(Wish::new(settings, flags, identity));
    let mut all = steps(&wish);
    let mut mends = mends(&wish);
    for check in checks(&wish) {
        match mends.iter().position(|mend| mend.id() == check.id()) {
            Some(at) => all.push(Arc::new(Over::new(mends.swap_remove(at), check))),
            None => all.push(check),
        }
    }
    all
}

fn steps(wish: &Arc<Wish>) -> Vec<Arc<dyn Step>> {
    let mut steps: Vec<Arc<dyn Step>> = vec![
        Arc::new(User::new(wish.clone())),
        Arc::new(Docker::new(wish.clone())),
        Arc::new(Driver::new(wish.clone())),
        Arc::new(Toolkit::new(wish.clone())),
        Arc::new(Container::new(wish.clone())),
        Arc::new(Binary::new(wish.clone())),
        Arc::new(Cluster::new(wish.clone())),
        Arc::new(Node::new(wish.clone())),
    ];
    if wish.serves_nfs() {
        steps.push(Arc::new(NfsServer::new(wish.clone())));
        steps.push(Arc::new(NfsExport::new(wish.clone())));
    }
    if wish.settings.nfs.enabled {
        steps.push(Arc::new(Volume::new(wish.clone())));
    }
    steps.push(Arc::new(Account::new(wish.clone())));
    steps.push(Arc::new(AgentEnv::new(wish.clone())));
    steps.push(Arc::new(AgentUnit::new(wish.clone())));
    steps.push(Arc::new(Agent::new(wish.clone())));
    steps
}
