//! `agent`: the Launch agent runs under our supervisor and polls its queue.

use super::agent_service::{self, BOOT, SERVICE, leaves_its_unit, runs_otherwise, service_spec};
use super::look::{Todo, differs, failed, forecast_safe, known, todo, unrendered};
use super::wandb::netloc;
use super::{Wish, id};
use crate::host::{ReadHost, SecretState, ServiceState};
use crate::model::{
    Change, Diff, Effect, EffectKind, Facts, Fault, Forecast, Keeper, Observation, Privilege,
    Probe, Receipt, Removal, SecretFile, SecretName, ServiceWant, State, StepId, Touch,
};
use crate::parse::agent_log::{self, AgentLog};
use crate::render::{self, LaunchConfig};
use crate::step::Step;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

const HOME: &str = "agent home";
const KEY: &str = ".netrc";
const CONFIG: &str = "launch-config.yaml";
const LOG: &str = "agent log";

/// See the module.
pub struct Agent {
    wish: Arc<Wish>,
    needs: Vec<StepId>,
}

/// What keeps the agent running here, as the step before this one found it.
fn keeper(facts: &Facts) -> Result<Keeper, Fault> {
    known(facts.agent_keeper(), "what keeps the agent running").copied()
}

/// What a restart of the agent means for jobs: it does not adopt those of the one before (wandb 0.31).
const JOBS_RUN_ON: &str = "jobs that run go on to their end; the new agent does not follow them";

impl Agent {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        let mut needs = vec![id::AGENT_UNIT, id::AGENT_ENV, id::WANDB, id::NODE];
        if wish.settings.nfs.enabled {
            needs.push(id::VOLUME);
        }
        Self { wish, needs }
    }

    fn config(&self, facts: &Facts) -> Result<LaunchConfig, Fault> {
        let max_jobs = match self.wish.settings.agent.max_jobs {
            Some(count) => count,
            None => *known(facts.allocatable_gpus(), "the number of allocatable GPUs")?,
        };
        Ok(LaunchConfig {
            entity: known(facts.wandb_entity(), "the entity of the queue")?.clone(),
            queue: self.wish.settings.wandb.queue.clone(),
            max_jobs,
        })
    }

    fn key_file(&self) -> SecretFile {
        let base_url = self.wish.base_url();
        SecretFile {
            path: self.wish.layout.agent_home.join(".netrc"),
            machine: netloc(base_url).unwrap_or(base_url).to_owned(),
            secret: SecretName::WandbKey,
        }
    }

    /// Safe, because jobs run on without their agent; what it means for them is said all the same.
    fn stop(&self, why: &str) -> Change {
        let stop = Effect::Service {
            service: ServiceWant::Stopped {
                name: self.wish.service_name(),
                dir: self.wish.layout.agent_run.clone(),
                unit: self.wish.unit_name(),
            },
        };
        Change {
            caution: Some(JOBS_RUN_ON.to_owned()),
            ..Change::safe(stop, why)
        }
    }

    /// What the running service and its log say.
    fn running(&self, service: &ServiceState, config: &LaunchConfig) -> Observation {
        let queue = format!("{}/{}", config.entity, config.queue);
        if let Some(what) = &service.waiting {
            let text = format!("waiting for the cluster: {what}");
            return Observation::new(State::Underway(text.clone()), text);
        }
        match agent_log::state(&service.log) {
            AgentLog::Polling(_) => Observation::in_place(format!(
                "polling {queue}, at most {} jobs at once",
                config.max_jobs
            )),
            AgentLog::Starting => Observation::new(
                State::Underway(format!("started, not polling {queue} yet")),
                format!("started, not polling {queue} yet"),
            ),
            AgentLog::Failed(message) => Observation::drifted(
                format!("the agent gave up: {message}"),
                vec![Diff::new(LOG, "polling on queues", message)],
            ),
            AgentLog::ShutDown => Observation::drifted(
                "the agent was stopped from W&B's page",
                vec![Diff::new(LOG, "polling on queues", "shut down")],
            ),
        }
    }
}

impl Step for Agent {
    fn id(&self) -> StepId {
        id::AGENT
    }

    fn title(&self) -> &'static str {
        "The Launch agent polls its queue"
    }

    fn needs(&self) -> &[StepId] {
        &self.needs
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let layout = &self.wish.layout;
            let config = self.config(facts)?;
            let want = render::launch_config(&config).map_err(unrendered)?;
            let spec = service_spec(&self.wish, keeper(facts)?);
            let key_file = self.key_file();
            let link = self.wish.identity.user_unit_link(&self.wish.unit_name());
            let (home, have, key, at_boot, service) = tokio::join!(
                host.stat(&layout.agent_home),
                host.read_file(&layout.launch_config),
                host.secret_state(&key_file),
                host.stat(&link),
                host.service(&spec.name, &spec.dir),
            );
            let service = service.map_err(failed)?;
            let have = have.map_err(failed)?;
            let mut diffs = Vec::new();
            match home.map_err(failed)? {
                None => diffs.push(Diff::new(HOME, "present", "missing")),
                Some(meta) if meta.mode & 0o777 != 0o700 => {
                    diffs.push(Diff::new(HOME, "0700", format!("{:04o}", meta.mode)));
                }
                Some(_) => {}
            }
            match key.map_err(failed)? {
                SecretState::Equal => {}
                SecretState::Missing => diffs.push(Diff::new(KEY, "the key", "missing")),
                SecretState::Differs => diffs.push(Diff::new(KEY, "the key", "differs")),
            }
            if have.as_deref() != Some(want.as_str()) {
                let have = if have.is_some() { "differs" } else { "missing" };
                let wanted = format!(
                    "{}/{}, max_jobs {}",
                    config.entity, config.queue, config.max_jobs
                );
                diffs.push(Diff::new(CONFIG, wanted, have));
            }
            let at_boot = at_boot.map_err(failed)?.is_some();
            diffs.extend(agent_service::diffs(&self.wish, &service, &spec, at_boot));
            let never = !service.supervised && service.fingerprint.is_none();
            if diffs.is_empty() {
                return Ok(self.running(&service, &config));
            }
            if never && have.is_none() {
                return Ok(Observation::absent("not set up"));
            }
            let fields: Vec<&str> = diffs.iter().map(|diff| diff.field.as_str()).collect();
            let mut headline = format!("differs: {}", fields.join(", "));
            if service.pid.is_none() && service.waiting.is_none() {
                headline = "not running".to_owned();
                if let Some(error) = agent_log::last_error(&service.log) {
                    headline = format!("not running; it last said: {error}");
                }
            }
            Ok(Observation::drifted(headline, diffs))
        })
    }

    fn plan(&self, seen: &Observation, facts: &Facts) -> Result<Vec<Change>, Fault> {
        let (all, diffs) = match todo(seen)? {
            Todo::Nothing => return Ok(Vec::new()),
            Todo::Make => (true, &[][..]),
            Todo::Mend(diffs) => (false, diffs),
        };
        let layout = &self.wish.layout;
        let mut changes = Vec::new();
        // It runs as specified and must take something new in: only a stop makes it start anew.
        let spec = service_spec(&self.wish, keeper(facts)?);
        let stale = diffs.iter().any(|diff| diff.field != BOOT);
        if !all && (stale && !differs(diffs, SERVICE) || leaves_its_unit(&spec, diffs)) {
            changes.push(self.stop("it reads its configuration and key when it starts"));
        }
        if all || differs(diffs, HOME) {
            changes.push(Change::safe(
                Effect::MakeDir {
                    path: layout.agent_home.clone(),
                    mode: 0o700,
                    owner: None,
                    privilege: Privilege::User,
                },
                "a home of its own, so that your kubeconfig and settings cannot redirect jobs",
            ));
        }
        if all || differs(diffs, KEY) {
            changes.push(Change::safe(
                Effect::PutSecret {
                    file: self.key_file(),
                },
                "by file and not by argument, where any user could read it",
            ));
        }
        if all || differs(diffs, CONFIG) {
            let config = self.config(facts)?;
            changes.push(Change::safe(
                Effect::WriteFile {
                    path: layout.launch_config.clone(),
                    content: render::launch_config(&config).map_err(unrendered)?,
                    mode: 0o600,
                    privilege: Privilege::User,
                },
                "entity, queue and how many jobs at once",
            ));
        }
        let start = Effect::Service {
            service: ServiceWant::Running(spec),
        };
        let why = "it takes jobs from the queue and makes Kubernetes Jobs of them";
        changes.push(Change {
            caution: runs_otherwise(diffs).then(|| JOBS_RUN_ON.to_owned()),
            ..Change::safe(start, why)
        });
        Ok(changes)
    }

    fn forecast(&self) -> Vec<Forecast> {
        let layout = &self.wish.layout;
        vec![
            forecast_safe(
                EffectKind::MakeDir,
                format!("make directory {}", layout.agent_home),
            ),
            forecast_safe(
                EffectKind::PutSecret,
                format!("put the W&B key into {}", self.key_file().path),
            ),
            forecast_safe(
                EffectKind::WriteFile,
                format!("write {}", layout.launch_config),
            ),
            forecast_safe(
                EffectKind::Service,
                format!("start {}", self.wish.service_name()),
            ),
        ]
    }

    fn deadline(&self) -> Duration {
        // The last line of a healthy start comes after seconds; an unreachable server is
        // reported after WANDB_HTTP_TIMEOUT only.
        Duration::from_secs(120)
    }

    fn undo<'a>(
        &'a self,
        host: &'a dyn ReadHost,
        _facts: &'a Facts,
        receipt: &'a Receipt,
    ) -> BoxFuture<'a, Result<Vec<Change>, Fault>> {
        Box::pin(async move {
            let layout = &self.wish.layout;
            let mut changes = Vec::new();
            if receipt.is_ours(&Touch::Service(self.wish.service_name())) {
                changes.push(Change {
                    caution: Some("jobs that run have no agent from now on".to_owned()),
                    ..self.stop("it was started by gpucluster")
                });
                if host
                    .stat(&layout.agent_run)
                    .await
                    .map_err(failed)?
                    .is_some()
                {
                    changes.push(Change::safe(
                        Effect::RemoveOwned {
                            path: layout.agent_run.clone(),
                            removal: Removal::Tree,
                            privilege: Privilege::User,
                        },
                        "logs and state of the agent",
                    ));
                }
            }
            for path in [self.key_file().path, layout.launch_config.clone()] {
                if receipt.is_ours(&Touch::File(path.clone())) {
                    changes.push(Change::safe(
                        Effect::RemoveOwned {
                            path,
                            removal: Removal::File,
                            privilege: Privilege::User,
                        },
                        "it was written by gpucluster",
                    ));
                }
            }
            Ok(changes)
        })
    }
}
