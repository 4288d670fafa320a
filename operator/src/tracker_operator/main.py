"""The table of contents: every handler of the operator, each one line long.

This first version answers one question, whether a manifest can be served (condition `Accepted`). The objects that serve
it come with the operator's own milestone.
"""

from typing import Any

import kopf

from tracker_operator.acceptance import accepted
from tracker_operator.conditions import merge
from tracker_operator.settings import OperatorSettings

GROUP, VERSION = "tasktracker.dev", "v1alpha1"


@kopf.on.startup()
def configure(settings: kopf.OperatorSettings, **_: Any) -> None:
    """Own finalizer and annotations, bounded workers, no events from the framework."""
    settings.persistence.finalizer = f"{GROUP}/finalizer"
    settings.persistence.progress_storage = kopf.AnnotationsProgressStorage(prefix=f"operator.{GROUP}")
    settings.persistence.diffbase_storage = kopf.AnnotationsDiffBaseStorage(prefix=f"operator.{GROUP}")
    settings.queueing.worker_limit = OperatorSettings().operator.worker_limit
    settings.posting.enabled = False


@kopf.on.resume(GROUP, VERSION, "sources", retries=5, timeout=60)
@kopf.on.create(GROUP, VERSION, "sources", retries=5, timeout=60)
@kopf.on.update(GROUP, VERSION, "sources", field="spec", retries=5, timeout=60)
@kopf.on.resume(GROUP, VERSION, "webhooks", retries=5, timeout=60)
@kopf.on.create(GROUP, VERSION, "webhooks", retries=5, timeout=60)
@kopf.on.update(GROUP, VERSION, "webhooks", field="spec", retries=5, timeout=60)
def reconcile(body: kopf.Body, patch: kopf.Patch, **_: Any) -> None:
    """Bring the status to what is true; nothing is written when it says so already."""
    generation = int(body["metadata"].get("generation", 0))
    status = body.get("status", {})
    conditions = merge(status.get("conditions", []), [accepted(body)], generation)
    if conditions != status.get("conditions") or status.get("observedGeneration") != generation:
        patch.status["conditions"] = conditions
        patch.status["observedGeneration"] = generation
