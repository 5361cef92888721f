//! Opening the world that a request names.

use super::request::World;
use super::state_dir::StateDir;
use crate::config::Settings;
use crate::engine::Options;
use crate::host::overlay::Overlay;
use crate::host::real::{RealHost, RealOptions, Secrets};
use crate::host::sim::{self, FaultRule, Pace, SimHost, SimOptions};
use crate::host::{HostError, Identity, ReadHost, WriteHost};
use crate::model::{Advice, Fault};
use crate::reason::ids;
use std::io::IsTerminal;
use std::sync::Arc;

/// Opens it.
///
/// # Errors
/// `USAGE_UNKNOWN_MACHINE`, `STATE_UNWRITABLE`, `SIMULATED_WORLD_UNREADABLE`.
pub fn open(
    world: &World,
    settings: &Settings,
    state: &StateDir,
) -> Result<Arc<dyn WriteHost>, Fault> {
    match world {
        World::Real => Ok(Arc::new(real_host(settings)?)),
        World::Rehearsal => {
            let host = real_host(settings)?;
            let kubeconfig = settings.layout(&host.identity().data_dir).kubeconfig;
            Ok(Arc::new(Overlay::new(
                Arc::new(host),
                &settings.profile,
                &kubeconfig,
            )))
        }
        World::Simulated(machine) => Ok(Arc::new(simulated(machine, settings, state)?)),
    }
}

/// Opens it for looking only, also where the person has no home: a rehearsal is then this machine
/// as it is.
///
/// # Errors
/// As [`open`].
pub fn open_for_looking(
    world: &World,
    settings: &Settings,
    state: &StateDir,
) -> Result<Arc<dyn WriteHost>, Fault> {
    match world {
        World::Simulated(_) => open(world, settings, state),
        World::Real | World::Rehearsal => {
            let identity = RealHost::read_homeless_identity().map_err(unknown)?;
            Ok(Arc::new(host_of(identity, settings)))
        }
    }
}

fn unknown(error: HostError) -> Fault {
    Fault::new(ids::UNEXPECTED, "cannot tell who and where we are").caused_by(error.to_string())
}

fn real_host(settings: &Settings) -> Result<RealHost, Fault> {
    let identity = RealHost::read_identity().map_err(unknown)?;
    Ok(host_of(identity, settings))
}

fn host_of(identity: Identity, settings: &Settings) -> RealHost {
    let layout = settings.layout(&identity.data_dir);
    let options = RealOptions {
        secrets: Secrets::find(
            &settings.wandb.base_url,
            &identity.home,
            &layout.agent_home.join(".netrc"),
        ),
        kubeconfig: layout.kubeconfig,
        interactive: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
        supervisor_argv: None,
        patience: settings.patience,
    };
    RealHost::of(identity, options)
}

fn simulated(machine: &str, settings: &Settings, state: &StateDir) -> Result<SimHost, Fault> {
    if !sim::machines().iter().any(|(name, _)| *name == machine) {
        let fault = Fault::new(
            ids::USAGE_UNKNOWN_MACHINE,
            format!("there is no simulated machine `{machine}`"),
        );
        return Err(sim::machines().iter().fold(fault, |fault, (name, what)| {
            fault.advise(Advice::say(format!("--simulate={name}: {what}")))
        }));
    }
    state.make()?;
    let options = SimOptions {
        pace: pace()?,
        faults: faults()?,
        profile: settings.profile.clone(),
        entity: settings.wandb.entity.clone(),
        queue: Some(settings.wandb.queue.clone()),
        ..SimOptions::default()
    };
    SimHost::open(state.root(), machine, options)
}

/// Whether a simulated host runs in virtual time.
pub fn is_virtual() -> bool {
    matches!(pace(), Ok(Pace::Virtual))
}

/// `GPUCLUSTER_SIM_PACE`: `virtual`, or how many wall-clock seconds one stated second takes.
fn pace() -> Result<Pace, Fault> {
    let text = std::env::var("GPUCLUSTER_SIM_PACE").unwrap_or_default();
    match text.as_str() {
        "" | "virtual" => Ok(Pace::Virtual),
        number => match number.parse::<f64>() {
            Ok(scale) if scale.is_finite() && scale > 0.0 => Ok(Pace::Scaled(scale)),
            _ => Err(Fault::new(
                ids::CONFIG_INVALID,
                format!(
                    "GPUCLUSTER_SIM_PACE is `{number}`, neither `virtual` nor a number above 0"
                ),
            )),
        },
    }
}

/// `GPUCLUSTER_SIM_FAULT`: faults to inject.
fn faults() -> Result<Vec<FaultRule>, Fault> {
    match std::env::var("GPUCLUSTER_SIM_FAULT") {
        Ok(text) if !text.is_empty() => sim::parse_faults(&text).map_err(|error| {
            Fault::new(
                ids::CONFIG_INVALID,
                format!("GPUCLUSTER_SIM_FAULT: {error}"),
            )
            .caused_by(sim::FAULT_GRAMMAR)
        }),
        _ => Ok(Vec::new()),
    }
}

/// Most steps at once. On a simulated machine `GPUCLUSTER_SIM_WIDTH=1` takes them one after the other,
/// as a person with the tutorial would, so that `scripts/bench` can compare.
pub fn width(world: &World) -> usize {
    let wished = match world {
        World::Simulated(_) => std::env::var("GPUCLUSTER_SIM_WIDTH").ok(),
        World::Real | World::Rehearsal => None,
    };
    wished
        .and_then(|text| text.parse().ok())
        .filter(|width| *width > 0)
        .unwrap_or(Options::default().width)
}
