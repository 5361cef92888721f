"""squash: whoever a job runs as, it writes and reads, under each way of taking rights away on the server."""

VARIANT = "nfs"
CLUSTER = ("up", "--yes", "--only", "docker,nvidia,gpu,minikube")
MOUNT = "sh -c 'mount -t nfs4 -o soft,timeo=50,retrans=1 $SERVER:/srv/gpucluster /mnt'"

# What is squashed, and who then owns what root and what uid 1000 write: `nfs setup` in full, and the kernel's
# client below real containers.
SQUASHED = [
    (("--squash", "none"), "0:0", "1000:1000"),
    (("--squash", "root"), "65534:65534", "1000:1000"),
    (("--squash", "all", "--owner", "1234:1234"), "1234:1234", "1234:1234"),
]
WRITE = "echo weights > /cache/$NAME && cat /cache/$NAME && ls /cache > /dev/null"


def scenario(lab):
    lab.boot()
    lab.prepare()
    answer = lab.gpucluster(*CLUSTER)
    lab.check("a cluster runs", answer.code == 0)
    for flags, root, user in SQUASHED:
        squash = flags[1]
        answer = lab.gpucluster("nfs", "setup", "--yes", *flags)
        if squash == "all":
            # By now the folder holds files and belongs to nobody, and is not taken from them.
            own = "sudo chown 1234:1234 /srv/gpucluster"
            said = own in " ".join(answer.err.split())
            lab.check("squash all: whom the folder belongs to stands in the way, and what helps is said", said)
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
