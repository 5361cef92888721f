//! Files of the kernel and of the driver that follow from the hardware, on a machine without faults.

use super::gpu::pci_address;
use super::world::{Driver, World};
use crate::host::UnitState;

/// The kernel that runs.
pub fn kernel(world: &World) -> &'static str {
    if world.identity.os_release.contains("24.04") {
        "6.8.0-60-generic"
    } else {
        "5.15.0-113-generic"
    }
}

/// Puts them there.
pub fn kernel_files(world: &mut World) {
    world.put_dir("/proc/net", 0o555, 0);
    world.put_dir("/run/systemd/system", 0o755, 0);
    // The person is logged in, so their service manager runs.
    let runtime = world.identity.runtime_dir();
    let (uid, socket) = (world.identity.uid, runtime.join("systemd/private"));
    world.put(socket.as_str(), "", 0o600, uid);
    world.put("/proc/sys/net/core/bpf_jit_harden", "0\n", 0o600, 0);
    let filesystems = "nodev\tsysfs\nnodev\tnfsd\n\text4\n";
    world.put("/proc/filesystems", filesystems, 0o444, 0);
    system_files(world);
    pci_bus(world);
    if world.gpus.driver == Driver::NotInstalled || world.gpus.gpus.is_empty() {
        return;
    }
    module_file(world, kernel(world));
    library(world);
    if world.gpus.driver != Driver::NotLoaded {
        loaded(world);
    }
}

fn system_files(world: &mut World) {
    let release = kernel(world);
    let (vendor, product) = match world.gpus.gpus.len() {
        8 => ("Supermicro\n", "SYS-821GE-TNHR\n"),
        1 => ("ASUS\n", "System Product Name\n"),
        _ => ("Google\n", "Google Compute Engine\n"),
    };
    let memory = world.identity.memory_mib * 1024;
    let version = format!("Linux version {release} (buildd@lcy02) (gcc 11.4.0) #123-Ubuntu SMP\n");
    let meminfo = format!(
        "MemTotal:       {memory} kB\nMemFree:        {0} kB\nMemAvailable:   {0} kB\n\
         SwapTotal:             0 kB\n",
        memory / 20 * 19
    );
    for (path, content) in [
        (
            "/proc/sys/kernel/osrelease",
            format!("{release}\n").as_str(),
        ),
        ("/proc/version", &version),
        ("/proc/meminfo", &meminfo),
        ("/proc/sys/kernel/dmesg_restrict", "1\n"),
        ("/proc/sys/net/ipv4/ip_forward", "1\n"),
        ("/proc/sys/fs/inotify/max_user_instances", "128\n"),
        ("/proc/sys/fs/inotify/max_user_watches", "524288\n"),
        (
            "/proc/self/limits",
            "Limit                     Soft Limit           Hard Limit           Units     \n\
             Max open files            1024                 1048576              files     \n",
        ),
        ("/proc/self/mounts", "/dev/sda1 / ext4 rw,relatime 0 0\n"),
        (
            "/proc/net/route",
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
             ens4\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n",
        ),
        (
            "/sys/fs/cgroup/cgroup.controllers",
            "cpuset cpu io memory hugetlb pids rdma misc\n",
        ),
        ("/sys/class/dmi/id/sys_vendor", vendor),
        ("/sys/class/dmi/id/product_name", product),
        ("/sys/module/apparmor/parameters/enabled", "Y\n"),
        // The firmware's variable: four bytes of attributes, then the value.
        (
            "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
            "\u{6}\0\0\0\0",
        ),
    ] {
        world.put(path, content, 0o444, 0);
    }
    let resolv = "nameserver 127.0.0.53\noptions edns0 trust-ad\n";
    world.put("/etc/resolv.conf", resolv, 0o644, 0);
    let messages = format!("[    0.000000] {version}");
    world.put(super::kernel_queries::MESSAGES, &messages, 0o640, 0);
    let modules = format!("/lib/modules/{release}");
    let listed = "kernel/fs/nfsd/nfsd.ko: kernel/fs/lockd/lockd.ko\n";
    world.put(&format!("{modules}/modules.dep"), listed, 0o644, 0);
}

/// A bridge of the chipset, the GPUs, and the switches between eight of them.
fn pci_bus(world: &mut World) {
    device(world, "0000:00:00.0", "0x8086", "0x1237", "0x060000", None);
    let driver = match world.gpus.driver {
        Driver::Ok | Driver::Mismatch => Some("nvidia"),
        Driver::NotInstalled | Driver::NotLoaded => None,
    };
    for gpu in world.gpus.gpus.clone() {
        let (id, class) = match gpu.name.as_str() {
            name if name.contains("H100") => ("0x2330", "0x030200"),
            name if name.contains("4090") => ("0x2684", "0x030000"),
            name if name.contains("V100") => ("0x1db6", "0x030200"),
            _ => ("0x1eb8", "0x030200"),
        };
        let at = pci_address(&gpu.bus_id);
        device(world, &at, "0x10de", id, class, driver);
    }
    if world.gpus.gpus.len() == 8 {
        for slot in 0..4 {
            let at = format!("0000:c{slot}:00.0");
            device(world, &at, "0x10de", "0x22a3", "0x068000", driver);
        }
        let running = UnitState {
            loaded: true,
            enabled: true,
            active: true,
        };
        world
            .units
            .insert("nvidia-fabricmanager".to_owned(), running);
    }
}

fn device(world: &mut World, at: &str, vendor: &str, id: &str, class: &str, driver: Option<&str>) {
    let dir = format!("/sys/bus/pci/devices/{at}");
    for (name, value) in [("vendor", vendor), ("device", id), ("class", class)] {
        world.put(&format!("{dir}/{name}"), &format!("{value}\n"), 0o444, 0);
    }
    bind(world, at, driver);
}

/// Gives a device to a driver, as its `uevent` tells it.
pub fn bind(world: &mut World, at: &str, driver: Option<&str>) {
    let bound = driver.map_or_else(String::new, |driver| format!("DRIVER={driver}\n"));
    let uevent = format!("{bound}PCI_SLOT_NAME={at}\n");
    world.put(
        &format!("/sys/bus/pci/devices/{at}/uevent"),
        &uevent,
        0o644,
        0,
    );
}

/// The module's file for a kernel, as DKMS builds and signs it.
fn module_file(world: &mut World, release: &str) {
    let version = &world.gpus.version;
    let fields = format!(
        "version:        {version}\nlicense:        NVIDIA\nvermagic:       {release} SMP mod_unload modversions\n\
         sig_id:         PKCS#7\nsigner:         alder Secure Boot Module Signature key\n"
    );
    let dir = format!("/lib/modules/{release}");
    world.put(&format!("{dir}/updates/dkms/nvidia.ko"), &fields, 0o644, 0);
    let listed = "kernel/fs/nfsd/nfsd.ko: kernel/fs/lockd/lockd.ko\nupdates/dkms/nvidia.ko:\n";
    world.put(&format!("{dir}/modules.dep"), listed, 0o644, 0);
    let source = format!("/usr/src/nvidia-{}", world.gpus.version);
    world.put_dir("/usr/src", 0o755, 0);
    world.put_dir(&source, 0o755, 0);
}

fn library(world: &mut World) {
    let link = "/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1";
    let version = match world.gpus.driver {
        Driver::Mismatch => super::gpu::NEWER_LIBRARY,
        _ => world.gpus.version.as_str(),
    };
    let real = format!("/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.{version}");
    world.links.insert(link.into(), real.clone().into());
    world.put(link, "", 0o644, 0);
    world.put(&real, "", 0o644, 0);
}

fn loaded(world: &mut World) {
    let version = world.gpus.version.clone();
    world.put(
        "/sys/module/nvidia/version",
        &format!("{version}\n"),
        0o444,
        0,
    );
    let line = format!(
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  {version}  Tue Mar 28 18:02:59 UTC 2023\n"
    );
    world.put("/proc/driver/nvidia/version", &line, 0o444, 0);
    for (index, gpu) in world.gpus.gpus.clone().iter().enumerate() {
        world.put(&format!("/dev/nvidia{index}"), "", 0o666, 0);
        let at = pci_address(&gpu.bus_id);
        let information = format!(
            "Model: \t\t {}\nGPU UUID: \t {}\nBus Location: \t {at}\nDevice Minor: \t {index}\n",
            gpu.name, gpu.uuid
        );
        let path = format!("/proc/driver/nvidia/gpus/{at}/information");
        world.put(&path, &information, 0o444, 0);
    }
    world.put("/dev/nvidiactl", "", 0o666, 0);
    world.put("/dev/nvidia-uvm", "", 0o666, 0);
    if world.gpus.modeset {
        world.put("/dev/nvidia-modeset", "", 0o666, 0);
    }
}
