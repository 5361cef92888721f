//! `status`: what runs now, read in parallel, each part with two seconds to answer.

use super::Output;
use super::session::Session;
use crate::engine::Look;
use crate::host::{HostError, KubeQuery, Query, ReadHost, STOPPED_AS_ASKED};
use crate::model::{
    AgentStatus, ClusterStatus, Diff, Fault, GpuUse, JobStatus, ObjectRef, State, StatusReport,
    VolumeStatus,
};
use crate::parse::agent_log::{self, AgentLog};
use crate::parse::{minikube, nvidia_smi};
use crate::reason::Exit;
use crate::steps::StepFlags;
use crate::ui;
use serde_json::Value;
use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

/// How long one part may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// Runs `status`.
///
/// # Errors
/// A catalogue that is no graph.
pub async fn status(session: &Session<'_>) -> Result<Exit, Fault> {
    let report = gather(session).await?;
    if session.request.common.output == Output::Text {
        let text = ui::status::report(&report, &session.stdout_theme());
        ui::print(&session.in_world(&text));
    } else {
        ui::print(&ui::json(&report));
    }
    Ok(if report.healthy {
        Exit::Ok
    } else {
        Exit::Problems
    })
}

/// Runs `agent status`: the agent's part of the report.
///
/// # Errors
/// As [`status`].
pub async fn agent_status(session: &Session<'_>) -> Result<Exit, Fault> {
    let agent = agent(session).await;
    let polling = agent.as_ref().is_ok_and(|agent| agent.state == "polling");
    let word = agent
        .as_ref()
        .map_or("unknown", |agent| agent.state.as_str());
    let report = StatusReport {
        version: 1,
        profile: session.settings.profile.clone(),
        world: session.request.common.world.label(),
        healthy: polling,
        verdict: format!("the agent is {word}"),
        unknown: agent
            .as_ref()
            .err()
            .map(ToString::to_string)
            .into_iter()
            .collect(),
        agent: agent.ok(),
        ..StatusReport::default()
    };
    if session.request.common.output == Output::Text {
        let text = ui::status::report(&report, &session.stdout_theme());
        ui::print(&session.in_world(&text));
    } else {
        ui::print(&ui::json(&report.agent));
    }
    Ok(if polling { Exit::Ok } else { Exit::Problems })
}

/// Everything that `status` tells.
///
/// # Errors
/// A catalogue that is no graph.
pub async fn gather(session: &Session<'_>) -> Result<StatusReport, Fault> {
    let graph = session.graph(StepFlags::default())?;
    let nothing = BTreeSet::new();
    let limit = PATIENCE * session.settings.patience;
    let (cluster, gpus, pods, node, volume, agent, jobs, seen) = futures::join!(
        within(limit, "cluster", cluster(session)),
        within(limit, "GPUs", host_gpus(session.reader())),
        within(limit, "pods", list(session.reader(), "v1", "Pod", "")),
        within(limit, "node", list(session.reader(), "v1", "Node", "")),
        within(limit, "volume", volume(session)),
        within(limit, "agent", agent(session)),
        within(
            limit,
            "jobs",
            list(session.reader(), "batch/v1", "Job", "wandb.ai/monitor=true")
        ),
        tokio::time::timeout(limit, session.survey(&graph, &nothing)),
    );
    let mut report = StatusReport {
        version: 1,
        profile: session.settings.profile.clone(),
        world: session.request.common.world.label(),
        ..StatusReport::default()
    };
    let unknown = &mut report.unknown;
    report.cluster = keep(cluster, unknown);
    let running = report
        .cluster
        .as_ref()
        .is_some_and(|cluster| cluster.state == "running");
    // Without a cluster its API cannot answer; that is no news of its own.
    let nodes = if running {
        keep(node, unknown)
    } else {
        node.ok()
    };
    let pods = if running {
        keep(pods, unknown)
    } else {
        pods.ok()
    };
    let jobs = if running {
        keep(jobs, unknown)
    } else {
        jobs.ok()
    };
    report.gpus = Some(GpuUse {
        host: keep(gpus, unknown).unwrap_or_default(),
        allocatable: nodes
            .as_ref()
            .map(|nodes| nodes.iter().map(allocatable).sum()),
        requested: pods.as_ref().map(|pods| pods.iter().map(requested).sum()),
    });
    report.volume = match volume {
        Ok(volume) => volume,
        Err(_) if !running => Some(VolumeStatus {
            claim: claim_name(session),
            phase: "unknown".to_owned(),
            ..VolumeStatus::default()
        }),
        Err(error) => {
            unknown.push(error);
            None
        }
    };
    report.agent = keep(agent, unknown);
    report.jobs = jobs.unwrap_or_default().iter().map(job).collect();
    match seen {
        Ok(seen) => report.drift = drift(&seen.looks),
        Err(_) => unknown.push(format!("drift: not known within {} s", limit.as_secs())),
    }
    judge(&mut report, session.settings.nfs.enabled);
    Ok(report)
}

pub(super) async fn within<T>(
    limit: Duration,
    part: &str,
    look: impl Future<Output = Result<T, HostError>>,
) -> Result<T, String> {
    match tokio::time::timeout(limit, look).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(format!("{part}: {error}")),
        Err(_) => Err(format!("{part}: no answer within {} s", limit.as_secs())),
    }
}

pub(super) fn keep<T>(part: Result<T, String>, unknown: &mut Vec<String>) -> Option<T> {
    part.map_err(|error| unknown.push(error)).ok()
}

/// The verdict in words.
fn judge(report: &mut StatusReport, volume_wanted: bool) {
    let cluster = report
        .cluster
        .as_ref()
        .map_or("unknown", |cluster| cluster.state.as_str());
    let agent = report
        .agent
        .as_ref()
        .map_or("unknown", |agent| agent.state.as_str());
    let gpus = report.gpus.as_ref().and_then(|gpus| gpus.allocatable);
    let bound = report
        .volume
        .as_ref()
        .is_some_and(|volume| volume.phase == "Bound");
    let problem = if cluster != "running" {
        Some(format!("the cluster is {cluster}"))
    } else if gpus.unwrap_or(0) == 0 {
        Some("the cluster has no GPU to hand out".to_owned())
    } else if volume_wanted && !bound {
        Some("the shared volume is not bound".to_owned())
    } else if agent != "polling" {
        Some(format!("the agent is {agent}"))
    } else {
        None
    };
    report.healthy = problem.is_none();
    report.verdict = problem.unwrap_or_else(|| "everything runs".to_owned());
}

async fn cluster(session: &Session<'_>) -> Result<ClusterStatus, HostError> {
    let profile = &session.settings.profile;
    let mut status = ClusterStatus {
        state: "absent".to_owned(),
        kubeconfig: session.layout().kubeconfig.into_string(),
        ..ClusterStatus::default()
    };
    let query = Query::MinikubeStatus {
        profile: profile.clone(),
    };
    let (answer, nodes) = futures::join!(
        session.reader().query(&query),
        list(session.reader(), "v1", "Node", "")
    );
    let answer = answer?;
    match minikube::status(&answer.text()) {
        Ok(minikube::Status::Node(node)) => status.state = node.host.to_lowercase(),
        Ok(minikube::Status::NoContainer) => status.state = "without a container".to_owned(),
        Ok(minikube::Status::NoProfile) => {}
        Err(error) => return Err(HostError::Io(error.to_string())),
    }
    if let Some(node) = nodes.ok().as_ref().and_then(|nodes| nodes.first()) {
        let at = |pointer| {
            node.pointer(pointer)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        status.kubernetes = at("/status/nodeInfo/kubeletVersion");
        status.node = at("/metadata/name");
    }
    Ok(status)
}

async fn host_gpus(host: &dyn ReadHost) -> Result<Vec<crate::model::Gpu>, HostError> {
    let answer = host.query(&Query::NvidiaSmi).await?;
    if !answer.ok() {
        let first = answer
            .stdout
            .lines()
            .next()
            .unwrap_or("nvidia-smi failed")
            .to_owned();
        return Err(HostError::Io(first));
    }
    nvidia_smi::rows(&answer.stdout)
        .map(|rows| rows.into_iter().map(|row| row.gpu).collect())
        .map_err(|error| HostError::Io(error.to_string()))
}

pub(super) async fn list(
    host: &dyn ReadHost,
    api_version: &str,
    kind: &str,
    selector: &str,
) -> Result<Vec<Value>, HostError> {
    let query = KubeQuery::List {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: None,
        selector: selector.to_owned(),
    };
    let answer = host.kube(&query).await?;
    Ok(answer
        .and_then(|list| list.get("items").and_then(Value::as_array).cloned())
        .unwrap_or_default())
}

fn claim_name(session: &Session<'_>) -> String {
    format!(
        "{}/{}",
        session.settings.namespace, session.settings.nfs.claim
    )
}

pub(super) async fn volume(session: &Session<'_>) -> Result<Option<VolumeStatus>, HostError> {
    let settings = &session.settings;
    if !settings.nfs.enabled {
        return Ok(None);
    }
    let claim = KubeQuery::Get(ObjectRef::new(
        "v1",
        "PersistentVolumeClaim",
        Some(&settings.namespace),
        &settings.nfs.claim,
    ));
    let volume = KubeQuery::Get(ObjectRef::new(
        "v1",
        "PersistentVolume",
        None,
        &settings.nfs.volume,
    ));
    let (claim, volume, space) = futures::join!(
        session.reader().kube(&claim),
        session.reader().kube(&volume),
        session.reader().space(&settings.nfs.path),
    );
    let (claim, volume) = (claim?, volume?);
    let source = volume.as_ref().and_then(|volume| {
        let at = |pointer| volume.pointer(pointer).and_then(Value::as_str);
        Some(format!(
            "{}:{}",
            at("/spec/nfs/server")?,
            at("/spec/nfs/path")?
        ))
    });
    Ok(Some(VolumeStatus {
        claim: claim_name(session),
        phase: claim
            .as_ref()
            .and_then(|claim| claim.pointer("/status/phase"))
            .and_then(Value::as_str)
            .unwrap_or("absent")
            .to_owned(),
        source,
        // The same path of this host is another folder where another machine serves it.
        free: space
            .ok()
            .filter(|_| settings.nfs.server.is_none())
            .map(|space| space.free),
    }))
}

/// The agent as its supervisor and its own log describe it.
pub async fn agent(session: &Session<'_>) -> Result<AgentStatus, HostError> {
    let settings = &session.settings;
    let layout = session.layout();
    let name = session.agent_service();
    let version = Query::WandbVersion {
        venv: layout.venv.clone(),
    };
    let (state, version) = futures::join!(
        session.reader().service(&name, &layout.agent_run),
        session.reader().query(&version),
    );
    let state = state?;
    let said = agent_log::state(&state.log);
    let word = match (state.pid, &said) {
        (None, _) if state.waiting.is_some() => "waiting for the cluster",
        (None, _) if state.supervised => "failing",
        (None, _) => "stopped",
        (Some(_), AgentLog::Polling { .. }) => "polling",
        (Some(_), AgentLog::Failed(_)) => "failing",
        (Some(_), _) => "starting",
    };
    let entity = settings.wandb.entity.as_deref();
    Ok(AgentStatus {
        state: word.to_owned(),
        pid: state.pid,
        queue: Some(match entity {
            Some(entity) => format!("{entity}/{}", settings.wandb.queue),
            None => settings.wandb.queue.clone(),
        }),
        version: version
            .ok()
            .filter(crate::host::Answer::ok)
            .map(|answer| answer.stdout.trim().to_owned()),
        last_error: agent_log::last_error(&state.log)
            .or(state.last_exit.filter(|how| how != STOPPED_AS_ASKED)),
        restarts: state.restarts,
    })
}

/// `nvidia.com/gpu` that a node can hand out.
fn allocatable(node: &Value) -> u32 {
    node.pointer("/status/allocatable/nvidia.com~1gpu")
        .and_then(count)
        .unwrap_or(0)
}

/// `nvidia.com/gpu` that a pod holds: pods that ended hold none.
fn requested(pod: &Value) -> u32 {
    let phase = pod
        .pointer("/status/phase")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let bound = pod.pointer("/spec/nodeName").is_some();
    if !bound || matches!(phase, "Succeeded" | "Failed") {
        return 0;
    }
    gpus_of(pod.pointer("/spec/containers"))
}

fn gpus_of(containers: Option<&Value>) -> u32 {
    containers
        .and_then(Value::as_array)
        .map(|containers| {
            containers
                .iter()
                .filter_map(|container| container.pointer("/resources/limits/nvidia.com~1gpu"))
                .filter_map(count)
                .sum()
        })
        .unwrap_or(0)
}

/// A Kubernetes quantity that is a plain count, as text or as a number.
fn count(value: &Value) -> Option<u32> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok()),
        _ => None,
    }
}

fn job(job: &Value) -> JobStatus {
    let number = |pointer| job.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
    let state = if number("/status/succeeded") > 0 {
        "succeeded"
    } else if number("/status/failed") > 0 {
        "failed"
    } else if number("/status/ready") > 0 {
        "running"
    } else {
        "pending"
    };
    JobStatus {
        name: job
            .pointer("/metadata/name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        state: state.to_owned(),
        gpus: gpus_of(job.pointer("/spec/template/spec/containers")),
        detail: None,
    }
}

fn drift(looks: &std::collections::BTreeMap<crate::model::StepId, Look>) -> Vec<Diff> {
    looks
        .iter()
        .filter_map(|(step, look)| match look {
            Look::Seen(seen) => match &seen.state {
                State::Drifted(diffs) => Some((step, diffs)),
                _ => None,
            },
            _ => None,
        })
        .flat_map(|(step, diffs)| {
            diffs.iter().map(move |diff| {
                Diff::new(format!("{step}: {}", diff.field), &diff.want, &diff.have)
            })
        })
        .collect()
}
