//! `wandb.server` and `wandb.queue`: the server can be reached, and jobs can be made from the queue's
//! configuration.

use super::check::{Check, Seeing, not_used, problem};
use super::queue_mistakes::{Surroundings, mistakes, risks};
use crate::host::{HostError, KubeQuery, Query, Question};
use crate::model::{Advice, Fault, ObjectRef, Observation, Probe, SecretName, StepId};
use crate::parse::wandb::Reply;
use crate::parse::wandb_queue::{self, Queue};
use crate::reason::ids;
use crate::steps::look::{failed, known, unreadable};
use crate::steps::wandb::netloc;
use crate::steps::{Wish, id};
use futures::future::join_all;
use std::sync::Arc;

/// The checks.
pub fn checks(wish: &Arc<Wish>) -> [Check; 2] {
    let asked = netloc(wish.base_url()).map(|_| Question::Tool(viewer(wish)));
    [
        Check::new(
            wish,
            StepId::new("wandb.server"),
            "W&B's server can be reached from here",
            |seeing| Box::pin(server(seeing)),
        )
        .explains(&[id::WANDB, id::AGENT])
        .asks(asked.into_iter().collect()),
        Check::new(
            wish,
            StepId::new("wandb.queue"),
            "Jobs can be made from the queue's configuration",
            |seeing| Box::pin(queue(seeing)),
        )
        .needs(&[id::WANDB]),
    ]
}

fn viewer(wish: &Wish) -> Query {
    Query::WandbViewer {
        base_url: wish.base_url().to_owned(),
    }
}

async fn server(seeing: Seeing<'_>) -> Probe {
    let (wish, host) = (seeing.wish, seeing.host);
    let url = wish.base_url();
    if netloc(url).is_none() {
        return Ok(not_used("`wandb.base_url` is no address"));
    }
    if !host.has_secret(SecretName::WandbKey) {
        return Ok(not_used("without a key nothing is asked of it"));
    }
    let words = match host.query(&viewer(wish)).await {
        Ok(answer) if answer.code < 500 => {
            return Ok(Observation::in_place(format!("{url} answers")));
        }
        Ok(answer) => format!("it answers with HTTP {}", answer.code),
        // Never sent: the key has not the form of one.
        Err(HostError::Denied(_)) => return Ok(not_used("without a key nothing is asked of it")),
        Err(error) => error.to_string(),
    };
    problem(
        Fault::new(
            ids::WANDB_UNREACHABLE,
            format!("{url} cannot be reached from here"),
        )
        .caused_by(&words)
        .advise(way(&words, url)),
    )
}

/// What mends the way there, by where it ends.
fn way(words: &str, url: &str) -> Advice {
    let has = |part: &str| words.contains(part);
    let see = format!("curl -sSI {url}");
    if has("through the proxy") {
        Advice::run(
            "see whether the proxy is the right one",
            "env | grep -i _proxy",
        )
    } else if has("cannot be resolved") {
        let name = netloc(url).unwrap_or(url).to_owned();
        let name = name.split(':').next().unwrap_or_default();
        Advice::run("ask the name server for it", format!("getent hosts {name}"))
    } else if has("certificate") {
        Advice::say(
            "add the certificate of the authority that signed it to this machine's, and compare the clock (`date -u`)",
        )
    } else if has("HTTP 5") {
        Advice::say("the server itself is in trouble: try again later")
    } else {
        Advice::run("see whether anything answers there", see)
    }
}

async fn queue(seeing: Seeing<'_>) -> Probe {
    let (wish, host) = (seeing.wish, seeing.host);
    let entity = known(seeing.facts.wandb_entity(), "the entity of the queue")?;
    let name = &wish.settings.wandb.queue;
    let answer = host
        .query(&Query::WandbQueue {
            base_url: wish.base_url().to_owned(),
            entity: entity.clone(),
            queue: name.clone(),
        })
        .await
        .map_err(failed)?;
    let queue = match wandb_queue::queue(answer.code, &answer.stdout).map_err(unreadable)? {
        Reply::Ok(Some(queue)) => queue,
        Reply::Ok(None) => return Ok(not_used("the queue is gone since it was listed")),
        Reply::Rejected(words) | Reply::Failed(words) => {
            return Err(Fault::new(
                ids::WANDB_UNREACHABLE,
                "the queue's configuration was not told",
            )
            .caused_by(words));
        }
    };
    if queue.resource.is_empty() {
        return Ok(Observation::in_place(
            "no configuration: every submission has to bring its own",
        )
        .warn_of(refused(
            wish,
            "the queue has no configuration, so that jobs ask for no GPU".to_owned(),
        )));
    }
    if queue.resource != "kubernetes" {
        return problem(refused(
            wish,
            format!(
                "the queue {entity}/{name} is of type `{}`, and jobs of a cluster need Kubernetes",
                queue.resource
            ),
        ));
    }
    let around = surroundings(seeing, &queue).await;
    let mistakes = mistakes(&queue, &around);
    if let Some((first, rest)) = mistakes.split_first() {
        let count = match rest.len() {
            0 => "a mistake".to_owned(),
            more => format!("{} mistakes", more + 1),
        };
        let summary = format!("the queue's configuration has {count}: {first}");
        let mut fault = refused(wish, summary);
        for mistake in rest {
            fault = fault.caused_by(mistake);
        }
        return problem(fault);
    }
    let risks = risks(&queue);
    let mut seen = Observation::in_place(format!("{entity}/{name}, {}", risks.bound));
    if let Some(words) = risks.logs {
        seen = seen.warn_of(Fault::new(ids::QUEUE_LOGS_LOST, words));
    }
    Ok(seen)
}

fn refused(wish: &Wish, summary: String) -> Fault {
    let app = match wish.base_url() {
        "https://api.wandb.ai" => "https://wandb.ai",
        other => other,
    };
    Fault::new(ids::QUEUE_CONFIG_REFUSED, summary).advise(Advice::say(format!(
        "edit it: {app}/launch, the queue `{}`, Edit config",
        wish.settings.wandb.queue
    )))
}

/// What of the cluster the configuration speaks of. A cluster that does not answer is others' matter.
async fn surroundings(seeing: Seeing<'_>, queue: &Queue) -> Surroundings {
    let (wish, host) = (seeing.wish, seeing.host);
    let mut around = Surroundings {
        wandb: wish.settings.agent.version.clone(),
        ..Surroundings::default()
    };
    let node = ObjectRef::new("v1", "Node", None, wish.profile());
    around.allocatable = match host.kube(&KubeQuery::Get(node)).await {
        Ok(Some(node)) => node.pointer("/status/allocatable").cloned(),
        _ => None,
    };
    let space = queue.namespace().unwrap_or("default").to_owned();
    let nfs = &wish.settings.nfs;
    // The claim of ours is a step of its own, which makes it.
    let ours = |claim: &str| nfs.enabled && claim == nfs.claim && space == wish.settings.namespace;
    let claims: Vec<String> = queue.claims();
    let asked = join_all(claims.iter().filter(|claim| !ours(claim)).map(|claim| {
        let object = ObjectRef::new("v1", "PersistentVolumeClaim", Some(&space), claim);
        async move {
            let found = host.kube(&KubeQuery::Get(object)).await;
            matches!(found, Ok(None)).then(|| claim.clone())
        }
    }));
    around.missing_claims = asked.await.into_iter().flatten().collect();
    around.namespace = space;
    around
}
