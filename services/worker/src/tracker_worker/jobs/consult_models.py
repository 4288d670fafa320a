"""`consult_models`: see `tracker_worker.triage.consulting`."""

from uuid import UUID

from taskiq import AsyncBroker
from tracker_core.jobs import JobName

from tracker_worker.triage.consulting import Consulting


def register(broker: AsyncBroker, consulting: Consulting) -> None:
    """Let the broker run the job."""

    async def consult_models(message_id: str) -> None:
        await consulting.consult_models(UUID(message_id))

    broker.register_task(consult_models, task_name=JobName.CONSULT_MODELS)
