//! A Docker daemon of another machine: everything that is set up here would be set up for nobody.

use super::Wish;
use crate::model::{Advice, Fault};
use crate::parse::docker::Info;
use crate::reason::ids;

/// Endpoints that cannot be on this machine, or need not be.
pub fn is_remote(endpoint: &str) -> bool {
    ["ssh://", "tcp://", "http://", "https://"]
        .iter()
        .any(|scheme| endpoint.starts_with(scheme))
}

/// Docker is not this machine's.
pub fn remote(summary: String) -> Fault {
    Fault::new(ids::DOCKER_IS_REMOTE, summary).advise(Advice::run(
        "use the daemon of this machine",
        "unset DOCKER_HOST; docker context use default",
    ))
}

/// Whether a daemon that answers runs on another machine. A name alone proves nothing (a host may be
/// renamed); a name and other memory, or a name behind a network address, do.
pub fn elsewhere(wish: &Wish, info: &Info, endpoint: &str) -> Option<Fault> {
    let own = &wish.identity;
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
    if info.name.is_empty() || short(&info.name) == short(&own.hostname) {
        return None;
    }
    let have = info.memory_bytes >> 20;
    let other_memory = have > 0 && have.abs_diff(own.memory_mib) > own.memory_mib / 20;
    (is_remote(endpoint) || other_memory).then(|| {
        remote(format!(
            "the Docker daemon that answers runs on `{}`, not on this machine (`{}`)",
            info.name, own.hostname
        ))
        .caused_by(format!(
            "it has {have} MiB of memory, this machine {} MiB{}",
            own.memory_mib,
            if endpoint.is_empty() {
                String::new()
            } else {
                format!("; docker is pointed at {endpoint}")
            }
        ))
    })
}
