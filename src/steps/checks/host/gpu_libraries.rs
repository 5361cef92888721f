//! `gpu.libraries`: the driver's library and its loaded module are of one version. Nothing is run.

use super::LIBRARIES;
use super::files::{exists, word};
use crate::host::ReadHost;
use crate::model::{Advice, Fault, Observation, Probe};
use crate::reason::ids;
use crate::steps::checks::check::{Check, not_used};
use crate::steps::{Wish, id};
use camino::Utf8Path;
use futures::future::join_all;
use std::sync::Arc;

/// Where distributions, NVIDIA's containers, WSL and NixOS keep it.
const FOLDERS: &[&str] = &[
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/nvidia/lib64",
    "/usr/local/nvidia/lib",
    "/run/opengl-driver/lib",
];

/// The check.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        LIBRARIES,
        "The driver's library and module are of one version",
        |seeing| Box::pin(look(seeing.host)),
    )
    .explains(&[id::DRIVER, id::CONTAINER])
}

/// The library's path without links, where it names a version.
async fn library(host: &dyn ReadHost, folder: &str) -> Option<String> {
    let link = format!("{folder}/libnvidia-ml.so.1");
    let path = Utf8Path::new(&link);
    host.stat(path).await.ok().flatten()?;
    let real = host.real_path(path).await.ok()?;
    let name = real.file_name()?;
    let version = name.strip_prefix("libnvidia-ml.so.")?;
    version.contains('.').then(|| version.to_owned())
}

async fn look(host: &dyn ReadHost) -> Probe {
    let (module, proc, found) = tokio::join!(
        word(host, "/sys/module/nvidia/version"),
        exists(host, "/proc/driver/nvidia/version"),
        join_all(FOLDERS.iter().map(|folder| library(host, folder))),
    );
    let Some(library) = found.into_iter().flatten().next() else {
        return Ok(match (module, proc) {
            (None, false) => not_used("no driver is installed"),
            _ => not_used("the library is in none of the folders that are known"),
        });
    };
    let Some(module) = module else {
        return Ok(Observation::in_place(format!(
            "library {library}; no module is loaded"
        )));
    };
    if module == library {
        return Ok(Observation::in_place(format!(
            "library and module {library}"
        )));
    }
    Ok(Observation::needs_human(
        Fault::new(
            ids::GPU_DRIVER_MISMATCH,
            format!("the loaded module is {module}, the installed library {library}"),
        )
        .advise(Advice::run(
            "the driver was upgraded since the last boot: reboot",
            "sudo reboot",
        )),
    ))
}
