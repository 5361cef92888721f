"""The commands that look: version, status, profile list, ip, addons, nodes."""

import json
import os
import sys
import time

import minikube_docker as oci
import minikube_kubeconfig as kubeconfig
import minikube_node as node
import minikube_store as store
from minikube_out import OUT, not_modelled

ADDONS = ("ambassador", "dashboard", "default-storageclass", "ingress", "metrics-server",
          "nvidia-device-plugin", "registry", "storage-provisioner")


def version(flags):
    commit = "c93a4cb9311efc66b90d33ea03f75f2c4120e9b0"
    if flags["short"]:
        print(store.VERSION)
    elif flags["output"] == "json":
        print(json.dumps({"commit": commit, "minikubeVersion": store.VERSION}, separators=(",", ":")))
    elif flags["output"] in ("", "text"):
        print(f"minikube version: {store.VERSION}\ncommit: {commit}")
    else:
        OUT.reason("MK_OUTPUT_USAGE", "error: --output must be 'text', 'yaml' or 'json'")


def must_load(name):
    """The profile's config, or exit 85 with two info lines (mustload.Partial)."""
    config = store.load(name)
    if config is None:
        OUT.info(f'Profile "{name}" not found. Run "minikube profile list" to view all profiles.')
        example(name, "start")
        raise SystemExit(85)
    return config


def example(name, verb):
    suffix = "" if name == "minikube" else f" -p {name}"
    OUT.info(f'To start a cluster, run: "minikube {verb}{suffix}"')


def node_status(name):
    """The status object, or None when the container is gone."""
    host = oci.host_state(name)
    if host is None:
        return None
    status = dict.fromkeys(("Host", "Kubelet", "APIServer", "Kubeconfig"), host)
    if host == "Running":
        wanted = kubeconfig.read(node.folder(name) / "admin.kubeconfig")["clusters"]
        where = wanted[0]["cluster"]["server"] if wanted else None
        status["Kubelet"], status["APIServer"] = node.kubelet(name), node.apiserver(name)
        same = where is not None and kubeconfig.server(name) == where
        status["Kubeconfig"] = "Configured" if same else "Misconfigured"
    return {"Name": name, **status, "Worker": False}


def exit_bits(status):
    bits = 0 if status["Host"] == "Running" else 1
    bits |= 2 if status["Kubelet"] != "Running" or status["APIServer"] != "Running" else 0
    return bits | (4 if status["Kubeconfig"] != "Configured" else 0)


def status(flags):
    OUT.json = flags["output"] == "json"
    if flags["layout"] != "nodes" or flags["format"]:
        not_modelled("status --layout/--format")
    name = flags["profile"]
    must_load(name)
    found = node_status(name)
    if OUT.json:
        # No newline at the end; `null` when the container is gone.
        sys.stdout.write(json.dumps(found, separators=(",", ":")))
    elif found:
        print(name + "\ntype: Control Plane\n" + "".join(
            f"{k.lower()}: {found[k]}\n" for k in ("Host", "Kubelet", "APIServer", "Kubeconfig")))
    if found is None:
        # klog's errors are all that goes to stderr in JSON mode.
        stamp = time.strftime("E%m%d %H:%M:%S.000000")
        print(f'{stamp} {os.getpid():7} status.go:178] status error: host: state: unknown state '
              f'"{name}": docker container inspect {name} --format={{{{.State.Status}}}}: exit status 1\n'
              f"stdout:\n\n\nstderr:\nError response from daemon: No such container: {name}",
              file=sys.stderr)
        # 7 since v1.38.0 (commit cbaaddbf26), 0 before.
        raise SystemExit(7 if store.NUMBER >= (1, 38, 0) else 0)
    raise SystemExit(exit_bits(found))


def profile_status(name):
    found = node_status(name)
    old = store.NUMBER < (1, 35, 0)
    if found is None:
        return "Unknown" if old else ""
    if not old and last_start(name) is not None:
        return last_start(name)
    if found["Host"] != "Running":
        return found["Host"]
    if exit_bits(found) & 2:
        return "Stopped"
    return "Running" if old else "OK"


def last_start(name):
    """What events.json adds to the status for ten minutes (pkg/minikube/cluster/
    status.go): Starting before the last step; "" after a failure, whose exit
    code is taken for a status code. None: nothing."""
    path = store.profile_dir(name) / "events.json"
    if not path.exists() or time.time() - path.stat().st_mtime > 600:
        return None
    word = None
    for line in path.read_text().splitlines():
        data = json.loads(line)["data"]
        if "exitcode" in data:
            word = ""
        elif "currentstep" in data:
            word = None if data["name"] == "Done" else "Starting"
    return word


def profile_list(flags):
    valid, invalid = [], []
    active = store.user_config().get("profile", "minikube")
    current = kubeconfig.read()["current-context"]
    for name in store.profiles():
        try:
            config = store.load(name)
        except (OSError, ValueError):
            config = None
        entry = {"Name": name, "Status": "", "Config": config, "Active": name == active,
                 "ActiveKubeContext": name == current}
        if config:
            entry["Status"] = "Skipped" if flags["light"] else profile_status(name)
            valid.append(entry)
        elif not flags["light"]:
            invalid.append(entry)
    if not flags["light"]:
        invalid += strangers({e["Name"] for e in valid + invalid})
    if flags["output"] == "json":
        sys.stdout.write(json.dumps({"invalid": invalid, "valid": valid}, separators=(",", ":")))
    elif not valid:
        OUT.reason("MK_USAGE", "No minikube profile was found.")
    else:
        for entry in valid:
            print(f"| {entry['Name']} | {entry['Config']['Driver']} | {entry['Status']} |")


def strangers(known):
    """minikube containers of OTHER users on this daemon are listed as invalid."""
    names = oci.docker("ps", "-a", "--filter", "label=" + oci.MINE, "--format", "{{.Names}}",
                       check=False).stdout.split()
    return [{"Name": n, "Status": "", "Config": None, "Active": False, "ActiveKubeContext": False}
            for n in names if n not in known]


def must_run(name):
    config = must_load(name)
    state = oci.host_state(name)
    if state is None:
        OUT.info(f"The control-plane node {name} host does not exist")
    elif state != "Running":
        OUT.info(f"The control-plane node {name} host is not running: state={state}")
    else:
        return config
    example(name, "start")
    raise SystemExit(85 if state is None else 83)


def ip(flags):
    print(must_run(flags["profile"])["Nodes"][0]["IP"])


def node_list(flags):
    config = must_load(flags["profile"])
    print(f"{config['Name']}\t{config['Nodes'][0]['IP']}")


def addons_list(flags):
    """Reads the profile only: no proof that an addon runs."""
    name = flags["profile"]
    config = store.load(name)
    if flags["output"] != "json":
        not_modelled("addons list without -o json")
    on = (config or {}).get("Addons") or {}
    print(json.dumps({a: {"Profile": name, "Status": "enabled" if on.get(a) else "disabled"}
                      if config else {} for a in sorted({*ADDONS, *on})}, separators=(",", ":")))


def logs(flags):
    must_run(flags["profile"])
    print("==> stand-in control plane <==")
    lines = (store.private_dir(flags["profile"]) / "keeper.log").read_text(errors="replace").splitlines()
    print("\n".join(lines[-int(flags["length"]):]))
