"""The hot path into Postgres: a batch of inbound messages in a handful of statements, whatever its size."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.ids import new_id
from tracker_core.inbound import InboundMessage
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

_INSERT_MESSAGES = """
insert into message (id, workspace_id, source_id, external_id, conversation_id, reply_to, sender_id, sender_name,
                     sender_address, subject, text, url, sent_at, sent_offset, received_at, recorded_at, state,
                     state_reason, attempts, next_attempt_at, last_error, trace_id, raw, raw_encoding,
                     stream_epoch, stream_seq)
select id, $1, source_id, external_id, conversation_id, reply_to, sender_id, sender_name,
       sender_address, subject, text, url, sent_at, sent_offset, received_at, now(), state,
       state_reason, 0, case when state = 'waiting' then now() end, '', trace_id, raw, raw_encoding,
       $2, stream_seq
  from unnest($3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[],
              $11::text[], $12::text[], $13::text[], $14::timestamptz[], $15::int[], $16::timestamptz[], $17::text[],
              $18::text[], $19::text[], $20::text[], $21::text[], $22::bigint[])
       as new (id, source_id, external_id, conversation_id, reply_to, sender_id, sender_name, sender_address,
               subject, text, url, sent_at, sent_offset, received_at, state, state_reason, trace_id, raw,
               raw_encoding, stream_seq)
on conflict (source_id, external_id) do nothing
returning id
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

_INSERT_ATTACHMENTS = """
insert into attachment (id, workspace_id, message_id, position, name, media_type, size, ref)
select id, $1, message_id, position, name, media_type, size, ref
  from unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::bigint[], $8::text[])
       as new (id, message_id, position, name, media_type, size, ref)
"""

_INSERT_DEAD_LETTERS = """
insert into dead_letter (id, workspace_id, source_id, message_id, subject, raw, reason, trace_id, state, note,
                         created_at, stream_epoch, stream_seq)
select id, $1, source_id, message_id, subject, raw, reason, trace_id, 'open', '', now(),
       case when stream_seq is not null then $2::bigint end, stream_seq
  from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::bytea[], $8::text[], $9::text[], $10::bigint[])
       as new (id, source_id, message_id, subject, raw, reason, trace_id, stream_seq)
on conflict do nothing
returning id
"""


async def insert_arrivals(
    connection: AsyncConnection, workspace_id: UUID, stream_epoch: int, arrivals: Sequence[Arrival]
) -> list[Arrival]:
    """Insert the messages that are new, with conversations, attachments and dead letters; return those, in order."""
    if not arrivals:
        return []
    conversations = await _conversations(connection, workspace_id, arrivals)
    inserted = await connection.exec_driver_sql(
        _INSERT_MESSAGES,
        (
            workspace_id,
            stream_epoch,
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
        ),
    )
    new_ids = set(inserted.scalars())
    new = [arrival for arrival in arrivals if arrival.id in new_ids]
    if len(new) < len(arrivals):
        again = [arrival for arrival in arrivals if arrival.id not in new_ids]
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
    await _insert_attachments(connection, workspace_id, new)
    dead = [arrival for arrival in new if arrival.state is MessageState.DEAD]
    if dead:
        await connection.exec_driver_sql(
            _INSERT_DEAD_LETTERS,
            (
                workspace_id,
                stream_epoch,
                [new_id() for _ in dead],
                [a.source_id for a in dead],
                [a.id for a in dead],
                ["" for _ in dead],
                [a.message.raw.encode() for a in dead],
                [a.message.dead for a in dead],
                [a.trace_id for a in dead],
                [None for _ in dead],
            ),
        )
    return new


async def insert_poison(
    connection: AsyncConnection, workspace_id: UUID, stream_epoch: int, poison: Sequence[Poison]
) -> list[UUID]:
    """Insert a dead letter for bytes that are not a message; return the ids of the new ones."""
    if not poison:
        return []
    nothing = [None for _ in poison]
    inserted = await connection.exec_driver_sql(
        _INSERT_DEAD_LETTERS,
        (
            workspace_id,
            stream_epoch,
            [new_id() for _ in poison],
            nothing,
            nothing,
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


async def _insert_attachments(connection: AsyncConnection, workspace_id: UUID, new: Sequence[Arrival]) -> None:
    files = [(a.id, position, file) for a in new for position, file in enumerate(a.message.attachments)]
    if not files:
        return
    await connection.exec_driver_sql(
        _INSERT_ATTACHMENTS,
        (
            workspace_id,
            [new_id() for _ in files],
            [message_id for message_id, _, _ in files],
            [position for _, position, _ in files],
            [file.name for _, _, file in files],
            [file.media_type for _, _, file in files],
            [file.size for _, _, file in files],
            [file.ref for _, _, file in files],
        ),
    )


def _offset(moment: datetime) -> int:
    offset = moment.utcoffset()
    return int(offset.total_seconds()) if offset else 0
