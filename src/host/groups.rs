//! Groups of this machine.

use super::{HostError, ReadHost};
use crate::parse::group;
use camino::Utf8Path;

/// Whether the person's account is listed as a member of a group. Membership that comes from
/// elsewhere (LDAP) is not ours to give or take, and is not seen here.
///
/// # Errors
/// When `/etc/group` cannot be read.
pub async fn is_member(host: &dyn ReadHost, name: &str) -> Result<bool, HostError> {
    let text = host.read_file(Utf8Path::new("/etc/group")).await?;
    let group = group::group(&text.unwrap_or_default(), name);
    Ok(group.is_some_and(|group| group.members.contains(&host.identity().user)))
}
