//! Where runs, locks and simulated machines are kept on this machine's own disk.

use super::request::World;
use crate::model::{Fault, RunId};
use crate::reason::ids;
use std::path::{Path, PathBuf};

/// The folder of one world's state. A rehearsal has the real world's history and a folder of its
/// own for its runs, so that it can never be mistaken for something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDir {
    root: PathBuf,
    runs: PathBuf,
    history: PathBuf,
}

impl StateDir {
    /// The folder for a world below `base` (`$XDG_STATE_HOME/gpucluster`).
    pub fn new(base: &Path, world: &World) -> Self {
        let root = match world {
            World::Real | World::Rehearsal => base.to_path_buf(),
            World::Simulated(machine) => base.join("simulated").join(machine),
        };
        let history = root.join("runs");
        let runs = match world {
            World::Rehearsal => root.join("rehearsals"),
            World::Real | World::Simulated(_) => history.clone(),
        };
        Self {
            root,
            runs,
            history,
        }
    }

    /// The base folder from the environment: `GPUCLUSTER_STATE_DIR`, else the XDG state folder.
    ///
    /// # Errors
    /// `STATE_UNWRITABLE` when there is no home directory.
    pub fn base() -> Result<PathBuf, Fault> {
        use etcetera::BaseStrategy;
        if let Some(dir) = std::env::var_os("GPUCLUSTER_STATE_DIR").filter(|dir| !dir.is_empty()) {
            return Ok(PathBuf::from(dir));
        }
        let base = etcetera::base_strategy::Xdg::new().map_err(|error| {
            Fault::new(ids::STATE_UNWRITABLE, "no home directory to keep state in")
                .caused_by(error.to_string())
        })?;
        let state = base
            .state_dir()
            .unwrap_or_else(|| base.home_dir().join(".local/state"));
        Ok(state.join("gpucluster"))
    }

    /// The world's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where journals of what was really done (in this world) are read from.
    pub fn history(&self) -> &Path {
        &self.history
    }

    /// The lock of a profile.
    pub fn lock(&self, profile: &str) -> PathBuf {
        self.root.join(format!("{profile}.lock"))
    }

    /// Makes the world's folder.
    ///
    /// # Errors
    /// `STATE_UNWRITABLE`.
    pub fn make(&self) -> Result<(), Fault> {
        make_dir(&self.root)
    }

    /// Makes the folder of a run.
    ///
    /// # Errors
    /// `STATE_UNWRITABLE`.
    pub fn make_run(&self, run: &RunId) -> Result<PathBuf, Fault> {
        let dir = self.runs.join(&run.0);
        make_dir(&dir)?;
        Ok(dir)
    }
}

fn make_dir(dir: &Path) -> Result<(), Fault> {
    use std::os::unix::fs::DirBuilderExt;
    // What was in shared files before us is kept in there.
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir);
    made.map_err(|error| {
        Fault::new(
            ids::STATE_UNWRITABLE,
            format!("cannot make the folder `{}`", dir.display()),
        )
        .caused_by(error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_reads_the_real_history_and_never_adds_to_it() {
        let base = Path::new("/state");
        let real = StateDir::new(base, &World::Real);
        let rehearsal = StateDir::new(base, &World::Rehearsal);
        assert_eq!(real.history(), rehearsal.history());
        assert_ne!(rehearsal.runs, real.runs);
        let simulated = StateDir::new(base, &World::Simulated("4xt4".into()));
        assert_eq!(
            simulated.lock("gpucluster"),
            Path::new("/state/simulated/4xt4/gpucluster.lock")
        );
    }
}
