//! `gpu.persistence`, `gpu.mig` and `gpu.fabric`: modes of GPUs that make jobs slow or fail.

use super::pci::{address, bus};
use super::{FABRIC, MIG, PERSISTENCE};
use crate::host::{HostError, Query, Question, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe};
use crate::parse::nvidia_xml::{Hardware, hardware};
use crate::reason::ids;
use crate::steps::Wish;
use crate::steps::checks::check::{Check, not_used};
use crate::steps::look::{failed, tools};
use std::sync::Arc;

const UNIT: &str = "nvidia-fabricmanager";

/// `gpu.persistence`.
pub fn persistence(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        PERSISTENCE,
        "The driver keeps idle GPUs ready",
        |seeing| Box::pin(look_at_persistence(seeing.host)),
    )
    .asks(tools([Query::NvidiaSmiXml]))
}

/// `gpu.mig`.
pub fn mig(wish: &Arc<Wish>) -> Check {
    Check::new(wish, MIG, "Every GPU is whole (no MIG)", |seeing| {
        Box::pin(look_at_mig(seeing.host))
    })
    .asks(tools([Query::NvidiaSmiXml]))
}

/// `gpu.fabric`.
pub fn fabric(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        FABRIC,
        "The GPUs behind NVSwitch have joined their fabric",
        |seeing| Box::pin(look_at_fabric(seeing.host)),
    )
    .asks(vec![
        Question::Tool(Query::NvidiaSmiXml),
        Question::Unit(UNIT.to_owned()),
    ])
}

/// What the driver tells; `None`: it does not answer, which is for other checks to say.
async fn told(host: &dyn ReadHost) -> Result<Option<Vec<Hardware>>, Fault> {
    match host.query(&Query::NvidiaSmiXml).await {
        Ok(answer) => Ok(hardware(&answer.stdout).ok()),
        Err(HostError::NoProgram(_)) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn silent() -> Observation {
    not_used("the driver lists no GPU")
}

/// Numbers of GPUs as nvidia-smi counts them.
fn indexes(gpus: &[Hardware], is: impl Fn(&Hardware) -> bool) -> Vec<String> {
    let numbered = gpus.iter().enumerate().filter(|(_, gpu)| is(gpu));
    numbered.map(|(index, _)| index.to_string()).collect()
}

/// `GPU 3`, `GPUs 0, 3`, or `every GPU`.
fn those(indexes: &[String], of: usize) -> String {
    match indexes {
        [one] => format!("GPU {one}"),
        many if many.len() == of => "every GPU".to_owned(),
        many => format!("GPUs {}", many.join(", ")),
    }
}

async fn look_at_persistence(host: &dyn ReadHost) -> Probe {
    let Some(gpus) = told(host).await? else {
        return Ok(silent());
    };
    let off = indexes(&gpus, |gpu| gpu.persistent == Some(false));
    if off.is_empty() {
        return Ok(Observation::in_place("persistence mode is on"));
    }
    let daemon = match host.unit("nvidia-persistenced").await {
        Ok(unit) if unit.loaded => Advice::run(
            "let its daemon keep it on, over reboots too",
            "sudo systemctl enable --now nvidia-persistenced",
        ),
        _ => Advice::run("switch it on until the next boot", "sudo nvidia-smi -pm 1"),
    };
    let text = format!("persistence mode is off on {}", those(&off, gpus.len()));
    Ok(Observation::in_place("jobs start slowly").warn_of(
        Fault::new(
            ids::GPU_PERSISTENCE_OFF,
            format!("{text}: the driver sets it up anew for every program"),
        )
        .advise(daemon),
    ))
}

async fn look_at_mig(host: &dyn ReadHost) -> Probe {
    let Some(gpus) = told(host).await? else {
        return Ok(silent());
    };
    let on = indexes(&gpus, |gpu| gpu.mig == Some(true));
    let changing = indexes(&gpus, |gpu| gpu.mig != gpu.mig_next);
    let whole = if gpus.iter().all(|gpu| gpu.mig.is_none()) {
        "these GPUs cannot be divided"
    } else {
        "no GPU is divided"
    };
    let mut seen = Observation::in_place(if on.is_empty() {
        whole.to_owned()
    } else {
        format!("{} in MIG mode", those(&on, gpus.len()))
    });
    if !on.is_empty() {
        let text = format!(
            "{} in MIG mode, and the cluster hands it out as a whole",
            those(&on, gpus.len())
        );
        seen = seen.warn_of(Fault::new(ids::GPU_MIG, text).advise(Advice::run(
            "make it whole again while no program uses it",
            format!("sudo nvidia-smi -i {} -mig 0", on.join(",")),
        )));
    }
    if !changing.is_empty() {
        let text = format!(
            "MIG mode of {} changes with the next reset",
            those(&changing, gpus.len())
        );
        seen = seen.warn_of(Fault::new(ids::GPU_MIG, text).advise(Advice::run(
            "reset it while no program uses it",
            format!("sudo nvidia-smi -r -i {}", changing.join(",")),
        )));
    }
    Ok(seen)
}

async fn look_at_fabric(host: &dyn ReadHost) -> Probe {
    let (told, bus, unit) = tokio::join!(told(host), bus(host), host.unit(UNIT));
    let switches = bus.unwrap_or_default().switches.len();
    let Some(gpus) = told? else {
        return Ok(silent());
    };
    let waiting: Vec<String> = gpus
        .iter()
        .filter(|gpu| {
            let state = gpu.fabric.as_deref();
            matches!(state, Some("In Progress" | "Not Started"))
        })
        .map(|gpu| address(&gpu.bus_id))
        .collect();
    let joined = gpus
        .iter()
        .any(|gpu| gpu.fabric.as_deref() == Some("Completed"));
    if switches == 0 && !joined {
        // In a virtual machine the switches belong to its host, and the GPUs tell by themselves.
        return Ok(not_used("there is no NVSwitch"));
    }
    let runs = unit.map(|unit| unit.active).unwrap_or(false);
    if waiting.is_empty() && (joined || runs || switches == 0) {
        return Ok(Observation::in_place(match switches {
            0 => "the GPUs have joined their fabric".to_owned(),
            count => format!("{count} NVSwitches, the GPUs have joined"),
        }));
    }
    let text = match (runs, waiting.is_empty()) {
        (true, _) => format!("GPUs have not joined their fabric: {}", waiting.join(", ")),
        (false, _) => format!("there are {switches} NVSwitches, and {UNIT} does not run"),
    };
    Ok(Observation::needs_human(
        Fault::new(ids::GPU_FABRIC_DOWN, text)
            .advise(Advice::run(
                "start it, and at every boot",
                format!("sudo systemctl enable --now {UNIT}"),
            ))
            .advise(Advice::run(
                "if it does not start, its version must be the driver's",
                format!("journalctl -u {UNIT} -n 30"),
            )),
    ))
}
