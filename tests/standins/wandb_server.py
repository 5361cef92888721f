#!/usr/bin/env python3
"""A stand-in for W&B's server: Launch queues, agents and runs over plain HTTP.

    wandb_server.py --port 0 --bind 127.0.0.1 --state DIR
                    [--entity NAME ...] [--team NAME ...]
                    [--queue NAME:kubernetes[:FILE.json] ...]
                    [--api-key-file FILE] [--lease-seconds 60]

Standard library only. POST /graphql answers what `wandb launch-agent`,
`wandb launch`, the queue calls of `wandb.Api()` and a plain `wandb.init()` run
of wandb 0.31.0 send; wandb_operations.py lists it. `check_wandb` holds it to
the real package. It is no model of W&B's authorisation, of its checks of a
queue's config, of artifacts (`wandb launch --job`) or of clients before 0.28.

The first --entity is the key's default entity (default: `standin`); --team adds
team entities. FILE.json of a queue: {"config": {...}, "template_variables":
{...}} as `Api().create_run_queue` takes them. The key file has one accepted key
per line; without it a key is made up and written to DIR/api-key (0600).

In DIR: `address` (http://127.0.0.1:PORT, present while listening), `journal.jsonl`
(survives a restart) and `operations.jsonl`, one line per request:
{"time", "method", "path", "operation", "fields", "variables", "status",
"credential": good|wrong|missing, "agent", "errors"}, secrets replaced by
`<redacted>`; bodies of file_stream and uploads are not kept.

Control, same port, from loopback addresses only and without a key:

    GET  /standin/agents|queues|items|runs   lists of objects
    POST /standin/stop-agent  {"agent": ID or name}      all if absent: stopPolling
    POST /standin/outage      {"seconds": N, "status": 503, "fields": [...]}
                              no status: connections are dropped; fields: only
                              requests with these root fields; seconds 0: over
    POST /standin/run-state   {"entity", "project", "run", "state", "stopped"}

An agent's `agentStatus` is POLLING from creation; `reportedStatus` is what the
agent itself last said by updateLaunchAgent (null until then: about 10 s).
"""

from __future__ import annotations

import argparse
import base64
import gzip
import http.server
import ipaddress
import json
import os
import pathlib
import re
import secrets
import signal
import socket
import struct
import sys
import threading
import time
from typing import Any

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from wandb_control import Control, Refused  # noqa: E402
from wandb_graphql import GraphQLError, Request  # noqa: E402
from wandb_operations import Operations, seed_queue  # noqa: E402
from wandb_state import Store  # noqa: E402

REDACTED = "<redacted>"
SECRET_NAME = re.compile(r"api_?key|password|secret|token", re.IGNORECASE)
MAX_BODY = 64 * 1024 * 1024


def log(text: str) -> None:
    print(f"wandb stand-in: {text}", file=sys.stderr, flush=True)


class Site:
    """What all requests share: keys, store, control, the log of operations."""

    def __init__(self, folder: pathlib.Path, keys: list[str], store: Store):
        self.keys = keys
        self.store = store
        self.control = Control(store)
        self.lock = threading.Lock()
        self.operations = (folder / "operations.jsonl").open("a", encoding="utf-8")

    def record(self, entry: dict, presented: str | None) -> None:
        """Appends to operations.jsonl; no key, accepted or refused, gets there."""
        line = json.dumps(self._clean(entry))
        for key in (*self.keys, presented or ""):
            if len(key) >= 16:  # a shorter "key" could be any word of the line
                line = line.replace(key, REDACTED)
        with self.lock:
            self.operations.write(line + "\n")
            self.operations.flush()

    def _clean(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: REDACTED if SECRET_NAME.search(k) else self._clean(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self._clean(one) for one in value]
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                return json.dumps(self._clean(json.loads(value)))
            except ValueError:
                return value
        return value


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "wandb-standin"
    # One write per answer: head and body apart cost 40 ms each (delayed ACK).
    wbufsize = 64 * 1024
    site: Site

    def log_message(self, format: str, *args: Any) -> None:
        """operations.jsonl has it, with more."""

    # Reading and answering

    def handle_expect_100(self) -> bool:
        """The client waits for this answer, so it must not stay in the buffer."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            parts = []
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                parts.append(self.rfile.read(size))
                self.rfile.readline()
                if size == 0:
                    break
            raw = b"".join(parts)
        else:
            raw = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MAX_BODY))
        return gzip.decompress(raw) if self.headers.get("Content-Encoding") == "gzip" else raw

    def answer(self, status: int, payload: Any, **entry: Any) -> None:
        if not self.path.startswith("/standin/"):
            told = {"time": round(time.time(), 3), "method": self.command, "path": self.path}
            agent = self.headers.get("User-Agent")
            told.update(entry, status=status, credential=self.credential(), agent=agent)
            self.site.record(told, self.presented())
        content = json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def drop(self) -> None:
        """Ends the connection without an answer, by a reset when it is closed."""
        told = {"time": round(time.time(), 3), "method": self.command, "path": self.path, "status": 0}
        self.site.record(told, self.presented())
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def presented(self) -> str | None:
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        try:
            user, _, key = base64.b64decode(value).decode().partition(":")
        except ValueError:
            return value
        return key if kind.lower() == "basic" and user == "api" else value

    def credential(self) -> str:
        if not self.headers.get("Authorization"):
            return "missing"
        return "good" if self.presented() in self.site.keys else "wrong"

    # Methods

    def do_GET(self) -> None:
        self.route(b"")

    def do_POST(self) -> None:
        self.route(self.body())

    def do_PUT(self) -> None:
        self.route(self.body())

    def route(self, body: bytes) -> None:
        if self.path.startswith("/standin/"):
            return self.control(body)
        if self.command == "POST" and self.path == "/graphql":
            return self.graphql(body)
        outage = self.site.control.failing([])
        if outage is not None:
            return self.answer(outage, {"error": "outage"}) if outage else self.drop()
        if self.command == "PUT" and self.path.startswith("/storage/"):
            return self.answer(200, {}, bytes=len(body))
        stream = re.fullmatch(r"/files/([^/]+)/([^/]+)/([^/]+)/file_stream", self.path)
        if self.command == "POST" and stream:
            return self.file_stream(stream.groups(), body)
        if self.path == "/healthz":
            return self.answer(200, {"ok": True})
        return self.answer(404, {"error": f"not known: {self.command} {self.path}"})

    def control(self, body: bytes) -> None:
        if not ipaddress.ip_address(self.client_address[0]).is_loopback:
            return self.answer(403, {"error": "loopback only"})
        what = self.path[len("/standin/") :]
        try:
            with self.site.store.lock:
                if self.command == "GET":
                    answer: Any = self.site.control.get(what)
                else:
                    asked = json.loads(body or b"{}")
                    if not isinstance(asked, dict):
                        raise Refused("a JSON object is wanted")
                    answer = self.site.control.post(what, asked)
                answer = json.loads(json.dumps(answer))
        except (Refused, ValueError) as error:
            return self.answer(400, {"error": str(error)})
        return self.answer(200, answer)

    def file_stream(self, place: tuple, body: bytes) -> None:
        if self.credential() != "good":
            return self.answer(401, {"error": "user is not logged in"})
        told = json.loads(body or b"{}")
        with self.site.store.lock:
            run = self.site.store.run(*place)
            if run and told.get("complete"):
                code = told.get("exitcode")
                self.site.store.update_run(run, state="failed" if code else "finished")
        return self.answer(200, {}, bytes=len(body))

    def graphql(self, body: bytes) -> None:
        try:
            asked = json.loads(body)
            request = Request(asked["query"], asked.get("variables"), asked.get("operationName"))
        except GraphQLError as error:
            log(f"unreadable query: {error}")
            return self.answer(400, {"errors": [{"message": str(error)}]}, errors=[str(error)])
        except (ValueError, KeyError, TypeError):
            return self.answer(400, {"errors": [{"message": "not a GraphQL request"}]})
        entry: dict[str, Any] = {
            "operation": request.operation,
            "fields": request.fields,
            "variables": request.given,
        }
        outage = self.site.control.failing(request.fields)
        if outage is not None:
            return self.answer(outage, {"error": "outage"}, **entry) if outage else self.drop()
        path = request.fields[:1]
        if self.credential() != "good":
            error = {"message": "user is not logged in", "path": path}
            return self.answer(401, {"errors": [error], "data": dict.fromkeys(path)}, **entry)
        base_url = f"http://{self.headers.get('Host')}"
        operations = Operations(self.site.store, base_url, self.presented() or "")
        try:
            with self.site.store.lock:
                data = request.run(operations.roots())
        except GraphQLError as error:
            if error.unknown:
                log(f"unknown operation: {error.unknown}")
            told = {"message": str(error), "path": path}
            payload = {"errors": [told], "data": dict.fromkeys(path)}
            return self.answer(error.status, payload, errors=[str(error)], **entry)
        return self.answer(200, {"data": data}, **entry)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away are normal here; anything else is a defect."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def write_private(path: pathlib.Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def read_keys(file: pathlib.Path | None, folder: pathlib.Path) -> list[str]:
    if file is None:
        file = folder / "api-key"
        if not file.exists():
            write_private(file, secrets.token_hex(20) + "\n")
    keys = [line.strip() for line in file.read_text().splitlines() if line.strip()]
    if not keys:
        sys.exit(f"no key in {file}")
    return keys


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for W&B's server.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--state", type=pathlib.Path, required=True)
    parser.add_argument("--entity", action="append", default=[])
    parser.add_argument("--team", action="append", default=[])
    parser.add_argument("--queue", action="append", default=[], metavar="NAME:RESOURCE[:FILE]")
    parser.add_argument("--api-key-file", type=pathlib.Path)
    parser.add_argument("--lease-seconds", type=float, default=60.0)
    options = parser.parse_args()

    folder = options.state
    folder.mkdir(parents=True, exist_ok=True)
    entities = options.entity or ["standin"]
    store = Store(folder, entities, options.team, options.lease_seconds)
    for queue in options.queue:
        name, _, rest = queue.partition(":")
        resource, _, file = rest.partition(":")
        seed = json.loads(pathlib.Path(file).read_text()) if file else {}
        seed_queue(store, entities[0], name, resource or "kubernetes", seed)
    Handler.site = Site(folder, read_keys(options.api_key_file, folder), store)

    server = Server((options.bind, options.port), Handler)
    address = folder / "address"
    fresh = folder / "address.new"
    fresh.write_text(f"http://127.0.0.1:{server.server_address[1]}\n")
    fresh.replace(address)
    log(f"listening on {options.bind}:{server.server_address[1]}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass
    finally:
        address.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
