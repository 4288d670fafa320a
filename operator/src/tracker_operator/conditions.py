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


def ready(conditions: Sequence[Condition], well: Condition) -> Condition:
    """Return Ready: `well` when all hold, else the first that does not, with its reason and its cure.

    One that is False comes before one that is Unknown: it is what somebody can mend.
    """
    for status in ("False", "Unknown"):
        for condition in conditions:
            if condition.status == status:
                return Condition("Ready", "False", condition.reason, condition.message)
    return well


def find(conditions: Sequence[Mapping[str, Any]], kind: str) -> Mapping[str, Any]:
    """Return one condition of a status, an empty mapping when it is not there."""
    return next((item for item in conditions if item.get("type") == kind), {})
