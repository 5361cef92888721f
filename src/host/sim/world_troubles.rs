//! What somebody else has done to a machine before us.

use serde::{Deserialize, Serialize};

/// Why a unit cannot be started as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitTrouble {
    /// `systemctl mask`.
    Masked,
    /// It ended by itself; systemd's word for how (`exit-code`, `start-limit-hit`).
    Failed(String),
}

/// What is wrong with a GPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuHealth {
    /// It has fallen off the bus.
    #[serde(default)]
    pub lost: bool,
    /// Uncorrectable errors of its memory since the driver was loaded.
    #[serde(default)]
    pub ecc_uncorrected: u64,
    /// A row of its memory waits for a reset to be replaced.
    #[serde(default)]
    pub remap_pending: bool,
}

/// What a firewall makes of containers that call port 2049 of the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NfsPort {
    /// Nothing: the server answers, or the kernel in its place.
    #[default]
    Open,
    /// `-j DROP`: they hear nothing.
    Dropped,
    /// `-j REJECT --reject-with icmp-admin-prohibited`, as firewalld does.
    Prohibited,
    /// `-j REJECT`, as iptables does by default: it looks as if nothing listened.
    Refused,
}
