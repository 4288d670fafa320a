"""Dead letters: list, find, settle."""

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


_SELECT = """
select d.id, s.id, s.namespace, s.name, s.kind, d.message_id, d.subject, d.raw, d.reason, d.trace_id, d.state, d.note,
       d.created_at, d.settled_at, m.name
  from dead_letter d left join source s on s.id = d.source_id left join member m on m.id = d.settled_by
"""


async def list_dead_letters(
    connection: AsyncConnection, workspace_id: UUID, *, state: str | None, before: UUID | None, limit: int
) -> list[DeadLetterRow]:
    """Return at most `limit` dead letters older than `before`, newest first."""
    conditions = ["d.workspace_id = :workspace"]
    values: dict[str, Any] = {"workspace": workspace_id, "limit": limit}
    if state is not None:
        conditions.append("d.state = :state")
        values["state"] = state
    if before is not None:
        conditions.append("d.id < :before")
        values["before"] = before
    query = f"{_SELECT} where {' and '.join(conditions)} order by d.id desc limit :limit"
    return [DeadLetterRow(*row) for row in await connection.execute(text(query), values)]


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


async def settle_of_message(connection: AsyncConnection, message_id: UUID, member_id: UUID) -> None:
    """Close the open dead letters of a message that goes back to triage."""
    await connection.execute(
        text(
            "update dead_letter set state = 'retried', settled_at = now(), settled_by = :member"
            " where message_id = :message and state = 'open'"
        ),
        {"message": message_id, "member": member_id},
    )
