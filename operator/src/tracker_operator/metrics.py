"""What the operator counts for Prometheus. Labels are bounded: kinds and outcomes, never names of objects."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The figures of one operator."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._reconciles = Counter(
            "tracker_operator_reconciles", "Looks at an object", ["kind", "outcome"], registry=self.registry
        )
        self._seconds = Histogram(
            "tracker_operator_reconcile_seconds",
            "How long a look took",
            ["kind"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._depth = Gauge("tracker_operator_queue_depth", "Objects that wait for a worker", registry=self.registry)
        self._writes = Counter(
            "tracker_operator_status_writes", "Times that a status was written", ["kind"], registry=self.registry
        )
        self._objects = Gauge("tracker_operator_objects", "Objects that are known", ["kind"], registry=self.registry)

    def reconciled(self, kind: str, outcome: str, seconds: float) -> None:
        """Count a look at an object."""
        self._reconciles.labels(kind, outcome).inc()
        if outcome == "ok":
            self._seconds.labels(kind).observe(seconds)

    def depth(self, count: int) -> None:
        """Say how many objects wait."""
        self._depth.set(count)

    def wrote_status(self, kind: str) -> None:
        """Count a status that was written."""
        self._writes.labels(kind).inc()

    def known(self, kind: str, count: int) -> None:
        """Say how many objects there are."""
        self._objects.labels(kind).set(count)
