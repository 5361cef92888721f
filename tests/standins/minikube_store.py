"""What minikube keeps on disk, and the version that this stand-in plays.

$MINIKUBE_HOME=/x means /x/.minikube unless it already ends so; without it,
~/.minikube (pkg/minikube/localpath/localpath.go).
"""

import fcntl
import json
import os
import pathlib
import re
import tempfile

VERSION = os.environ.get("STANDIN_MINIKUBE_VERSION", "v1.38.1")
_numbers = re.match(r"v?(\d+)\.(\d+)\.(\d+)", VERSION)
NUMBER = tuple(int(n) for n in _numbers.groups()) if _numbers else (0, 0, 0)
IMAGE = os.environ.get("STANDIN_BASE_IMAGE", "gpucluster-test/glibc:1")
KUBERNETES = "v1.35.1"


def home():
    root = os.environ.get("MINIKUBE_HOME")
    if not root:
        return pathlib.Path.home() / ".minikube"
    path = pathlib.Path(root)
    return path if path.name == ".minikube" else path / ".minikube"


def user_config():
    try:
        return json.loads((home() / "config" / "config.json").read_text())
    except (OSError, ValueError):
        return {}


def profile_dir(name):
    return home() / "profiles" / name


def machine_dir(name):
    return home() / "machines" / name


def private_dir(name):
    """The stand-in's own things, which real minikube has no file for."""
    return profile_dir(name) / "standin"


def load(name):
    """The profile's config; None without one, ValueError if it is corrupt."""
    path = profile_dir(name) / "config.json"
    return json.loads(path.read_text()) if path.exists() else None


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + f".tmp{os.getpid()}")
    temporary.write_text(json.dumps(value, indent="\t"))
    temporary.rename(path)


def save(config):
    write_json(profile_dir(config["Name"]) / "config.json", config)


def profiles():
    """Names of all profile folders, those of failed starts included."""
    root = home() / "profiles"
    return sorted(p.name for p in root.iterdir() if p.is_dir()) if root.is_dir() else []


def count_start(name):
    """How often the node's services were (re)started: a test proves with this
    number that start was NOT called on a healthy cluster."""
    path = private_dir(name) / "node-services-started"
    path.parent.mkdir(parents=True, exist_ok=True)
    number = int(path.read_text()) + 1 if path.exists() else 1
    path.write_text(f"{number}\n")


def machine_lock(name):
    """Two starts of one profile: the second waits. Freed when the holder dies."""
    folder = pathlib.Path(tempfile.gettempdir()) / f"minikube-locks-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    handle = open(folder / f"{name}.lock", "w", encoding="utf-8")
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def new_config(name, flags, memory, cpus, runtime):
    """ClusterConfig as v1.38 writes it (pkg/minikube/config/types.go): the keys
    that have a meaning here with their values, and the usual empty ones."""
    version = flags["kubernetes-version"] or KUBERNETES
    version = version if version.startswith("v") else "v" + version
    return {
        "Name": name, "KeepContext": flags["keep-context"], "EmbedCerts": flags["embed-certs"],
        "MinikubeISO": "", "KicBaseImage": flags["base-image"] or IMAGE, "Memory": memory,
        "CPUs": cpus, "DiskSize": 20000, "Driver": flags["driver"], "DockerEnv": None,
        "ContainerVolumeMounts": None, "InsecureRegistry": None, "RegistryMirror": [],
        "APIServerPort": 8443, "DockerOpt": None,
        "KubernetesConfig": {
            "KubernetesVersion": version, "ClusterName": name, "Namespace": "default",
            "APIServerHAVIP": "", "APIServerName": "minikubeCA", "APIServerNames": None,
            "APIServerIPs": None, "DNSDomain": "cluster.local", "ContainerRuntime": runtime,
            "CRISocket": "", "NetworkPlugin": "cni", "FeatureGates": "",
            "ServiceCIDR": "10.96.0.0/12", "ImageRepository": flags["image-repository"],
            "ExtraOptions": None, "ShouldLoadCachedImages": True, "EnableDefaultCNI": False,
            "CNI": flags["cni"],
        },
        "Nodes": [{"Name": "", "IP": "", "Port": 8443, "KubernetesVersion": version,
                   "ContainerRuntime": runtime, "ControlPlane": True, "Worker": True}],
        "Addons": {}, "CustomAddonImages": None, "CustomAddonRegistries": None,
        "VerifyComponents": verified(flags["wait"]), "StartHostTimeout": 360000000000,
        "ScheduledStop": None, "ExposedPorts": [], "ListenAddress": "",
        "Network": flags["network"], "Subnet": flags["subnet"], "MultiNodeRequested": False,
        "CertExpiration": 94608000000000000, "StaticIP": flags["static-ip"],
        "GPUs": flags["gpus"], "AutoPauseInterval": 60000000000,
    }


def verified(wait):
    parts = ["apiserver", "system_pods", "default_sa", "apps_running", "node_ready",
             "kubelet", "extra"]
    words = wait.split(",")
    return {p: words in (["all"], ["true"]) or p in words for p in parts}
