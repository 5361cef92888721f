//! `gpu.pci`: what the PCI bus holds and what the driver lists are the same GPUs.

use super::files::{exists, text};
use super::pci::{Bus, Device, address, bus, named};
use super::{MODULE, PCI, os};
use crate::host::{Answer, HostError, Query, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe};
use crate::parse::nvidia_smi;
use crate::reason::ids;
use crate::steps::checks::check::Check;
use crate::steps::look::tools;
use crate::steps::{Wish, id};
use std::sync::Arc;

/// The check.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        PCI,
        "Every NVIDIA GPU on the PCI bus answers",
        |seeing| Box::pin(look(seeing.host)),
    )
    .explains(&[MODULE, id::DRIVER])
    .asks(tools([Query::NvidiaSmi]))
}

async fn look(host: &dyn ReadHost) -> Probe {
    let (bus, listed, place, tegra) = tokio::join!(
        bus(host),
        host.query(&Query::NvidiaSmi),
        os::place(host),
        text(host, "/etc/nv_tegra_release"),
    );
    if tegra.is_some() {
        return Ok(Observation::in_place(
            "a Jetson: its GPU is part of the chip and not on the PCI bus",
        ));
    }
    let count = listed.as_ref().map_or(0, |answer| rows(answer).len());
    if place.wsl {
        return Ok(if count > 0 || exists(host, "/dev/dxg").await {
            Observation::in_place("WSL: Windows shares its GPU through /dev/dxg")
        } else {
            let text = "Windows shares no GPU with this WSL (no /dev/dxg)";
            Observation::needs_human(Fault::new(ids::GPU_NONE, text).advise(Advice::say(
                "install NVIDIA's driver in Windows and restart WSL there (`wsl --update`, then `wsl --shutdown`)",
            )))
        });
    }
    let Bus { gpus, .. } = bus.unwrap_or_default();
    if gpus.is_empty() {
        if count > 0 {
            let text = format!("{}, though none is shown on the bus here", gpus_of(count));
            return Ok(Observation::in_place(text));
        }
        return Ok(nothing(&place));
    }
    if gpus
        .iter()
        .all(|gpu| gpu.driver.as_deref() == Some("vfio-pci"))
    {
        let text = format!("{} bound to vfio-pci, for virtual machines", are(&gpus));
        return Ok(Observation::needs_human(
            Fault::new(ids::GPU_HELD_BY_OTHER_DRIVER, text).advise(Advice::run(
                "find out what set it aside",
                "grep -rs vfio /proc/cmdline /etc/modprobe.d",
            )),
        ));
    }
    Ok(judge(&gpus, &listed))
}

/// Both counts, where the driver answers at all.
fn judge(gpus: &[Device], listed: &Result<Answer, HostError>) -> Observation {
    let listing = listed.as_ref().map(rows).unwrap_or_default();
    if let Ok(answer) = listed
        && listing.is_empty()
        && let Some(at) = unreachable(&answer.text())
    {
        return lost(
            &format!("GPU {at} does not answer any more"),
            &answer.text(),
        );
    }
    let seen: Vec<String> = listing.iter().map(|at| address(at)).collect();
    let missing: Vec<Device> = gpus
        .iter()
        .filter(|gpu| gpu.driver.as_deref() == Some("nvidia") && !seen.contains(&gpu.at))
        .cloned()
        .collect();
    if !listing.is_empty() && !missing.is_empty() {
        let text = format!(
            "the PCI bus has {} and nvidia-smi lists {}: {} missing",
            gpus_of(gpus.len()),
            listing.len(),
            are(&missing)
        );
        return lost(&text, "");
    }
    let mut drivers: Vec<&str> = gpus
        .iter()
        .map(|gpu| gpu.driver.as_deref().unwrap_or("no driver"))
        .collect();
    drivers.sort_unstable();
    drivers.dedup();
    let text = format!(
        "{}, bound to {}",
        gpus_of(gpus.len()),
        drivers.join(" and ")
    );
    Observation::in_place(text)
}

fn rows(answer: &Answer) -> Vec<String> {
    if !matches!(answer.code, 0 | 14) {
        return Vec::new();
    }
    let rows = nvidia_smi::rows(&answer.stdout).unwrap_or_default();
    rows.into_iter().map(|row| row.gpu.bus_id).collect()
}

/// The GPU that nvidia-smi gave up at.
fn unreachable(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("Unable to determine the device handle for GPU")?;
    let word = rest.split_whitespace().next()?;
    let at = word.trim_end_matches(':');
    let plausible = at.contains(':')
        && at
            .chars()
            .all(|c| c.is_ascii_hexdigit() || ":.".contains(c));
    plausible.then(|| address(at))
}

fn lost(text: &str, evidence: &str) -> Observation {
    Observation::needs_human(
        Fault::new(ids::GPU_LOST, text)
            .with_evidence(evidence)
            .advise(Advice::run(
                "see what the kernel says about it",
                "sudo dmesg | grep -i -e xid -e nvrm",
            ))
            .advise(Advice::say(
                "reboot; if it comes back, check power, heat and seating",
            )),
    )
}

fn nothing(place: &os::Place) -> Observation {
    let advice = match (&place.container, &place.virtual_machine) {
        (Some(_), _) => "give the container the GPUs of its host, or run gpucluster on the host",
        (None, Some(_)) => {
            "give the virtual machine a GPU (on a cloud: an instance type with GPUs)"
        }
        (None, None) => "use a machine with NVIDIA GPUs, or look whether the firmware hides one",
    };
    let inside = match (&place.container, &place.virtual_machine) {
        (Some(kind), _) => format!(", a container ({kind})"),
        (None, Some(kind)) => format!(", a virtual machine ({kind})"),
        (None, None) => String::new(),
    };
    let text = format!("no NVIDIA GPU is on the PCI bus of this machine{inside}");
    Observation::needs_human(Fault::new(ids::GPU_NONE, text).advise(Advice::say(advice)))
}

fn gpus_of(count: usize) -> String {
    match count {
        1 => "1 GPU".to_owned(),
        count => format!("{count} GPUs"),
    }
}

fn are(devices: &[Device]) -> String {
    let verb = if devices.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", named(devices))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gpu_that_nvidia_smi_gave_up_at_is_named_by_its_address() {
        for (text, want) in [
            (
                "Unable to determine the device handle for GPU 0000:BA:00.0: Unknown Error",
                Some("0000:ba:00.0"),
            ),
            (
                "Unable to determine the device handle for GPU0000:07:00.0: GPU is lost.",
                Some("0000:07:00.0"),
            ),
            ("Unable to determine the device handle for GPU", None),
            ("all is well", None),
        ] {
            assert_eq!(unreachable(text).as_deref(), want, "{text}");
        }
    }
}
