//! NVIDIA's devices on the PCI bus, as /sys shows them to everyone.

use super::files::plain;
use crate::host::ReadHost;
use camino::Utf8Path;
use futures::future::join_all;

const BUS: &str = "/sys/bus/pci/devices";

/// A device of NVIDIA's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// `0000:07:00.0`.
    pub at: String,
    /// Number of the product, `0x2330`.
    pub product: String,
    /// Driver that holds it.
    pub driver: Option<String>,
    is_gpu: bool,
    is_bridge: bool,
}

/// Every device of NVIDIA's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bus {
    /// Display controllers (class 03), whatever drives them.
    pub gpus: Vec<Device>,
    /// The switches that link GPUs (NVSwitch).
    pub switches: Vec<Device>,
}

/// Looks at the whole bus. `None`: there is none to look at.
pub async fn bus(host: &dyn ReadHost) -> Option<Bus> {
    let names = host.list_dir(Utf8Path::new(BUS)).await.ok().flatten()?;
    let devices = join_all(names.iter().map(|name| device(host, name))).await;
    let mut bus = Bus::default();
    for device in devices.into_iter().flatten() {
        if device.is_gpu {
            bus.gpus.push(device);
        } else if device.is_bridge && is_switch(&device.product) {
            bus.switches.push(device);
        }
    }
    Some(bus)
}

/// NVSwitches of DGX-2, A100 and H100 machines (pci.ids of pciutils).
/// Chipsets of old mainboards are bridges of NVIDIA's too.
fn is_switch(product: &str) -> bool {
    matches!(product, "0x1ac2" | "0x1af1" | "0x22a3")
}

async fn device(host: &dyn ReadHost, name: &str) -> Option<Device> {
    let dir = Utf8Path::new(BUS).join(name);
    let [vendor, product, class, uevent] =
        ["vendor", "device", "class", "uevent"].map(|file| dir.join(file));
    if host.read_file(&vendor).await.ok().flatten()?.trim() != "0x10de" {
        return None;
    }
    let (product, class, uevent) = tokio::join!(
        host.read_file(&product),
        host.read_file(&class),
        host.read_file(&uevent)
    );
    let class = class.ok().flatten().unwrap_or_default();
    let uevent = uevent.ok().flatten().unwrap_or_default();
    let driver = uevent.lines().find_map(|line| line.strip_prefix("DRIVER="));
    Some(Device {
        at: name.to_owned(),
        product: plain(&product.ok().flatten().unwrap_or_default()),
        driver: driver.map(plain),
        is_gpu: class.trim().starts_with("0x03"),
        is_bridge: class.trim().starts_with("0x0680"),
    })
}

/// `0000:07:00.0` for NVML's `00000000:07:00.0` and for `0000:07:00`.
pub fn address(bus_id: &str) -> String {
    let id = bus_id.trim().to_ascii_lowercase();
    let id = match id.split_once(':') {
        Some((domain, rest)) if domain.len() == 8 => {
            format!("{}:{rest}", domain.strip_prefix("0000").unwrap_or(domain))
        }
        _ => id,
    };
    if id.contains('.') {
        id
    } else {
        format!("{id}.0")
    }
}

/// Addresses in a row.
pub fn named(devices: &[Device]) -> String {
    let names: Vec<&str> = devices.iter().map(|device| device.at.as_str()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bus_id_is_written_as_the_kernel_does() {
        assert_eq!(address("00000000:BA:00.0"), "0000:ba:00.0");
        assert_eq!(address("0000:ba:00"), "0000:ba:00.0");
        assert_eq!(address("00010000:01:00.0"), "00010000:01:00.0");
    }
}
