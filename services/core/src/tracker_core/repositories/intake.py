"""The hot path into Postgres: a batch of inbound messages in a handful of statements, whatever its size."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.ids import new_id
from tracker_core.inbound import InboundMessage
from tracker_core.outbox import Draft, Frame, encode_json
from tracker_core.tables import MessageState


@dataclass(frozen=True)
class Arrival:
    """A decoded message with its place in the INBOUND stream."""

    id: UUID
    source_id: UUID
    message: InboundMessage
    stream_seq: int
    trace_id: str
    state: MessageState
    state_reason: str


@dataclass(frozen=True)
class Poison:
    """Bytes that are not a message, with their place in the INBOUND stream."""

    subject: str
    data: bytes
    reason: str
    stream_seq: int
    trace_id: str


_INSERT_CONVERSATIONS = """
insert into conversation (id, workspace_id, source_id, external_key, created_at)
select id, $1, source_id, external_key, now() from unnest($2::uuid[], $3::uuid[], $4::text[])
       as new (id, source_id, external_key)
on conflict (source_id, external_key) do nothing
"""

_SELECT_CONVERSATIONS = """
select source_id, external_key, id from conversation
 where (source_id, external_key) in (select * from unnest($1::uuid[], $2::text[]))
"""

# Everything that belongs to a message in one statement, and so in one transaction and one round trip: under load each
# round trip costs more than the work in it. Rows of parts that are missing in a batch cost nothing. What is compared
# with the database's clock later is written by that clock.
_INSERT_MESSAGES = """
with given as materialized (
    select * from unnest($7::uuid[], $8::uuid[], $9::text[], $10::uuid[], $11::text[], $12::text[], $13::text[],
                         $14::text[], $15::text[], $16::text[], $17::text[], $18::timestamptz[], $19::int[],
                         $20::timestamptz[], $21::text[], $22::text[], $23::text[], $24::text[], $25::text[],
                         $26::bigint[], $27::uuid[], $28::text[], $29::text[], $37::boolean[])
           with ordinality
           as given (id, source_id, external_id, conversation_id, reply_to, sender_id, sender_name,
                     sender_address, subject, text, url, sent_at, sent_offset,
                     received_at, state, state_reason, trace_id, raw, raw_encoding,
                     stream_seq, dead_letter_id, verb, event_data, wanted, position)
), new as (
    insert into message (id, workspace_id, source_id, external_id, conversation_id, reply_to, sender_id, sender_name,
                         sender_address, subject, text, url, sent_at, sent_offset, received_at, recorded_at, state,
                         state_reason, attempts, next_attempt_at, last_error, trace_id, raw, raw_encoding,
                         stream_epoch, stream_seq, wanted)
    select id, $1, source_id, external_id, conversation_id, reply_to, sender_id, sender_name,
           sender_address, subject, text, url, sent_at, sent_offset, received_at, $4, state,
           state_reason, 0, case when state = 'waiting' then now() end, '', trace_id, raw, raw_encoding,
           $2, stream_seq, wanted
      from given
    on conflict (source_id, external_id) do nothing
    returning id
), attached as (
    insert into attachment (id, workspace_id, message_id, position, name, media_type, size, ref)
    select file.id, $1, file.message_id, file.position, file.name, file.media_type, file.size, file.ref
      from unnest($30::uuid[], $31::uuid[], $32::smallint[], $33::text[], $34::text[], $35::bigint[], $36::text[])
           as file (id, message_id, position, name, media_type, size, ref)
      join new on new.id = file.message_id
), buried as (
    insert into dead_letter (id, workspace_id, source_id, message_id, subject, raw, reason, trace_id, state, note,
                             created_at)
    select dead_letter_id, $1, source_id, id, '', convert_to(raw, 'UTF8'), state_reason, trace_id, 'open', '', $4
      from given join new using (id) where dead_letter_id is not null
), queued as (
    insert into outbox (transaction_id, workspace_id, created_at) select $3, $1, now() where exists (select from new)
)
insert into event (workspace_id, transaction_id, at, actor_kind, actor_name, verb, entity_type, entity_id, data)
select $1, $3, $4, $5, $6, verb, 'message', id, event_data::jsonb from given join new using (id) order by position
returning id, entity_id
"""

# The same delivery again (a crash between commit and ack) has the same place in the stream and needs no trace. Another
# place means that the sender sent it again after JetStream's window: the ledger has to know why there is no row.
_INSERT_REPLAYS = """
insert into replay (stream_epoch, stream_seq, workspace_id, source_id, external_id, created_at)
select $2, again.stream_seq, $1, again.source_id, again.external_id, now()
  from unnest($3::uuid[], $4::text[], $5::bigint[]) as again (source_id, external_id, stream_seq)
  join message on message.source_id = again.source_id and message.external_id = again.external_id
 where (message.stream_epoch, message.stream_seq) is distinct from ($2, again.stream_seq)
on conflict do nothing
"""

_INSERT_POISON = """
insert into dead_letter (id, workspace_id, subject, raw, reason, trace_id, state, note, created_at,
                         stream_epoch, stream_seq)
select id, $1, subject, raw, reason, trace_id, 'open', '', now(), $2, stream_seq
  from unnest($3::uuid[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::bigint[])
       as new (id, subject, raw, reason, trace_id, stream_seq)
on conflict do nothing
returning id
"""


async def insert_arrivals(
    connection: AsyncConnection, draft: Draft, stream_epoch: int, arrivals: Sequence[Arrival]
) -> tuple[list[Arrival], list[Frame]]:
    """Insert the messages that are new, with all that belongs to them; return those, in order, and their frames.

    Each statement may be a transaction of its own: a conversation without a message harms nobody, and a replay that was
    not noted is noted at the redelivery, because nothing is acknowledged before the end.

    Args:
        connection: Committing by itself, or in a transaction.
        draft: One change for each arrival, in their order; those of messages that are not new are dropped.
        stream_epoch: What `stream_seq` counts from.
        arrivals: The messages.
    """
    if not arrivals:
        return [], []
    conversations = await _conversations(connection, draft.workspace_id, arrivals)
    files = [(a.id, position, file) for a in arrivals for position, file in enumerate(a.message.attachments)]
    inserted = await connection.exec_driver_sql(
        _INSERT_MESSAGES,
        (
            draft.workspace_id,
            stream_epoch,
            draft.transaction_id,
            draft.at,
            draft.actor.kind,
            draft.actor.name,
            [a.id for a in arrivals],
            [a.source_id for a in arrivals],
            [a.message.external_id for a in arrivals],
            [conversations.get((a.source_id, a.message.conversation)) for a in arrivals],
            [a.message.reply_to for a in arrivals],
            [a.message.sender.id for a in arrivals],
            [a.message.sender.name for a in arrivals],
            [a.message.sender.address for a in arrivals],
            [a.message.subject for a in arrivals],
            [a.message.text for a in arrivals],
            [a.message.url for a in arrivals],
            [a.message.sent_at for a in arrivals],
            [_offset(a.message.sent_at) for a in arrivals],
            [a.message.received_at for a in arrivals],
            [a.state for a in arrivals],
            [a.state_reason for a in arrivals],
            [a.trace_id for a in arrivals],
            [a.message.raw for a in arrivals],
            [a.message.raw_encoding for a in arrivals],
            [a.stream_seq for a in arrivals],
            [new_id() if a.state is MessageState.DEAD else None for a in arrivals],
            [change.verb for change in draft.changes],
            [encode_json(change.data) for change in draft.changes],
            [new_id() for _ in files],
            [message_id for message_id, _, _ in files],
            [position for _, position, _ in files],
            [file.name for _, _, file in files],
            [file.media_type for _, _, file in files],
            [file.size for _, _, file in files],
            [file.ref for _, _, file in files],
            [a.message.wanted for a in arrivals],
        ),
    )
    event_ids = {row.entity_id: row.id for row in inserted}
    new = [arrival for arrival in arrivals if arrival.id in event_ids]
    if len(new) < len(arrivals):
        again = [arrival for arrival in arrivals if arrival.id not in event_ids]
        await _insert_replays(connection, draft.workspace_id, stream_epoch, again)
    kept = replace(draft, changes=[change for change in draft.changes if change.entity.id in event_ids])
    return new, kept.frames([event_ids[arrival.id] for arrival in new])


async def insert_poison(
    connection: AsyncConnection, workspace_id: UUID, stream_epoch: int, poison: Sequence[Poison]
) -> list[UUID]:
    """Insert a dead letter for bytes that are not a message; return the ids of the new ones."""
    if not poison:
        return []
    inserted = await connection.exec_driver_sql(
        _INSERT_POISON,
        (
            workspace_id,
            stream_epoch,
            [new_id() for _ in poison],
            [p.subject for p in poison],
            [p.data for p in poison],
            [p.reason for p in poison],
            [p.trace_id for p in poison],
            [p.stream_seq for p in poison],
        ),
    )
    return list(inserted.scalars())


async def _conversations(
    connection: AsyncConnection, workspace_id: UUID, arrivals: Sequence[Arrival]
) -> dict[tuple[UUID, str], UUID]:
    # Sorted, so that two recorders never wait for each other in a circle.
    keys = sorted({(a.source_id, a.message.conversation) for a in arrivals if a.message.conversation})
    if not keys:
        return {}
    sources, external = [key[0] for key in keys], [key[1] for key in keys]
    await connection.exec_driver_sql(_INSERT_CONVERSATIONS, (workspace_id, [new_id() for _ in keys], sources, external))
    found = await connection.exec_driver_sql(_SELECT_CONVERSATIONS, (sources, external))
    return {(row.source_id, row.external_key): row.id for row in found}


async def _insert_replays(
    connection: AsyncConnection, workspace_id: UUID, stream_epoch: int, again: Sequence[Arrival]
) -> None:
    # A statement of its own: only now does it see the rows that were there, or came in by the same batch.
    await connection.exec_driver_sql(
        _INSERT_REPLAYS,
        (
            workspace_id,
            stream_epoch,
            [a.source_id for a in again],
            [a.message.external_id for a in again],
            [a.stream_seq for a in again],
        ),
    )


def _offset(moment: datetime) -> int:
    offset = moment.utcoffset()
    return int(offset.total_seconds()) if offset else 0
