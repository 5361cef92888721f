//! The checks of the machine itself, on simulated machines.

use crate::config::Settings;
use crate::host::ReadHost;
use crate::host::sim::{SimHost, SimOptions, World, build_machine, machines};
use crate::model::{Facts, Observation, Probe, State};
use crate::reason::ids;
use crate::step::Step;
use crate::steps::{StepFlags, catalog, catalog_with_checks};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The checks that are no steps, of this machine below Docker.
fn checks(host: &SimHost) -> Vec<Arc<dyn Step>> {
    let settings = Arc::new(Settings::default());
    let flags = StepFlags::default();
    let steps = catalog(Arc::clone(&settings), flags, host.identity());
    let all = catalog_with_checks(settings, flags, host.identity());
    let is_step = |check: &Arc<dyn Step>| steps.iter().any(|step| step.id() == check.id());
    all.into_iter()
        .filter(|check| !is_step(check))
        .filter(|check| check.id().matches("host") || check.id().matches("gpu"))
        .collect()
}

async fn looked_at(world: World) -> BTreeMap<&'static str, Probe> {
    let host = SimHost::with_world(world, SimOptions::default());
    let mut seen = BTreeMap::new();
    for check in checks(&host) {
        let probe = check.observe(&host, &Facts::default()).await;
        seen.insert(check.id().as_str(), probe);
    }
    seen
}

/// Checks that do not hold, each with its reason.
async fn troubles(world: World) -> Vec<(&'static str, &'static str)> {
    let seen = looked_at(world).await.into_iter();
    seen.filter_map(|(id, probe)| match probe {
        Ok(Observation {
            state: State::InPlace,
            ..
        }) => None,
        Ok(Observation {
            state: State::NeedsHuman(fault),
            ..
        }) => Some((id, fault.reason.as_str())),
        Ok(other) => panic!("{id}: {other:?}"),
        Err(fault) => panic!("{id}: {fault}"),
    })
    .collect()
}

async fn warnings(world: World) -> Vec<(&'static str, &'static str)> {
    let seen = looked_at(world).await.into_iter();
    seen.flat_map(|(id, probe)| {
        let warnings = probe.map(|seen| seen.warnings).unwrap_or_default();
        let reasons = warnings.into_iter().filter_map(|notice| notice.reason);
        reasons.map(move |reason| (id, reason.as_str()))
    })
    .collect()
}

async fn headline(world: World, id: &str) -> String {
    let mut seen = looked_at(world).await;
    match seen.remove(id) {
        Some(Ok(seen)) => seen.headline,
        Some(Err(fault)) => format!("could not look: {}", fault.summary),
        None => panic!("there is no check {id}"),
    }
}

fn machine(name: &str) -> World {
    build_machine(name).unwrap()
}

fn altered(name: &str, path: &str, content: &str) -> World {
    let mut world = machine(name);
    world.put(path, content, 0o644, 0);
    world
}

#[tokio::test(start_paused = true)]
async fn machines_whose_trouble_is_elsewhere_have_none_here() {
    let here = [
        "no-gpu",
        "driver-mismatch",
        "no-modeset",
        "disk-full",
        "nouveau",
        "secure-boot",
        "kernel-updated",
        "gpu-lost",
        "ecc-errors",
        "low-inotify",
        "wrong-flavour",
    ];
    for (name, _) in machines() {
        if !here.contains(name) {
            assert_eq!(troubles(machine(name)).await, [], "{name}");
            assert_eq!(warnings(machine(name)).await, [], "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_trouble_of_the_machine_has_its_own_reason() {
    let cases: [(&str, &[(&str, &str)]); 11] = [
        ("no-gpu", &[("gpu.pci", "GPU_NONE")]),
        (
            "driver-mismatch",
            &[("gpu.libraries", "GPU_DRIVER_MISMATCH")],
        ),
        ("no-modeset", &[("gpu.devices", "GPU_MODESET_MISSING")]),
        ("disk-full", &[("host.disk", "DISK_FULL")]),
        ("nouveau", &[("gpu.module", "GPU_HELD_BY_OTHER_DRIVER")]),
        (
            "secure-boot",
            &[
                ("gpu.module", "GPU_DRIVER_NOT_LOADED"),
                ("gpu.secureboot", "GPU_SECURE_BOOT"),
            ],
        ),
        ("kernel-updated", &[("gpu.module", "GPU_MODULE_MISSING")]),
        (
            "gpu-lost",
            &[("gpu.health", "GPU_LOST"), ("gpu.pci", "GPU_LOST")],
        ),
        ("ecc-errors", &[("gpu.health", "GPU_MEMORY_ERRORS")]),
        ("low-inotify", &[("host.inotify", "INOTIFY_LIMIT")]),
        ("wrong-flavour", &[("gpu.module", "GPU_DRIVER_UNFIT")]),
    ];
    for (name, want) in cases {
        assert_eq!(troubles(machine(name)).await, want, "{name}");
    }
}

/// Of all that is in trouble, steps and checks, exactly one is explained by no other.
#[tokio::test(start_paused = true)]
async fn a_trouble_of_the_machine_explains_every_other_one() {
    for (name, root) in [
        ("no-gpu", "gpu.pci"),
        ("driver-mismatch", "gpu.libraries"),
        ("nouveau", "gpu.module"),
        ("secure-boot", "gpu.secureboot"),
        ("kernel-updated", "gpu.module"),
        ("gpu-lost", "gpu.health"),
        ("ecc-errors", "gpu.health"),
        ("low-inotify", "host.inotify"),
        ("wrong-flavour", "gpu.module"),
        ("disk-full", "host.disk"),
    ] {
        let mut world = machine(name);
        // What this machine lacks besides is no part of this question.
        world.toolkit = Some("1.17.8".to_owned());
        let host = SimHost::with_world(world, SimOptions::default());
        let settings = Arc::new(Settings::default());
        let all = catalog_with_checks(settings, StepFlags::default(), host.identity());
        let mut troubled = Vec::new();
        for step in &all {
            if let Ok(seen) = step.observe(&host, &Facts::default()).await
                && matches!(seen.state, State::NeedsHuman(_))
            {
                troubled.push(step);
            }
        }
        let roots: Vec<&str> = troubled
            .iter()
            .filter(|step| {
                let explained = |other: &&&Arc<dyn Step>| other.explains().contains(&step.id());
                !troubled.iter().any(|other| explained(&other))
            })
            .map(|step| step.id().as_str())
            .collect();
        assert_eq!(roots, [root], "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_gpu_that_the_driver_does_not_list_is_named_by_its_address() {
    let mut world = machine("4xt4");
    world.gpus.gpus.pop();
    assert_eq!(troubles(world.clone()).await, [("gpu.pci", "GPU_LOST")]);
    let seen = looked_at(world).await.remove("gpu.pci").unwrap().unwrap();
    assert!(
        seen.headline.contains("0000:00:07.0 is missing"),
        "{seen:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_gpu_for_virtual_machines_is_left_to_them() {
    let at = "/sys/bus/pci/devices/0000:00:04.0/uevent";
    let world = altered("1xrtx4090", at, "DRIVER=vfio-pci\n");
    let seen = troubles(world).await;
    assert!(
        seen.contains(&("gpu.pci", "GPU_HELD_BY_OTHER_DRIVER")),
        "{seen:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_kernel_of_the_next_boot_without_a_module_is_warned_of() {
    let newer = "/lib/modules/5.15.0-200-generic/modules.dep";
    let world = altered("4xt4", newer, "kernel/fs/nfsd/nfsd.ko:\n");
    assert_eq!(
        warnings(world).await,
        [("gpu.module", "GPU_MODULE_MISSING")]
    );
    let older = "/lib/modules/5.15.0-20-generic/modules.dep";
    let world = altered("4xt4", older, "kernel/fs/nfsd/nfsd.ko:\n");
    assert_eq!(warnings(world).await, []);
}

#[tokio::test(start_paused = true)]
async fn secure_boot_is_not_blamed_for_what_it_lets_in() {
    let mut world = machine("secure-boot");
    world.put("/var/log/dmesg", "[ 1.0] nothing of note\n", 0o640, 0);
    assert_eq!(
        troubles(world.clone()).await,
        [("gpu.module", "GPU_DRIVER_NOT_LOADED")]
    );
    let headline = headline(world, "gpu.secureboot").await;
    assert!(headline.contains("signed by `alder"), "{headline}");
}

#[tokio::test(start_paused = true)]
async fn an_xid_of_a_program_is_no_trouble_of_the_machine() {
    let log = "[ 9.0] NVRM: Xid (PCI:0000:00:04): 31, pid=7, name=python3, Ch 00000008\n\
               [ 9.1] NVRM: Xid (PCI:0000:00:04): 43, pid=7, name=python3, Ch 00000008\n";
    let world = altered("4xt4", "/var/log/dmesg", log);
    assert_eq!(troubles(world.clone()).await, []);
    assert_eq!(warnings(world.clone()).await, []);
    let headline = headline(world, "gpu.health").await;
    assert!(
        headline.ends_with("2 Xids of programs since the boot"),
        "{headline}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_kernel_log_that_is_not_ours_to_read_is_said_and_not_guessed() {
    let mut world = altered("gpu-lost", "/etc/group", "root:x:0:\nubuntu:x:1000:\n");
    let mut seen = looked_at(world.clone()).await;
    let health = seen.remove("gpu.health").unwrap().unwrap_err();
    assert_eq!(health.reason.as_str(), "TOOL_FAILED");
    let pci = seen.remove("gpu.pci").unwrap().unwrap();
    assert!(pci.headline.contains("0000:00:07.0"), "{pci:?}");
    if let Some(gpu) = world.gpus.gpus.last_mut() {
        gpu.health.lost = false;
    }
    let told = headline(world, "gpu.health").await;
    assert!(told.contains("kernel log is not for us to read"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_container_without_gpus_is_told_from_a_machine_without_device_files() {
    let mut world = machine("4xt4");
    world.take("/dev/nvidiactl");
    assert_eq!(
        troubles(world.clone()).await,
        [("gpu.devices", "GPU_DEVICES_MISSING")]
    );
    world.put("/.dockerenv", "", 0o644, 0);
    assert_eq!(
        troubles(world).await,
        [("gpu.devices", "GPU_NOT_IN_CONTAINER")]
    );
}

#[tokio::test(start_paused = true)]
async fn an_old_card_beside_the_ones_that_compute_is_warned_of() {
    let log = "[ 2.2] NVRM: 470.xx Legacy drivers. Please visit https://www.nvidia.com\n";
    let mut world = altered("4xt4", "/var/log/dmesg", log);
    let dir = "/sys/bus/pci/devices/0000:01:00.0";
    for (file, content) in [
        ("vendor", "0x10de"),
        ("device", "0x1287"),
        ("class", "0x030000"),
        ("uevent", "PCI_SLOT_NAME=0000:01:00.0"),
    ] {
        world.put(&format!("{dir}/{file}"), content, 0o444, 0);
    }
    assert_eq!(troubles(world.clone()).await, []);
    assert_eq!(warnings(world).await, [("gpu.module", "GPU_DRIVER_UNFIT")]);
}

/// What a tool or a file may hold in the worst case.
fn hostile() -> [String; 4] {
    [
        String::new(),
        "\u{1b}[2J\u{7}\u{0}é\u{fffd}".repeat(40_000),
        "NVRM: Xid (PCI:\u{1b}[31m): 99999999999999999999,\nDRIVER=\u{1b}]0;x\u{7}\nnameserver \u{1b}c\n"
            .to_owned(),
        "9".repeat(100_000),
    ]
}

#[tokio::test(start_paused = true)]
async fn files_of_any_content_are_looked_at_without_a_panic_and_shown_without_control_characters() {
    for content in hostile() {
        for name in ["4xt4", "nouveau", "secure-boot", "kernel-updated"] {
            let mut world = machine(name);
            let files = world.files.iter_mut();
            for (_, entry) in files.filter(|(path, _)| !path.starts_with("/etc/group")) {
                if entry.content.is_some() && !content.is_empty() {
                    entry.content = Some(content.clone());
                }
            }
            for (id, probe) in looked_at(world).await {
                let told = match probe {
                    Ok(seen) => seen.headline,
                    Err(fault) => fault.summary,
                };
                assert!(!told.contains(char::is_control), "{name} {id}: {told:?}");
                assert!(told.len() < 2_000, "{name} {id}: {} bytes", told.len());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn modes_of_gpus_are_warned_of() {
    let mut world = machine("8xh100");
    world.units.remove("nvidia-fabricmanager");
    assert_eq!(
        troubles(world).await,
        [],
        "the GPUs say that they have joined"
    );
    let closed = {
        let mut world = machine("4xt4");
        world.put("/dev/nvidia0", "", 0o660, 0);
        world
    };
    assert_eq!(
        troubles(closed).await,
        [("gpu.devices", "GPU_DEVICE_PERMISSION")]
    );
    let mut world = machine("4xt4");
    world.take("/dev/nvidia-uvm");
    assert_eq!(
        warnings(world).await,
        [("gpu.devices", "GPU_DEVICES_MISSING")]
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_machine_lacks_for_a_cluster_is_told_by_its_measure() {
    let mut small = machine("4xt4");
    small.identity.cpus = 1;
    small.put(
        "/proc/meminfo",
        "MemTotal: 1024000 kB\nMemAvailable: 900000 kB\n",
        0o444,
        0,
    );
    assert_eq!(
        troubles(small).await,
        [
            ("host.cpus", "MINIKUBE_RESOURCES"),
            ("host.memory", "MINIKUBE_RESOURCES")
        ]
    );
    let few = altered(
        "4xt4",
        "/sys/fs/cgroup/cgroup.controllers",
        "cpuset cpu io pids\n",
    );
    assert_eq!(
        troubles(few).await,
        [("host.cgroup", "HOST_CGROUP_CONTROLLERS")]
    );
    let closed = altered("4xt4", "/proc/sys/net/ipv4/ip_forward", "0\n");
    assert_eq!(
        warnings(closed).await,
        [("host.firewall", "HOST_FORWARDING_OFF")]
    );
    let mut early = machine("4xt4");
    early.epoch_ms = 86_400_000;
    assert_eq!(troubles(early).await, [("host.clock", "CLOCK_WRONG")]);
}

#[tokio::test(start_paused = true)]
async fn a_machine_without_a_network_is_not_blamed_for_it() {
    let mut world = altered("4xt4", "/proc/net/route", "Iface\tDestination\n");
    world.take("/etc/resolv.conf");
    let told = headline(world.clone(), "host.dns").await;
    assert!(
        told.starts_with("could not look: this machine has no way"),
        "{told}"
    );
    let mut world = machine("4xt4");
    world.take("/etc/resolv.conf");
    let fault = looked_at(world)
        .await
        .remove("host.dns")
        .unwrap()
        .unwrap_err();
    assert_eq!(fault.reason, ids::NAME_RESOLUTION_FAILED);
    assert_eq!(fault.causes, ["/etc/resolv.conf names no server"]);
}

#[tokio::test(start_paused = true)]
async fn a_check_needs_nothing_and_plans_nothing() {
    for check in checks(&SimHost::in_memory("4xt4").unwrap()) {
        let plan = check.plan(&Observation::in_place(""), &Facts::default());
        assert_eq!(plan.unwrap(), [], "{}", check.id());
        assert!(check.forecast().is_empty(), "{}", check.id());
        assert!(check.needs().is_empty(), "{}", check.id());
        assert!(!check.title().ends_with('.'), "{}", check.id());
    }
}
