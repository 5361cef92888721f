//! The agent as a service: what is run, and how what runs differs from it.

use super::Wish;
use super::look::differs;
use crate::host::{ServiceState, spec_fingerprint};
use crate::model::{Diff, Keeper, ServiceSpec};

/// The supervisor and its program.
pub const SERVICE: &str = "service";
/// Whether systemd starts it at boot.
pub const BOOT: &str = "at boot";
/// How the words about a service begin that runs and must run otherwise.
const OTHERWISE: &str = "running";

/// How the agent is run. Its environment is whole and small on purpose: the agent turns each of its
/// variables into a macro that a queue's config can read (wandb 0.31 `_project_spec.py`).
///
/// It is never let near its queue without a cluster: it would fail every item (wandb 0.31).
pub fn service_spec(wish: &Wish, keeper: Keeper) -> ServiceSpec {
    let layout = &wish.layout;
    let bin = layout.venv.join("bin");
    ServiceSpec {
        name: wish.service_name(),
        argv: vec![
            bin.join("wandb").into_string(),
            "launch-agent".to_owned(),
            "-c".to_owned(),
            layout.launch_config.to_string(),
        ],
        env: [
            ("HOME", layout.agent_home.to_string()),
            ("PATH", format!("{bin}:/usr/local/bin:/usr/bin:/bin")),
            ("WANDB_BASE_URL", wish.base_url().to_owned()),
            ("WANDB_DIR", layout.agent_run.to_string()),
            // The default of 19 s ends the agent, or hangs it, at a short outage.
            ("WANDB_HTTP_TIMEOUT", "300".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec(),
        dir: layout.agent_run.clone(),
        ready: Some(layout.kubeconfig.clone()),
        unit: match keeper {
            Keeper::Systemd { .. } => Some(wish.unit_name()),
            Keeper::Gpucluster => None,
        },
    }
}

/// What is not right with the service itself; `at_boot`: systemd starts its unit at boot.
pub fn diffs(wish: &Wish, service: &ServiceState, spec: &ServiceSpec, at_boot: bool) -> Vec<Diff> {
    let unit = wish.unit_name();
    let by_unit = service.unit.as_deref() == Some(unit.as_str());
    let mut diffs = Vec::new();
    if service.pid.is_none() && service.waiting.is_none() {
        let how = service.last_exit.clone();
        let how = how.unwrap_or_else(|| "not running".to_owned());
        diffs.push(Diff::new(SERVICE, "running", how));
    } else if by_unit != spec.unit.is_some() {
        let (want, have) = (format!("{OTHERWISE} as {unit}"), OTHERWISE);
        let (want, have) = match spec.unit {
            Some(_) => (want, format!("{have} without a unit")),
            None => (format!("{have} without a unit"), want),
        };
        diffs.push(Diff::new(SERVICE, want, have));
    } else if service.fingerprint.as_deref() != Some(spec_fingerprint(spec).as_str()) {
        let have = format!("{OTHERWISE} otherwise");
        diffs.push(Diff::new(SERVICE, "running as specified", have));
    }
    if at_boot != spec.unit.is_some() {
        let said = |starts| if starts { "started" } else { "not started" };
        diffs.push(Diff::new(BOOT, said(!at_boot), said(at_boot)));
    }
    diffs
}

/// Whether it runs, and not as it should.
pub fn runs_otherwise(diffs: &[Diff]) -> bool {
    diffs
        .iter()
        .any(|diff| diff.field == SERVICE && diff.have.starts_with(OTHERWISE))
}

/// Whether it is, or is at the next boot, a unit that it must no longer be.
pub fn leaves_its_unit(spec: &ServiceSpec, diffs: &[Diff]) -> bool {
    spec.unit.is_none() && (differs(diffs, BOOT) || runs_otherwise(diffs))
}
