"""The running operator: who tells the queue that something may have changed, and what is done then."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Mapping
from time import monotonic
from typing import Any
from wsgiref.simple_server import WSGIServer

from prometheus_client import start_http_server
from tracker_core.errors import TrackerError
from tracker_core.kubernetes.client import SECRETS, SOURCES, WEBHOOKS, Resource
from tracker_core.kubernetes.login import Login
from tracker_core.manifests import Webhook
from tracker_core.manifests.metadata import API_VERSION

from tracker_operator.cluster import DEPLOYMENTS, NETWORK_POLICIES, SERVICE_ACCOUNTS, SERVICES, Cluster
from tracker_operator.context import Context
from tracker_operator.known import GATEWAY, SOURCE, WEBHOOK, Index, Known, read
from tracker_operator.metrics import Metrics
from tracker_operator.observing import COUNTED, Observed
from tracker_operator.resources import MANAGED_BY
from tracker_operator.settings import OperatorSettings
from tracker_operator.source import reconcile_source, source_failed
from tracker_operator.status import StatusWriter
from tracker_operator.webhook import GATEWAY_KEY, Served, gateway_failed, reconcile_gateway, reconcile_webhook
from tracker_operator.workqueue import Key, WorkQueue

log = logging.getLogger(__name__)

CHILDREN = (DEPLOYMENTS, SERVICE_ACCOUNTS, NETWORK_POLICIES, SERVICES)
_MANAGED = ",".join(f"{name}={value}" for name, value in MANAGED_BY.items())
_RETRY_SECONDS = 2.0
DEAF_SECONDS = 600.0
"""The queue has something to do at least this often: each object is looked at every few minutes."""


class Operator:
    """Wires the parts. Started and stopped by Kopf's handlers in `main`."""

    def __init__(self, settings: OperatorSettings) -> None:
        self.metrics = Metrics()
        self._settings = settings
        self._cluster = Cluster(Login.find())
        self._index = Index()
        self._served = Served()
        self._queue = WorkQueue(self._reconcile, self._failed, self.metrics, settings.operator.worker_limit)
        self._context = Context(
            settings=settings,
            cluster=self._cluster,
            index=self._index,
            observed=Observed(settings, self._heard),
            status=StatusWriter(self._cluster, self.metrics, settings.operator.count_seconds),
            queue=self._queue,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._working: asyncio.Task[None] | None = None
        self._exposition: WSGIServer | None = None

    async def start(self) -> None:
        """Begin as soon as the API server knows our kinds, also when NATS is away."""
        await self._cluster.__aenter__()
        await self._until_kinds_are_known()
        if port := self._settings.operator.metrics_port:
            self._exposition, _ = start_http_server(port, registry=self.metrics.registry)
        self._tasks = [
            asyncio.create_task(self._context.observed.run(), name="observe"),
            asyncio.create_task(self._run(), name="run"),
        ]
        for task in self._tasks:
            task.add_done_callback(_give_up)

    async def _until_kinds_are_known(self) -> None:
        """Wait for the CRDs: Kopf looks for the kinds once, after this, and would never hear of any object."""
        told = ""
        while trouble := await self._unknown_kinds():
            if trouble != told:
                log.warning("Waiting: %s", trouble)
            told = trouble
            await asyncio.sleep(_RETRY_SECONDS)

    async def _unknown_kinds(self) -> str:
        try:
            groups = {group["name"] for group in (await self._cluster.request("GET", "/apis"))["groups"]}
            if API_VERSION.partition("/")[0] in groups:
                found = await self._cluster.request("GET", f"/apis/{API_VERSION}")
                if {SOURCES.plural, WEBHOOKS.plural} <= {item["name"] for item in found["resources"]}:
                    return ""
        except TrackerError as error:
            return str(error)
        return "the CRDs are not there yet. Install them: kubectl apply --server-side -f crds/"

    async def stop(self) -> None:
        """Let what runs end, then close everything."""
        self._queue.stop()
        if self._working is not None:
            with contextlib.suppress(TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(self._working, self._settings.operator.stop_seconds)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._cluster.__aexit__()
        if self._exposition is not None:
            self._exposition.shutdown()
            self._exposition.server_close()

    def changed(self, body: Mapping[str, Any]) -> None:
        """Take in an object as the API server tells it; what only the operator changed is no news."""
        known = read(body)
        before = self._index.objects.get(known.key)
        if self._index.put(known):
            self._look_at(known, before)
        self._count()

    def deleted(self, body: Mapping[str, Any]) -> None:
        """An object is gone."""
        self._look_at(read(body), None)

    def health(self) -> dict[str, Any]:
        """Return how the queue is.

        Raises:
            RuntimeError: nothing has been looked at for so long that the operator must be deaf.
        """
        idle = monotonic() - self._queue.last_turn
        if self._index.objects and idle > max(DEAF_SECONDS, 2 * self._context.resync):
            raise RuntimeError(f"Nothing was looked at for {idle:.0f} s")
        return {"waiting": self._queue.depth, "objects": len(self._index.objects), "idle_seconds": round(idle, 1)}

    def _look_at(self, known: Known, before: Known | None) -> None:
        self._queue.add(known.key)
        if known.key.kind == WEBHOOK:
            self._queue.add(GATEWAY_KEY)
            if isinstance(known.manifest, Webhook):
                self._queue.add(Key(SOURCE, known.key.namespace, known.manifest.spec.source_ref.name))
        elif before is None or before.manifest != known.manifest:
            self._queue.add(GATEWAY_KEY)

    def _heard(self, key: str) -> None:
        """NATS tells something: of one object, of all of them, or a count."""
        if key == COUNTED:
            for written_key, written in self._context.status.figures.items():
                found = self._context.observed.figures(written_key, written)
                if any(written.get(name) != value for name, value in found.items()):
                    self._queue.add_after(written_key, self._settings.operator.count_seconds)
            return
        component, _, rest = key.partition(".")
        namespace, _, name = rest.partition(".")
        kind = {"source": SOURCE, "webhook": WEBHOOK}.get(component)
        if kind and Key(kind, namespace, name) in self._index.objects:
            self._queue.add(Key(kind, namespace, name))
        elif not key:
            for known in [*self._index.of_kind(SOURCE), *self._index.of_kind(WEBHOOK)]:
                self._queue.add(known.key)

    async def _run(self) -> None:
        await self._prime()
        places: tuple[str | None, ...] = self._settings.operator.namespaces or (None,)
        gateway = self._settings.gateway.namespace
        watched = [(resource, place) for resource in (*CHILDREN, SECRETS) for place in places]
        if None not in places and gateway not in places:
            watched += [(SECRETS, gateway), (SERVICES, gateway)]
        async with asyncio.TaskGroup() as tasks:
            for resource, place in watched:
                tasks.create_task(self._watch(resource, place), name=f"watch {resource.plural} {place or ''}")
            self._working = asyncio.create_task(self._queue.run(), name="queue")
            try:
                await asyncio.shield(self._working)
            finally:
                self._working.cancel()

    async def _prime(self) -> None:
        """Learn of everything there is before anything is written."""
        while True:
            try:
                for resource in (SOURCES, WEBHOOKS):
                    for place in self._settings.operator.namespaces or (None,):
                        for item in await self._cluster.list(resource, place):
                            # In a list an object does not say what it is.
                            self._index.put(read(item | {"apiVersion": resource.api_version, "kind": resource.kind}))
            except TrackerError as error:
                log.warning("Waiting for the Kubernetes API: %s", error)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                break
        for key in self._index.objects:
            self._queue.add(key)
        self._queue.add(GATEWAY_KEY)
        self._count()

    def _count(self) -> None:
        for kind in (SOURCE, WEBHOOK):
            self.metrics.known(kind, sum(1 for _ in self._index.of_kind(kind)))

    async def _watch(self, resource: Resource, namespace: str | None) -> None:
        # Secrets of users have no label of ours.
        selector = "" if resource is SECRETS else _MANAGED
        async for meta in self._cluster.watch_metadata(resource, namespace, selector):
            if self._cluster.is_own(meta):
                continue
            for owner in meta.get("ownerReferences", []):
                if owner["kind"] == SOURCE:
                    self._queue.add(Key(SOURCE, meta["namespace"], owner["name"]))
            labels = meta.get("labels", {})
            if labels.items() >= MANAGED_BY.items() and labels.get("app.kubernetes.io/component") == "gateway":
                self._queue.add(GATEWAY_KEY)
            if resource is SECRETS:
                for key in self._index.users_of(meta["namespace"], meta["name"]):
                    self._queue.add(key)
                    known = self._index.objects.get(key)
                    if known is not None and isinstance(known.manifest, Webhook):
                        self._queue.add(Key(SOURCE, key.namespace, known.manifest.spec.source_ref.name))

    async def _reconcile(self, key: Key) -> float | None:
        if key.kind == SOURCE:
            return await reconcile_source(self._context, key)
        if key.kind == WEBHOOK:
            return await reconcile_webhook(self._context, self._served, key)
        assert key.kind == GATEWAY
        return await reconcile_gateway(self._context, self._served)

    async def _failed(self, key: Key, error: Exception, count: int) -> None:
        if key.kind == SOURCE:
            await source_failed(self._context, key, error, count)
        elif key.kind == GATEWAY:
            await gateway_failed(self._context, self._served, error)


def _give_up(task: asyncio.Task[None]) -> None:
    """End the process when a part of it ended that must not: whoever runs it starts it again."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.critical("%s ended, and so does the operator", task.get_name(), exc_info=error)
        os.kill(os.getpid(), signal.SIGTERM)
