//! `gpu.health`: no GPU reports errors of its hardware, in the kernel's log or by itself.

use super::files::exists;
use super::gpu_secureboot::kernel_log;
use super::pci::address;
use super::xid::{Sort, meaning, reason};
use super::{HEALTH, PCI};
use crate::host::{Query, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe};
use crate::parse::kernel_log::{Xid, xids};
use crate::parse::nvidia_xml::{Hardware, hardware};
use crate::reason::ids;
use crate::steps::checks::check::{Check, not_used};
use crate::steps::look::tools;
use crate::steps::{Wish, id};
use std::sync::Arc;

/// The check.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        HEALTH,
        "No GPU reports errors of its hardware",
        |seeing| Box::pin(look(seeing.host)),
    )
    .explains(&[PCI, id::DRIVER, id::CONTAINER, id::NODE])
    .asks(tools([Query::NvidiaSmiXml, Query::KernelRing]))
}

async fn look(host: &dyn ReadHost) -> Probe {
    let (told, log, loaded) = tokio::join!(
        host.query(&Query::NvidiaSmiXml),
        kernel_log(host),
        exists(host, "/proc/driver/nvidia/version"),
    );
    if !loaded {
        return Ok(not_used("no NVIDIA module is loaded"));
    }
    let gpus = told.ok().and_then(|answer| hardware(&answer.stdout).ok());
    if gpus.is_none() && log.is_none() {
        return Err(Fault::new(
            ids::TOOL_FAILED,
            "neither nvidia-smi nor the kernel log tells how the GPUs are",
        )
        .advise(see_log()));
    }
    let reports = log.as_deref().map(xids).unwrap_or_default();
    let gpus = gpus.unwrap_or_default();
    if let Some(fault) = lost(&reports)
        .or_else(|| broken_memory(&gpus))
        .or_else(|| wants_reset(&gpus, &reports))
    {
        return Ok(Observation::needs_human(fault));
    }
    let mut seen = Observation::in_place(headline(&gpus, &reports, log.is_some()));
    for gpu in gpus.iter().filter(|gpu| !gpu.slowed.is_empty()) {
        let text = format!(
            "GPU {} slows itself down: {}",
            address(&gpu.bus_id),
            gpu.slowed.join(", ").replace('_', " ")
        );
        seen = seen.warn_of(Fault::new(ids::GPU_SLOWED, text));
    }
    for xid in &reports {
        if let Some(reason) = reason(xid.code) {
            let (code, at, what) = (xid.code, address(&xid.at), meaning(xid.code).1);
            let text = format!("GPU {at} reported Xid {code} since the boot: {what}");
            seen = seen.warn_of(Fault::new(reason, text).advise(see_log()));
        }
    }
    Ok(seen)
}

fn see_log() -> Advice {
    Advice::run(
        "read the kernel's own words",
        "sudo dmesg | grep -i -e xid -e nvrm",
    )
}

/// Nothing but a reboot brings it back, so that its report in this boot's log still holds.
fn lost(reports: &[Xid]) -> Option<Fault> {
    let xid = reports.iter().find(|xid| xid.code == 79)?;
    let at = address(&xid.at);
    Some(
        Fault::new(
            ids::GPU_LOST,
            format!("GPU {at} has fallen off the bus (Xid 79)"),
        )
        .with_evidence(&xid.line)
        .advise(Advice::run("reboot", "sudo reboot"))
        .advise(Advice::say(
            "if it falls off again, check its power cables, heat and seat, or have it replaced",
        )),
    )
}

fn broken_memory(gpus: &[Hardware]) -> Option<Fault> {
    let gpu = gpus.iter().find(|gpu| {
        gpu.repair_failed || gpu.repair_pending || gpu.uncorrectable.unwrap_or(0) > 0
    })?;
    let at = address(&gpu.bus_id);
    let count = gpu.uncorrectable.unwrap_or(0);
    let errors = match count {
        0 => String::new(),
        1 => "1 memory error that could not be corrected".to_owned(),
        count => format!("{count} memory errors that could not be corrected"),
    };
    if gpu.repair_failed {
        let text = format!("the memory of GPU {at} cannot be repaired any more");
        return Some(
            Fault::new(ids::GPU_MEMORY_ERRORS, text)
                .advise(Advice::say("have the GPU replaced"))
                .advise(Advice::run("see its counters", details())),
        );
    }
    let text = match (gpu.repair_pending, errors.as_str()) {
        (true, "") => format!("GPU {at} waits for a reset to take bad memory out of use"),
        (true, errors) => format!("GPU {at} has {errors}, and waits for a reset to repair itself"),
        (false, errors) => format!("GPU {at} has {errors} since the driver was loaded"),
    };
    Some(
        Fault::new(ids::GPU_MEMORY_ERRORS, text)
            .advise(reset(gpus, &at))
            .advise(Advice::run("see its counters", details())),
    )
}

fn details() -> &'static str {
    "nvidia-smi -q -d ECC,ROW_REMAPPER,PAGE_RETIREMENT"
}

/// nvidia-smi numbers the GPUs in the order of its document.
fn reset(gpus: &[Hardware], at: &str) -> Advice {
    let index = gpus.iter().position(|gpu| address(&gpu.bus_id) == at);
    match index {
        Some(index) => Advice::run(
            "reset it while no program uses it (a cluster with GPUs does), or reboot",
            format!("sudo nvidia-smi -r -i {index}"),
        ),
        None => Advice::run("reboot", "sudo reboot"),
    }
}

/// What the driver itself asks for; without its word (before driver 570) the reports of this boot.
fn wants_reset(gpus: &[Hardware], reports: &[Xid]) -> Option<Fault> {
    if let Some((gpu, wish)) = gpus.iter().find_map(|gpu| {
        let wish = gpu.recovery.as_deref()?;
        (wish != "None").then_some((gpu, wish))
    }) {
        let at = address(&gpu.bus_id);
        let text = format!("the driver asks for `{wish}` to recover GPU {at}");
        let fault = Fault::new(ids::GPU_XID, text).advise(reset(gpus, &at));
        let report = reports.iter().rev().find(|xid| address(&xid.at) == at);
        return Some(match report {
            Some(xid) => fault.with_evidence(&xid.line),
            None => fault,
        });
    }
    let is_well = |xid: &Xid| {
        let at = address(&xid.at);
        let same = gpus.iter().find(|gpu| address(&gpu.bus_id) == at);
        same.is_some_and(|gpu| gpu.recovery.as_deref() == Some("None"))
    };
    let xid = reports
        .iter()
        .find(|xid| meaning(xid.code).0 == Sort::Act && !is_well(xid))?;
    let (at, (_, what)) = (address(&xid.at), meaning(xid.code));
    Some(
        Fault::new(
            reason(xid.code).unwrap_or(ids::GPU_XID),
            format!("GPU {at} reported Xid {}: {what}", xid.code),
        )
        .with_evidence(&xid.line)
        .advise(reset(gpus, &at)),
    )
}

fn headline(gpus: &[Hardware], reports: &[Xid], has_log: bool) -> String {
    let mut parts = Vec::new();
    let hottest = gpus.iter().filter_map(|gpu| gpu.temperature_c).max();
    if gpus.is_empty() {
        parts.push("nvidia-smi does not tell".to_owned());
    } else if gpus.iter().any(|gpu| gpu.uncorrectable.is_some()) {
        parts.push("no memory errors".to_owned());
    } else {
        parts.push("no ECC".to_owned());
    }
    parts.extend(hottest.map(|degrees| format!("{degrees} °C")));
    let programs: u32 = reports
        .iter()
        .filter(|xid| meaning(xid.code).0 == Sort::Program)
        .fold(0, |sum, xid| sum.saturating_add(xid.times));
    parts.push(match (has_log, programs, reports.is_empty()) {
        (false, _, _) => "the kernel log is not for us to read".to_owned(),
        (true, 0, true) => "no Xid since the boot".to_owned(),
        (true, 0, false) => "the Xids since the boot are past".to_owned(),
        (true, 1, _) => "1 Xid of a program since the boot".to_owned(),
        (true, count, _) => format!("{count} Xids of programs since the boot"),
    });
    parts.join(", ")
}
