//! `nfs status`: what is shared, with whom, and who uses it; read in parallel, each part with two
//! seconds to answer.

use super::Output;
use super::session::Session;
use super::status::{PATIENCE, keep, list, volume, within};
use crate::host::{HostError, Query, ReadHost};
use crate::model::{
    ExportStatus, Fault, PodStatus, ServerStatus, ShareStatus, SpaceStatus, VolumeStatus,
};
use crate::parse::{exports, listeners, pods};
use crate::reason::Exit;
use crate::steps::{NFS_PORT, NFS_UNIT, nfs_clients_overlap, nfs_threads};
use crate::ui;
use camino::Utf8Path;
use serde_json::{Value, json};

/// Runs `nfs status`.
///
/// # Errors
/// None: what cannot be read is told in the report.
pub async fn status(session: &Session<'_>) -> Result<Exit, Fault> {
    let report = gather(session).await;
    if session.request.common.output == Output::Text {
        let text = ui::share::report(&report, &session.stdout_theme());
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

async fn gather(session: &Session<'_>) -> ShareStatus {
    let settings = &session.settings;
    let nfs = &settings.nfs;
    let mut report = ShareStatus {
        version: 1,
        profile: settings.profile.clone(),
        world: session.request.common.world.label(),
        path: nfs.path.to_string(),
        ..ShareStatus::default()
    };
    if !nfs.enabled {
        report.healthy = true;
        report.verdict = "nothing is shared: `nfs.enabled` is false".to_owned();
        return report;
    }
    let host = session.reader();
    let limit = PATIENCE * settings.patience;
    let unknown = &mut report.unknown;
    if let Some(address) = &nfs.server {
        report.server = Some(ServerStatus {
            address: Some(address.clone()),
            active: true,
            threads: None,
        });
        report.exports = Some(Vec::new());
    } else {
        let (server, table, clients, space) = futures::join!(
            within(limit, "server", server(host)),
            within(limit, "export", exported(host, &nfs.path)),
            within(limit, "clients", clients(host)),
            within(limit, "space", host.space(&nfs.path)),
        );
        report.server = keep(server, unknown);
        report.exports = keep(table, unknown);
        report.clients = keep(clients, unknown);
        report.space = keep(space, unknown).map(|space| SpaceStatus {
            free: space.free,
            total: space.total,
        });
    }
    if !has_cluster(session).await {
        report.volume = Some(VolumeStatus {
            claim: format!("{}/{}", settings.namespace, nfs.claim),
            phase: "absent".to_owned(),
            ..VolumeStatus::default()
        });
        report.pods = Some(Vec::new());
        judge(&mut report);
        return report;
    }
    let (volume, pods) = futures::join!(
        within(limit, "claim", volume(session)),
        within(limit, "pods", list(host, "v1", "Pod", "")),
    );
    report.volume = keep(volume, unknown).flatten();
    // Without the cluster's API both fail; that is one piece of news.
    let pods = match (&report.volume, pods) {
        (None, pods) => pods.ok(),
        (Some(_), pods) => keep(pods, unknown),
    };
    report.pods = pods.map(|pods| users(session, pods));
    judge(&mut report);
    report
}

/// Without our kubeconfig no cluster was set up, and none can be asked.
async fn has_cluster(session: &Session<'_>) -> bool {
    let kubeconfig = session.layout().kubeconfig;
    !matches!(session.reader().stat(&kubeconfig).await, Ok(None))
}

async fn server(host: &dyn ReadHost) -> Result<ServerStatus, HostError> {
    let (unit, threads) = futures::join!(host.unit(NFS_UNIT), nfs_threads(host));
    Ok(ServerStatus {
        address: None,
        active: unit?.active && threads != Some(0),
        threads,
    })
}

/// The entries of the live table for the folder. Without the server's programs there is no table.
async fn exported(host: &dyn ReadHost, path: &Utf8Path) -> Result<Vec<ExportStatus>, HostError> {
    let text = match host.query(&Query::Exports).await {
        Ok(answer) => answer.stdout,
        Err(HostError::NoProgram(_)) => String::new(),
        Err(error) => return Err(error),
    };
    let ours = exports::table(&text).into_iter();
    Ok(ours
        .filter(|export| export.path == path.as_str())
        .map(|export| ExportStatus {
            client: export.client,
            options: each_once(export.options),
        })
        .collect())
}

/// The server's own table says some of them twice: as written, and as a security flavour has them
/// (`sec=sys,rw,…`; nfs-utils 2.6).
fn each_once(options: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for option in options {
        if !once.contains(&option) {
            once.push(option);
        }
    }
    once
}

async fn clients(host: &dyn ReadHost) -> Result<Vec<String>, HostError> {
    let table = host.read_file(Utf8Path::new("/proc/net/tcp")).await?;
    let peers = listeners::peers(&table.unwrap_or_default(), NFS_PORT);
    Ok(peers.iter().map(ToString::to_string).collect())
}

fn users(session: &Session<'_>, pods: Vec<Value>) -> Vec<PodStatus> {
    let namespace = session.settings.namespace.as_str();
    let own: Vec<Value> = pods
        .into_iter()
        .filter(|pod| pod.pointer("/metadata/namespace") == Some(&json!(namespace)))
        .collect();
    let users = pods::users_of(&json!({ "items": own }), &session.settings.nfs.claim);
    users
        .into_iter()
        .map(|user| PodStatus {
            name: user.name,
            phase: user.phase,
        })
        .collect()
}

/// The verdict in words: the first thing, from the server to the claim, that keeps jobs from it.
fn judge(report: &mut ShareStatus) {
    let path = &report.path;
    let elsewhere = report.server.as_ref().and_then(|s| s.address.as_deref());
    let phase = report.volume.as_ref().map(|volume| &*volume.phase);
    let claim = claim(report.volume.as_ref());
    let problem = if report.server.as_ref().is_some_and(|server| !server.active) {
        Some("the NFS server does not run".to_owned())
    } else if elsewhere.is_none() && report.exports.as_ref().is_some_and(Vec::is_empty) {
        Some(format!("{path} is not exported"))
    } else if phase != Some("Bound") {
        Some(format!("{claim} is {}", phase.unwrap_or("unknown")))
    } else if report.server.is_none() || report.exports.is_none() {
        Some(format!("whether {path} is served is unknown"))
    } else if elsewhere.is_none() && !reaches_cluster(report) {
        Some(format!("{path} is not exported to the cluster's network"))
    } else {
        None
    };
    report.healthy = problem.is_none();
    report.verdict = problem.unwrap_or_else(|| match elsewhere {
        Some(address) => format!("{claim} is bound; {address} was not asked"),
        None => format!("{path} is shared"),
    });
}

/// Whether an entry admits the network that has the volume's address of this host: the node's.
fn reaches_cluster(report: &ShareStatus) -> bool {
    let source = report.volume.as_ref().and_then(|v| v.source.as_deref());
    let Some((address, _)) = source.and_then(|source| source.split_once(":/")) else {
        return false;
    };
    let exports = report.exports.as_deref().unwrap_or_default();
    exports
        .iter()
        .any(|export| export.client == "*" || nfs_clients_overlap(&export.client, address))
}

fn claim(volume: Option<&VolumeStatus>) -> String {
    volume.map_or_else(
        || "the claim".to_owned(),
        |volume| format!("the claim {}", volume.claim),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_the_servers_table_repeats_are_told_once() {
        let etab = "/srv/x\t192.168.49.0/24(rw,sync,no_root_squash,sec=sys,rw,no_root_squash)\n";
        let options = each_once(exports::table(etab).remove(0).options);
        assert_eq!(options, ["rw", "sync", "no_root_squash", "sec=sys"]);
    }
}
