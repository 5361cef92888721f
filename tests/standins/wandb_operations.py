"""The operations of W&B Launch: every root field that can be asked.

Which fields, arguments and input fields exist is taken from the query texts of
wandb 0.31.0: sdk/launch/api.py (agent, push, pop), apis/public/jobs.py (queues,
items), apis/public/api.py and apis/_generated/operations.py (projects, viewer)
and the strings in bin/wandb-core (Viewer, CreateRunQueue,
CreateDefaultResourceConfig, UpsertRunQueue, UpsertBucket, CreateRunFiles ...).
Fields that no client of that release asks for are not offered, even where the
real schema has them. Dispatch is by root field, since operation names vary.
"""

from __future__ import annotations

import copy
import json
import urllib.parse
from typing import Any

import wandb_templates as templates
from wandb_graphql import GraphQLError, Resolver, Scalar, check_fields
from wandb_state import MODEL_REGISTRY, Store, now
from wandb_types import Types

PRIORITIZATION = ("DISABLED", "V0")


class Operations(Types):
    """Mutations, and the table of everything that may be asked."""

    # Mutations: projects, queues

    def _known_entity(self, entity: str) -> str:
        if entity not in self.store.entities:
            raise GraphQLError(f"entity {entity} not found", 404)
        return entity

    def _config(self, text: str, resource: str) -> dict:
        config = json.loads(text)
        arguments = config.get("resource_args") if isinstance(config, dict) else None
        if not isinstance(arguments, dict) or not isinstance(arguments.get(resource), dict):
            raise GraphQLError(f'config must be {{"resource_args": {{"{resource}": {{...}}}}}}')
        return config

    def upsert_model(self, given: dict) -> dict:
        entity = self._known_entity(given["entityName"] or self.store.entities[0])
        project = self.store.project(entity, given["name"])
        made = project is None
        project = project or self.store.project(entity, given["name"], create=True)
        shown = self.project_type(project)
        return {"project": shown, "model": shown, "inserted": made}

    def create_config(self, given: dict) -> dict:
        config = self._config(given["config"], given["resource"])
        variables = templates.check_definitions(json.loads(given["templateVariables"] or "{}") or {})
        made = self.store.add_config(
            self._known_entity(given["entityName"]), given["resource"], config, variables
        )
        return {"success": True, "defaultResourceConfigID": made["id"]}

    def create_queue(self, given: dict) -> dict:
        entity, project = given["entityName"], given["projectName"]
        if self.store.project(entity, project) is None:
            raise GraphQLError(f"project {entity}/{project} not found", 404)
        if self.store.queue(entity, project, given["queueName"]):
            raise GraphQLError(f"run queue {given['queueName']} already exists in {entity}/{project}")
        config = given["defaultResourceConfigID"]
        if config is not None and config not in self.store.tables["config"]:
            raise GraphQLError(f"default resource config {config} not found", 404)
        if given["access"] not in ("PROJECT", "USER"):
            raise GraphQLError(f"access {given['access']} is not one of PROJECT, USER")
        queue = self.store.put_queue(
            entity,
            project,
            given["queueName"],
            access=given["access"],
            configId=config,
            prioritizationMode=self._mode(given),
        )
        return {"success": True, "queueID": queue["id"]}

    def _mode(self, given: dict) -> str:
        mode = given["prioritizationMode"] or "DISABLED"
        if mode not in PRIORITIZATION:
            raise GraphQLError(f"prioritizationMode {mode} is not one of {', '.join(PRIORITIZATION)}")
        return mode

    def upsert_queue(self, given: dict) -> dict:
        """Config and variables are replaced: null variables means none (inferred)."""
        entity, project = given["entityName"], given["projectName"]
        if self.store.project(entity, project) is None:
            raise GraphQLError(f"project {entity}/{project} not found", 404)
        config = self._config(given["resourceConfig"], given["resourceType"])
        variables = templates.check_definitions(json.loads(given["templateVariables"] or "{}") or {})
        mode = self._mode(given)
        made = self.store.add_config(entity, given["resourceType"], config, variables)
        self.store.put_queue(
            entity,
            project,
            given["queueName"],
            configId=made["id"],
            prioritizationMode=mode,
            externalLinks=json.loads(given["externalLinks"] or "null"),
        )
        return {"success": True, "configSchemaValidationErrors": []}

    def delete_queues(self, given: dict) -> dict:
        done = [self.store.delete_queue(str(one)) for one in given["queueIDs"]]
        return {"success": all(done), "clientMutationId": given["clientMutationId"]}

    def delete_item(self, given: dict) -> dict:
        item = self.store.tables["item"].get(str(given["runQueueItemId"]))
        found = item is not None and item["queueId"] == given["queueID"]
        if found:
            self.store.put("item", item["id"], None)
        return {"success": found, "clientMutationId": given["clientMutationId"]}

    # Mutations: pushing, popping

    def push_by_name(self, given: dict) -> dict:
        queue = self.store.queue(given["entityName"], given["projectName"], given["queueName"])
        if queue is None:
            raise GraphQLError(f"run queue {given['queueName']} not found", 404)
        return self._push(queue, given)

    def push_by_id(self, given: dict) -> dict:
        queue = self.store.tables["queue"].get(str(given["queueID"]))
        if queue is None:
            raise GraphQLError(f"run queue {given['queueID']} not found", 404)
        return self._push(queue, given)

    def _push(self, queue: dict, given: dict) -> dict:
        """Merges the queue's config into the spec, as seen in the returned runSpec.

        A submitter's resource_args count only on a queue without template
        variables (docs: such a queue limits users to its variables; inferred).
        """
        spec = json.loads(given["runSpec"])
        if not isinstance(spec, dict):
            raise GraphQLError("runSpec must be a JSON object")
        spec.pop("_wandb_api_key", None)
        values = json.loads(given.get("templateVariableValues") or "null")
        config = self.store.tables["config"].get(str(queue["configId"]))
        if config is None:
            if not spec.get("resource"):
                raise GraphQLError("No resource configuration and no manually defined resource", 404)
            values = templates.values_for({}, values)
        else:
            values = templates.values_for(config["templateVariables"], values)
            arguments = templates.render(config["config"]["resource_args"], values)
            if spec.get("resource_args") and not config["templateVariables"]:
                arguments = templates.merge(arguments, spec["resource_args"])
            spec["resource"] = spec.get("resource") or config["resource"]
            spec["resource_args"] = arguments
        item = self.store.add_item(queue, spec, given.get("priority"), values)
        return {"runQueueItemId": item["id"], "runSpec": json.dumps(spec)}

    def pop(self, given: dict) -> dict | None:
        queue = self.store.queue(given["entityName"], given["projectName"], given["queueName"])
        if queue is None:
            raise GraphQLError(f"run queue {given['queueName']} not found", 404)
        agent = self.store.tables["agent"].get(str(given["launchAgentId"]))
        if agent:
            agent["heartbeatAt"] = now()
        item = self.store.pop(queue, given["launchAgentId"])
        if item is None:
            return None
        spec = copy.deepcopy(item["runSpec"])
        spec["_wandb_api_key"] = self.api_key
        return {"runQueueItemId": item["id"], "runSpec": Scalar(spec)}

    def _item(self, given: dict) -> dict:
        item = self.store.tables["item"].get(str(given["runQueueItemId"]))
        if item is None:
            raise GraphQLError(f"run queue item {given['runQueueItemId']} not found", 404)
        return item

    def ack(self, given: dict) -> dict:
        return {"success": self.store.ack(str(given["runQueueItemId"]), given["runName"])}

    def fail(self, given: dict) -> dict:
        item = self._item(given)
        told = {name: given[name] for name in ("message", "stage", "filePaths")}
        item.update(state="FAILED", leasedUntil=None, error=told)
        self.store.put("item", item["id"], item)
        return {"success": True}

    def warn(self, given: dict) -> dict:
        item = self._item(given)
        item["warnings"].append({name: given[name] for name in ("message", "stage", "filePaths")})
        self.store.put("item", item["id"], item)
        return {"success": True}

    # Mutations: agents, runs

    def create_agent(self, given: dict) -> dict:
        queues = [self.store.tables["queue"].get(str(one)) for one in given["runQueues"]]
        if not queues or None in queues:
            raise GraphQLError("run queue not found", 404)
        key = self.store.new_id("LaunchAgent")
        agent = {
            "id": key,
            "name": f"agent{self.store.serial:06d}",
            "entity": self._known_entity(given["entityName"]),
            "runQueues": [queue["id"] for queue in queues],
            "queueNames": [queue["name"] for queue in queues],
            "hostname": given["hostname"],
            "agentConfig": json.loads(given["agentConfig"] or "null"),
            "version": given["version"],
            "agentStatus": "POLLING",
            "reportedStatus": None,
            "stopPolling": False,
            "heartbeatAt": now(),
        }
        self.store.put("agent", key, agent)
        return {"launchAgentId": key}

    def update_agent(self, given: dict) -> dict:
        agent = self.store.tables["agent"].get(str(given["launchAgentId"]))
        if agent is None:
            raise GraphQLError(f"launch agent {given['launchAgentId']} not found", 404)
        status = given["agentStatus"]
        agent.update(agentStatus=status, reportedStatus=status, heartbeatAt=now())
        self.store.put("agent", agent["id"], agent)
        return {"success": True}

    def upsert_run(self, given: dict) -> dict:
        entity = self._known_entity(given["entityName"] or self.store.entities[0])
        project = given["modelName"] or "uncategorized"
        name = given["name"] or f"run{self.store.serial + 1:06d}"
        run = self.store.run(entity, project, name)
        inserted = run is None
        run = run or self.store.run(entity, project, name, create="running")
        kept = ("displayName", "description", "config", "notes", "tags", "summaryMetrics")
        changed = {key: given[key] for key in kept if given[key] is not None}
        self.store.update_run(run, **changed, state=given["state"] or "running")
        return {"bucket": self.run_type(run), "inserted": inserted}

    def stop_run(self, given: dict) -> dict:
        for run in self.store.all("run", id=str(given["id"])):
            self.store.update_run(run, stopped=True)
            return {"success": True, "clientMutationId": given["clientMutationId"]}
        raise GraphQLError(f"run {given['id']} not found", 404)

    def create_files(self, given: dict) -> dict:
        run = self.store.run(given["entityName"], given["projectName"], given["runName"])
        if run is None:
            raise GraphQLError(f"run {given['runName']} not found", 404)
        path = "/".join(given[one] for one in ("entityName", "projectName", "runName"))
        files = [
            {"name": one, "uploadUrl": f"{self.base_url}/storage/{urllib.parse.quote(f'{path}/{one}')}"}
            for one in given["files"]
        ]
        return {"runID": run["id"], "uploadHeaders": [], "files": files}

    def roots(self) -> dict[str, dict[str, Resolver]]:
        """Everything that may be asked; `M` wraps what mutations put in `input`."""

        def m(spec: str, call: Any) -> Resolver:
            def resolve(arguments: dict) -> Any:
                full = f"{spec} clientMutationId:String"
                answer = call(check_fields(full, arguments["input"], "input"))
                return answer and {"__typename": f"{call.__name__} payload", **answer}

            return Resolver("input:Object!", resolve)

        place = "entityName:String! projectName:String!"
        push = "runSpec:JSONString! templateVariableValues:JSONString priority:Int"
        told = "runQueueItemId:ID! message:String! stage:String! filePaths:[String]"
        run = (
            "id:String name:String groupName:String modelName:String entityName:String"
            " description:String displayName:String notes:String config:JSONString commit:String"
            " host:String debug:Boolean jobProgram:String jobRepo:String jobType:String state:String"
            " sweep:String tags:[String] summaryMetrics:JSONString"
        )
        features = {"__typename": "ServerInfo", "features": []}
        queries = {
            "viewer": Resolver("", self.viewer),
            "entity": Resolver("name:String!", self.entity),
            "project": Resolver("name:String entityName:String", self.project),
            "model": Resolver("name:String entityName:String", self.project),
            "launchAgent": Resolver("id:ID!", self.launch_agent),
            "serverInfo": Resolver("", lambda _: features),
        }
        mutations = {
            "upsertModel": m("name:String! entityName:String", self.upsert_model),
            "createDefaultResourceConfig": m(
                "entityName:String! resource:String! config:JSONString! templateVariables:JSONString",
                self.create_config,
            ),
            "createRunQueue": m(
                f"{place} queueName:String! access:String! prioritizationMode:String"
                " defaultResourceConfigID:ID",
                self.create_queue,
            ),
            "upsertRunQueue": m(
                f"{place} queueName:String! resourceType:String! resourceConfig:JSONString!"
                " templateVariables:JSONString prioritizationMode:String externalLinks:JSONString",
                self.upsert_queue,
            ),
            "deleteRunQueues": m("queueIDs:[ID]!", self.delete_queues),
            "deleteFromRunQueue": m("queueID:ID! runQueueItemId:ID!", self.delete_item),
            "pushToRunQueueByName": m(f"{place} queueName:String! {push}", self.push_by_name),
            "pushToRunQueue": m(f"queueID:ID! {push}", self.push_by_id),
            "popFromRunQueue": m(f"{place} queueName:String! launchAgentId:ID", self.pop),
            "ackRunQueueItem": m("runQueueItemId:ID! runName:String!", self.ack),
            "failRunQueueItem": m(told, self.fail),
            "updateRunQueueItemWarning": m(told, self.warn),
            "createLaunchAgent": m(
                f"{place} runQueues:[ID]! hostname:String! agentConfig:JSONString version:String",
                self.create_agent,
            ),
            "updateLaunchAgent": m("launchAgentId:ID! agentStatus:String", self.update_agent),
            "upsertBucket": m(run, self.upsert_run),
            "stopRun": m("id:ID!", self.stop_run),
            "createRunFiles": m(f"{place} runName:String! files:[String]!", self.create_files),
            "markRunFilesUploaded": m(
                f"{place} runName:String! files:[String]!", lambda _: {"success": True}
            ),
        }
        return {"query": queries, "mutation": mutations}


def seed_queue(store: Store, entity: str, name: str, resource: str, seed: dict) -> None:
    """A queue named on the command line, unless the journal already has it."""
    store.project(entity, MODEL_REGISTRY)
    if store.queue(entity, MODEL_REGISTRY, name) is None:
        variables = templates.check_definitions(seed.get("template_variables") or {})
        arguments = {"resource_args": {resource: seed.get("config") or {}}}
        config = store.add_config(entity, resource, arguments, variables)
        store.put_queue(entity, MODEL_REGISTRY, name, configId=config["id"])
