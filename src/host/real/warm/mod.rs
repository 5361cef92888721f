//! Filling the shared cache: files from the network or from this disk, resumed where a run broke off,
//! proven, and only then put in their place.
//!
//! Nothing here changes the machine itself, so none of it is a change of a step and nothing is
//! journaled: a run that was killed anywhere is resumed by what it left in the cache.

mod client;
mod disk;
mod faults;
mod haul;
mod part;
mod place;

#[cfg(test)]
mod tests;

pub use client::{Hub, Supplier};
pub use disk::copy_of;
pub use faults::{elsewhere, invalid, short_of_space, taken};
pub use place::require_root;

use super::perform::blocking;
use crate::host::Stop;
use crate::model::{Fault, Found, Haul, Load};
use crate::reason::ids;
use futures::StreamExt;
use std::time::Duration;

/// How many files are brought in at once.
const AT_ONCE: usize = 4;

/// How patient we are with servers.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// How long a server may say nothing.
    pub silence: Duration,
    /// Pause before the first new try; each further one doubles it.
    pub pause: Duration,
    /// Tries in a row that bring nothing new.
    pub tries: u32,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            silence: super::fetch::SILENCE,
            pause: Duration::from_secs(1),
            tries: 5,
        }
    }
}

/// What is there already, file by file.
///
/// # Errors
/// `FILE_UNWRITABLE`: a place cannot be looked at.
pub async fn survey(load: &Load) -> Result<Vec<Found>, Fault> {
    let files = load.files.clone();
    blocking(move || files.iter().map(place::found).collect()).await
}

/// Brings in those files of a load whose index is in `wanted`, then makes the links of all.
///
/// # Errors
/// `CACHE_NOT_WRITABLE`, `CACHE_CHECKSUM_DIFFERS`, `CACHE_SPACE_SHORT`, `HUB_ACCESS_DENIED`,
/// `DOWNLOAD_FAILED` and the reasons of a network that does not work; `INTERRUPTED`. What was
/// brought in before stays.
pub async fn bring_in(
    load: &Load,
    wanted: &[usize],
    supplier: &Supplier,
    stop: &Stop,
    told: &dyn Fn(Haul),
) -> Result<(), Fault> {
    let all = async {
        let mut files = futures::stream::iter(wanted.iter().copied())
            .map(|index| async move {
                let file = &load.files[index];
                haul::bring(file, &load.root, supplier, &|what| told(what.of(index))).await?;
                told(Haul::Done(index));
                Ok::<(), Fault>(())
            })
            .buffer_unordered(AT_ONCE);
        while let Some(done) = files.next().await {
            done?;
        }
        Ok(())
    };
    tokio::select! {
        done = all => done?,
        () = stop.drain.cancelled() => return Err(Fault::new(
            ids::INTERRUPTED,
            "stopped; what was fetched stays, and the same command goes on from there",
        )),
    }
    let load = load.clone();
    blocking(move || place::finish(&load)).await
}
