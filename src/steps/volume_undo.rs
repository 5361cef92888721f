//! Giving volume and claim back: not while a pod uses the claim.
//!
//! A claim that is deleted under a running pod stays `Terminating` until that pod ends, and the export
//! below it would be gone by then: the pod hangs on a mount nobody serves.

use super::look::api_failed;
use super::volume::Volume;
use crate::host::{KubeQuery, Query, ReadHost};
use crate::model::{Advice, Change, Effect, Fault, ObjectRef, Receipt, Touch};
use crate::parse::{minikube, pods};
use crate::reason::ids;
use serde_json::Value;

/// At most so many pods are named.
const NAMED: usize = 5;

impl Volume {
    /// What goes now of the objects that we made.
    ///
    /// # Errors
    /// `VOLUME_IN_USE` while pods use the claim; when the cluster is there and does not say.
    pub(super) async fn take_back(
        &self,
        host: &dyn ReadHost,
        receipt: &Receipt,
    ) -> Result<Vec<Change>, Fault> {
        let cluster = Touch::Cluster(self.wish.profile().to_owned());
        if receipt.is_ours(&cluster) && !self.wish.flags.cluster_stays {
            // They go with it.
            return Ok(Vec::new());
        }
        let [namespace, pv, pvc] = self.names();
        let mut ours = vec![pvc.clone(), pv];
        if !self.wish.flags.cluster_stays {
            ours.push(namespace);
        }
        ours.retain(|object| receipt.is_ours(&Touch::Object(object.clone())));
        if ours.is_empty() || self.cluster_is_gone(host).await {
            return Ok(Vec::new());
        }
        if ours.contains(&pvc) {
            self.refuse_while_used(host).await?;
        }
        let delete = |object: ObjectRef| {
            Change::disruptive(
                Effect::DeleteObject { object },
                "it was made by gpucluster",
                "jobs can mount it no longer; the files on the server stay",
            )
        };
        Ok(ours.into_iter().map(delete).collect())
    }

    /// What of ours stays with a cluster that stays, in words.
    pub(super) fn kept(&self, receipt: &Receipt) -> Option<String> {
        let [namespace, ..] = self.names();
        let stays =
            self.wish.flags.cluster_stays && receipt.is_ours(&Touch::Object(namespace.clone()));
        stays.then(|| format!("{namespace} stays: jobs run there, and would be deleted with it"))
    }

    /// The objects went with a cluster that somebody deleted.
    async fn cluster_is_gone(&self, host: &dyn ReadHost) -> bool {
        let query = Query::MinikubeStatus {
            profile: self.wish.profile().to_owned(),
        };
        let Ok(answer) = host.query(&query).await else {
            return false;
        };
        matches!(
            minikube::status(&answer.text()),
            Ok(minikube::Status::NoProfile)
        )
    }

    async fn refuse_while_used(&self, host: &dyn ReadHost) -> Result<(), Fault> {
        let claim = &self.wish.settings.nfs.claim;
        let namespace = &self.wish.settings.namespace;
        let list = host.kube(&pods_of(namespace)).await.map_err(api_failed)?;
        let users = pods::users_of(list.as_ref().unwrap_or(&Value::Null), claim);
        if users.is_empty() {
            return Ok(());
        }
        let mut names: Vec<&str> = users.iter().take(NAMED).map(|pod| &*pod.name).collect();
        let more = format!("{} more", users.len().saturating_sub(NAMED));
        if users.len() > NAMED {
            names.push(&more);
        }
        let count = match users.len() {
            1 => "1 pod uses".to_owned(),
            many => format!("{many} pods use"),
        };
        Err(Fault::new(
            ids::VOLUME_IN_USE,
            format!(
                "{count} the claim {namespace}/{claim}: {}",
                names.join(", ")
            ),
        )
        .advise(Advice::run(
            "see pods and jobs, and wait until they end or delete the jobs",
            self.kubectl(&format!("get pods,jobs -n {namespace}")),
        ))
        .advise(Advice::run(
            "keep new jobs from starting meanwhile",
            "gpucluster agent stop",
        )))
    }
}

fn pods_of(namespace: &str) -> KubeQuery {
    KubeQuery::List {
        api_version: "v1".to_owned(),
        kind: "Pod".to_owned(),
        namespace: Some(namespace.to_owned()),
        selector: String::new(),
    }
}
