//! Machines that other people have configured before us.

use crate::host::{Answer, HostError, Query, UnitState};
use crate::model::{Fault, State};
use crate::steps::nfs_export::NfsExport;
use crate::steps::testing::{TestHost, answer, dir, look, planned, said, seen, verdict, wish};
use std::sync::Arc;

const FILE: &str = "/etc/exports.d/gpucluster.exports";
const REFUSED: &str = "192.168.49.1: connect: Connection refused\n192.168.49.1: line 1: /dev/tcp/192.168.49.1/2049: Connection refused\n";
const LISTENS: &str = "  sl  local_address rem_address   st tx_queue rx_queue\n   0: 00000000:0801 00000000:0000 0A 00000000:00000000\n";

fn export() -> NfsExport {
    NfsExport::new(Arc::new(wish()))
}

fn probed(code: i32, stdout: &str, stderr: &str) -> TestHost {
    probe(answer(code, stdout, stderr))
}

fn probe(answer: Result<Answer, HostError>) -> TestHost {
    let node = "gpucluster".to_owned();
    TestHost::healthy().with(Query::NodeReaches { node, port: 2049 }, answer)
}

fn fault(host: &TestHost) -> Fault {
    match look(&export(), host).unwrap().state {
        State::NeedsHuman(fault) => *fault,
        other => panic!("{other:?}"),
    }
}

fn running(name: &str, host: TestHost) -> TestHost {
    let mut host = host;
    let unit = UnitState {
        loaded: true,
        enabled: true,
        active: true,
    };
    host.units.insert(name.to_owned(), unit);
    host
}

#[test]
fn a_port_that_a_firewall_keeps_shut_is_told_with_what_opens_it() {
    let dropped = fault(&probed(124, "192.168.49.1\n", ""));
    assert_eq!(dropped.reason.as_str(), "NFS_PORT_BLOCKED");
    assert_eq!(
        dropped.summary,
        "the node `gpucluster` gets no answer from port 2049 of this host at 192.168.49.1"
    );
    assert_eq!(
        dropped.advice[0].command.as_deref(),
        Some("sudo iptables -I INPUT -p tcp -s 192.168.49.0/24 --dport 2049 -j ACCEPT")
    );
    let words = REFUSED.replace("Connection refused", "No route to host");
    let rejected = fault(&probed(1, "192.168.49.1\n", &words));
    assert!(
        rejected.summary.contains("is not let through"),
        "{rejected}"
    );
    let refused = probed(1, "192.168.49.1\n", REFUSED).with_file("/proc/net/tcp", Some(LISTENS));
    let refused = fault(&refused);
    assert_eq!(refused.reason.as_str(), "NFS_PORT_BLOCKED");
    assert!(refused.causes[0].contains("the server listens there"));
}

#[test]
fn the_command_is_that_of_the_firewall_that_runs() {
    let command = |host: TestHost| fault(&host).advice[0].command.clone().unwrap();
    let dropped = || probed(124, "192.168.49.1\n", "");
    let removed = || dropped().with_file("/etc/ufw/ufw.conf", Some("ENABLED=yes\n"));
    assert!(command(removed()).starts_with("sudo iptables -I INPUT"));
    let mut ufw = removed();
    ufw.programs
        .insert("ufw".to_owned(), "/usr/sbin/ufw".into());
    assert!(command(ufw).starts_with("sudo ufw prepend allow in from 192.168.49.0/24"));
    let off = dropped().with_file("/etc/ufw/ufw.conf", Some("ENABLED=no\n"));
    assert!(command(off).starts_with("sudo iptables -I INPUT"));
    assert!(command(running("firewalld", dropped())).starts_with("sudo firewall-cmd --permanent"));
    let conf = "table inet filter { chain input { type filter hook input priority 0; } }";
    let nft = running("nftables", dropped()).with_file("/etc/nftables.conf", Some(conf));
    assert!(command(nft).starts_with("sudo nft insert rule inet filter input ip saddr"));
    assert_eq!(
        command(running("nftables", dropped())),
        "sudo nft list ruleset"
    );
}

#[test]
fn a_refusal_is_the_servers_own_trouble_where_nothing_listens() {
    let idle = fault(&probed(1, "192.168.49.1\n", REFUSED));
    assert_eq!(idle.reason.as_str(), "NFS_SERVER_FAILED");
    // Without a server there is nothing to refuse: its own step brings it.
    let mut none = probed(1, "192.168.49.1\n", REFUSED);
    none.units.clear();
    assert_eq!(verdict(&export(), &none), "in place");
}

#[test]
fn what_cannot_be_tried_is_no_alarm() {
    let bare = probed(69, "192.168.49.1\n", "the node has neither bash nor nc\n");
    let bare = seen(&export(), &bare);
    assert!(bare.is_in_place());
    assert!(bare.warnings[0].text.contains("neither bash nor nc"));
    let gone = "Error response from daemon: No such container: gpucluster\n";
    let hung = HostError::Hung {
        what: "docker exec".to_owned(),
        limit: std::time::Duration::from_secs(10),
    };
    for host in [probed(1, "", gone), probe(Err(hung))] {
        let quiet = seen(&export(), &host);
        assert!(
            quiet.is_in_place() && quiet.warnings.is_empty(),
            "{quiet:?}"
        );
    }
}

#[test]
fn a_folder_that_cannot_be_looked_into_is_left_as_it_is() {
    // The hand-made host lists no directory that it was not told of: as if it were empty.
    let mut host = TestHost::healthy().with_dir("/srv/gpucluster", dir(0o700, 33), &[]);
    assert_eq!(
        verdict(&export(), &host),
        "drifted directory owner, directory mode"
    );
    host.unlistable.insert("/srv/gpucluster".into());
    let seen = seen(&export(), &host);
    assert!(seen.is_in_place(), "{seen:?}");
    assert!(seen.warnings[0].text.contains("may not look into it"));
}

#[test]
fn a_path_over_a_link_is_to_be_named_by_where_it_leads() {
    let mut host = TestHost::healthy();
    host.links
        .insert("/srv/gpucluster".into(), "/data/big disk".into());
    let fault = fault(&host);
    assert_eq!(fault.reason.as_str(), "NFS_PATH_UNFIT");
    assert_eq!(
        fault.advice[0].command.as_deref(),
        Some("export 'GPUCLUSTER_NFS_PATH=/data/big disk'")
    );
}

#[test]
fn a_file_in_the_folders_place_is_told() {
    let mut host = TestHost::healthy().with_file("/srv/gpucluster", Some("not a folder"));
    host.dirs.remove(camino::Utf8Path::new("/srv/gpucluster"));
    let fault = fault(&host);
    assert_eq!(fault.causes, ["it is no directory"]);
}

#[test]
fn a_line_of_others_that_takes_our_place_is_named_and_not_fought() {
    let line = "/srv/gpucluster 192.168.49.0/24(ro,sync,no_subtree_check)";
    let table = "/srv/gpucluster  192.168.49.0/24(sync,wdelay,hide,no_subtree_check,sec=sys,ro,root_squash,no_all_squash)\n";
    let host = TestHost::healthy()
        .with(Query::Exports, said(table))
        .with_file("/etc/exports", Some(&format!("# ours\n{line}\n")));
    let rival = fault(&host);
    assert_eq!(rival.reason.as_str(), "NFS_EXPORT_REFUSED");
    assert!(
        rival.summary.starts_with("/etc/exports:2 exports"),
        "{rival}"
    );
    assert_eq!(rival.evidence, [line]);
    // Before our own file is in place there is still something to do.
    let early = host.with_file(FILE, None);
    assert_eq!(planned(&export(), &early).unwrap().len(), 2);
}
