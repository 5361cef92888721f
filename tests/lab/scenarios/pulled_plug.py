"""pulled-plug: the power goes three times in the middle of up; the next up converges, nothing of ours is torn."""

import json
import time

VARIANT = "fresh"
# Where the power goes, by the words of the change that has just begun.
MOMENTS = ["apt-get install", "minikube start", "pip install"]
OURS = ["/etc/exports.d", "/etc/docker", "/home/alice/.local/share/gpucluster", "/home/alice/.local/state/gpucluster"]


def scenario(lab):
    lab.boot()
    lab.prepare()
    for moment in MOMENTS:
        cut(lab, moment)
        whole(lab)
    answer = lab.gpucluster("up", "--yes")
    lab.check("up converges", answer.code == 0)
    lab.check("status: everything runs", lab.healthy)
    answer = lab.gpucluster("up", "--yes")
    idle = answer.code == 0 and "nothing to change" in answer.err
    lab.check("a second up changes nothing", idle)
    whole(lab)


def cut(lab, moment):
    """Begins `up`, waits until its journal says that the change has begun, and ends the machine."""
    known = set(runs(lab))
    lab.put("\nalice$ gpucluster up --yes")
    started = lab.machine.start("alice", f"{lab.with_key()}gpucluster up --yes")
    seen = lab.check(f"{moment}: it begins", lambda: lab.wait(moment, lambda: begun(lab, moment, known), 600))
    lab.machine.pull_the_plug()
    started.wait(30)
    lab.say(f"the power went {'during' if seen else 'without'} `{moment}`")
    lab.boot()


def runs(lab):
    return lab.root("ls /home/alice/.local/state/gpucluster/runs 2> /dev/null || :").split()


def begun(lab, moment, known):
    for run in set(runs(lab)) - known:
        words = lab.root(f"grep -F '{moment}' /home/alice/.local/state/gpucluster/runs/{run}/journal.jsonl || :")
        if words:
            time.sleep(2)  # into the middle of it
            return True
    return False


def whole(lab):
    """Every line of every journal can be read, and nothing half-written lies about."""
    lab.check("the journals are whole", lambda: journals(lab))
    left = lab.root(f"find {' '.join(OURS)} -path '*/venv' -prune -o \( -name '*.tmp*' -o -name '.*.part' -o -size 0 -name '*.json' \) -print 2> /dev/null || :")
    lab.check("no half-written file is left", lambda: nothing(left))


def nothing(left):
    assert not left.strip(), left


def journals(lab):
    for run in runs(lab):
        text = lab.root(f"cat /home/alice/.local/state/gpucluster/runs/{run}/journal.jsonl")
        lines = text.split("\n")
        # The last line may be cut where it was being written; the reader says so.
        for line in lines[:-1]:
            json.loads(line)
