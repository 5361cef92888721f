//! What is gpucluster's own: settings, what doctor and status say, the last runs, the agent.

use super::collect::{Found, Source};
use super::machine::{FILE_LIMIT, file, file_source, said};
use super::text::{HEAD, MARGIN, Raw, TAIL};
use crate::app::doctor::examine::{Wanted, examine};
use crate::app::request::World;
use crate::app::session::Session;
use crate::app::{settings, status};
use crate::engine::journal;
use crate::host::{Query, real};
use crate::model::Fault;
use crate::ui::doctor::Detail;
use crate::ui::{self, Theme};
use camino::Utf8Path;
use serde_json::{Value, json};
use std::time::Duration;

/// How many runs are told of.
const RUNS: usize = 5;

/// How long everything that doctor looks at may take.
const DOCTOR_LIMIT: Duration = Duration::from_secs(90);

/// What the variables begin with that say how tools behave here.
const VARIABLES: &[&str] = &[
    "GPUCLUSTER_",
    "WANDB_",
    "DOCKER_",
    "MINIKUBE_",
    "KUBECONFIG",
    "CUDA_",
    "NVIDIA_",
    "XDG_",
    "LANG",
    "LC_",
    "PATH",
    "HOME",
    "NETRC",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "ALL_PROXY",
    "SUDO_USER",
    "WSL_",
    "CI",
];

/// Everything of ours.
pub fn sources<'a>(
    session: &'a Session<'_>,
    environment: &'a [(String, String)],
    troubles: &'a [Fault],
) -> Vec<Source<'a>> {
    let host = session.reader();
    let layout = session.layout();
    let patience = session.settings.patience;
    let unit_file = host.identity().user_units().join(session.agent_unit());
    let mut all = vec![
        Source::one("settings.txt", FILE_LIMIT, async move {
            Ok(Raw::Text(layered(session, troubles)))
        }),
        Source::many("doctor", DOCTOR_LIMIT * patience, doctor(session)),
        Source::one("status.json", FILE_LIMIT * 3 * patience, async move {
            let report = status::gather(session)
                .await
                .map_err(|fault| fault.to_string())?;
            Ok(Raw::Text(ui::json(&report)))
        }),
        Source::many("runs/", FILE_LIMIT, async move { runs(session) }),
        Source::many("agent/", FILE_LIMIT * 3, agent(session)),
        file_source(host, "agent/launch-config.yaml", layout.launch_config),
        file_source(
            host,
            "agent/service.json",
            layout.agent_run.join("service.json"),
        ),
        file_source(
            host,
            "agent/supervisor.log",
            layout.agent_run.join("supervisor.log"),
        ),
        file_source(host, "agent/unit.service", unit_file),
    ];
    // Those of this process say nothing about a machine that is simulated.
    if !matches!(session.request.common.world, World::Simulated(_)) {
        all.push(Source::one("environment.txt", FILE_LIMIT, async move {
            let told = environment
                .iter()
                .filter(|(name, _)| VARIABLES.iter().any(|begin| name.starts_with(begin)));
            let lines = told.map(|(name, value)| format!("{name}={value}\n"));
            Ok(Raw::Text(lines.collect()))
        }));
    }
    if let Ok(Some((path, text))) = settings::file(&session.request.common) {
        let text = format!("# {path}\n{text}");
        all.push(Source::one("gpucluster.yaml", FILE_LIMIT, async move {
            Ok(Raw::Text(text))
        }));
    }
    all
}

/// Every setting with its origin; where they were refused, why, and what was worked with instead.
fn layered(session: &Session<'_>, troubles: &[Fault]) -> String {
    let origins = settings::settings(&session.request.common)
        .map(|layered| layered.origins)
        .unwrap_or_default();
    let mut text = String::new();
    for fault in troubles {
        text.push_str(&format!("error[{}]: {}\n", fault.reason, fault.summary));
        for cause in &fault.causes {
            text.push_str(&format!("  {cause}\n"));
        }
        text.push_str("what follows was worked with instead\n");
    }
    let values = serde_json::to_value(&*session.settings).unwrap_or_default();
    for (name, value) in flat("", &values) {
        let origin = origins
            .get(&name)
            .map_or_else(|| "default".to_owned(), ToString::to_string);
        let value = match value {
            Value::Null => "unset".to_owned(),
            Value::String(text) => text,
            other => other.to_string(),
        };
        text.push_str(&format!("{name} = {value}   ({origin})\n"));
    }
    text
}

fn flat(prefix: &str, value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| {
                let name = if prefix.is_empty() {
                    key.clone()
                } else {
                    format!("{prefix}.{key}")
                };
                flat(&name, value)
            })
            .collect(),
        other => vec![(prefix.to_owned(), other.clone())],
    }
}

/// The report of doctor, for people and for programs.
async fn doctor(session: &Session<'_>) -> Found {
    let wanted = match Wanted::of(session) {
        Ok(wanted) => wanted,
        Err(fault) => return vec![("doctor.txt".to_owned(), Err(fault.to_string()))],
    };
    let checkup = examine(session, &wanted).await.checkup(&wanted);
    let text = ui::doctor::report(&checkup, &Theme::plain(), Detail::Everything);
    vec![
        ("doctor.txt".to_owned(), Ok(Raw::Text(text))),
        (
            "doctor.json".to_owned(),
            Ok(Raw::Text(ui::json(&ui::doctor::json(&checkup)))),
        ),
    ]
}

/// What the journals say is ours, and journals and logs of the last runs of this profile.
fn runs(session: &Session<'_>) -> Found {
    let history = session.history();
    let made: Vec<Value> = history
        .receipt
        .made
        .iter()
        .map(|made| json!({"step": made.step, "touch": made.touch, "prior": made.prior}))
        .collect();
    let notices: Vec<&str> = history
        .notices
        .iter()
        .map(|notice| notice.text.as_str())
        .collect();
    let receipt = json!({"made": made, "runs": history.runs.len(), "notices": notices});
    let mut found: Found = vec![("receipt.json".to_owned(), Ok(Raw::Text(ui::json(&receipt))))];
    for past in history.runs.iter().rev().take(RUNS) {
        let run = &past.header.run;
        for name in [journal::FILE_NAME, "log.jsonl"] {
            let path = session.state.history().join(run).join(name);
            let text = match Utf8Path::from_path(&path) {
                Some(path) => match real::ends(path, HEAD + MARGIN, TAIL + MARGIN) {
                    Ok(Some(ends)) => Ok(Raw::Ends(ends)),
                    Ok(None) => Err(format!("there is no {path}")),
                    Err(error) => Err(error.to_string()),
                },
                None => Err("its path is not UTF-8".to_owned()),
            };
            found.push((format!("runs/{run}/{name}"), text));
        }
    }
    found
}

/// The agent's state and the end of its log.
async fn agent(session: &Session<'_>) -> Found {
    let host = session.reader();
    let run = session.layout().agent_run;
    let version = Query::WandbVersion {
        venv: session.layout().venv,
    };
    let name = session.agent_service();
    let log_file = run.join("log");
    let (state, version, log) = futures::join!(
        host.service(&name, &run),
        host.query(&version),
        file(host, &log_file),
    );
    let mut found: Found = Vec::new();
    let state = match state {
        Ok(state) => {
            // The service's own folder may not be there on a machine that is simulated.
            let log = match log {
                Err(_) if !state.log.is_empty() => Ok(Raw::Text(state.log)),
                log => log,
            };
            found.push(("agent/log.txt".to_owned(), log));
            Ok(Raw::Text(ui::json(&json!({
                "service": name,
                "supervised": state.supervised,
                "unit": state.unit,
                "waiting": state.waiting,
                "pid": state.pid,
                "started_ms": state.started_ms,
                "restarts": state.restarts,
                "fingerprint": state.fingerprint,
                "last_exit": state.last_exit,
                "wandb": said(version),
            }))))
        }
        Err(error) => {
            found.push(("agent/log.txt".to_owned(), log));
            Err(error.to_string())
        }
    };
    found.push(("agent/state.json".to_owned(), state));
    found
}
