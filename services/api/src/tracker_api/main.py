"""Wires the API process: routes, middleware, what runs beside the requests."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from prometheus_client import Gauge
from starlette.routing import Mount, WebSocketRoute
from tracker_core.errors import ConfigurationError
from tracker_core.health import beating
from tracker_core.observing import observe

from tracker_api import problems
from tracker_api.accounts.endpoints import router as accounts
from tracker_api.accuracy.endpoints import router as accuracy
from tracker_api.attachments.endpoints import router as attachments
from tracker_api.commands.responder import respond
from tracker_api.context import open_context
from tracker_api.dashboard import dashboard_app
from tracker_api.dead_letters.endpoints import router as dead_letters
from tracker_api.events.endpoints import router as events
from tracker_api.gauges import keep_gauges
from tracker_api.health.endpoints import probes
from tracker_api.health.endpoints import router as health
from tracker_api.health.service import own_heartbeat
from tracker_api.housekeeping import keep_house
from tracker_api.identities.endpoints import router as identities
from tracker_api.imports.endpoints import router as imports
from tracker_api.ledger.endpoints import router as ledger
from tracker_api.live.health_watch import watch_health
from tracker_api.live.socket import LiveSocket
from tracker_api.manifests.endpoints import router as manifests
from tracker_api.manifests.following import follow
from tracker_api.messages.endpoints import router as messages
from tracker_api.middleware.body_limit import BodyLimitMiddleware
from tracker_api.middleware.security_headers import SecurityHeadersMiddleware
from tracker_api.middleware.tracing import TracingMiddleware
from tracker_api.notifications.endpoints import router as notifications
from tracker_api.openapi import DescribedAPI
from tracker_api.providers.endpoints import router as providers
from tracker_api.replies.endpoints import router as replies
from tracker_api.samples.endpoints import router as samples
from tracker_api.settings import Settings
from tracker_api.sources.endpoints import router as sources
from tracker_api.statistics.endpoints import router as statistics
from tracker_api.system.endpoints import router as system
from tracker_api.tasks.endpoints import router as tasks
from tracker_api.views.endpoints import router as views
from tracker_api.webhooks.endpoints import router as webhooks
from tracker_api.webhooks.rotating import look_after

log = logging.getLogger(__name__)

ROUTERS = (
    tasks,
    views,
    messages,
    attachments,
    replies,
    sources,
    webhooks,
    manifests,
    imports,
    samples,
    events,
    statistics,
    accuracy,
    ledger,
    dead_letters,
    health,
    system,
    accounts,
    identities,
    notifications,
    providers,
)

_CLIENTS = Gauge("tracker_websocket_clients", "Sockets that are open")

FEED_SECONDS = 3.0
"""How long a start waits for the live feed."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the application; without settings it has no parts and serves only for its OpenAPI document."""
    app = DescribedAPI(
        title="Task Tracker",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        lifespan=_lifespan(settings) if settings else None,
    )
    problems.install(app)
    api = APIRouter(prefix="/api", responses=problems.RESPONSES)
    for router in ROUTERS:
        api.include_router(router)
    app.include_router(api)
    app.include_router(probes)
    app.router.routes.append(WebSocketRoute("/ws", LiveSocket(), name="live"))
    dashboard = dashboard_app(settings.api.dashboard_dir) if settings else None
    if dashboard is not None:
        app.router.routes.append(Mount("/", dashboard, name="dashboard"))
    app.add_middleware(BodyLimitMiddleware)
    app.add_middleware(SecurityHeadersMiddleware, frame_ancestors=settings.api.frame_ancestors if settings else "")
    app.add_middleware(TracingMiddleware)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _lifespan(settings: Settings):  # type: ignore[no-untyped-def]  # noqa: ANN202 -- Starlette's own type
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_context(settings) as context:
            app.state.context = context
            _CLIENTS.set_function(lambda: context.hub.sockets)
            loops = [
                asyncio.create_task(loop)
                for loop in (
                    context.publisher.run(),
                    context.feed.run(),
                    keep_house(context.engine),
                    respond(context),
                    look_after(context),
                    watch_health(context.bus, context.hub),
                    *([keep_gauges(context)] if settings.metrics.port else []),
                    # In a folder nobody writes but the API and who starts the processes, which announce themselves.
                    *([follow(context)] if settings.api.manifests == "kubernetes" else []),
                )
            ]
            try:
                # A start without the feed is a start all the same; the heartbeat tells.
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(context.feed.following.wait(), FEED_SECONDS)
                async with beating(context.bus.js, f"api.{settings.instance}", lambda: own_heartbeat(context)):
                    yield
            finally:
                for loop in loops:
                    loop.cancel()
                await asyncio.gather(*loops, return_exceptions=True)

    return lifespan


def main() -> int:
    """Serve until SIGTERM or SIGINT; the exit code is 0 then."""
    try:
        settings = Settings.read()
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    try:
        observe(settings, "api")
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    # It would tell of each socket that opens.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings),
            host=settings.api.host,
            port=settings.api.port,
            loop="uvloop",
            http="httptools",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            ws_max_size=65_536,
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
    )
    # uvicorn raises the signal again after it has shut down; without a handler that would kill us: exit code -15.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    server.run()
    return 0 if server.started else 1
