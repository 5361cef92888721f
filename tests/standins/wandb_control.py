"""Test control of the stand-in: what `/standin/...` answers (see wandb_server).

Also the outage: a time during which everything but this control fails, by a
status (5xx) or by dropping the connection, optionally for some root fields only.
"""

from __future__ import annotations

import time

from wandb_state import Store

RUN_STATES = ("pending", "running", "finished", "failed", "crashed", "killed")


class Refused(Exception):
    """A control request that makes no sense; answered with 400."""


class Control:
    """Answers control requests; the caller holds the store's lock."""

    def __init__(self, store: Store):
        self.store = store
        self.until = 0.0
        self.status: int | None = None
        self.fields: set[str] = set()

    def failing(self, fields: list[str]) -> int | None:
        """None: no outage; 0: drop the connection; else the status to send."""
        if time.time() >= self.until or (self.fields and not self.fields & set(fields)):
            return None
        return self.status or 0

    def get(self, what: str) -> list[dict]:
        tables = self.store.tables
        self.store.release_leases()
        if what == "agents":
            return list(tables["agent"].values())
        if what == "queues":
            return [
                {**queue, "config": tables["config"].get(str(queue["configId"]))}
                for queue in tables["queue"].values()
            ]
        if what == "items":
            names = {queue["id"]: queue["name"] for queue in tables["queue"].values()}
            return [{**item, "queue": names.get(item["queueId"])} for item in tables["item"].values()]
        if what == "runs":
            return list(tables["run"].values())
        raise Refused(f"no such list: {what}")

    def post(self, what: str, body: dict) -> dict:
        if what == "stop-agent":
            return self._stop_agents(body.get("agent"))
        if what == "outage":
            return self._outage(body)
        if what == "run-state":
            return self._run_state(body)
        raise Refused(f"no such action: {what}")

    def _stop_agents(self, wanted: str | None) -> dict:
        stopped = []
        for agent in self.store.tables["agent"].values():
            if wanted in (None, agent["id"], agent["name"]):
                agent["stopPolling"] = True
                self.store.put("agent", agent["id"], agent)
                stopped.append(agent["name"])
        if not stopped:
            raise Refused("no such agent")
        return {"stopped": stopped}

    def _outage(self, body: dict) -> dict:
        status = body.get("status")
        if status is not None and not (isinstance(status, int) and 400 <= status <= 599):
            raise Refused("status must be 400-599, or absent to drop connections")
        self.until = time.time() + float(body.get("seconds", 0))
        self.status = status
        self.fields = set(body.get("fields") or [])
        return {"until": self.until, "status": status, "fields": sorted(self.fields)}

    def _run_state(self, body: dict) -> dict:
        try:
            place = (body["entity"], body["project"], body["run"])
        except KeyError as missing:
            raise Refused(f"missing {missing}") from None
        if place[0] not in self.store.entities:
            raise Refused(f"no such entity: {place[0]}")
        state = body.get("state")
        if state is not None and state not in RUN_STATES:
            raise Refused(f"state must be one of {', '.join(RUN_STATES)}")
        run = self.store.run(*place, create=state or "running")
        changes = {"state": state or run["state"], "stopped": bool(body.get("stopped", run["stopped"]))}
        self.store.update_run(run, **changes)
        return run
