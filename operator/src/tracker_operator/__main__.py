"""`python -m tracker_operator`: runs Kopf with the handlers of `main`."""

import logging
import sys

import kopf
from tracker_core.errors import ConfigurationError
from tracker_core.telemetry import configure_logging

from tracker_operator import main  # noqa: F401 -- registers the handlers
from tracker_operator.settings import OperatorSettings


def run() -> int:
    """Run until a signal comes."""
    try:
        settings = OperatorSettings.read()
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging(settings.log, "operator")
    # A line for each event of each object, with all of Kopf's settings in it, and one for each probe.
    for name in ("kopf.objects", "aiohttp.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    namespaces = settings.operator.namespaces
    kopf.run(
        standalone=True,
        clusterwide=not namespaces,
        namespaces=namespaces,
        liveness_endpoint=f"http://0.0.0.0:{settings.operator.health_port}/healthz",
    )
    return 0


if __name__ == "__main__":
    sys.exit(run())
