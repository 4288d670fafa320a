"""Whether a manifest can be served at all: the `Accepted` condition of Sources and Webhooks."""

from collections.abc import Mapping
from typing import Any

from tracker_core.errors import InvalidManifestError
from tracker_core.manifests import parse_manifest

from tracker_operator.conditions import Condition


def accepted(body: Mapping[str, Any]) -> Condition:
    """Parse the object with the same model that every process uses, and say what came of it."""
    try:
        parse_manifest({key: body[key] for key in ("apiVersion", "kind", "metadata", "spec") if key in body})
    except InvalidManifestError as error:
        return Condition("Accepted", "False", "InvalidSpec", str(error))
    return Condition("Accepted", "True", "Valid", "The manifest is valid")
