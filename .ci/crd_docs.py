#!/usr/bin/env python3
"""Writes docs/crds.md from crds/*.yaml: every field with its type, default, bounds and rules."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "crds.md"
INTRODUCTION = """# Source and Webhook, field by field

Made from `crds/` by `make crd-docs`; `kubectl explain source.spec` says the same. [Examples](../crds/examples).
Unknown fields are refused by `kubectl apply` and `tasktracker apply`. **Bold** fields are required.
"""
_LENGTHS = {"string": " characters", "array": " items", "object": " keys"}


def render() -> str:
    """Return the page."""
    parts = [INTRODUCTION]
    for file in ("source", "webhook"):
        crd = yaml.safe_load((ROOT / "crds" / f"{file}.yaml").read_text(encoding="utf-8"))
        schema = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
        names = crd["spec"]["names"]
        parts.append(f"\n## {names['kind']}\n\n{schema['description']} Short name: `{names['shortNames'][0]}`.\n")
        for part in ("spec", "status"):
            parts.append(f"\n### {names['kind']} {part}\n\n| Field | Type | Meaning |\n|---|---|---|\n")
            parts += _rows(schema["properties"][part], "")
        rules = list(_rules(schema["properties"]["spec"], "spec"))
        parts.append(f"\n### Rules of {names['kind']}\n\n")
        parts += [f"- `{path}`: {message}\n" for path, message in rules]
    return "".join(parts)


def _rows(schema: dict[str, Any], path: str) -> Iterator[str]:
    for name, part in schema.get("properties", {}).items():
        place = f"{path}.{name}".lstrip(".")
        shown = f"**`{place}`**" if name in schema.get("required", []) else f"`{place}`"
        yield f"| {shown} | {_type(part)} | {_meaning(part)} |\n"
        if part.get("type") == "array":
            yield from _rows(part["items"], f"{place}[]")
        else:
            yield from _rows(part, place)


def _type(part: dict[str, Any]) -> str:
    if part.get("type") == "array":
        return f"list of {_type(part['items'])}"
    if "additionalProperties" in part:
        return f"map of {_type(part['additionalProperties'])}"
    return str(part.get("format") or part.get("type", "integer or string"))


def _meaning(part: dict[str, Any]) -> str:
    facts = []
    if "enum" in part:
        facts.append("one of " + ", ".join(f"`{value}`" for value in part["enum"]))
    if "default" in part and not isinstance(part["default"], dict):
        value = part["default"]
        facts.append(f"default `{str(value).lower() if isinstance(value, bool) else value}`")
    kind = str(part.get("type"))
    low, high = part.get("minimum"), part.get("maximum")
    if low is not None or high is not None:
        facts.append(f"{low} to {high}" if None not in (low, high) else f"at least {low}")
    most = part.get("maxLength") or part.get("maxItems") or part.get("maxProperties")
    if most is not None:
        facts.append(f"at most {most}{_LENGTHS.get(kind, '')}")
    text, limits = str(part.get("description", "")).rstrip("."), "; ".join(facts)
    return ". ".join(filter(None, [text, limits[:1].upper() + limits[1:]])).replace("|", "\\|")


def _rules(schema: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for rule in schema.get("x-kubernetes-validations", []):
        yield path, rule["message"]
    for name, part in schema.get("properties", {}).items():
        yield from _rules(part, f"{path}.{name}")
    if "items" in schema:
        yield from _rules(schema["items"], f"{path}[]")


if __name__ == "__main__":
    if "--stdout" in sys.argv:
        sys.stdout.write(render())
    else:
        TARGET.write_text(render(), encoding="utf-8")
