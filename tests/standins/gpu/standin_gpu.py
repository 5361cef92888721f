"""What the GPU stand-ins that run on the host share: one state, one table.

`$STANDIN_GPU_STATE` is a folder that tests write to while Docker runs:

  table       the GPU table (see tables/); without it $STANDIN_GPUS, else 4xt4
  mode        driver-not-loaded | mismatch | no-devices | no-modeset
  hook-error  text with which the runtime hook refuses, word for word
"""

import os
import pathlib
import shutil
import sys

HERE = pathlib.Path(os.path.realpath(__file__)).parent
CAPABILITIES = ["compat32", "compute", "display", "graphics", "ngx", "utility", "video"]

# libnvidia-container src/error.c: an NVML failure is "nvml error: " and NVML's
# own words in lower case.
NVML = {
    "driver-not-loaded": "initialization error: nvml error: driver not loaded",
    "mismatch": "initialization error: nvml error: driver/library version mismatch",
}


class Refused(Exception):
    """The text that nvidia-container-cli, or the hook, would end with."""


def state_file(name):
    folder = os.environ.get("STANDIN_GPU_STATE")
    path = pathlib.Path(folder, name) if folder else None
    return path.read_text() if path and path.is_file() else ""


def mode():
    return os.environ.get("STANDIN_NVIDIA_SMI") or state_file("mode").strip()


def table():
    """(lines before the first GPU, [lines of each GPU])."""
    chosen = os.environ.get("STANDIN_GPUS", "")
    if chosen:
        text = (pathlib.Path(chosen) if "/" in chosen else HERE / "tables" / chosen).read_text()
    else:
        text = state_file("table") or (HERE / "tables" / "4xt4").read_text()
    head, *gpus = text.split("[gpu]\n")
    return head, ([] if mode() == "no-devices" else gpus)


def selected(gpus, wanted):
    """The GPUs that NVIDIA_VISIBLE_DEVICES names: all, none, or indexes and UUIDs."""
    if wanted in ("all", "none"):
        return gpus if wanted == "all" else []
    chosen = []
    for name in wanted.split(","):
        match = [g for i, g in enumerate(gpus) if name == str(i) or f"uuid={name}\n" in g]
        if not match:
            raise Refused(f"nvidia-container-cli: device error: {name}: unknown device")
        chosen.append(match[0])
    return chosen


def capabilities(env):
    """The driver capabilities asked for; unset means utility,compute."""
    value = env.get("NVIDIA_DRIVER_CAPABILITIES") or "utility,compute"
    asked = CAPABILITIES if "all" in value.split(",") else value.split(",")
    if set(asked) - set(CAPABILITIES):
        raise Refused(
            f"unsupported capabilities found in '{value}' (allowed '{','.join(CAPABILITIES)}')"
        )
    return asked


def refuse_if_told_to(asked):
    """The failures of a real host, in the order in which it would meet them."""
    if shutil.which("nvidia-container-cli") is None:
        raise Refused(
            "couldn't find binary nvidia-container-cli in PATH: "
            'exec: "nvidia-container-cli": executable file not found in $PATH'
        )
    verbatim = state_file("hook-error").rstrip("\n")
    if verbatim:
        raise Refused(verbatim)
    if mode() in NVML:
        raise Refused("nvidia-container-cli: " + NVML[mode()])
    # kubernetes/minikube#20934: compute-only hosts lack this node, and only
    # the display capability (part of "all") asks for it.
    if mode() == "no-modeset" and "display" in asked:
        raise Refused(
            "nvidia-container-cli: mount error: stat failed: "
            "/dev/nvidia-modeset: no such file or directory"
        )


def fail(error):
    # The first line is the hook's log, recorded with toolkit 1.20.
    print("Auto-detected mode as 'legacy'", file=sys.stderr)
    print(error, file=sys.stderr)
    raise SystemExit(1)
