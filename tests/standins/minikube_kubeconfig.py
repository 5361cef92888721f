"""The caller's kubeconfig: the first entry of $KUBECONFIG, else ~/.kube/config.

Context, cluster and user are named as the profile; what belongs to others
stays (pkg/minikube/kubeconfig/{settings,kubeconfig}.go)."""

import base64
import os
import pathlib

import minikube_store as store
import minikube_yaml as yaml


def path():
    first = os.environ.get("KUBECONFIG", "").split(":")[0]
    return pathlib.Path(first) if first else pathlib.Path.home() / ".kube" / "config"


def read(file=None):
    file = file or path()
    config = yaml.parse(file.read_text()) if file.exists() else {}
    base = {"apiVersion": "v1", "clusters": [], "contexts": [], "current-context": "",
            "kind": "Config", "preferences": {}, "users": []}
    return {**base, **{k: v for k, v in (config or {}).items() if v is not None}}


def write(config):
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    temporary.write_text(yaml.dump(config))
    temporary.chmod(0o600)
    temporary.rename(file)


def entry(config, kind, name):
    return next((e for e in config[kind] if e.get("name") == name), None)


def put(config, kind, name, key, value):
    config[kind] = [e for e in config[kind] if e.get("name") != name]
    config[kind].append({key: dict(sorted(value.items())), "name": name})
    config[kind].sort(key=lambda e: e["name"])


def server(name):
    """Where the profile's context points to, or None."""
    found = entry(read(), "clusters", name)
    return found["cluster"].get("server") if found else None


def merge(name, admin_file, keep, embed):
    """Take the control plane's admin credentials over under the profile's name."""
    admin = read(admin_file)
    cluster, user = admin["clusters"][0]["cluster"], admin["users"][0]["user"]
    if not embed:
        root = store.home()
        detach(cluster, "certificate-authority", root / "ca.crt")
        detach(user, "client-certificate", store.profile_dir(name) / "client.crt")
        detach(user, "client-key", store.profile_dir(name) / "client.key")
    config = read()
    put(config, "clusters", name, "cluster", cluster)
    put(config, "users", name, "user", user)
    put(config, "contexts", name, "context", {"cluster": name, "namespace": "default", "user": name})
    if not keep:
        config["current-context"] = name
    write(config)


def detach(section, key, file):
    """Without --embed-certs the kubeconfig names files instead."""
    data = section.pop(key + "-data", None)
    if data:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(data))
        file.chmod(0o600)
        section[key] = str(file)


def remove(name):
    """Forget the profile; its context also stops being the current one."""
    if not path().exists():
        return
    config = read()
    before = repr(config)
    for kind in ("clusters", "contexts", "users"):
        config[kind] = [e for e in config[kind] if e.get("name") != name]
    if config["current-context"] == name:
        config["current-context"] = ""
    if repr(config) != before:
        write(config)
