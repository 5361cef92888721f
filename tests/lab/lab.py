"""What a scenario works with: a machine, a transcript and checks that are counted."""

import difflib
import json
import shlex
import subprocess
import time
from pathlib import Path

from machine import Machine

PROFILE = "gpucluster"
HOME = "/home/alice"
DATA = f"{HOME}/.local/share/gpucluster/profiles/{PROFILE}"
STATE = f"{HOME}/.local/state/gpucluster"
SERVER = "http://127.0.0.1:8901"


class Lab:
    """One scenario's machine. `out` is the folder for the evidence."""

    def __init__(self, name, image, payload, work, out):
        self.name, self.out = name, out
        self.machine = Machine(image, payload, work)
        self.passed = self.failed = 0
        self.begun = time.monotonic()
        out.mkdir(parents=True, exist_ok=True)
        self.written = open(out / "transcript.txt", "w")

    # -- words ------------------------------------------------------------------------------------

    def put(self, text):
        """Into the transcript and onto the screen."""
        print(text, flush=True)
        self.written.write(text + "\n")
        self.written.flush()

    def say(self, text):
        self.put(f"[{time.monotonic() - self.begun:4.0f} s] {self.name}: {text}")

    def show(self, prompt, answer, began):
        self.put(f"\n{prompt}")
        for text in (answer.out, answer.err):
            if text.strip():
                self.put("  " + "\n  ".join(text.rstrip().splitlines()))
        self.put(f"  [exit {answer.code}, {time.monotonic() - began:.0f} s]")

    def check(self, what, holds):
        """Counts a check: a truth, or something to call, which raises or answers False when it is none."""
        try:
            good, why = (holds() if callable(holds) else holds), ""
        except Exception as error:  # noqa: BLE001: any failure of a check is its result
            good, why = False, f": {type(error).__name__}: {error}"
        if good is False:
            self.failed += 1
            self.put(f"FAIL  {what}{why}")
        else:
            self.passed += 1
            self.put(f"ok    {what}")
        return good is not False

    # -- the machine ------------------------------------------------------------------------------

    def boot(self):
        began = time.monotonic()
        self.machine.boot()
        self.say(f"booted in {time.monotonic() - began:.0f} s")

    def prepare(self):
        """What is there before gpucluster comes: the program itself, `uv` and an image to run."""
        self.root("install -m 755 -t /usr/local/bin /opt/lab/bin/gpucluster /opt/lab/bin/uv")
        # Exit code 3: `--gpus` cannot work yet. To make it work is gpucluster's part.
        made = self.machine.run("root", "/opt/lab/bin/live-docker start --dir /var/lib/lab/engine")
        assert made.code in (0, 3), made.out + made.err

    def root(self, command, timeout=600):
        """A command behind the scenes; it must succeed. Its output."""
        answer = self.machine.run("root", command, timeout)
        if answer.code != 0:
            raise AssertionError(f"`{command}` ended with {answer.code}: {answer.out}{answer.err}")
        return answer.out

    def alice(self, command, timeout=1800):
        """A command of the person's, in the transcript."""
        began = time.monotonic()
        answer = self.machine.run("alice", command, timeout)
        line = command if isinstance(command, str) else shlex.join(map(str, command))
        self.show(f"alice$ {line}", answer, began)
        return answer

    def gpucluster(self, *words, key=True, timeout=1800):
        """gpucluster as the person types it, with the key in the environment. Words such as `NAME=value`
        before the others are variables."""
        began = time.monotonic()
        named = [word for word in words if "=" in word and word.split("=")[0].isupper()]
        line = shlex.join([*named, "gpucluster", *(word for word in words if word not in named)])
        answer = self.machine.run("alice", (self.with_key() if key else "") + line, timeout)
        self.show(f"alice$ {line}", answer, began)
        return answer

    def with_key(self):
        """The words before a command that give it the key."""
        return f"WANDB_API_KEY={self.root('cat /var/lib/lab/wandb/api-key').strip()} "

    # -- looking ----------------------------------------------------------------------------------

    def status(self):
        """The report of `gpucluster status`."""
        return json.loads(self.machine.run("alice", "gpucluster status --output json").out)

    def checks(self, *words):
        """The checks of `gpucluster doctor`, by name."""
        line = shlex.join([*words, "gpucluster", "doctor", "--output", "json"])
        report = json.loads(self.machine.run("alice", self.with_key() + line).out)
        return {check["id"]: check for check in report["checks"]}

    def follow(self, hints):
        """Types the commands that gpucluster advises, as they are."""
        for hint in hints:
            if hint["command"]:
                self.alice(hint["command"])

    def healthy(self):
        """Waits until status says that everything runs: just after a start an emulated machine is busy with
        the controllers' first rounds, and a look is not answered in time."""
        self.wait("everything runs", lambda: self.status()["healthy"], 240)

    def kube(self, path, method="GET", body=None):
        """An answer of the cluster's API."""
        body = [] if body is None else [json.dumps(body)]
        answer = self.machine.run("alice", ["/opt/lab/bin/kube-api", method, path, *body])
        assert answer.code == 0, answer.err
        return json.loads(answer.out)

    def polling(self):
        """Whether an agent says to the stand-in for W&B's server that it polls."""
        look = f"import urllib.request as u; print(u.urlopen('{SERVER}/standin/agents').read().decode())"
        agents = json.loads(self.root(["python3", "-c", look]))
        return any(agent.get("reportedStatus") == "POLLING" for agent in agents)

    def inventory(self):
        return self.root("/opt/lab/bin/inventory")

    def as_before(self, before):
        """Raises with every line in which the machine differs from what it was."""
        after = self.inventory()
        lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""))
        if lines:
            raise AssertionError("\n  " + "\n  ".join(lines[2:]))

    def wait(self, what, holds, seconds):
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not seen within {seconds} s")
            time.sleep(1)

    # -- the end ----------------------------------------------------------------------------------

    def bring_back(self):
        """Transcript, journals and the state at the end, into the folder for the evidence."""
        kept = {
            "journals.tar": f"tar -C {HOME} -c .local/state 2>/dev/null",
            "state.txt": "/opt/lab/bin/inventory",
            "system-journal.txt": "journalctl --no-pager -b -o short-monotonic",
            "agent-log.txt": f"cat {DATA}/agent/run/log 2>/dev/null",
        }
        for name, command in kept.items():
            with open(self.out / name, "wb") as file:
                subprocess.run(
                    [*self.machine.ssh("root"), command],
                    stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.DEVNULL, timeout=120,
                )

    def close(self):
        self.machine.pull_the_plug()
        console = Path(self.machine.console)
        if console.exists():
            (self.out / "console.txt").write_bytes(console.read_bytes())
        self.written.close()
