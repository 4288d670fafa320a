"""`python -m tracker_ingestion gateway`: wires settings, log and server, and holds no logic."""

import uvicorn
from tracker_core.telemetry import configure_logging

from tracker_ingestion.kinds.gateway.live import Live
from tracker_ingestion.kinds.gateway.settings import Settings

GRACE_SECONDS = 5
"""How long requests may still run after SIGTERM."""


def run() -> None:
    """Serve until a signal comes."""
    settings = Settings()
    configure_logging(settings.log, "gateway")
    uvicorn.run(
        Live(settings).app,
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
