//! Reasons that a program on the GPU, or a container with it, names.

use super::Kind;
use crate::reason::{Exit, ids};

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        ids::GPU_DEVICE_PERMISSION,
        Exit::NeedsHuman,
        "this account may not open the GPU's devices",
        "`Insufficient Permissions` of NVML, `open: /dev/nvidiactl: permission denied`: the modes of
`/dev/nvidia*` are narrower than usual (`NVreg_DeviceFileMode`, group `video` or `render`), or
SELinux keeps a container from them.

  ls -lZ /dev/nvidia*
  sudo grep -r NVreg_DeviceFile /etc/modprobe.d
  getenforce",
    )
    .advice(&[
        ("see modes and groups", Some("ls -l /dev/nvidia*")),
        ("join the group that owns them, then log in again", Some("sudo usermod -aG video \"$USER\"")),
        ("for a container under SELinux", Some("docker run --security-opt label=disable --gpus all <image>")),
    ]),
    Kind::new(
        ids::GPU_DEVICES_MISSING,
        Exit::NeedsHuman,
        "device files of the GPU are missing",
        "CUDA needs `/dev/nvidia-uvm` besides `/dev/nvidia0` and `/dev/nvidiactl`. They are made when
somebody with the rights first uses them; after a boot without a display nobody may have. `nvidia-smi`
works without nvidia-uvm, CUDA does not: `CUDA unknown error`, error 999, `cuInit` fails. A CDI
specification with an old device number does the same.

  ls -l /dev/nvidia*
  lsmod | grep nvidia_uvm",
    )
    .advice(&[
        ("load the module and make the device", Some("sudo nvidia-modprobe -u -c=0")),
        ("write the CDI specification anew, where one is used", Some("sudo nvidia-ctk cdi generate --output=/var/run/cdi/nvidia.yaml")),
    ])
    .see("https://github.com/NVIDIA/nvidia-container-toolkit/issues/1743"),
    Kind::new(
        ids::GPU_FABRIC_DOWN,
        Exit::NeedsHuman,
        "the NVSwitch fabric is not up (fabric manager)",
        "Machines with NVSwitch (HGX, DGX: A100, H100, H200, B200) need the service nvidia-fabricmanager
of exactly the driver's version. Without it `nvidia-smi` lists all GPUs and every CUDA program ends
with error 802, `system not yet initialized`.

  systemctl status nvidia-fabricmanager
  nvidia-smi -q | grep -A3 -i fabric       # State: Completed
  cat /sys/module/nvidia/version",
    )
    .advice(&[
        ("start it", Some("sudo systemctl enable --now nvidia-fabricmanager")),
        ("if it fails, install the package of exactly the driver's version", Some("journalctl -u nvidia-fabricmanager -n 30 --no-pager")),
    ])
    .see("https://docs.nvidia.com/datacenter/tesla/fabric-manager-user-guide/"),
    Kind::new(
        ids::GPU_CUDA_TOO_NEW,
        Exit::NeedsHuman,
        "the program's CUDA is newer than the driver",
        "A driver serves CUDA up to the version that `nvidia-smi` shows in its head. Newer ones say
`CUDA driver version is insufficient for CUDA runtime version`, `The NVIDIA driver on your system is
too old`, `unsupported toolchain`; the container toolkit refuses earlier: `unsatisfied condition:
cuda>=12.9`.

  nvidia-smi | grep 'CUDA Version'

Take an image or a build for an older CUDA, or a newer driver. Data center GPUs can use the package
`cuda-compat`.",
    )
    .advice(&[
        ("see what the driver serves", Some("nvidia-smi")),
        ("use an image for that version, or upgrade the driver", None),
    ])
    .see("https://docs.nvidia.com/deploy/cuda-compatibility/"),
    Kind::new(
        ids::GPU_ARCH_UNSUPPORTED,
        Exit::NeedsHuman,
        "the program was not built for this GPU",
        "`no kernel image is available for execution on the device`, `… with CUDA capability sm_120 is not
compatible with the current PyTorch installation`: the build holds code for other generations. New
GPUs need a newer build, old ones an older.

  nvidia-smi --query-gpu=name,compute_cap --format=csv
  python3 -c 'import torch; print(torch.cuda.get_arch_list())'",
    )
    .advice(&[
        ("see the GPU's generation", Some("nvidia-smi --query-gpu=name,compute_cap --format=csv")),
        ("install a build of the program that has it", None),
    ]),
    Kind::new(
        ids::GPU_BUSY,
        Exit::NeedsHuman,
        "the GPU is in use by another process",
        "`all CUDA-capable devices are busy or unavailable` where the compute mode is exclusive and another
process has it; `In use by another client`, `Module nvidia is in use` where a reset, MIG or an unload
needs it idle.

  nvidia-smi
  nvidia-smi --query-gpu=index,compute_mode --format=csv
  sudo fuser -v /dev/nvidia*",
    )
    .advice(&[
        ("see who uses it", Some("sudo fuser -v /dev/nvidia*")),
        ("share it again", Some("sudo nvidia-smi -c DEFAULT")),
    ])
    .retryable(),
    Kind::new(
        ids::GPU_NOT_IN_CONTAINER,
        Exit::NeedsHuman,
        "the container was started without GPUs",
        "Nothing of the driver is inside: `exec: \"nvidia-smi\": executable file not found`, `The NVIDIA
Driver was not detected`, `no CUDA-capable device is detected`, `Found no NVIDIA driver on your
system`. The container lacks `--gpus all` (or a limit of `nvidia.com/gpu` in Kubernetes), or
`NVIDIA_VISIBLE_DEVICES` or `CUDA_VISIBLE_DEVICES` is empty or `void`, or the capabilities leave out
`utility` and `compute`. On a host without a container the same words mean that no driver is there.

  docker run --rm --gpus all ubuntu:24.04 nvidia-smi -L",
    )
    .advice(&[
        ("see whether a container with GPUs works", Some("docker run --rm --gpus all ubuntu:24.04 nvidia-smi -L")),
        ("start the container with `--gpus all`; a pod needs a limit of `nvidia.com/gpu`", None),
    ]),
    Kind::new(
        ids::GPU_CGROUP_LOST,
        Exit::NeedsHuman,
        "the container lost its access to the GPU",
        "`Failed to initialize NVML: Unknown Error` in a container, while the host's `nvidia-smi` works.
If it worked before: `systemctl daemon-reload` (any update of a package does it) made systemd write
the container's device rules anew, without the GPUs that the toolkit's hook had added. If it never
worked: `no-cgroups = true` in `/etc/nvidia-container-runtime/config.toml` with an ordinary daemon.

  grep no-cgroups /etc/nvidia-container-runtime/config.toml
  docker info --format '{{.CgroupDriver}}'

Made anew, the container works until the next reload. It stays away with CDI devices
(`--device nvidia.com/gpu=all`), or with the cgroup driver `cgroupfs`.",
    )
    .advice(&[
        ("make the container anew", Some("docker restart <container>")),
        ("if it never worked, let the toolkit set device rules", Some("sudo nvidia-ctk config --in-place --set nvidia-container-cli.no-cgroups=false")),
    ])
    .see("https://github.com/NVIDIA/nvidia-container-toolkit/issues/1227"),
    Kind::new(
        ids::GPU_HOOK_UNSUPPORTED,
        Exit::NeedsHuman,
        "`--gpus` does not work with this platform's or toolkit's mode",
        "`invoking the NVIDIA Container Runtime Hook directly … is not supported`: on Jetson, and with
`mode = \"cdi\"` in the toolkit's configuration, the runtime has to be used in place of the hook.

  grep -A1 'nvidia-container-runtime]' /etc/nvidia-container-runtime/config.toml
  cat /etc/nv_tegra_release",
    )
    .advice(&[
        ("use the runtime", Some("docker run --rm --runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=all <image>")),
        ("or CDI, which minikube knows as `--gpus nvidia.com`", Some("docker run --rm --device nvidia.com/gpu=all <image>")),
    ]),
    Kind::new(
        ids::GPU_WSL_NO_ADAPTER,
        Exit::NeedsHuman,
        "WSL shows no GPU",
        "`WSL environment detected but no adapters were found`: in WSL the driver is that of Windows, and
it is missing, too old, or WSL 1 is used. Never install a Linux driver inside WSL.

  nvidia-smi.exe
  ls -l /dev/dxg /usr/lib/wsl/lib",
    )
    .advice(&[("install NVIDIA's driver for Windows, then, in Windows", Some("wsl --update && wsl --shutdown"))])
    .see("https://docs.nvidia.com/cuda/wsl-user-guide/"),
    Kind::new(
        ids::GPU_DEVICE_UNKNOWN,
        Exit::NeedsHuman,
        "a GPU was asked for that does not exist",
        "An index or UUID in `--gpus device=…`, `NVIDIA_VISIBLE_DEVICES` or `CUDA_VISIBLE_DEVICES` names
no GPU of this machine: `device error: 7: unknown device`, `invalid device ordinal`. GPUs were moved
or replaced, a MIG instance was destroyed, or the count begins with 0.

  nvidia-smi -L",
    )
    .advice(&[("see what there is", Some("nvidia-smi -L"))]),
    Kind::new(
        ids::GPU_FLAG_INVALID,
        Exit::NeedsHuman,
        "the value of `--gpus` is not understood",
        "A list of devices needs quotes within quotes, or the shell and Docker part it at the comma:
`invalid argument … for \"--gpus\" flag`, `cannot set both Count and DeviceIDs on device request`.",
    )
    .advice(&[("write it so", Some("docker run --rm --gpus '\"device=0,1\"' ubuntu:24.04 nvidia-smi -L"))])
    .see("https://docs.docker.com/reference/cli/docker/container/run/#gpus"),
    Kind::new(
        ids::GPU_PERSISTENCED_SOCKET,
        Exit::NeedsHuman,
        "the socket of nvidia-persistenced is gone",
        "`open /run/nvidia-persistenced/socket: no such file or directory`: the toolkit mounts the socket
of a service that has ended since, often in an unattended update of the driver.

  systemctl status nvidia-persistenced",
    )
    .advice(&[
        ("start it again", Some("sudo systemctl restart nvidia-persistenced")),
        ("after an update of the driver, reboot", Some("sudo reboot")),
    ]),
    Kind::new(
        ids::GPU_LIBRARIES_IN_IMAGE,
        Exit::NeedsHuman,
        "the image holds driver libraries of its own",
        "The toolkit mounts the host's libraries into the container and finds files in their places:
`mount error: file creation failed: …/libnvidia-ml.so.1: file exists`. The image was built, or
committed, in a container with GPUs, or installs a driver.

  docker run --rm --entrypoint sh <image> -c 'ls /usr/lib/x86_64-linux-gnu/libnvidia-ml*'",
    )
    .advice(&[("remove them when the image is built", Some("rm -f /usr/lib/x86_64-linux-gnu/libnvidia-ml.so* /usr/lib/x86_64-linux-gnu/libcuda.so*"))])
    .see("https://github.com/NVIDIA/nvidia-container-toolkit/issues/289"),
    Kind::new(
        ids::GPU_TOOLKIT_CONFIG,
        Exit::NeedsHuman,
        "the container toolkit's configuration does not fit this system",
        "`/etc/nvidia-container-runtime/config.toml` cannot be read, or names a program that is not there:
`ldcache error: open failed: /sbin/ldconfig.real` comes from a file made for Ubuntu on another
distribution.

  cat /etc/nvidia-container-runtime/config.toml",
    )
    .advice(&[
        ("set the linker's cache program (all but Ubuntu)", Some("sudo nvidia-ctk config --in-place --set nvidia-container-cli.ldconfig=@/sbin/ldconfig")),
        ("or write the file anew", Some("sudo nvidia-ctk config default --output=/etc/nvidia-container-runtime/config.toml")),
    ]),
    Kind::new(
        ids::IMAGE_LOGIN_NEEDED,
        Exit::NeedsHuman,
        "the registry wants a login, or refuses this one",
        "`unauthorized: authentication required`, `no basic auth credentials`, `denied: requested access to
the resource is denied`, 401 or 403 from the registry: the image is private, the login has run out,
or this account may not read (or push) it. For nvcr.io the user is `$oauthtoken` and the password an
NGC key. root and you have separate logins; the node of a cluster has none of either.

  docker login <registry>",
    )
    .advice(&[("log in", Some("docker login <registry>"))]),
];
