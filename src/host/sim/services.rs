//! Programs under our own supervisor.

use super::bench::{Ended, Stage};
use super::world::{Service, World};
use super::{agent, durations, minikube_queries, user_units};
use crate::host::{Done, ServiceState, spec_fingerprint};
use crate::model::{Fault, ServiceWant};
use crate::reason::ids;
use camino::Utf8Path;

/// Pause of the supervisor before it starts a program again, in milliseconds.
const RESTART_PAUSE_MS: u64 = 5_000;

/// Starts or stops one.
///
/// # Errors
/// `AGENT_START_FAILED` for a program that is not there; [`Ended::Stopped`].
pub async fn bring(stage: &Stage<'_>, want: &ServiceWant) -> Result<Done, Ended> {
    match want {
        ServiceWant::Stopped { name, unit, .. } => {
            stage
                .change(|world| user_units::disable(world, unit))
                .await?;
            let runs = stage.look(|world| world.services.contains_key(name));
            if runs {
                stage.wait(durations::SERVICE_STOP).await?;
                stage.change(|world| world.services.remove(name)).await?;
            }
        }
        ServiceWant::Running(spec) => {
            let program = spec.argv.first().map_or("", String::as_str);
            if stage.look(|world| super::programs::path_of(world, program).is_none()) {
                return Err(Fault::new(
                    ids::AGENT_START_FAILED,
                    format!("`{program}` is not there"),
                )
                .into());
            }
            if let Some(unit) = &spec.unit {
                let enabled = stage.change(|world| user_units::enable(world, unit));
                enabled.await?.map_err(|words| {
                    let line = format!("`systemctl --user enable --now {unit}` failed");
                    Fault::new(ids::AGENT_UNIT_FAILED, line).with_evidence(&words)
                })?;
            }
            stage.wait(durations::SERVICE_START).await?;
            let now = stage.bench.now_ms();
            let instant = stage.bench.in_seconds(1.0) == now;
            stage
                .change(|world| {
                    let (mut script, ends) = agent::script(world, spec);
                    if instant {
                        script.iter_mut().for_each(|(at, _)| *at = 0);
                    }
                    let pid = 4000 + i32::try_from(world.log.len()).unwrap_or(0);
                    world.services.insert(
                        spec.name.clone(),
                        Service {
                            fingerprint: spec_fingerprint(spec),
                            pid: Some(pid),
                            started_ms: now,
                            restarts: 0,
                            script,
                            ends,
                            ready: spec.ready.clone(),
                            unit: spec.unit.clone(),
                        },
                    );
                })
                .await?;
        }
    }
    Ok(Done::default())
}

/// Whether the cluster behind a kubeconfig answers. The real supervisor looks every few seconds and
/// gives a silent cluster a minute; the simulated one knows at once.
fn answers(world: &World, kubeconfig: &Utf8Path) -> bool {
    let mut profiles = world.minikube.profiles.iter();
    world.files.contains_key(kubeconfig)
        && profiles.any(|(name, profile)| {
            profile.kubeconfig.as_deref() == Some(kubeconfig)
                && minikube_queries::api_runs(world, name)
        })
}

/// How a service is now: a program that ends by itself is started again after a pause, and prints
/// the same once more. `watching`: the world knows of the cluster that the service waits for.
pub fn state(world: &World, name: &str, now_ms: u64, watching: bool) -> ServiceState {
    let Some(service) = world.services.get(name) else {
        return ServiceState::default();
    };
    let cluster = service.ready.as_deref();
    if watching && cluster.is_some_and(|path| !answers(world, path)) {
        return ServiceState {
            supervised: true,
            unit: service.unit.clone(),
            waiting: Some("the cluster does not answer".to_owned()),
            fingerprint: Some(service.fingerprint.clone()),
            restarts: service.restarts,
            ..ServiceState::default()
        };
    }
    let since = now_ms.saturating_sub(service.started_ms);
    let (round, within) = match service.ends {
        Some((after, _)) => (
            since / (after + RESTART_PAUSE_MS),
            since % (after + RESTART_PAUSE_MS),
        ),
        None => (0, since),
    };
    let log = service
        .script
        .iter()
        .filter(|(at, _)| *at <= within)
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    let ended = service.ends.filter(|(after, _)| within >= *after);
    let round = u32::try_from(round).unwrap_or(u32::MAX);
    ServiceState {
        supervised: true,
        unit: service.unit.clone(),
        waiting: None,
        pid: match ended {
            Some(_) => None,
            None => service.pid.map(|pid| pid.saturating_add_unsigned(round)),
        },
        started_ms: Some(now_ms - within),
        restarts: service.restarts.saturating_add(round),
        fingerprint: Some(service.fingerprint.clone()),
        log,
        last_exit: match (ended, service.ends, round) {
            (Some((_, code)), _, _) => Some(format!("exit code {code}")),
            (None, Some((_, code)), 1..) => Some(format!("exit code {code}")),
            _ => None,
        },
    }
}
