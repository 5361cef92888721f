"""The commands that end or repair: stop, delete, update-context."""

import shutil

import minikube_docker as oci
import minikube_kubeconfig as kubeconfig
import minikube_node as node
import minikube_store as store
from minikube_out import OUT, not_modelled
from minikube_views import must_load, must_run


def stop(flags):
    OUT.json = flags["output"] == "json"
    OUT.steps = ["Stopping", "PowerOff", "Done"]
    OUT.set("Stopping")
    if flags["all"]:
        not_modelled("stop --all")
    name = flags["profile"]
    must_load(name)
    stopped = 0
    if oci.container(name) is None:
        OUT.info(f'"{name}" does not exist, nothing to stop')
    else:
        OUT.step(f'Stopping node "{name}"  ...')
        if oci.host_state(name) == "Running":
            OUT.step(f'Powering off "{name}" via SSH ...', "PowerOff")
            node.stop(name)
            oci.docker("stop", "-t", "10", name)
        stopped = 1
    if not flags["keep-context-active"]:
        kubeconfig.remove(name)  # the whole context vanishes until the next start
    OUT.step(f"{stopped} node{'s' if stopped > 1 else ''} stopped.", "Done")


def delete(flags):
    # They reach into other users' clusters: gpucluster must never pass them.
    for flag in ("all", "purge"):
        if flags[flag]:
            not_modelled(f"delete --{flag} (it removes what other users own): refused")
    OUT.json = flags["output"] == "json"
    OUT.steps = ["Deleting", "Stopping", "Done", "Puring home dir"]
    OUT.set("Deleting")
    name = flags["profile"]
    try:
        config = store.load(name)
    except ValueError:
        config = None
    if config is None:
        OUT.soft_error(f'"{name}" profile does not exist, trying anyways.')
    else:
        OUT.info(f'Deleting "{name}" in docker ...')
        OUT.info(f'Deleting container "{name}" ...')
    node.stop(name)
    oci.delete_node(name)
    if store.machine_dir(name).exists():
        OUT.info(f"Removing {store.machine_dir(name)} ...")
        shutil.rmtree(store.machine_dir(name), ignore_errors=True)
    shutil.rmtree(store.profile_dir(name), ignore_errors=True)
    kubeconfig.remove(name)
    if config is not None:
        OUT.info(f'Removed all traces of the "{name}" cluster.')


def update_context(flags):
    """Point the context at the cluster again, and make it the current one."""
    name = flags["profile"]
    config = must_run(name)
    admin = node.folder(name) / "admin.kubeconfig"
    server = kubeconfig.read(admin)["clusters"][0]["cluster"]["server"]
    changed = kubeconfig.server(name) != server
    kubeconfig.merge(name, admin, keep=False, embed=config["EmbedCerts"])
    if changed:
        OUT.step(f'"{name}" context has been updated to point to {server.split("//")[1]}')
    else:
        OUT.info(f'No changes required for the "{name}" context')
    OUT.info(f'Current context is "{name}"')
