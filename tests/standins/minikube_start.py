"""`minikube start`: validation, the machine, Kubernetes, in minikube's order
(cmd/minikube/cmd/start.go, pkg/minikube/node/start.go, machine/{start,fix}.go)."""

import os
import pathlib
import platform
import re
import shutil
import subprocess
import time

import minikube_docker as oci
import minikube_kubeconfig as kubeconfig
import minikube_node as node
import minikube_store as store
from minikube_out import OUT, not_modelled
from minikube_validate import validate

DRIVERS = ("docker", "podman", "none", "native", "kvm2", "kvm", "qemu2", "qemu", "ssh",
           "virtualbox", "vmware")


def start(flags):
    name = flags["profile"]
    OUT.json = flags["output"] == "json"
    OUT.record_to(store.profile_dir(name) / "events.json")
    log_start(flags)
    prefix = "" if name == "minikube" else f"[{name}] "
    OUT.step(f"{prefix}minikube {store.VERSION} on {distribution()}", "Initial Minikube Setup")
    for key, value in sorted(os.environ.items()):
        if key.startswith("MINIKUBE_") or key == "KUBECONFIG":
            OUT.info(f"{key}={value}")
    if flags["force"]:
        OUT.warning("minikube skips various validations when --force is supplied; "
                    "this may lead to unexpected behavior")
    if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9-]+", name):
        OUT.warning(f"Profile name '{name}' is not valid")
        OUT.reason("MK_USAGE", "Only alphanumeric and dashes '-' are permitted. "
                   "Minimum 2 characters, starting with alphanumeric.")
    existing = load(name)
    choose_driver(flags, existing, name)
    docker_answers(flags["force"])
    memory, cpus, runtime = validate(flags, existing, node.host_memory())
    as_root(flags, name, existing)
    config = update(existing, flags) if existing else \
        store.new_config(name, flags, memory, cpus, runtime)
    OUT.info("Using Docker driver with root privileges")
    provision(config, existing)
    kubernetes(config, existing, flags)


def log_start(flags):
    log = store.home() / "logs" / "lastStart.txt"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(f"Log file created by stand-in, version {store.VERSION}, flags {sorted(flags.given)}\n")


def distribution():
    try:
        text = pathlib.Path("/etc/os-release").read_text()
    except OSError:
        return platform.system()
    ids = dict(re.findall(r'^(NAME|VERSION_ID)="?([^"\n]*)', text, re.M))
    return f"{ids.get('NAME', 'Linux').replace(' GNU/Linux', '')} {ids.get('VERSION_ID', '')}".strip()


def load(name):
    try:
        return store.load(name)
    except PermissionError as error:
        return OUT.reason("HOST_HOME_PERMISSION", f"Unable to load config: {error}")
    except (OSError, ValueError) as error:
        return OUT.reason("HOST_CONFIG_LOAD", f"Unable to load config: {error}")


def choose_driver(flags, existing, name):
    asked = flags["driver"]
    if asked and asked not in DRIVERS:
        OUT.reason("DRV_UNSUPPORTED_OS", f"The driver '{asked}' is not supported on linux/amd64")
    if existing and asked and asked != existing["Driver"]:
        OUT.reason("GUEST_DRIVER_MISMATCH", f'The existing "{name}" cluster was created using the '
                   f'"{existing["Driver"]}" driver, which is incompatible with requested "{asked}" driver.')
    if flags["driver"] == "docker":
        why = "based on user configuration"
    elif existing:
        flags["driver"], why = existing["Driver"], "based on existing profile"
    elif asked:
        not_modelled(f"--driver={asked}")
    else:
        not_modelled("choosing a driver: pass --driver=docker")
    OUT.step(f"Using the docker driver {why}", "Selecting Driver")


def docker_answers(force):
    """pkg/minikube/registry/drvs/docker/docker.go: `docker version`, six seconds."""
    command = 'docker version --format <no value>-<no value>:<no value>'
    if shutil.which("docker") is None:
        OUT.reason("PROVIDER_DOCKER_NOT_FOUND", 'exec: "docker": executable file not found in $PATH')
    try:
        result = oci.docker("version", "--format", "{{.Server.Version}}", check=False, timeout=6)
        text = result.stderr.strip()
        if result.returncode == 0:
            return
    except subprocess.TimeoutExpired:
        text = "context deadline exceeded"
    if "permission denied" in text:
        kind = "PROVIDER_DOCKER_NEWGRP"
    elif re.search("Is the docker daemon running|docker daemon is not running|Cannot connect|refused", text):
        kind = "PROVIDER_DOCKER_NOT_RUNNING"
    else:
        kind = "PROVIDER_DOCKER_VERSION_EXIT_1"
    OUT.reason(kind, f'"{command}" exit status 1: {text}', fatal=not force)


def as_root(flags, name, existing):
    if os.getuid() != 0:
        return
    OUT.soft_error('The "docker" driver should not be used with root privileges. '
                   "If you wish to continue as root, use --force.")
    OUT.soft_error("If you are running minikube within a VM, consider using --driver=none:")
    OUT.soft_error("  https://minikube.sigs.k8s.io/docs/reference/drivers/none/")
    if existing:
        OUT.soft_error(f"Tip: To remove this root owned cluster, run: sudo minikube delete -p {name}")
    if not flags["force"]:
        OUT.reason("DRV_AS_ROOT", 'The "docker" driver should not be used with root privileges.')


def update(config, flags):
    """What a later start may change. --gpus is NOT among it, and nothing says
    so; memory, CPUs and addresses are refused with a warning."""
    for flag, what in (("memory", "memory size"), ("cpus", "CPUs"), ("disk-size", "disk size"),
                       ("static-ip", "static IP"), ("nodes", "number of nodes")):
        if flag in flags.given:
            asked = flags[flag]
            if str(config.get({"memory": "Memory", "cpus": "CPUs"}.get(flag), None)) == asked or \
                    asked == "no-limit" and not config.get({"memory": "Memory", "cpus": "CPUs"}.get(flag)):
                continue
            OUT.warning(f"You cannot change the {what} for an existing minikube cluster. "
                        "Please first delete the cluster.")
    config["KeepContext"], config["EmbedCerts"] = flags["keep-context"], flags["embed-certs"]
    if "container-runtime" in flags.given:
        config["KubernetesConfig"]["ContainerRuntime"] = flags["container-runtime"]
        config["Nodes"][0]["ContainerRuntime"] = flags["container-runtime"]
    if "wait" in flags.given:
        config["VerifyComponents"] = store.verified(flags["wait"])
    return config


def provision(config, existing):
    name = config["Name"]
    OUT.step(f'Starting "{name}" primary control-plane node in "{name}" cluster', "Starting Node")
    OUT.step("Pulling base image v0.0.50 ...", "Pulling Base Image")
    store.save(config)  # before the machine exists: a start killed later leaves it
    lock = store.machine_lock(name)
    new = not (store.machine_dir(name) / "config.json").exists()
    try:
        host(config)
    except oci.RunError as error:
        if new:  # "People get cranky": a machine that was there before is kept
            OUT.step(f'Deleting "{name}" in docker ...')
            oci.remove_container(name)
            shutil.rmtree(store.machine_dir(name), ignore_errors=True)
        OUT.soft_error(f"StartHost failed, but will try again: {error}")
        time.sleep(float(os.environ.get("STANDIN_MINIKUBE_RETRY_SECONDS", "5")))
        try:
            host(config)
        except oci.RunError as again:
            advice = f'Failed to start docker container. Running "minikube delete -p {name}" may fix it: '
            OUT.soft_error(f"{advice}{again}")
            kind = "GUEST_PROVISION_NOSPACE" if "no space left" in str(again) else "GUEST_PROVISION"
            OUT.reason(kind, f"error provisioning guest: Failed to start host: {again}")
    finally:
        lock.close()


def host(config):
    """Create the machine, or bring the existing one up."""
    name = config["Name"]
    machine = store.machine_dir(name) / "config.json"
    state = oci.host_state(name)
    found = oci.container(name)
    if not machine.exists():
        create(config, "creating host: create: creating: create kic node: create container: ")
    elif found is None or found["State"]["Status"] == "created":
        OUT.step(f'docker "{name}" container is missing, will recreate.')
        node.stop(name)
        oci.remove_container(name)
        create(config, "recreate: creating host: create: creating: create kic node: create container: ")
    elif state == "Running":
        OUT.step(f'Updating the running docker "{name}" container ...', "Updating Driver")
    else:
        OUT.step(f'Restarting existing docker container for "{name}" ...')
        try:
            oci.docker("start", name)
        except oci.RunError as error:
            raise oci.RunError(f"driver start: start: {error}") from error


def create(config, prefix):
    name = config["Name"]
    # Saved before the container is run (libmachine's api.Create), so that a
    # start killed in between finds a machine without a container.
    store.write_json(store.machine_dir(name) / "config.json", {"Name": name, "DriverName": "docker"})
    if not oci.has_volume(name):  # etcd's data lives on it
        shutil.rmtree(node.folder(name), ignore_errors=True)
    cpus, memory = config["CPUs"] or "no-limit", config["Memory"]
    OUT.step(f"Creating docker container (CPUs={cpus}, Memory={f'{memory}MB' if memory else 'no-limit'}) ...",
             "Creating Container")
    try:
        config["Nodes"][0]["IP"] = oci.create_node(config)
    except oci.RunError as error:
        raise oci.RunError(prefix + str(error)) from error
    store.save(config)


def kubernetes(config, existing, flags):
    name = config["Name"]
    created = OUT.current == "Creating Container"
    version = config["KubernetesConfig"]["KubernetesVersion"]
    runtime = config["KubernetesConfig"]["ContainerRuntime"]
    OUT.step(f"Preparing Kubernetes {version} on {runtime.capitalize()} ...", "Preparing Kubernetes")
    if created:
        OUT.step("Generating certificates and keys ...", "Generating certificates")
        OUT.step("Booting up control plane ...", "Booting control plane")
        OUT.step("Configuring RBAC rules ...", "Configuring RBAC rules")
        OUT.step("Configuring bridge CNI (Container Networking Interface) ...", "Configuring CNI")
    addons = choose_addons(config, flags)
    try:
        node.start(config, addons, float(os.environ.get("STANDIN_MINIKUBE_WAIT_SECONDS", "360")))
    except node.StartError as error:
        OUT.reason("GUEST_START", f"failed to start node: {error}")
    try:
        kubeconfig.merge(name, node.folder(name) / "admin.kubeconfig", config["KeepContext"],
                         config["EmbedCerts"])
    except PermissionError as error:
        OUT.reason("HOST_KUBECONFIG_PERMISSION", f"Failed to update kubeconfig: {error}")
    except (OSError, ValueError) as error:
        OUT.reason("HOST_KUBECONFIG_UPDATE", f"failed to update kubeconfig file: {error}")
    OUT.step("Verifying Kubernetes components...", "Verifying Kubernetes")
    config["Addons"].update({a: True for a in addons})
    store.save(config)
    OUT.step("Enabled addons: " + ", ".join(addons), "Enabling Addons")
    OUT.set("Done")
    if config["KeepContext"]:
        OUT.step(f"To connect to this cluster, use:  --context={name}")
    else:
        OUT.step(f'Done! kubectl is now configured to use "{name}" cluster and "default" namespace by default')


def choose_addons(config, flags):
    """The defaults, those of the flag, those remembered. --gpus makes the
    device plugin a default in this process, whatever the profile has."""
    stored = config["Addons"]
    if not flags["install-addons"]:
        return []
    wanted = ["storage-provisioner", "default-storageclass"]
    if flags["gpus"] in ("all", "nvidia", "nvidia.com"):
        wanted.insert(0, "nvidia-device-plugin")
    wanted += [a for a in flags["addons"].split(",") if a]
    wanted += [a for a, on in stored.items() if on]
    return [a for a in dict.fromkeys(wanted) if stored.get(a, True) or a in flags["addons"].split(",")]
