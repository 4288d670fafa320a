"""Writes a status when it says something new, and an event when an object becomes ready or ceases to be."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tracker_core.kubernetes.client import Resource

from tracker_operator.cluster import Cluster
from tracker_operator.conditions import Condition, find, merge
from tracker_operator.metrics import Metrics
from tracker_operator.workqueue import Key

SLOW = ("lastMessageTime", "lag", "deadLetters", "lastDeliveryTime", "lastRejection")
"""What only counts: written at most every `slow_seconds`, unless something else is written anyway."""
_MAX_MESSAGE = 1024
"""Characters of an event's message (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/)."""


class StatusWriter:
    """Knows when each status was written last."""

    def __init__(self, cluster: Cluster, metrics: Metrics, slow_seconds: float) -> None:
        self._cluster = cluster
        self._slow_seconds = slow_seconds
        self._metrics = metrics
        self._written: dict[str, float] = {}
        self.figures: dict[Key, dict[str, Any]] = {}
        """Those of `SLOW` as each status has them."""

    def forget(self, key: Key, uid: str) -> None:
        """The object is gone."""
        self._written.pop(uid, None)
        self.figures.pop(key, None)

    async def write(
        self,
        resource: Resource,
        body: Mapping[str, Any],
        observed: Sequence[Condition],
        fields: Mapping[str, Any],
        now: datetime | None = None,
    ) -> bool:
        """Bring the status to what was observed; return whether it had to be written.

        Args:
            resource: Its kind.
            body: The object as it was read.
            observed: All conditions; one that is not among them goes.
            fields: The other fields; those that are None go.
            now: Time of the observation, aware; the present by default.
        """
        now = now or datetime.now(UTC)
        meta, before = body["metadata"], body.get("status") or {}
        old = [item for item in before.get("conditions", []) if item["type"] in {c.type for c in observed}]
        status = {key: value for key, value in fields.items() if value is not None}
        status["conditions"] = merge(old, observed, meta["generation"], now)
        status["observedGeneration"] = meta["generation"]
        slow_only = _without(before, SLOW) == _without(status, SLOW)
        since = now.timestamp() - self._written.get(meta["uid"], 0.0)
        key = Key(resource.kind, meta["namespace"], meta["name"])
        self.figures[key] = _only(before, SLOW)
        if status == before or (slow_only and since < self._slow_seconds):
            return False
        await self._cluster.apply_status(resource, meta["namespace"], meta["name"], status)
        self._written[meta["uid"]] = now.timestamp()
        self.figures[key] = _only(status, SLOW)
        self._metrics.wrote_status(resource.kind)
        await self._tell(body, find(before.get("conditions", []), "Ready"), find(status["conditions"], "Ready"), now)
        return True

    async def _tell(
        self, body: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any], now: datetime
    ) -> None:
        if not after or (before.get("status"), before.get("reason")) == (after["status"], after["reason"]):
            return
        kind = "Normal" if after["status"] == "True" or after["reason"] in {"Suspended", "Progressing"} else "Warning"
        await self.event(body, kind, after["reason"], after["message"], now)

    async def event(
        self, body: Mapping[str, Any], kind: str, reason: str, message: str, now: datetime | None = None
    ) -> None:
        """Tell of something that happened to an object."""
        meta, stamp = body["metadata"], (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
        await self._cluster.post_event(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {
                    "name": f"{meta['name'][:230].rstrip('-.')}.{secrets.token_hex(8)}",
                    "namespace": meta["namespace"],
                },
                "involvedObject": {
                    "apiVersion": body["apiVersion"],
                    "kind": body["kind"],
                    "name": meta["name"],
                    "namespace": meta["namespace"],
                    "uid": meta["uid"],
                },
                "type": kind,
                "reason": reason,
                "message": message[:_MAX_MESSAGE],
                "firstTimestamp": stamp,
                "lastTimestamp": stamp,
                "count": 1,
                "source": {"component": "task-tracker-operator"},
            }
        )


def _without(status: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in status.items() if key not in keys}


def _only(status: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: status[key] for key in keys if key in status}
