//! The cluster as a rehearsal sees it: the real one with rehearsed objects laid over it, or, once
//! the cluster itself was started or deleted in the rehearsal, the shadow's alone.

use super::super::{HostError, KubeQuery, kube};
use super::Overlay;
use super::sim::{At, KINDS};
use crate::model::ObjectRef;
use serde_json::Value;

/// Kinds whose objects the real cluster's own controllers make: read from it while it is the real
/// one that runs.
const OF_CONTROLLERS: &[&str] = &["Node", "Pod", "DaemonSet", "StorageClass", "Job", "Event"];

impl Overlay {
    /// Asks the cluster.
    pub(super) async fn kube_view(&self, query: &KubeQuery) -> Result<Option<Value>, HostError> {
        if self.shadow().cluster {
            return kube::query(self.client(), query, kube::REQUEST_LIMIT).await;
        }
        match query {
            KubeQuery::Ready | KubeQuery::Log { .. } => self.real.kube(query).await,
            KubeQuery::Get(object) => {
                if self.laid_over(object) {
                    return kube::query(self.client(), query, kube::REQUEST_LIMIT).await;
                }
                if self.taken_away(object) {
                    return Ok(None);
                }
                self.real.kube(query).await
            }
            KubeQuery::List { kind, .. } => {
                let mut list = self.real.kube(query).await?;
                if !OF_CONTROLLERS.contains(&kind.as_str())
                    && let Some(items) = list.as_mut().and_then(|l| l["items"].as_array_mut())
                {
                    self.lay_over(query, items).await?;
                }
                Ok(list)
            }
        }
    }

    async fn lay_over(&self, query: &KubeQuery, items: &mut Vec<Value>) -> Result<(), HostError> {
        if !self.knows_cluster() {
            return Ok(());
        }
        let name = |item: &Value| {
            let meta = &item["metadata"];
            (meta["namespace"].clone(), meta["name"].clone())
        };
        items.retain(|item| {
            let removed = ObjectRef::of(item).is_some_and(|object| self.taken_away(&object));
            !removed
        });
        let Some(shadowed) = kube::query(self.client(), query, kube::REQUEST_LIMIT).await? else {
            return Ok(());
        };
        for item in shadowed["items"].as_array().into_iter().flatten() {
            items.retain(|have| name(have) != name(item));
            items.push(item.clone());
        }
        Ok(())
    }

    /// Whether the shadow's world has our cluster in it at all.
    fn knows_cluster(&self) -> bool {
        let world = self.bench.world();
        world.minikube.profiles.contains_key(&self.profile)
    }

    /// Whether an object was seeded or applied in the shadow.
    fn laid_over(&self, object: &ObjectRef) -> bool {
        if OF_CONTROLLERS.contains(&object.kind.as_str()) {
            return false;
        }
        let world = self.bench.world();
        let profile = world.minikube.profiles.get(&self.profile);
        profile.is_some_and(|profile| place(object).is_some_and(|at| profile.api.has(&at)))
    }

    /// Whether an object was deleted in the rehearsal.
    fn taken_away(&self, object: &ObjectRef) -> bool {
        let world = self.bench.world();
        let done = format!("delete {object}");
        world
            .log
            .iter()
            .any(|entry| entry.failed.is_none() && entry.text == done)
    }
}

/// Where an object is in a store.
pub fn place(object: &ObjectRef) -> Option<At> {
    let (_, _, plural, namespaced) = KINDS.iter().find(|kind| kind.1 == object.kind)?;
    let namespace = match (namespaced, &object.namespace) {
        (false, _) => "",
        (true, Some(namespace)) => namespace,
        (true, None) => "default",
    };
    Some(At::new(plural, namespace, &object.name))
}
