"""Rate, errors and duration of each route, for Prometheus."""

from collections.abc import Mapping
from typing import Any

from prometheus_client import Counter, Histogram
from tracker_core.metrics import SECONDS

_LABELS = ["method", "route"]
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

_REQUESTS = Counter("tracker_http_requests", "Requests that were answered", [*_LABELS, "status"])
_DURATION = Histogram("tracker_http_request_seconds", "Until the answer was sent", _LABELS, buckets=SECONDS)


def measure(scope: Mapping[str, Any], status: int, seconds: float) -> None:
    """Count a request under the template of its route, so that ids make no series."""
    route = scope.get("route")
    template = getattr(route, "path", "") or "other"
    method = scope["method"] if scope["method"] in _METHODS else "other"
    _REQUESTS.labels(method, template, str(status)).inc()
    _DURATION.labels(method, template).observe(seconds)
