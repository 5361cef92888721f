//! Files from elsewhere, and copies of files: what stands in for programs is a text that names their
//! version.

use super::bench::{Ended, Stage};
use super::commands::{said, unmodelled};
use super::durations;
use super::world::World;
use crate::host::{Answer, Done};
use crate::model::{Fault, Fetch, Proof};
use crate::reason::ids;
use camino::Utf8Path;

/// Fetches a file. The simulated internet has what is asked for, with the sum that is expected.
///
/// # Errors
/// `DOWNLOAD_FAILED` without a network, `DISK_FULL`, `FILE_UNWRITABLE`; when the person stops it.
pub async fn fetch(stage: &Stage<'_>, what: &Fetch) -> Result<Done, Ended> {
    if what.is_download() {
        for part in ["12 of 62 MiB", "40 of 62 MiB", "62 of 62 MiB"] {
            stage.line(part);
            stage.wait(durations::DOWNLOAD / 3.0).await?;
        }
        // A rehearsal downloads nothing: that the server answers is taken on trust.
        if !stage.look(|world| world.wandb.reachable || world.machine == "rehearsal") {
            return Err(Fault::new(
                ids::DOWNLOAD_FAILED,
                format!("{} cannot be fetched", what.from),
            )
            .caused_by("the name cannot be resolved")
            .into());
        }
    }
    let text = match &what.proof {
        Proof::Key(fingerprint) => {
            format!("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{fingerprint}\n")
        }
        Proof::Sha256(_) => program_of(&what.from),
    };
    let put = stage
        .change(|world| {
            world.write_file(&what.path, &text, what.mode, what.privilege)?;
            minikube_is(world, &what.path);
            Ok::<(), String>(())
        })
        .await?;
    super::effects::written(put)
}

/// `minikube v1.38.1` from an address that names a release.
fn program_of(from: &str) -> String {
    let version = from.split('/').find(|part| {
        part.strip_prefix('v')
            .is_some_and(|rest| semver::Version::parse(rest).is_ok())
    });
    format!("minikube {}\n", version.unwrap_or("v1.38.1"))
}

/// What is on the machine follows from the file that stands for it.
pub fn minikube_is(world: &mut World, path: &Utf8Path) {
    if path != PLACE {
        return;
    }
    let entry = world.files.get(path);
    let text = entry.and_then(|entry| entry.content.as_deref());
    world.minikube.version = text
        .and_then(|text| text.trim().strip_prefix("minikube "))
        .map(str::to_owned);
}

/// Where minikube is.
const PLACE: &str = "/usr/local/bin/minikube";

/// The file of a machine that has minikube.
pub fn put_minikube(world: &mut World) {
    if let Some(version) = world.minikube.version.clone() {
        world.put(PLACE, &format!("minikube {version}\n"), 0o755, 0);
    }
}

/// `cp -a FROM TO` and `mv -fT FROM TO`.
///
/// # Errors
/// When the person stops it.
pub async fn copy(stage: &Stage<'_>, args: &[&str], root: bool) -> Result<Answer, Ended> {
    let (from, to, moves) = match args {
        ["-a", from, to] => (*from, *to, false),
        ["-fT", from, to] => (*from, *to, true),
        _ => return Ok(unmodelled("cp", args)),
    };
    stage.wait(durations::SMALL_QUERY).await?;
    if !root {
        let words = format!("cp: cannot create regular file '{to}': Permission denied\n");
        return Ok(said(1, "", words));
    }
    let Some(entry) = stage.look(|world| world.files.get(Utf8Path::new(from)).cloned()) else {
        let words = format!("cp: cannot stat '{from}': No such file or directory\n");
        return Ok(said(1, "", words));
    };
    stage
        .change(|world| {
            world.files.insert(to.into(), entry);
            if moves {
                world.take(from);
            }
            minikube_is(world, Utf8Path::new(to));
        })
        .await?;
    Ok(said(0, "", ""))
}
