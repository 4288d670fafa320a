"""Lessons: what people have said about verdicts. Triage finds the nearest ones and adapts; accuracy counts them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core import vectors
from tracker_core.ids import new_id

NEWEST = 5000
"""Lessons of a workspace that are looked at: beyond, the oldest are forgotten."""
NEAREST = 64
MAX_TEXT = 2000
"""Characters of a message that come with its lesson."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a member says about a verdict, by a correction or by accepting it."""

    verdict_id: UUID
    task_id: UUID | None
    member_id: UUID
    category: str
    priority: str


# The prediction is copied too: the verdict may be the work of earlier lessons or of a language model. A verdict from
# before there was one has none.
_TEACH = """
insert into lesson as l (id, workspace_id, source_id, message_id, verdict_id, task_id, member_id, judged_category,
                         judged_priority, confidence, category, priority, vector, vector_version, prediction, model,
                         created_at, updated_at)
select :id, v.workspace_id, m.source_id, v.message_id, v.id, :task, :member, v.category, v.priority, v.confidence,
       :category, :priority, v.vector, v.vector_version, coalesce(v.output -> 'own', '{}'),
       coalesce(v.output -> 'own' ->> 'model', ''), now(), now()
  from verdict v join message m on m.id = v.message_id where v.id = :verdict
on conflict (message_id) do update
   set verdict_id = excluded.verdict_id, task_id = excluded.task_id, member_id = excluded.member_id,
       judged_category = excluded.judged_category, judged_priority = excluded.judged_priority,
       confidence = excluded.confidence, category = excluded.category, priority = excluded.priority,
       vector = excluded.vector, vector_version = excluded.vector_version, prediction = excluded.prediction,
       model = excluded.model, updated_at = now()
 where (l.verdict_id, l.category, l.priority)
       is distinct from (excluded.verdict_id, excluded.category, excluded.priority)
returning message_id, judged_category, judged_priority
"""


@dataclass(frozen=True, slots=True)
class Taught:
    """A lesson that was new, or says something new."""

    message_id: UUID
    judged_category: str
    judged_priority: str


async def teach(connection: AsyncConnection, word: Word) -> Taught | None:
    """Keep what a member says; the newest word about a message replaces the one before. None when it says the same."""
    values = {
        "id": new_id(),
        "verdict": word.verdict_id,
        "task": word.task_id,
        "member": word.member_id,
        "category": word.category,
        "priority": word.priority,
    }
    row = (await connection.execute(text(_TEACH), values)).one_or_none()
    return None if row is None else Taught(*row)


async def forget(connection: AsyncConnection, message_id: UUID) -> None:
    """Take back what was said about a message."""
    await connection.execute(text("delete from lesson where message_id = :message"), {"message": message_id})


@dataclass(frozen=True, slots=True)
class NearLesson:
    """A lesson near to a vector."""

    id: UUID
    message_id: UUID
    similarity: float
    """Cosine with the vector that was asked about, -1 to 1."""
    category: str
    """What a member said."""
    priority: str
    judged_category: str
    judged_priority: str
    confidence: float
    prediction: dict[str, Any]
    """`categories` and `priorities` of the embedded model alone; empty when it is not known."""
    text: str
    """Subject and text of its message, at most `MAX_TEXT` characters."""


# Compared one by one, a few milliseconds: an index by vector would know nothing of the workspace and of the version.
_NEAREST = f"""
select l.id, l.message_id, 1 - l.distance as similarity, l.category, l.priority,
       l.judged_category, l.judged_priority, l.confidence, l.prediction,
       left(m.subject || E'\\n' || m.text, {MAX_TEXT:d}) as text
  from (select newest.*, newest.vector <=> cast(cast(:vector as text) as halfvec) as distance
          from (select * from lesson where workspace_id = :workspace order by id desc limit {NEWEST:d}) newest
         where vector_version = :version and vector is not null
         order by distance limit :limit) l
  join message m on m.id = l.message_id
 order by l.distance, l.id
"""  # noqa: S608 -- constants


async def nearest(
    connection: AsyncConnection,
    workspace_id: UUID,
    vector: Sequence[float],
    vector_version: str,
    *,
    limit: int = NEAREST,
) -> list[NearLesson]:
    """Return the lessons of a workspace that are nearest to a vector, nearest first.

    Args:
        connection: Any.
        workspace_id: Whose lessons.
        vector: Neutral vector of the message in question.
        vector_version: Only lessons of this version can be compared; `outdated` finds the others.
        limit: At most so many.
    """
    values = {
        "workspace": workspace_id,
        "vector": vectors.literal(vector),
        "version": vector_version,
        "limit": limit,
    }
    statement = text(_NEAREST).columns(prediction=JSONB)
    return [
        NearLesson(
            row.id,
            row.message_id,
            float(row.similarity),
            row.category,
            row.priority,
            row.judged_category,
            row.judged_priority,
            row.confidence,
            row.prediction,
            row.text,
        )
        for row in await connection.execute(statement, values)
    ]


@dataclass(frozen=True, slots=True)
class OutdatedLesson:
    """A lesson that was kept by another version of the model."""

    id: UUID
    text: str
    """Subject and text of its message."""


_OUTDATED = f"""
select l.id, m.subject || E'\\n' || m.text as text
  from workspace w
  cross join lateral (select newest.* from lesson newest
                       where newest.workspace_id = w.id order by newest.id desc limit {NEWEST:d}) l
  join message m on m.id = l.message_id
 where (l.vector_version, l.model) <> (:version, :model)
 order by l.id desc limit :limit
"""  # noqa: S608 -- constants


async def outdated(connection: AsyncConnection, version: str, model: str, *, limit: int) -> list[OutdatedLesson]:
    """Return lessons, of all workspaces, that the model in use has not read; the newest first.

    Args:
        connection: Any.
        version: Of the neutral vectors.
        model: Version of the weights.
        limit: At most so many.
    """
    rows = await connection.execute(text(_OUTDATED), {"version": version, "model": model, "limit": limit})
    return [OutdatedLesson(row.id, row.text) for row in rows]


async def renew(
    connection: AsyncConnection,
    lesson_id: UUID,
    *,
    vector: Sequence[float] | None,
    version: str,
    prediction: Mapping[str, Any],
    model: str,
) -> None:
    """Keep what the model in use says about a lesson's message; what people said about it stays."""
    await connection.execute(
        text(
            "update lesson set vector = cast(cast(:vector as text) as halfvec), vector_version = :version,"
            " prediction = :prediction, model = :model where id = :id"
        ).bindparams(bindparam("prediction", type_=JSONB)),
        {
            "id": lesson_id,
            "vector": None if vector is None else vectors.literal(vector),
            "version": version,
            "prediction": prediction,
            "model": model,
        },
    )
