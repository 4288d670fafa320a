"""The only writer to Kubernetes.

Everything is written by server-side apply under one field manager
(https://kubernetes.io/docs/reference/using-api/server-side-apply/), so writing what is there already changes nothing.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import aiohttp
from tracker_core.errors import TrackerError
from tracker_core.kubernetes.client import (
    SECRETS,
    SOURCES,
    WEBHOOKS,
    Body,
    Client,
    GoneError,
    RefusedError,
    Resource,
    error_of,
)  # fmt: skip
from tracker_core.kubernetes.login import Login

log = logging.getLogger(__name__)

FIELD_MANAGER = "tasktracker-operator"
WATCH_SECONDS = 300
"""A watch is renewed after this time; the server ends it earlier or later by itself."""
_METADATA = "application/json;as=PartialObjectMetadata{list};g=meta.k8s.io;v=v1,application/json"
_HOT = 0.5
"""Seconds before a watch that ended is begun anew."""
_RETRY_SECONDS = 2.0

SERVICES = Resource("v1", "Service", "services")
SERVICE_ACCOUNTS = Resource("v1", "ServiceAccount", "serviceaccounts")
PODS = Resource("v1", "Pod", "pods")
EVENTS = Resource("v1", "Event", "events")
DEPLOYMENTS = Resource("apps/v1", "Deployment", "deployments")
NETWORK_POLICIES = Resource("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies")
INGRESSES = Resource("networking.k8s.io/v1", "Ingress", "ingresses")
HTTP_ROUTES = Resource("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes")
POD_MONITORS = Resource("monitoring.coreos.com/v1", "PodMonitor", "podmonitors")
SCALED_OBJECTS = Resource("keda.sh/v1alpha1", "ScaledObject", "scaledobjects")

WRITTEN = {
    (resource.api_version, resource.kind): resource
    for resource in (
        SECRETS, SERVICES, SERVICE_ACCOUNTS, DEPLOYMENTS, NETWORK_POLICIES, INGRESSES, HTTP_ROUTES, POD_MONITORS,
        SCALED_OBJECTS, SOURCES, WEBHOOKS,
    )
}  # fmt: skip


class Cluster(Client):
    """A connection to the API server that writes, too."""

    def __init__(self, login: Login) -> None:
        super().__init__(login)
        self._kinds: dict[str, tuple[float, frozenset[str]]] = {}
        self._own: dict[str, str] = {}
        """Resource version of each object as we wrote it last, by uid, while nobody else has changed it."""

    async def apply(self, desired: Body) -> dict[str, Any]:
        """Bring an object to what stands here; fields of others stay as they are.

        Raises:
            RefusedError: the server does not take it.
            UnavailableError: the server does not answer.
        """
        meta = desired["metadata"]
        resource = WRITTEN[desired["apiVersion"], desired["kind"]]
        written = await self._apply(resource.path(meta["namespace"], meta["name"]), desired)
        self._own[written["metadata"]["uid"]] = written["metadata"]["resourceVersion"]
        return written

    def is_own(self, meta: Body) -> bool:
        """Whether the last to change an object was `apply`: what we did is no news to us."""
        if self._own.get(meta["uid"]) == meta["resourceVersion"]:
            return True
        self._own.pop(meta["uid"], None)
        return False

    async def apply_status(self, resource: Resource, namespace: str, name: str, status: Body) -> dict[str, Any]:
        """Bring the status of an object to what stands here."""
        body = {
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "metadata": {"name": name, "namespace": namespace},
            "status": status,
        }
        return await self._apply(resource.path(namespace, name, "status"), body)

    async def set_finalizers(self, resource: Resource, body: Body, finalizers: Sequence[str]) -> None:
        """Write the finalizers of an object, unless somebody changed it in the meantime."""
        meta = body["metadata"]
        patch = {"metadata": {"finalizers": list(finalizers), "resourceVersion": meta["resourceVersion"]}}
        await self.request(
            "PATCH",
            f"{resource.path(meta['namespace'], meta['name'])}?fieldManager={FIELD_MANAGER}",
            patch,
            "application/merge-patch+json",
        )

    async def annotate_pod(self, namespace: str, name: str, annotations: Mapping[str, str]) -> None:
        """Write annotations of a pod."""
        meta = {"name": name, "namespace": namespace, "annotations": dict(annotations)}
        await self._apply(PODS.path(namespace, name), {"apiVersion": "v1", "kind": "Pod", "metadata": meta})

    async def post_event(self, event: Body) -> None:
        """Tell of something; an event that is not taken is only a line in the log."""
        try:
            await self.request("POST", EVENTS.path(event["metadata"]["namespace"]), event)
        except TrackerError as error:
            log.warning("Event not sent: %s", error)

    async def serves(self, resource: Resource) -> bool:
        """Whether the server knows a kind that not every cluster has; looked up again after a minute."""
        now = asyncio.get_running_loop().time()
        known = self._kinds.get(resource.api_version)
        if known is None or now - known[0] > 60:  # noqa: PLR2004 -- see the docstring
            try:
                found = await self.request("GET", f"/apis/{resource.api_version}")
                known = now, frozenset(item["name"] for item in found["resources"])
            except RefusedError:
                known = now, frozenset()
            self._kinds[resource.api_version] = known
        return resource.plural in known[1]

    async def watch_metadata(
        self, resource: Resource, namespace: str | None, selector: str = ""
    ) -> AsyncIterator[dict[str, Any]]:
        """Yield the metadata of each object at first and whenever it changes, for ever.

        Only metadata: Secrets of strangers never come into this process, and a thousand Deployments cost nothing.
        """
        query = {"labelSelector": selector} if selector else {}
        path = resource.path(namespace)
        while True:
            try:
                every = f"{path}?{urlencode(query)}"
                listed = await self.request("GET", every, accept=_METADATA.format(list="List"))
                for item in listed["items"] or ():  # an empty list of metadata is null
                    yield item["metadata"]
                version = listed["metadata"]["resourceVersion"]
                while True:
                    async for meta in self._watch(path, query | {"resourceVersion": version}):
                        version = meta["resourceVersion"]
                        if meta.get("name"):  # a bookmark has none
                            yield meta
                    await asyncio.sleep(_HOT)
            except GoneError:
                await asyncio.sleep(_HOT)
            except (TrackerError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                log.warning("Watch of %s: %s", resource.plural, str(error) or type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _watch(self, path: str, query: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
        settings = query | {"watch": "1", "allowWatchBookmarks": "1", "timeoutSeconds": str(WATCH_SECONDS)}
        timeout = aiohttp.ClientTimeout(total=WATCH_SECONDS + 30, connect=5)
        async with self.session.get(
            f"{self.login.server}{path}?{urlencode(settings)}",
            headers=self.login.headers() | {"Accept": _METADATA.format(list="")},
            timeout=timeout,
        ) as response:
            if response.status >= 400:  # noqa: PLR2004
                raise error_of(response.status, await response.read(), path)
            buffer = b""
            async for chunk in response.content.iter_any():
                *lines, buffer = (buffer + chunk).split(b"\n")
                for line in lines:
                    event = json.loads(line)
                    if event["type"] == "ERROR":
                        raise GoneError(410, "the watch is too old")
                    yield event["object"]["metadata"]

    async def _apply(self, path: str, body: Body) -> dict[str, Any]:
        query = urlencode({"fieldManager": FIELD_MANAGER, "force": "true"})
        return await self.request("PATCH", f"{path}?{query}", body, "application/apply-patch+yaml")
