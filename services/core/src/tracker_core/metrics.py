"""Figures for Prometheus: each process serves its own on a port that does not face the outside.

The figures stand where they are counted, as module constants in the default registry. Labels are bounded: routes,
kinds, outcomes, Sources; never ids, senders or texts. See docs/observability.md.
"""

import logging
from importlib.metadata import version

from prometheus_client import Gauge, start_http_server

from tracker_core.errors import ConfigurationError
from tracker_core.settings import MetricsSettings

log = logging.getLogger(__name__)

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Buckets of every duration: from a read in memory to the deadline of a language model."""

_BUILD = Gauge("tracker_build_info", "Always 1; what runs here", ["component", "version"])


def serve_metrics(settings: MetricsSettings, component: str) -> None:
    """Serve `/metrics` from a thread of its own until the process ends; nothing when no port is set.

    Raises:
        ConfigurationError: the port is taken.
    """
    if not settings.port:
        return
    _BUILD.labels(component, version("tracker-core")).set(1)
    try:
        start_http_server(settings.port, addr=settings.host)
    except OSError as error:
        raise ConfigurationError(
            f"/metrics cannot be served on {settings.host}:{settings.port}: {error.strerror}",
            cure="Set TRACKER_METRICS__PORT to a free port, or to 0 for none",
        ) from error
    log.debug("Metrics on port %d", settings.port)
