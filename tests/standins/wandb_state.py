"""What the stand-in remembers: projects, queues, items, agents, runs.

Everything lives in memory and is appended, one record per change, to
`journal.jsonl` in the state directory, so that a restarted server still has its
queues. The last record of an id wins; a torn last line (killed while writing)
is dropped. API keys never get here.

States of an item: PENDING -> LEASED (popped) -> CLAIMED (acked) -> FINISHED or
FAILED. The SDK only shows that the field exists and is lower-cased
(wandb 0.31.0 apis/public/jobs.py, QueuedRun.state); the names are inferred. An
item that is popped and not acked returns after a minute (comment in
sdk/launch/agent/agent.py).
"""

from __future__ import annotations

import base64
import datetime
import json
import pathlib
import threading
import time
from typing import Any

KINDS = ("project", "config", "queue", "item", "agent", "run")
TERMINAL = ("finished", "failed", "crashed", "killed")
MODEL_REGISTRY = "model-registry"


def now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Store:
    """The tables and the moves of a queue item; callers hold `lock`."""

    def __init__(self, folder: pathlib.Path, entities: list[str], teams: list[str], lease: float):
        self.lock = threading.RLock()
        self.entities = entities + teams
        self.teams = set(teams)
        self.lease = lease
        self.tables: dict[str, dict[str, dict]] = {kind: {} for kind in KINDS}
        self.serial = 0
        self.path = folder / "journal.jsonl"
        kept = self._load()
        self.path.write_text(kept, encoding="utf-8")
        self.journal = self.path.open("a", encoding="utf-8")

    def _load(self) -> str:
        """Replays the journal; returns the lines that were whole."""
        kept = []
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        for line in text.splitlines():
            try:
                record = json.loads(line)
                table = self.tables[record["kind"]]
            except (ValueError, KeyError, TypeError):
                continue
            kept.append(line + "\n")
            self.serial = max(self.serial, record["serial"])
            if record["value"] is None:
                table.pop(record["id"], None)
            else:
                table[record["id"]] = record["value"]
        return "".join(kept)

    def new_id(self, kind: str) -> str:
        """Opaque text like W&B's own: base64 of `RunQueueItem:13`."""
        self.serial += 1
        return base64.b64encode(f"{kind}:{self.serial}".encode()).decode()

    def put(self, kind: str, key: str, value: dict | None) -> None:
        """Sets (None: deletes) a record and writes it down."""
        if value is None:
            self.tables[kind].pop(key, None)
        else:
            self.tables[kind][key] = value
        record = {"kind": kind, "id": key, "serial": self.serial, "value": value}
        self.journal.write(json.dumps(record) + "\n")
        self.journal.flush()

    def all(self, kind: str, **wanted: Any) -> list[dict]:
        """Records of a kind with these values, oldest first."""
        return [
            one
            for one in self.tables[kind].values()
            if all(one.get(name) == value for name, value in wanted.items())
        ]

    def project(self, entity: str, name: str, create: bool = False) -> dict | None:
        """A project; `model-registry` is there for every known entity."""
        if entity not in self.entities:
            return None
        key = f"{entity}/{name}"
        if key not in self.tables["project"] and (create or name == MODEL_REGISTRY):
            value = {"id": self.new_id("Project"), "entity": entity, "name": name, "createdAt": now()}
            self.put("project", key, value)
        return self.tables["project"].get(key)

    def queue(self, entity: str, project: str, name: str) -> dict | None:
        found = self.all("queue", entity=entity, project=project, name=name)
        return found[0] if found else None

    def add_config(self, entity: str, resource: str, config: dict, variables: dict) -> dict:
        value = {
            "id": self.new_id("DefaultResourceConfig"),
            "entity": entity,
            "resource": resource,
            "config": config,
            "templateVariables": variables,
        }
        self.put("config", value["id"], value)
        return value

    def put_queue(self, entity: str, project: str, name: str, **values: Any) -> dict:
        """Makes a queue or changes one."""
        queue = self.queue(entity, project, name) or {
            "id": self.new_id("RunQueue"),
            "entity": entity,
            "project": project,
            "name": name,
            "access": "PROJECT",
            "configId": None,
            "prioritizationMode": "DISABLED",
            "externalLinks": None,
        }
        queue.update(values)
        self.put("queue", queue["id"], queue)
        return queue

    def delete_queue(self, queue_id: str) -> bool:
        if queue_id not in self.tables["queue"]:
            return False
        for item in self.all("item", queueId=queue_id):
            self.put("item", item["id"], None)
        self.put("queue", queue_id, None)
        return True

    def add_item(self, queue: dict, spec: dict, priority: int | None, values: dict) -> dict:
        item = {
            "id": self.new_id("RunQueueItem"),
            "queueId": queue["id"],
            "state": "PENDING",
            "runSpec": spec,
            "templateVariableValues": values,
            "priority": 2 if priority is None else priority,
            "associatedRunId": None,
            "launchAgentId": None,
            "leasedUntil": None,
            "createdAt": now(),
            "error": None,
            "warnings": [],
        }
        self.put("item", item["id"], item)
        return item

    def release_leases(self) -> None:
        for item in self.all("item", state="LEASED"):
            if item["leasedUntil"] <= time.time():
                item.update(state="PENDING", leasedUntil=None, launchAgentId=None)
                self.put("item", item["id"], item)

    def pop(self, queue: dict, agent_id: str | None) -> dict | None:
        """First in, first out; mode V0 puts 0 (critical) before 3 (low)."""
        self.release_leases()
        waiting = self.all("item", queueId=queue["id"], state="PENDING")
        if queue["prioritizationMode"] == "V0":
            waiting.sort(key=lambda item: item["priority"])
        if not waiting:
            return None
        item = waiting[0]
        item.update(state="LEASED", leasedUntil=time.time() + self.lease, launchAgentId=agent_id)
        self.put("item", item["id"], item)
        return item

    def ack(self, item_id: str, run_name: str) -> bool:
        """Claims a leased item; its run is there from now on, `pending`."""
        self.release_leases()
        item = self.tables["item"].get(item_id)
        if item is None or item["state"] != "LEASED":
            return False
        item.update(state="CLAIMED", associatedRunId=run_name, leasedUntil=None)
        self.put("item", item_id, item)
        spec = item["runSpec"]
        if spec.get("entity") in self.entities and spec.get("project"):
            self.run(spec["entity"], spec["project"], run_name, create="pending")
        return True

    def run(self, entity: str, project: str, name: str, create: str | None = None) -> dict | None:
        key = f"{entity}/{project}/{name}"
        if key not in self.tables["run"] and create:
            self.project(entity, project, create=True)
            value = {
                "id": self.new_id("Run"),
                "entity": entity,
                "project": project,
                "name": name,
                "state": create,
                "stopped": False,
                "displayName": name,
                "description": None,
                "config": "{}",
                "notes": None,
                "tags": [],
                "summaryMetrics": "{}",
            }
            self.put("run", key, value)
        return self.tables["run"].get(key)

    def update_run(self, run: dict, **values: Any) -> None:
        """Changes a run; one that ended ends the item that started it."""
        run.update(values)
        self.put("run", f"{run['entity']}/{run['project']}/{run['name']}", run)
        if run["state"] not in TERMINAL:
            return
        for item in self.all("item", associatedRunId=run["name"], state="CLAIMED"):
            spec = item["runSpec"]
            if (spec.get("entity"), spec.get("project")) == (run["entity"], run["project"]):
                item["state"] = "FINISHED"
                self.put("item", item["id"], item)
