//! `host.inotify`, `host.limits` and `host.bpf`: limits of the kernel that containers meet.

use super::files::{number, plain, text, word};
use crate::host::{HostError, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe, StepId};
use crate::reason::ids;
use crate::steps::checks::check::Check;
use crate::steps::{Wish, id};
use camino::Utf8Path;
use std::sync::Arc;

/// What the kernel itself allows where nobody sets it (fs/notify/inotify/inotify_user.c).
const LEAST_INSTANCES: u64 = 128;
const LEAST_WATCHES: u64 = 8192;

/// `host.inotify`.
pub fn inotify(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        StepId::new("host.inotify"),
        "The limits of inotify suit Kubernetes",
        |seeing| Box::pin(look_at_inotify(seeing.host)),
    )
    .explains(&[id::CLUSTER, id::NODE])
}

/// `host.limits`.
pub fn limits(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        StepId::new("host.limits"),
        "Programs may open files enough",
        |seeing| Box::pin(look_at_limits(seeing.host)),
    )
}

/// `host.bpf`.
pub fn bpf(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        StepId::new("host.bpf"),
        "The kernel lets the toolkit filter devices",
        |seeing| Box::pin(look_at_bpf(seeing.host)),
    )
    .explains(&[id::CONTAINER])
}

async fn look_at_inotify(host: &dyn ReadHost) -> Probe {
    let (instances, watches) = tokio::join!(
        number(host, "/proc/sys/fs/inotify/max_user_instances"),
        number(host, "/proc/sys/fs/inotify/max_user_watches"),
    );
    let (Some(instances), Some(watches)) = (instances, watches) else {
        return Err(Fault::new(
            ids::TOOL_FAILED,
            "/proc/sys/fs/inotify does not tell the limits",
        ));
    };
    let text = format!("{instances} instances and {watches} watches a user");
    if instances >= LEAST_INSTANCES && watches >= LEAST_WATCHES {
        return Ok(Observation::in_place(text));
    }
    let least = format!("Kubernetes wants {LEAST_INSTANCES} and {LEAST_WATCHES} at least");
    let wanted = "fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288";
    let kept = wanted.replace(' ', "\\n");
    Ok(Observation::needs_human(
        Fault::new(ids::INOTIFY_LIMIT, format!("inotify is limited to {text}"))
            .caused_by(least)
            .advise(Advice::run(
                "raise them now",
                format!("sudo sysctl {wanted}"),
            ))
            .advise(Advice::run(
                "and at every boot",
                format!("printf '{kept}\\n' | sudo tee /etc/sysctl.d/90-gpucluster-inotify.conf"),
            )),
    ))
}

/// Files, and who else has a say over what containers may do. Nothing of it is a failure.
async fn look_at_limits(host: &dyn ReadHost) -> Probe {
    let (limits, apparmor, selinux) = tokio::join!(
        text(host, "/proc/self/limits"),
        word(host, "/sys/module/apparmor/parameters/enabled"),
        word(host, "/sys/fs/selinux/enforce"),
    );
    let mut parts = Vec::new();
    let files = limits
        .as_deref()
        .and_then(open_files)
        .map(|(soft, hard)| (plain(soft), plain(hard)));
    parts.push(match files {
        Some((soft, hard)) if soft == hard => format!("{soft} open files"),
        Some((soft, hard)) => format!("{soft} open files (up to {hard})"),
        None => "the limit of open files is not told".to_owned(),
    });
    if apparmor.as_deref() == Some("Y") {
        parts.push("AppArmor is on".to_owned());
    }
    match selinux.as_deref() {
        Some("1") => parts.push("SELinux enforces".to_owned()),
        Some("0") => parts.push("SELinux only warns".to_owned()),
        _ => {}
    }
    Ok(Observation::in_place(parts.join(", ")))
}

/// `Max open files            1024                 1048576              files`.
fn open_files(limits: &str) -> Option<(&str, &str)> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    let mut fields = line.split_whitespace();
    Some((fields.next()?, fields.next()?))
}

async fn look_at_bpf(host: &dyn ReadHost) -> Probe {
    let path = Utf8Path::new("/proc/sys/net/core/bpf_jit_harden");
    let value = match host.read_file(path).await {
        Ok(Some(value)) => value,
        Ok(None) => return Ok(Observation::in_place("this kernel hardens no BPF programs")),
        // It is root's alone to read on every kernel, so that this is no failure of the look.
        Err(HostError::Denied(_)) => {
            return Ok(Observation::in_place(
                "only root may read net.core.bpf_jit_harden; the kernel's own default is 0",
            ));
        }
        Err(error) => return Err(crate::steps::look::failed(error)),
    };
    let value = plain(&value);
    let seen = Observation::in_place(format!("net.core.bpf_jit_harden is {value}"));
    Ok(if value == "2" {
        seen.warn_of(
            Fault::new(
                ids::GPU_BPF_HARDENED,
                "net.core.bpf_jit_harden is 2, with which older container toolkits fail",
            )
            .advise(Advice::run(
                "set it to 0 now",
                "sudo sysctl net.core.bpf_jit_harden=0",
            )),
        )
    } else {
        seen
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_files_are_the_soft_and_the_hard_one() {
        let text = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files     \n";
        assert_eq!(open_files(text), Some(("1024", "524288")));
        assert_eq!(open_files(""), None);
    }
}
