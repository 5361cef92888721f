#!/usr/bin/env python3
"""A control plane that is none, for check_minikube: the same command line,
files and signals as tests/controlplane, and a /healthz. It lets minikube's
contract be checked in seconds and without a build."""

import argparse
import json
import os
import pathlib
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

parser = argparse.ArgumentParser()
parser.add_argument("verb", choices=["run"])
for name in ("dir", "port", "context", "node", "gpus", "cpus", "memory", "addons"):
    parser.add_argument("--" + name, required=True)
options = parser.parse_args()
folder = pathlib.Path(options.dir)


class Health(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


try:  # the port of last time, as the real one
    port = int((folder / "port").read_text())
except (OSError, ValueError):
    port = 0
server = ThreadingHTTPServer(("127.0.0.1", port), Health)
(folder / "port").write_text(str(server.server_port))
name = options.context
(folder / "admin.kubeconfig").write_text(json.dumps({
    "clusters": [{"name": name, "cluster": {
        "server": f"http://127.0.0.1:{server.server_port}", "certificate-authority-data": "Y2E="}}],
    "users": [{"name": name, "user": {
        "client-certificate-data": "Y2VydA==", "client-key-data": "a2V5"}}],
    "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
}))
(folder / "arguments.json").write_text(json.dumps(vars(options)))
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
threading.Thread(target=server.serve_forever, daemon=True).start()
(folder / "ready").touch()
signal.pause()
