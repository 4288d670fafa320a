"""Dead letters: list, find, settle, open again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.tables import DeadLetterState


@dataclass(frozen=True, slots=True)
class DeadLetterRow:
    """A dead letter, whole."""

    id: UUID
    source_id: UUID | None
    source_namespace: str | None
    source_name: str | None
    source_kind: str | None
    message_id: UUID | None
    subject: str
    raw: bytes
    reason: str
    trace_id: str
    state: str
    note: str
    created_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    """The member's name."""
    sender: str | None
    """Name or address of the message's sender."""
    text: str | None
    """The message's text as it is now; null when the bytes were no message."""
    text_before: str | None
    text_after: str | None


@dataclass(frozen=True)
class DeadLetterFilter:
    """What a list is narrowed to; empty means everything."""

    state: DeadLetterState | None = None
    sources: Sequence[UUID] | None = None
    """None for every Source; an empty list matches nothing."""
    query: str = ""
    """A part of the reason."""
    ids: Sequence[UUID] | None = None


_SELECT = """
select d.id, s.id, s.namespace, s.name, s.kind, d.message_id, d.subject, d.raw, d.reason, d.trace_id, d.state, d.note,
       d.created_at, d.settled_at, m.name, coalesce(nullif(w.sender_name, ''), nullif(w.sender_address, '')), w.text,
       d.text_before, d.text_after
  from dead_letter d left join source s on s.id = d.source_id left join member m on m.id = d.settled_by
  left join message w on w.id = d.message_id
"""


async def list_dead_letters(
    connection: AsyncConnection, workspace_id: UUID, wanted: DeadLetterFilter, *, before: UUID | None, limit: int
) -> list[DeadLetterRow]:
    """Return at most `limit` dead letters older than `before`, newest first."""
    where, values = _conditions(workspace_id, wanted)
    if before is not None:
        where += " and d.id < :before"
        values["before"] = before
    query = f"{_SELECT} where {where} order by d.id desc limit :limit"
    return [DeadLetterRow(*row) for row in await connection.execute(text(query), values | {"limit": limit})]


async def find_ids(
    connection: AsyncConnection, workspace_id: UUID, wanted: DeadLetterFilter, *, limit: int
) -> list[UUID]:
    """Return the ids of at most `limit` dead letters, oldest first: in the order in which they came."""
    where, values = _conditions(workspace_id, wanted)
    query = f"select d.id from dead_letter d where {where} order by d.id limit :limit"  # noqa: S608 -- constants
    return list((await connection.execute(text(query), values | {"limit": limit})).scalars())


def _conditions(workspace_id: UUID, wanted: DeadLetterFilter) -> tuple[str, dict[str, Any]]:
    conditions = ["d.workspace_id = :workspace"]
    values: dict[str, Any] = {"workspace": workspace_id}
    if wanted.state is not None:
        # Not a parameter: the index on the open ones is used only where the query itself says "open".
        conditions.append(f"d.state = '{DeadLetterState(wanted.state)}'")
    if wanted.sources is not None:
        conditions.append("d.source_id = any(cast(:sources as uuid[]))")
        values["sources"] = list(wanted.sources)
    if wanted.query:
        conditions.append("position(lower(:query) in lower(d.reason)) > 0")
        values["query"] = wanted.query
    if wanted.ids is not None:
        conditions.append("d.id = any(cast(:ids as uuid[]))")
        values["ids"] = list(wanted.ids)
    return " and ".join(conditions), values


async def find_dead_letter(
    connection: AsyncConnection, workspace_id: UUID, dead_letter_id: UUID, *, lock: bool = False
) -> DeadLetterRow | None:
    """Return one dead letter; locked, nobody else settles it until the transaction ends."""
    query = f"{_SELECT} where d.workspace_id = :workspace and d.id = :id" + (" for update of d" if lock else "")
    row = (await connection.execute(text(query), {"workspace": workspace_id, "id": dead_letter_id})).one_or_none()
    return None if row is None else DeadLetterRow(*row)


async def settle(
    connection: AsyncConnection, dead_letter_id: UUID, state: DeadLetterState, member_id: UUID, note: str
) -> None:
    """Close an open dead letter."""
    await connection.execute(
        text(
            "update dead_letter set state = :state, settled_at = now(), settled_by = :member, note = :note"
            " where id = :id and state = 'open'"
        ),
        {"id": dead_letter_id, "state": state, "member": member_id, "note": note},
    )


async def note_edit(connection: AsyncConnection, dead_letter_id: UUID, before: str, after: str) -> None:
    """Keep what a person made of the text, beside what it was."""
    await connection.execute(
        text("update dead_letter set text_before = :before, text_after = :after where id = :id"),
        {"id": dead_letter_id, "before": before, "after": after},
    )


async def reopen(connection: AsyncConnection, dead_letter_id: UUID) -> None:
    """Open a discarded dead letter again."""
    await connection.execute(
        text(
            "update dead_letter set state = 'open', settled_at = null, settled_by = null, note = ''"
            " where id = :id and state = 'discarded'"
        ),
        {"id": dead_letter_id},
    )


async def settle_of_message(connection: AsyncConnection, message_id: UUID, member_id: UUID) -> None:
    """Close the open dead letters of a message that goes back to triage."""
    await connection.execute(
        text(
            "update dead_letter set state = 'retried', settled_at = now(), settled_by = :member"
            " where message_id = :message and state = 'open'"
        ),
        {"message": message_id, "member": member_id},
    )
