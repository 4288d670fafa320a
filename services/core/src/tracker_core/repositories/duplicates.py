"""Duplicates: which tasks a new one may repeat, what was proposed, and what a person said about it.

A pair is kept once, whichever of the two is asked about.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core import vectors
from tracker_core.ids import new_id

CLOSED_SINCE = timedelta(days=14)
"""How long a closed task may still be repeated."""
MAX_CANDIDATES = 50
MAX_TEXT = 4000
"""Characters of a candidate's text."""
_NEAREST = 30
"""Of the candidates by vector; the rest is left to words."""
_SCANNED = 500
"""Tasks at most whose words, or titles, are ranked: common words match everything, a machine's titles each other."""
_WORDS = 8
_WORD = re.compile(r"[^\W_]{4,40}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A task that a new one may repeat."""

    id: UUID
    number: int
    title: str
    status: str
    category: str
    text: str
    """Title and what its first message says, at most `MAX_TEXT` characters."""
    vector: tuple[float, ...] | None
    """Neutral vector, of the version that was asked for; None for a task made by hand or by another version."""
    language: str
    """ISO 639-1, or `und`."""
    sent_at: datetime
    """Of its first message; for a task made by hand, when it was made."""
    author: str
    """As `conversations.Said.sender`; empty for a task made by hand."""


_RECENT = """
(t.status in ('triage', 'todo', 'in_progress') or t.updated_at > now() - cast(:closed as interval))
"""

# What was closed long ago and is said again is no duplicate, it has come back. A duplicate is looked for as well: it
# says the same as its target in other words. A scalar subquery is one look by key; of `exists`, the planner would make
# a table of all open tasks first.
_LIVE = f"""
t.workspace_id = :workspace and t.id is distinct from cast(:exclude as uuid) and ({_RECENT}
    or (select d.status from task d where d.id = t.duplicate_of) in ('triage', 'todo', 'in_progress'))
"""  # noqa: S608 -- constants

_BY_VECTOR = f"""
select t.id from task t where {_LIVE} and t.vector_version = :version
 order by t.vector <=> cast(cast(:vector as text) as halfvec) limit {_NEAREST}
"""  # noqa: S608 -- constants

_BY_TITLE = f"""
select t.id from (select t.* from task t where {_LIVE} and t.title % cast(:title as text) limit {_SCANNED}) t
 order by similarity(t.title, cast(:title as text)) desc, t.id desc limit {MAX_CANDIDATES}
"""  # noqa: S608 -- constants

_BY_WORDS = f"""
select t.id from (select t.* from task t where {_LIVE} and t.search @@ to_tsquery('simple', :words)
                   limit {_SCANNED}) t
 order by ts_rank(t.search, to_tsquery('simple', :words)) desc, t.id desc limit {MAX_CANDIDATES}
"""  # noqa: S608 -- constants

_CANDIDATES = f"""
with recursive found as (select unnest(cast(:ids as uuid[])) as id, generate_series(1, :count) as place),
chain as (
    select f.place, t.id, t.duplicate_of from found f join task t on t.id = f.id
    union
    select c.place, t.id, t.duplicate_of from chain c join task t on t.id = c.duplicate_of
), target as (
    select id, min(place) as place from chain
     where duplicate_of is null and id is distinct from cast(:exclude as uuid) group by id
)
select t.id, t.number, t.title, t.status, t.category,
       left(t.title || E'\\n' || coalesce(m.said, t.description), {MAX_TEXT:d}) as text,
       case when t.vector_version = :version then t.vector::text end as vector, coalesce(v.language, 'und') as language,
       coalesce(m.sent_at, t.created_at) as sent_at, coalesce(m.author, '') as author
  from target join task t on t.id = target.id and {_RECENT}
  left join verdict v on v.id = t.verdict_id
  left join lateral (
       select m.subject || E'\\n' || left(m.text, {MAX_TEXT:d}) as said, m.sent_at,
              coalesce(nullif(m.sender_id, ''), nullif(m.sender_address, ''), m.sender_name) as author
         from task_message tm join message m on m.id = tm.message_id
        where tm.task_id = t.id and tm.via_task_id is null order by m.id limit 1) m on true
 where not exists (select from duplicate_proposal p where p.state = 'dismissed'
                      and ((p.task_id = t.id and p.other_id = cast(:exclude as uuid))
                        or (p.other_id = t.id and p.task_id = cast(:exclude as uuid))))
 order by target.place limit {MAX_CANDIDATES:d}
"""  # noqa: S608 -- constants


async def candidates(
    connection: AsyncConnection,
    workspace_id: UUID,
    *,
    title: str,
    said: str,
    vector: Sequence[float] | None,
    vector_version: str,
    exclude: UUID | None = None,
) -> list[Candidate]:
    """Return the tasks that a new one may repeat, at most `MAX_CANDIDATES`: near by vector, or alike in words.

    They are open or were closed within `CLOSED_SINCE`; in place of a duplicate stands the task that it was merged into.

    Args:
        connection: In a transaction, because the search by vector is tuned for it alone.
        workspace_id: Whose tasks.
        title: Of the new task.
        said: What its message says, subject included.
        vector: Its neutral vector; None finds by words only.
        vector_version: Of the vector.
        exclude: The new task, when it has a row already: it is no candidate, and what was dismissed for it is none.
    """
    values: dict[str, Any] = {
        "workspace": workspace_id,
        "exclude": exclude,
        "closed": CLOSED_SINCE,
        "title": title[:500],
        "words": _any_word(f"{title}\n{said}"),
        "vector": None if vector is None else vectors.literal(vector),
        "version": vector_version,
    }
    near: list[UUID] = []
    if vector is not None:
        await _search_on(connection)
        near = list((await connection.execute(text(_BY_VECTOR), values)).scalars())
    by_title = list((await connection.execute(text(_BY_TITLE), values)).scalars())
    by_words = list((await connection.execute(text(_BY_WORDS), values)).scalars()) if values["words"] else []
    ids = _interleaved(near, by_title, by_words)
    if not ids:
        return []
    rows = await connection.execute(text(_CANDIDATES), values | {"ids": ids, "count": len(ids)})
    return [
        Candidate(
            row.id,
            row.number,
            row.title,
            row.status,
            row.category,
            row.text,
            None if row.vector is None else vectors.parse(row.vector),
            row.language,
            row.sent_at,
            row.author,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class UnreadTask:
    """An open task that the neutral space in use has not read: made by hand, or read by another version."""

    id: UUID
    text: str
    """Title and what its first message says; without one, its description."""


_UNREAD = f"""
select t.id, left(t.title || E'\\n' || coalesce(m.said, t.description), {MAX_TEXT:d}) as text
  from task t
  left join lateral (select m.subject || E'\\n' || left(m.text, {MAX_TEXT:d}) as said
                       from task_message tm join message m on m.id = tm.message_id
                      where tm.task_id = t.id and tm.via_task_id is null order by m.id limit 1) m on true
 where t.status in ('triage', 'todo', 'in_progress') and t.vector_version <> :version
 order by t.id desc limit :limit
"""  # noqa: S608 -- constants


async def unread(connection: AsyncConnection, version: str, *, limit: int) -> list[UnreadTask]:
    """Return open tasks of all workspaces without a neutral vector of this version, the newest first."""
    rows = await connection.execute(text(_UNREAD), {"version": version, "limit": limit})
    return [UnreadTask(row.id, row.text) for row in rows]


async def keep_vector(connection: AsyncConnection, task_id: UUID, vector: Sequence[float] | None, version: str) -> None:
    """Keep a task's neutral vector, or that there is none; nobody has edited the task by that."""
    await connection.execute(
        text(
            "update task set vector = cast(cast(:vector as text) as halfvec), vector_version = :version where id = :id"
        ),
        {"id": task_id, "vector": None if vector is None else vectors.literal(vector), "version": version},
    )


@dataclass(frozen=True, slots=True)
class NearTask:
    """An open task near to a vector."""

    number: int
    title: str
    similarity: float
    """Cosine, -1 to 1."""


async def nearest_open(
    connection: AsyncConnection, workspace_id: UUID, vector: Sequence[float], vector_version: str, *, limit: int
) -> list[NearTask]:
    """Return the open tasks that are nearest to a neutral vector of a version, nearest first.

    The connection has to be in a transaction, as for `candidates`.
    """
    await _search_on(connection)
    rows = await connection.execute(
        text(
            "select number, title, 1 - (vector <=> cast(cast(:vector as text) as halfvec)) as similarity from task"
            " where workspace_id = :workspace and vector_version = :version"
            " and status in ('triage', 'todo', 'in_progress')"
            " order by vector <=> cast(cast(:vector as text) as halfvec) limit :limit"
        ),
        {"workspace": workspace_id, "version": vector_version, "vector": vectors.literal(vector), "limit": limit},
    )
    return [NearTask(row.number, row.title, float(row.similarity)) for row in rows]


async def _search_on(connection: AsyncConnection) -> None:
    # The index knows nothing of workspaces and of what is closed: without this, it gives its first forty and no more,
    # whatever is left of them. https://github.com/pgvector/pgvector#iterative-index-scans
    await connection.execute(text("select set_config('hnsw.iterative_scan', 'relaxed_order', true)"))


def _any_word(said: str) -> str:
    """Return a query for any of the telling words: those with digits first, they are names of things, then the long."""
    words = dict.fromkeys(word.lower() for word in _WORD.findall(said[:MAX_TEXT]))
    telling = sorted(words, key=lambda word: (not any(c.isdigit() for c in word), -len(word)))[:_WORDS]
    return " | ".join(f"'{word}'" for word in telling)


def _interleaved(*lists: Sequence[UUID]) -> list[UUID]:
    """Return the first of each list, then the second of each: each way of finding gets its share."""
    longest = max(map(len, lists))
    return list(dict.fromkeys(ids[place] for place in range(longest) for ids in lists if place < len(ids)))


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another task that may be the same as a new one."""

    other_id: UUID
    score: float
    """Probability, 0-1."""
    reason: str


_PROPOSE = """
insert into duplicate_proposal (id, workspace_id, task_id, other_id, score, reason, state, created_at)
select :id, :workspace, :task, :other, :score, :reason, 'open', now()
 where not exists (select from duplicate_proposal p
                    where (p.task_id = :task and p.other_id = :other) or (p.task_id = :other and p.other_id = :task))
on conflict (task_id, other_id) do nothing
returning other_id
"""


async def propose(
    connection: AsyncConnection, workspace_id: UUID, task_id: UUID, proposals: Sequence[Proposal]
) -> list[UUID]:
    """Propose other tasks as what this one repeats; return those that are proposed anew.

    A pair that was proposed before stays as it is: what a person has dismissed is not proposed again.
    """
    # Two tasks that come in at the same time may each propose the other: the second one has to see the first.
    await connection.execute(
        text("select pg_advisory_xact_lock(hashtextextended('duplicate_proposal ' || :workspace, 0))"),
        {"workspace": str(workspace_id)},
    )
    new = []
    for proposal in proposals:
        values = {
            "id": new_id(),
            "workspace": workspace_id,
            "task": task_id,
            "other": proposal.other_id,
            "score": proposal.score,
            "reason": proposal.reason,
        }
        if (await connection.execute(text(_PROPOSE), values)).scalar() is not None:
            new.append(proposal.other_id)
    return new


_PAIR = "((p.task_id = :task and p.other_id = :other) or (p.task_id = :other and p.other_id = :task))"


async def confirm(connection: AsyncConnection, task_id: UUID, other_id: UUID, member_id: UUID) -> None:
    """Note that both were merged, where that was proposed.

    What a person has dismissed stays so: after an unmerge it is not proposed again.
    """
    await connection.execute(
        text(
            "update duplicate_proposal p set state = 'confirmed', decided_at = now(), decided_by = :member"  # noqa: S608 -- constants
            f" where state = 'open' and {_PAIR}"
        ),
        {"task": task_id, "other": other_id, "member": member_id},
    )


async def reopen(connection: AsyncConnection, task_id: UUID, other_id: UUID) -> None:
    """Take a confirmation back: the proposal waits for a decision again."""
    await connection.execute(
        text(
            "update duplicate_proposal p set state = 'open', decided_at = null, decided_by = null"  # noqa: S608 -- constants
            f" where state = 'confirmed' and {_PAIR}"
        ),
        {"task": task_id, "other": other_id},
    )


async def dismiss(
    connection: AsyncConnection, workspace_id: UUID, task_id: UUID, other_id: UUID, member_id: UUID
) -> bool:
    """Note that both are not the same, whether it was proposed or not; False when that was known."""
    values = {"task": task_id, "other": other_id, "member": member_id, "id": new_id(), "workspace": workspace_id}
    known = await connection.execute(
        text(f"select p.state from duplicate_proposal p where {_PAIR} for update"),  # noqa: S608 -- constants
        values,
    )
    state = known.scalar()
    if state is None:
        statement = (
            "insert into duplicate_proposal"
            " (id, workspace_id, task_id, other_id, score, reason, state, created_at, decided_at, decided_by)"
            " values (:id, :workspace, :task, :other, 0, '', 'dismissed', now(), now(), :member)"
            " on conflict (task_id, other_id) do update"
            " set state = 'dismissed', decided_at = now(), decided_by = :member"
        )
    else:
        statement = (
            "update duplicate_proposal p set state = 'dismissed', decided_at = now(), decided_by = :member"  # noqa: S608 -- constants
            f" where {_PAIR}"
        )
    if state != "dismissed":
        await connection.execute(text(statement), values)
    return bool(state != "dismissed")


@dataclass(frozen=True, slots=True)
class PairRow:
    """The other task of a proposed pair."""

    id: UUID
    number: int
    title: str
    status: str
    source_id: UUID | None
    source_namespace: str | None
    source_name: str | None
    source_kind: str | None
    score: float
    reason: str
    state: str


async def proposed_for(connection: AsyncConnection, task_id: UUID) -> list[PairRow]:
    """Return the tasks that are, or were confirmed to be, the same as this one; the likeliest first."""
    rows = await connection.execute(
        text(
            "select t.id, t.number, t.title, t.status, s.id, s.namespace, s.name, s.kind, p.score, p.reason, p.state"  # noqa: S608 -- constants
            " from (select other_id as id, score, reason, state from duplicate_proposal where task_id = :task"
            " union all select task_id, score, reason, state from duplicate_proposal where other_id = :task) p"
            " join task t on t.id = p.id left join source s on s.id = t.source_id"
            f" where p.state in ('open', 'confirmed') order by p.score desc, t.id limit {MAX_CANDIDATES:d}"
        ),
        {"task": task_id},
    )
    return [PairRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class MergedRow:
    """A task that was merged into another."""

    id: UUID
    number: int
    title: str


async def merged_into(connection: AsyncConnection, task_id: UUID, *, limit: int) -> list[MergedRow]:
    """Return the tasks that were merged into this one itself, the oldest first."""
    rows = await connection.execute(
        text("select id, number, title from task where duplicate_of = :task order by id limit :limit"),
        {"task": task_id, "limit": limit},
    )
    return [MergedRow(*row) for row in rows]
