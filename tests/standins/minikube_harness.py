"""The caller's side of check_minikube: an unprivileged user with a home of its
own, minikube run as that user, and readers for what it leaves behind."""

import base64
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import tempfile
import time
import urllib.request

import minikube_kubeconfig as kubeconfig
from docker_checks import Engine, same

HERE = pathlib.Path(__file__).resolve().parent
P, Q = f"gpuchk{os.getpid()}", f"gpuchk{os.getpid()}b"
START = ["start", "--driver=docker", "--container-runtime=docker", "--interactive=false",
         "-o", "json", "--user=gpucluster", "--memory=no-limit", "--cpus=no-limit",
         "--wait=all", "--wait-timeout=10m", "--keep-context", "--embed-certs"]
ENGINE, CHECKS = Engine(), []
HOME = pathlib.Path(tempfile.mkdtemp(prefix="check-minikube-"))
USER = f"gpucheck{os.getpid()}" if os.getuid() == 0 else None
# A checkout may lie where the unprivileged user cannot read, such as below /root.
STANDINS = HOME / "standins"
shutil.copytree(HERE, STANDINS)


def check(function):
    CHECKS.append((function.__name__, function))
    return function


def command(arguments, env, as_root=False):
    keep = {"HOME": str(HOME), "PATH": f"{STANDINS}:{os.environ['PATH']}",
            "STANDIN_MINIKUBE_RETRY_SECONDS": "0", "TMPDIR": str(HOME),
            "STANDIN_CONTROLPLANE": os.environ.get(
                "STANDIN_CONTROLPLANE", str(STANDINS / "minikube_fake_controlplane.py")), **env}
    argv = ["env", "-i", *(f"{k}={v}" for k, v in keep.items()), *map(str, arguments)]
    return ["runuser", "-u", USER, "--", *argv] if USER and not as_root else argv


def mk(*arguments, as_root=False, **env):
    result = subprocess.run(command(["minikube", *arguments], env, as_root), text=True,
                            capture_output=True, stdin=subprocess.DEVNULL, timeout=300)
    return result.returncode, result.stdout, result.stderr


def events(text):
    found = [json.loads(line) for line in text.splitlines()]
    for event in found:
        same(sorted(event), ["data", "datacontenttype", "id", "source", "specversion", "type"])
        assert all(isinstance(v, str) for v in event["data"].values()), event
    return [(e["type"].removeprefix("io.k8s.sigs.minikube."), e["data"]) for e in found]


def steps(text):
    return [int(d["currentstep"]) for kind, d in events(text) if kind == "step"]


def start(profile, *more, **env):
    ENGINE.need()
    return mk(*START, "-p", profile, *more, **env)


def profile_file(profile, name="config.json"):
    return HOME / ".minikube" / "profiles" / profile / name


def stored(profile):
    return json.loads(profile_file(profile).read_text())


def starts(profile):
    return int(profile_file(profile, "standin/node-services-started").read_text())


def docker(*arguments):
    return subprocess.run(["docker", *arguments], capture_output=True, text=True).stdout


def inspect(name):
    return json.loads(docker("container", "inspect", name))[0]


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "condition not met in time"
        time.sleep(0.05)


def status(profile, **env):
    return mk("status", "-p", profile, "-o", "json", **env)


def kube_get(profile, path):
    """GET from the API server with what start left in the user's kubeconfig."""
    config = kubeconfig.read(HOME / ".kube" / "config")
    section = kubeconfig.entry(config, "users", profile)["user"]
    files = {}
    for key in ("client-certificate", "client-key"):
        files[key] = HOME / key
        files[key].write_bytes(base64.b64decode(section[key + "-data"]))
    cluster = kubeconfig.entry(config, "clusters", profile)["cluster"]
    context = ssl.create_default_context(
        cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
    context.load_cert_chain(files["client-certificate"], files["client-key"])
    with urllib.request.urlopen(cluster["server"] + path, context=context, timeout=10) as answer:
        return json.load(answer)


class Caller:
    """The user for the time of a `with`; takes everything away at the end."""

    def __enter__(self):
        if USER:
            groups = [] if ENGINE.why else ["-G", "docker"]
            subprocess.run(["useradd", "-M", "-d", HOME, *groups, USER], check=True)
            shutil.chown(HOME, USER, USER)

    def __exit__(self, *_):
        if not ENGINE.why:
            for name in (P, Q):
                mk("delete", "-p", name)
        if USER:
            subprocess.run(["userdel", USER], check=True)
        shutil.rmtree(HOME, ignore_errors=True)
