"""Writes answers, and lets them go: at once, or after an admin's approval where the Source asks for it."""

from uuid import UUID

from tracker_core.database import reading
from tracker_core.errors import ConflictError, NotFoundError
from tracker_core.events import Change, Entity, Verb
from tracker_core.manifests.source import ReplySpec
from tracker_core.repositories import accounts, notifications
from tracker_core.repositories import replies as repository
from tracker_core.repositories.replies import Addressee, ReplyRow
from tracker_core.tables import NotificationKind, ReplyKind, ReplyState, Role, now
from tracker_core.tables import Reply as ReplyTable
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.paging import cut, decode_cursor, encode_cursor
from tracker_api.replies.schemas import Reply, ReplyDraft, ReplyPage
from tracker_api.tasks.service import find_task

TOLD = 1000
"""Characters of an answer in the notification of who may approve it."""


async def list_replies(
    context: Context,
    principal: Principal,
    *,
    task: str | None,
    states: list[ReplyState],
    cursor: str | None,
    limit: int,
) -> ReplyPage:
    """Return a page of replies, newest first."""
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with reading(context.engine) as connection:
        task_id = (await find_task(connection, principal.workspace_id, task)).id if task else None
        rows = await repository.list_replies(
            connection, principal.workspace_id, task_id=task_id, states=states, before=before, limit=limit + 1
        )
    page, more = cut(rows, limit)
    following = encode_cursor(str(page[-1].id)) if more else None
    return ReplyPage(items=[Reply.of(row) for row in page], next=following)


async def write_reply(tx: Transaction, principal: Principal, task_key: str, draft: ReplyDraft) -> Reply:
    """Write an answer to a task's message.

    Raises:
        ConflictError: There is nobody to answer, or the Source takes no answers.
    """
    connection = await tx.session.connection()
    task = await find_task(connection, tx.workspace_id, task_key)
    to = await repository.addressee(connection, task.id, draft.message_id)
    if to is None:
        raise ConflictError(
            f"Task {task.number} comes from no such message", cure="Answer one that its page shows, or add a note"
        )
    spec = reply_spec(to)
    if not spec.enabled:
        raise ConflictError(
            f"Source '{to.source_namespace}/{to.source_name}' takes no replies",
            cure="Set spec.reply.enabled in its manifest, or add an internal note"
            if to.source_kind != "webhook"
            else "A webhook has no return channel; answer where the message came from, or add an internal note",
        )
    waits = spec.require_approval and not principal.at_least(Role.ADMIN)
    return await queue_reply(tx, principal, to, draft.body, task_id=task.id, number=task.number, waits=waits)


async def queue_reply(
    tx: Transaction,
    principal: Principal,
    to: Addressee,
    body: str,
    *,
    task_id: UUID,
    number: int,
    waits: bool,
    kind: ReplyKind = ReplyKind.REPLY,
) -> Reply:
    """Keep an answer; it goes out from its row."""
    reply = ReplyTable(
        workspace_id=tx.workspace_id,
        task_id=task_id,
        message_id=to.message_id,
        source_id=to.source_id,
        author_id=principal.member_id,
        kind=kind,
        body=body,
        state=ReplyState.AWAITING_APPROVAL if waits else ReplyState.QUEUED,
        next_attempt_at=None if waits else now(),
    )
    tx.session.add(reply)
    await tx.session.flush()
    _record(tx, Verb.REPLY_CREATED, reply.id, task_id, number, state=reply.state, kind=kind)
    if waits:
        await _tell_admins(tx, principal, reply)
    return await _shown(tx, reply.id)


async def approve(tx: Transaction, principal: Principal, reply_id: UUID) -> Reply:
    """Let an answer go that waits for it."""
    row = await _in_state(tx, reply_id, ReplyState.AWAITING_APPROVAL)
    reply = await tx.session.get_one(ReplyTable, row.id)
    reply.state, reply.approved_by, reply.next_attempt_at = ReplyState.QUEUED, principal.member_id, now()
    _record(tx, Verb.REPLY_APPROVED, row.id, row.task_id, row.task_number, state=reply.state, kind=row.kind)
    return await _shown(tx, row.id)


async def reject(tx: Transaction, reply_id: UUID, reason: str) -> Reply:
    """Do not let it go."""
    row = await _in_state(tx, reply_id, ReplyState.AWAITING_APPROVAL)
    reply = await tx.session.get_one(ReplyTable, row.id)
    reply.state, reply.last_error = ReplyState.REJECTED, reason
    _record(tx, Verb.REPLY_REJECTED, row.id, row.task_id, row.task_number, state=reply.state, kind=row.kind)
    return await _shown(tx, row.id)


async def retry(tx: Transaction, reply_id: UUID) -> Reply:
    """Try again what the channel did not take; what is wrong should have been put right before."""
    row = await _in_state(tx, reply_id, ReplyState.FAILED)
    reply = await tx.session.get_one(ReplyTable, row.id)
    reply.state, reply.next_attempt_at, reply.last_error = ReplyState.QUEUED, now(), ""
    _record(tx, Verb.REPLY_CREATED, row.id, row.task_id, row.task_number, state=reply.state, kind=row.kind)
    return await _shown(tx, row.id)


def reply_spec(to: Addressee) -> ReplySpec:
    """Return what the Source says about answers."""
    return ReplySpec.model_validate(to.source_spec.get("reply") or {})


async def _tell_admins(tx: Transaction, principal: Principal, reply: ReplyTable) -> None:
    connection = await tx.session.connection()
    members = await accounts.list_members(connection, tx.workspace_id)
    await notifications.tell(
        connection,
        reply.task_id,
        [member.id for member in members if member.role == Role.ADMIN and member.id != principal.member_id],
        NotificationKind.APPROVAL,
        occasion=str(reply.id),
        by_name=principal.actor.name,
        detail=reply.body[:TOLD],
    )


async def _in_state(tx: Transaction, reply_id: UUID, state: ReplyState) -> ReplyRow:
    row = await repository.find_reply(await tx.session.connection(), tx.workspace_id, reply_id, lock=True)
    if row is None:
        raise NotFoundError(f"There is no reply {reply_id}", cure="`GET /api/replies` lists them")
    if row.state != state:
        raise ConflictError(f"Reply {reply_id} is {row.state}, not {state}", cure="Read it again")
    return row


async def _shown(tx: Transaction, reply_id: UUID) -> Reply:
    await tx.session.flush()
    row = await repository.find_reply(await tx.session.connection(), tx.workspace_id, reply_id)
    assert row is not None, "it was written in this transaction"
    return Reply.of(row)


def _record(tx: Transaction, verb: Verb, reply_id: UUID, task_id: UUID, number: int, *, state: str, kind: str) -> None:
    data = {"number": number, "reply_id": reply_id, "state": state, "kind": kind}
    tx.record(Change(verb=verb, entity=Entity("task", task_id), data=data))
