//! The cluster's API through `kube::Client`, for every world: the real host gives a client made
//! from our kubeconfig, the simulated one a client over its API in memory.

use super::{HostError, KubeQuery};
use crate::model::ObjectRef;
use serde_json::Value;

/// Name under which our fields are owned (server-side apply).
pub const FIELD_MANAGER: &str = "gpucluster";

/// Asks.
///
/// # Errors
/// `Unreachable` when nobody answers, `Refused` with the API's words otherwise.
pub async fn query(_client: &kube::Client, _query: &KubeQuery) -> Result<Option<Value>, HostError> {
    Err(HostError::Io("unfinished".to_owned()))
}

/// Applies an object server-side; conflicts with other field managers are taken over, because the
/// difference was shown and consented to.
///
/// # Errors
/// As [`query`].
pub async fn apply(_client: &kube::Client, _object: &Value) -> Result<Value, HostError> {
    Err(HostError::Io("unfinished".to_owned()))
}

/// Deletes an object in the background. Missing is success.
///
/// # Errors
/// As [`query`].
pub async fn delete(_client: &kube::Client, _object: &ObjectRef) -> Result<(), HostError> {
    Err(HostError::Io("unfinished".to_owned()))
}
