//! minikube, Kubernetes, NFS, packages and the agent: texts as they were seen, whole pastes in
//! which several layers speak, and what these tools print when all is well.

mod agent;
mod healthy;
mod kube;
mod minikube;
mod nfs;
mod package;
mod pastes;
mod pods;

use super::super::{diagnose, read};
use super::Known;

/// Every known text of this side, by tool.
pub(super) const TEXTS: &[&[Known]] = &[
    minikube::TEXTS,
    kube::TEXTS,
    pods::TEXTS,
    nfs::TEXTS,
    agent::TEXTS,
    package::TEXTS,
];

/// All that gave another answer than the right one, in one message.
fn complaints(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_text_of_the_cluster_side_gives_its_reason() {
    let all = TEXTS.iter().copied().flatten().chain(pastes::TEXTS);
    let mut wrong = Vec::new();
    for (source, reason, text) in all {
        let as_output = diagnose(text);
        let as_paste = read(text).map(|found| found.reason);
        if as_output != Some(*reason) || as_paste != Some(*reason) {
            wrong.push(format!(
                "{reason}: as output {as_output:?}, as paste {as_paste:?}: {source}: {text:.120}"
            ));
        }
    }
    complaints(&wrong);
}

#[test]
fn a_healthy_cluster_side_gives_nothing() {
    let mut wrong = Vec::new();
    for (source, text) in healthy::TEXTS {
        if let Some(found) = read(text) {
            wrong.push(format!("{source}: {found:?}"));
        }
    }
    complaints(&wrong);
}
