//! apt and dpkg, traps included.

use super::*;
use crate::host::packages::brought_by;
use crate::parse::apt;
use camino::Utf8Path;

const INSTALL: &str = "apt-get install -y --no-install-recommends --no-remove nfs-kernel-server";
const COME: [&str; 5] = [
    "keyutils",
    "libnfsidmap1",
    "rpcbind",
    "nfs-common",
    "nfs-kernel-server",
];

async fn removed(host: &SimHost, query: &Query) -> Vec<String> {
    let answer = host.query(query).await.unwrap();
    let mut names = apt::simulation(&answer.stdout).removed;
    names.sort();
    names
}

#[tokio::test(start_paused = true)]
async fn what_comes_is_told_beforehand_and_is_what_came() {
    let host = machine("4xt4");
    let command = Command::new(INSTALL.split(' '));
    assert_eq!(brought_by(&host, &command).await, COME);
    assert_eq!(
        brought_by(&host, &Command::new(["apt-get", "update"])).await,
        [""; 0]
    );
    let before = host.world_snapshot();
    sudo(&host, INSTALL).await.unwrap();
    let after = host.world_snapshot();
    let mut new: Vec<&String> = after.packages.difference(&before.packages).collect();
    let mut come = COME;
    new.sort();
    come.sort_unstable();
    assert_eq!(new, come);
    assert!(brought_by(&host, &command).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_purge_takes_dependants_and_edited_files_and_a_removal_keeps_configuration() {
    let host = machine("4xt4");
    sudo(&host, INSTALL).await.unwrap();
    write(&host, "/etc/exports", "/srv/mine *(ro)\n").await;
    let installed = host.world_snapshot();
    let packages = vec!["rpcbind".to_owned()];
    let more = ["nfs-common", "nfs-kernel-server", "rpcbind"];
    assert_eq!(removed(&host, &Query::AptPurge { packages }).await, more);
    sudo(&host, "apt-get purge -y rpcbind").await.unwrap();
    let world = host.world_snapshot();
    assert!(!world.files.contains_key(Utf8Path::new("/etc/exports")));
    assert!(world.remains.is_empty());
    // What was a dependency is an orphan now.
    let orphans = Query::AptUnneeded { without: None };
    assert_eq!(removed(&host, &orphans).await, ["keyutils", "libnfsidmap1"]);

    host.meddle(|world| *world = installed).unwrap();
    sudo(&host, "apt-get remove -y nfs-kernel-server")
        .await
        .unwrap();
    let world = host.world_snapshot();
    assert!(world.files.contains_key(Utf8Path::new("/etc/exports")));
    assert!(world.remains.contains("nfs-kernel-server"));
    let packages = vec!["nfs-kernel-server".to_owned(), "keyutils".to_owned()];
    let states = Query::PackageStates { packages };
    let states = apt::packages(&host.query(&states).await.unwrap().stdout);
    assert!(states[0].is_remains() && states[1].is_installed());
    assert!(
        sudo(&host, "dpkg --purge keyutils").await.is_err(),
        "it is installed"
    );
    sudo(&host, "dpkg --purge nfs-kernel-server").await.unwrap();
    let world = host.world_snapshot();
    assert!(!world.files.contains_key(Utf8Path::new("/etc/exports")));
}
