"""Messages: lists, one message, their verdicts, and sending one back to triage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.repositories.searching import few_matches, with_hits
from tracker_core.tables import MessageState


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message with its Source, its task and its newest verdict."""

    id: UUID
    source_id: UUID
    source_namespace: str
    source_name: str
    source_kind: str
    external_id: str
    sender_name: str
    sender_address: str
    subject: str
    text: str
    url: str
    sent_at: datetime
    sent_offset: int
    received_at: datetime
    state: str
    state_reason: str
    conversation_id: UUID | None
    attempts: int
    last_error: str
    trace_id: str
    task_id: UUID | None
    task_number: int | None
    task_title: str | None
    task_status: str | None
    verdict_id: UUID | None
    verdict_category: str | None
    verdict_priority: str | None
    verdict_actionable: bool | None
    verdict_confidence: float | None
    verdict_reason: str | None
    verdict_provider: str | None
    verdict_language: str | None
    verdict_origin: dict[str, Any] | None
    """`learned`, `embedded` and `fallback` of its output; see docs/triage.md."""
    attachments: list[dict[str, Any]]
    """`id`, `name`, `media_type`, `size` and `ref` of each, in their order."""


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One run of triage."""

    id: UUID
    message_id: UUID
    provider: str
    model: str
    category: str
    priority: str
    actionable: bool
    confidence: float
    language: str
    reason: str
    tokens_in: int
    tokens_out: int
    cost_micros: int
    latency_ms: float
    created_at: datetime
    origin: dict[str, Any]
    """`learned`, `embedded` and `fallback` of its output; see docs/triage.md."""


@dataclass(frozen=True)
class MessageFilter:
    """What a list is narrowed to; empty means everything."""

    states: Sequence[str] = ()
    sources: Sequence[UUID] | None = None
    """None for every Source; an empty list matches nothing."""
    query: str = ""
    """Words, as in a web search."""
    since: UUID | None = None
    """Lowest key. Keys are times, so days are ranges of them."""
    until: UUID | None = None
    """Lowest key that is too high."""


_MATCH = "search @@ websearch_to_tsquery('simple', :query)"

_ORIGIN = """
jsonb_build_object('learned', v.output -> 'learned', 'embedded', v.output -> 'embedded',
                   'fallback', v.output -> 'fallback')
"""

_FILES = """
(select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'media_type', f.media_type, 'size', f.size,
                                              'ref', f.ref) order by f.position), '[]')
   from attachment f where f.message_id = m.id)
"""

_COLUMNS = f"""
m.id, m.source_id, s.namespace, s.name, s.kind, m.external_id, m.sender_name, m.sender_address, m.subject, m.text,
m.url, m.sent_at, m.sent_offset, m.received_at, m.state, m.state_reason, m.conversation_id, m.attempts, m.last_error,
m.trace_id, t.id, t.number, t.title, t.status, v.id, v.category, v.priority, v.actionable, v.confidence, v.reason,
v.provider, v.language, case when v.id is not null then {_ORIGIN} end as origin, {_FILES} as attachments
"""

_JOINS = """
join source s on s.id = m.source_id
left join lateral (select task.id, task.number, task.title, task.status from task_message tm
                     join task on task.id = tm.task_id where tm.message_id = m.id and tm.via_task_id is null
                    order by task.id limit 1) t on true
left join lateral (select * from verdict where verdict.message_id = m.id order by verdict.id desc limit 1) v on true
"""


async def list_messages(
    connection: AsyncConnection,
    workspace_id: UUID,
    wanted: MessageFilter,
    *,
    before: UUID | None,
    limit: int,
) -> list[MessageRow]:
    """Return at most `limit` messages older than `before`, newest first."""
    values: dict[str, Any] = {"workspace": workspace_id}
    ends = [key for key in (before, wanted.until) if key is not None]
    if ends:
        values["before"] = min(ends)
    if wanted.since is not None:
        values["since"] = wanted.since
    if wanted.sources is not None:
        values["sources"] = list(wanted.sources)
    hits = ""
    if wanted.query:
        values["query"] = wanted.query
        found = await few_matches(connection, "message", f"t.{_MATCH}", values)
        hits = with_hits("message", f"t.{_MATCH}") if found else ""
        page = _page("hits" if found else "message", wanted, "" if found else f"m.{_MATCH}", values, limit)
    elif wanted.states or wanted.sources is not None:
        page = _page_of_each(wanted, values, limit)
    else:
        page = _page("message", wanted, "", values, limit)
    # Joined after the page is cut: the joins touch `limit` rows, not all that match.
    query = f"{hits} select {_COLUMNS} from ({page}) m {_JOINS} order by m.id desc"  # noqa: S608 -- as above
    return [MessageRow(*row) for row in await connection.execute(text(query), values)]


def _page(table: str, wanted: MessageFilter, match: str, values: dict[str, Any], limit: int) -> str:
    """Return the query of a page in the order of all messages."""
    conditions = ["m.workspace_id = :workspace", match]
    if "before" in values:
        conditions.append("m.id < :before")
    if "since" in values:
        conditions.append("m.id >= :since")
    if wanted.states:
        conditions.append("m.state = any(cast(:states as text[]))")
        values["states"] = list(wanted.states)
    if wanted.sources is not None:
        conditions.append("m.source_id = any(cast(:sources as uuid[]))")
    return (
        f"select m.* from {table} m where {' and '.join(filter(None, conditions))} order by m.id desc limit {limit:d}"  # noqa: S608 -- constants and an integer
    )


def _page_of_each(wanted: MessageFilter, values: dict[str, Any], limit: int) -> str:
    """Return the query of a page that is merged of one of each Source and state, each read off the end of its index.

    Else the newest dead letter is looked for through a million messages that are none.
    """
    values["states"] = list(wanted.states or MessageState)
    named = "and id = any(cast(:sources as uuid[]))" if wanted.sources is not None else ""
    older = "and message.id < :before" if "before" in values else ""
    newer = "and message.id >= :since" if "since" in values else ""
    return f"""
        select m.* from (select id from source where workspace_id = :workspace {named}) wanted_source
         cross join unnest(cast(:states as text[])) as wanted_state (state)
         cross join lateral (select * from message
                              where message.source_id = wanted_source.id and message.state = wanted_state.state
                                    {older} {newer}
                              order by message.id desc limit {limit:d}) m
         order by m.id desc limit {limit:d}
    """  # noqa: S608 -- constants and an integer


async def find_message(
    connection: AsyncConnection, workspace_id: UUID, message_id: UUID, *, lock: bool = False
) -> MessageRow | None:
    """Return one message; locked, nobody else settles it until the transaction ends."""
    query = f"select {_COLUMNS} from message m {_JOINS} where m.workspace_id = :workspace and m.id = :id"  # noqa: S608 -- as above
    query += " for no key update of m" if lock else ""
    row = (await connection.execute(text(query), {"workspace": workspace_id, "id": message_id})).one_or_none()
    return None if row is None else MessageRow(*row)


async def raw_of(connection: AsyncConnection, message_id: UUID) -> tuple[str, str]:
    """Return the message as it came, and its encoding: `text` or `base64`."""
    rows = await connection.execute(text("select raw, raw_encoding from message where id = :id"), {"id": message_id})
    row = rows.one()
    return row.raw, row.raw_encoding


_OF_TASK = """
select message_id as id from task_message where task_id = :task order by message_id limit :limit
"""

# Compared with values: of a join, the planner reads all messages from the end to find those of a chat that has few.
_AROUND = """
with origin as (select m.id, m.conversation_id from task_message tm join message m on m.id = tm.message_id
                 where tm.task_id = :task and tm.via_task_id is null order by m.id limit 1)
(select m.id from message m
  where m.conversation_id = (select conversation_id from origin) and m.id < (select id from origin)
  order by m.id desc limit :around)
union all
(select m.id from message m
  where m.conversation_id = (select conversation_id from origin) and m.id > (select id from origin)
  order by m.id limit :around)
"""


async def messages_of_task(
    connection: AsyncConnection, task_id: UUID, *, limit: int, around: int
) -> tuple[list[MessageRow], list[UUID]]:
    """Return what a task's page shows of its conversation, oldest first, and the ids of those that the task comes from.

    Args:
        connection: Any.
        task_id: The task.
        limit: Messages at most that the task comes from, those of its duplicates included.
        around: Messages at most before, and after, the first of them in its conversation.
    """
    values = {"task": task_id, "limit": limit, "around": around}
    own = list((await connection.execute(text(_OF_TASK), values)).scalars())
    near = (await connection.execute(text(_AROUND), values)).scalars()
    query = f"select {_COLUMNS} from message m {_JOINS} where m.id = any(:ids) order by m.sent_at, m.id"  # noqa: S608 -- as above
    rows = await connection.execute(text(query), {"ids": list({*own, *near})})
    return [MessageRow(*row) for row in rows], own


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A file that came with a message."""

    name: str
    media_type: str
    size: int
    ref: str


async def find_attachment(connection: AsyncConnection, workspace_id: UUID, attachment_id: UUID) -> AttachmentRow | None:
    """Return one attachment."""
    rows = await connection.execute(
        text("select name, media_type, size, ref from attachment where workspace_id = :workspace and id = :id"),
        {"workspace": workspace_id, "id": attachment_id},
    )
    row = rows.one_or_none()
    return None if row is None else AttachmentRow(*row)


async def verdicts_of_messages(connection: AsyncConnection, message_ids: Sequence[UUID]) -> list[VerdictRow]:
    """Return every verdict over these messages, newest first."""
    rows = await connection.execute(
        text(
            "select id, message_id, provider, model, category, priority, actionable, confidence, language, reason,"  # noqa: S608 -- constants
            f" tokens_in, tokens_out, cost_micros, latency_ms, created_at, {_ORIGIN} as origin from verdict v"
            " where message_id = any(cast(:ids as uuid[])) order by id desc"
        ),
        {"ids": list(message_ids)},
    )
    return [VerdictRow(*row) for row in rows]


async def known_external_ids(connection: AsyncConnection, source_id: UUID, external_ids: Sequence[str]) -> set[str]:
    """Return those of the ids that the Source has already brought."""
    rows = await connection.execute(
        text(
            "select external_id from message"
            " where source_id = :source and external_id = any(cast(:external_ids as text[]))"
        ),
        {"source": source_id, "external_ids": list(external_ids)},
    )
    return set(rows.scalars())


async def find_by_external_id(
    connection: AsyncConnection, workspace_id: UUID, source: str, external_id: str
) -> UUID | None:
    """Return the id of the message that a Source, `namespace/name`, has brought under this id."""
    namespace, _, name = source.partition("/")
    found = await connection.execute(
        text(
            "select m.id from message m join source s on s.id = m.source_id where m.external_id = :external_id"
            " and s.workspace_id = :workspace and s.namespace = :namespace and s.name = :name"
        ),
        {"workspace": workspace_id, "namespace": namespace, "name": name, "external_id": external_id},
    )
    message_id: UUID | None = found.scalar()
    return message_id


async def send_to_triage(connection: AsyncConnection, message_id: UUID, *, new_text: str | None = None) -> bool:
    """Let a settled message wait for triage again, with another text if one is given.

    Returns:
        False when it waits already; then nothing is changed, because a worker may hold it.
    """
    result = await connection.execute(
        text(
            "update message set state = 'waiting', state_reason = '', attempts = 0, next_attempt_at = now(),"
            " handed_over_at = null, claimed_until = null, last_error = '', text = coalesce(cast(:text as text), text)"
            " where id = :id and state <> 'waiting'"
        ),
        {"id": message_id, "text": new_text},
    )
    return result.rowcount == 1


async def detach(connection: AsyncConnection, message_id: UUID, task_id: UUID) -> None:
    """Take a message away from the task that it had joined."""
    await connection.execute(
        text("delete from task_message where message_id = :message and task_id = :task and via_task_id is null"),
        {"message": message_id, "task": task_id},
    )


async def settle_by_hand(connection: AsyncConnection, message_id: UUID, state: MessageState, reason: str) -> None:
    """Let a person's word stand in place of what triage made of a message."""
    await connection.execute(
        text("update message set state = :state, state_reason = :reason where id = :id and state <> 'waiting'"),
        {"id": message_id, "state": state, "reason": reason},
    )


async def revive(connection: AsyncConnection, message_id: UUID, reason: str) -> bool:
    """Let an ignored message be dead again; False when it is something else by now."""
    result = await connection.execute(
        text("update message set state = 'dead', state_reason = :reason where id = :id and state = 'ignored'"),
        {"id": message_id, "reason": reason},
    )
    return result.rowcount == 1


async def ignore(connection: AsyncConnection, message_id: UUID, reason: str) -> None:
    """Settle a dead message as ignored: a person decided that nothing is to be done."""
    await connection.execute(
        text("update message set state = 'ignored', state_reason = :reason where id = :id and state = 'dead'"),
        {"id": message_id, "reason": reason},
    )
