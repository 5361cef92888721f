"""reboot: the machine is started anew; status tells the truth, up mends it, the agent comes back by itself."""

VARIANT = "fresh"
UNIT = "gpucluster-agent-gpucluster.service"


def scenario(lab):
    lab.boot()
    lab.prepare()
    lab.check("up brings everything up", lab.gpucluster("up", "--yes").code == 0)
    unit = f"systemctl --user is-enabled {UNIT}; systemctl --user is-active {UNIT}"
    lab.check("the agent is a user unit", lab.alice(unit).out.split() == ["enabled", "active"])
    lingers = lambda: lab.root("ls /var/lib/systemd/linger").split() == ["alice"]
    lab.check("alice lingers", lingers)

    lab.say("rebooting")
    lab.machine.reboot()
    lab.say("booted again")
    lab.check("nobody had to log in for the unit", lambda: lab.wait("the unit", lambda: active(lab), 60))
    # minikube's container has no restart policy. An agent with no cluster behind it would take every item
    # of the queue and fail it.
    lab.check("the agent does not run without a cluster", not agents(lab))
    answer = lab.gpucluster("status", key=False)
    lab.check("status tells that the cluster is down", answer.code != 0)
    report = lab.status()
    lab.check("and what the agent waits for", not report["healthy"])
    lab.gpucluster("doctor")

    answer = lab.gpucluster("up", "--yes", key=False)
    lab.check("up mends it, and needs no key for that", answer.code == 0)
    lab.check("status: everything runs", lab.healthy)
    lab.check("the agent polls at the server", lambda: lab.wait("POLLING", lab.polling, 120))
    answer = lab.gpucluster("up", "--yes", key=False)
    idle = answer.code == 0 and "nothing to change" in answer.err
    lab.check("a second up changes nothing", idle)


def active(lab):
    # 0 whatever it says: an inactive unit is an answer.
    look = f"systemctl --user -M alice@ is-active {UNIT} || :"
    return lab.root(look).strip() == "active"


def agents(lab):
    return lab.root("pgrep -u alice -f 'wandb launch-agent' || :").split()
