"""Shared by the contract checks that need Docker: the engine, and the report."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LIVE_DOCKER = HERE.parent.parent / "scripts" / "live-docker"


class Skip(Exception):
    """Why a check could not be done here."""


def same(got, want):
    assert got == want, f"\n  got:  {got!r}\n  want: {want!r}"


class Engine:
    """A Docker engine with the GPU stand-ins: the running one, or one of our
    own that ends with us. `state` is the stand-ins' folder, if it can be known."""

    def __init__(self):
        self.why, self.state, self.ours = "", None, None

    def __enter__(self):
        if not self.answers():
            self.start()
        if not self.why:
            self.state = self.find_state()
        return self

    def __exit__(self, *_):
        if self.ours:
            subprocess.run([LIVE_DOCKER, "stop", "--dir", self.ours.name], stdout=sys.stderr)
            self.ours.cleanup()

    @staticmethod
    def answers():
        return subprocess.run(["docker", "version"], capture_output=True).returncode == 0

    def start(self):
        if os.getuid():
            self.why = "no Docker engine answers, and starting one needs root"
            return
        self.ours = tempfile.TemporaryDirectory(prefix="live-docker-", ignore_cleanup_errors=True)
        result = subprocess.run([LIVE_DOCKER, "start", "--dir", self.ours.name], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        print(result.stdout, end="")
        if result.returncode:
            self.why = "no Docker engine can be had: " + (result.stdout.splitlines() or ["?"])[-1]

    @staticmethod
    def find_state():
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if (process / "comm").read_text() == "dockerd\n":
                    text = (process / "environ").read_text()
                    env = dict(e.split("=", 1) for e in text.split("\0") if "=" in e)
                    if shutil.which("nvidia-container-runtime-hook", path=env["PATH"]):
                        return pathlib.Path(env["STANDIN_GPU_STATE"])
            except (OSError, KeyError):
                continue
        return None

    def need(self):
        if self.why:
            raise Skip(self.why)
        if self.state is None and os.getuid() == 0:
            raise Skip("the running engine does not have the GPU stand-ins (scripts/live-docker)")

    def files(self, **files):
        """Files of the stand-ins' state for the time of a `with` (root only)."""
        self.need()
        if self.state is None:
            raise Skip("needs root, to know and write the engine's stand-in state")
        return Files({self.state / n.replace("_", "-"): t for n, t in files.items()})


class Files:
    def __init__(self, files):
        self.files = files

    def __enter__(self):
        self.before = {f: f.read_text() if f.exists() else None for f in self.files}
        for file, text in self.files.items():
            file.write_text(text)

    def __exit__(self, *_):
        for file, text in self.before.items():
            file.unlink() if text is None else file.write_text(text)


def report(checks):
    """Run (name, function) pairs; the last line counts them. The exit code."""
    passed = failed = skipped = 0
    for name, function in checks:
        name = name.replace("_", " ")
        try:
            function()
            passed += 1
            print(f"ok      {name}", flush=True)
        except Skip as reason:
            skipped += 1
            print(f"SKIPPED {name}: {reason}", flush=True)
        except Exception as error:  # one check must not end the others
            failed += 1
            print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0
