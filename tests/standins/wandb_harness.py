"""What `check_wandb` stands on: processes, waits, the server, the real package.

Every wait is bounded and on a condition; every process is started in a group of
its own and ended by group, with what it left behind found by the HOME it was
given (wandb-core is a child of the client and may outlive it).
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any, Callable

HERE = pathlib.Path(__file__).resolve().parent
UNREACHABLE = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|NameResolutionError|ProxyError"
    r"|Temporary failure in name resolution|Network is unreachable|Connection refused",
    re.IGNORECASE,
)


class Skip(Exception):
    """A check that cannot be done here; the text says why."""


class Failed(Exception):
    """A check that does not hold."""


def expect(holds: Any, text: str) -> None:
    if not holds:
        raise Failed(text)


def wait_for(what: str, condition: Callable[[], Any], seconds: float) -> Any:
    """Returns the first true value of `condition`, asked ten times a second."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.1)


class Process:
    """A child with its output in a file."""

    def __init__(self, command: list, env: dict, log: pathlib.Path, cwd: pathlib.Path):
        self.log = log
        with log.open("wb") as out:
            self.child = subprocess.Popen(
                [str(part) for part in command],
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def tail(self) -> str:
        return self.text()[-1500:]

    def line(self, wanted: str, seconds: float) -> None:
        """Waits for a text in the output; an early end is a failure at once."""

        def there() -> bool:
            if wanted in self.text():
                return True
            expect(self.child.poll() is None, f"ended (rc {self.child.poll()}) without {wanted!r}:\n{self.tail()}")
            return False

        try:
            wait_for(f"output with {wanted!r}", there, seconds)
        except Failed as error:
            raise Failed(f"{error}\n{self.tail()}") from None

    def end(self, seconds: float) -> int:
        """Waits for the end and returns the exit status."""
        try:
            return self.child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"still running after {seconds:.0f} s:\n{self.tail()}") from None

    def kill(self, sign: int = signal.SIGKILL) -> None:
        try:
            os.killpg(self.child.pid, sign)
        except ProcessLookupError:
            pass
        if sign == signal.SIGKILL:
            self.child.wait()


def end_all(processes: list[Process], folder: pathlib.Path) -> None:
    """Ends the groups, then whatever else has a HOME below `folder`."""
    for process in processes:
        process.kill()
    mark = f"HOME={folder}/".encode()
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark in (entry / "environ").read_bytes():
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue


class Server:
    """The stand-in, started as its own process on a free port."""

    def __init__(self, state: pathlib.Path, processes: list[Process], *options: str):
        self.state = state
        self.options = options
        self.processes = processes
        self.starts = 0

    def start(self) -> None:
        self.starts += 1
        self.state.mkdir(parents=True, exist_ok=True)
        log = self.state.parent / f"{self.state.name}-{self.starts}.log"
        command = [sys.executable, HERE / "wandb_server.py", "--state", self.state, *self.options]
        env = {"PATH": os.environ["PATH"], "HOME": f"{self.state.parent}/"}
        self.process = Process(command, env, log, self.state)
        self.processes.append(self.process)
        self.process.line("listening on", 15)
        self.url = (self.state / "address").read_text().strip()
        self.key = (self.state / "api-key").read_text().strip()

    def stop(self) -> None:
        self.process.kill(signal.SIGTERM)
        self.process.end(10)

    def ask(self, path: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
        """One HTTP request; a dropped connection is status 0."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data)
        if key is not None:
            token = base64.b64encode(f"api:{key}".encode()).decode()
            request.add_header("Authorization", f"Basic {token}")
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except (urllib.error.URLError, ConnectionError):
            return 0, None

    def graphql(self, query: str, key: str | None = None, **variables: Any) -> tuple[int, Any]:
        body = {"query": query, "variables": variables}
        return self.ask("/graphql", body, self.key if key is None else key)

    def get(self, what: str) -> list[dict]:
        status, answer = self.ask(f"/standin/{what}")
        expect(status == 200, f"GET /standin/{what}: {status} {answer}")
        return answer

    def operations(self) -> list[dict]:
        return [json.loads(line) for line in (self.state / "operations.jsonl").read_text().splitlines()]


def cache_folder() -> pathlib.Path:
    named = os.environ.get("GPUCLUSTER_TEST_CACHE")
    if named:
        return pathlib.Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "gpucluster-test"


def run_pip(command: list, env: dict) -> subprocess.CompletedProcess:
    try:
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=900)
    except subprocess.TimeoutExpired:
        raise Failed("pip did not end within 900 s") from None


def wandb_venv(version: str) -> tuple[pathlib.Path, str]:
    """The pinned package with its launch extra, installed once per version.

    wandb 0.31.0 with [launch], measured with pip 23.2 on 2 cores: 67-129 s,
    about 146 MB to download, 994 MB on disk.
    """
    if sys.version_info < (3, 10):
        raise Skip("wandb needs Python 3.10 or newer")
    venv = cache_folder() / f"wandb-venv-{version}"
    venv.parent.mkdir(parents=True, exist_ok=True)
    with (venv.parent / f"{venv.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        python = venv / "bin" / "python"
        done = venv / ".installed"
        show = [python, "-c", "import wandb; print(wandb.__version__)"]
        if done.exists() and python.exists():
            seen = subprocess.run(show, capture_output=True, text=True)
            if seen.stdout.strip() == version:
                return venv, "reused"
        shutil.rmtree(venv, ignore_errors=True)
        began = time.monotonic()
        env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
        made = run_pip([sys.executable, "-m", "venv", venv], env)
        if made.returncode != 0:
            raise Skip(f"python -m venv does not work here: {(made.stdout + made.stderr).strip()[-300:]}")
        pip = [python, "-m", "pip", "install", "--quiet", "--timeout", "15", "--retries", "2"]
        put = run_pip([*pip, f"wandb[launch]=={version}"], env)
        if put.returncode != 0:
            shutil.rmtree(venv, ignore_errors=True)
            if UNREACHABLE.search(put.stderr):
                raise Skip(f"PyPI cannot be reached: {UNREACHABLE.search(put.stderr).group()}")
            raise Failed(f"pip install failed:\n{put.stderr[-1500:]}")
        size = sum(file.lstat().st_size for file in venv.rglob("*")) // 1_000_000
        done.write_text(f"{version}\n")
        return venv, f"installed in {time.monotonic() - began:.0f} s, {size} MB"
