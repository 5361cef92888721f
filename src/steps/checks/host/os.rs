//! `host.os`: which distribution and kernel this is, and on what it runs.

use super::files::{exists, text, word};
use crate::host::ReadHost;
use crate::model::{Advice, Fault, Observation, Probe, StepId};
use crate::parse::os_release::Family;
use crate::reason::ids;
use crate::steps::Wish;
use crate::steps::checks::check::Check;
use std::sync::Arc;

const ID: StepId = StepId::new("host.os");

/// The check.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        ID,
        "The distribution and its kernel are known",
        |seeing| Box::pin(look(seeing.wish, seeing.host)),
    )
}

/// What kind of machine this is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Windows' own Linux.
    pub wsl: bool,
    /// What keeps the container that this is.
    pub container: Option<String>,
    /// Who makes the virtual machine that this is.
    pub virtual_machine: Option<String>,
}

/// Looks at the marks that systemd-detect-virt(1) goes by, without running it.
pub async fn place(host: &dyn ReadHost) -> Place {
    let (version, systemd, docker, podman, vendor, product, xen, cpus) = tokio::join!(
        text(host, "/proc/version"),
        word(host, "/run/systemd/container"),
        exists(host, "/.dockerenv"),
        exists(host, "/run/.containerenv"),
        word(host, "/sys/class/dmi/id/sys_vendor"),
        word(host, "/sys/class/dmi/id/product_name"),
        word(host, "/sys/hypervisor/type"),
        text(host, "/proc/cpuinfo"),
    );
    let version = version.unwrap_or_default().to_ascii_lowercase();
    let container = systemd
        .filter(|kind| !kind.is_empty() && kind != "wsl")
        .or_else(|| docker.then(|| "docker".to_owned()))
        .or_else(|| podman.then(|| "podman".to_owned()))
        .or_else(|| version.contains("gvisor").then(|| "gvisor".to_owned()));
    // The processor's own mark; a microVM has no firmware that would name its maker.
    let hypervisor = cpus.is_some_and(|text| {
        let mut flags = text.lines().filter(|line| line.starts_with("flags"));
        flags
            .next()
            .is_some_and(|flags| flags.split(' ').any(|flag| flag == "hypervisor"))
    });
    let vendor = vendor.unwrap_or_default();
    let product = product.unwrap_or_default();
    let virtual_machine = maker(&vendor, &product)
        .map(str::to_owned)
        .or(xen)
        .or_else(|| hypervisor.then(|| "of an unnamed kind".to_owned()));
    Place {
        wsl: version.contains("microsoft"),
        container,
        virtual_machine,
    }
}

/// Firmware names of virtual machines. Clouds' bare-metal machines have a product of their own.
fn maker(vendor: &str, product: &str) -> Option<&'static str> {
    let known = [
        ("Google", "Google Compute Engine", "Google Compute Engine"),
        ("QEMU", "", "QEMU/KVM"),
        ("", "KVM", "KVM"),
        ("VMware", "", "VMware"),
        (
            "Microsoft Corporation",
            "Virtual Machine",
            "Hyper-V or Azure",
        ),
        ("innotek", "", "VirtualBox"),
        ("Xen", "", "Xen"),
        ("OpenStack", "", "OpenStack"),
        ("DigitalOcean", "", "DigitalOcean"),
        ("Hetzner", "vServer", "Hetzner Cloud"),
        ("Amazon EC2", "", "Amazon EC2"),
    ];
    if vendor == "Amazon EC2" && product.contains(".metal") {
        return None;
    }
    known
        .iter()
        .find(|(maker, of, _)| {
            vendor.contains(maker) && product.contains(of) && !(maker.is_empty() && of.is_empty())
        })
        .map(|(_, _, name)| *name)
}

async fn look(wish: &Wish, host: &dyn ReadHost) -> Probe {
    let (release, place) = tokio::join!(word(host, "/proc/sys/kernel/osrelease"), place(host));
    let name = wish.os.name.split(" (").next().unwrap_or_default();
    let kernel = release.unwrap_or_else(|| "of an unknown release".to_owned());
    let mut on = format!("{name}, Linux {kernel}");
    if place.wsl {
        on.push_str(", in WSL");
    } else if let Some(kind) = &place.container {
        on.push_str(&format!(", in a container ({kind})"));
    } else if let Some(kind) = &place.virtual_machine {
        on.push_str(&format!(", a virtual machine ({kind})"));
    }
    if wish.os.family == Family::Other {
        on.push_str("; packages of this distribution are not known to gpucluster");
    }
    let seen = Observation::in_place(on);
    Ok(match &place.container {
        Some(kind) if !place.wsl => seen.warn_of(
            Fault::new(
                ids::HOST_CONTAINER,
                format!(
                    "this is a container ({kind}), and Docker, units and modules are its host's"
                ),
            )
            .advise(Advice::say("run gpucluster on the host itself")),
        ),
        _ => seen,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_machines_are_told_by_their_firmware_and_bare_metal_is_none() {
        assert_eq!(
            maker("QEMU", "Standard PC (Q35 + ICH9, 2009)"),
            Some("QEMU/KVM")
        );
        assert_eq!(maker("Amazon EC2", "p5.48xlarge"), Some("Amazon EC2"));
        assert_eq!(maker("Amazon EC2", "c5.metal"), None);
        assert_eq!(maker("Supermicro", "SYS-821GE-TNHR"), None);
        assert_eq!(maker("", ""), None);
    }
}
