"""minikube's flags: those gpucluster has a use for; any other one exits 14.

A start flag may also come from MINIKUBE_<FLAG> or `minikube config set`
(config/config.json), which an explicit flag beats: viper's order.
"""

import os
import sys

import minikube_store as store

# name: default. A bool default makes a switch.
GLOBAL = {"profile": "minikube", "user": "", "interactive": True, "alsologtostderr": False,
          "v": "0", "skip-audit": False, "rootless": False}
START = {
    "driver": "", "container-runtime": "", "gpus": "", "memory": "", "cpus": "2",
    "disk-size": "20000mb", "kubernetes-version": "", "wait": "apiserver,system_pods",
    "wait-timeout": "6m0s", "output": "text", "keep-context": False, "embed-certs": False,
    "addons": "", "install-addons": True, "subnet": "", "network": "", "static-ip": "",
    "force": False, "base-image": "", "nodes": "1", "cni": "", "image-repository": "",
    "image-mirror-country": "", "preload": True, "cache-images": True,
    "delete-on-failure": False, "docker-env": "", "extra-config": "", "ports": "",
    "listen-address": "", "cert-expiration": "26280h0m0s", "insecure-registry": "",
    "registry-mirror": "", "auto-update-drivers": True, "namespace": "default",
}
COMMANDS = {
    "start": START,
    "version": {"output": "", "short": False},
    "status": {"output": "text", "format": "", "layout": "nodes", "node": ""},
    "profile list": {"output": "table", "light": False},
    "ip": {"node": ""},
    "stop": {"output": "text", "keep-context-active": False, "all": False},
    "delete": {"output": "text", "all": False, "purge": False},
    "update-context": {},
    "addons list": {"output": "list"},
    "node list": {},
    "logs": {"file": "", "length": "60", "last-start-only": False, "problems": False},
}
SHORT = {"p": "profile", "o": "output", "g": "gpus", "f": "format", "l": "light", "n": "nodes"}


class Flags(dict):
    """Values by name; `.given` holds those not left at their default."""

    def __init__(self, known):
        super().__init__(known)
        self.given = set()


def usage(text, command):
    print(f"Error: {text}\nSee 'minikube {command} --help' for usage.", file=sys.stderr)
    raise SystemExit(14)


def parse(command, arguments):
    known = {**GLOBAL, **COMMANDS[command]}
    flags, rest = Flags(known), list(arguments)
    layered(flags, command, known)
    repeated = set()
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            usage(f'unknown command "{word}" for "minikube {command}"', command)
        name, equals, value = word.lstrip("-").partition("=")
        if not word.startswith("--"):
            if len(name) > 1 and not equals:  # -pNAME
                name, equals, value = name[0], "=", name[1:]
            if SHORT.get(name) not in known and name not in known:
                usage(f"unknown shorthand flag: '{name}' in {word}", command)
            name = SHORT.get(name, name)
        if name not in known:
            usage(f"unknown flag: --{name}", command)
        if isinstance(known[name], bool):
            if equals and value not in ("true", "false", "1", "0"):
                usage(f'invalid argument "{value}" for "--{name}" flag: strconv.ParseBool: '
                      f'parsing "{value}": invalid syntax', command)
            flags[name] = value not in ("false", "0") if equals else True
        else:
            if not equals and not rest:
                usage(f"flag needs an argument: --{name}", command)
            value = value if equals else rest.pop(0)
            # addons and wait are slices: repeating them adds up.
            joined = name in ("addons", "wait") and name in repeated
            flags[name] = f"{flags[name]},{value}" if joined else value
            repeated.add(name)
        flags.given.add(name)
    return flags


def layered(flags, command, known):
    config = store.user_config()
    for name, default in known.items():
        value = os.environ.get("MINIKUBE_" + name.upper().replace("-", "_"))
        if value is None and name in config:
            value = str(config[name])
        if value is None or (command != "start" and name not in GLOBAL):
            continue
        flags[name] = value.lower() in ("true", "1") if isinstance(default, bool) else value
        flags.given.add(name)
