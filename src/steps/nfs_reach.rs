//! Whether the cluster's node can reach the NFS server of this host.
//!
//! A firewall that drops port 2049 lets every mount hang for minutes and says nothing
//! (kubernetes/minikube#8054, #20442), so the node itself is asked.

use super::nfs_firewall::{self, PORT};
use crate::host::{Answer, HostError, Query, ReadHost};
use crate::model::{Fault, Notice};
use crate::parse::listeners;
use crate::parse::node_probe::{self, Reach};
use crate::reason::ids;
use camino::Utf8Path;
use std::net::Ipv4Addr;

/// The question. A profile's node is a container of its name.
pub fn question(profile: &str) -> Query {
    Query::NodeReaches {
        node: profile.to_owned(),
        port: PORT,
    }
}

/// What the answer means.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It can, or there is no node that could be asked.
    Fine,
    /// It cannot, and only a person can mend that.
    Blocked(Box<Fault>),
    /// The node runs and has nothing to try it with.
    Untold(Notice),
}

/// Judges it. `subnet` is the cluster's.
pub async fn judge(
    host: &dyn ReadHost,
    profile: &str,
    subnet: &str,
    answer: Result<Answer, HostError>,
) -> Verdict {
    let Ok(answer) = answer else {
        return Verdict::Fine;
    };
    let probe = node_probe::probe(answer.code, &answer.stdout, &answer.stderr);
    let Some(address) = probe.address else {
        return Verdict::Fine;
    };
    let at = format!("port {PORT} of this host at {address}");
    let (summary, cause) = match probe.reach {
        Reach::Connected => return Verdict::Fine,
        Reach::Unknown(why) => return Verdict::Untold(untold(host, subnet, &why).await),
        Reach::Silent => (
            format!("the node `{profile}` gets no answer from {at}"),
            "a firewall drops it: without one there would be an answer at once, yes or no",
        ),
        Reach::Prohibited => (
            format!("the node `{profile}` is not let through to {at}"),
            "a firewall rejects it",
        ),
        Reach::Refused if listens(host, address).await => (
            format!("the node `{profile}` is refused by {at}"),
            "the server listens there, so it is a firewall that refuses",
        ),
        Reach::Refused => return nobody_listens(host, profile, &at).await,
    };
    let mut fault = Fault::new(ids::NFS_PORT_BLOCKED, summary)
        .caused_by(cause)
        .with_evidence(&answer.stderr);
    fault.advice = nfs_firewall::find(host).await.admit(subnet, profile);
    Verdict::Blocked(Box::new(fault))
}

async fn untold(host: &dyn ReadHost, subnet: &str, why: &str) -> Notice {
    let ufw = if nfs_firewall::ufw_is_on(host).await {
        format!(
            "; ufw is on: the node needs `{}`, unless that is allowed already",
            nfs_firewall::ufw_command(subnet)
        )
    } else {
        String::new()
    };
    Notice::info(format!(
        "whether the node reaches port {PORT} of this host could not be tried ({why}){ufw}"
    ))
}

/// Whether the server listens at an address. Where that cannot be told it is taken not to.
async fn listens(host: &dyn ReadHost, address: Ipv4Addr) -> bool {
    let table = host.read_file(Utf8Path::new("/proc/net/tcp")).await;
    let table = table.ok().flatten().unwrap_or_default();
    listeners::addresses(&table, PORT)
        .iter()
        .any(|at| at.is_unspecified() || *at == address)
}

/// A server that is not there yet is its own step's matter.
async fn nobody_listens(host: &dyn ReadHost, profile: &str, at: &str) -> Verdict {
    if !host.unit("nfs-server").await.is_ok_and(|unit| unit.active) {
        return Verdict::Fine;
    }
    Verdict::Blocked(Box::new(
        Fault::new(
            ids::NFS_SERVER_FAILED,
            format!("the node `{profile}` is refused by {at}: nothing listens there"),
        )
        .caused_by(
            "the unit nfs-server counts as started; `host=` in /etc/nfs.conf may name another address, or it serves nothing",
        ),
    ))
}
