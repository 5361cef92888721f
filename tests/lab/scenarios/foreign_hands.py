"""foreign-hands: a machine that others have set up before us. Each trap is handled or named, nothing of theirs moves."""

VARIANT = "nfs"
FOLDER = "/srv/nfs/kubedata"
PATH = f"GPUCLUSTER_NFS_PATH={FOLDER}"
SETUP = (PATH, "up", "--yes", "--skip", "agent")
MOUNT = f"sh -c 'mount -t nfs4 -o soft,timeo=50,retrans=1 $SERVER:{FOLDER} /mnt'"
# Two good entries, one of them for the very folder that we are told to use, and a broken line.
EXPORTS = f"""\
# kept by hand since 2019
/srv/homes      10.9.0.0/16(rw,sync,no_subtree_check)
{FOLDER}  10.9.0.7(ro,sync,no_subtree_check)
/srv/old        10.9.0.0/16(rw,no_such_option)
"""


def scenario(lab):
    lab.boot()
    lab.prepare()
    others(lab)
    before = lab.inventory()
    theirs = belongings(lab)
    not_in_the_group(lab)
    stopped_docker(lab)
    blocked_port(lab)
    lab.check("nothing of theirs has moved", lambda: equal(theirs, belongings(lab)))
    mounted(lab)
    answer = lab.gpucluster(PATH, "down", "--yes")
    lab.check("down takes back what is ours", answer.code == 0)
    lab.check("nothing of theirs has moved", lambda: equal(theirs, belongings(lab)))
    lab.check("the machine is as it was found", lambda: lab.as_before(before))


def others(lab):
    lab.root(f"mkdir -p {FOLDER} /srv/homes && chmod 755 {FOLDER}")
    lab.machine.run("root", "cat > /etc/exports", stdin=EXPORTS)
    lab.root(f"install -o 1001 -g 1001 -m 640 /dev/null {FOLDER}/weights && echo theirs > {FOLDER}/weights")
    lab.root("exportfs -ra || :")
    # As ufw lays its chains.
    lab.root("iptables -N ufw-user-input && iptables -A INPUT -j ufw-user-input")
    lab.root("iptables -A ufw-user-input -p tcp --dport 2049 -j DROP")
    lab.root("systemctl enable -q --now nfs-server")


def belongings(lab):
    """Bytes, owners and live exports of the others."""
    look = f"cat /etc/exports; find {FOLDER} -printf '%p %u:%g %m %s\\n' | sort; cat {FOLDER}/weights"
    live = "exportfs -s | grep 10.9 | sort"
    return lab.root(f"{look}; {live}")


def not_in_the_group(lab):
    lab.root("gpasswd -d alice docker")
    lab.machine.log_in_again("alice")
    lab.gpucluster("doctor", "docker")
    docker = lab.checks()["docker"]
    lab.check("not in group docker: named", docker["reason"] == "DOCKER_PERMISSION")
    # `newgrp` is for a person at a terminal.
    lab.follow(hint for hint in docker["hints"] if "newgrp" not in (hint["command"] or ""))
    docker = lab.checks()["docker"]
    told = "newgrp" in str(docker["hints"]) and "usermod" not in str(docker["hints"])
    lab.check("in the group, and not in this session: named", docker["reason"] == "DOCKER_PERMISSION" and told)
    lab.machine.log_in_again("alice")
    lab.check("after a new login: mended", lab.checks()["docker"]["state"] == "ok")


def stopped_docker(lab):
    lab.root("systemctl stop docker.service docker.socket")
    lab.gpucluster("doctor", "docker")
    docker = lab.checks()["docker"]
    lab.check("a stopped Docker: named", docker["reason"] == "DOCKER_NOT_RUNNING")
    lab.follow(docker["hints"])
    lab.check("the advice mends it", lab.checks()["docker"]["state"] == "ok")


def blocked_port(lab):
    answer = lab.gpucluster(*SETUP)
    words = answer.out + answer.err
    lab.check("a firewall before the NFS server: named", answer.code != 0 and "NFS_PORT_BLOCKED" in words)
    export = lab.checks(PATH)["nfs.export"]
    lab.check("doctor says the same", export["reason"] == "NFS_PORT_BLOCKED")
    lab.follow(export["hints"])
    answer = lab.gpucluster(*SETUP)
    lab.check("the advice mends it", answer.code == 0)
    lab.check("somebody's broken line is named", "/etc/exports:4" in answer.out + answer.err)
    answer = lab.gpucluster(*SETUP)
    idle = answer.code == 0 and "nothing to change" in answer.err
    lab.check("a second one changes nothing", idle)


def mounted(lab):
    lab.alice(f"sudo /opt/lab/bin/client inside {MOUNT}")
    lab.check("the node reads what was there", lambda: lab.root("cat /mnt/weights") == "theirs\n")
    lab.root("umount /mnt")


def equal(before, after):
    assert before == after, f"\n{before}\n  became\n{after}"
