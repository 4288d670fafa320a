"""The outermost layer: enters the trace, counts, and answers what nothing else has answered."""

import logging
from http import HTTPStatus
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tracker_core import telemetry

from tracker_api.middleware.measuring import measure
from tracker_api.problems import problem_response, translate, unforeseen_problem

log = logging.getLogger(__name__)


class TracingMiddleware:
    """Every request has a trace id, its response names it, and no error leaves as a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"traceparent"), b"").decode("latin-1")
        if scope["type"] == "websocket":
            # It stands for an hour; what goes through it is in the traces of what happened.
            telemetry.new_trace(given)
            await self._serve(scope, receive, send)
            return
        with telemetry.span("request", "server", parent=given, method=scope["method"], path=scope["path"][:200]):
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        trace_id = telemetry.trace_id_of(telemetry.current_traceparent())
        started, status = perf_counter(), 0

        async def send_traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-trace-id", trace_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, send_traced)
        except Exception as error:
            known = translate(error)
            if known is None:
                log.exception("%s %s failed", scope.get("method", "WS"), scope["path"][:200])
            else:
                log.warning("%s %s: %s", scope.get("method", "WS"), scope["path"][:200], error)
            if scope["type"] == "websocket" or status:
                # Nothing can be said any more; the server closes the connection.
                raise
            answer = unforeseen_problem() if known is None else problem_response(known)
            await answer(scope, receive, send_traced)
        finally:
            if scope["type"] == "http":
                measure(scope, status or HTTPStatus.INTERNAL_SERVER_ERROR, perf_counter() - started)
            if log.isEnabledFor(logging.DEBUG):
                took = round((perf_counter() - started) * 1000, 1)
                log.debug("%s %s", scope.get("method", "WS"), scope["path"][:200], extra={"status": status, "ms": took})
