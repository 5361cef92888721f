//! Names, routes and certificates.

use super::{Row, symptom};
use crate::reason::ids::*;

pub(super) const ROWS: &[Row] = &[symptom(
    MINIKUBE_NETWORK,
    &["dial tcp: lookup", "no such host"],
)];
