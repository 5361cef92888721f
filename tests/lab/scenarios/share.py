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
    squashed(lab)
    throughput(lab)
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


# What is squashed, and who then owns what root and what uid 1000 write: `nfs setup` in full, and the kernel's
# client below real containers.
SQUASHED = [
    (("--squash", "none"), "0:0", "1000:1000"),
    (("--squash", "root"), "65534:65534", "1000:1000"),
    (("--squash", "all", "--owner", "1234:1234"), "1234:1234", "1234:1234"),
]
WRITE = "echo weights > /cache/$NAME && cat /cache/$NAME && ls /cache > /dev/null"


def squashed(lab):
    for flags, root, user in SQUASHED:
        squash = flags[1]
        answer = lab.gpucluster("nfs", "setup", "--yes", *flags)
        if squash == "all":
            # By now the folder holds files and belongs to nobody, and is not taken from them.
            own = "sudo chown 1234:1234 /srv/gpucluster"
            lab.check("squash all: whom the folder belongs to stands in the way, and what helps is said", own in " ".join(answer.err.split()))
            lab.alice(own)
            answer = lab.gpucluster("nfs", "setup", "--yes", *flags)
        lab.check(f"squash {squash}: set up, and shown from the node", answer.code == 0 and "nfs.mount" in answer.err)
        lab.alice(f"sudo /opt/lab/bin/client inside {MOUNT}")
        for uid, owner in ((0, root), (1000, user)):
            name = f"{squash}-{uid}"
            answer = lab.alice(["docker", "run", "--rm", "-v", "/mnt:/cache", "-u", f"{uid}:{uid}", "-e", f"NAME={name}",
                                "gpucluster-test/glibc:1", "sh", "-c", WRITE])
            lab.check(f"squash {squash}: a container as {uid} writes and reads", answer.out == "weights\n")
            have = lab.root(f"stat -c %u:%g /srv/gpucluster/{name}").strip()
            lab.check(f"squash {squash}: and what it wrote is {owner}'s", have == owner)
        lab.root("umount /mnt")
    lab.check("the settings' own options are back", lab.gpucluster("nfs", "setup", "--yes").code == 0)


# What nfs(5) offers for large files, chosen by hand; compared with the options that our volume names.
BY_HAND = "vers=4.2,hard,noatime,nconnect=16,rsize=1048576,wsize=1048576,proto=tcp"
BIG = 1024


def throughput(lab):
    """A cold file of a gibibyte, read over the mount: ours against a client tuned by hand, in turns."""
    options = lab.kube(VOLUME)["spec"]["mountOptions"]
    ours = ",".join(option.replace("nfsvers=", "vers=") for option in options)
    lab.root(f"dd if=/dev/urandom of=/srv/gpucluster/big bs=1M count={BIG} conv=fsync status=none")
    seconds = {ours: [], BY_HAND: []}
    for _ in range(3):
        for chosen, took in seconds.items():
            mount = f"mount -t nfs4 -o {chosen} $SERVER:/srv/gpucluster /mnt"
            lab.root(f"/opt/lab/bin/client inside sh -c '{mount}'")
            lab.root("sync; echo 3 > /proc/sys/vm/drop_caches")
            read = "dd if=/mnt/big of=/dev/null bs=1M status=none"
            took.append(float(lab.root(f"s=$(date +%s.%N); {read}; e=$(date +%s.%N); awk \"BEGIN {{print $e - $s}}\"")))
            lab.root("umount /mnt")
    best = {chosen: BIG / min(took) for chosen, took in seconds.items()}
    ratio = best[ours] / best[BY_HAND]
    lab.say(f"cold reading: ours {best[ours]:.0f} MiB/s, by hand {best[BY_HAND]:.0f} MiB/s, ratio {ratio:.2f}; {seconds}")
    lab.check("reading is as fast as with options chosen by hand (0.9)", ratio >= 0.9)
    lab.root("rm /srv/gpucluster/big")


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
