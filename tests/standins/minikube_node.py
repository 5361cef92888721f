"""The node's Kubernetes: a real control plane, which lives and dies with the
node's container.

$STANDIN_CONTROLPLANE is the binary that tests/controlplane/build prints. In a
real node kubelet and API server run inside the container; here a keeper
process (this file, run as a program) starts the binary on the host and ends it
when the container is no longer running, whoever stopped it.
"""

import os
import pathlib
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

import minikube_docker as oci
import minikube_kubeconfig as kubeconfig
import minikube_store as store

KNOWN_ADDONS = ("nvidia-device-plugin", "storage-provisioner", "default-storageclass")


def folder(name):
    return store.private_dir(name) / "controlplane"


def keeper(name):
    """The keeper's pid, if that very process still runs."""
    try:
        pid, began = (store.private_dir(name) / "keeper").read_text().split()
        return int(pid) if birth(pid) == began else None
    except (OSError, ValueError):
        return None


def birth(pid):
    """Field 22 of /proc/PID/stat tells a process from a later one with its pid."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return "" if fields[0] == "Z" else fields[19]


def stop(name, seconds=60):
    pid = keeper(name)
    if pid is None:
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while keeper(name) is not None:
        if time.monotonic() > deadline:
            os.killpg(pid, signal.SIGKILL)
        time.sleep(0.05)


class StartError(Exception):
    pass


def start(config, addons, seconds):
    """Start (or restart) the control plane and wait until node and API are ready."""
    name = config["Name"]
    binary = os.environ.get("STANDIN_CONTROLPLANE")
    if not binary:
        raise StartError("stand-in: $STANDIN_CONTROLPLANE is not set (see tests/controlplane/build)")
    stop(name)
    place = folder(name)
    place.mkdir(parents=True, exist_ok=True)
    (place / "ready").unlink(missing_ok=True)
    command = [
        binary, "run", "--dir", str(place), "--port", "0", "--context", name, "--node", name,
        "--gpus", str(oci.gpus_in_node(name) if config["GPUs"] else 0),
        "--cpus", str(config["CPUs"] or os.cpu_count()),
        "--memory", f"{config['Memory'] or host_memory()}Mi",
        "--addons", ",".join(a for a in KNOWN_ADDONS if a in addons),
    ]
    with open(store.private_dir(name) / "keeper.log", "ab") as log:
        process = subprocess.Popen(
            [sys.executable, os.path.realpath(__file__), oci.container(name)["Id"], *command],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    (store.private_dir(name) / "keeper").write_text(f"{process.pid} {birth(process.pid)}\n")
    store.count_start(name)
    deadline = time.monotonic() + seconds
    while not (place / "ready").exists():
        if process.poll() is not None:
            tail = (store.private_dir(name) / "keeper.log").read_text(errors="replace")
            raise StartError(f"control plane ended with {process.returncode}: "
                             + " | ".join(tail.splitlines()[-3:]))
        if time.monotonic() > deadline:
            raise StartError("wait 6m0s for node: timed out waiting for the condition")
        time.sleep(0.05)


def host_memory():
    text = pathlib.Path("/proc/meminfo").read_text()
    return int(text.split("MemTotal:")[1].split()[0]) // 1024


def kubelet(name):
    return "Running" if keeper(name) and (folder(name) / "ready").exists() else "Stopped"


def apiserver(name):
    """Asked, not assumed: 200 from /healthz is Running, another answer Error."""
    try:
        admin = kubeconfig.read(folder(name) / "admin.kubeconfig")
        url = admin["clusters"][0]["cluster"]["server"] + "/healthz"
    except (OSError, LookupError, ValueError):
        return "Stopped"
    context = ssl._create_unverified_context()  # identity is not what is asked here
    try:
        with urllib.request.urlopen(url, context=context, timeout=5) as answer:
            return "Running" if answer.status == 200 else "Error"
    except urllib.error.HTTPError:
        return "Error"
    except OSError:
        return "Stopped"


def keep(container, command):
    """Run `command` until it ends, we are told to stop, or the container ends."""
    control = subprocess.Popen(command)
    watch = subprocess.Popen(["docker", "wait", container], stdout=subprocess.DEVNULL)

    def end(*_):
        control.terminate()

    signal.signal(signal.SIGTERM, end)
    while control.poll() is None:
        if watch.poll() is not None:
            end()
        try:
            control.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            pass
    watch.terminate()
    watch.wait()
    return control.returncode


if __name__ == "__main__":
    sys.exit(abs(keep(sys.argv[1], sys.argv[2:])))
