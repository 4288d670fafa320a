"""What a user of a namespace does and sees: apply Secrets and Sources, look at conditions and children."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from tracker_core.bus import Bus
from tracker_core.health import Heartbeat, beating
from tracker_core.kubernetes.client import SECRETS, SOURCES, WEBHOOKS, Resource
from tracker_operator.cluster import DEPLOYMENTS, NETWORK_POLICIES, PODS, SERVICE_ACCOUNTS
from tracker_operator.resources import MANAGED_BY

from tests.cluster.control_plane import ControlPlane
from tests.support.waiting import eventually

SECONDS = 60.0
CHILDREN = (SERVICE_ACCOUNTS, SECRETS, NETWORK_POLICIES, DEPLOYMENTS)


class Tenant:
    """One namespace."""

    def __init__(self, plane: ControlPlane, namespace: str) -> None:
        self.plane = plane
        self.namespace = namespace

    def secret(self, name: str = "bot", **values: str) -> None:
        self.plane.apply(self._object("v1", "Secret", name, stringData=values or {"token": f"1:{self.namespace}"}))

    def source(self, name: str = "bot", **spec: Any) -> None:
        given = {"type": "telegram", "telegram": {"tokenSecretRef": {"name": "bot", "key": "token"}}} | spec
        given = {key: value for key, value in given.items() if value is not None}
        self.plane.apply(self._object("tasktracker.dev/v1alpha1", "Source", name, spec=given))

    def webhook(self, name: str, **spec: Any) -> None:
        self.plane.apply(self._object("tasktracker.dev/v1alpha1", "Webhook", name, spec=spec))

    def _object(self, api_version: str, kind: str, name: str, **rest: Any) -> dict[str, Any]:
        meta = {"name": name, "namespace": self.namespace}
        return {"apiVersion": api_version, "kind": kind, "metadata": meta} | rest

    def get(self, resource: Resource, name: str) -> dict[str, Any] | None:
        return self.plane.get(resource, self.namespace, name)

    def deployment(self, name: str = "bot") -> dict[str, Any] | None:
        return self.get(DEPLOYMENTS, f"source-{name}")

    def pods(self) -> set[str]:
        """Names of the pods that are not on their way out."""
        found = self.plane.list(PODS, self.namespace)
        return {pod["metadata"]["name"] for pod in found if "deletionTimestamp" not in pod["metadata"]}

    def children(self) -> list[dict[str, Any]]:
        """Every object that the operator made."""
        found = []
        for resource in CHILDREN:
            # An item of a list does not say what it is.
            what = {"apiVersion": resource.api_version, "kind": resource.kind}
            found += [item | what for item in self.plane.list(resource, self.namespace)]
        return [item for item in found if (item["metadata"].get("labels") or {}).items() >= MANAGED_BY.items()]

    def condition(self, kind: str, name: str = "bot", resource: Resource = SOURCES) -> tuple[str, str]:
        """Status and reason of a condition; empty when it is not there."""
        found = self.get(resource, name) or {}
        for item in found.get("status", {}).get("conditions", []):
            if item["type"] == kind:
                return item["status"], item["reason"]
        return "", ""

    def message(self, kind: str, name: str = "bot", resource: Resource = SOURCES) -> str:
        found = self.get(resource, name) or {}
        conditions = found.get("status", {}).get("conditions", [])
        return str(next((item["message"] for item in conditions if item["type"] == kind), ""))

    async def has(self, kind: str, status: str, reason: str, name: str = "bot", resource: Resource = SOURCES) -> None:
        """Wait for a condition."""

        async def there() -> bool:
            return self.condition(kind, name, resource) == (status, reason)

        try:
            await eventually(f"{kind}={status}/{reason}", there, SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {(self.get(resource, name) or {}).get('status')}") from error

    async def until(self, what: str, probe: Any) -> Any:
        async def ask() -> Any:
            return probe()

        return await eventually(what, ask, SECONDS)

    async def deployed(self, name: str = "bot") -> dict[str, Any]:
        """Wait until the Deployment is up, and return it."""
        await self.has("Deployed", "True", "Available", name)
        found = self.deployment(name)
        assert found is not None
        return found

    @asynccontextmanager
    async def process(
        self, bus: Bus, name: str = "bot", component: str = "source", **report: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """Say what the process of a Source would, every ten seconds; change the dict to say something else."""
        said = {"state": "ready", "account": "@bot"} | report
        key = f"{component}.{self.namespace}.{name}"
        async with beating(bus.js, key, lambda: Heartbeat(at=datetime.now(UTC), **said)):
            yield said
            await asyncio.sleep(0)

    def events(self, name: str = "bot", kind: str = "Source") -> list[tuple[str, str]]:
        """Type and reason of each event of an object, in the order in which they came."""
        found = self.plane.list(Resource("v1", "Event", "events"), self.namespace)
        own = [item for item in found if item["involvedObject"]["name"] == name]
        own.sort(key=lambda item: int(item["metadata"]["resourceVersion"]))
        return [(item["type"], item["reason"]) for item in own if item["involvedObject"]["kind"] == kind]

    def versions(self) -> dict[str, str]:
        """Resource version of everything that the operator writes here."""
        mine = self.children()
        mine += [item | {"kind": "Source"} for item in self.plane.list(SOURCES, self.namespace)]
        mine += [item | {"kind": "Webhook"} for item in self.plane.list(WEBHOOKS, self.namespace)]
        return {f"{item['kind']}/{item['metadata']['name']}": item["metadata"]["resourceVersion"] for item in mine}
