//! `wandb.account`: the key is accepted, the entity is its own, and the queue exists.
//!
//! The queue must exist before the agent starts: with no queue at all the agent makes an empty one
//! named `default` (wandb 0.31 `sdk/launch`). Nothing is changed here.

use super::look::{failed, nothing_to_plan, tools, unreadable};
use super::{Wish, id};
use crate::host::{Answer, HostError, Query, Question, ReadHost};
use crate::model::{Advice, Change, Fact, Facts, Fault, Observation, Probe, SecretName, StepId};
use crate::parse::wandb::{Reply, Viewer, queues, viewer};
use crate::reason::ids;
use crate::step::Step;
use futures::future::BoxFuture;
use std::sync::Arc;

/// See the module.
pub struct Account {
    wish: Arc<Wish>,
}

/// Host with port of a server's address; `None` if it is none.
pub fn netloc(base_url: &str) -> Option<&str> {
    let rest = base_url
        .strip_prefix("https://")
        .or_else(|| base_url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let fits = !host.is_empty() && !host.contains(['@', ' ']) && !host.starts_with(':');
    fits.then_some(host)
}

/// Whether pods would find themselves under this address.
fn is_loopback(netloc: &str) -> bool {
    let host = netloc.rsplit_once(':').map_or(netloc, |(host, _)| host);
    host == "localhost" || host.starts_with("127.") || host == "[::1]"
}

impl Account {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self { wish }
    }

    fn viewer_query(&self) -> Query {
        Query::WandbViewer {
            base_url: self.wish.base_url().to_owned(),
        }
    }

    fn queues_query(&self) -> Query {
        Query::WandbQueues {
            base_url: self.wish.base_url().to_owned(),
            entity: self.wish.settings.wandb.entity.clone(),
        }
    }

    /// Where a browser finds the server's pages.
    fn app(&self) -> &str {
        match self.wish.base_url() {
            "https://api.wandb.ai" => "https://wandb.ai",
            other => other,
        }
    }

    fn address_trouble(&self) -> Option<Fault> {
        let url = self.wish.base_url();
        let fault = Fault::new(
            ids::WANDB_URL_INVALID,
            format!("`wandb.base_url` is no address of a W&B server: `{url}`"),
        );
        match netloc(url) {
            None => Some(fault.advise(Advice::say(
                "write it with its scheme, such as https://api.wandb.ai",
            ))),
            Some("wandb.ai" | "www.wandb.ai" | "app.wandb.ai") => Some(
                fault
                    .caused_by("that is the web page, not the server")
                    .advise(Advice::say("set `wandb.base_url` to https://api.wandb.ai")),
            ),
            Some(_) => None,
        }
    }

    fn key_missing(&self) -> Fault {
        Fault::new(ids::WANDB_KEY_MISSING, "no W&B API key is known")
            .advise(Advice::say(format!(
                "get one from {}/authorize",
                self.app()
            )))
            .advise(Advice::run(
                "give it by the environment, where no process list shows it",
                "read -rs WANDB_API_KEY && export WANDB_API_KEY",
            ))
    }

    fn rejected(&self, words: &str) -> Fault {
        Fault::new(
            ids::WANDB_KEY_REJECTED,
            format!("{} does not accept the API key", self.wish.base_url()),
        )
        .caused_by(words)
        .advise(Advice::say(format!(
            "get a key of this server from {}/authorize",
            self.app()
        )))
    }

    fn unreachable(&self, words: impl Into<String>) -> Fault {
        Fault::new(
            ids::WANDB_UNREACHABLE,
            format!("{} does not answer as a W&B server", self.wish.base_url()),
        )
        .caused_by(words)
        .advise(Advice::run(
            "see whether it answers from here",
            format!("curl -sSI {}", self.wish.base_url()),
        ))
    }

    fn ask(&self, answer: Result<Answer, HostError>) -> Result<Answer, Fault> {
        answer.map_err(|error| match error {
            HostError::Unreachable(_) | HostError::Hung { .. } | HostError::Io(_) => {
                self.unreachable(error.to_string())
            }
            // Not sent: what is given as a key cannot be one. The words tell lengths only.
            HostError::Denied(words) => Fault::new(ids::WANDB_KEY_MALFORMED, words).advise(
                Advice::say(format!("get a key from {}/authorize", self.app())),
            ),
            other => failed(other),
        })
    }

    fn entity_unknown(&self, entity: &str, viewer: &Viewer) -> Fault {
        let mut own: Vec<&str> = viewer.entity.as_deref().into_iter().collect();
        own.extend(viewer.teams.iter().map(String::as_str));
        own.dedup();
        Fault::new(
            ids::WANDB_ENTITY_UNKNOWN,
            format!("entity `{entity}` does not exist, or the key may not read it"),
        )
        .advise(Advice::say(format!(
            "set `wandb.entity` to one of: {}",
            own.join(", ")
        )))
    }

    fn queue_missing(&self, entity: &str, have: &[String]) -> Fault {
        let queue = &self.wish.settings.wandb.queue;
        let have = if have.is_empty() {
            "it has none".to_owned()
        } else {
            format!("it has: {}", have.join(", "))
        };
        Fault::new(
            ids::WANDB_QUEUE_MISSING,
            format!("entity `{entity}` has no queue `{queue}`"),
        )
        .caused_by(have)
        .advise(Advice::say(format!(
            "create a queue `{queue}` of type Kubernetes at {}/launch, or set `wandb.queue`",
            self.app()
        )))
    }
}

impl Step for Account {
    fn id(&self) -> StepId {
        id::WANDB
    }

    fn title(&self) -> &'static str {
        "W&B accepts the key and has the queue"
    }

    fn needs(&self) -> &[StepId] {
        &[]
    }

    fn prefetch(&self) -> Vec<Question> {
        if self.address_trouble().is_some() {
            return Vec::new();
        }
        tools([self.viewer_query(), self.queues_query()])
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            if let Some(fault) = self.address_trouble() {
                return Ok(Observation::needs_human(fault));
            }
            if !host.has_secret(SecretName::WandbKey) {
                return Ok(Observation::needs_human(self.key_missing()));
            }
            let (viewer_query, queues_query) = (self.viewer_query(), self.queues_query());
            let (who, list) = tokio::join!(host.query(&viewer_query), host.query(&queues_query));
            let who = self.ask(who)?;
            let viewer = match viewer(who.code, &who.stdout).map_err(unreadable)? {
                Reply::Ok(viewer) => viewer,
                Reply::Rejected(words) => {
                    return Ok(Observation::needs_human(self.rejected(&words)));
                }
                Reply::Failed(words) => return Err(self.unreachable(words)),
            };
            let wanted = self.wish.settings.wandb.entity.clone();
            let Some(entity) = wanted.or_else(|| viewer.entity.clone()) else {
                return Ok(Observation::needs_human(
                    Fault::new(
                        ids::WANDB_ENTITY_UNKNOWN,
                        "the key has no default entity, and `wandb.entity` is not set",
                    )
                    .advise(Advice::say("set `wandb.entity`")),
                ));
            };
            let list = self.ask(list)?;
            let names = match queues(list.code, &list.stdout).map_err(unreadable)? {
                Reply::Ok(Some(names)) => names,
                // Before its first queue an entity has no project for queues either.
                Reply::Ok(None) if viewer.belongs_to(&entity) => Vec::new(),
                Reply::Ok(None) | Reply::Rejected(_) => {
                    return Ok(Observation::needs_human(
                        self.entity_unknown(&entity, &viewer),
                    ));
                }
                Reply::Failed(words) => return Err(self.unreachable(words)),
            };
            let queue = &self.wish.settings.wandb.queue;
            if !names.contains(queue) {
                return Ok(Observation::needs_human(
                    self.queue_missing(&entity, &names),
                ));
            }
            let mut seen =
                Observation::in_place(format!("queue {entity}/{queue}, as {}", viewer.username))
                    .learned(Fact::WandbEntity(entity));
            if netloc(self.wish.base_url()).is_some_and(is_loopback) {
                seen = seen.warn(format!(
                    "jobs run in pods, where {} is the pod itself: use an address that pods can reach",
                    self.wish.base_url()
                ));
            }
            Ok(seen)
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        nothing_to_plan(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        assert_eq!(netloc("https://api.wandb.ai"), Some("api.wandb.ai"));
        assert_eq!(netloc("http://10.0.0.5:8080/x"), Some("10.0.0.5:8080"));
        assert_eq!(netloc("api.wandb.ai"), None);
        assert_eq!(netloc("https://"), None);
        assert_eq!(netloc("https://u:p@host"), None);
    }

    #[test]
    fn pods_cannot_reach_the_hosts_loopback() {
        assert!(is_loopback("localhost:8080"));
        assert!(is_loopback("127.0.0.1"));
        assert!(!is_loopback("wandb.example.com"));
    }
}
