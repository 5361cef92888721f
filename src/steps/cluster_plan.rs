//! The changes that make, mend, recreate and remove the cluster.

use super::Wish;
use super::cluster_view::{AGENT, GPUS, KUBECONFIG, OPTION};
use super::look::{differs, forecast, forecast_safe};
use crate::model::{
    Advice, Change, Command, Diff, Effect, EffectKind, Fault, Forecast, Privilege, Receipt,
    Removal, Risk, ServiceWant, Stream, Touch,
};
use crate::reason::ids;
use camino::Utf8Path;
use std::time::Duration;

/// What is lost with a cluster.
const LOSS: &str = "every object and job in the cluster is lost; the exported data stays";

fn kubeconfig_folder(wish: &Wish) -> Change {
    let folder = wish
        .layout
        .kubeconfig
        .parent()
        .unwrap_or(Utf8Path::new("/"));
    Change::safe(
        Effect::MakeDir {
            path: folder.to_owned(),
            mode: 0o700,
            owner: None,
            privilege: Privilege::User,
        },
        "our own kubeconfig lies there; the one in your home is not touched",
    )
}

/// `minikube start`, with everything said that minikube would otherwise take from its defaults, its
/// environment or its configuration.
fn start(wish: &Wish) -> Command {
    let cluster = &wish.settings.cluster;
    let mut argv = vec![
        "minikube".to_owned(),
        "start".to_owned(),
        "-p".to_owned(),
        wish.profile().to_owned(),
        "--driver=docker".to_owned(),
        "--container-runtime=docker".to_owned(),
        "--gpus=all".to_owned(),
        format!("--cpus={}", cluster.cpus),
        format!("--memory={}", cluster.memory),
        "--wait=all".to_owned(),
        "--wait-timeout=10m".to_owned(),
        "--interactive=false".to_owned(),
        "--embed-certs".to_owned(),
        "--user=gpucluster".to_owned(),
        "-o".to_owned(),
        "json".to_owned(),
    ];
    if let Some(version) = &cluster.kubernetes_version {
        argv.push(format!("--kubernetes-version={version}"));
    }
    if let Some(image) = &cluster.base_image {
        argv.push(format!("--base-image={image}"));
    }
    Command::new(argv)
        .env("KUBECONFIG", wish.layout.kubeconfig.as_str())
        .stream(Stream::MinikubeEvents)
        .timeout(wish.settings.start_limit())
        .touching(Touch::Cluster(wish.profile().to_owned()))
        .touching(Touch::File(wish.layout.kubeconfig.clone()))
}

fn delete(wish: &Wish, why: &str) -> Change {
    Change::destructive(
        Effect::Run(
            wish.minikube(&["delete"])
                .timeout(Duration::from_secs(360))
                .touching(Touch::Cluster(wish.profile().to_owned())),
        ),
        why,
        LOSS,
    )
}

/// Makes the cluster.
pub fn create(wish: &Wish) -> Vec<Change> {
    vec![
        kubeconfig_folder(wish),
        Change::safe(
            Effect::Run(start(wish)),
            "a cluster in a container of this machine, with every GPU",
        ),
    ]
}

/// Mends what differs.
///
/// # Errors
/// `CLUSTER_HAS_NO_GPUS` or `CLUSTER_OPTIONS_DIFFER` where only a new cluster helps and none was
/// asked for.
pub fn mend(wish: &Wish, diffs: &[Diff]) -> Result<Vec<Change>, Fault> {
    let options: Vec<&Diff> = diffs
        .iter()
        .filter(|diff| diff.field.starts_with(OPTION))
        .collect();
    if !options.is_empty() {
        if !wish.flags.recreate_cluster {
            return Err(needs_recreation(wish, &options));
        }
        return Ok(recreate(wish));
    }
    if diffs.iter().all(|diff| diff.field == KUBECONFIG) {
        let update = wish
            .minikube(&["update-context"])
            .timeout(Duration::from_secs(60))
            .touching(Touch::File(wish.layout.kubeconfig.clone()));
        return Ok(vec![
            kubeconfig_folder(wish),
            Change::safe(
                Effect::Run(update),
                "the cluster is healthy, so only the way to it is mended; a start would disturb it",
            ),
        ]);
    }
    let mut changes = Vec::new();
    if differs(diffs, AGENT) {
        changes.push(Change::safe(
            stop_agent(wish),
            "without a cluster it fails every item of the queue; it is started again afterwards",
        ));
    }
    changes.push(kubeconfig_folder(wish));
    changes.push(Change::safe(
        Effect::Run(start(wish)),
        "an existing profile is started from the options it was made with",
    ));
    Ok(changes)
}

fn stop_agent(wish: &Wish) -> Effect {
    Effect::Service {
        service: ServiceWant::Stopped {
            name: wish.service_name(),
            dir: wish.layout.agent_run.clone(),
            unit: wish.unit_name(),
        },
    }
}

fn needs_recreation(wish: &Wish, options: &[&Diff]) -> Fault {
    let no_gpus = options.iter().any(|diff| diff.field == GPUS);
    let (reason, summary) = if no_gpus {
        (
            ids::CLUSTER_HAS_NO_GPUS,
            format!(
                "minikube profile `{}` was created without GPUs",
                wish.profile()
            ),
        )
    } else {
        (
            ids::CLUSTER_OPTIONS_DIFFER,
            format!(
                "minikube profile `{}` was created with other options",
                wish.profile()
            ),
        )
    };
    let mut fault = Fault::new(reason, summary);
    for diff in options {
        fault = fault.caused_by(format!(
            "{} is {}, wanted {}",
            diff.field, diff.have, diff.want
        ));
    }
    fault.advise(Advice::run(
        format!(
            "minikube ignores these options on an existing profile; recreate it (deletes the cluster; {} is kept)",
            wish.settings.nfs.path
        ),
        "gpucluster up --recreate-cluster",
    ))
}

/// Deletes and makes. The agent goes first: without a cluster it would take items from the queue
/// and fail every one of them.
fn recreate(wish: &Wish) -> Vec<Change> {
    let mut changes = vec![
        Change::disruptive(
            stop_agent(wish),
            "without a cluster the agent would fail every item of the queue",
            "no job is taken from the queue until the agent runs again",
        ),
        delete(wish, "its options cannot be changed in place"),
    ];
    changes.extend(create(wish));
    changes
}

/// What may come.
pub fn forecasts(wish: &Wish) -> Vec<Forecast> {
    let mut forecasts = vec![
        forecast_safe(
            EffectKind::Service,
            "stop the agent until the cluster runs, if it runs now",
        ),
        forecast_safe(EffectKind::MakeDir, "make a folder for our own kubeconfig"),
        forecast_safe(
            EffectKind::Run,
            format!(
                "minikube start -p {} --gpus=all (docker driver, CPUs {}, memory {})",
                wish.profile(),
                wish.settings.cluster.cpus,
                wish.settings.cluster.memory
            ),
        ),
    ];
    if wish.flags.recreate_cluster {
        forecasts.push(forecast(
            EffectKind::Service,
            Privilege::User,
            Risk::Disruptive,
            "stop the agent, if the cluster must be recreated",
        ));
        forecasts.push(forecast(
            EffectKind::Run,
            Privilege::User,
            Risk::Destructive,
            format!(
                "minikube delete -p {}, if its options differ: {LOSS}",
                wish.profile()
            ),
        ));
    }
    forecasts
}

/// Takes away what is ours.
pub fn undo(wish: &Wish, receipt: &Receipt) -> Vec<Change> {
    let mut changes = Vec::new();
    if receipt.is_ours(&Touch::Cluster(wish.profile().to_owned())) {
        changes.push(delete(wish, "the cluster was made by gpucluster"));
    }
    // The agent's home holds our kubeconfig; it is needed until the cluster is gone.
    let home = &wish.layout.agent_home;
    let ours = receipt.made.iter().any(|made| match &made.touch {
        Touch::Dir(path) | Touch::File(path) => {
            path.starts_with(home) && receipt.is_ours(&made.touch)
        }
        _ => false,
    });
    if ours && let Some(agent) = home.parent() {
        changes.push(Change::safe(
            Effect::RemoveOwned {
                path: agent.to_owned(),
                removal: Removal::Tree,
                privilege: Privilege::User,
            },
            "our own kubeconfig and the agent's home",
        ));
    }
    changes
}
