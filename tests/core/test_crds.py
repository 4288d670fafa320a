"""The CRDs and their Pydantic mirror say the same, field by field. The rules (CEL) are tried on a real API server."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tracker_core.errors import InvalidManifestError
from tracker_core.manifests import Source, Webhook, parse_manifest
from tracker_core.manifests.metadata import ManifestModel

from tests.support.crd_cases import ACCEPTED, REFUSED

ROOT = Path(__file__).parents[2]
CONSTRAINTS = (
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "maxProperties",
    "pattern",
    "enum",
    "default",
)
DURATION = "^([0-9]+(s|m|h))+$"


def crd_spec(kind: str) -> dict[str, Any]:
    crd = yaml.safe_load((ROOT / "crds" / f"{kind}.yaml").read_text(encoding="utf-8"))
    return dict(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"])


def crd_fields(schema: dict[str, Any], path: str = "spec") -> dict[str, Any]:
    """Every field with its constraints; `default: {}` and defaults of whole objects are those of their fields."""
    found: dict[str, Any] = {path: {key: schema[key] for key in CONSTRAINTS if key in schema}}
    if schema.get("type") == "object" or isinstance(schema.get("default"), dict):
        found[path].pop("default", None)
    found[path] |= {"type": schema.get("type", "int-or-string")}
    if "properties" in schema:
        found[path] |= {"required": sorted(schema.get("required", []))}
        for name, part in schema["properties"].items():
            found |= crd_fields(part, f"{path}.{name}")
    if "items" in schema:
        found |= crd_fields(schema["items"], f"{path}[]")
    if isinstance(schema.get("additionalProperties"), dict):
        found |= crd_fields(schema["additionalProperties"], f"{path}.*")
    return found


class _Mirror:
    """Reads the JSON schema of a model as if it were that of a CRD."""

    def __init__(self, model: type[ManifestModel]) -> None:
        schema = model.model_json_schema(by_alias=True)
        self._definitions = schema.get("$defs", {})
        self._spec = schema["properties"]["spec"]

    def fields(self) -> dict[str, Any]:
        return self._walk(self._spec, "spec")

    def _walk(self, part: dict[str, Any], path: str) -> dict[str, Any]:
        part = self._flat(part)
        found: dict[str, Any] = {path: {key: part[key] for key in CONSTRAINTS if key in part}}
        # An optional field of the mirror has the default None, an empty list is the same as an absent one.
        if part["type"] == "object" or not (found[path].get("default", None) or part["type"] in {"boolean", "integer"}):
            found[path].pop("default", None)
        if found[path].get("default", 0) is None:
            del found[path]["default"]
        found[path] |= {"type": part["type"]}
        if "properties" in part:
            found[path] |= {"required": sorted(part.get("required", []))}
        for name, item in part.get("properties", {}).items():
            found |= self._walk(item, f"{path}.{name}")
        if "items" in part:
            found |= self._walk(part["items"], f"{path}[]")
        if isinstance(part.get("additionalProperties"), dict):
            found |= self._walk(part["additionalProperties"], f"{path}.*")
        return found

    def _flat(self, part: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in part:
            part = self._definitions[part["$ref"].rpartition("/")[2]] | {k: v for k, v in part.items() if k != "$ref"}
        choices = [self._flat(item) for item in part.get("anyOf", []) if item.get("type") != "null"]
        part = {key: value for key, value in part.items() if key != "anyOf"}
        if len(choices) == 1:
            return part | choices[0]
        if choices:
            return part | {"type": "int-or-string", "pattern": next(c["pattern"] for c in choices if "pattern" in c)}
        return part | ({"enum": [part["const"]]} if "const" in part else {})


@pytest.mark.parametrize(("kind", "model"), [("source", Source), ("webhook", Webhook)])
def test_mirror_and_crd_are_equal(kind: str, model: type[ManifestModel]) -> None:
    crd, mirror = crd_fields(crd_spec(kind)), _Mirror(model).fields()
    assert crd.keys() == mirror.keys()
    for path, wanted in crd.items():
        # The mirror parses durations itself, which is more than a pattern.
        parsed = {"pattern": DURATION} if wanted.get("pattern") == DURATION else {}
        assert mirror[path] | parsed == wanted, path


KEYWORDS = {
    "type", "description", "properties", "required", "items", "format", "additionalProperties", "anyOf", *CONSTRAINTS,
    "x-kubernetes-validations", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-int-or-string",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["source", "webhook"])
def test_schema_has_only_keywords(kind: str) -> None:
    """A comma in an unquoted text makes a key of what follows it; the API server refuses that."""

    def strange(schema: dict[str, Any], path: str) -> list[str]:
        parts = schema.get("properties", {}) | {key: schema.get(key) for key in ("items", "additionalProperties")}
        found = [f"{path}: {key}" for key in schema if key not in KEYWORDS]
        return found + [
            line for name, part in parts.items() if isinstance(part, dict) for line in strange(part, f"{path}.{name}")
        ]

    assert strange(crd_spec(kind), "spec") == []


@pytest.mark.parametrize("kind", ["source", "webhook"])
def test_every_field_is_described(kind: str) -> None:
    def bare(schema: dict[str, Any], path: str) -> list[str]:
        found = [] if schema.get("description") else [path]
        for name, part in schema.get("properties", {}).items():
            found += bare(part, f"{path}.{name}")
        return found

    assert bare(crd_spec(kind), "spec") == []


def test_docs_are_those_of_the_crds() -> None:
    written = subprocess.run(
        [sys.executable, ROOT / ".ci" / "crd_docs.py", "--stdout"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert (ROOT / "docs" / "crds.md").read_text(encoding="utf-8") == written, "run `make crd-docs`"


@pytest.mark.parametrize("name", ACCEPTED)
def test_mirror_takes(name: str) -> None:
    parse_manifest(ACCEPTED[name])


@pytest.mark.parametrize("name", REFUSED)
def test_mirror_refuses(name: str) -> None:
    document, message = REFUSED[name]
    with pytest.raises(InvalidManifestError) as caught:
        parse_manifest(document)
    assert message in str(caught.value)
