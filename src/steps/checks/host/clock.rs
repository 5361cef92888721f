//! `host.clock`: the clock is near enough for certificates, and a server keeps it so.

use super::files::word;
use crate::host::{Query, ReadHost};
use crate::model::{Advice, Fault, Observation, Probe, StepId};
use crate::reason::ids;
use crate::steps::checks::check::Check;
use crate::steps::look::tools;
use crate::steps::{Wish, id};
use std::sync::Arc;

/// Before this program existed: 1 January 2026.
const EARLIEST_MS: u64 = 1_767_225_600_000;
/// 1 January 2046: no certificate of today lasts so long.
const LATEST_MS: u64 = 2_398_377_600_000;

/// The check.
pub fn check(wish: &Arc<Wish>) -> Check {
    Check::new(
        wish,
        StepId::new("host.clock"),
        "The clock is right and kept so",
        |seeing| Box::pin(look(seeing.host)),
    )
    .explains(&[id::WANDB, id::CLUSTER])
    .asks(tools([Query::ClockSynchronized]))
}

async fn look(host: &dyn ReadHost) -> Probe {
    let now = host.now_ms();
    if !(EARLIEST_MS..LATEST_MS).contains(&now) {
        let years = 1970 + now / 31_556_952_000;
        let text = format!("the clock says that it is the year {years}");
        return Ok(Observation::needs_human(
            Fault::new(ids::CLOCK_WRONG, text).advise(Advice::run(
                "let a time server set it",
                "sudo timedatectl set-ntp true",
            )),
        ));
    }
    let (told, source) = tokio::join!(
        host.query(&Query::ClockSynchronized),
        word(
            host,
            "/sys/devices/system/clocksource/clocksource0/current_clocksource"
        ),
    );
    let told = told.ok().filter(|answer| answer.ok());
    let synchronized = told.as_ref().and_then(|answer| {
        let words = answer.stdout.trim();
        words.strip_prefix("NTPSynchronized=")
    });
    Ok(match (synchronized, source.as_deref()) {
        (Some("yes"), _) => Observation::in_place("a time server keeps it"),
        // The guest's clock is the host's, and nothing has to keep it.
        (Some("no"), Some("hyperv_clocksource_tsc_page" | "kvm-clock")) => {
            Observation::in_place("the virtual machine's host keeps it")
        }
        (Some("no"), _) => Observation::in_place("plausible").warn_of(
            Fault::new(
                ids::HOST_CLOCK_UNSYNCHRONIZED,
                "systemd knows of no time server that keeps the clock",
            )
            .advise(Advice::run(
                "let one keep it",
                "sudo timedatectl set-ntp true",
            )),
        ),
        _ => Observation::in_place("plausible; nothing here tells whether a time server keeps it"),
    })
}
