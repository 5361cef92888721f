//! Faults of the machine itself, below Docker.

use super::gpu::pci_address;
use super::kernel_queries::MESSAGES;
use super::machine_hardware::bind;
use super::world::{Driver, World};
use camino::Utf8Path;

/// The machines of which this file knows what is wrong with them.
const KNOWN: &[&str] = &[
    "nouveau",
    "secure-boot",
    "kernel-updated",
    "gpu-lost",
    "ecc-errors",
    "low-inotify",
    "wrong-flavour",
];

/// Whether a machine is one of these.
pub fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

/// Brings the trouble of a machine that is whole so far. Other machines stay as they are.
pub fn bring(name: &str, world: &mut World) {
    match name {
        "nouveau" => {
            unload(world);
            world.put("/sys/module/nouveau/refcnt", "5\n", 0o444, 0);
            for gpu in world.gpus.gpus.clone() {
                bind(world, &pci_address(&gpu.bus_id), Some("nouveau"));
            }
            message(world, "nouveau 0000:00:04.0: NVIDIA TU104 (164000a1)");
        }
        "secure-boot" => {
            unload(world);
            world.put(
                "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
                "\u{6}\0\0\0\u{1}",
                0o644,
                0,
            );
            message(world, "Loading of module with unavailable key is rejected");
        }
        "kernel-updated" => {
            unload(world);
            // The kernel before it still has its module.
            let newer = "5.15.0-119-generic";
            world.put(
                "/proc/sys/kernel/osrelease",
                &format!("{newer}\n"),
                0o444,
                0,
            );
            let listed = "kernel/fs/nfsd/nfsd.ko: kernel/fs/lockd/lockd.ko\n";
            let path = format!("/lib/modules/{newer}/modules.dep");
            world.put(&path, listed, 0o644, 0);
        }
        "gpu-lost" => {
            if let Some(gpu) = world.gpus.gpus.last_mut() {
                gpu.health.lost = true;
                let at = pci_address(&gpu.bus_id);
                let at = at.trim_end_matches(".0").to_owned();
                message(
                    world,
                    &format!(
                        "NVRM: Xid (PCI:{at}): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus."
                    ),
                );
            }
        }
        "ecc-errors" => {
            if let Some(gpu) = world.gpus.gpus.get_mut(1) {
                gpu.health.ecc_uncorrected = 2;
                gpu.health.remap_pending = true;
                let at = pci_address(&gpu.bus_id);
                let at = at.trim_end_matches(".0").to_owned();
                message(
                    world,
                    &format!(
                        "NVRM: Xid (PCI:{at}): 48, pid=4711, name=python3, An uncorrectable double bit error (DBE) has been detected on GPU in the framebuffer at partition 5, subpartition 0."
                    ),
                );
            }
        }
        "wrong-flavour" => {
            for gpu in std::mem::take(&mut world.gpus.gpus) {
                bind(world, &pci_address(&gpu.bus_id), None);
            }
            let gone = |path: &Utf8Path| {
                path.as_str().starts_with("/proc/driver/nvidia/gpus/")
                    || path.as_str().starts_with("/dev/nvidia0")
            };
            world.files.retain(|path, _| !gone(path));
            let version = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.159.04\n";
            world.put("/proc/driver/nvidia/version", version, 0o444, 0);
            for line in [
                "NVRM: The NVIDIA GPU 0000:00:04.0 (PCI ID: 10de:1db6)",
                "NVRM: installed in this system is not supported by open",
                "NVRM: nvidia.ko because it does not include the required GPU",
                "NVRM: System Processor (GSP).",
            ] {
                message(world, line);
            }
        }
        "low-inotify" => {
            let instances = "/proc/sys/fs/inotify/max_user_instances";
            world.put(instances, "16\n", 0o644, 0);
        }
        _ => {}
    }
}

/// The driver is installed, and its module is not loaded.
fn unload(world: &mut World) {
    world.gpus.driver = Driver::NotLoaded;
    let gone = |path: &Utf8Path| {
        ["/sys/module/nvidia", "/proc/driver/nvidia", "/dev/nvidia"]
            .iter()
            .any(|start| path.as_str().starts_with(start))
    };
    world.files.retain(|path, _| !gone(path));
    for gpu in world.gpus.gpus.clone() {
        bind(world, &pci_address(&gpu.bus_id), None);
    }
}

/// A line of the kernel's log.
fn message(world: &mut World, line: &str) {
    let path = Utf8Path::new(MESSAGES);
    if let Some(text) = world
        .files
        .get_mut(path)
        .and_then(|entry| entry.content.as_mut())
    {
        text.push_str(&format!("[  341.512345] {line}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::machines::{build, machines};
    use super::*;

    #[test]
    fn every_trouble_is_a_machine_that_can_be_asked_for() {
        for name in KNOWN {
            assert!(machines().iter().any(|(have, _)| have == name), "{name}");
            assert_ne!(
                build(name).unwrap().files,
                build("4xt4").unwrap().files,
                "{name}"
            );
        }
        assert!(!is_known("4xt4"));
    }
}
