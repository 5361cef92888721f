//! `host.cgroup`: the kernel offers the control groups that the kubelet needs.

use super::files::{exists, text};
use crate::host::ReadHost;
use crate::model::{Advice, Fault, Observation, Probe, StepId};
use crate::reason::ids;
use crate::steps::checks::check::Check;
use crate::steps::{Wish, id};
use std::sync::Arc;

const ID: StepId = StepId::new("host.cgroup");
/// kubelet, `pkg/kubelet/cm/container_manager_linux.go`: `expectedCgroups` and pids.
const NEEDED: [&str; 4] = ["cpu", "cpuset", "memory", "pids"];

/// The check.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        ID,
        "Control groups v2 with what Kubernetes needs",
        |seeing| Box::pin(look(seeing.host)),
    )
    .explains(&[id::CLUSTER])
}

async fn look(host: &dyn ReadHost) -> Probe {
    let (two, one) = tokio::join!(
        text(host, "/sys/fs/cgroup/cgroup.controllers"),
        text(host, "/proc/cgroups"),
    );
    let (version, offered) = match (&two, &one) {
        (Some(two), _) => (2, two.split_whitespace().map(str::to_owned).collect()),
        (None, Some(one)) if exists(host, "/sys/fs/cgroup/memory").await => (1, enabled(one)),
        _ => {
            return Err(Fault::new(
                ids::TOOL_FAILED,
                "/sys/fs/cgroup shows no control groups",
            ));
        }
    };
    let offered: Vec<String> = offered;
    let missing: Vec<&str> = NEEDED
        .iter()
        .copied()
        .filter(|name| !offered.iter().any(|have| have == name))
        .collect();
    if !missing.is_empty() {
        let text = format!(
            "the kernel offers no cgroup controller {} (v{version})",
            missing.join(", ")
        );
        let fault = Fault::new(ids::HOST_CGROUP_CONTROLLERS, text);
        return Ok(Observation::needs_human(if missing.contains(&"memory") {
            fault.advise(Advice::say(
                "add `cgroup_enable=memory` to the kernel's command line and reboot",
            ))
        } else {
            fault
        }));
    }
    let seen = Observation::in_place(format!("cgroup v{version}"));
    Ok(if version == 1 {
        seen.warn_of(Fault::new(
            ids::HOST_CGROUP_V1,
            "this is cgroup v1, which Kubernetes and Docker give up",
        ))
    } else {
        seen
    })
}

/// The controllers of version 1 that are switched on, from `/proc/cgroups`.
fn enabled(table: &str) -> Vec<String> {
    table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (name, on) = (fields.next()?, fields.nth(2)?);
            (on == "1").then(|| name.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controllers_of_version_one_are_those_switched_on() {
        let table =
            "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t1\t1\t1\nmemory\t0\t1\t0\n";
        assert_eq!(enabled(table), ["cpu"]);
        assert_eq!(enabled(""), Vec::<String>::new());
    }
}
