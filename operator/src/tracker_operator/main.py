"""The table of contents: every handler of the operator, each a line or two long.

Kopf lists and watches the Sources and Webhooks, logs in, answers probes, and starts and stops the rest. Nothing is kept
in annotations of the objects: whatever happens only puts an object into the queue, and `reconcile` looks at the world
(docs/adr/0008).
"""

from typing import Any

import kopf

from tracker_operator.running import Operator
from tracker_operator.settings import OperatorSettings

GROUP, VERSION = "tasktracker.dev", "v1alpha1"


@kopf.on.startup()
async def start(settings: kopf.OperatorSettings, memo: Any, **_: Any) -> None:
    """Bounded workers, no events and no writes of the framework's own; then begin."""
    own = OperatorSettings.read()
    settings.queueing.worker_limit = own.operator.worker_limit
    settings.posting.enabled = False
    # The kinds are known; scanning for new ones would need rights over every CRD.
    settings.scanning.disabled = True
    settings.process.ultimate_exiting_timeout = own.operator.stop_seconds + 5
    memo.operator = Operator(own)
    await memo.operator.start()


@kopf.on.cleanup()
async def stop(memo: Any, **_: Any) -> None:
    """Let what runs end."""
    await memo.operator.stop()


@kopf.on.probe(id="queue", errors=kopf.ErrorsMode.PERMANENT)
def healthy(memo: Any, **_: Any) -> dict[str, Any]:
    """Tell the liveness probe how the queue is."""
    return dict(memo.operator.health())


@kopf.on.event(GROUP, VERSION, "sources")
@kopf.on.event(GROUP, VERSION, "webhooks")
def changed(type: str | None, body: kopf.Body, memo: Any, **_: Any) -> None:  # noqa: A002 -- Kopf's name
    """A Source or a Webhook is new, changed, or gone."""
    if type == "DELETED":
        memo.operator.deleted(body)
    else:
        memo.operator.changed(body)
