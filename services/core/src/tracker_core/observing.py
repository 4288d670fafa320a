"""What every process begins with: its log, its figures, its spans."""

from tracker_core.metrics import serve_metrics
from tracker_core.settings import ProcessSettings
from tracker_core.telemetry import configure_logging
from tracker_core.tracing import configure_tracing


def observe(settings: ProcessSettings, component: str) -> None:
    """Log from now on, and serve figures and export spans where the settings say so.

    Raises:
        ConfigurationError: the port of the figures is taken.
    """
    configure_logging(settings.log, component)
    serve_metrics(settings.metrics, component)
    configure_tracing(settings, component)
