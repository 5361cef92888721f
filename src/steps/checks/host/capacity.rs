//! `host.cpus` and `host.memory`: there is enough of both for a cluster.

use super::files::text;
use crate::host::ReadHost;
use crate::model::{Advice, Fault, Observation, Probe, StepId};
use crate::parse::meminfo;
use crate::reason::ids;
use crate::steps::checks::check::Check;
use crate::steps::{Wish, id};
use std::sync::Arc;

/// minikube's own least for Kubernetes (RSRC_INSUFFICIENT_CORES, exit 29).
const LEAST_CPUS: u32 = 2;
/// minikube's own least (`minUsableMem`), in MiB.
const LEAST_MEMORY: u64 = 1800;
/// What the control plane and the agent take in practice, in MiB, before any job.
const COMFORTABLE: u64 = 4096;

/// `host.cpus`.
pub fn cpus(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        StepId::new("host.cpus"),
        "There are CPUs enough for a cluster",
        |seeing| Box::pin(std::future::ready(Ok(look_at_cpus(seeing.wish)))),
    )
    .explains(&[id::CLUSTER])
}

/// `host.memory`.
pub fn memory(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        StepId::new("host.memory"),
        "There is memory enough for a cluster",
        |seeing| Box::pin(look_at_memory(seeing.host)),
    )
    .explains(&[id::CLUSTER])
}

fn look_at_cpus(wish: &Wish) -> Observation {
    let have = wish.identity.cpus;
    if have < LEAST_CPUS {
        let text = format!("there is {have} CPU, and Kubernetes wants {LEAST_CPUS}");
        return Observation::needs_human(
            Fault::new(ids::MINIKUBE_RESOURCES, text)
                .advise(Advice::say("give the machine more CPUs")),
        );
    }
    Observation::in_place(format!("{have} CPUs"))
}

async fn look_at_memory(host: &dyn ReadHost) -> Probe {
    let memory = text(host, "/proc/meminfo").await;
    let Some(memory) = memory.as_deref().and_then(meminfo::memory) else {
        return Err(Fault::new(
            ids::TOOL_OUTPUT_UNREADABLE,
            "/proc/meminfo does not tell how much memory there is",
        ));
    };
    if memory.total < LEAST_MEMORY {
        let text = format!(
            "the machine has {} MiB of memory, and minikube wants {LEAST_MEMORY}",
            memory.total
        );
        return Ok(Observation::needs_human(
            Fault::new(ids::MINIKUBE_RESOURCES, text)
                .advise(Advice::say("give the machine more memory")),
        ));
    }
    let of = |mib: u64| format!("{:.0}", mib as f64 / 1024.0);
    let text = format!("{} of {} GiB free", of(memory.available), of(memory.total));
    let seen = Observation::in_place(&text);
    // A cluster that runs has its memory already, so little that is free is no failure.
    Ok(if memory.available < COMFORTABLE.min(memory.total / 4) {
        seen.warn_of(
            Fault::new(
                ids::MINIKUBE_RESOURCES,
                format!("only {} MiB of memory are free", memory.available),
            )
            .advise(Advice::run(
                "see who has it",
                "ps -eo rss,user,comm --sort=-rss | head",
            )),
        )
    } else {
        seen
    })
}
