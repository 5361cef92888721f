"""What `minikube start` checks of its flags: sizes, --gpus, the runtime.

Nothing about GPUs is checked on the host: no driver, no toolkit, no device
(cmd/minikube/cmd/start.go, validateGPUs). Those failures come from docker run.
"""

import os
import re

import minikube_store as store
from minikube_out import OUT


def validate(flags, existing, host_memory):
    """(memory in MB, CPUs, container runtime); 0 means no limit."""
    memory, cpus = sizes(flags, host_memory)
    runtime = flags["container-runtime"]
    default = "containerd" if store.NUMBER >= (1, 39, 0) else "docker"
    # Flag, environment or config: not what an existing profile has stored.
    gpu_flag(flags, runtime or default)
    if not runtime and (1, 38, 0) <= store.NUMBER < (1, 39, 0) and not existing:
        OUT.warning('Starting v1.39.0, minikube will default to "containerd" container runtime. '
                    "See #21973 for more info.")
    return memory, cpus, runtime or default


def gpu_flag(flags, runtime):
    gpus = flags["gpus"]
    if "gpus" not in flags.given or gpus == "":
        return
    allowed, text = ["all", "nvidia"], '"nvidia" or "all"'
    if store.NUMBER >= (1, 35, 0):
        allowed, text = [*allowed, "amd"], '"nvidia", "amd" or "all"'
    if store.NUMBER >= (1, 37, 0):
        allowed, text = [*allowed, "nvidia.com"], '"nvidia", "nvidia.com", "amd" or "all"'
    if gpus not in allowed:
        OUT.reason("MK_USAGE", f"The gpus flag must be passed a value of {text}")
    if flags["driver"] != "docker" or runtime != "docker":
        OUT.reason("MK_USAGE", "The gpus flag can only be used with the docker driver "
                   "and docker container-runtime")


def sizes(flags, host_memory):
    force = flags["force"]
    cpus_text, host_cpus = flags["cpus"], os.cpu_count()
    cpus = {"no-limit": 0, "max": host_cpus}.get(cpus_text)
    if cpus is None:
        if not cpus_text.isdigit():
            OUT.reason("MK_USAGE", f'Invalid CPUs value "{cpus_text}"')
        cpus = int(cpus_text)
        if cpus < 2:
            OUT.reason("RSRC_INSUFFICIENT_CORES", f"Requested cpu count {cpus} is less than the "
                       "minimum allowed of 2", fatal=not force)
        if cpus > host_cpus:
            OUT.reason("RSRC_INSUFFICIENT_CORES", f"Requested cpu count {cpus} is greater than "
                       f"the available cpus of {host_cpus}", fatal=not force)
    return megabytes(flags["memory"], host_memory, force), cpus


def megabytes(text, host_memory, force):
    if text == "":
        return min(max(host_memory // 4 // 100 * 100, 3072), host_memory)
    if text in ("no-limit", "max"):
        return 0 if text == "no-limit" else host_memory - 48
    match = re.fullmatch(r"(\d+)(k|m|g|)b?", text.lower())
    if not match:
        OUT.reason("MK_USAGE", f"Unable to parse memory '{text}': invalid size: '{text}'")
    number, unit = int(match.group(1)), match.group(2)
    memory = number // 1024 if unit == "k" else number * (1024 if unit == "g" else 1)
    if memory < 1800:
        OUT.reason("RSRC_INSUFFICIENT_REQ_MEMORY", f"Requested memory allocation {memory}MiB is "
                   "less than the usable minimum of 1800MB", fatal=not force)
    if memory > host_memory:
        OUT.reason("RSRC_OVER_ALLOC_MEM", f"Requested memory allocation {memory}MB is more than "
                   f"your system limit {host_memory}MB.", fatal=not force)
    return memory
