//! `k8s.volume`: the claim that jobs mount is bound to the exported folder.

use super::look::{Todo, api_failed, forecast, forecast_safe, known, kubes, todo, unrendered};
use super::manifest_diff::{is_going, is_managed, named, phase};
use super::{Wish, id};
use crate::host::{KubeQuery, Question, ReadHost};
use crate::model::{
    Advice, Change, Diff, Effect, EffectKind, Facts, Fault, Forecast, Notice, ObjectRef,
    Observation, Privilege, Probe, Receipt, Risk, State, StepId,
};
use crate::reason::ids;
use crate::render::{self, VolumeSpec};
use crate::step::Step;
use futures::future::BoxFuture;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

const RELEASED: &str = "PersistentVolume status.phase";
/// Fields the API refuses to change once an object exists.
const IMMUTABLE: [&str; 6] = [
    "PersistentVolume spec.nfs.server",
    "PersistentVolume spec.nfs.path",
    "PersistentVolumeClaim spec.volumeName",
    "PersistentVolumeClaim spec.storageClassName",
    "PersistentVolumeClaim spec.accessModes",
    "PersistentVolumeClaim spec.resources.requests.storage",
];

/// See the module.
pub struct Volume {
    pub(super) wish: Arc<Wish>,
    needs: Vec<StepId>,
}

impl Volume {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        let needs = if wish.serves_nfs() {
            vec![id::NFS_EXPORT]
        } else {
            vec![id::CLUSTER]
        };
        Self { wish, needs }
    }

    fn has_namespace(&self) -> bool {
        self.wish.settings.namespace != "default"
    }

    pub(super) fn names(&self) -> [ObjectRef; 3] {
        let nfs = &self.wish.settings.nfs;
        [
            ObjectRef::new("v1", "Namespace", None, &self.wish.settings.namespace),
            ObjectRef::new("v1", "PersistentVolume", None, &nfs.volume),
            self.wish.namespaced("PersistentVolumeClaim", &nfs.claim),
        ]
    }

    fn spec(&self, facts: &Facts) -> Result<VolumeSpec, Fault> {
        let nfs = &self.wish.settings.nfs;
        let server = match &nfs.server {
            Some(server) => server,
            None => known(
                facts.cluster_gateway(),
                "this host's address on the cluster's network",
            )?,
        };
        Ok(VolumeSpec {
            namespace: self.wish.settings.namespace.clone(),
            volume: nfs.volume.clone(),
            claim: nfs.claim.clone(),
            capacity: nfs.capacity.clone(),
            server: server.clone(),
            path: nfs.path.to_string(),
            version: nfs.version.clone(),
        })
    }

    fn apply_all(&self, facts: &Facts) -> Result<Vec<Change>, Fault> {
        let spec = self.spec(facts)?;
        let mut objects = Vec::new();
        if self.has_namespace() {
            let object = render::namespace(&spec.namespace).map_err(unrendered)?;
            objects.push((object, "the claim and the jobs live there"));
        }
        let volume = render::volume(&spec).map_err(unrendered)?;
        objects.push((volume, "the exported folder, as Kubernetes sees it"));
        let claim = render::volume_claim(&spec).map_err(unrendered)?;
        objects.push((claim, "what the queue's jobs mount"));
        Ok(objects
            .into_iter()
            .map(|(object, why)| Change::safe(Effect::ApplyObject { object }, why))
            .collect())
    }

    pub(super) fn kubectl(&self, rest: &str) -> String {
        format!(
            "kubectl --kubeconfig {} {rest}",
            self.wish.layout.kubeconfig
        )
    }

    fn immutable(&self, diffs: &[&Diff]) -> Fault {
        let nfs = &self.wish.settings.nfs;
        let mut fault = Fault::new(
            ids::VOLUME_IMMUTABLE,
            format!(
                "{} or {} differs in fields that Kubernetes never changes",
                nfs.volume, nfs.claim
            ),
        );
        for diff in diffs {
            fault = fault.caused_by(format!(
                "{} is {}, wanted {}",
                diff.field, diff.have, diff.want
            ));
        }
        fault
            .advise(Advice::run(
                "delete both (the files stay on the server) once no job uses them, then run `gpucluster up` again",
                self.kubectl(&format!(
                    "delete pvc/{} -n {} && {}",
                    nfs.claim,
                    self.wish.settings.namespace,
                    self.kubectl(&format!("delete pv/{}", nfs.volume))
                )),
            ))
            .advise(Advice::run(
                "or let gpucluster do it",
                "gpucluster up --recreate-cluster",
            ))
    }

    fn released(&self, pv: &Value) -> Fault {
        let volume = &self.wish.settings.nfs.volume;
        let claim = pv.pointer("/spec/claimRef/name").and_then(Value::as_str);
        Fault::new(
            ids::VOLUME_RELEASED,
            format!("{volume} is Released: it remembers a claim that was deleted"),
        )
        .caused_by(format!(
            "claimRef is {}, and the volume was not made by gpucluster",
            claim.unwrap_or("(none)")
        ))
        .advise(Advice::run(
            "make it available again",
            self.kubectl(&format!(
                "patch pv {volume} --type json -p '[{{\"op\":\"remove\",\"path\":\"/spec/claimRef\"}}]'"
            )),
        ))
    }

    fn judge(&self, spec: &VolumeSpec, objects: [Option<Value>; 3]) -> Probe {
        let [namespace, pv, pvc] = objects;
        for (object, name) in [(&pvc, &spec.claim), (&pv, &spec.volume)] {
            if is_going(object.as_ref()) {
                return Ok(Observation::new(
                    State::Underway(format!("{name} is being deleted; a pod may still use it")),
                    format!("{name} is being deleted"),
                ));
            }
        }
        if pv.is_none() && pvc.is_none() {
            return Ok(Observation::absent(format!(
                "no claim {}/{}",
                spec.namespace, spec.claim
            )));
        }
        let mut diffs = Vec::new();
        if self.has_namespace() && namespace.is_none() {
            diffs.push(Diff::new("Namespace", &spec.namespace, "missing"));
        }
        match &pv {
            None => diffs.push(Diff::new("PersistentVolume", &spec.volume, "missing")),
            Some(pv) => {
                let want = render::volume(spec).map_err(unrendered)?;
                diffs.extend(named("PersistentVolume", &want, pv));
                if matches!(phase(pv), "Released" | "Failed") {
                    if !is_managed(pv) {
                        return Ok(Observation::needs_human(self.released(pv)));
                    }
                    diffs.push(Diff::new(RELEASED, "Bound", phase(pv)));
                }
            }
        }
        match &pvc {
            None => diffs.push(Diff::new("PersistentVolumeClaim", &spec.claim, "missing")),
            Some(pvc) => {
                let want = render::volume_claim(spec).map_err(unrendered)?;
                diffs.extend(named("PersistentVolumeClaim", &want, pvc));
            }
        }
        let source = format!("{}:{}", spec.server, spec.path);
        if !diffs.is_empty() {
            let fields: Vec<&str> = diffs.iter().map(|diff| diff.field.as_str()).collect();
            return Ok(Observation::drifted(
                format!("differs: {}", fields.join(", ")),
                diffs,
            ));
        }
        let claim = pvc.as_ref().map_or("Pending", phase);
        if claim == "Bound" {
            return Ok(Observation::in_place(format!(
                "{}/{} is bound to {source}",
                spec.namespace, spec.claim
            )));
        }
        let text = format!("claim {}/{} is {claim}", spec.namespace, spec.claim);
        Ok(Observation::new(State::Underway(text.clone()), text))
    }
}

impl Step for Volume {
    fn id(&self) -> StepId {
        id::VOLUME
    }

    fn title(&self) -> &'static str {
        "The claim is bound"
    }

    fn needs(&self) -> &[StepId] {
        &self.needs
    }

    fn prefetch(&self) -> Vec<Question> {
        kubes(self.names().map(KubeQuery::Get))
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let spec = self.spec(facts)?;
            let [namespace, pv, pvc] = self.names().map(KubeQuery::Get);
            let (namespace, pv, pvc) =
                tokio::join!(host.kube(&namespace), host.kube(&pv), host.kube(&pvc));
            self.judge(
                &spec,
                [
                    namespace.map_err(api_failed)?,
                    pv.map_err(api_failed)?,
                    pvc.map_err(api_failed)?,
                ],
            )
        })
    }

    fn plan(&self, seen: &Observation, facts: &Facts) -> Result<Vec<Change>, Fault> {
        let diffs = match todo(seen)? {
            Todo::Nothing => return Ok(Vec::new()),
            Todo::Make => return self.apply_all(facts),
            Todo::Mend(diffs) => diffs,
        };
        let [_, pv, pvc] = self.names();
        let immutable: Vec<&Diff> = diffs
            .iter()
            .filter(|diff| IMMUTABLE.contains(&diff.field.as_str()))
            .collect();
        let mut changes = Vec::new();
        if !immutable.is_empty() {
            if !self.wish.flags.recreate_cluster {
                return Err(self.immutable(&immutable));
            }
            for object in [pvc, pv] {
                changes.push(Change::destructive(
                    Effect::DeleteObject { object },
                    "Kubernetes never changes these fields; the object must be made anew",
                    "pods that mount the claim lose it; the files on the server stay",
                ));
            }
        } else if diffs.iter().any(|diff| diff.field == RELEASED) {
            changes.push(Change::disruptive(
                Effect::DeleteObject { object: pv },
                "it remembers a claim that was deleted, and never binds again",
                "the files on the server stay: the volume's policy is Retain",
            ));
        }
        changes.extend(self.apply_all(facts)?);
        Ok(changes)
    }

    fn forecast(&self) -> Vec<Forecast> {
        let [namespace, pv, pvc] = self.names();
        let mut forecasts: Vec<Forecast> = [namespace, pv, pvc]
            .iter()
            .skip(usize::from(!self.has_namespace()))
            .map(|name| forecast_safe(EffectKind::ApplyObject, format!("apply {name}")))
            .collect();
        if self.wish.flags.recreate_cluster {
            forecasts.push(forecast(
                EffectKind::DeleteObject,
                Privilege::User,
                Risk::Destructive,
                "delete claim and volume, if fields differ that cannot be changed; the files stay",
            ));
        }
        forecasts
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(120)
    }

    fn stays<'a>(
        &'a self,
        _host: &'a dyn ReadHost,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Vec<Notice>> {
        Box::pin(async move { self.kept(receipt).map(Notice::info).into_iter().collect() })
    }

    fn undo<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(self.take_back(host, receipt))
    }
}
