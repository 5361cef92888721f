"""bring-up: a fresh machine, one command, and everything runs; one more, and nothing is left."""

VARIANT = "fresh"
MOUNT = "sh -c 'mount -t nfs4 -o soft,timeo=50,retrans=1 $SERVER:/srv/gpucluster /mnt'"
VOLUME = "/api/v1/persistentvolumes/nfs-pv"
CLAIM = "/api/v1/namespaces/default/persistentvolumeclaims/nfs-pvc"


def scenario(lab):
    lab.boot()
    lab.prepare()
    before = lab.inventory()
    up(lab)
    system(lab)
    mounts(lab)
    again(lab)
    down(lab, before)


def up(lab):
    lab.gpucluster("doctor")
    answer = lab.gpucluster("up", "--yes")
    lab.check("up brings everything up", answer.code == 0)
    lab.check("status: everything runs", lab.healthy)
    lab.check("status: 4 GPUs are allocatable", lambda: lab.status()["gpus"]["allocatable"] == 4)
    lab.gpucluster("status", key=False)
    lab.check("the agent polls at the server", lambda: lab.wait("POLLING", lab.polling, 120))


def system(lab):
    lab.check("the claim is bound", lab.kube(CLAIM)["status"]["phase"] == "Bound")
    package = lab.root("dpkg-query -W -f '${db:Status-Abbrev}' nfs-kernel-server")
    lab.check("the NFS server came from packages", package.strip() == "ii")
    lines = lab.root("grep -vc -e '^#' -e '^$' /etc/exports || :")
    lab.check("/etc/exports says nothing of ours", lines.strip() == "0")
    lab.alice("sudo exportfs -v")


def mounts(lab):
    """The kernel's own NFS client, once with the node's address and once with a stranger's."""
    lab.alice(f"sudo /opt/lab/bin/client inside {MOUNT}")
    kind = lambda: "nfs4" in lab.root("findmnt -n -o FSTYPE /mnt")
    lab.check("the node's address may mount it, by NFSv4", kind)
    lab.root("echo weights > /mnt/model")
    lab.check("what is written there is read back", lab.root("cat /mnt/model") == "weights\n")
    lab.check("and lies in the folder", lab.root("cat /srv/gpucluster/model") == "weights\n")
    other = "setpriv --reuid 1234 --regid 1234 --clear-groups sh -c 'echo x > /mnt/by-1234'"
    lab.check("a job that is not root can write, too", lambda: lab.root(other) == "")
    lab.root("umount /mnt")
    refused = lab.alice(f"sudo /opt/lab/bin/client outside {MOUNT}")
    denied = "denied" in refused.out + refused.err
    lab.check("an address outside is refused", refused.code == 32 and denied)


def again(lab):
    before = lab.kube(VOLUME)["metadata"]["resourceVersion"]
    answer = lab.gpucluster("up", "--yes")
    idle = answer.code == 0 and "nothing to change" in answer.err
    lab.check("a second up changes nothing", idle)
    after = lab.kube(VOLUME)["metadata"]["resourceVersion"]
    lab.check("and the volume was not written again", before == after)


def down(lab, before):
    answer = lab.gpucluster("down", "--yes")
    lab.check("down takes it back", answer.code == 0)
    lab.check("the data are kept", lambda: lab.root("cat /srv/gpucluster/model") == "weights\n")
    lab.check("the machine is as it was found", lambda: lab.as_before(before))
    answer = lab.gpucluster("down", "--yes")
    nothing = answer.code == 0 and "nothing of ours" in answer.err
    lab.check("a second down finds nothing of ours", nothing)
