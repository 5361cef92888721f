//! Reasons why a GPU that is there is not usable, or not for long.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::GPU_NOUVEAU,
        Exit::NeedsHuman,
        "the nouveau module holds the GPU",
        "nouveau is the kernel's own driver for NVIDIA GPUs. It knows no CUDA, and while it holds the
GPU NVIDIA's driver cannot have it: the kernel log then says `NVRM: The NVIDIA probe routine was
not called for 1 device(s).` and `nvidia-smi` cannot communicate with the driver.

  readlink /sys/bus/pci/devices/<address>/driver
  lsmod | grep nouveau

Keep it from being loaded, make the initial ramdisk anew (nouveau is usually inside) and reboot:

  printf 'blacklist nouveau\\noptions nouveau modeset=0\\n' |
    sudo tee /etc/modprobe.d/blacklist-nouveau.conf

The ramdisk is made by `update-initramfs -u` (Debian, Ubuntu), `dracut --force` (Fedora, RHEL,
SUSE) or `mkinitcpio -P` (Arch).",
    )
    .advice(&[("blacklist nouveau, make the initial ramdisk anew and reboot", None)]),
    Kind::new(
        ids::GPU_VFIO,
        Exit::NeedsHuman,
        "the GPU is set aside for virtual machines",
        "The GPU is bound to `vfio-pci`, which hands it to a virtual machine as a whole; this host's
driver cannot use it meanwhile. It is set up on purpose, by a kernel parameter (`vfio-pci.ids=`), a
file in /etc/modprobe.d, or `driverctl`.

  grep -rs vfio /proc/cmdline /etc/modprobe.d /etc/driverctl.d

If a virtual machine needs it, leave it there and run gpucluster inside that machine.",
    )
    .advice(&[("find out what set it aside", Some("grep -rs vfio /proc/cmdline /etc/modprobe.d"))]),
    Kind::new(
        ids::GPU_MODULE_MISSING,
        Exit::NeedsHuman,
        "there is no NVIDIA module for the running kernel",
        "Kernel modules are built for one kernel each. After an update of the kernel the module has to
be built anew (DKMS does it, if the kernel's headers are there) or installed from the package that
goes with that kernel. Until then `modprobe nvidia` says

  modprobe: FATAL: Module nvidia not found in directory /lib/modules/<release>

See what was built, and for which kernels:

  dkms status
  ls -d /lib/modules/*/updates/dkms /lib/modules/*/kernel/nvidia* 2>/dev/null

Booting the previous kernel, which has its module still, helps at once.",
    )
    .advice(&[("install the kernel's headers, build the module and load it", Some("sudo dkms autoinstall && sudo modprobe nvidia"))]),
    Kind::new(
        ids::GPU_SECURE_BOOT,
        Exit::NeedsHuman,
        "Secure Boot refuses the NVIDIA module",
        "With Secure Boot the kernel loads only modules that are signed with a key the firmware or its
owner trusts. A module built on this machine (DKMS, the `.run` installer) is signed with a key of
its own, or not at all, and that key has to be enrolled once, at the console:

  modprobe: ERROR: could not insert 'nvidia': Key was rejected by service
  kernel: Loading of module with unavailable key is rejected

  mokutil --sb-state
  modinfo -F signer nvidia

Enrol the key that signs the module (`mokutil --import`), reboot, and choose `Enroll MOK` on the
blue screen, with the password typed before. Or use modules that the distribution has signed
(Ubuntu: linux-modules-nvidia-*), or switch Secure Boot off in the firmware.",
    )
    .advice(&[("enrol the key that signs the module, then reboot", None)])
    .see("https://github.com/canonical/nvidia-graphics-drivers/issues/61"),
    Kind::new(
        ids::GPU_DEVICES_DENIED,
        Exit::NeedsHuman,
        "your account may not use the GPU's device files",
        "The files /dev/nvidia* are made with mode 666 unless the driver was told otherwise
(`NVreg_DeviceFileMode`, `NVreg_DeviceFileGID` in /etc/modprobe.d); `nvidia-smi` then fails with
`Insufficient Permissions`, or says `No devices were found. Please make sure /dev/nvidia* files are
readable by current user.`

  ls -l /dev/nvidia*
  grep -r NVreg_DeviceFile /etc/modprobe.d

Join the group that owns them, or take the restriction away.",
    )
    .advice(&[("see who may use them", Some("ls -l /dev/nvidia*"))]),
    Kind::new(
        ids::GPU_DEVICES_MISSING,
        Exit::NeedsHuman,
        "device files of the NVIDIA driver are missing",
        "The module is loaded, and a file that programs speak to it through is not there: nvidiactl and
one nvidiaN for every GPU, made by `nvidia-modprobe` or udev; nvidia-uvm, which CUDA needs. The last
belongs to a module of its own that the first CUDA program on the host loads, or the container
toolkit's hook: after a boot it may not be there yet and nothing is wrong, but a container whose
devices come from a CDI specification cannot start without it.

  sudo nvidia-modprobe -u -c=0
  ls -l /dev/nvidia*",
    )
    .advice(&[("load the module and make them", Some("sudo nvidia-modprobe -u -c=0"))]),
    Kind::new(
        ids::GPU_XID,
        Exit::NeedsHuman,
        "the driver reported an error of a GPU",
        "The NVIDIA driver writes an Xid into the kernel log when a GPU misbehaves:
`NVRM: Xid (PCI:0000:07:00): 48, …`. The number tells whose fault it is:

  13 31 43 45 68 69 109   a program's: a wrong address, a crash, a kill; look at the job
  48 92 94 95 140         memory errors (ECC); 94 ended one program, 48 and 95 want a reset
  63 64                   a bad row of memory was taken out of use (63), or could not be (64)
  61 62 119 120           the GPU's own firmware stopped answering: reset it, or reboot
  74                      NVLink: look at the neighbour GPUs as well; a loose bridge or baseboard
  79                      the GPU has fallen off the bus: power, heat, seat, or the card itself

  sudo dmesg | grep -i xid
  sudo nvidia-smi -r -i <index>      # resets a GPU that no program uses

The kubelet's device plugin takes a GPU with such an error out of service until it is started anew.",
    )
    .advice(&[
        ("read the kernel's own words", Some("sudo dmesg | grep -i xid")),
        ("reboot, or reset the GPU while no program uses it", Some("sudo reboot")),
    ])
    .see("https://docs.nvidia.com/deploy/xid-errors/analyzing-xid-catalog.html"),
    Kind::new(
        ids::GPU_MEMORY_ERRORS,
        Exit::NeedsHuman,
        "a GPU's memory has errors that could not be corrected",
        "ECC found errors of two bits or more; what the program computed with that memory was lost. The
GPU takes the bad row (or, before Ampere, the page) out of use at its next reset, and until then the
same error can come again:

  nvidia-smi -q -d ECC,ROW_REMAPPER,PAGE_RETIREMENT
  sudo nvidia-smi -r -i <index>      # resets a GPU that no program uses

A remapping that failed means that the GPU has no spare rows left: have it replaced.",
    )
    .advice(&[("reset the GPU while no program uses it, or reboot", Some("sudo reboot"))])
    .see("https://docs.nvidia.com/deploy/dynamic-page-retirement/visibility.html"),
    Kind::new(
        ids::GPU_SLOWED,
        Exit::NeedsHuman,
        "a GPU slows down because of heat or of its power supply",
        "The GPU's clocks are held down right now by a thermal slowdown or by the power brake of the
server. It computes correctly and slowly.

  nvidia-smi -q -d PERFORMANCE,TEMPERATURE,POWER

Look at fans, air flow and power supplies. A slowdown by the power cap alone is normal under load
and is not reported here.",
    )
    .advice(&[("see temperatures and limits", Some("nvidia-smi -q -d PERFORMANCE,TEMPERATURE,POWER"))])
    .warning(),
    Kind::new(
        ids::GPU_PERSISTENCE_OFF,
        Exit::NeedsHuman,
        "persistence mode is off",
        "Without persistence mode the driver shuts a GPU down as soon as no program uses it and sets it
up again for the next one, which takes seconds each time: `nvidia-smi`, every container and every
job start slowly, and settings such as power limits are lost.

  nvidia-smi --query-gpu=index,persistence_mode --format=csv

The daemon `nvidia-persistenced`, which comes with the driver, keeps it on over reboots.",
    )
    .advice(&[("switch it on until the next boot", Some("sudo nvidia-smi -pm 1"))])
    .warning(),
    Kind::new(
        ids::GPU_MIG,
        Exit::NeedsHuman,
        "a GPU is divided, and the cluster hands out whole GPUs",
        "In MIG mode (Multi-Instance GPU) a GPU is used through its instances alone. minikube's device
plugin runs with the strategy `none`: it offers the GPU as one whole `nvidia.com/gpu`, and a
program in that container finds no usable device, or only the first instance. A change of the mode
takes effect at the next reset of the GPU.

  nvidia-smi -L
  sudo nvidia-smi -i <index> -mig 0      # whole again; no program may use it meanwhile",
    )
    .advice(&[("make the GPU whole again", Some("sudo nvidia-smi -i <index> -mig 0"))])
    .warning(),
    Kind::new(
        ids::GPU_FABRIC_DOWN,
        Exit::NeedsHuman,
        "the fabric manager does not run",
        "Machines whose GPUs are linked by NVSwitch (HGX, DGX) need NVIDIA's fabric manager, in exactly
the driver's version. Without it `nvidia-smi` looks healthy, and every CUDA program fails with
`system not yet initialized` (error 802).

  systemctl status nvidia-fabricmanager
  nvidia-smi -q | grep -A 3 Fabric

The package is `nvidia-fabricmanager` (with the branch in its name on Ubuntu).",
    )
    .advice(&[("start it, and at every boot", Some("sudo systemctl enable --now nvidia-fabricmanager"))]),
];
