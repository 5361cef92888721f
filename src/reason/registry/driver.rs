//! Reasons of the NVIDIA driver and of the GPUs themselves.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::GPU_NONE,
        Exit::NeedsHuman,
        "no NVIDIA GPU was found",
        "No PCI device of vendor 10de and class 03 is there, or the driver is loaded and lists none
(`No devices were found`). In a virtual machine the GPU has to be passed through; on a cloud the
instance type decides. A driver that does not know the GPU lists none as well: open modules need
Turing or newer, the proprietary ones still know Maxwell to Volta.

  lspci -nn -d 10de:
  sudo dmesg | grep -i nvrm",
    )
    .advice(&[("see what the PCI bus holds", Some("lspci -nn -d 10de:"))]),
    Kind::new(
        ids::GPU_DRIVER_NOT_INSTALLED,
        Exit::NeedsHuman,
        "the NVIDIA driver is not installed",
        "There is neither `nvidia-smi` nor `/proc/driver/nvidia`. gpucluster does not install drivers:
it takes a reboot, and with Secure Boot a key to enrol.

  Ubuntu      sudo ubuntu-drivers install --gpgpu
  Debian      nvidia-driver firmware-misc-nonfree (contrib non-free non-free-firmware)
  RHEL 8, 9   dnf module enable nvidia-driver:open-dkms && dnf install nvidia-open
  Fedora      dnf install nvidia-open

Do not mix packages with NVIDIA's `.run` installer (`/usr/bin/nvidia-uninstall` gives it away).
Then reboot.",
    )
    .advice(&[("install the driver of this distribution, then reboot", None)]),
    Kind::new(
        ids::GPU_DRIVER_NOT_LOADED,
        Exit::NeedsHuman,
        "the NVIDIA kernel module is not loaded",
        "The driver's programs are there and its module is not (`nvidia-smi` exit 9, `couldn't
communicate with the NVIDIA driver`). Causes:

  a new kernel   without a module built for it: `Module nvidia not found in directory`;
                 install the kernel's headers, sudo dkms autoinstall, reboot
  nouveau        holds the GPU: blacklist it, rebuild the initial ramdisk, reboot
  Secure Boot    refuses an unsigned module: `Key was rejected by service`; enrol the key
                 with mokutil, or use the distribution's signed modules

  sudo modprobe nvidia
  sudo dmesg | grep -i nvrm
  dkms status; mokutil --sb-state",
    )
    .advice(&[
        ("load it, and read what the kernel says if that fails", Some("sudo modprobe nvidia")),
        ("after an update of the kernel, reboot", Some("sudo reboot")),
    ]),
    Kind::new(
        ids::GPU_DRIVER_MISMATCH,
        Exit::NeedsHuman,
        "the driver's libraries and its kernel module have different versions",
        "The driver was upgraded and the old module is still loaded (`Failed to initialize NVML:
Driver/library version mismatch`, exit 18). Often unattended upgrades did it.

  cat /sys/module/nvidia/version
  readlink -f /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1

A reboot mends it. A cluster made before the upgrade keeps mounts of the old library versions and
has to be made anew afterwards: `gpucluster up --recreate-cluster`.",
    )
    .advice(&[("reboot", Some("sudo reboot"))])
    .see("https://github.com/NVIDIA/nvidia-container-toolkit/issues/394"),
    Kind::new(
        ids::GPU_LIBRARY_MISSING,
        Exit::NeedsHuman,
        "the driver's libraries are missing",
        "`libnvidia-ml.so.1` cannot be found: by `nvidia-smi` on the host (exit 12), or by the container
toolkit (`load library failed`, `ERROR_LIBRARY_NOT_FOUND`). The driver is installed in part, or
Docker is confined and does not see the host's libraries (snap, Docker Desktop).

  ldconfig -p | grep libnvidia-ml",
    )
    .advice(&[("reinstall the driver's packages, then refresh the cache of libraries", Some("sudo ldconfig"))])
    .see("https://github.com/NVIDIA/nvidia-container-toolkit/issues/154"),
    Kind::new(
        ids::GPU_LOST,
        Exit::NeedsHuman,
        "a GPU does not answer any more",
        "The GPU has fallen off the bus (Xid 79), needs a reset, or its handle cannot be determined.
The kernel log has the Xid:

  sudo dmesg | grep -i xid

Xid 48, 63, 64, 94 and 95 speak of memory errors, 74 of NVLink, 119 and 120 of the GPU's firmware.
A reboot often brings it back; a GPU that falls off again wants its power and seat looked at, or a
replacement.",
    )
    .advice(&[
        ("see what the kernel says about it", Some("sudo dmesg | grep -i xid")),
        ("reboot", Some("sudo reboot")),
    ]),
    Kind::new(
        ids::GPU_QUERY_FAILED,
        Exit::NeedsHuman,
        "`nvidia-smi` failed",
        "The list of GPUs could not be read, and not for one of the known causes. `nvidia-smi` prints
its errors on standard output; its exit code is NVML's: 2 bad argument (a field this driver does
not know), 4 insufficient permissions, 10 timeout, 14 infoROM corrupted (a warning only), 255
anything else.

Insufficient permissions come from the modes of `/dev/nvidia*` or from SELinux.",
    )
    .advice(&[("see its own words", Some("nvidia-smi"))])
    .retryable(),
];
