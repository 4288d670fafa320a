"""Reads messages, and sends one back to triage."""

from datetime import date, timedelta
from uuid import UUID

from tracker_core.database import reading
from tracker_core.errors import NotFoundError
from tracker_core.events import Change, Entity, Verb
from tracker_core.jobs import triage_message
from tracker_core.repositories import dead_letters, sources
from tracker_core.repositories import messages as repository
from tracker_core.repositories.daily import first_key
from tracker_core.repositories.messages import MessageFilter
from tracker_core.tables import MessageState
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.messages.schemas import Message, MessageDetail, MessagePage, Retriage
from tracker_api.paging import cut, decode_cursor, encode_cursor


async def list_messages(
    context: Context,
    principal: Principal,
    *,
    states: list[MessageState],
    source_keys: list[str],
    query: str,
    first: date | None,
    last: date | None,
    cursor: str | None,
    limit: int,
) -> MessagePage:
    """Return a page of messages, newest first."""
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with reading(context.engine) as connection:
        named = await sources.find_source_ids(connection, principal.workspace_id, source_keys) if source_keys else None
        wanted = MessageFilter(
            states=states,
            sources=named,
            query=query,
            since=first_key(first) if first else None,
            until=first_key(last + timedelta(days=1)) if last else None,
        )
        rows = await repository.list_messages(
            connection, principal.workspace_id, wanted, before=before, limit=limit + 1
        )
    page, more = cut(rows, limit)
    return MessagePage(items=[Message.of(row) for row in page], next=encode_cursor(str(page[-1].id)) if more else None)


async def get_message(context: Context, principal: Principal, message_id: UUID) -> MessageDetail:
    """Return one message with its raw form."""
    async with reading(context.engine) as connection:
        row = await repository.find_message(connection, principal.workspace_id, message_id)
        if row is None:
            raise unknown_message(message_id)
        raw, encoding = await repository.raw_of(connection, message_id)
    return MessageDetail.model_validate(Message.of(row).model_dump() | {"raw": raw, "raw_encoding": encoding})


async def retriage(tx: Transaction, principal: Principal, message_id: UUID) -> Retriage:
    """Let triage judge the message again; one that waits already is only woken."""
    connection = await tx.session.connection()
    row = await repository.find_message(connection, tx.workspace_id, message_id)
    if row is None:
        raise unknown_message(message_id)
    if await repository.send_to_triage(connection, message_id):
        await dead_letters.settle_of_message(connection, message_id, principal.member_id)
        tx.record(
            Change(
                verb=Verb.MESSAGE_RETRIAGED,
                entity=Entity("message", message_id),
                data={"source": f"{row.source_namespace}/{row.source_name}", "state": MessageState.WAITING},
                before={"state": row.state},
                after={"state": MessageState.WAITING},
            )
        )
    tx.kick(triage_message(message_id))
    return Retriage(id=message_id, state=MessageState.WAITING)


def unknown_message(message_id: UUID) -> NotFoundError:
    """Return the error for a message that is not there."""
    return NotFoundError(f"There is no message {message_id}", cure="`tasktracker get messages` lists them")
