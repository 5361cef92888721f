//! The file in which a simulated machine is kept between processes.

use super::world::{FORMAT, World};
use crate::model::{Advice, Fault};
use crate::reason::ids;
use camino::{Utf8Path, Utf8PathBuf};
use std::fs;
use std::io::Write;

/// `world.json` in a folder.
#[derive(Debug)]
pub struct Store {
    path: Utf8PathBuf,
}

impl Store {
    /// The document in this folder, which is made if it is missing.
    ///
    /// # Errors
    /// `STATE_UNWRITABLE`.
    #[expect(
        clippy::disallowed_methods,
        reason = "the state folder of the simulated host is one of the rooms that write"
    )]
    pub fn open(dir: &Utf8Path) -> Result<Self, Fault> {
        fs::create_dir_all(dir).map_err(|error| unwritable(dir, &error))?;
        Ok(Self {
            path: dir.join("world.json"),
        })
    }

    /// The stored world; `None` if there is none yet.
    ///
    /// # Errors
    /// `SIMULATED_WORLD_UNREADABLE` for a damaged document or one of another shape.
    pub fn load(&self) -> Result<Option<World>, Fault> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unreadable(error.to_string())),
        };
        let value: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| self.unreadable(error.to_string()))?;
        match value.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if format == u64::from(FORMAT) => {}
            other => {
                let have = other.map_or_else(|| "none".to_owned(), |n| n.to_string());
                return Err(
                    self.unreadable(format!("its format is {have}, this release reads {FORMAT}"))
                );
            }
        }
        serde_json::from_value(value)
            .map(Some)
            .map_err(|error| self.unreadable(error.to_string()))
    }

    /// Puts the world in place: temporary file, rename, so that a death of the process at any point
    /// leaves the older or the newer document, whole. No fsync: a loss of power may cost a simulated
    /// machine, and flushing after each of its effects would cost every run most of its time.
    ///
    /// # Errors
    /// `STATE_UNWRITABLE`.
    pub fn save(&self, world: &World) -> Result<(), Fault> {
        let dir = self.path.parent().unwrap_or(Utf8Path::new("."));
        let written = || -> std::io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(dir)?;
            serde_json::to_writer_pretty(&mut file, world)?;
            file.write_all(b"\n")?;
            file.persist(&self.path).map_err(|error| error.error)?;
            Ok(())
        };
        written().map_err(|error| unwritable(&self.path, &error))
    }

    fn unreadable(&self, cause: String) -> Fault {
        Fault::new(
            ids::SIMULATED_WORLD_UNREADABLE,
            "the stored simulated machine cannot be read",
        )
        .caused_by(format!("{}: {cause}", self.path))
        .advise(Advice::run(
            "remove it; the next `--simulate` makes a fresh machine",
            format!("rm {}", self.path),
        ))
    }
}

fn unwritable(path: &Utf8Path, error: &std::io::Error) -> Fault {
    Fault::new(ids::STATE_UNWRITABLE, format!("{path} cannot be written"))
        .caused_by(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::sim::build_machine;
    use proptest::prelude::*;

    fn load(text: &[u8]) -> Result<Option<World>, Fault> {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(Utf8Path::from_path(dir.path()).unwrap())?;
        let mut file = fs::File::options()
            .create_new(true)
            .write(true)
            .open(&store.path)
            .unwrap();
        file.write_all(text).unwrap();
        store.load()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_refused_by_name(text in prop::collection::vec(any::<u8>(), 0..200)) {
            let fault = load(&text).unwrap_err();
            prop_assert_eq!(fault.reason, ids::SIMULATED_WORLD_UNREADABLE);
        }

        #[test]
        fn a_world_cut_anywhere_is_refused_and_never_half_read(part in 0.0..1.0) {
            let whole = serde_json::to_string(&build_machine("4xt4").unwrap()).unwrap();
            let at = (whole.len() as f64 * part) as usize;
            let at = (0..=at).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
            let fault = load(&whole.as_bytes()[..at]).unwrap_err();
            prop_assert_eq!(fault.reason, ids::SIMULATED_WORLD_UNREADABLE);
            prop_assert_eq!(load(whole.as_bytes()).unwrap(), Some(build_machine("4xt4").unwrap()));
        }
    }
}
