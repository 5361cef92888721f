"""mend: a machine on which Docker is off, the person outside its group and minikube too old. doctor --fix mends it."""

VARIANT = "fresh"
# Of minikube's releases the lab has the stand-in's alone: a file is what a person behind a wall has, too.
RELEASE = "/opt/minikube-linux-amd64"
OLD = """#!/bin/sh
echo '{"commit":"fd7ecd9c4599bef9f04c0986c4a0187f98a4396e","minikubeVersion":"v1.31.2"}'
"""
NEW = """#!/bin/sh
exec /opt/lab/standins/minikube "$@"
"""
MINIKUBE = "/usr/local/bin/minikube"


def scenario(lab):
    lab.boot()
    lab.prepare()
    not_ready(lab)
    before = look(lab)

    def as_it_was():
        lab.as_before(before[0])
        assert look(lab)[1:] == before[1:], f"{before[1:]} became {look(lab)[1:]}"

    lab.gpucluster("doctor", "docker", "minikube")
    found = lab.checks()
    lab.check("what is wrong is named", [found[at].get("reason") for at in ("docker", "minikube.binary")]
              == ["DOCKER_PERMISSION", "MINIKUBE_TOO_OLD"] and "does not run" in found["docker"]["headline"])
    fix = (f"GPUCLUSTER_INSTALL_MINIKUBE_SOURCE={RELEASE}", "doctor", "--fix", "--install")
    answer = lab.gpucluster(*fix, "--plan")
    lab.check("a plan is shown", answer.code == 0 and "systemctl enable --now docker" in answer.out + answer.err)
    lab.check("and changes nothing", as_it_was)

    answer = lab.gpucluster(*fix, "minikube.binary", "--yes")
    lab.check("another minikube than the expected one is refused", "DOWNLOAD_NOT_GENUINE" in answer.err)
    lab.check("and the old one is where it was", lambda: lab.root(f"cat {MINIKUBE}") == OLD)

    digest = lab.root(f"sha256sum {RELEASE}").split()[0]
    fix = (f"GPUCLUSTER_INSTALL_MINIKUBE_SHA256={digest}", *fix)
    answer = lab.gpucluster(*fix, "--yes")
    lab.check("a new member is told to log in again", answer.code == 4 and "newgrp docker" in answer.err)
    lab.machine.log_in_again("alice")
    lab.gpucluster(*fix, "--yes")
    found = lab.checks()
    for at in ("docker", "nvidia.toolkit", "minikube.binary", "nfs.server"):
        lab.check(f"{at} is mended", found[at]["state"] == "ok")
    lab.check("Docker is up after a boot, too", lambda: lab.root("systemctl is-enabled docker").strip() == "enabled")
    lab.check("minikube is the new one", lambda: lab.root(f"cat {MINIKUBE}") == NEW)
    answer = lab.gpucluster(*fix, "--yes")
    lab.check("a second one finds nothing to mend", "nothing to mend" in answer.out + answer.err)

    answer = lab.gpucluster("down", "--yes")
    lab.check("down takes it back", answer.code == 0)
    lab.check("the machine is as it was found", as_it_was)


def not_ready(lab):
    lab.root("gpasswd -d alice docker && systemctl disable --now docker.service docker.socket")
    lab.root(f"rm {MINIKUBE}")
    lab.machine.run("root", f"cat > {MINIKUBE} && chmod 755 {MINIKUBE}", stdin=OLD)
    lab.machine.run("root", f"cat > {RELEASE} && chmod 644 {RELEASE}", stdin=NEW)
    lab.machine.log_in_again("alice")


def look(lab):
    """The inventory, without what only a daemon can tell; minikube; the group's members."""
    return lab.inventory(), lab.root(f"cat {MINIKUBE}; stat -c '%a %U' {MINIKUBE}"), lab.root("getent group docker")
