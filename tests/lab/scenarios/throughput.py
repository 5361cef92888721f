"""throughput: reading the cache over its mount is as fast as with options chosen by hand."""

VARIANT = "nfs"
CLUSTER = ("up", "--yes", "--only", "docker,nvidia,gpu,minikube")
VOLUME = "/api/v1/persistentvolumes/nfs-pv"

# What nfs(5) offers for large files, chosen by hand; compared with the options that our volume names.
BY_HAND = "vers=4.2,hard,noatime,nconnect=16,rsize=1048576,wsize=1048576,proto=tcp"
BIG = 1024


def scenario(lab):
    lab.boot()
    lab.prepare()
    answer = lab.gpucluster(*CLUSTER)
    lab.check("a cluster runs", answer.code == 0)
    answer = lab.gpucluster("nfs", "setup", "--yes")
    lab.check("the cache is set up", answer.code == 0)
    read(lab)


def read(lab):
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
            began = "s=$(date +%s.%N); dd if=/mnt/big of=/dev/null bs=1M status=none"
            took.append(float(lab.root(f'{began}; awk "BEGIN {{print $(date +%s.%N) - $s}}"')))
            lab.root("umount /mnt")
    best = {chosen: BIG / min(took) for chosen, took in seconds.items()}
    ratio = best[ours] / best[BY_HAND]
    lab.say(f"cold reading: ours {best[ours]:.0f} MiB/s, by hand {best[BY_HAND]:.0f} MiB/s, ratio {ratio:.2f}; {seconds}")
    lab.check("reading is as fast as with options chosen by hand (0.9)", ratio >= 0.9)
    lab.root("rm /srv/gpucluster/big")
