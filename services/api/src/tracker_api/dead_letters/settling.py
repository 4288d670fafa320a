"""Settles dead letters: back to triage, back onto the bus, discarded with a reason, or open again."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import msgspec
from tracker_core import telemetry
from tracker_core.bus import inbound_subject
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
from tracker_api.dead_letters.schemas import MANY, DeadLetter, ManyDiscarded, ManySettled, Refused, Selection
from tracker_api.dead_letters.service import narrowed, unknown


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
        new_text = await _text(tx, row, raw)
        await messages.send_to_triage(connection, row.message_id, new_text=new_text)
        tx.kick(triage_message(row.message_id))
        if raw is not None and new_text != row.text:
            await repository.note_edit(connection, row.id, row.text or "", new_text or "")
    else:
        await _publish_again(context, row, raw)
        if raw is not None:
            await repository.note_edit(connection, row.id, clean(row.raw.decode("utf-8", "replace")), clean(raw))
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


async def retry_many(context: Context, tx: Transaction, principal: Principal, selection: Selection) -> ManySettled:
    """Try all that are selected again, as they are; what cannot be stays open and is named."""
    return await _each(context, tx, principal, selection, lambda row_id: retry(context, tx, principal, row_id, None))


async def discard_many(
    context: Context, tx: Transaction, principal: Principal, selection: ManyDiscarded
) -> ManySettled:
    """Close all that are selected."""
    return await _each(
        context, tx, principal, selection, lambda row_id: discard(tx, principal, row_id, selection.reason)
    )


async def reopen_many(tx: Transaction, ids: Sequence[UUID]) -> ManySettled:
    """Open discarded ones again, and let their messages be dead again; those that are something else are named."""
    done, refused = [], []
    for row_id in ids:
        try:
            await _reopen(tx, row_id)
            done.append(row_id)
        except (NotFoundError, ConflictError) as error:
            refused.append(Refused(id=row_id, detail=error.detail))
    return ManySettled(ids=done, refused=refused, more=False)


async def _reopen(tx: Transaction, dead_letter_id: UUID) -> None:
    connection = await tx.session.connection()
    row = await repository.find_dead_letter(connection, tx.workspace_id, dead_letter_id, lock=True)
    if row is None:
        raise unknown(dead_letter_id)
    if row.state != DeadLetterState.DISCARDED:
        raise ConflictError(f"Dead letter {dead_letter_id} is {row.state}, not discarded")
    if row.message_id is not None and not await messages.revive(connection, row.message_id, row.reason):
        raise ConflictError(f"The message of dead letter {dead_letter_id} has gone on in the meantime")
    await repository.reopen(connection, row.id)
    tx.record(_change(row, Verb.DEAD_LETTER_REOPENED, DeadLetterState.OPEN, note=""))


async def _each(
    context: Context,
    tx: Transaction,
    principal: Principal,
    selection: Selection,
    settle: Callable[[UUID], Awaitable[DeadLetter]],
) -> ManySettled:
    keys = None if selection.source is None else [selection.source]
    wanted = await narrowed(
        context, principal, state=DeadLetterState.OPEN, source_keys=keys, query=selection.q, ids=selection.ids
    )
    found = await repository.find_ids(await tx.session.connection(), tx.workspace_id, wanted, limit=MANY + 1)
    done, refused = [], []
    for row_id in found[:MANY]:
        try:
            await settle(row_id)
            done.append(row_id)
        except (ConflictError, InvalidInputError) as error:
            refused.append(Refused(id=row_id, detail=error.detail))
    return ManySettled(ids=done, refused=refused, more=len(found) > MANY)


async def _open(tx: Transaction, dead_letter_id: UUID) -> DeadLetterRow:
    connection = await tx.session.connection()
    row = await repository.find_dead_letter(connection, tx.workspace_id, dead_letter_id, lock=True)
    if row is None:
        raise unknown(dead_letter_id)
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
    tx.record(_change(row, verb, state, note=note))
    settled = await repository.find_dead_letter(connection, tx.workspace_id, row.id)
    return DeadLetter.of(settled or row)


def _change(row: DeadLetterRow, verb: Verb, state: DeadLetterState, *, note: str) -> Change:
    source = f"{row.source_namespace}/{row.source_name}" if row.source_id else None
    return Change(
        verb=verb,
        entity=Entity("dead_letter", row.id),
        data={"source": source, "message_id": str(row.message_id) if row.message_id else None, "note": note},
        before={"state": row.state},
        after={"state": state},
    )
