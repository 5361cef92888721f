"""What minikube prints: CloudEvents with `-o json`, text without, and its exits.

Facts: pkg/minikube/out/register/{register,log,cloud_events}.go and
pkg/minikube/out/out.go of kubernetes/minikube. Every value in `data` is a
string; the reason id is `data.name` of an error that has an `exitcode`.
"""

import json
import os
import sys
import time
import uuid

STEPS = [
    "Initial Minikube Setup", "Selecting Driver", "Downloading Artifacts", "Starting Node",
    "Updating Driver", "Pulling Base Image", "Running on Localhost", "Local OS Release",
    "Creating Container", "Creating VM", "Running Remotely", "Preparing Kubernetes",
    "Generating certificates", "Booting control plane", "Configuring RBAC rules",
    "Configuring CNI", "Configuring Localhost Environment", "Verifying Kubernetes",
    "Enabling Addons", "Done",
]

EXIT = {
    "MK_USAGE": 14, "DRV_AS_ROOT": 57, "DRV_UNSUPPORTED_OS": 56, "GUEST_DRIVER_MISMATCH": 81,
    "RSRC_INSUFFICIENT_CORES": 29, "RSRC_INSUFFICIENT_REQ_MEMORY": 23,
    "RSRC_OVER_ALLOC_MEM": 10, "HOST_CONFIG_LOAD": 38, "HOST_HOME_PERMISSION": 37,
    "HOST_KUBECONFIG_PERMISSION": 37, "HOST_KUBECONFIG_UPDATE": 30,
    "PROVIDER_DOCKER_NOT_FOUND": 65, "PROVIDER_DOCKER_NOT_RUNNING": 63,
    "PROVIDER_DOCKER_NEWGRP": 69, "PROVIDER_DOCKER_VERSION_EXIT_1": 69,
    "GUEST_PROVISION": 80, "GUEST_PROVISION_NOSPACE": 26, "GUEST_START": 80, "GUEST_STATUS": 80, "MK_OUTPUT_USAGE": 10,
}

ADVICE = {
    "DRV_AS_ROOT": "For more information see: https://minikube.sigs.k8s.io/docs/reference/drivers/docker/",
    "PROVIDER_DOCKER_NEWGRP": "Add your user to the 'docker' group: 'sudo usermod -aG docker $USER && newgrp docker'",
    "PROVIDER_DOCKER_NOT_RUNNING": "Start the Docker service",
}


class Out:
    """One command's output; start also records steps and errors in events.json."""

    def __init__(self):
        self.json = False
        self.steps = [*STEPS]
        self.current = ""
        self.events = None

    def record_to(self, path):
        """The file is truncated at each start, before anything is validated."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.events = open(path, "w", encoding="utf-8")

    def event(self, kind, data, recorded=True):
        line = json.dumps({
            "specversion": "1.0", "id": str(uuid.uuid4()),
            "source": "https://minikube.sigs.k8s.io/",
            "type": "io.k8s.sigs.minikube." + kind,
            "datacontenttype": "application/json",
            "data": dict(sorted(data.items())),
        }, separators=(",", ":"), ensure_ascii=False)
        if self.json:
            print(line, flush=True)
        if self.events and recorded:
            print(line, file=self.events, flush=True)

    def set(self, name):
        self.current = name

    def step(self, message, name=None):
        if name:
            self.set(name)
        known = self.current in self.steps
        self.event("step", {
            "currentstep": str(self.steps.index(self.current)) if known else "",
            "totalsteps": str(len(self.steps) - 1), "name": self.current, "message": message,
        })
        self.text("* " + message)
        hold_at(self.current)

    def info(self, message):
        self.event("info", {"message": message}, recorded=False)
        self.text("* " + message)

    def warning(self, message):
        self.event("warning", {"message": message})
        self.text("! " + message, sys.stderr)

    def soft_error(self, message):
        """Whatever text mode sends to stderr; it ends nothing."""
        self.event("error", {"message": message})
        self.text("* " + message, sys.stderr)

    def reason(self, name, message, fatal=True):
        """An error with a reason id. With --force it is printed and start goes on."""
        self.event("error", {
            "message": message, "exitcode": str(EXIT[name]), "name": name,
            "advice": ADVICE.get(name, ""), "url": "", "issues": "",
        })
        self.text(f"\nX Exiting due to {name}: {message}", sys.stderr)
        if fatal:
            raise SystemExit(EXIT[name])

    def text(self, line, stream=None):
        if not self.json:
            print(line, file=stream or sys.stdout, flush=True)


def hold_at(step):
    """For tests of a start that is killed: $STANDIN_MINIKUBE_HOLD names a step
    at which it stays for ever (minikube has no signal handler there)."""
    while step and os.environ.get("STANDIN_MINIKUBE_HOLD") == step:
        time.sleep(3600)


OUT = Out()


def not_modelled(what):
    """Refuse aloud what the stand-in does not do, never pretend."""
    print(f"minikube (stand-in): not modelled: {what}", file=sys.stderr)
    raise SystemExit(14)
