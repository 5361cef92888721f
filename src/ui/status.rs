//! What runs now: one screen, verdict first.

use super::width::{pad, prose, widest};
use super::{Mark, Theme, Tone};
use crate::model::{AgentStatus, ClusterStatus, GpuUse, JobStatus, StatusReport, VolumeStatus};
use serde_json::Value;

/// Jobs listed without `--output json`.
const JOBS_SHOWN: usize = 10;

/// Column of the values.
const LABEL: usize = 9;

/// The screen.
pub fn report(status: &StatusReport, theme: &Theme) -> String {
    let mut out = String::new();
    let mark = if status.healthy {
        Mark::Ok
    } else {
        Mark::Failed
    };
    let title = theme.paint(Tone::Strong, &theme.adapt(&status.verdict));
    out.push_str(&format!("{} {title}\n", theme.mark(mark, 1)));
    if let Some(note) = super::plan::world_note(&status.world) {
        out.push_str(&format!("  {}\n", theme.paint(Tone::Warn, &note)));
    }
    let mut line = |label: &str, text: String| {
        let text = prose(&theme.adapt(&text), theme.width, 2 + LABEL, 2 + LABEL);
        let line = format!("  {}{text}", pad(label, LABEL));
        out.push_str(line.trim_end());
        out.push('\n');
    };
    line("profile", status.profile.clone());
    if let Some(value) = &status.cluster {
        line("cluster", cluster(value, theme));
    }
    if let Some(value) = &status.gpus {
        for (index, text) in gpus(value, theme).into_iter().enumerate() {
            line(if index == 0 { "GPUs" } else { "" }, text);
        }
    }
    if let Some(value) = &status.volume {
        line("volume", volume(value, theme));
    }
    if let Some(value) = &status.agent {
        line("agent", agent(value, theme));
        if let Some(error) = &value.last_error {
            line("", format!("last error: {error}"));
        }
    }
    let shown = &status.jobs[..status.jobs.len().min(JOBS_SHOWN)];
    let names = widest(shown.iter().map(|job| job.name.as_str()), 48);
    for (index, value) in shown.iter().enumerate() {
        out.push_str(&job(
            if index == 0 { "jobs" } else { "" },
            value,
            names,
            theme,
        ));
    }
    if status.jobs.len() > JOBS_SHOWN {
        let more = status.jobs.len() - JOBS_SHOWN;
        out.push_str(&format!(
            "  {}and {more} more (--output json has all)\n",
            pad("", LABEL)
        ));
    }
    for diff in &status.drift {
        let text = format!(
            "  {} {} is {}, the settings want {}\n",
            theme.mark(Mark::Change, 1),
            diff.field,
            diff.have,
            diff.want
        );
        out.push_str(&text);
    }
    for text in &status.unknown {
        let text = prose(&theme.adapt(text), theme.width, 4, 4);
        out.push_str(&format!(
            "  {} could not read: {text}\n",
            theme.mark(Mark::Unknown, 1)
        ));
    }
    if !status.healthy {
        out.push_str("see what is wrong: gpucluster doctor\n");
    }
    out
}

/// The report as one document.
pub fn json(status: &StatusReport) -> Value {
    serde_json::to_value(status).unwrap_or_default()
}

/// Joins the parts that are known.
pub(super) fn joined(parts: Vec<Option<String>>, theme: &Theme) -> String {
    parts
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(theme.separator())
}

fn cluster(cluster: &ClusterStatus, theme: &Theme) -> String {
    let kubernetes = cluster
        .kubernetes
        .as_ref()
        .map(|version| format!("Kubernetes {version}"));
    let node = cluster.node.as_ref().map(|node| format!("node {node}"));
    joined(
        vec![
            Some(cluster.state.clone()),
            kubernetes,
            node,
            Some(cluster.kubeconfig.clone()),
        ],
        theme,
    )
}

fn gpus(gpus: &GpuUse, theme: &Theme) -> Vec<String> {
    let shared = match (gpus.requested, gpus.allocatable) {
        (Some(used), Some(all)) => Some(format!("{used} of {all} in use by pods")),
        (None, Some(all)) => Some(format!("{all} allocatable")),
        _ => None,
    };
    let mut lines = vec![joined(
        vec![Some(format!("{} on the host", gpus.host.len())), shared],
        theme,
    )];
    for gpu in &gpus.host {
        let memory = match (gpu.memory_used_mib, gpu.memory_mib) {
            (Some(used), Some(all)) => Some(format!("{used} of {all} MiB")),
            (None, Some(all)) => Some(format!("{all} MiB")),
            _ => None,
        };
        let busy = gpu
            .utilization_percent
            .map(|percent| format!("{percent} % busy"));
        let warm = gpu.temperature_c.map(|degrees| format!("{degrees} C"));
        lines.push(joined(
            vec![
                Some(format!("{} {}", gpu.index, gpu.name)),
                memory,
                busy,
                warm,
            ],
            theme,
        ));
    }
    lines
}

pub(super) fn volume(volume: &VolumeStatus, theme: &Theme) -> String {
    let free = volume.free.map(|bytes| format!("{} free", size(bytes)));
    joined(
        vec![
            Some(format!("{} {}", volume.claim, volume.phase)),
            volume.source.clone(),
            free,
        ],
        theme,
    )
}

/// Bytes in the unit that fits: `831 GiB`.
pub(super) fn size(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let (mut value, mut unit) = (bytes, 0);
    while value >= 1024 && unit + 1 < units.len() {
        value /= 1024;
        unit += 1;
    }
    format!("{value} {}", units[unit])
}

fn agent(agent: &AgentStatus, theme: &Theme) -> String {
    let queue = agent.queue.as_ref().map(|queue| format!("queue {queue}"));
    let version = agent
        .version
        .as_ref()
        .map(|version| format!("wandb {version}"));
    let pid = agent.pid.map(|pid| format!("pid {pid}"));
    let restarts = (agent.restarts > 0).then(|| format!("started again {} times", agent.restarts));
    joined(
        vec![Some(agent.state.clone()), queue, version, pid, restarts],
        theme,
    )
}

fn job(label: &str, job: &JobStatus, names: usize, theme: &Theme) -> String {
    let gpus = super::plan::counted(job.gpus as usize, "GPU");
    let detail = job
        .detail
        .as_ref()
        .map_or_else(String::new, |detail| format!("  {}", theme.adapt(detail)));
    let line = format!(
        "  {}{}  {}  {gpus}{detail}",
        pad(label, LABEL),
        pad(&job.name, names),
        pad(&job.state, 9)
    );
    format!("{}\n", line.trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::model::Gpu;

    fn running() -> StatusReport {
        let gpu = |index| Gpu {
            index,
            uuid: format!("GPU-{index}"),
            name: "Tesla T4".to_owned(),
            bus_id: format!("00000000:00:0{index}.0"),
            memory_mib: Some(15_360),
            memory_used_mib: Some(1_024),
            utilization_percent: (index == 0).then_some(93),
            temperature_c: Some(61),
        };
        let job = |name: &str, state: &str, detail: Option<&str>| JobStatus {
            name: name.to_owned(),
            state: state.to_owned(),
            gpus: 1,
            detail: detail.map(str::to_owned),
        };
        StatusReport {
            version: 1,
            profile: "gpucluster".to_owned(),
            world: "real".to_owned(),
            healthy: true,
            verdict: "running: 1 of 2 GPUs in use, agent polls team/gpucluster".to_owned(),
            cluster: Some(ClusterStatus {
                state: "running".to_owned(),
                kubernetes: Some("v1.35.1".to_owned()),
                node: Some("gpucluster".to_owned()),
                kubeconfig: "~/.local/share/gpucluster/profiles/gpucluster/agent/home/.kube/config"
                    .to_owned(),
            }),
            gpus: Some(GpuUse {
                host: vec![gpu(0), gpu(1)],
                allocatable: Some(2),
                requested: Some(1),
            }),
            volume: Some(VolumeStatus {
                claim: "default/nfs-pvc".to_owned(),
                phase: "Bound".to_owned(),
                source: Some("192.168.49.1:/srv/gpucluster".to_owned()),
                free: Some(831 << 30),
            }),
            agent: Some(AgentStatus {
                state: "polling".to_owned(),
                pid: Some(4711),
                queue: Some("team/gpucluster".to_owned()),
                version: Some("0.31.0".to_owned()),
                last_error: None,
                restarts: 0,
            }),
            jobs: vec![
                job("launch-team-proj-l28fh", "running", None),
                job(
                    "launch-team-a-much-longer-project-name-x7k2p",
                    "pending",
                    Some("0/1 nodes are available: 1 Insufficient nvidia.com/gpu."),
                ),
            ],
            ..StatusReport::default()
        }
    }

    #[test]
    fn everything_runs() {
        insta::assert_snapshot!(report(&running(), &Theme::plain()));
    }

    #[test]
    fn half_of_it_is_down() {
        let mut status = running();
        status.healthy = false;
        status.world = "simulated:4xt4".to_owned();
        status.verdict = "the agent fails".to_owned();
        status.volume = None;
        status.jobs = (0..13)
            .map(|n| JobStatus {
                name: format!("job-{n}"),
                state: "succeeded".to_owned(),
                ..JobStatus::default()
            })
            .collect();
        let agent = AgentStatus {
            state: "failing".to_owned(),
            restarts: 4,
            last_error: Some("Error: Failed to verify credentials".to_owned()),
            ..AgentStatus::default()
        };
        status.agent = Some(agent);
        status.drift = vec![samples::drift()];
        status.unknown = vec!["volume: the API does not answer".to_owned()];
        let text = report(&status, &Theme::ascii());
        assert!(text.is_ascii());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn the_document_has_every_field() {
        let document = json(&running());
        assert_eq!(document["healthy"], true);
        assert_eq!(document["gpus"]["host"][1]["index"], 1);
        assert_eq!(document["jobs"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn sizes_take_the_unit_that_fits() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(1 << 20), "1 MiB");
        assert_eq!(size(u64::MAX), "16383 PiB");
    }
}
