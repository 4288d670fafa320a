"""A follow-up: a message that says something about a task that is there already, and is no task by itself.

"same here!!" below a bug report, "it also happens in Firefox" in its thread, "resolved" for an alert. When in doubt a
matter of its own wins: one task too many is seen and merged, one too few is lost.
"""

from collections.abc import Iterator
from datetime import timedelta

from tracker_core.repositories.conversations import Context, Said, TaskRef
from tracker_core.tables import Category, TaskStatus

from tracker_worker.conversations.phrases import Phrase, says
from tracker_worker.models.provider import Judgement

NEAR = timedelta(minutes=30)
"""How long after a message in a chat "same here" is about it."""
SHORT = 15
"""Words up to which "same here" is all that a message says."""
SURE = 0.8
"""Confidence from which a message of another kind than the task is a matter of its own."""
WHOLE = 6
"""Words from which a message can be one."""
_CLOSED = {TaskStatus.DONE, TaskStatus.DECLINED}
_TROUBLE = {Category.BUG, Category.INCIDENT}


def follows(context: Context, judgement: Judgement) -> TaskRef | None:
    """Return the task that the message is about; None when it is a matter of its own.

    Args:
        context: The message in its conversation.
        judgement: Of the message by itself.
    """
    message = context.message
    if says(Phrase.ANOTHER_MATTER, message.text):
        return None
    joins_in = says(Phrase.JOINING_IN, message.text) and len(message.text.split()) <= SHORT
    for said, answered in _meant(context, joins_in=joins_in):
        task = said.task
        if task is None:
            continue
        if joins_in or not judgement.actionable:
            return task
        if answered and task.status not in _CLOSED and not _is_own_matter(message, judgement, task):
            return task
        return None
    return None


def _meant(context: Context, *, joins_in: bool) -> Iterator[tuple[Said, bool]]:
    """Yield what the message may be about, likeliest first, and whether it answers that."""
    if context.answered is not None:
        yield context.answered, True
    if _is_thread(context):
        for said in reversed(context.earlier):
            yield said, True
    elif joins_in:
        for said in reversed(context.earlier):
            if context.message.sent_at - said.sent_at > NEAR:
                return
            yield said, False


def _is_thread(context: Context) -> bool:
    """Say whether the conversation has one subject: a mail thread, an issue, an alert group; a chat has many."""
    if context.kind == "email":
        return True
    # The keys that the presets of the gateway give to issues, merge requests and alert groups.
    return context.kind == "webhook" and ("://" in context.key or context.key.startswith("{"))


def _is_own_matter(message: Said, judgement: Judgement, task: TaskRef) -> bool:
    if judgement.category == task.category or {judgement.category, task.category} <= _TROUBLE:
        return False
    if judgement.category is Category.QUESTION:
        # "When will it be done?"
        return False
    return judgement.confidence >= SURE and len(message.text.split()) >= WHOLE
