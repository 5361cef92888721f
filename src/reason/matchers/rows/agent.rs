//! Python, pip, W&B and the Launch agent. pip names its own trouble, so this comes before the network.

use super::{Row, row};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[
    row(PYTHON_NO_VENV, &["ensurepip is not available"]),
    row(PYTHON_NO_VENV, &["no module named ensurepip"]),
    row(PYTHON_NO_VENV, &["no module named 'ensurepip'"]),
    row(PYTHON_NO_VENV, &["no module named venv"]),
    row(PYTHON_NO_VENV, &["no module named 'venv'"]),
    row(PYTHON_NO_VENV, &["externally-managed-environment"]),
    row(PYTHON_TOO_OLD, &["requires a different python"]),
    row(
        AGENT_INSTALL_FAILED,
        &["no matching distribution found for"],
    ),
    row(
        AGENT_INSTALL_FAILED,
        &["could not find a version that satisfies the requirement"],
    ),
    row(AGENT_INSTALL_FAILED, &["could not install packages due to"]),
    row(
        AGENT_INSTALL_FAILED,
        &["no solution found when resolving dependencies"],
    ),
    row(WANDB_KEY_MISSING, &["no api key configured"]),
    row(WANDB_KEY_MALFORMED, &["api key must have 40+ characters"]),
    row(WANDB_KEY_MALFORMED, &["api key must be 40 characters long"]),
    row(WANDB_KEY_REJECTED, &["user is not logged in"]),
    row(
        WANDB_UNREACHABLE,
        &["the service process is busy and did not respond in time"],
    ),
    row(WANDB_URL_INVALID, &["is not a valid server address"]),
    row(WANDB_URL_INVALID, &["input should be a valid url"]),
    row(WANDB_QUEUE_MISSING, &["not all of requested queues"]),
    row(WANDB_ENTITY_UNKNOWN, &["error fetching run queues for"]),
    row(AGENT_CONFIG_REFUSED, &["invalid launch agent config"]),
    row(AGENT_CONFIG_REFUSED, &["agent config error in field"]),
    row(
        AGENT_CONFIG_REFUSED,
        &["could not find use specified launch config file"],
    ),
    row(AGENT_START_FAILED, &["could not start launch agent"]),
    row(
        AGENT_START_FAILED,
        &["to launch an agent please specify a queue"],
    ),
];
