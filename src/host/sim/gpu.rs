//! GPUs: `nvidia-smi` and what goes wrong when a container wants them.

use super::commands::said;
use super::world::{Driver, World};
use crate::host::Answer;
use crate::host::query::NVIDIA_SMI_FIELDS;
use crate::model::parse_tool_version;
use crate::parse::cdi_spec::{self, Spec};
use crate::parse::nvidia_config;
use camino::Utf8Path;
use semver::Version;

/// Version of the libraries after the upgrade that a machine in mismatch has not rebooted from.
pub const NEWER_LIBRARY: &str = "535.129";

/// `nvidia-smi`; its errors are on standard output and its exit codes are NVML's.
pub fn nvidia_smi(world: &World, args: &[&str]) -> Answer {
    match world.gpus.driver {
        Driver::NotInstalled => return super::programs::not_found("nvidia-smi"),
        Driver::NotLoaded => {
            return said(
                9,
                "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make \
                 sure that the latest NVIDIA driver is installed and running.\n\n",
                "",
            );
        }
        Driver::Mismatch => {
            return said(
                18,
                format!(
                    "Failed to initialize NVML: Driver/library version mismatch\n\
                     NVML library version: {NEWER_LIBRARY}\n"
                ),
                "",
            );
        }
        Driver::Ok => {}
    }
    if world.gpus.gpus.is_empty() {
        return said(6, "No devices were found\n", "");
    }
    if let Some(lost) = world.gpus.gpus.iter().find(|gpu| gpu.health.lost) {
        let at = pci_address(&lost.bus_id);
        let words = "GPU is lost.  Reboot the system to recover this GPU";
        let text = format!("Unable to determine the device handle for GPU {at}: {words}\n\n");
        return said(15, text, "");
    }
    match args {
        ["-q", "-x"] => said(0, super::gpu_xml::everything(world), ""),
        ["-L"] => said(0, list(world), ""),
        [] => said(0, table(world), ""),
        [query, "--format=csv,noheader,nounits"]
            if query.strip_prefix("--query-gpu=") == Some(NVIDIA_SMI_FIELDS) =>
        {
            said(0, csv(world), "")
        }
        _ => said(
            2,
            format!(
                "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n\
                 ({})\n",
                args.join(" ")
            ),
            "",
        ),
    }
}

/// `0000:00:04.0`, as the kernel names it, for NVML's `00000000:00:04.0`.
pub fn pci_address(bus_id: &str) -> String {
    let short = bus_id.strip_prefix("0000").unwrap_or(bus_id);
    short.to_ascii_lowercase()
}

fn list(world: &World) -> String {
    let lines = world.gpus.gpus.iter().enumerate();
    lines
        .map(|(index, gpu)| format!("GPU {index}: {} (UUID: {})\n", gpu.name, gpu.uuid))
        .collect()
}

fn csv(world: &World) -> String {
    let version = &world.gpus.version;
    let lines = world.gpus.gpus.iter().enumerate();
    lines
        .map(|(index, gpu)| {
            format!(
                "{index}, {}, {}, {}, {version}, {}, 0, 0, {}\n",
                gpu.uuid,
                gpu.name,
                gpu.bus_id,
                gpu.memory_mib,
                36 + index
            )
        })
        .collect()
}

fn table(world: &World) -> String {
    let rule = format!("+{}+\n", "-".repeat(89));
    let rows: String = world
        .gpus
        .gpus
        .iter()
        .enumerate()
        .map(|(index, gpu)| {
            format!(
                "|{index:>4}  {:<33}|   {:<20} |       0MiB /{:>7}MiB |\n",
                gpu.name, gpu.bus_id, gpu.memory_mib
            )
        })
        .collect();
    format!(
        "{rule}| NVIDIA-SMI {0:<22} Driver Version: {0:<38} |\n{rule}{rows}{rule}",
        world.gpus.version
    )
}

/// The specification that Docker takes for the GPUs: `/var/run/cdi` goes before `/etc/cdi`.
pub fn cdi_spec(world: &World) -> Option<Spec> {
    ["/var/run/cdi/nvidia.yaml", "/etc/cdi/nvidia.yaml"]
        .iter()
        .find_map(|path| {
            let entry = world.files.get(Utf8Path::new(path))?;
            cdi_spec::spec(entry.content.as_deref()?).ok()
        })
}

/// From 29.2 on Docker maps `--gpus` to CDI where it finds the toolkit's CDI hook and a specification.
fn stale_library(world: &World) -> Option<String> {
    let docker = parse_tool_version(world.docker.version.as_deref()?)?;
    let made_for = cdi_spec(world)?.driver?;
    (docker >= Version::new(29, 2, 0) && made_for != world.gpus.version)
        .then(|| format!("/usr/lib/x86_64-linux-gnu/libcuda.so.{made_for}"))
}

/// The toolkit's hook opens no device for the container, so that NVML finds none.
pub fn without_cgroups(world: &World) -> bool {
    let path = Utf8Path::new("/etc/nvidia-container-runtime/config.toml");
    let text = world
        .files
        .get(path)
        .and_then(|entry| entry.content.as_deref());
    text.is_some_and(|text| nvidia_config::config(text).no_cgroups)
}

/// What dockerd says when a container with `--gpus all` cannot be started; `None` when it can.
/// `all_capabilities`: `NVIDIA_DRIVER_CAPABILITIES=all`, which minikube >= 1.34 sets and which asks
/// for `/dev/nvidia-modeset` too (kubernetes/minikube#20934).
pub fn injection_error(world: &World, all_capabilities: bool) -> Option<String> {
    if !world.docker.hook {
        return Some("could not select device driver \"\" with capabilities: [[gpu]]".to_owned());
    }
    if let Some(library) = stale_library(world) {
        return Some(format!(
            "failed to create task for container: failed to create shim task: OCI runtime create \
             failed: runc create failed: unable to start container process: error during container \
             init: failed to fulfil mount request: open {library}: no such file or directory"
        ));
    }
    let cli = match world.gpus.driver {
        Driver::NotInstalled => {
            "initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object \
             file: no such file or directory"
        }
        Driver::NotLoaded => "initialization error: nvml error: driver not loaded",
        Driver::Mismatch => "initialization error: nvml error: driver/library version mismatch",
        Driver::Ok if world.gpus.gpus.iter().any(|gpu| gpu.health.lost) => {
            "detection error: nvml error: gpu is lost"
        }
        Driver::Ok if all_capabilities && !world.gpus.modeset => {
            "mount error: stat failed: /dev/nvidia-modeset: no such file or directory"
        }
        Driver::Ok => return None,
    };
    Some(format!(
        "failed to create task for container: failed to create shim task: OCI runtime create failed: \
         runc create failed: unable to start container process: error during container init: error \
         running prestart hook #0: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy'\n\
         nvidia-container-cli: {cli}"
    ))
}
