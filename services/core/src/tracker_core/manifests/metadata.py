"""What Sources and Webhooks share: metadata, secret references, durations."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

API_VERSION = "tasktracker.dev/v1alpha1"

# RFC 1123 subdomain, as Kubernetes names objects: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
Name = Annotated[
    str,
    Field(min_length=1, max_length=253, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"),
]

# RFC 1123 label. Without dots, or `a.b/c` and `a/b.c` would share a key in the buckets, where a dot joins the parts.
Namespace = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]

# A key is the name of a file: one character at least is no dot, so that it never leaves its folder.
SecretKey = Annotated[
    str, Field(min_length=1, max_length=253, pattern=r"^[-._a-zA-Z0-9]*[-_a-zA-Z0-9][-._a-zA-Z0-9]*$")
]

_DURATION = re.compile(r"([0-9]+)(s|m|h)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_LONGEST = timedelta(hours=87_600)
"""Ten years. A day that far from now still has a date."""


def parse_duration(text: str) -> timedelta:
    """Turn `1h30m` into a timedelta; the units are s, m and h.

    Raises:
        ValueError: the text is not of that form, or means more than ten years.
    """
    if not re.fullmatch(r"([0-9]+(s|m|h))+", text):
        raise ValueError(f"{text!r} is not a duration; write it like 90s, 15m or 1h30m")
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in _DURATION.findall(text))
    if seconds > _LONGEST.total_seconds():
        raise ValueError("at most 87600h")
    return timedelta(seconds=seconds)


def _checked_duration(text: str) -> str:
    parse_duration(text)
    return text


Duration = Annotated[str, Field(max_length=16), AfterValidator(_checked_duration)]


class ManifestModel(BaseModel):
    """Base of every part of a manifest: camelCase outside, closed against unknown fields (a typo is an error)."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class SecretKeyRef(ManifestModel):
    """One key of a Secret in the same namespace. Values never stand in a manifest."""

    name: Name
    key: SecretKey


class ObjectMeta(ManifestModel):
    """The part of Kubernetes' metadata that is ours to read; the rest is kept and ignored."""

    model_config = ConfigDict(extra="ignore")

    name: Name
    namespace: Namespace = "default"
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


def references(manifest: BaseModel) -> list[SecretKeyRef]:
    """Return every reference to a Secret in a manifest, in the order of its fields."""
    found: list[SecretKeyRef] = []
    for name in type(manifest).model_fields:
        value = getattr(manifest, name)
        if isinstance(value, SecretKeyRef):
            found.append(value)
        elif isinstance(value, BaseModel):
            found += references(value)
    return found
