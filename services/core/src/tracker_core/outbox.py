"""Writes events in the transaction that makes the change, with the outbox row that makes their publication certain.

The row is removed after JetStream's ack (`publishing.py`); what a crash leaves behind, the relay publishes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core import telemetry
from tracker_core.events import Actor, Change, Event, encode_events
from tracker_core.ids import new_id
from tracker_core.tables import now

EVENTS_PER_FRAME = 200
"""Events in one bus message at most; a larger transaction makes several."""

# Arrays instead of one parameter per cell: a batch of hundreds is one statement, planned once. The outbox row comes
# along because each statement is a round trip; its time is the database's, because the relay compares it with that.
_INSERT_EVENTS = """
with queued as (
    insert into outbox (transaction_id, workspace_id, created_at) values ($2, $1, now())
)
insert into event (workspace_id, transaction_id, at, actor_kind, actor_name,
                   verb, entity_type, entity_id, data, before, after)
select $1, $2, $3, $4, $5, verb, entity_type, entity_id, data::jsonb, before::jsonb, after::jsonb
  from unnest($6::text[], $7::text[], $8::uuid[], $9::text[], $10::text[], $11::text[])
       with ordinality as change (verb, entity_type, entity_id, data, before, after, position)
 order by position
returning id
"""


@dataclass(frozen=True)
class Frame:
    """The events of one transaction (or a part of a large one), ready to publish."""

    transaction_id: UUID
    workspace_id: UUID
    part: int
    body: bytes
    traceparent: str = ""
    """Of what made the change; none for a batch of many."""


def frames(transaction_id: UUID, workspace_id: UUID, events: Sequence[Event]) -> list[Frame]:
    """Encode the events of a transaction."""
    starts = range(0, len(events), EVENTS_PER_FRAME)
    return [
        Frame(
            transaction_id,
            workspace_id,
            part,
            encode_events(list(events[start : start + EVENTS_PER_FRAME])),
            telemetry.current_traceparent(),
        )
        for part, start in enumerate(starts)
    ]


@dataclass(frozen=True)
class Draft:
    """The events of a transaction before they have ids."""

    workspace_id: UUID
    actor: Actor
    changes: Sequence[Change]
    transaction_id: UUID = field(default_factory=new_id)
    at: datetime = field(default_factory=now)

    def frames(self, ids: Sequence[int]) -> list[Frame]:
        """Give each change its id, in their order, and encode them."""
        events = [
            Event(
                id=event_id,
                at=self.at,
                actor=self.actor,
                verb=change.verb,
                entity=change.entity,
                data=change.data,
                before=change.before,
                after=change.after,
            )
            for event_id, change in zip(ids, self.changes, strict=True)
        ]
        return frames(self.transaction_id, self.workspace_id, events)


async def write_events(
    connection: AsyncConnection, workspace_id: UUID, actor: Actor, changes: Sequence[Change]
) -> list[Frame]:
    """Write the event rows and the outbox row into the open transaction; publish the frames after its commit."""
    if not changes:
        return []
    draft = Draft(workspace_id, actor, changes)
    inserted = await connection.exec_driver_sql(
        _INSERT_EVENTS,
        (
            workspace_id,
            draft.transaction_id,
            draft.at,
            actor.kind,
            actor.name,
            [change.verb for change in changes],
            [change.entity.type for change in changes],
            [change.entity.id for change in changes],
            [encode_json(change.data) for change in changes],
            [encode_json(change.before) for change in changes],
            [encode_json(change.after) for change in changes],
        ),
    )
    # Ids are given in the order of the select (Postgres, INSERT: "ORDER BY" before the sequence), RETURNING may differ.
    return draft.frames(sorted(inserted.scalars().all()))


def encode_json(value: dict[str, Any] | None) -> str | None:
    """Encode for a `jsonb` column."""
    return None if value is None else msgspec.json.encode(value).decode()
