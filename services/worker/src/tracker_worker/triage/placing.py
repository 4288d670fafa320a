"""Where a judged message belongs: a task that is there already, or one of its own. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tracker_core.repositories.conversations import Context, Said, TaskRef
from tracker_core.tables import TaskStatus

from tracker_worker.conversations.bursts import burst
from tracker_worker.conversations.following import follows
from tracker_worker.models.provider import Judgement

_OPEN_TO_TRIAGE = {TaskStatus.TRIAGE, TaskStatus.TODO}


@dataclass(frozen=True)
class Placement:
    """What a message belongs to."""

    together: Sequence[Said] = ()
    """Messages before it that were read with it, oldest first."""
    task: TaskRef | None = None
    """The task that it belongs to; None when it may make one."""
    revises: bool = False
    """Whether what was read together is what that task is to say from now on."""


def place(context: Context, judgement: Judgement) -> Placement:
    """Say where a message belongs.

    Args:
        context: The message in its conversation.
        judgement: Of the message, and of what was read with it.
    """
    together = burst(context)
    task = next((said.task for said in reversed(together) if said.task), None)
    if task is None:
        return Placement(together, follows(context, judgement))
    revises = judgement.actionable and not task.edited and task.status in _OPEN_TO_TRIAGE
    return Placement(together, task, revises)
