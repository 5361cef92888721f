"""share: the shared cache alone is set up, used, looked at and taken back, while the cluster runs on."""

VARIANT = "fresh"
CLUSTER = ("up", "--yes", "--only", "docker,nvidia,gpu,minikube")
MOUNT = "sh -c 'mount -t nfs4 -o soft,timeo=50,retrans=1 $SERVER:/srv/gpucluster /mnt'"
PODS = "/api/v1/namespaces/default/pods"
VOLUME = "/api/v1/persistentvolumes/nfs-pv"
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "training"},
    "spec": {
        "containers": [{"name": "main", "image": "ubuntu:24.04"}],
        "volumes": [{"name": "cache", "persistentVolumeClaim": {"claimName": "nfs-pvc"}}],
    },
}


def scenario(lab):
    lab.boot()
    lab.prepare()
    answer = lab.gpucluster(*CLUSTER)
    lab.check("a cluster runs", answer.code == 0)
    before = lab.inventory(), etc(lab)
    set_up(lab)
    used(lab)
    refused(lab)
    taken_back(lab, before)


def etc(lab):
    """Every byte below /etc. Accounts that a package makes stay when it goes, and the linker's cache is made anew."""
    stay = r"/etc/(ld\.so\.cache|subuid-?|subgid-?|(passwd|group|shadow|gshadow)-?)$"
    return lab.root(f"find /etc -xdev -type f -exec sha256sum {{}} + | grep -v -E '{stay}' | sort -k 2")


def set_up(lab):
    answer = lab.gpucluster("nfs", "status")
    lab.check("before: nothing is shared", answer.code == 3 and "not run" in answer.out)
    answer = lab.gpucluster("nfs", "setup", "--yes")
    lab.check("nfs setup brings it about", answer.code == 0)
    written = lab.kube(VOLUME)["metadata"]["resourceVersion"]
    answer = lab.gpucluster("nfs", "setup", "--yes")
    lab.check("a second one changes nothing", answer.code == 0 and "nothing to change" in answer.err)
    lab.check("and the volume was not written again", lab.kube(VOLUME)["metadata"]["resourceVersion"] == written)


def used(lab):
    lab.alice(f"sudo /opt/lab/bin/client inside {MOUNT}")
    lab.root("echo weights > /mnt/model")
    answer = lab.gpucluster("nfs", "status")
    lab.check("nfs status: shared, and the client is named", answer.code == 0 and "clients" in answer.out)
    lab.root("umount /mnt")
    lab.check("what the client wrote lies in the folder", lab.root("cat /srv/gpucluster/model") == "weights\n")


def refused(lab):
    lab.kube(PODS, "POST", POD)
    answer = lab.gpucluster("nfs", "status")
    lab.check("nfs status names the pod that uses it", "training" in answer.out)
    exports = lab.root("exportfs -s")
    answer = lab.gpucluster("nfs", "teardown", "--yes")
    lab.check("teardown is refused while it does", answer.code == 4 and "VOLUME_IN_USE" in answer.err)
    lab.check("and nothing was touched", lab.root("exportfs -s") == exports)
    lab.kube(f"{PODS}/training?gracePeriodSeconds=0", "DELETE")


def taken_back(lab, before):
    answer = lab.gpucluster("nfs", "teardown", "--yes")
    lab.check("teardown takes it back", answer.code == 0)
    lab.check("the data are kept", lambda: lab.root("cat /srv/gpucluster/model") == "weights\n")
    lab.check("the machine is as it was found", lambda: lab.as_before(before[0]))
    lab.check("every byte below /etc is, too", lambda: same(before[1], etc(lab)))
    lab.check("the cluster runs on", lambda: lab.kube("/api/v1/nodes")["items"] != [])
    answer = lab.gpucluster("nfs", "teardown", "--yes")
    nothing = answer.code == 0 and "nothing to take back" in answer.err
    lab.check("a second one finds nothing of ours", nothing)


def same(before, after):
    changed = sorted(set(before.splitlines()) ^ set(after.splitlines()), key=lambda line: line.split()[-1])
    assert not changed, "\n  " + "\n  ".join(changed)
