"""The only writer to Kubernetes: a small client on aiohttp, which Kopf brings anyway, with Kopf's own login.

Everything is written by server-side apply under one field manager
(https://kubernetes.io/docs/reference/using-api/server-side-apply/), so writing what is there already changes nothing.
Kopf has no server-side apply; the official client costs more memory than the whole operator (docs/adr/0008).
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self
from urllib.parse import quote, urlencode

import aiohttp
import kopf
from tracker_core.errors import TrackerError, UnavailableError

log = logging.getLogger(__name__)

FIELD_MANAGER = "tasktracker-operator"
REQUEST_SECONDS = 15.0
WATCH_SECONDS = 300
"""A watch is renewed after this time; the server ends it earlier or later by itself."""
_METADATA = "application/json;as=PartialObjectMetadata{list};g=meta.k8s.io;v=v1,application/json"
_HOT = 0.5
"""Seconds before a watch that ended is begun anew."""
_RETRY_SECONDS = 2.0

type Body = Mapping[str, Any]


class RefusedError(TrackerError):
    """The API server does not take the object: it is invalid, over a quota, or not allowed."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "Refused by the API server"

    def __init__(self, code: int, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True)
class Resource:
    """A kind as the API server addresses it."""

    api_version: str
    kind: str
    plural: str

    def path(self, namespace: str | None, name: str | None = None, subresource: str | None = None) -> str:
        """Return the path of the collection, or of one object."""
        root = f"/api/{self.api_version}" if "/" not in self.api_version else f"/apis/{self.api_version}"
        parts = [root, *(["namespaces", quote(namespace)] if namespace else []), self.plural]
        return "/".join([*parts, *(quote(part) for part in (name, subresource) if part)])


SOURCES = Resource("tasktracker.dev/v1alpha1", "Source", "sources")
WEBHOOKS = Resource("tasktracker.dev/v1alpha1", "Webhook", "webhooks")
SECRETS = Resource("v1", "Secret", "secrets")
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


class Cluster:
    """A connection to the API server."""

    def __init__(self, login: "Login") -> None:
        self._login = login
        self._session: aiohttp.ClientSession | None = None
        self._kinds: dict[str, tuple[float, frozenset[str]]] = {}

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=64, ssl=self._login.info.as_ssl_context()),
            timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS, connect=5),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(self, resource: Resource, namespace: str, name: str) -> dict[str, Any] | None:
        """Return one object; None when there is none."""
        try:
            return await self._request("GET", resource.path(namespace, name))
        except RefusedError as error:
            if error.code == 404:  # noqa: PLR2004 -- HTTP's own number
                return None
            raise

    async def list(self, resource: Resource, namespace: str | None, selector: str = "") -> list[dict[str, Any]]:
        """Return the objects of a namespace, or of the whole cluster, in pages of 500."""
        found: list[dict[str, Any]] = []
        query = {"limit": "500"} | ({"labelSelector": selector} if selector else {})
        while True:
            page = await self._request("GET", f"{resource.path(namespace)}?{urlencode(query)}")
            found += page["items"] or ()
            if not (following := page["metadata"].get("continue")):
                return found
            query["continue"] = following

    async def apply(self, desired: Body) -> dict[str, Any]:
        """Bring an object to what stands here; fields of others stay as they are.

        Raises:
            RefusedError: the server does not take it.
            UnavailableError: the server does not answer.
        """
        meta = desired["metadata"]
        resource = WRITTEN[desired["apiVersion"], desired["kind"]]
        return await self._apply(resource.path(meta["namespace"], meta["name"]), desired)

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
        await self._request(
            "PATCH",
            f"{resource.path(meta['namespace'], meta['name'])}?fieldManager={FIELD_MANAGER}",
            patch,
            "application/merge-patch+json",
        )

    async def annotate_pod(self, namespace: str, name: str, annotations: Mapping[str, str]) -> None:
        """Write annotations of a pod."""
        meta = {"name": name, "namespace": namespace, "annotations": dict(annotations)}
        await self._apply(PODS.path(namespace, name), {"apiVersion": "v1", "kind": "Pod", "metadata": meta})

    async def delete(self, resource: Resource, namespace: str, name: str) -> None:
        """Delete an object and what belongs to it; nothing happens when there is none."""
        with contextlib.suppress(_GoneError):
            await self._request("DELETE", resource.path(namespace, name), {"propagationPolicy": "Background"})

    async def post_event(self, event: Body) -> None:
        """Tell of something; an event that is not taken is only a line in the log."""
        try:
            await self._request("POST", EVENTS.path(event["metadata"]["namespace"]), event)
        except TrackerError as error:
            log.warning("Event not sent: %s", error)

    async def serves(self, resource: Resource) -> bool:
        """Whether the server knows a kind that not every cluster has; looked up again after a minute."""
        now = asyncio.get_running_loop().time()
        known = self._kinds.get(resource.api_version)
        if known is None or now - known[0] > 60:  # noqa: PLR2004 -- see the docstring
            try:
                found = await self._request("GET", f"/apis/{resource.api_version}")
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
                listed = await self._request("GET", every, accept=_METADATA.format(list="List"))
                for item in listed["items"] or ():  # an empty list of metadata is null
                    yield item["metadata"]
                version = listed["metadata"]["resourceVersion"]
                while True:
                    async for meta in self._watch(path, query | {"resourceVersion": version}):
                        version = meta["resourceVersion"]
                        if meta.get("name"):  # a bookmark has none
                            yield meta
                    await asyncio.sleep(_HOT)
            except _GoneError:
                await asyncio.sleep(_HOT)
            except (TrackerError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                log.warning("Watch of %s: %s", resource.plural, str(error) or type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _watch(self, path: str, query: dict[str, str]) -> AsyncIterator[dict[str, Any]]:
        settings = query | {"watch": "1", "allowWatchBookmarks": "1", "timeoutSeconds": str(WATCH_SECONDS)}
        timeout = aiohttp.ClientTimeout(total=WATCH_SECONDS + 30, connect=5)
        assert self._session is not None
        async with self._session.get(
            f"{self._login.info.server}{path}?{urlencode(settings)}",
            headers=self._login.headers() | {"Accept": _METADATA.format(list="")},
            timeout=timeout,
        ) as response:
            if response.status >= 400:  # noqa: PLR2004
                raise _error(response.status, await response.read(), path)
            buffer = b""
            async for chunk in response.content.iter_any():
                *lines, buffer = (buffer + chunk).split(b"\n")
                for line in lines:
                    event = json.loads(line)
                    if event["type"] == "ERROR":
                        raise _GoneError(410, "the watch is too old")
                    yield event["object"]["metadata"]

    async def _apply(self, path: str, body: Body) -> dict[str, Any]:
        query = urlencode({"fieldManager": FIELD_MANAGER, "force": "true"})
        return await self._request("PATCH", f"{path}?{query}", body, "application/apply-patch+yaml")

    async def _request(
        self, method: str, path: str, body: Any = None, media_type: str = "application/json", accept: str = ""
    ) -> dict[str, Any]:
        assert self._session is not None, "the cluster is entered first"
        try:
            async with self._session.request(
                method,
                self._login.info.server + path,
                data=None if body is None else json.dumps(body),
                headers=self._login.headers() | {"Content-Type": media_type, "Accept": accept or "application/json"},
            ) as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnavailableError(
                f"The Kubernetes API does not answer: {str(error) or type(error).__name__}"
            ) from error
        if response.status >= 400:  # noqa: PLR2004
            raise _error(response.status, content, path)
        return dict(json.loads(content))


class Login:
    """Who we are. The token of a ServiceAccount changes every hour, so it is read again."""

    def __init__(self, info: kopf.ConnectionInfo, settings: kopf.OperatorSettings) -> None:
        self.info = info
        self._settings = settings
        self._read_at = 0.0
        self._headers = info.as_http_headers()

    @classmethod
    def find(cls, settings: kopf.OperatorSettings) -> "Login":
        """Take the ServiceAccount of the pod, else the kubeconfig.

        Raises:
            UnavailableError: there is neither.
        """
        info = kopf.login_with_service_account(settings=settings) or kopf.login_with_kubeconfig(settings=settings)
        if info is None:
            raise UnavailableError("No login to Kubernetes", cure="Set KUBECONFIG, or run in a pod")
        return cls(info, settings)

    def headers(self) -> dict[str, str]:
        """Return the headers that say so."""
        now = asyncio.get_running_loop().time()
        if now - self._read_at > 60:  # noqa: PLR2004 -- far below the hour
            self._read_at = now
            fresh = kopf.login_with_service_account(settings=self._settings)
            if fresh is not None:
                self._headers = fresh.as_http_headers()
        return self._headers


class _GoneError(RefusedError):
    """Not there, or not any more."""


def _error(status: int, content: bytes, path: str) -> TrackerError:
    try:
        message = str(json.loads(content)["message"])
    except (ValueError, KeyError, TypeError):
        message = f"HTTP {status}"
    text = f"{path.partition('?')[0]}: {message[:500]}"
    if status in {404, 410}:
        return _GoneError(status, text)
    if status in {408, 429} or status >= 500:  # noqa: PLR2004
        return UnavailableError(text)
    return RefusedError(status, text)
