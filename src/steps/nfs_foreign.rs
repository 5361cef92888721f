//! Another NFS server than the kernel's on this host: it is used or refused, never fought.

use super::nfs_firewall::PORT;
use crate::host::ReadHost;
use crate::model::{Advice, Command, Fault};
use crate::parse::listeners;
use crate::reason::ids;
use camino::Utf8Path;

/// User-space servers that are packaged with a unit of their own (nfs-ganesha, unfs3).
const UNITS: [&str; 2] = ["nfs-ganesha", "unfs3"];

/// The server that has the port of NFS while the kernel's does not run.
pub async fn found(host: &dyn ReadHost) -> Option<Fault> {
    let mut taken = false;
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = host.read_file(Utf8Path::new(table)).await;
        taken |= listeners::is_taken(&text.ok().flatten().unwrap_or_default(), PORT);
    }
    if !taken {
        return None;
    }
    let mut name = None;
    for unit in UNITS {
        if host.unit(unit).await.is_ok_and(|unit| unit.active) {
            name = Some(unit);
            break;
        }
    }
    let who = name.map_or_else(
        || "another program".to_owned(),
        |unit| format!("the service {unit}"),
    );
    let mut fault = Fault::new(
        ids::NFS_SERVER_FOREIGN,
        format!("{who} has port {PORT}, so that the kernel's NFS server cannot start"),
    )
    .advise(Advice::say(
        "let it export a folder to the cluster, and name that: `gpucluster nfs setup --external SERVER:/PATH`",
    ));
    if let Some(unit) = name {
        let stop = Command::new(["systemctl", "disable", "--now", unit]).as_root();
        fault = fault.advise(Advice::run(
            "or stop it, with everything that it serves, and let the kernel's serve",
            format!("sudo {}", stop.line().trim_start_matches("sudo ")),
        ));
    }
    Some(fault)
}
