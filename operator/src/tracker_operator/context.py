"""Everything that a look at an object needs, made once at the start."""

from dataclasses import dataclass

from tracker_operator.cluster import Cluster
from tracker_operator.known import Index
from tracker_operator.observing import Observed
from tracker_operator.settings import OperatorSettings
from tracker_operator.status import StatusWriter
from tracker_operator.workqueue import WorkQueue


@dataclass(frozen=True)
class Context:
    """See the module's docstring."""

    settings: OperatorSettings
    cluster: Cluster
    index: Index
    observed: Observed
    status: StatusWriter
    queue: WorkQueue

    @property
    def resync(self) -> float:
        """Seconds until an object is looked at again when nothing happens to it."""
        return self.settings.operator.resync.total_seconds()
