"""Lessons and candidates for duplicates are found by vector and words, within their workspace and version."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.database import make_engine
from tracker_core.ids import new_id
from tracker_core.repositories import duplicates, lessons
from tracker_core.repositories.accounts import ensure_default_workspace
from tracker_core.repositories.duplicates import Candidate, Proposal
from tracker_core.repositories.lessons import NearLesson, Word
from tracker_core.settings import DatabaseSettings
from tracker_core.vectors import VECTOR_SIZE, literal

VERSION = "v1"


def toward(place: int, share: float = 1.0) -> list[float]:
    """A unit vector whose cosine with axis `place` is `share`; the rest points away from all axes that tests use."""
    vector = [0.0] * VECTOR_SIZE
    vector[place], vector[-1] = share, (1 - share * share) ** 0.5
    return vector


@dataclass
class Rows:
    """A workspace that is filled by a test."""

    engine: AsyncEngine
    workspace_id: UUID
    source_id: UUID
    member_id: UUID

    async def insert(self, table: str, **row: Any) -> UUID:
        row = {"id": new_id(), "workspace_id": self.workspace_id} | row
        casts = {"vector": "cast(cast(:vector as text) as halfvec)", "output": "cast(:output as jsonb)"}
        values = ", ".join(casts.get(name, f":{name}") for name in row)
        async with self.engine.begin() as connection:
            await connection.execute(text(f"insert into {table} ({', '.join(row)}) values ({values})"), row)
        return UUID(str(row["id"]))

    async def message(self, said: str, **fields: Any) -> UUID:
        async with self.engine.begin() as connection:
            now = (await connection.execute(text("select now()"))).scalar_one()
        times = dict.fromkeys(("sent_at", "received_at", "recorded_at"), now)
        empty = ("reply_to", "sender_id", "sender_name", "subject", "url", "state_reason", "last_error", "trace_id")
        row: dict[str, Any] = dict.fromkeys(empty, "") | {"sender_address": "ann@example.org"} | times
        row |= {
            "source_id": self.source_id,
            "external_id": new_id().hex,
            "text": said,
            "raw": "",
            "raw_encoding": "text",
        }
        return await self.insert("message", **row | {"state": "ignored", "sent_offset": 0, "attempts": 0} | fields)

    async def verdict(self, message_id: UUID, vector: list[float], version: str = VERSION) -> UUID:
        async with self.engine.begin() as connection:
            now = (await connection.execute(text("select now()"))).scalar_one()
        return await self.insert(
            "verdict",
            message_id=message_id,
            provider="embedded",
            model="test-1",
            prompt_version="",
            category="bug",
            priority="low",
            actionable=True,
            confidence=0.6,
            language="en",
            reason="",
            output="{}",
            tokens_in=0,
            tokens_out=0,
            cost_micros=0,
            latency_ms=1.0,
            vector=literal(vector),
            vector_version=version,
            created_at=now,
        )

    async def lesson(self, said: str, vector: list[float], category: str = "task", version: str = VERSION) -> UUID:
        message_id = await self.message(said)
        verdict_id = await self.verdict(message_id, vector, version)
        async with self.engine.begin() as connection:
            await lessons.teach(connection, Word(verdict_id, None, self.member_id, category, "high"))
        return message_id

    async def task(self, title: str, said: str, vector: list[float] | None = None, **fields: Any) -> UUID:
        async with self.engine.begin() as connection:
            now = (await connection.execute(text("select now()"))).scalar_one()
            number = (await connection.execute(text("select count(*) + 1 from task"))).scalar_one()
        row: dict[str, Any] = {"number": number, "title": title, "description": said, "status": "todo", "labels": []}
        row |= {"category": "bug", "priority": "low", "version": 1, "created_at": now, "updated_at": now}
        if vector is not None:
            message_id = await self.message(said)
            row |= {"vector": literal(vector), "vector_version": VERSION}
            row["verdict_id"] = await self.verdict(message_id, vector)
        task_id = await self.insert("task", **row | fields)
        if vector is not None:
            async with self.engine.begin() as connection:
                await connection.execute(
                    text("insert into task_message (task_id, message_id, workspace_id) values (:t, :m, :w)"),
                    {"t": task_id, "m": message_id, "w": row.get("workspace_id", self.workspace_id)},
                )
        return task_id

    async def candidates(
        self, title: str, said: str = "", vector: list[float] | None = None, **more: Any
    ) -> list[Candidate]:
        async with self.engine.begin() as connection:
            return await duplicates.candidates(
                connection, self.workspace_id, title=title, said=said, vector=vector, vector_version=VERSION, **more
            )

    async def nearest(self, vector: list[float], **more: Any) -> list[NearLesson]:
        async with self.engine.connect() as connection:
            return await lessons.nearest(connection, self.workspace_id, vector, VERSION, **more)


@pytest_asyncio.fixture
async def rows(database_url: str) -> AsyncIterator[Rows]:
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)))
    async with engine.begin() as connection:
        workspace_id = await ensure_default_workspace(connection)
    made = Rows(engine, workspace_id, new_id(), new_id())
    async with engine.begin() as connection:
        await connection.execute(
            text("insert into source select :id, :ws, 'default', 'inbox', 'webhook', '{}', '', now(), now()"),
            {"id": made.source_id, "ws": workspace_id},
        )
        await connection.execute(
            text(
                "insert into member (id, workspace_id, name, role, created_at) values (:id, :ws, 'A', 'member', now())"
            ),
            {"id": made.member_id, "ws": workspace_id},
        )
    yield made
    await engine.dispose()


async def test_nearest_lessons_come_first_and_other_versions_not_at_all(rows: Rows) -> None:
    far = await rows.lesson("far", toward(1, 0.3))
    near = await rows.lesson("near", toward(0, 0.9))
    own = await rows.lesson("own", toward(0, 1.0))
    await rows.lesson("other version", toward(0), version="v0")

    found = await rows.nearest(toward(0))
    assert [lesson.message_id for lesson in found] == [own, near, far]
    assert found[1].similarity == pytest.approx(0.9, abs=0.005)
    assert (found[0].category, found[0].priority, found[0].judged_category) == ("task", "high", "bug")
    assert (found[1].text.strip(), found[1].prediction) == ("near", {})
    assert [lesson.message_id for lesson in await rows.nearest(toward(0), limit=1)] == [own]


async def test_candidates_are_near_by_vector_or_alike_in_words_and_never_the_task_itself(rows: Rows) -> None:
    near = await rows.task("El informe", "El informe llega vacío", toward(0, 0.9))
    alike = await rows.task("Export is a day old", "by hand")
    word = await rows.task("Something else", "error E4711 again")
    itself = await rows.task("Export is old", "The export is a day old, E4711", toward(0))
    await rows.task("Buy paper", "the office is out of paper", None)

    found = await rows.candidates("Export is old", "error E4711", toward(0), exclude=itself)
    assert {candidate.id for candidate in found} == {near, alike, word}
    by_id = {candidate.id: candidate for candidate in found}
    assert by_id[near].vector == pytest.approx(toward(0, 0.9), abs=0.001)
    assert (by_id[near].author, by_id[near].language, by_id[near].category) == ("ann@example.org", "en", "bug")
    assert by_id[near].text == "El informe\n\nEl informe llega vacío"
    assert (by_id[alike].vector, by_id[alike].author, by_id[alike].text) == (None, "", "Export is a day old\nby hand")


async def test_what_was_closed_long_ago_is_no_candidate_and_a_duplicate_stands_for_its_target(rows: Rows) -> None:
    target = await rows.task("Mend it", "by hand, says nothing alike")
    await rows.task("same", "same", toward(0), status="duplicate", duplicate_of=target)
    closed = await rows.task("same", "same", toward(0), status="done")
    old = await rows.task("same", "same", toward(0), status="done")
    async with rows.engine.begin() as connection:
        await connection.execute(
            text("update task set updated_at = now() - interval '15 days' where id = :id"), {"id": old}
        )

    found = await rows.candidates("same", vector=toward(0))
    assert {candidate.id for candidate in found} == {target, closed}


async def test_a_near_task_is_found_behind_many_that_are_closed(rows: Rows) -> None:
    chance = Random(7)
    closed = []
    for number in range(1, 601):
        vector = [component + chance.gauss(0, 0.02) for component in toward(0)]
        closed.append({"id": new_id(), "ws": rows.workspace_id, "n": number, "vector": literal(vector)})
    async with rows.engine.begin() as connection:
        await connection.execute(
            text(
                "insert into task (id, workspace_id, number, title, description, status, category, priority, labels,"
                " vector, vector_version, created_at, updated_at, version)"
                " values (:id, :ws, :n, 'closed', '', 'done', 'bug', 'low', '{}',"
                " cast(cast(:vector as text) as halfvec), 'v1', now() - interval '90 days', now() - interval '60 days',"
                " 1)"
            ),
            closed,
        )
        await connection.execute(text("analyze task"))
    open_task = await rows.task("offen", "offen", toward(0, 0.9), number=601)

    assert [candidate.id for candidate in await rows.candidates("x", vector=toward(0))] == [open_task]


async def test_nearest_open_tasks_leave_out_what_is_closed(rows: Rows) -> None:
    await rows.task("closed", "closed", toward(0), status="done")
    await rows.task("far", "far", toward(1))
    await rows.task("near", "near", toward(0, 0.9))
    async with rows.engine.begin() as connection:
        found = await duplicates.nearest_open(connection, rows.workspace_id, toward(0), VERSION, limit=2)

    assert [task.title for task in found] == ["near", "far"]
    assert found[0].similarity == pytest.approx(0.9, abs=0.005)


async def test_two_tasks_that_propose_each_other_at_once_are_one_pair(rows: Rows) -> None:
    one, other = await rows.task("one", "one"), await rows.task("other", "other")

    async def propose(task: UUID, repeats: UUID) -> list[UUID]:
        async with rows.engine.begin() as connection:
            return await duplicates.propose(connection, rows.workspace_id, task, [Proposal(repeats, 0.9, "alike")])

    proposed = await asyncio.gather(propose(one, other), propose(other, one))
    assert sorted(map(len, proposed)) == [0, 1]
