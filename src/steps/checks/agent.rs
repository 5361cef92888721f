//! `agent.version` and `agent.log`: the agent is of a release that can do its work, and what went wrong
//! last in its own words.

use super::check::{Check, Seeing, not_used, problem};
use crate::model::{
    Advice, Fault, Observation, Probe, StepId, parse_tool_version, requirement_met,
};
use crate::parse::agent_log::{self, AgentLog};
use crate::reason::ids;
use crate::reason::matchers::diagnose;
use crate::steps::look::{failed, known};
use crate::steps::{Wish, id};
use semver::Version;
use std::sync::Arc;

/// Keys longer than forty characters are known from here on (wandb/wandb#10688).
const LONG_KEYS: Version = Version::new(0, 22, 3);

/// The checks.
pub fn checks(wish: &Arc<Wish>) -> [Check; 2] {
    [
        Check::new(
            wish,
            StepId::new("agent.version"),
            "The agent's wandb can do its work",
            |seeing| Box::pin(version(seeing)),
        )
        .needs(&[id::AGENT_ENV]),
        Check::new(
            wish,
            StepId::new("agent.log"),
            "The agent's log speaks of no trouble",
            |seeing| Box::pin(log(seeing)),
        )
        .explains(&[id::AGENT]),
    ]
}

async fn version(seeing: Seeing<'_>) -> Probe {
    let have = known(
        seeing.facts.agent_version(),
        "the version of the agent's wandb",
    )?;
    let venv = seeing.wish.layout.venv.join("pyvenv.cfg");
    let config = seeing.host.read_file(&venv).await.ok().flatten();
    let python = config.as_deref().and_then(python);
    let mut seen = format!("wandb {have}");
    if let Some(python) = python {
        seen.push_str(&format!(", Python {python}"));
    }
    let seen = Observation::in_place(seen);
    let old = parse_tool_version(have).is_some_and(|have| !requirement_met(&have, &LONG_KEYS));
    if old {
        return Ok(seen.warn(format!(
            "wandb {have} takes keys of 40 characters only: set `agent.version` to {LONG_KEYS} or later"
        )));
    }
    Ok(seen)
}

/// `version` (venv) or `version_info` (uv) of `pyvenv.cfg`.
fn python(config: &str) -> Option<&str> {
    config.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        matches!(key.trim(), "version" | "version_info").then(|| value.trim())
    })
}

async fn log(seeing: Seeing<'_>) -> Probe {
    let wish = seeing.wish;
    let service = seeing
        .host
        .service(&wish.service_name(), &wish.layout.agent_run)
        .await
        .map_err(failed)?;
    if !service.supervised && service.log.is_empty() {
        return Ok(not_used("the agent was not started"));
    }
    let read = || Advice::run("read what it says", "gpucluster agent logs");
    if let AgentLog::Failed(message) = agent_log::state(&service.log) {
        // Why the agent gives up is known for most of its messages; otherwise its own step says that.
        return match diagnose(&format!("Error: {message}")) {
            Some(reason) => problem(
                Fault::new(reason, "the agent gave up")
                    .caused_by(message)
                    .advise(read()),
            ),
            None => Ok(Observation::in_place(format!("it gave up: {message}"))),
        };
    }
    let failures = failures(&service.log);
    let mut seen = match (&service.waiting, service.restarts) {
        (Some(what), _) => Observation::in_place(format!("waiting: {what}")),
        (None, 0) => Observation::in_place("no trouble"),
        (None, n) => Observation::in_place(format!("started again {n} times")),
    };
    if let Some(last) = failures.last() {
        let reason = diagnose(last).unwrap_or(ids::AGENT_ITEMS_FAILED);
        let count = match failures.len() {
            1 => "1 job".to_owned(),
            n => format!("{n} jobs"),
        };
        seen.headline = format!("{count} could not be started");
        seen = seen.warn_of(
            Fault::new(
                reason,
                format!("the agent could not start {count}; it last said: {last}"),
            )
            .advise(read()),
        );
    }
    Ok(seen)
}

/// What it said of items of the queue that it could not make jobs of, shortened, oldest first.
fn failures(log: &str) -> Vec<String> {
    log.lines()
        .filter_map(|line| line.split_once("Error running job: "))
        .map(|(_, words)| words.trim().chars().take(300).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_that_failed_are_counted_in_the_agents_words() {
        let log = "wandb: launch: agent a polling on queues q\n\
                   wandb: ERROR launch: Error running job: Unsafe resource_args.kubernetes option 'hostPath'\n\
                   wandb: ERROR launch: Error running job: é\n";
        assert_eq!(failures(log).len(), 2);
        assert_eq!(failures(log)[1], "é");
    }

    #[test]
    fn the_environments_python_is_read_from_either_tool() {
        assert_eq!(
            python("home = /usr/bin\nversion = 3.10.12\n"),
            Some("3.10.12")
        );
        assert_eq!(python("version_info = 3.12.3\n"), Some("3.12.3"));
        assert_eq!(python(""), None);
    }
}
