"""What an edit teaches triage about the verdict that had proposed the task.

Accepting a suggestion confirms it, a changed category or priority corrects it, `noise` says that there was nothing to
do. A plain decline teaches nothing: a real bug may be declined. A suggestion that is put back to what triage had said
is one about which nobody has said anything; nor does accepting one whose category is noise say what else it is.
"""

from enum import StrEnum

from tracker_core.events import Change, Entity, Verb
from tracker_core.repositories import lessons
from tracker_core.repositories.lessons import Word
from tracker_core.tables import Category, Task, TaskStatus, Verdict
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal

ACCEPTED = frozenset({TaskStatus.TODO, TaskStatus.IN_PROGRESS, TaskStatus.DONE})
"""Statuses in which the team does the task, so its category and priority are what the team holds them to be."""
TAUGHT = frozenset({"category", "priority"})


class Said(StrEnum):
    """What an edit says about the verdict."""

    NOTHING = "nothing"
    WORD = "word"
    """The task's category and priority, as they are now, are right."""
    TAKEN_BACK = "taken back"


def what_is_said(changed: set[str], status: str, category: str, *, as_judged: bool) -> Said:
    """Say what an edit means for triage.

    Args:
        changed: Names of the fields that the edit changed.
        status: Of the task, after it.
        category: The same.
        as_judged: Whether category and priority are, after it, those of the verdict.
    """
    if category == Category.NOISE and "status" in changed and status in ACCEPTED:
        # Triage was unsure and suggested it as noise, or somebody had called it that. The team does it: it is none.
        return Said.TAKEN_BACK
    if status == TaskStatus.TRIAGE and as_judged:
        return Said.TAKEN_BACK if changed & (TAUGHT | {"status"}) else Said.NOTHING
    if changed & TAUGHT or ("status" in changed and status in ACCEPTED):
        return Said.WORD
    return Said.NOTHING


async def learn(tx: Transaction, principal: Principal, task: Task, verdict: Verdict, changed: set[str]) -> None:
    """Keep what an edit says about the verdict that had proposed the task."""
    as_judged = (task.category, task.priority) == (verdict.category, verdict.priority)
    match what_is_said(changed, task.status, task.category, as_judged=as_judged):
        case Said.TAKEN_BACK:
            await lessons.forget(await tx.session.connection(), verdict.message_id)
        case Said.WORD:
            word = Word(verdict.id, task.id, principal.member_id, task.category, task.priority)
            await teach(tx, word, number=task.number)


async def teach(tx: Transaction, word: Word, *, number: int | None) -> None:
    """Keep a word, and say so when it is a new one.

    Args:
        tx: The transaction.
        word: What is said.
        number: Of the task, if there is one.
    """
    taught = await lessons.teach(await tx.session.connection(), word)
    if taught is None:
        return
    judged = {"category": taught.judged_category, "priority": taught.judged_priority}
    said = {"category": word.category, "priority": word.priority}
    tx.record(
        Change(
            verb=Verb.LESSON_LEARNED,
            entity=Entity("message", taught.message_id),
            data={"task_id": None if word.task_id is None else str(word.task_id), "number": number}
            | {"confirmed": judged == said},
            before=judged,
            after=said,
        )
    )
