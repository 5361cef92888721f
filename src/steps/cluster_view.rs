//! How the cluster's state is told from what minikube, Docker, the API and our kubeconfig say.

use super::Wish;
use crate::host::{HostError, ReadHost};
use crate::model::{Advice, Diff, Fault, Observation, State};
use crate::parse::minikube::{NodeStatus, Profile, Status, memory_mib};
use crate::reason::ids;
use camino::Utf8Path;
use futures::future::join_all;
use serde_json::Value;

/// Field of a difference in our own kubeconfig.
pub const KUBECONFIG: &str = "kubeconfig";
/// Field of a difference in the state of the node.
pub const STATUS: &str = "status";
/// Field of an agent that runs though its cluster does not.
pub const AGENT: &str = "agent";
/// What the fields of stored options begin with.
pub const OPTION: &str = "Config.";
/// Field of the GPUs a profile was made with.
pub const GPUS: &str = "Config.GPUs";

/// Everything seen of a profile that exists.
pub struct ClusterView {
    /// What it was made with.
    pub profile: Profile,
    /// Options that differ from the wish.
    pub options: Vec<Diff>,
    /// State of its node.
    pub status: Status,
    /// Whether our kubeconfig's current context is the profile.
    pub kubeconfig: bool,
    /// What the API answered.
    pub ready: Result<Option<Value>, HostError>,
}

/// Compares the stored options with the wish. minikube takes them at creation only and ignores
/// them on an existing profile without a word, so the stored ones are what counts.
///
/// The base image is not compared: minikube itself replaces it by a fallback.
pub fn option_diffs(wish: &Wish, profile: &Profile) -> Vec<Diff> {
    let mut diffs = Vec::new();
    let shown = |text: &str| {
        if text.is_empty() {
            "(none)".to_owned()
        } else {
            text.to_owned()
        }
    };
    // All three give every NVIDIA GPU to the node; `nvidia.com` does so by CDI (minikube 1.37).
    if !["all", "nvidia", "nvidia.com"].contains(&profile.gpus.as_str()) {
        diffs.push(Diff::new(GPUS, "all", shown(&profile.gpus)));
    }
    for (field, want, have) in [
        ("Config.Driver", "docker", &profile.driver),
        (
            "Config.KubernetesConfig.ContainerRuntime",
            "docker",
            &profile.container_runtime,
        ),
    ] {
        if have != want {
            diffs.push(Diff::new(field, want, shown(have)));
        }
    }
    let cluster = &wish.settings.cluster;
    if let Some(version) = &cluster.kubernetes_version {
        let have = &profile.kubernetes_version;
        // `stable` and `latest` are resolved by minikube and stored resolved.
        let fixed = version
            .trim_start_matches('v')
            .starts_with(|c: char| c.is_ascii_digit());
        if fixed && have.trim_start_matches('v') != version.trim_start_matches('v') {
            let field = "Config.KubernetesConfig.KubernetesVersion";
            diffs.push(Diff::new(field, version, shown(have)));
        }
    }
    if let (Ok(want), Some(have)) = (cluster.cpus.parse::<u64>(), profile.cpus)
        && want != have
    {
        diffs.push(Diff::new("Config.CPUs", want.to_string(), have.to_string()));
    }
    if let (Some(want), Some(have)) = (memory_mib(&cluster.memory), profile.memory_mib)
        && want != have
    {
        diffs.push(Diff::new(
            "Config.Memory",
            format!("{want} MiB"),
            format!("{have} MiB"),
        ));
    }
    diffs
}

/// Whether our kubeconfig exists and its current context is the profile's.
pub fn kubeconfig_is_ours(text: Option<&str>, profile: &str) -> bool {
    let parsed: Option<Value> = text.and_then(|text| serde_yaml::from_str(text).ok());
    parsed.is_some_and(|config| {
        config.get("current-context").and_then(Value::as_str) == Some(profile)
    })
}

/// The verdict on a profile that exists.
pub async fn judge(host: &dyn ReadHost, wish: &Wish, view: &ClusterView) -> Observation {
    if !view.options.is_empty() {
        let fields: Vec<String> = view
            .options
            .iter()
            .map(|diff| format!("{} is {}", diff.field, diff.have))
            .collect();
        return Observation::drifted(
            format!("made with other options: {}", fields.join(", ")),
            view.options.clone(),
        );
    }
    let node = match &view.status {
        Status::Node(node) => node.clone(),
        Status::NoContainer | Status::NoProfile => NodeStatus {
            host: "Nonexistent".to_owned(),
            ..NodeStatus::default()
        },
    };
    if node.host == "InsufficientStorage" {
        return Observation::needs_human(
            Fault::new(ids::DISK_FULL, "the disk that holds the node is full").advise(Advice::run(
                "free space that Docker holds",
                "docker system prune",
            )),
        );
    }
    let running = node.host == "Running";
    if !running || node.kubelet != "Running" || node.apiserver != "Running" {
        let starting = view.profile.status == "Starting" || node.host == "Starting";
        if starting && start_is_alive(host, wish.profile()).await {
            return Observation::new(
                State::Underway("another `minikube start` of this profile is running".to_owned()),
                "starting",
            );
        }
        let have = if running {
            format!("kubelet {}, API server {}", node.kubelet, node.apiserver)
        } else {
            node.host.clone()
        };
        return Observation::drifted(
            format!("the cluster is not running ({have})"),
            vec![Diff::new(STATUS, "Running", have)],
        );
    }
    let stale = |why: String| {
        Observation::drifted(
            format!("running, and our kubeconfig does not lead to it ({why})"),
            vec![Diff::new(KUBECONFIG, wish.profile(), why)],
        )
    };
    if !view.kubeconfig {
        return stale("no such context".to_owned());
    }
    match &view.ready {
        Ok(Some(_)) => Observation::in_place(format!(
            "running, Kubernetes {}, GPUs {}",
            view.profile.kubernetes_version, view.profile.gpus
        )),
        Ok(None) => not_ready("`/readyz` is not known to it".to_owned()),
        Err(HostError::Refused { code, message }) if *code >= 500 => not_ready(message.clone()),
        Err(HostError::Hung { what, .. }) => not_ready(format!("{what} hangs")),
        Err(error) => stale(error.to_string()),
    }
}

/// An agent that polls without a cluster takes items from the queue and fails each of them, and its
/// client does not survive a new cluster's certificates. So it is stopped before the cluster is
/// started, and started anew by its own step.
pub async fn with_stray_agent(host: &dyn ReadHost, wish: &Wish, seen: Observation) -> Observation {
    let mut diffs = match &seen.state {
        State::Absent => Vec::new(),
        State::Drifted(diffs) if diffs.iter().any(|diff| diff.field == STATUS) => diffs.clone(),
        _ => return seen,
    };
    let name = wish.service_name();
    let service = host.service(&name, &wish.layout.agent_run).await;
    if !service.is_ok_and(|service| service.pid.is_some()) {
        return seen;
    }
    diffs.push(Diff::new(AGENT, "stopped", "running without a cluster"));
    Observation {
        state: State::Drifted(diffs),
        headline: format!("{}; the agent runs without it", seen.headline),
        ..seen
    }
}

fn not_ready(why: String) -> Observation {
    Observation::new(
        State::Underway(format!("the API server is not ready: {why}")),
        "running, API server not ready",
    )
}

/// Whether a `minikube start` of the profile is running. A start that was killed leaves the state
/// `Starting` behind for minutes, so the processes are asked. Where they cannot be listed, a start
/// is believed to be alive.
async fn start_is_alive(host: &dyn ReadHost, profile: &str) -> bool {
    let proc = Utf8Path::new("/proc");
    let Ok(Some(names)) = host.list_dir(proc).await else {
        return true;
    };
    let looks = names
        .iter()
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        .map(|name| async move {
            let path = proc.join(name).join("cmdline");
            let line = host.read_file(&path).await.ok().flatten();
            line.is_some_and(|line| is_start_of(&line, profile))
        });
    join_all(looks).await.into_iter().any(|alive| alive)
}

/// Whether a NUL-separated command line is `… minikube start … -p PROFILE …`.
fn is_start_of(cmdline: &str, profile: &str) -> bool {
    let words: Vec<&str> = cmdline.split('\0').collect();
    let program = words.first().is_some_and(|word| word.ends_with("minikube"));
    let named = words.windows(2).any(|pair| {
        matches!(pair[0], "-p" | "--profile") && pair[1] == profile
            || pair[1].strip_prefix("--profile=") == Some(profile)
    });
    program && words.contains(&"start") && named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_is_known_by_its_profile() {
        assert!(is_start_of(
            "/usr/local/bin/minikube\0start\0-p\0gpucluster\0",
            "gpucluster"
        ));
        assert!(is_start_of(
            "minikube\0start\0--profile=gpucluster",
            "gpucluster"
        ));
        assert!(!is_start_of("minikube\0start\0-p\0other", "gpucluster"));
        assert!(!is_start_of(
            "minikube\0status\0-p\0gpucluster",
            "gpucluster"
        ));
        assert!(!is_start_of(
            "vi\0minikube\0start\0-p\0gpucluster",
            "gpucluster"
        ));
    }

    #[test]
    fn a_kubeconfig_is_ours_by_its_current_context() {
        let text = "apiVersion: v1\ncurrent-context: gpucluster\n";
        assert!(kubeconfig_is_ours(Some(text), "gpucluster"));
        assert!(!kubeconfig_is_ours(Some(text), "other"));
        assert!(!kubeconfig_is_ours(Some("contexts: []\n"), "gpucluster"));
        assert!(!kubeconfig_is_ours(None, "gpucluster"));
    }
}
