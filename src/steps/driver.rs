//! `nvidia.driver`: the kernel driver is loaded and lists the GPUs.
//!
//! Nothing is installed here: drivers need reboots. A module that is there and not loaded is loaded
//! where that was asked for (`StepFlags::mend`). All of nvidia-smi's own words are on standard
//! output, and its exit codes are NVML's (9 not loaded, 12 library missing, 18 mismatch …).

use super::look::{Todo, failed, todo, tools, unreadable};
use super::{Wish, advice, id};
use crate::host::{Answer, HostError, Query, Question, ReadHost};
use crate::model::{
    Advice, Change, Command, Diff, Effect, Fact, Facts, Fault, Gpu, Observation, Probe, ReasonId,
    StepId,
};
use crate::parse::nvidia_smi;
use crate::reason::ids;
use crate::step::Step;
use camino::Utf8Path;
use futures::future::{BoxFuture, join_all};
use std::sync::Arc;
use std::time::Duration;

/// The field in which a driver that is not loaded differs.
const MODULE: &str = "kernel module nvidia";

/// See the module.
pub struct Driver {
    wish: Arc<Wish>,
}

/// `2 × NVIDIA H100 80GB HBM3`, per product.
fn products(gpus: &[Gpu]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for gpu in gpus {
        match counts.iter_mut().find(|(name, _)| *name == gpu.name) {
            Some((_, count)) => *count += 1,
            None => counts.push((&gpu.name, 1)),
        }
    }
    let texts: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{count} × {name}"))
        .collect();
    texts.join(", ")
}

/// Counts NVIDIA's display controllers and 3D controllers on the PCI bus (vendor 10de, class
/// 0300 or 0302); their audio and USB functions have other classes. `None`: it could not be told.
async fn gpus_on_the_bus(host: &dyn ReadHost) -> Option<usize> {
    let bus = Utf8Path::new("/sys/bus/pci/devices");
    // A machine without a PCI bus has no such folder, and no such GPU.
    let devices = host.list_dir(bus).await.ok()?.unwrap_or_default();
    let is_gpu = devices.iter().map(|device| async move {
        let (vendor, class) = (
            bus.join(device).join("vendor"),
            bus.join(device).join("class"),
        );
        let (vendor, class) = tokio::join!(host.read_file(&vendor), host.read_file(&class));
        let text =
            |read: Result<Option<String>, HostError>| read.ok().flatten().unwrap_or_default();
        let (vendor, class) = (text(vendor), text(class));
        vendor.trim() == "0x10de"
            && ["0x0300", "0x0302"]
                .iter()
                .any(|wanted| class.trim().starts_with(wanted))
    });
    Some(join_all(is_gpu).await.into_iter().filter(|is| *is).count())
}

impl Driver {
    /// Makes the step.
    pub fn new(wish: Arc<Wish>) -> Self {
        Self { wish }
    }

    /// No program: no GPU, no driver, or half a driver.
    async fn without_program(&self, host: &dyn ReadHost) -> Fault {
        let proc = Utf8Path::new("/proc/driver/nvidia/version");
        let (gpus, loaded) = tokio::join!(gpus_on_the_bus(host), host.stat(proc));
        if matches!(loaded, Ok(Some(_))) {
            return Fault::new(
                ids::GPU_LIBRARY_MISSING,
                "the NVIDIA kernel module is loaded, and `nvidia-smi` is not installed",
            )
            .advise(advice::install_driver(&self.wish.os));
        }
        match gpus {
            Some(0) => no_gpu(),
            _ => Fault::new(
                ids::GPU_DRIVER_NOT_INSTALLED,
                "the NVIDIA driver is not installed",
            )
            .caused_by("`nvidia-smi` is not on PATH")
            .advise(advice::install_driver(&self.wish.os)),
        }
    }

    /// nvidia-smi's own refusal.
    async fn refusal(&self, host: &dyn ReadHost, answer: &Answer) -> Probe {
        let text = answer.text();
        let has = |needle: &str| text.contains(needle);
        let fault = if answer.code == 18 || has("Driver/library version mismatch") {
            Fault::new(
                ids::GPU_DRIVER_MISMATCH,
                "the loaded NVIDIA module and the installed driver are of different versions",
            )
            .advise(Advice::run(
                "the driver was upgraded since the last boot: reboot",
                "sudo reboot",
            ))
        } else if answer.code == 12 || has("couldn't find libnvidia-ml.so") {
            Fault::new(
                ids::GPU_LIBRARY_MISSING,
                "the driver's library libnvidia-ml.so is missing",
            )
            .advise(advice::install_driver(&self.wish.os))
        } else if answer.code == 9 || has("couldn't communicate with the NVIDIA driver") {
            let fault = self.not_loaded(host).await;
            let can_load = fault.reason == ids::GPU_DRIVER_NOT_LOADED && fault.causes.is_empty();
            if self.wish.flags.mend && can_load {
                let diff = Diff::new(MODULE, "loaded", "not loaded");
                return Ok(Observation::drifted(fault.summary, vec![diff]));
            }
            fault
        } else if matches!(answer.code, 15 | 16)
            || has("GPU is lost")
            || has("GPU requires reset")
            || has("Unable to determine the device handle")
        {
            Fault::new(ids::GPU_LOST, "a GPU has fallen off the bus")
                .advise(Advice::run(
                    "look for Xid errors",
                    "sudo dmesg | grep -i xid",
                ))
                .advise(Advice::say(
                    "reboot; if it comes back, check power and seating",
                ))
        } else if answer.code == 6 || has("No devices were found") {
            match gpus_on_the_bus(host).await {
                Some(0) => no_gpu(),
                _ => Fault::new(
                    ids::GPU_QUERY_FAILED,
                    "the driver is loaded and finds no GPU it supports",
                )
                .advise(Advice::run(
                    "see what the driver says",
                    "sudo dmesg | grep -i nvrm",
                )),
            }
        } else {
            return Err(Fault::new(
                ids::GPU_QUERY_FAILED,
                format!("`nvidia-smi` failed with exit code {}", answer.code),
            )
            .with_evidence(&text));
        };
        Ok(Observation::needs_human(fault.with_evidence(&text)))
    }

    async fn not_loaded(&self, host: &dyn ReadHost) -> Fault {
        let (gpus, nouveau) = tokio::join!(
            gpus_on_the_bus(host),
            host.stat(Utf8Path::new("/sys/module/nouveau")),
        );
        if gpus == Some(0) {
            return no_gpu();
        }
        let fault = Fault::new(
            ids::GPU_DRIVER_NOT_LOADED,
            "the NVIDIA driver is installed, and its kernel module is not loaded",
        );
        if matches!(nouveau, Ok(Some(_))) {
            return fault
                .caused_by("the nouveau module holds the GPU")
                .advise(Advice::say(
                    "blacklist nouveau, rebuild the initramfs and reboot",
                ));
        }
        fault
            .advise(Advice::run("load the module", "sudo modprobe nvidia"))
            .advise(Advice::say(
                "after a kernel update: reboot; with Secure Boot: the module must be signed",
            ))
    }
}

fn no_gpu() -> Fault {
    Fault::new(ids::GPU_NONE, "no NVIDIA GPU is on this machine's PCI bus").advise(Advice::say(
        "use a machine with NVIDIA GPUs; in a virtual machine, pass one through",
    ))
}

impl Step for Driver {
    fn id(&self) -> StepId {
        id::DRIVER
    }

    fn title(&self) -> &'static str {
        "NVIDIA driver is loaded"
    }

    fn needs(&self) -> &[StepId] {
        &[]
    }

    fn prefetch(&self) -> Vec<Question> {
        tools([Query::NvidiaSmi])
    }

    fn observe<'a>(&'a self, host: &'a dyn ReadHost, _facts: &'a Facts) -> BoxFuture<'a, Probe> {
        Box::pin(async move {
            let answer = match host.query(&Query::NvidiaSmi).await {
                Err(HostError::NoProgram(_)) => {
                    return Ok(Observation::needs_human(self.without_program(host).await));
                }
                other => other.map_err(failed)?,
            };
            // 14: the infoROM is corrupted; the table is usable all the same.
            if !matches!(answer.code, 0 | 14) {
                return self.refusal(host, &answer).await;
            }
            if answer.stdout.contains("No devices were found") {
                return self.refusal(host, &answer).await;
            }
            let rows = nvidia_smi::rows(&answer.stdout).map_err(unreadable)?;
            if let Some(row) = rows.iter().find(|row| row.lost) {
                let reason: ReasonId = ids::GPU_LOST;
                return Ok(Observation::needs_human(
                    Fault::new(
                        reason,
                        format!("GPU {} ({}) is lost", row.gpu.index, row.gpu.bus_id),
                    )
                    .advise(Advice::run(
                        "look for Xid errors",
                        "sudo dmesg | grep -i xid",
                    ))
                    .with_evidence(&answer.stdout),
                ));
            }
            let version = rows
                .first()
                .map(|row| row.driver_version.clone())
                .unwrap_or_default();
            let gpus: Vec<Gpu> = rows.into_iter().map(|row| row.gpu).collect();
            let mut seen = Observation::in_place(format!("{version}, {}", products(&gpus)))
                .learned(Fact::DriverVersion(version))
                .learned(Fact::Gpus(gpus));
            if answer.code == 14 {
                seen = seen.warn("the infoROM of a GPU is corrupted");
            }
            Ok(seen)
        })
    }

    fn plan(&self, seen: &Observation, _facts: &Facts) -> Result<Vec<Change>, Fault> {
        let Todo::Mend(_) = todo(seen)? else {
            return Ok(Vec::new());
        };
        // A module that cannot be loaded says why: unsigned, not built for this kernel.
        let load = Command::new(["modprobe", "nvidia"])
            .as_root()
            .timeout(Duration::from_secs(120));
        Ok(vec![Change::safe(
            Effect::Run(load),
            "the driver is installed, and only its module is not loaded",
        )])
    }
}
