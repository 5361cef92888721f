//! Reading the settings' sources from this machine.

use super::request::Common;
use crate::config::{Layered, Sources, load, locate};
use crate::model::Fault;
use camino::Utf8PathBuf;

/// Layers defaults, file, environment and flags.
///
/// # Errors
/// `CONFIG_INVALID` with every problem at once.
pub fn settings(common: &Common) -> Result<Layered, Fault> {
    let file = file(common)?;
    let env = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("GPUCLUSTER_") || name.starts_with("WANDB_"))
        .collect();
    load(&Sources {
        file,
        env,
        flags: common.settings.clone(),
    })
}

/// The settings' file with its text, where there is one.
///
/// # Errors
/// `CONFIG_INVALID` where it cannot be read.
pub fn file(common: &Common) -> Result<Option<(Utf8PathBuf, String)>, Fault> {
    locate::locate(common.config.as_deref(), &places(), |path| {
        std::fs::read_to_string(path)
    })
}

/// Where a settings file is looked for: here, then in the configuration folder.
fn places() -> Vec<Utf8PathBuf> {
    use etcetera::BaseStrategy;
    let config = etcetera::base_strategy::Xdg::new()
        .ok()
        .and_then(|base| Utf8PathBuf::from_path_buf(base.config_dir()).ok());
    match config {
        Some(config) => locate::places("".into(), &config).to_vec(),
        None => vec![Utf8PathBuf::from(locate::FILE_NAME)],
    }
}
