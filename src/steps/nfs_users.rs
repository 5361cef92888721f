//! Who else uses this machine's NFS: what keeps a server that we installed.

use super::conffiles::says_nothing;
use crate::host::{Query, ReadHost};
use crate::parse::exports;
use camino::Utf8Path;

/// The folder of drop-ins.
pub const FOLDER: &str = "/etc/exports.d";
/// Our own drop-in: a bad line elsewhere cannot stop it, and it cannot stop others.
pub const FILE: &str = "/etc/exports.d/gpucluster.exports";

/// Somebody else's export, in words: what is in force, and what is written for the next start.
pub async fn other_export(host: &dyn ReadHost, ours: &Utf8Path) -> Option<String> {
    let text = |path: String| async move {
        let text = host.read_file(Utf8Path::new(&path)).await;
        text.ok().flatten().unwrap_or_default()
    };
    let own = text(FILE.to_owned()).await;
    // Without our file the table may still have its line: the server was not told yet.
    let is_ours = |export: &exports::Export| {
        export.path == ours.as_str() && (own.is_empty() || own.contains(&export.client))
    };
    if let Ok(answer) = host.query(&Query::Exports).await
        && let Some(export) = exports::table(&answer.stdout)
            .into_iter()
            .find(|export| !is_ours(export))
    {
        return Some(format!("{} is exported to {}", export.path, export.client));
    }
    let names = host.list_dir(Utf8Path::new(FOLDER)).await;
    let names = names.ok().flatten().unwrap_or_default();
    let drop_ins = names
        .iter()
        .filter(|name| name.ends_with(".exports") && !name.starts_with('.'))
        .map(|name| format!("{FOLDER}/{name}"))
        .filter(|path| path != FILE);
    for path in std::iter::once("/etc/exports".to_owned()).chain(drop_ins) {
        if !says_nothing(&text(path.clone()).await) {
            return Some(format!("{path} has exports"));
        }
    }
    None
}

/// A mount that this machine itself makes over NFS, now or at its next start, in words.
pub async fn own_mount(host: &dyn ReadHost) -> Option<String> {
    for table in ["/proc/self/mounts", "/etc/fstab"] {
        let text = host.read_file(Utf8Path::new(table)).await;
        let text = text.ok().flatten().unwrap_or_default();
        let mount = text.lines().find_map(|line| {
            let mut words = line.split_whitespace();
            let (source, at, kind) = (words.next()?, words.next()?, words.next()?);
            let is_nfs = matches!(kind, "nfs" | "nfs4") && !source.starts_with('#');
            is_nfs.then(|| at.to_owned())
        });
        if let Some(at) = mount {
            return Some(format!("this machine mounts {at} over NFS"));
        }
    }
    None
}
