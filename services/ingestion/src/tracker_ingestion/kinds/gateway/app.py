"""The ASGI application: webhooks on the hot path, and beside them what a platform asks of a process.

Starlette serves the few routes that are not hot. Webhook requests never go through it or any middleware: that alone
would cost half of the rate.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from http import HTTPStatus
from typing import Any

import msgspec
from prometheus_client import Metric
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Lifespan
from tracker_core.errors import NotFoundError, TrackerError, UnavailableError
from tracker_core.telemetry import span, trace_id_of

from tracker_ingestion.kinds.gateway.accept import Acceptor
from tracker_ingestion.kinds.gateway.body import MAX_DISCARDED, ClientGoneError, Lingering
from tracker_ingestion.kinds.gateway.config import Configuration
from tracker_ingestion.kinds.gateway.endpoint import Endpoint
from tracker_ingestion.kinds.gateway.problems import Answer, MethodNotAllowedError, internal_problem, problem
from tracker_ingestion.kinds.gateway.tally import counted
from tracker_ingestion.kinds.gateway.verification import HeaderMap, StaleError

log = logging.getLogger(__name__)

PREFIX = "/webhook/"

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Gateway:
    """Serves the current configuration."""

    def __init__(self, acceptor: Acceptor, lifespan: Lifespan[Starlette] | None = None) -> None:
        self.configuration: Configuration | None = None
        """None until the folders were read for the first time."""
        self._acceptor = acceptor
        self._rest = Starlette(
            routes=[
                Route("/healthz", self._live),
                Route("/readyz", self._ready),
                Route("/{path:path}", self._unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
            ],
            lifespan=lifespan,
        )

    @property
    def trouble(self) -> list[str]:
        """What keeps the gateway from being well, for people; empty when it is."""
        found = [] if self._acceptor.publisher.connected else ["the message bus is not connected"]
        if self.configuration is None:
            return [*found, "the manifests are not read yet"]
        return found + [str(item) for item in self.configuration.problems]

    @property
    def ready(self) -> bool:
        """Whether requests can be accepted."""
        return self._acceptor.publisher.connected and self.configuration is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._webhook(scope, receive, send)
        else:
            await self._rest(scope, receive, send)

    async def _webhook(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        with span("webhook", "server", parent=headers.get(b"traceparent", b"").decode("latin-1")) as traceparent:
            await self._take(scope, headers, receive, send, traceparent)

    async def _take(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send, traceparent: str
    ) -> None:
        endpoint: Endpoint | None = None
        # A client that waits for 100-continue sends nothing of a refused body.
        closing = headers.get(b"connection", b"").lower() == b"close" and b"expect" not in headers
        lingering = Lingering(receive) if closing else None
        try:
            endpoint = self._find(scope, headers)
            answer = await self._acceptor.accept(endpoint, scope, headers, lingering or receive, traceparent)
        except ClientGoneError:
            return
        except asyncio.CancelledError:
            # Only the server cancels, when the grace after SIGTERM is over. Not raised again: it would answer 500.
            stopping = UnavailableError("The gateway is stopping", cure="Send again in a moment")
            answer = problem(stopping, trace_id=trace_id_of(traceparent))
        except TrackerError as error:
            if endpoint is not None and endpoint.memory.tally.rejected(
                error.status, "Stale" if isinstance(error, StaleError) else ""
            ):
                log.warning("Webhook '%s': %d %s", endpoint.key, error.status, error.detail)
            answer = problem(error, trace_id=trace_id_of(traceparent))
        except Exception:
            log.exception("Request to %r failed", scope["path"][:200])
            if endpoint is not None:
                endpoint.memory.tally.rejected(500)
            answer = internal_problem(trace_id_of(traceparent))
        if lingering is not None and answer.status >= HTTPStatus.BAD_REQUEST:
            await lingering.discard()
        await _send(answer, send, close=answer.status >= HTTPStatus.BAD_REQUEST and _may_be_endless(headers))

    def _find(self, scope: Scope, headers: HeaderMap) -> Endpoint:
        if self.configuration is None:
            raise UnavailableError("The gateway is starting", cure="Send again in a moment", retry_after=2)
        host = headers.get(b"host", b"").decode("latin-1").lower().rpartition(":")
        name = host[0] if host[2].isdecimal() and host[0] else host[0] + host[1] + host[2]
        endpoint = self.configuration.find(scope["path"], name)
        if endpoint is None:
            if self.configuration.unread:
                # It may be the path of a manifest that cannot be read: the sender keeps the message until it is mended.
                raise UnavailableError(
                    "A manifest of this gateway cannot be read, and this path may be its",
                    cure="Mend the file that the gateway's log names",
                    retry_after=30,
                )
            raise NotFoundError(
                f"No Webhook has the path {scope['path'][:300]!r}",
                cure="Compare it with spec.path of the Webhook; the default is /webhook/<namespace>/<name>",
            )
        if scope["method"] != "POST":
            raise MethodNotAllowedError(f"Webhook '{endpoint.key}' takes only POST", cure="Send a POST")
        return endpoint

    async def _live(self, _: Request) -> Response:
        return Response(b'{"status":"ok"}', media_type="application/json")

    async def _ready(self, _: Request) -> Response:
        body = msgspec.json.encode({"status": "ready" if self.ready else "not ready", "problems": self.trouble})
        return Response(body, status_code=200 if self.ready else 503, media_type="application/json")

    def collect(self) -> Iterator[Metric]:
        """Give the figures of every Webhook to Prometheus."""
        endpoints = self.configuration.endpoints if self.configuration else {}
        yield counted({key: endpoint.memory.tally for key, endpoint in endpoints.items()})

    async def _unknown(self, request: Request) -> Response:
        path = request.url.path[:300]
        answer = problem(NotFoundError(f"There is nothing at {path!r}", cure=f"Webhooks are below {PREFIX}"))
        return Response(answer.body, answer.status, media_type=answer.media_type.decode())


def _may_be_endless(headers: HeaderMap) -> bool:
    # The server goes on to discard what comes of the body of a refused request, which must have an end.
    declared = headers.get(b"content-length", b"0")
    return b"transfer-encoding" in headers or not declared.isdigit() or int(declared[:20]) > MAX_DISCARDED


async def _send(answer: Answer, send: Send, *, close: bool) -> None:
    headers = [(b"content-length", b"%d" % len(answer.body)), *answer.headers]
    if close:
        headers.append((b"connection", b"close"))
    if answer.body:
        headers.append((b"content-type", answer.media_type))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
