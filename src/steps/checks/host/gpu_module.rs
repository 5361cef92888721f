//! `gpu.module`: the NVIDIA kernel module is loaded, or why it is not.

use super::files::{exists, text, word};
use super::gpu_secureboot::kernel_log;
use super::pci::{Device, bus};
use super::{MODULE, os};
use crate::host::{Query, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe};
use crate::parse::kernel_log::{Refusal, refused_gpu};
use crate::parse::kernel_module::in_list;
use crate::parse::os_release::Family;
use crate::reason::ids;
use crate::steps::checks::check::{Check, not_used};
use crate::steps::look::tools;
use crate::steps::{Wish, id};
use camino::Utf8Path;
use futures::future::join_all;
use std::sync::Arc;

const MODULES: &str = "/lib/modules";

/// The check.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        MODULE,
        "The NVIDIA kernel module is loaded and takes the GPUs",
        |seeing| Box::pin(look(seeing.wish, seeing.host)),
    )
    .explains(&[id::DRIVER, super::LIBRARIES, super::DEVICES])
    .asks(tools([Query::NvidiaSmi, Query::KernelRing]))
}

/// A kernel that is installed.
struct Kernel {
    release: String,
    /// Where the module is below its folder.
    module: Option<String>,
}

/// The installed kernels; `None` where that cannot be seen.
async fn kernels(host: &dyn ReadHost) -> Option<Vec<Kernel>> {
    let names = host.list_dir(Utf8Path::new(MODULES)).await.ok().flatten()?;
    let looks = names.into_iter().map(|release| async move {
        let list = text(host, &format!("{MODULES}/{release}/modules.dep")).await?;
        Some(Kernel {
            module: in_list(&list, "nvidia").map(str::to_owned),
            release,
        })
    });
    Some(join_all(looks).await.into_iter().flatten().collect())
}

/// Whether the module's file is there for the running kernel; `None`: that cannot be told.
pub async fn is_built(host: &dyn ReadHost) -> Option<bool> {
    let release = word(host, "/proc/sys/kernel/osrelease").await?;
    let kernels = kernels(host).await?;
    let running = kernels.iter().find(|kernel| kernel.release == release)?;
    Some(running.module.is_some())
}

async fn look(wish: &Wish, host: &dyn ReadHost) -> Probe {
    let (version, proc, release, kernels, bus, nouveau, program, place) = tokio::join!(
        word(host, "/sys/module/nvidia/version"),
        word(host, "/proc/driver/nvidia/version"),
        word(host, "/proc/sys/kernel/osrelease"),
        kernels(host),
        bus(host),
        exists(host, "/sys/module/nouveau"),
        host.which("nvidia-smi"),
        os::place(host),
    );
    let release = release.unwrap_or_default();
    let kernels = kernels.unwrap_or_default();
    if version.is_some() || proc.is_some() {
        let gpus = bus.unwrap_or_default().gpus;
        let seen = loaded(version, proc, &release, &kernels);
        let others = gpus
            .iter()
            .any(|gpu| gpu.driver.as_deref() == Some("nvidia"));
        return Ok(match refuses(host, &gpus).await {
            // A card for the screen beside the ones that compute is no failure.
            Some((fault, true)) if others => seen.warn_of(fault),
            Some((fault, _)) => Observation::needs_human(fault),
            None => seen,
        });
    }
    if place.wsl {
        return Ok(not_used("in WSL the module is Windows' own"));
    }
    let gpus = bus.unwrap_or_default().gpus;
    if gpus.is_empty() {
        return Ok(not_used("there is no NVIDIA GPU"));
    }
    let here = kernels.iter().find(|kernel| kernel.release == release);
    let anywhere = kernels.iter().find(|kernel| kernel.module.is_some());
    if !matches!(program, Ok(Some(_))) && anywhere.is_none() {
        return Ok(not_used("the NVIDIA driver is not installed"));
    }
    if nouveau
        || gpus
            .iter()
            .any(|gpu| gpu.driver.as_deref() == Some("nouveau"))
    {
        return Ok(Observation::needs_human(held_by_nouveau(wish)));
    }
    if let Some(here) = here
        && here.module.is_none()
    {
        let sources = host
            .list_dir(Utf8Path::new("/usr/src"))
            .await
            .ok()
            .flatten();
        let dkms = sources
            .unwrap_or_default()
            .iter()
            .any(|name| name.starts_with("nvidia-"));
        let other = anywhere.map(|kernel| kernel.release.as_str());
        return Ok(Observation::needs_human(not_for_kernel(
            wish, &release, other, dkms,
        )));
    }
    Ok(Observation::needs_human(
        Fault::new(
            ids::GPU_DRIVER_NOT_LOADED,
            "the NVIDIA kernel module is installed and not loaded",
        )
        .advise(Advice::run("load it", "sudo modprobe nvidia"))
        .advise(Advice::run(
            "if that fails, read why",
            "sudo dmesg | grep -i -e nvrm -e nvidia",
        )),
    ))
}

/// Why the loaded module left a GPU alone, by its own words in the kernel's log; and whether it
/// lists others.
async fn refuses(host: &dyn ReadHost, gpus: &[Device]) -> Option<(Fault, bool)> {
    let (listed, log) = tokio::join!(host.query(&Query::NvidiaSmi), kernel_log(host));
    // Where every GPU answers, what the log says is past.
    let lists_none = listed.is_ok_and(|answer| answer.text().contains("No devices were found"));
    let left = gpus.iter().find(|gpu| gpu.driver.is_none());
    if left.is_none() && !lists_none {
        return None;
    }
    let log = log?;
    let (refusal, line) = refused_gpu(&log)?;
    let (reason, text) = match refusal {
        Refusal::Unfit => (
            ids::GPU_DRIVER_UNFIT,
            "the installed driver does not support this GPU",
        ),
        Refusal::NotInitialised => (
            ids::GPU_INIT_FAILED,
            "the driver could not bring a GPU up (RmInitAdapter failed)",
        ),
    };
    let text = match left {
        Some(gpu) => format!("{text}: {} ({})", gpu.at, gpu.product),
        None => text.to_owned(),
    };
    let fault = Fault::new(reason, text).with_evidence(line);
    let fault = fault.advise(Advice::run(
        "read what it asks for",
        "sudo dmesg | grep NVRM",
    ));
    Some((fault, !lists_none))
}

fn loaded(
    version: Option<String>,
    proc: Option<String>,
    release: &str,
    kernels: &[Kernel],
) -> Observation {
    let proc = proc.unwrap_or_default();
    let version = version
        .or_else(|| version_of(&proc).map(str::to_owned))
        .unwrap_or_default();
    let flavour = match proc.is_empty() {
        true => "",
        false if proc.contains("Open Kernel Module") => " (open)",
        false => " (proprietary)",
    };
    let seen = Observation::in_place(format!("{version}{flavour}, for Linux {release}"));
    let runs = kernels.iter().find(|kernel| kernel.release == release);
    let newest = kernels.iter().max_by_key(|kernel| order(&kernel.release));
    match newest {
        Some(newest)
            if newest.module.is_none()
                && newest.release != release
                && runs.is_some_and(|kernel| kernel.module.is_some()) =>
        {
            seen.warn_of(Fault::new(
                ids::GPU_MODULE_MISSING,
                format!(
                    "the next reboot brings Linux {}, for which there is no NVIDIA module",
                    newest.release
                ),
            ))
        }
        _ => seen,
    }
}

/// The first number with a dot in the first line.
fn version_of(proc: &str) -> Option<&str> {
    proc.lines()
        .next()?
        .split_whitespace()
        .find(|word| word.contains('.') && word.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

/// Releases by their numbers: 6.8.0-100 is newer than 6.8.0-60.
fn order(release: &str) -> Vec<u64> {
    let numbers = release.split(|c: char| !c.is_ascii_digit());
    numbers.filter_map(|number| number.parse().ok()).collect()
}

fn held_by_nouveau(wish: &Wish) -> Fault {
    let ramdisk = match wish.os.family {
        Family::Debian => Some("sudo update-initramfs -u"),
        Family::RedHat | Family::Suse => Some("sudo dracut --force"),
        Family::Arch => Some("sudo mkinitcpio -P"),
        Family::Other => None,
    };
    let fault = Fault::new(
        ids::GPU_HELD_BY_OTHER_DRIVER,
        "the nouveau module holds the GPUs, so NVIDIA's own module cannot",
    )
    .advise(Advice::run(
        "keep nouveau from being loaded",
        "printf 'blacklist nouveau\\noptions nouveau modeset=0\\n' | sudo tee /etc/modprobe.d/blacklist-nouveau.conf",
    ));
    match ramdisk {
        Some(command) => fault.advise(Advice::run(
            "make the initial ramdisk anew, then reboot",
            format!("{command} && sudo reboot"),
        )),
        None => fault.advise(Advice::say("make the initial ramdisk anew, then reboot")),
    }
}

fn not_for_kernel(wish: &Wish, release: &str, other: Option<&str>, dkms: bool) -> Fault {
    let fault = Fault::new(
        ids::GPU_MODULE_MISSING,
        format!("there is no NVIDIA module for the running kernel {release}"),
    );
    let fault = match other {
        Some(other) => fault.caused_by(format!("there is one for {other}")),
        None => fault,
    };
    let headers = match wish.os.family {
        Family::Debian => Some("sudo apt-get install -y linux-headers-$(uname -r)"),
        Family::RedHat => Some("sudo dnf install -y kernel-devel-$(uname -r)"),
        Family::Suse | Family::Arch | Family::Other => None,
    };
    let fault = match (dkms, headers) {
        (true, Some(headers)) => fault.advise(Advice::run(
            "install the kernel's headers, build the module and load it",
            format!("{headers} && sudo dkms autoinstall && sudo modprobe nvidia"),
        )),
        (true, None) => fault.advise(Advice::run(
            "with the kernel's headers installed, build the module and load it",
            "sudo dkms autoinstall && sudo modprobe nvidia",
        )),
        (false, _) => fault.advise(Advice::say(format!(
            "install the driver's module package for Linux {release}"
        ))),
    };
    match other {
        Some(other) => fault.advise(Advice::say(format!(
            "or boot Linux {other} again, which has its module"
        ))),
        None => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_ordered_by_their_numbers() {
        assert!(order("6.8.0-100-generic") > order("6.8.0-60-generic"));
        assert!(order("6.11.0-1-generic") > order("6.8.0-100-generic"));
    }

    #[test]
    fn the_version_is_read_of_open_and_proprietary_modules() {
        let open = include_str!("../../../../tests/tapes/nvidia-smi-h100/proc-version.txt");
        assert_eq!(version_of(open), Some("580.159.04"));
        let closed = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  525.105.17  Tue Mar 28";
        assert_eq!(version_of(closed), Some("525.105.17"));
        assert_eq!(version_of(""), None);
    }
}
