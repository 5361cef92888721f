//! Every variable of the environment that gpucluster reads, declared once.

use super::keys::KEYS;

/// What all of ours begin with.
pub const PREFIX: &str = "GPUCLUSTER_";

/// The configuration file.
pub const CONFIG: &str = "GPUCLUSTER_CONFIG";
/// Folder for the lock, the journals and the logs.
pub const STATE_DIR: &str = "GPUCLUSTER_STATE_DIR";
/// Folder for the virtual environment, the agent's home and the kubeconfig.
pub const DATA_DIR: &str = "GPUCLUSTER_DATA_DIR";
/// Filter of the debug log.
pub const LOG: &str = "GPUCLUSTER_LOG";

/// Variables of ours that are no settings.
pub const RESERVED: [&str; 4] = [CONFIG, STATE_DIR, DATA_DIR, LOG];

/// Beginnings of variables of ours that are no settings: the simulated host's and the tests'.
pub const RESERVED_PREFIXES: [&str; 2] = ["GPUCLUSTER_SIM_", "GPUCLUSTER_TEST_"];

/// W&B's own variables that are honoured where ours is not set, with the setting they stand for.
pub const BORROWED: [(&str, &str); 2] = [
    ("WANDB_BASE_URL", "wandb.base_url"),
    ("WANDB_ENTITY", "wandb.entity"),
];

/// The variable of a setting: `wandb.queue` is `GPUCLUSTER_WANDB_QUEUE`.
pub fn variable_of(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

/// The setting that a variable stands for.
pub fn key_of(variable: &str) -> Option<&'static str> {
    KEYS.iter()
        .map(|key| key.name)
        .find(|name| variable_of(name) == variable)
}

/// Whether a variable of ours has another meaning than a setting.
pub fn is_reserved(variable: &str) -> bool {
    RESERVED.contains(&variable)
        || RESERVED_PREFIXES
            .iter()
            .any(|prefix| variable.starts_with(prefix))
}
