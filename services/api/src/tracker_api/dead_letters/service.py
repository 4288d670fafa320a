"""Settles dead letters: back to triage, back onto the bus, or discarded with a reason."""

from uuid import UUID

import msgspec
from tracker_core import telemetry
from tracker_core.bus import inbound_subject
from tracker_core.database import reading
from tracker_core.errors import ConflictError, InvalidInputError, NotFoundError
from tracker_core.events import Change, Entity, Verb
from tracker_core.inbound import clean, decode, encode
from tracker_core.jobs import triage_message
from tracker_core.repositories import dead_letters as repository
from tracker_core.repositories import messages
from tracker_core.repositories.dead_letters import DeadLetterRow
from tracker_core.tables import DeadLetterState
from tracker_core.transaction import Transaction

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.dead_letters.schemas import DeadLetter, DeadLetterPage
from tracker_api.paging import cut, decode_cursor, encode_cursor


async def list_dead_letters(
    context: Context, principal: Principal, *, state: DeadLetterState | None, cursor: str | None, limit: int
) -> DeadLetterPage:
    """Return a page of dead letters, newest first."""
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with reading(context.engine) as connection:
        rows = await repository.list_dead_letters(
            connection, principal.workspace_id, state=state, before=before, limit=limit + 1
        )
    page, more = cut(rows, limit)
    following = encode_cursor(str(page[-1].id)) if more else None
    return DeadLetterPage(items=[DeadLetter.of(row) for row in page], next=following)


async def retry(
    context: Context, tx: Transaction, principal: Principal, dead_letter_id: UUID, raw: str | None
) -> DeadLetter:
    """Try again, with another text if one is given.

    Raises:
        ConflictError: it is settled already.
        InvalidInputError: the bytes are still no message.
    """
    connection = await tx.session.connection()
    row = await _open(tx, dead_letter_id)
    if row.message_id is not None:
        await messages.send_to_triage(connection, row.message_id, new_text=await _text(tx, row, raw))
        tx.kick(triage_message(row.message_id))
    else:
        await _publish_again(context, row, raw)
    return await _settle(tx, principal, row, DeadLetterState.RETRIED, Verb.DEAD_LETTER_RETRIED, note="")


async def discard(tx: Transaction, principal: Principal, dead_letter_id: UUID, reason: str) -> DeadLetter:
    """Close it: nothing is to be done.

    Raises:
        ConflictError: it is settled already.
    """
    row = await _open(tx, dead_letter_id)
    if row.message_id is not None:
        await messages.ignore(await tx.session.connection(), row.message_id, f"Discarded: {reason}")
    return await _settle(tx, principal, row, DeadLetterState.DISCARDED, Verb.DEAD_LETTER_DISCARDED, note=reason)


async def _open(tx: Transaction, dead_letter_id: UUID) -> DeadLetterRow:
    connection = await tx.session.connection()
    row = await repository.find_dead_letter(connection, tx.workspace_id, dead_letter_id, lock=True)
    if row is None:
        raise NotFoundError(f"There is no dead letter {dead_letter_id}", cure="`GET /api/dead-letters` lists them")
    if row.state != DeadLetterState.OPEN:
        raise ConflictError(f"Dead letter {dead_letter_id} is {row.state} already", cure="Look at its message")
    return row


async def _text(tx: Transaction, row: DeadLetterRow, raw: str | None) -> str | None:
    """Return the text to triage; None leaves the one that the message has."""
    if raw is not None:
        return clean(raw)
    message = await messages.find_message(await tx.session.connection(), tx.workspace_id, row.message_id or row.id)
    # What could not be read has no text: then its raw form is the best there is.
    return None if message is None or message.text else clean(row.raw.decode("utf-8", "replace"))


async def _publish_again(context: Context, row: DeadLetterRow, raw: str | None) -> None:
    data = row.raw if raw is None else raw.encode()
    try:
        message = decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInputError(
            f"Dead letter {row.id} is still no message: {error}", cure="Send it corrected, as `raw`"
        ) from error
    # Its own id, or JetStream would take it for a repeat of the bytes that could not be read.
    headers = {"Nats-Msg-Id": f"retry:{row.id}", telemetry.TRACEPARENT: telemetry.current_traceparent()}
    await context.bus.js.publish(inbound_subject(message.source), encode(message), timeout=5, headers=headers)


async def _settle(
    tx: Transaction, principal: Principal, row: DeadLetterRow, state: DeadLetterState, verb: Verb, *, note: str
) -> DeadLetter:
    connection = await tx.session.connection()
    await repository.settle(connection, row.id, state, principal.member_id, note)
    source = f"{row.source_namespace}/{row.source_name}" if row.source_id else None
    tx.record(
        Change(
            verb=verb,
            entity=Entity("dead_letter", row.id),
            data={"source": source, "message_id": str(row.message_id) if row.message_id else None, "note": note},
            before={"state": row.state},
            after={"state": state},
        )
    )
    settled = await repository.find_dead_letter(connection, tx.workspace_id, row.id)
    return DeadLetter.of(settled or row)
