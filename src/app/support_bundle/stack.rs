//! Docker, minikube, NFS: what stands between the machine and the cluster. What belongs to others is
//! counted and not shown.

use super::collect::{Source, printed};
use super::machine::{FILE_LIMIT, file, file_source, limit, query_source};
use super::text::Raw;
use crate::app::request::World;
use crate::app::session::Session;
use crate::host::{Query, ReadHost};
use crate::parse::{export_files, exports};
use crate::steps::{EXPORTS_FILE, EXPORTS_FOLDER};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

/// Everything of the stack.
pub fn sources<'a>(session: &'a Session<'_>) -> Vec<Source<'a>> {
    let host = session.reader();
    let profile = session.settings.profile.clone();
    let minikube = minikube_home(session);
    let network = Query::DockerNetwork {
        name: profile.clone(),
    };
    let containers = Query::DockerContainers {
        label: format!("name.minikube.sigs.k8s.io={profile}"),
    };
    let config = minikube.join("profiles").join(&profile).join("config.json");
    vec![
        query_source(session, "docker/info.json", Query::DockerInfo),
        query_source(session, "docker/network.json", network),
        query_source(session, "docker/node.jsonl", containers),
        file_source(host, "docker/daemon.json", "/etc/docker/daemon.json"),
        Source::one(
            "minikube/profiles.json",
            limit(session, &Query::MinikubeProfiles),
            profiles(host, profile),
        ),
        file_source(host, "minikube/config.json", config),
        file_source(
            host,
            "minikube/lastStart.txt",
            minikube.join("logs/lastStart.txt"),
        ),
        Source::one("nfs/exports.txt", FILE_LIMIT, export_files(host)),
        Source::one(
            "nfs/table.txt",
            limit(session, &Query::Exports),
            export_table(host, session.settings.nfs.path.clone()),
        ),
        file_source(host, "nfs/gpucluster.exports", EXPORTS_FILE),
    ]
}

/// Where minikube keeps its files (`localpath.MiniPath` of minikube): `MINIKUBE_HOME`, with
/// `.minikube` below it unless that is its name.
fn minikube_home(session: &Session<'_>) -> Utf8PathBuf {
    let named = match session.request.common.world {
        World::Simulated(_) => None,
        World::Real | World::Rehearsal => std::env::var("MINIKUBE_HOME").ok(),
    };
    match named
        .filter(|home| home.starts_with('/'))
        .map(Utf8PathBuf::from)
    {
        Some(home) if home.file_name() == Some(".minikube") => home,
        Some(home) => home.join(".minikube"),
        None => session.reader().identity().home.join(".minikube"),
    }
}

/// Our profile; others are counted.
async fn profiles(host: &dyn ReadHost, profile: String) -> Result<Raw, String> {
    let answer = host.query(&Query::MinikubeProfiles).await;
    let answer = answer.map_err(|error| error.to_string())?;
    let Ok(all) = serde_json::from_str::<Value>(answer.stdout.trim()) else {
        return printed(Ok(answer));
    };
    let mut shown = serde_json::Map::new();
    for (group, entries) in all.as_object().into_iter().flatten() {
        let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default();
        let (ours, others): (Vec<&Value>, Vec<&Value>) = entries
            .iter()
            .partition(|entry| entry["Name"] == profile.as_str());
        let entry = json!({"ours": ours, "others": others.len()});
        shown.insert(group.clone(), entry);
    }
    Ok(Raw::Text(crate::ui::json(&shown)))
}

/// Files of exports by name, each with the number of its entries.
async fn export_files(host: &dyn ReadHost) -> Result<Raw, String> {
    let mut text = String::new();
    let names = host.list_dir(Utf8Path::new(EXPORTS_FOLDER)).await;
    let names = names.ok().flatten().unwrap_or_default();
    let drop_ins = names.iter().map(|name| format!("{EXPORTS_FOLDER}/{name}"));
    for path in std::iter::once("/etc/exports".to_owned()).chain(drop_ins) {
        let line = match file(host, Utf8Path::new(&path)).await {
            Ok(Raw::Ends(ends)) => {
                let content = String::from_utf8_lossy(&ends.head);
                let entries = export_files::entries(&content).len();
                format!("{entries} entries, {} bytes", ends.total)
            }
            Ok(Raw::Text(_)) => continue,
            Err(why) => why,
        };
        text.push_str(&format!("{path}: {line}\n"));
    }
    Ok(Raw::Text(text))
}

/// The live table: the lines of our folder; others are counted.
async fn export_table(host: &dyn ReadHost, ours: Utf8PathBuf) -> Result<Raw, String> {
    let answer = host.query(&Query::Exports).await;
    let table = match printed(answer)? {
        Raw::Text(text) => text,
        Raw::Ends(ends) => String::from_utf8_lossy(&ends.head).into_owned(),
    };
    let is_ours = |line: &&str| {
        exports::table(line)
            .first()
            .is_some_and(|export| export.path == ours.as_str())
    };
    let (mine, others): (Vec<&str>, Vec<&str>) = table
        .lines()
        .filter(|line| !line.trim().is_empty())
        .partition(is_ours);
    let lines: String = mine.iter().map(|line| format!("{line}\n")).collect();
    Ok(Raw::Text(format!(
        "{lines}{} lines of others are not shown\n",
        others.len()
    )))
}
