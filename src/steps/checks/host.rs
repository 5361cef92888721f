//! The machine below Docker: GPUs, driver, kernel, disks, names and routes.

mod capacity;
mod cgroup;
mod clock;
mod disk;
mod files;
mod firewall;
mod gpu_devices;
mod gpu_health;
mod gpu_libraries;
mod gpu_modes;
mod gpu_module;
mod gpu_pci;
mod gpu_secureboot;
mod kernel;
mod names;
mod os;
mod pci;
mod xid;

use crate::model::StepId;
use crate::step::Step;
use crate::steps::Wish;
use crate::steps::checks::check::Check;
use std::sync::Arc;

const PCI: StepId = StepId::new("gpu.pci");
const MODULE: StepId = StepId::new("gpu.module");
const SECURE_BOOT: StepId = StepId::new("gpu.secureboot");
const LIBRARIES: StepId = StepId::new("gpu.libraries");
const DEVICES: StepId = StepId::new("gpu.devices");
const HEALTH: StepId = StepId::new("gpu.health");
const PERSISTENCE: StepId = StepId::new("gpu.persistence");
const MIG: StepId = StepId::new("gpu.mig");
const FABRIC: StepId = StepId::new("gpu.fabric");

/// The checks of the machine itself, in the order of the stack.
pub fn checks(wish: &Arc<Wish>) -> Vec<Arc<dyn Step>> {
    let all: [Check; 21] = [
        os::check(wish),
        cgroup::check(wish),
        capacity::cpus(wish),
        capacity::memory(wish),
        disk::check(wish),
        kernel::inotify(wish),
        kernel::limits(wish),
        clock::check(wish),
        names::dns(wish),
        names::proxy(wish),
        firewall::check(wish),
        kernel::bpf(wish),
        gpu_pci::check(wish),
        gpu_module::check(wish),
        gpu_secureboot::check(wish),
        gpu_libraries::check(wish),
        gpu_devices::check(wish),
        gpu_health::check(wish),
        gpu_modes::persistence(wish),
        gpu_modes::mig(wish),
        gpu_modes::fabric(wish),
    ];
    all.into_iter()
        .map(|check| Arc::new(check) as Arc<dyn Step>)
        .collect()
}
