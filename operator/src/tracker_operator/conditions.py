"""Conditions as Kubernetes writes them (metav1.Condition), pure: the observed state in, the list to write out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal


@dataclass(frozen=True)
class Condition:
    """One statement about an object."""

    type: str
    status: Literal["True", "False", "Unknown"]
    reason: str
    """CamelCase; machines read it."""
    message: str
    """A sentence; people read it. It never holds a secret."""


def merge(
    before: Sequence[Mapping[str, Any]], observed: Sequence[Condition], generation: int, now: datetime | None = None
) -> list[dict[str, Any]]:
    """Return the conditions to write: `lastTransitionTime` moves only when a status changes.

    Args:
        before: `status.conditions` as it is.
        observed: What is true now; other types stay as they are.
        generation: `metadata.generation` that was observed.
        now: Time of the observation, aware; the present by default.
    """
    stamp = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    known = {str(item["type"]): dict(item) for item in before}
    for condition in observed:
        old = known.get(condition.type, {})
        known[condition.type] = {
            "type": condition.type,
            "status": condition.status,
            "observedGeneration": generation,
            "lastTransitionTime": old.get("lastTransitionTime", stamp)
            if old.get("status") == condition.status
            else stamp,
            "reason": condition.reason,
            "message": condition.message,
        }
    return list(known.values())
