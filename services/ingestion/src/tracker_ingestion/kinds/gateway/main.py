"""`python -m tracker_ingestion gateway`: wires settings, log and server, and holds no logic."""

import uvicorn
from prometheus_client import REGISTRY
from tracker_core.observing import observe

from tracker_ingestion.kinds.gateway.live import Live
from tracker_ingestion.kinds.gateway.settings import Settings

GRACE_SECONDS = 5
"""How long requests may still run after SIGTERM."""


def run() -> None:
    """Serve until a signal comes."""
    settings = Settings.read()
    observe(settings, "gateway")
    live = Live(settings)
    REGISTRY.register(live.app)
    uvicorn.run(
        live.app,
        host=settings.gateway.host,
        port=settings.gateway.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # the gateway itself decides whom to believe
        server_header=False,
        backlog=2048,
        limit_concurrency=settings.gateway.max_connections,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
