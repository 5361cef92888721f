//! `minikube.home` and `minikube.cache`: its folders are the person's, nothing in its own configuration
//! speaks against GPUs, and how much a first start will download.

use super::check::{Check, Seeing, not_used, problem};
use crate::host::{HostError, Query, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe, StepId};
use crate::parse::minikube;
use crate::reason::ids;
use crate::steps::look::{failed, tools};
use crate::steps::{Wish, id};
use camino::{Utf8Path, Utf8PathBuf};
use futures::future::join_all;
use semver::Version;
use serde_json::Value;
use std::sync::Arc;

/// Folders and files that a start writes. Others that belong to root (a cached image of `sudo minikube`)
/// do not stop it.
const WRITTEN: [&str; 8] = [
    ".minikube",
    ".minikube/profiles",
    ".minikube/machines",
    ".minikube/cache",
    ".minikube/logs",
    ".minikube/certs",
    ".kube",
    ".kube/config",
];

/// Up to this release the locks are `/tmp/juju-mk*`, one for every account (kubernetes/minikube#6391).
const OWN_LOCKS: Version = Version::new(1, 38, 1);
/// From this release on the runtime `docker` has to be named (kubernetes/minikube#23562).
const CONTAINERD: Version = Version::new(1, 39, 0);

/// The checks.
pub fn checks(wish: &Arc<Wish>) -> [Check; 2] {
    [
        Check::new(
            wish,
            StepId::new("minikube.home"),
            "minikube's folders and configuration let it start",
            |seeing| Box::pin(home(seeing)),
        )
        .explains(&[id::MINIKUBE, id::CLUSTER])
        .asks(tools([Query::MinikubeVersion])),
        Check::new(
            wish,
            StepId::new("minikube.cache"),
            "What a cluster is made from is there or can be fetched",
            |seeing| Box::pin(cache(seeing)),
        )
        .asks(tools([Query::MinikubeVersion])),
    ]
}

async fn version(host: &dyn ReadHost) -> Result<Option<Version>, Fault> {
    match host.query(&Query::MinikubeVersion).await {
        Err(HostError::NoProgram(_)) => Ok(None),
        // A version that cannot be read is the step `minikube.binary`'s to name.
        Err(error) => Err(failed(error)),
        Ok(answer) => Ok(Some(
            minikube::version(&answer.stdout).unwrap_or(Version::new(0, 0, 0)),
        )),
    }
}

async fn home(seeing: Seeing<'_>) -> Probe {
    let (host, own) = (seeing.host, &seeing.wish.identity);
    let Some(version) = version(host).await? else {
        return Ok(not_used("minikube is not installed"));
    };
    let foreign = join_all(WRITTEN.map(|name| async move {
        let path = own.home.join(name);
        match host.stat(&path).await {
            Ok(Some(meta)) if meta.uid != own.uid && own.uid != 0 => Some((path, meta.uid)),
            _ => None,
        }
    }));
    let foreign: Vec<(Utf8PathBuf, u32)> = foreign.await.into_iter().flatten().collect();
    if let Some((path, uid)) = foreign.first() {
        return problem(not_owned(own.user.as_str(), path, *uid, &foreign));
    }
    if version <= OWN_LOCKS
        && let Some((path, uid)) = foreign_lock(host, own.uid).await
    {
        return problem(
            Fault::new(
                ids::MINIKUBE_HOME_PERMISSION,
                format!("minikube's lock {path} belongs to {}", owner(uid)),
            )
            .caused_by("this release of minikube shares its locks between all accounts")
            .advise(Advice::run(
                "once nobody starts a cluster, remove the locks",
                "sudo rm -f /tmp/juju-mk*",
            )),
        );
    }
    let mut seen = Observation::in_place(format!("{} is yours", own.home.join(".minikube")));
    let config = own.home.join(".minikube/config/config.json");
    let text = host.read_file(&config).await.ok().flatten();
    let conflicts = conflicts(text.as_deref().unwrap_or_default());
    if let Some((key, _)) = conflicts.first() {
        let list: Vec<String> = conflicts
            .iter()
            .map(|(k, v)| format!("{k} is {v}"))
            .collect();
        seen = seen.warn_of(
            Fault::new(
                ids::MINIKUBE_CONFIG_CONFLICTS,
                format!(
                    "minikube's own configuration speaks against GPUs: {}",
                    list.join(", ")
                ),
            )
            .advise(Advice::run(
                "take it out",
                format!("minikube config unset {key}"),
            )),
        );
    }
    Ok(seen)
}

fn owner(uid: u32) -> String {
    match uid {
        0 => "root".to_owned(),
        uid => format!("uid {uid}"),
    }
}

fn not_owned(user: &str, path: &Utf8Path, uid: u32, all: &[(Utf8PathBuf, u32)]) -> Fault {
    let mut fault = Fault::new(
        ids::MINIKUBE_HOME_PERMISSION,
        format!(
            "{path} belongs to {}, so that minikube cannot write there",
            owner(uid)
        ),
    )
    .caused_by("somebody ran minikube or kubectl with sudo");
    let mut tops: Vec<&str> = Vec::new();
    for (path, _) in all {
        let top = if path.as_str().contains("/.kube") {
            "~/.kube"
        } else {
            "~/.minikube"
        };
        if !tops.contains(&top) {
            tops.push(top);
        }
    }
    fault = fault.advise(Advice::run(
        "take the files back",
        format!("sudo chown -R {user} {}", tops.join(" ")),
    ));
    fault
}

/// A lock of another account; `fs.protected_regular` then keeps even root from opening it.
async fn foreign_lock(host: &dyn ReadHost, own: u32) -> Option<(Utf8PathBuf, u32)> {
    let names = host.list_dir(Utf8Path::new("/tmp")).await.ok().flatten()?;
    for name in names.iter().filter(|name| name.starts_with("juju-mk")) {
        let path = Utf8Path::new("/tmp").join(name);
        if let Ok(Some(meta)) = host.stat(&path).await
            && meta.uid != own
        {
            return Some((path, meta.uid));
        }
    }
    None
}

/// Values of `minikube config` that a start with `--gpus` cannot go with.
fn conflicts(text: &str) -> Vec<(String, String)> {
    let config: Value = serde_json::from_str(text).unwrap_or_default();
    let value = |key: &str| match config.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Null) | None => None,
        Some(other) => Some(other.to_string()),
    };
    [
        ("driver", "docker"),
        ("vm-driver", "docker"),
        ("container-runtime", "docker"),
        ("rootless", "false"),
    ]
    .iter()
    .filter_map(|(key, fits)| {
        let have = value(key).filter(|have| have != fits && !have.is_empty())?;
        Some(((*key).to_owned(), have))
    })
    .collect()
}

async fn cache(seeing: Seeing<'_>) -> Probe {
    let host = seeing.host;
    let Some(version) = version(host).await? else {
        return Ok(not_used("minikube is not installed"));
    };
    let home = seeing.wish.identity.home.join(".minikube/cache");
    let (preload, kic) = (home.join("preloaded-tarball"), home.join("kic"));
    let (preload, kic) = tokio::join!(host.list_dir(&preload), host.list_dir(&kic));
    let has = |names: Result<Option<Vec<String>>, HostError>| {
        names.ok().flatten().is_some_and(|names| !names.is_empty())
    };
    let mut seen = match (has(preload), has(kic)) {
        (true, true) => "base image and Kubernetes are cached".to_owned(),
        (true, false) => "Kubernetes is cached; a first start downloads the base image".to_owned(),
        (false, _) => "empty: a first start downloads about 0.9 GB".to_owned(),
    };
    if version >= CONTAINERD {
        seen.push_str(&format!(
            "; minikube {version} takes containerd where `--container-runtime=docker` is not given"
        ));
    }
    Ok(Observation::in_place(seen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_that_go_against_gpus_are_named() {
        let fits =
            r#"{"driver":"docker","container-runtime":"docker","memory":4096,"rootless":false}"#;
        assert_eq!(conflicts(fits), []);
        let bad = r#"{"container-runtime":"containerd","rootless":true}"#;
        let keys: Vec<String> = conflicts(bad).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["container-runtime", "rootless"]);
        assert_eq!(conflicts(""), []);
    }
}
