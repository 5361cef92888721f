//! Reasons of the driver's module and of the GPUs' hardware, as the kernel log names them.

use super::Kind;
use crate::reason::{Exit, ids};

const XID: &str = "https://docs.nvidia.com/deploy/xid-errors/";

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::GPU_HELD_BY_OTHER_DRIVER,
        Exit::NeedsHuman,
        "another kernel driver holds the GPU",
        "nouveau, nvidiafb or vfio-pci was there first: `The NVIDIA probe routine was not called`, `obtained
ownership of the NVIDIA device`, `Nouveau kernel driver is currently in use`. nouveau has to be kept
from loading and the initial ramdisk made anew; vfio-pci is bound on purpose, for virtual machines.

  lspci -nnk -d 10de: | grep -A2 -i -e vga -e 3d
  lsmod | grep -e nouveau -e vfio

  Debian, Ubuntu  sudo update-initramfs -u
  RHEL, Fedora    sudo dracut --force
  Arch            sudo mkinitcpio -P",
    )
    .advice(&[
        ("keep nouveau from loading", Some("printf 'blacklist nouveau\\noptions nouveau modeset=0\\n' | sudo tee /etc/modprobe.d/blacklist-nouveau.conf")),
        ("make the initial ramdisk anew (Debian, Ubuntu) and reboot", Some("sudo update-initramfs -u && sudo reboot")),
    ]),
    Kind::new(
        ids::GPU_SECURE_BOOT,
        Exit::NeedsHuman,
        "Secure Boot refuses the NVIDIA module",
        "The firmware boots signed code only and the module's signature is not known to it: `Key was
rejected by service`, `Required key not available`, `Loading of module with unavailable key is
rejected`. Either enrol the key that dkms signed it with (the next boot asks for the password on the
console), or use the distribution's signed modules, or switch Secure Boot off in the firmware.

  mokutil --sb-state
  sudo mokutil --import /var/lib/shim-signed/mok/MOK.der    # Debian: /var/lib/dkms/mok.pub
  sudo reboot",
    )
    .advice(&[
        ("see whether it is on", Some("mokutil --sb-state")),
        ("enrol the key of dkms, then reboot and confirm on the console", Some("sudo mokutil --import /var/lib/shim-signed/mok/MOK.der")),
    ])
    .see("https://wiki.debian.org/SecureBoot#MOK_-_Machine_Owner_Key"),
    Kind::new(
        ids::GPU_MODULE_MISSING,
        Exit::NeedsHuman,
        "the running kernel has no NVIDIA module",
        "`Module nvidia not found in directory /lib/modules/…`: the kernel was updated and no module was
built for it, or the packages were updated and the machine still runs the old kernel. dkms builds it
where the kernel's headers are installed.

  uname -r
  dkms status
  Debian, Ubuntu  sudo apt-get install linux-headers-$(uname -r)
  RHEL, Fedora    sudo dnf install kernel-devel-$(uname -r)",
    )
    .advice(&[
        ("see for which kernels it was built", Some("dkms status")),
        ("install the headers (Debian, Ubuntu)", Some("sudo apt-get install -y linux-headers-$(uname -r)")),
        ("build and load it", Some("sudo dkms autoinstall && sudo modprobe nvidia")),
    ]),
    Kind::new(
        ids::GPU_MODULE_BUILD_FAILED,
        Exit::NeedsHuman,
        "the NVIDIA module could not be built",
        "dkms or NVIDIA's installer tried to compile the module and failed: headers of the running kernel
or a compiler are missing (`Unable to find the kernel source tree`, `gcc: not found`), the compiler
is another than the kernel's, or the driver is older than the kernel knows how to serve.

  dkms status
  cat /var/lib/dkms/nvidia/<version>/build/make.log
  less /var/log/nvidia-installer.log",
    )
    .advice(&[
        ("install headers and compiler (Debian, Ubuntu)", Some("sudo apt-get install -y build-essential linux-headers-$(uname -r)")),
        ("build it again", Some("sudo dkms autoinstall")),
        ("if the compiler reports errors, use a newer driver or an older kernel", None),
    ]),
    Kind::new(
        ids::GPU_DRIVER_UNFIT,
        Exit::NeedsHuman,
        "the driver's branch or flavour does not support this GPU",
        "The kernel log says it: `not supported by open nvidia.ko because it does not include the required
GPU System Processor (GSP)` (Maxwell, Pascal, Volta need the proprietary flavour), `requires use of
the NVIDIA open kernel modules` (Blackwell and newer), `supported through the NVIDIA 470.xx Legacy
drivers`, or `not supported by the NVIDIA … driver release` (the GPU is newer than the driver).
`nvidia-smi` says only `No devices were found`.

  lspci -nn -d 10de:
  cat /proc/driver/nvidia/version
  sudo dmesg | grep NVRM",
    )
    .advice(&[
        ("see what the kernel asks for", Some("sudo dmesg | grep NVRM")),
        ("install the branch and flavour it names, then reboot", None),
    ])
    .see("https://docs.nvidia.com/datacenter/tesla/driver-installation-guide/kernel-modules.html"),
    Kind::new(
        ids::GPU_FIRMWARE_FAILED,
        Exit::NeedsHuman,
        "the GPU's firmware (GSP) failed",
        "The driver works through a processor on the GPU, and that did not boot or does not answer: Xid
119 or 120, `Timeout waiting for RPC from GSP`, `Cannot initialize GSP firmware RM`, `unexpected WPR2
already up`. `nvidia-smi` hangs or lists no device. A reset or a cold boot brings it back; if it
returns, change the driver's version; firmware files that do not fit the module do the same.

  sudo dmesg | grep -i -e xid -e gsp
  ls /lib/firmware/nvidia",
    )
    .advice(&[
        ("reset the GPU while nothing uses it", Some("sudo nvidia-smi --gpu-reset")),
        ("or reboot, from power off if it stays", Some("sudo reboot")),
    ])
    .see(XID),
    Kind::new(
        ids::GPU_INIT_FAILED,
        Exit::NeedsHuman,
        "the driver could not initialise a GPU",
        "`RmInitAdapter failed`: the module is loaded and the GPU did not come up, for a reason that the
lines before it in the kernel log name: power, a seat in the slot, a virtual machine without enough
address space, another instance of the driver, a defect.

  sudo dmesg | grep -B5 -i rminitadapter",
    )
    .advice(&[
        ("read the lines before it", Some("sudo dmesg | grep -B5 -i rminitadapter")),
        ("boot from power off", Some("sudo poweroff")),
    ])
    .see(XID),
    Kind::new(
        ids::GPU_BAR_INVALID,
        Exit::NeedsHuman,
        "the firmware gave the GPU no address space",
        "`This PCI I/O region assigned to your NVIDIA device is invalid: BAR1 is 0M`: the BIOS, or the
virtual machine, has no room for the GPU's memory window. Switch on `Above 4G Decoding` (and
`Resizable BAR`) in the firmware's setup and off `CSM`; for a virtual machine use OVMF and a large
`pci-hole64-size`.

  sudo dmesg | grep -i -e 'bar [0-9]' -e nvrm",
    )
    .advice(&[("let the kernel assign it: add this to the kernel's command line, then reboot", Some("pci=realloc"))]),
    Kind::new(
        ids::GPU_MEMORY_ERRORS,
        Exit::NeedsHuman,
        "the GPU's memory has errors",
        "ECC found errors that it could not correct, or rows wait to be remapped: Xid 48 (double bit), 63
and 64 (row remap recorded, failed), 94 and 95 (contained, uncontained), 92 (many corrected),
`uncorrectable ECC error`. A reset remaps rows that wait; rows that could not be remapped mean a
replacement.

  nvidia-smi --query-gpu=index,ecc.errors.uncorrected.volatile.total --format=csv
  nvidia-smi -q -d ROW_REMAPPER,PAGE_RETIREMENT,ECC",
    )
    .advice(&[
        ("see which rows wait or have failed", Some("nvidia-smi -q -d ROW_REMAPPER")),
        ("reset the GPU while nothing uses it, or reboot", Some("sudo nvidia-smi --gpu-reset")),
    ])
    .see("https://docs.nvidia.com/deploy/a100-gpu-mem-error-mgmt/"),
    Kind::new(
        ids::GPU_NVLINK_ERROR,
        Exit::NeedsHuman,
        "an NVLink or NVSwitch reports errors",
        "Xid 74 and SXid speak of the links between GPUs: a cable, a bridge, a switch or a neighbour that
was reset. Jobs on several GPUs fail in NCCL.

  nvidia-smi nvlink --status
  sudo dmesg | grep -i -e 'xid.*74' -e sxid",
    )
    .advice(&[
        ("see which links are down", Some("nvidia-smi nvlink --status")),
        ("reset all GPUs of the fabric, or reboot", Some("sudo reboot")),
    ])
    .see(XID),
    Kind::new(
        ids::GPU_JOB_FAULT,
        Exit::NeedsHuman,
        "a program on the GPU did something wrong",
        "Xid 13, 31, 43 and 45, `an illegal memory access was encountered`, `device-side assert triggered`:
usually a program read or wrote where it may not, or asserted. The GPU is well, only that program
ends. If different, known programs do this on one GPU only, suspect the hardware.

  CUDA_LAUNCH_BLOCKING=1 <program>
  compute-sanitizer <program>
  sudo dmesg | grep -i xid",
    )
    .advice(&[
        ("find the kernel at fault", Some("compute-sanitizer <program>")),
        ("test the GPU if it happens on one only", Some("dcgmi diag -r 3")),
    ])
    .see(XID),
    Kind::new(
        ids::GPU_INFOROM_CORRUPT,
        Exit::NeedsHuman,
        "the GPU's infoROM is corrupted",
        "`WARNING: infoROM is corrupted at gpu …` (exit code 14 of `nvidia-smi`). The board's store of
counters and settings cannot be read. The GPU computes all the same; programs that take any exit
code but 0 for a failure stumble over it. The maker can flash it, or replaces the board.

  nvidia-smi -q | grep -i -A5 inforom",
    )
    .advice(&[("see which GPU it is", Some("nvidia-smi -q | grep -i -A5 inforom"))])
    .warning()
    .see("https://github.com/NVIDIA/gpu-operator/issues/285"),
    Kind::new(
        ids::GPU_POWER_MISSING,
        Exit::NeedsHuman,
        "the GPU lacks power or is too hot",
        "`GPU does not have the necessary power cables connected`, `external power … not attached`, Xid 54,
or a GPU that shuts itself down by heat. Connect every power socket of the board with a cable of its
own; look at fans and air flow.

  nvidia-smi -q -d POWER,TEMPERATURE,PERFORMANCE",
    )
    .advice(&[("see power and temperature", Some("nvidia-smi -q -d POWER,TEMPERATURE"))]),
];
