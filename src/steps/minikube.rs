//! `minikube.cluster`: the cluster that runs with GPUs.
//!
//! A healthy cluster is never started: `minikube start` on it restarts the node's Docker and every
//! job (kubernetes/minikube `pkg/minikube/cruntime/docker.go`).

use super::cluster_plan::{self, forecasts};
use super::cluster_view::{self, ClusterView};
use super::look::{Todo, failed, kubes, todo, tools, unreadable};
use super::{Wish, id};
use crate::host::{KubeQuery, Query, Question, ReadHost};
use crate::model::{
    Advice, Change, Fact, Facts, Fault, Forecast, Notice, Observation, Probe, Receipt, StepId,
};
use crate::parse::{docker, docker_network, minikube};
use crate::reason::ids;
use crate::step::Step;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

/// `minikube.cluster`.
pub struct Cluster {
    wish: Arc<Wish>,
    needs: [StepId; 3],
}

impl Cluster {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self {
            wish,
            needs: [id::USER, id::CONTAINER, id::MINIKUBE],
        }
    }

    fn containers_query(&self) -> Query {
        Query::DockerContainers {
            label: format!("name.minikube.sigs.k8s.io={}", self.wish.profile()),
        }
    }

    fn network_query(&self) -> Query {
        Query::DockerNetwork {
            name: self.wish.profile().to_owned(),
        }
    }

    fn status_query(&self) -> Query {
        Query::MinikubeStatus {
            profile: self.wish.profile().to_owned(),
        }
    }

    /// Creating a profile deletes a minikube container of that name, whoever owns it
    /// (kubernetes/minikube `pkg/drivers/kic/kic.go`).
    fn name_taken(&self, containers: &[String]) -> Fault {
        Fault::new(
            ids::CLUSTER_NAME_TAKEN,
            format!(
                "a minikube container of profile `{}` exists, and no profile of this user goes with it",
                self.wish.profile()
            ),
        )
        .caused_by(format!("containers: {}", containers.join(", ")))
        .advise(Advice::say(
            "it may be another user's cluster, which a start would destroy: choose another `profile` in the settings",
        ))
    }
}

impl Step for Cluster {
    fn id(&self) -> StepId {
        id::CLUSTER
    }

    fn title(&self) -> &'static str {
        "The cluster runs with GPUs"
    }

    fn needs(&self) -> &[StepId] {
        &self.needs
    }

    fn prefetch(&self) -> Vec<Question> {
        let mut questions = tools([
            Query::MinikubeProfiles,
            self.status_query(),
            self.containers_query(),
            self.network_query(),
        ]);
        questions.extend(kubes([KubeQuery::Ready]));
        questions
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let (containers_query, network_query, status_query) = (
                self.containers_query(),
                self.network_query(),
                self.status_query(),
            );
            let (profiles, status, containers, network, kubeconfig, ready) = tokio::join!(
                host.query(&Query::MinikubeProfiles),
                host.query(&status_query),
                host.query(&containers_query),
                host.query(&network_query),
                host.read_file(&self.wish.layout.kubeconfig),
                host.kube(&KubeQuery::Ready),
            );
            let profiles = profiles.map_err(failed)?;
            let profiles = minikube::profiles(&profiles.stdout)
                .map_err(|error| unreadable(error).with_evidence(&profiles.stderr))?;
            let profile = profiles
                .into_iter()
                .find(|profile| profile.name == self.wish.profile());
            let Some(profile) = profile else {
                let containers = containers.map_err(failed)?;
                let names = docker::containers(&containers.stdout).map_err(unreadable)?;
                if !names.is_empty() {
                    return Ok(Observation::needs_human(self.name_taken(&names)));
                }
                let seen = Observation::absent(format!("no profile `{}`", self.wish.profile()));
                return Ok(cluster_view::with_stray_agent(host, &self.wish, seen).await);
            };
            let status = status.map_err(failed)?;
            let view = ClusterView {
                options: cluster_view::option_diffs(&self.wish, &profile),
                status: minikube::status(&status.stdout)
                    .map_err(|error| unreadable(error).with_evidence(&status.stderr))?,
                kubeconfig: cluster_view::kubeconfig_is_ours(
                    kubeconfig.map_err(failed)?.as_deref(),
                    self.wish.profile(),
                ),
                ready,
                profile,
            };
            let seen = cluster_view::judge(host, &self.wish, &view).await;
            let mut seen = cluster_view::with_stray_agent(host, &self.wish, seen).await;
            if let Ok(answer) = network
                && answer.ok()
                && let Ok(network) = docker_network::network(&answer.stdout)
            {
                seen = seen
                    .learned(Fact::ClusterSubnet(network.subnet))
                    .learned(Fact::ClusterGateway(network.gateway));
            }
            // The node of a profile's only control plane is named as the profile.
            seen = seen.learned(Fact::NodeName(self.wish.profile().to_owned()));
            if self.wish.flags.recreate_cluster && seen.is_in_place() {
                seen.warnings.push(Notice::info(
                    "--recreate-cluster has nothing to do: the cluster has GPUs and the options wanted",
                ));
            }
            Ok(seen)
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        match todo(seen)? {
            Todo::Nothing => Ok(Vec::new()),
            Todo::Make => Ok(cluster_plan::create(&self.wish)),
            Todo::Mend(diffs) => cluster_plan::mend(&self.wish, diffs),
        }
    }

    fn forecast(&self) -> Vec<Forecast> {
        forecasts(&self.wish)
    }

    fn deadline(&self) -> Duration {
        Duration::from_secs(180)
    }

    fn undo<'a>(
        &'a self,
        _host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(async move { Ok(cluster_plan::undo(&self.wish, receipt)) })
    }
}
