"""`triage_message`: see `tracker_worker.triage.first_look`."""

from uuid import UUID

from taskiq import AsyncBroker
from tracker_core.jobs import JobName

from tracker_worker.triage.first_look import FirstLook


def register(broker: AsyncBroker, first_look: FirstLook) -> None:
    """Let the broker run the job."""

    async def triage_message(message_id: str) -> None:
        await first_look.triage_message(UUID(message_id))

    broker.register_task(triage_message, task_name=JobName.TRIAGE_MESSAGE)
