//! What is at a place before we change it.

use crate::host::groups::is_member;
use crate::host::packages::brought_by;
use crate::host::{KubeQuery, Query, ReadHost};
use crate::model::{Change, Effect, Prior, Touch};

use camino::Utf8Path;
use serde_json::Value;

/// Looks at a place. A look that fails gives [`Prior::Unknown`], which is treated as not ours.
///
/// The bytes of a file are kept only below `/etc`: those are shared files that must be put back as
/// they were. Files of ours elsewhere may hold keys (a kubeconfig) and are never copied.
pub async fn prior(host: &dyn ReadHost, touch: &Touch) -> Prior {
    let exists = |found: bool| if found { Prior::Present } else { Prior::Absent };
    match touch {
        Touch::File(path) => file(host, path).await,
        Touch::Dir(path) => host
            .stat(path)
            .await
            .map_or(Prior::Unknown, |meta| exists(meta.is_some())),
        Touch::Unit(name) => host
            .unit(name)
            .await
            .map_or(Prior::Unknown, |unit| Prior::Unit {
                enabled: unit.enabled,
                active: unit.active,
            }),
        Touch::Member(group) => is_member(host, group).await.map_or(Prior::Unknown, exists),
        Touch::Package(name) => host
            .query(&Query::Package { name: name.clone() })
            .await
            .map_or(Prior::Unknown, |answer| {
                if answer.stdout.contains("config-files") {
                    Prior::Remains
                } else {
                    exists(answer.ok())
                }
            }),
        Touch::Cluster(name) => match host.query(&Query::MinikubeProfiles).await {
            Ok(answer) => profile(&answer.stdout, name),
            Err(_) => Prior::Unknown,
        },
        Touch::Object(object) => host
            .kube(&KubeQuery::Get(object.clone()))
            .await
            .map_or(Prior::Unknown, |found| exists(found.is_some())),
        // Services run under our own supervisor, in our own folder: always ours.
        Touch::Service(_) => Prior::Absent,
    }
}

/// Every place that a change is about to touch: those it names and, where it installs a package, the
/// packages that come with it.
pub async fn places(host: &dyn ReadHost, change: &Change) -> Vec<Touch> {
    let mut places = change.touches();
    if let Effect::Run(command) = &change.effect {
        for name in brought_by(host, command).await {
            let place = Touch::Package(name);
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    places
}

/// Whether what a change takes away is gone. Configuration may stay where a package is removed, and
/// not where it is purged.
pub fn is_gone(change: &Change, touch: &Touch, now: &Prior) -> bool {
    let purges = match &change.effect {
        Effect::Run(command) => command.argv.iter().any(|word| word.ends_with("purge")),
        _ => false,
    };
    match now {
        Prior::Absent => true,
        Prior::Remains => matches!(touch, Touch::Package(_)) && !purges,
        _ => false,
    }
}

/// Whether a profile is in minikube's list. The invalid ones count as there: a folder of that name
/// that somebody else left behind is not ours to delete.
fn profile(list: &str, name: &str) -> Prior {
    let Ok(list) = serde_json::from_str::<Value>(list) else {
        return Prior::Unknown;
    };
    // Without `valid` it is no list but `{"error": …}`. Empty lists are `null` in some releases.
    if list.get("valid").is_none() {
        return Prior::Unknown;
    }
    let named = |entry: &Value| entry.get("Name").and_then(Value::as_str) == Some(name);
    let found = ["valid", "invalid"]
        .iter()
        .filter_map(|part| list.get(part).and_then(Value::as_array))
        .any(|entries| entries.iter().any(named));
    if found { Prior::Present } else { Prior::Absent }
}

async fn file(host: &dyn ReadHost, path: &Utf8Path) -> Prior {
    let Ok(meta) = host.stat(path).await else {
        return Prior::Unknown;
    };
    let Some(meta) = meta else {
        return Prior::Absent;
    };
    if !path.starts_with("/etc") {
        return Prior::Present;
    }
    match host.read_file(path).await {
        Ok(Some(content)) => Prior::File {
            content,
            mode: meta.mode,
        },
        Ok(None) => Prior::Absent,
        Err(_) => Prior::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_purge_leaves_no_configuration_and_a_removal_may() {
        let touch = Touch::Package("rpcbind".into());
        for (argv, gone) in [
            (["apt-get", "remove", "-y"], true),
            (["apt-get", "purge", "-y"], false),
            (["dpkg", "--purge", "-D0"], false),
        ] {
            let change = Change::safe(Effect::Run(crate::model::Command::new(argv)), "");
            assert_eq!(is_gone(&change, &touch, &Prior::Remains), gone, "{argv:?}");
            assert!(is_gone(&change, &touch, &Prior::Absent));
            assert!(!is_gone(&change, &touch, &Prior::Present));
        }
    }

    #[test]
    fn a_profile_is_found_by_its_own_name_only() {
        let list = r#"{ "invalid": [ {"Name": "half"} ], "valid": [ {"Name": "other", "Config":
            {"Name": "gpucluster", "Nodes": [{"Name":"gpucluster"}]}}, {"Name" : "mine"} ] }"#;
        assert_eq!(profile(list, "mine"), Prior::Present);
        assert_eq!(profile(list, "half"), Prior::Present);
        assert_eq!(profile(list, "gpucluster"), Prior::Absent);
        let empty = r#"{"invalid":null,"valid":null}"#;
        assert_eq!(profile(empty, "mine"), Prior::Absent);
        for unreadable in ["", "garbage", r#"{"error":{"Op":"open"}}"#, "[]"] {
            assert_eq!(profile(unreadable, "mine"), Prior::Unknown, "{unreadable}");
        }
    }
}
