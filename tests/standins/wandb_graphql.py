"""The part of GraphQL that W&B's clients speak, strict about what is asked.

A stand-in that answers by operation name lets a misspelt field or a missing
variable through, and the real server then refuses it. So queries are parsed
here and only what the resolvers declare can be asked for: an unknown field,
argument or input field is an error with the wording GraphQL servers use
(`Cannot query field "x" on type "Y".`; wandb 0.31.0 sdk/launch/api.py matches
on that text).

Supported: operations, variables with defaults, aliases, arguments, object and
list literals, fragments, inline fragments, @include and @skip. Not supported:
introspection (wandb >= 0.28 makes none) and subscriptions. One failing field
fails the whole answer.
"""

from __future__ import annotations

import json
import re
from typing import Any, Callable, NamedTuple

TOKEN = re.compile(
    r"""(?P<skip>[\s,\ufeff]+|\#[^\n]*)
      | (?P<string>\"\"\"(?:.|\n)*?\"\"\"|"(?:[^"\\\n]|\\.)*")
      | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<name>[_A-Za-z]\w*)
      | (?P<punct>\.\.\.|[!$()\[\]{}:=@|&])""",
    re.VERBOSE,
)


class GraphQLError(Exception):
    """A refusal: its text goes to the client, with an HTTP status.

    W&B sends 4xx together with `errors[]` (wandb/wandb#4637 shows a 404 for a
    push), and clients must read the body either way.
    """

    def __init__(self, message: str, status: int = 400, unknown: str | None = None):
        super().__init__(message)
        self.status = status
        self.unknown = unknown


class Scalar(NamedTuple):
    """An object that is a leaf: the JSON scalar, e.g. a popped `runSpec`."""

    value: Any


class Resolver(NamedTuple):
    """A field with arguments; `spec` is `name:Type! name:Type ...`."""

    spec: str
    call: Callable[[dict], Any]


class Field(NamedTuple):
    name: str
    alias: str
    arguments: dict
    directives: list
    selections: list | None


class Spread(NamedTuple):
    fragment: str | None
    on_type: str | None
    directives: list
    selections: list | None


class Operation(NamedTuple):
    kind: str
    name: str
    variables: list
    selections: list


class Variable(NamedTuple):
    name: str


class _Parser:
    def __init__(self, text: str):
        self.tokens = []
        at = 0
        while at < len(text):
            match = TOKEN.match(text, at)
            if not match:
                raise GraphQLError(f"Syntax Error: unexpected character {text[at]!r}")
            if match.lastgroup != "skip":
                self.tokens.append((match.lastgroup, match.group()))
            at = match.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else "<EOF>"

    def take(self, wanted: str | None = None) -> str:
        token = self.peek()
        if token == "<EOF>" or (wanted is not None and token != wanted):
            raise GraphQLError(f"Syntax Error: expected {wanted or 'more'}, found {token}")
        self.at += 1
        return token

    def accept(self, token: str) -> bool:
        if self.peek() == token:
            self.at += 1
            return True
        return False

    def document(self) -> tuple[list[Operation], dict[str, Spread]]:
        operations, fragments = [], {}
        while self.peek() != "<EOF>":
            if self.peek() == "{":
                operations.append(Operation("query", "", [], self.selections()))
            elif self.accept("fragment"):
                name = self.take()
                self.take("on")
                on_type = self.take()
                fragments[name] = Spread(name, on_type, self.directives(), self.selections())
            else:
                operations.append(self.operation())
        return operations, fragments

    def operation(self) -> Operation:
        kind = self.take()
        if kind not in ("query", "mutation"):
            raise GraphQLError(f"Syntax Error: unexpected {kind}")
        name = self.take() if self.peek() not in ("(", "{", "@") else ""
        variables = []
        if self.accept("("):
            while not self.accept(")"):
                self.take("$")
                variable = self.take()
                self.take(":")
                required = self.type_reference()
                default = self.value() if self.accept("=") else None
                variables.append((variable, required, default))
        self.directives()
        return Operation(kind, name, variables, self.selections())

    def type_reference(self) -> bool:
        if self.accept("["):
            self.type_reference()
            self.take("]")
        else:
            self.take()
        return self.accept("!")

    def directives(self) -> list:
        found = []
        while self.accept("@"):
            name = self.take()
            found.append((name, self.arguments()))
        return found

    def arguments(self) -> dict:
        found = {}
        if self.accept("("):
            while not self.accept(")"):
                name = self.take()
                self.take(":")
                found[name] = self.value()
        return found

    def selections(self) -> list:
        self.take("{")
        found: list = []
        while not self.accept("}"):
            if self.accept("..."):
                if self.peek() not in ("on", "@", "{"):
                    found.append(Spread(self.take(), None, self.directives(), None))
                    continue
                on_type = self.take() and self.take() if self.peek() == "on" else None
                found.append(Spread(None, on_type, self.directives(), self.selections()))
                continue
            alias = name = self.take()
            if self.accept(":"):
                name = self.take()
            arguments, directives = self.arguments(), self.directives()
            inner = self.selections() if self.peek() == "{" else None
            found.append(Field(name, alias, arguments, directives, inner))
        return found

    def value(self) -> Any:
        if self.accept("$"):
            return Variable(self.take())
        if self.accept("["):
            found = []
            while not self.accept("]"):
                found.append(self.value())
            return found
        if self.accept("{"):
            found = {}
            while not self.accept("}"):
                name = self.take()
                self.take(":")
                found[name] = self.value()
            return found
        kind = self.tokens[self.at][0] if self.at < len(self.tokens) else None
        token = self.take()
        if kind == "string":
            return token[3:-3] if token.startswith('"""') else json.loads(token)
        if kind == "number":
            return json.loads(token)
        return {"true": True, "false": False, "null": None}.get(token, token)


def _fill(value: Any, variables: dict) -> Any:
    """Puts variables into a literal; absent ones vanish, as the standard says."""
    if isinstance(value, Variable):
        return variables.get(value.name)
    if isinstance(value, list):
        return [_fill(one, variables) for one in value]
    if isinstance(value, dict):
        return {
            name: _fill(one, variables)
            for name, one in value.items()
            if not (isinstance(one, Variable) and one.name not in variables)
        }
    return value


def _is_json(text: Any) -> bool:
    try:
        return isinstance(text, str) and (json.loads(text), True)[1]
    except ValueError:
        return False


CHECKS: dict[str, Callable[[Any], bool]] = {
    "String": lambda v: isinstance(v, str),
    "ID": lambda v: isinstance(v, (str, int)) and not isinstance(v, bool),
    "Int": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "Boolean": lambda v: isinstance(v, bool),
    "JSONString": _is_json,
    "Object": lambda v: isinstance(v, dict),
    "[String]": lambda v: isinstance(v, list) and all(isinstance(one, str) for one in v),
    "[ID]": lambda v: isinstance(v, list) and all(isinstance(one, (str, int)) for one in v),
}


def check_fields(spec: str, given: dict, where: str) -> dict:
    """Holds arguments or an input object to `name:Type! ...`."""
    known = dict(part.split(":", 1) for part in spec.split())
    for name in given:
        if name not in known:
            raise GraphQLError(f'Unknown argument or input field "{name}" on {where}.')
    for name, kind in known.items():
        value = given.get(name)
        if value is None:
            if kind.endswith("!"):
                raise GraphQLError(f'"{name}" of type "{kind}" is required on {where}.')
        elif not CHECKS[kind.rstrip("!")](value):
            raise GraphQLError(f'"{name}" on {where} must be of type {kind.rstrip("!")}.')
    return {name: given.get(name) for name in known}


class Request:
    """One parsed request; `operation` and `fields` are known even if it fails."""

    def __init__(self, query: str, variables: dict | None, name: str | None = None):
        operations, self.fragments = _Parser(query).document()
        chosen = [one for one in operations if not name or one.name == name]
        if len(chosen) != 1:
            raise GraphQLError("Must provide the name of exactly one operation.")
        self.chosen = chosen[0]
        self.operation = self.chosen.name
        self.fields = [one.name for one in self.chosen.selections if isinstance(one, Field)]
        self.given = variables or {}

    def run(self, roots: dict[str, dict[str, Resolver]]) -> dict:
        """Runs against `roots`: {"query": {field: Resolver}, "mutation": ...}."""
        self.variables = {}
        for name, required, default in self.chosen.variables:
            if name in self.given or default is not None:
                self.variables[name] = self.given.get(name, default)
            if required and self.variables.get(name) is None:
                raise GraphQLError(f'Variable "${name}" of a required type was not provided.')
        root = dict(roots[self.chosen.kind])
        typename = self.chosen.kind.capitalize()
        for field in self.fields:
            if field not in root and field != "__typename":
                label = f"{self.operation or 'anonymous'} ({self.chosen.kind} {field})"
                raise GraphQLError(
                    f'Cannot query field "{field}" on type "{typename}". '
                    f"The stand-in does not know the operation {label}.",
                    unknown=label,
                )
        return self._project({"__typename": typename, **root}, self.chosen.selections)

    def _wanted(self, directives: list) -> bool:
        for name, arguments in directives:
            condition = _fill(arguments, self.variables).get("if")
            if (name == "include" and not condition) or (name == "skip" and condition):
                return False
        return True

    def _project(self, source: dict, selections: list) -> dict:
        typename = source.get("__typename", "?")
        answer: dict[str, Any] = {}
        for one in selections:
            if not self._wanted(one.directives):
                continue
            if isinstance(one, Spread):
                spread = self.fragments.get(one.fragment) if one.fragment else one
                if spread is None:
                    raise GraphQLError(f'Unknown fragment "{one.fragment}".')
                if spread.on_type in (None, typename):
                    answer.update(self._project(source, spread.selections))
                continue
            if one.name not in source:
                raise GraphQLError(f'Cannot query field "{one.name}" on type "{typename}".')
            value = source[one.name]
            arguments = _fill(one.arguments, self.variables)
            if isinstance(value, Resolver):
                value = value.call(check_fields(value.spec, arguments, one.name))
            elif arguments:
                raise GraphQLError(f'Field "{one.name}" takes no arguments.')
            answer[one.alias] = self._leaf(value, one, typename)
        return answer

    def _leaf(self, value: Any, field: Field, typename: str) -> Any:
        if isinstance(value, list):
            return [self._leaf(one, field, typename) for one in value]
        if isinstance(value, dict):
            if field.selections is None:
                raise GraphQLError(f'Field "{field.name}" must have a selection of subfields.')
            return self._project(value, field.selections)
        if field.selections is not None and value is not None:
            raise GraphQLError(f'Field "{field.name}" of "{typename}" has no subfields.')
        return value.value if isinstance(value, Scalar) else value
