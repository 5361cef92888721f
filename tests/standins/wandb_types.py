"""The types that queries of W&B Launch read: viewer, project, queue, item, run.

Only what clients of wandb 0.31.0 ask for is offered, even where the real schema
has more; the sources are named in wandb_operations.
"""

from __future__ import annotations

import json

from wandb_graphql import Resolver, Scalar
from wandb_state import Store, now


def _connection(nodes: list[dict]) -> dict:
    return {"edges": [{"node": node} for node in nodes]}


class Types:
    """What can be read, over one Store; a fresh instance per request."""

    def __init__(self, store: Store, base_url: str, api_key: str):
        self.store = store
        self.base_url = base_url
        self.api_key = api_key

    # Types

    def viewer(self, _: dict) -> dict:
        entity = self.store.entities[0]
        teams = [{"__typename": "Entity", "name": name} for name in sorted(self.store.teams)]
        return {
            "__typename": "User",
            "id": "VXNlcjox",
            "entity": entity,
            "username": entity,
            "name": entity,
            "email": f"{entity}@example.com",
            "flags": "{}",
            "admin": False,
            "deletedAt": None,
            "teams": _connection(teams),
            "apiKeys": _connection([]),
        }

    def entity_type(self, name: str) -> dict:
        def config(arguments: dict) -> dict | None:
            found = self.store.tables["config"].get(str(arguments["id"]))
            if found is None or found["entity"] != name:
                return None
            variables = [
                {"__typename": "TemplateVariable", "name": key, "schema": json.dumps(one["schema"])}
                for key, one in found["templateVariables"].items()
            ]
            return {
                "__typename": "DefaultResourceConfig",
                "config": Scalar(found["config"]),
                "resource": found["resource"],
                "templateVariables": variables,
            }

        return {
            "__typename": "Entity",
            "id": f"RW50aXR5:{name}",
            "name": name,
            "isTeam": name in self.store.teams,
            "organization": {"__typename": "Organization", "coreWeaveOrganizationId": None},
            "defaultResourceConfig": Resolver("id:ID!", config),
        }

    def project_type(self, project: dict) -> dict:
        entity, name = project["entity"], project["name"]

        def run(arguments: dict) -> dict | None:
            found = self.store.run(entity, name, arguments["name"])
            return found and self.run_type(found)

        def queue(arguments: dict) -> dict | None:
            found = self.store.queue(entity, name, arguments["name"])
            return found and self.queue_type(found)

        queues = self.store.all("queue", entity=entity, project=name)
        return {
            "__typename": "Project",
            "id": project["id"],
            "name": name,
            "entityName": entity,
            "createdAt": project["createdAt"],
            "description": None,
            "access": "PRIVATE",
            "views": "{}",
            "isBenchmark": False,
            "readOnly": False,
            "entity": self.entity_type(entity),
            "user": self.viewer({}),
            "runQueues": [self.queue_type(one) for one in queues],
            "runQueue": Resolver("name:String!", queue),
            "run": Resolver("name:String!", run),
            "bucket": Resolver("name:String! missingOk:Boolean", run),
        }

    def queue_type(self, queue: dict) -> dict:
        def items(arguments: dict) -> dict:
            self.store.release_leases()
            found = self.store.all("item", queueId=queue["id"])
            return _connection([self.item_type(one) for one in found[: arguments["first"]]])

        def item(arguments: dict) -> dict | None:
            self.store.release_leases()
            found = self.store.tables["item"].get(str(arguments["id"]))
            return self.item_type(found) if found and found["queueId"] == queue["id"] else None

        return {
            "__typename": "RunQueue",
            "id": queue["id"],
            "name": queue["name"],
            "createdBy": 1,
            "access": queue["access"],
            "defaultResourceConfigID": queue["configId"],
            "prioritizationMode": queue["prioritizationMode"],
            "externalLinks": Scalar(queue["externalLinks"]),
            "runQueueItems": Resolver("first:Int", items),
            "runQueueItem": Resolver("id:ID!", item),
        }

    def item_type(self, item: dict) -> dict:
        fields = {name: item[name] for name in ("id", "state", "associatedRunId")}
        return {"__typename": "RunQueueItem", **fields}

    def run_type(self, run: dict) -> dict:
        plain = ("id", "name", "state", "stopped", "displayName", "description", "config")
        fields = {name: run[name] for name in (*plain, "notes", "tags", "summaryMetrics")}
        project = self.store.project(run["entity"], run["project"], create=True)
        return {
            "__typename": "Run",
            **fields,
            "sweepName": None,
            "historyLineCount": 0,
            "eventsLineCount": 0,
            "logLineCount": 0,
            "historyTail": "[]",
            "eventsTail": "[]",
            "wandbConfig": Resolver("keys:[String]", lambda _: "{}"),
            "project": self.project_type(project),
        }

    # Queries

    def entity(self, arguments: dict) -> dict | None:
        name = arguments["name"]
        return self.entity_type(name) if name in self.store.entities else None

    def project(self, arguments: dict) -> dict | None:
        entity = arguments["entityName"] or self.store.entities[0]
        found = self.store.project(entity, arguments["name"])
        return found and self.project_type(found)

    def launch_agent(self, arguments: dict) -> dict | None:
        agent = self.store.tables["agent"].get(str(arguments["id"]))
        if agent is None:
            return None
        agent["heartbeatAt"] = now()
        asked = ("id", "name", "runQueues", "hostname", "agentStatus", "stopPolling", "heartbeatAt")
        return {"__typename": "LaunchAgent", **{name: agent[name] for name in asked}}
