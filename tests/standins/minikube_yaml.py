"""Enough YAML for kubeconfig files: block maps and lists, plain and quoted
scalars, {} and []. Anything else is refused rather than guessed at, since the
user's file is written back."""

import json
import re


def parse(text):
    if text.lstrip().startswith("{"):
        return json.loads(text)
    lines = []
    for raw in text.splitlines():
        body = raw.strip()
        if body and not body.startswith("#") and body != "---":
            lines.append((len(raw) - len(raw.lstrip(" ")), body))
    if not lines:
        return {}
    value, rest = block(lines, lines[0][0])
    if rest:
        raise ValueError(f"cannot read YAML at {rest[0][1]!r}")
    return value


def block(lines, indent):
    sequence = lines[0][1] == "-" or lines[0][1].startswith("- ")
    out = [] if sequence else {}
    while lines and lines[0][0] == indent:
        body = lines[0][1]
        if (body == "-" or body.startswith("- ")) != sequence:
            break
        if sequence:
            inner = body[1:].lstrip(" ")
            deeper = indent + len(body) - len(inner)
            lines = ([(deeper, inner)] if inner else []) + lines[1:]
            if inner and not re.match(r'[^"\'\s][^:]*:(\s|$)', inner):
                out.append(scalar(inner))
                lines = lines[1:]
            else:
                value, lines = block(lines, lines[0][0])
                out.append(value)
            continue
        match = re.match(r'("[^"]*"|[^"\s][^:]*):(?:\s+(.*))?$', body)
        if not match:
            raise ValueError(f"cannot read YAML at {body!r}")
        key, value = scalar(match.group(1)), match.group(2)
        lines = lines[1:]
        if value is not None:
            out[key] = scalar(value)
        elif lines and (lines[0][0] > indent or (lines[0][0] == indent
                                                 and lines[0][1].startswith("-"))):
            out[key], lines = block(lines, lines[0][0])
        else:
            out[key] = None
    return out, lines


def scalar(text):
    if text in ("{}", "[]"):
        return {} if text == "{}" else []
    if text.startswith('"'):
        return json.loads(text)
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text in ("null", "~"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if text[0] in "|>&*!{[%@`":
        raise ValueError(f"cannot read YAML at {text!r}")
    return re.sub(r"\s+#.*$", "", text)


def dump(value, indent=0):
    pad, out = "  " * indent, []
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, (dict, list)) and item:
                # Go's YAML writes lists at the indent of their key.
                out.append(f"{pad}{key}:\n" + dump(item, indent + (not isinstance(item, list))))
            else:
                out.append(f"{pad}{key}: {plain(item)}\n")
    else:
        for item in value:
            if isinstance(item, dict) and item:
                out.append(pad + "- " + dump(item, indent + 1)[len(pad) + 2:])
            else:
                out.append(f"{pad}- {plain(item)}\n")
    return "".join(out)


def plain(value):
    if value is None or isinstance(value, (bool, int, dict, list)):
        return {None: "null", True: "true", False: "false"}.get(value, value) \
            if not isinstance(value, (dict, list)) else ("{}" if isinstance(value, dict) else "[]")
    safe = re.fullmatch(r"[A-Za-z0-9_/.+][\w/.:+=@ -]*", value) and not value.endswith((":", " "))
    ambiguous = re.fullmatch(r"[-\d.eE:_]+|true|false|null|yes|no|on|off|~", value, re.I)
    return value if safe and ": " not in value and not ambiguous else json.dumps(value)
