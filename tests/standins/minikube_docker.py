"""The node: a real container on a real network, made as minikube makes them.

Differences from the real node: no kicbase image, no systemd inside, and not
`--privileged` on hosts that cannot give that. Labels, names, volume,
network, address, ports and the GPU arguments are minikube's
(pkg/drivers/kic/oci/{oci,network_create}.go).
"""

import ipaddress
import json
import pathlib
import re
import subprocess

import minikube_store as store

MINE = "created_by.minikube.sigs.k8s.io=true"


class RunError(Exception):
    """A docker command failed; the text is minikube's RunResult."""


def docker(*arguments, check=True, timeout=120):
    command = ["docker", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=timeout,
                            stdin=subprocess.DEVNULL)
    if check and result.returncode:
        raise RunError(f"{' '.join(command)}: exit status {result.returncode}\n"
                       f"stdout:\n{result.stdout}\nstderr:\n{result.stderr}")
    return result


def label(name):
    return f"name.minikube.sigs.k8s.io={name}"


def container(name):
    """`docker inspect` of the node, or None."""
    result = docker("container", "inspect", name, check=False)
    return json.loads(result.stdout)[0] if result.returncode == 0 else None


def host_state(name):
    """libmachine's word for the container, or None if there is none."""
    found = container(name)
    if found is None:
        return None
    return {"running": "Running", "paused": "Paused", "restarting": "Starting",
            "created": "Stopped", "exited": "Stopped"}.get(found["State"]["Status"], "Error")


def local_addresses():
    """Addresses of this host's interfaces. Routes (a VPN's) are not looked at,
    as in minikube's pkg/network/network.go."""
    text = pathlib.Path("/proc/net/fib_trie").read_text()
    return {ipaddress.ip_address(a) for a in re.findall(r"-- (\S+)\n\s+/32 host LOCAL", text)}


def ensure_network(name, subnet=""):
    """The network's (gateway, node address); an existing one is reused."""
    found = docker("network", "inspect", name, check=False)
    if found.returncode:
        create_network(name, subnet)
        found = docker("network", "inspect", name)
    pool = json.loads(found.stdout)[0]["IPAM"]["Config"][0]
    net = ipaddress.ip_network(pool["Subnet"])
    return pool.get("Gateway", str(net[1])), str(net[2])


def create_network(name, subnet):
    wanted = ipaddress.ip_network(subnet if "/" in subnet else subnet + "/24") if subnet else None
    nets = [wanted] if wanted else [
        ipaddress.ip_network(f"192.168.{49 + 9 * i}.0/24") for i in range(20)]
    tried, error = 0, RunError("no free private network subnets found")
    for net in nets:
        if not wanted and any(a in net for a in local_addresses()):
            continue
        tried += 1
        if tried > 5:
            break
        try:
            docker("network", "create", "--driver=bridge", f"--subnet={net}",
                   f"--gateway={net[1]}", "-o", "--ip-masq", "-o", "--icc",
                   "-o", "com.docker.network.driver.mtu=1500",
                   "--label=" + MINE, "--label=" + label(name), name)
            return
        except RunError as failure:
            error = failure
    raise error


def gpu_arguments(gpus):
    if gpus in ("all", "nvidia"):
        # The capabilities came with v1.34.0 (#19345) and brought #20934.
        caps = ["--env", "NVIDIA_DRIVER_CAPABILITIES=all"] if store.NUMBER >= (1, 34, 0) else []
        return ["--gpus", "all", *caps]
    if gpus == "nvidia.com":
        return ["--device", "nvidia.com/gpu=all"]
    if gpus == "amd":
        return ["--device", "/dev/kfd", "--device", "/dev/dri"]
    return []


def privileged():
    """As the real node is (pkg/drivers/kic/oci/oci.go), where this machine has every capability to give."""
    with open("/proc/1/status") as status:
        bounds = next(int(line.split()[1], 16) for line in status if line.startswith("CapBnd"))
    with open("/proc/sys/kernel/cap_last_cap") as last:
        return ["--privileged"] if bounds + 1 >= 2 << int(last.read()) else []


def create_node(config):
    """Network, volume and container. Returns the node's address."""
    name = config["Name"]
    found = container(name)
    if found is not None:
        if (found["Config"]["Labels"] or {}).get("created_by.minikube.sigs.k8s.io") != "true":
            raise RunError(f'Conflict. The container name "/{name}" is already in use')
        # Name theft: whoever's it was (pkg/drivers/kic/kic.go, Create).
        docker("rm", "-f", "-v", name)
    _, address = ensure_network(name, config["Subnet"])
    docker("volume", "create", name, "--label", label(name), "--label", MINE)
    memory = [f"--memory={config['Memory']}mb"] if config["Memory"] else []
    docker("run", "-d", "-t", *privileged(), "--tmpfs", "/tmp", "--tmpfs", "/run", "--hostname", name,
           "--name", name, "--label", MINE, "--label", label(name),
           "--label", "role.minikube.sigs.k8s.io=", "--label", f"mode.minikube.sigs.k8s.io={name}",
           "--network", name, "--ip", address, "--volume", f"{name}:/var",
           *gpu_arguments(config["GPUs"]), *memory, "-e", "container=docker",
           "--expose", "8443", *(f"--publish=127.0.0.1::{p}" for p in (8443, 22, 2376, 5000, 32443)),
           config["KicBaseImage"],
           # PID 1 ignores signals without a handler; a real node ends on SIGTERM.
           "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done")
    return address


def gpus_in_node(name):
    """What nvidia-smi shows inside: the device plugin would see no more."""
    result = docker("exec", name, "nvidia-smi", "-L", check=False)
    lines = result.stdout.splitlines() if result.returncode == 0 else []
    return sum(line.startswith("GPU ") for line in lines)


def remove_container(name):
    """What recreating does (pkg/drivers/kic/kic.go, Remove): the container and
    the network go, the volume with the cluster's data stays."""
    for found in docker("ps", "-aq", "--filter", "label=" + label(name), check=False).stdout.split():
        docker("rm", "-f", "-v", found, check=False)
    delete_network(name)


def has_volume(name):
    return docker("volume", "inspect", name, check=False).returncode == 0


def delete_node(name):
    """What `delete` removes: the volume, and all data on it, too."""
    remove_container(name)
    for volume in docker("volume", "ls", "-q", "--filter", "label=" + label(name),
                         check=False).stdout.split():
        docker("volume", "rm", "-f", volume, check=False)


def delete_network(name):
    """Only one of ours: the label is asked for."""
    for found in docker("network", "ls", "-q", "--filter", "label=" + label(name),
                        check=False).stdout.split():
        docker("network", "rm", found, check=False)
