"""Template variables of a Launch queue: checked and rendered, as the server does.

The client sends values and only looks at names and int()/float()
(wandb 0.31.0 sdk/launch/utils.py, fetch_and_validate_template_variables); that
`{{gpus}}` is replaced and its range refused is the server's part. A queue's
definition is `{"gpus": {"description": ..., "schema": {"type": "integer",
"default": 1, "minimum": 1, "maximum": 4}}}`. The real server's wording is not
known; tests must not match on the texts here.

Stricter than known of the real one: a definition without the `schema` wrapper,
with a type other than string/integer/number or with keywords that are not in
KEYWORDS is refused instead of being taken without effect.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from wandb_graphql import GraphQLError

PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
KEYWORDS = {"type", "default", "minimum", "maximum", "enum", "description", "title"}


def check_definitions(definitions: Any) -> dict:
    """Refuses a definition that could not be checked at push time."""
    if not isinstance(definitions, dict):
        raise GraphQLError("templateVariables must be a JSON object")
    for name, definition in definitions.items():
        schema = definition.get("schema") if isinstance(definition, dict) else None
        if not isinstance(schema, dict):
            raise GraphQLError(f"template variable {name}: a JSON schema under 'schema' is required")
        if schema.get("type") not in ("string", "integer", "number"):
            raise GraphQLError(f"template variable {name}: type must be string, integer or number")
        odd = sorted(set(schema) - KEYWORDS)
        if odd:
            raise GraphQLError(f"template variable {name}: unknown keyword {', '.join(odd)}")
        if schema.get("default") is not None:
            check_value(name, schema, schema["default"])
    return definitions


def check_value(name: str, schema: dict, value: Any) -> None:
    """type, minimum, maximum, enum: what wandb's own tests and docs use."""
    kind = schema["type"]
    fits = {
        "string": isinstance(value, str),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, (int, float)) and not isinstance(value, bool),
    }[kind]
    if not fits:
        raise GraphQLError(f"template variable {name}: {value!r} is not of type {kind}")
    if "minimum" in schema and value < schema["minimum"]:
        raise GraphQLError(f"template variable {name}: {value} is less than the minimum of {schema['minimum']}")
    if "maximum" in schema and value > schema["maximum"]:
        raise GraphQLError(f"template variable {name}: {value} is greater than the maximum of {schema['maximum']}")
    if "enum" in schema and value not in schema["enum"]:
        raise GraphQLError(f"template variable {name}: {value!r} is not one of {schema['enum']}")


def values_for(definitions: dict, given: dict | None) -> dict:
    """Given values over the defaults; unknown or missing ones are refused."""
    given = given or {}
    if not isinstance(given, dict):
        raise GraphQLError("templateVariableValues must be a JSON object")
    for name in given:
        if name not in definitions:
            raise GraphQLError(f"queue has no template variable {name}")
    values = {}
    for name, definition in definitions.items():
        schema = definition["schema"]
        value = given.get(name, schema.get("default"))
        if value is None:
            raise GraphQLError(f"template variable {name} has no default and no value was given")
        check_value(name, schema, value)
        values[name] = value
    return values


def render(config: Any, values: dict) -> Any:
    """`"{{gpus}}"` alone becomes the typed value, inside a text it becomes text.

    An undefined name stays as it is: the agent forwards it and the Kubernetes
    API refuses the quantity.
    """
    if isinstance(config, dict):
        return {key: render(one, values) for key, one in config.items()}
    if isinstance(config, list):
        return [render(one, values) for one in config]
    if isinstance(config, str):
        whole = PLACEHOLDER.fullmatch(config)
        if whole and whole.group(1) in values:
            return values[whole.group(1)]
        return PLACEHOLDER.sub(lambda m: str(values.get(m.group(1), m.group())), config)
    return config


def merge(base: Any, over: Any) -> Any:
    """A submitter's resource_args over the queue's, key by key (inferred)."""
    if isinstance(base, dict) and isinstance(over, dict):
        merged = copy.deepcopy(base)
        for key, value in over.items():
            merged[key] = merge(base[key], value) if key in base else copy.deepcopy(value)
        return merged
    return copy.deepcopy(over)
