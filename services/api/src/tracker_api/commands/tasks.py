"""Tasks from a chat. A change is made once, however often it is asked for, by the service behind the REST API."""

import hashlib
from collections.abc import Awaitable, Callable
from enum import StrEnum
from uuid import UUID

import msgspec
from pydantic import ValidationError
from tracker_core.asking import NOBODY, Answer, ChangeTask, MakeTask, MemberLine, TaskCard, decode_answer, encode
from tracker_core.database import reading
from tracker_core.errors import ConflictError, InvalidInputError, StaleVersionError
from tracker_core.repositories import accounts, idempotency
from tracker_core.repositories.tasks import TaskFilter
from tracker_core.tables import Category, Priority, Role, TaskStatus
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal, require
from tracker_api.context import Context
from tracker_api.tasks import editing, service
from tracker_api.tasks.schemas import Task, TaskDraft, TaskPatch

NEWEST = 10
"""Tasks in a list: as many as a phone shows."""
OFFERED = 24
"""Members that a task can be assigned to from a chat; the dashboard has all of them."""
_OPEN = (TaskStatus.TRIAGE, TaskStatus.TODO, TaskStatus.IN_PROGRESS)
_LONGEST_TITLE = 200
_BEGINNING = 600
"""Characters of a description in a chat."""


async def list_tasks(context: Context, principal: Principal, *, mine: bool) -> Answer:
    """Return the newest open tasks."""
    wanted = TaskFilter(statuses=_OPEN, assignee=principal.member_id if mine else None, snoozed=False)
    async with reading(context.engine) as connection:
        page = await service.page_of(connection, principal, wanted, sort="-created_at", limit=NEWEST)
    return Answer(
        outcome="done",
        member=principal.actor.name,
        tasks=[_card(task, principal) for task in page.items],
        more=page.next is not None,
    )


async def show_task(context: Context, principal: Principal, number: int, *, members: bool = False) -> Answer:
    """Return a task as it is now, and whom it can be assigned to."""
    async with reading(context.engine) as connection:
        row = await service.find_task(connection, principal.workspace_id, str(number))
        people = await accounts.list_members(connection, principal.workspace_id) if members else []
    first = sorted(people, key=lambda person: person.id != principal.member_id)[:OFFERED]
    lines = [MemberLine(person.id.hex, person.name) for person in first]
    return msgspec.structs.replace(_done(Task.of(row), principal), members=lines)


async def make_task(context: Context, principal: Principal, question: MakeTask) -> Answer:
    """Make a task of what somebody wrote."""
    require(principal, Role.MEMBER)
    draft = _draft(question.text)

    async def make(tx: Transaction) -> Task:
        return await editing.create_task(tx, principal, draft)

    return await _once(context, principal, question, make)


async def change_task(context: Context, principal: Principal, question: ChangeTask) -> Answer:
    """Change a task; who was too late gets it as it is now."""
    require(principal, Role.MEMBER)
    patch, key = _patch(question, principal), str(question.number)

    async def change(tx: Transaction) -> Task:
        version = question.version
        if version is None:
            version = (await service.find_task(await tx.session.connection(), tx.workspace_id, key)).version
        return await editing.update_task(tx, principal, key, patch, version=version)

    try:
        return await _once(context, principal, question, change)
    except StaleVersionError:
        current = (await show_task(context, principal, question.number)).tasks
        if _is_so(current[0], question):
            return Answer(outcome="done", member=principal.actor.name, tasks=current)
        text = f"Somebody changed #{question.number} in the meantime. Look at it as it is now, and press again"
        return Answer(outcome="conflict", text=text, member=principal.actor.name, tasks=current)


async def _once(
    context: Context,
    principal: Principal,
    question: MakeTask | ChangeTask,
    act: Callable[[Transaction], Awaitable[Task]],
) -> Answer:
    """Change something in a transaction with the answer to it, or repeat what was answered."""
    asked = hashlib.sha256(encode(question)).digest()
    key = f"{principal.member_id}:ask:{question.source}:{question.id}"
    async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
        connection = await tx.session.connection()
        stored = await idempotency.claim_key(connection, tx.workspace_id, key, asked)
        if stored is not None:
            if stored.request_hash != asked:
                raise ConflictError("This was another command before", cure="Send it as a new message")
            return decode_answer(stored.body)
        answer = _done(await act(tx), principal)
        await tx.session.flush()
        await idempotency.store_answer(connection, tx.workspace_id, key, 200, encode(answer))
    return answer


def _draft(text: str) -> TaskDraft:
    title = text.strip().partition("\n")[0].strip()
    whole = text if len(title) > _LONGEST_TITLE or "\n" in text.strip() else ""
    if len(title) > _LONGEST_TITLE:
        title = title[: _LONGEST_TITLE - 1] + "…"
    try:
        return TaskDraft(title=title, description=whole.strip())
    except ValidationError as error:
        raise InvalidInputError("The task has no title", cure="Write what is to be done after the command") from error


def _patch(question: ChangeTask, principal: Principal) -> TaskPatch:  # noqa: PLR0911 -- one for each wish
    match question.wish:
        case "accept":
            return TaskPatch(status=TaskStatus.TODO)
        case "decline":
            return TaskPatch(status=TaskStatus.DECLINED)
        case "done":
            return TaskPatch(status=TaskStatus.DONE)
        case "take":
            return TaskPatch(assignee_id=principal.member_id)
        case "assign":
            return TaskPatch(assignee_id=_member(question.value))
        case "category":
            return TaskPatch(category=_one_of(Category, "category", question.value))
        case "priority":
            return TaskPatch(priority=_one_of(Priority, "priority", question.value))


def _one_of[E: StrEnum](values: type[E], name: str, given: str) -> E:
    try:
        return values(given)
    except ValueError as error:
        raise InvalidInputError(f"There is no {name} {given[:50]!r}", cure=f"Use one of {', '.join(values)}") from error


def _member(given: str) -> UUID | None:
    try:
        return None if given == NOBODY else UUID(given)
    except ValueError as error:
        raise InvalidInputError(f"There is no member {given[:50]!r}", cure="Choose one that the list shows") from error


def _is_so(card: TaskCard, question: ChangeTask) -> bool:  # noqa: PLR0911 -- one for each wish
    """Say whether the task is already as it was wished: two people pressed the same."""
    match question.wish:
        case "accept":
            return card.status == TaskStatus.TODO
        case "decline":
            return card.status == TaskStatus.DECLINED
        case "done":
            return card.status == TaskStatus.DONE
        case "take":
            return card.mine
        case "assign":
            return False
        case "category":
            return card.category == question.value
        case "priority":
            return card.priority == question.value


def _done(task: Task, principal: Principal) -> Answer:
    return Answer(outcome="done", member=principal.actor.name, tasks=[_card(task, principal)])


def _card(task: Task, principal: Principal) -> TaskCard:
    return TaskCard(
        number=task.number,
        title=task.title,
        description=task.description[:_BEGINNING],
        status=task.status,
        category=task.category,
        priority=task.priority,
        assignee=task.assignee.name if task.assignee else "",
        mine=task.assignee is not None and task.assignee.id == principal.member_id,
        due_on=task.due_on.isoformat() if task.due_on else "",
        reason=task.reason or "",
        version=task.version,
    )
