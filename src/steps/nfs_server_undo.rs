//! Giving the NFS server back: packages, unit, and who keeps them.

use super::apt::{self, Reach, TakenBack, Unwanted};
use super::nfs_server::{NfsServer, UNIT};
use super::{id, nfs_users, packages};
use crate::host::ReadHost;
use crate::model::{Change, Effect, Prior, Receipt, Touch, UnitWant};
use crate::parse::os_release::Family;

impl NfsServer {
    /// What goes now of what we installed and started, and why the rest stays.
    pub(super) async fn take_back(&self, host: &dyn ReadHost, receipt: &Receipt) -> TakenBack {
        if receipt.of(id::NFS_SERVER).next().is_none() {
            return TakenBack::default();
        }
        // Any package of the installation: an undo that was cut short gives them up one by one.
        let installed = receipt.packages(id::NFS_SERVER).next().is_some();
        if let Some(why) = nfs_users::other_export(host, &self.wish.settings.nfs.path).await {
            return TakenBack {
                changes: Vec::new(),
                stays: vec![format!("the NFS server stays: {why}")],
            };
        }
        if installed && self.wish.os.family == Family::Debian {
            // The package's own scripts stop the server, and a purge forgets that it was enabled.
            let mount = match nfs_users::own_mount(host).await {
                Some(why) if has_client(receipt) => Some(why),
                _ => None,
            };
            let unwanted = Unwanted {
                step: id::NFS_SERVER,
                asked: self.package(),
                with_it: Touch::Unit(UNIT.to_owned()),
                reach: mount.as_deref().map_or(Reach::All, Reach::AskedOnly),
            };
            return apt::take_back(host, receipt, unwanted).await;
        }
        let mut back = TakenBack::default();
        if host.unit(UNIT).await.is_ok_and(|unit| unit.loaded) {
            back.changes.extend(unit_as_before(receipt));
        }
        if installed && let Some(command) = packages::remove(self.wish.os.family, self.package()) {
            back.changes.push(Change::safe(
                Effect::Run(command),
                "it was installed by gpucluster",
            ));
        }
        back
    }
}

/// Whether the programs that mount over NFS came with the server.
fn has_client(receipt: &Receipt) -> bool {
    receipt
        .packages(id::NFS_SERVER)
        .any(|(name, _)| name == "nfs-common")
}

/// What brings the unit back to where it was.
fn unit_as_before(receipt: &Receipt) -> Option<Change> {
    let (enabled, active) = match receipt.prior(&Touch::Unit(UNIT.to_owned()))? {
        Prior::Absent => (false, false),
        Prior::Unit { enabled, active } => (*enabled, *active),
        _ => return None,
    };
    let stops = "nothing is exported from this host any more";
    let effect = |want| Effect::Unit {
        name: UNIT.to_owned(),
        want,
    };
    match (enabled, active) {
        (true, true) => None,
        (false, false) => Some(Change::disruptive(
            effect(UnitWant::DisabledAndStopped),
            "it was neither enabled nor running before",
            stops,
        )),
        (false, true) => Some(Change::safe(
            effect(UnitWant::Disabled),
            "it was not enabled before",
        )),
        (true, false) => Some(Change::disruptive(
            effect(UnitWant::Stopped),
            "it was not running before",
            stops,
        )),
    }
}
