"""The sum of the ledger's entries is the count of the rows: in each snapshot, under load, after crashes of Postgres."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import asyncpg
import pytest_asyncio
from alembic import command
from alembic.config import Config
from pydantic import SecretStr
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine
from tracker_core.database import make_engine
from tracker_core.migrations.running import alembic_config, migrate
from tracker_core.repositories.ledger import carry_forward, count_by_source, count_recorded
from tracker_core.settings import DatabaseSettings
from tracker_core.tables import MessageState

from tests.support.servers import start_postgres
from tests.support.waiting import eventually

_STATES = [state.value for state in MessageState]
EPOCH = 7

_TEAM = """
insert into workspace (id, slug, name, next_task_number, created_at) values ($1, 'default', 'Default', 1, now());
"""
_SOURCE = """
insert into source (id, workspace_id, namespace, name, kind, spec, webhook_path, created_at, updated_at)
values ($1, $2, 'default', $3, 'webhook', '{}', '', now(), now())
"""
_INSERT = """
insert into message (id, workspace_id, source_id, external_id, reply_to, sender_id, sender_name, sender_address,
                     subject, text, url, sent_at, sent_offset, received_at, recorded_at, state, state_reason, attempts,
                     last_error, trace_id, raw, raw_encoding, stream_epoch, stream_seq)
select gen_random_uuid(), $1, $3, sequence::text, '', '', '', '', '', 'text', '', now(), 0, now(), now(), state, '', 0,
       '', '', '', 'text', $2, sequence
  from unnest($4::text[], $5::bigint[]) as new (state, sequence) on conflict do nothing
"""
_SOME = "id in (select id from message where source_id = $1 order by random() limit $2)"
_CLAIM = f"update message set claims = claims + 1 where {_SOME}"
_SETTLE = f"update message set state = $3, claims = claims + 1 where {_SOME}"
_REMOVE = f"delete from message where {_SOME}"

# In one statement and so of one snapshot, whatever happens meanwhile.
_DIFFERENCES = """
select * from (
  select source_id, state, stream_epoch, count(*) as messages from message group by 1, 2, 3
  except all
  select source_id, state, stream_epoch, sum(messages)::bigint from ledger_entry group by 1, 2, 3
  having sum(messages) <> 0) missing
union all
select * from (
  select source_id, state, stream_epoch, sum(messages)::bigint from ledger_entry group by 1, 2, 3
  having sum(messages) <> 0
  except all
  select source_id, state, stream_epoch, count(*) from message group by 1, 2, 3) too_many
"""


class Team:
    """A workspace with three Sources, and somebody who does at random what processes do with messages."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.workspace = uuid4()
        self.sources = sorted(uuid4() for _ in range(3))
        self._sequences = count(1)

    async def create(self) -> None:
        async with connected(self.url) as connection:
            await connection.execute(_TEAM, self.workspace)
            for number, source in enumerate(self.sources):
                await connection.execute(_SOURCE, source, self.workspace, f"source-{number}")

    async def work(self, dice: Random, steps: int) -> None:
        """Insert, claim, settle and remove; a third of it is rolled back."""
        async with connected(self.url) as connection:
            for _ in range(steps):
                transaction = connection.transaction()
                await transaction.start()
                # In their order, so that two never wait for each other in a circle.
                for source in sorted(dice.sample(self.sources, dice.randint(1, 2))):
                    await self._change(connection, dice, source)
                await (transaction.rollback() if dice.random() < 1 / 3 else transaction.commit())

    async def _change(self, connection: asyncpg.Connection, dice: Random, source: UUID) -> None:
        if dice.random() < 1 / 2:
            sequences = [next(self._sequences) for _ in range(dice.randint(1, 20))]
            # Now and then the same again: a redelivery is no row.
            sequences += dice.sample(range(1, sequences[0] + 1), 1)
            states = [dice.choice(_STATES) for _ in sequences]
            place = self.sources.index(source) * 1_000_000
            await connection.execute(
                _INSERT, self.workspace, EPOCH, source, states, [place + number for number in sequences]
            )
            return
        await connection.execute("select from source where id = $1 for no key update", source)
        statement, *values = dice.choice([(_CLAIM,), (_SETTLE, dice.choice(_STATES)), (_REMOVE,)])
        await connection.execute(statement, source, dice.randint(0, 5), *values)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url, timeout=10, command_timeout=60)
    try:
        yield connection
    finally:
        connection.terminate()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(DatabaseSettings(url=SecretStr(url)))
    try:
        yield engine
    finally:
        await engine.dispose()


async def assert_adds_up(url: str) -> None:
    async with connected(url) as connection:
        assert await connection.fetch(_DIFFERENCES) == []


async def rows(team: Team) -> int:
    async with connected(team.url) as connection:
        return int(await connection.fetchval("select count(*) from message"))


@pytest_asyncio.fixture
async def team(database_url: str) -> Team:
    team = Team(database_url)
    await team.create()
    return team


async def test_entries_add_up_in_every_snapshot_while_all_write_and_two_carry_forward(team: Team) -> None:
    async def carry() -> None:
        async with opened(team.url) as engine:
            while True:
                async with engine.begin() as connection:
                    await carry_forward(connection, above=10)

    async def look() -> None:
        while True:
            await assert_adds_up(team.url)

    beside = [asyncio.create_task(job()) for job in (carry, carry, look)]
    await asyncio.gather(*(team.work(Random(seed), 80) for seed in range(4)))
    for task in beside:
        assert not task.done(), task
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    await assert_adds_up(team.url)
    async with opened(team.url) as engine, engine.begin() as connection:
        counted = await count_by_source(connection, team.workspace)
        recorded = await count_recorded(connection, epoch=EPOCH, last=10_000_000)
        assert sum(row.tasks + row.ignored + row.waiting + row.dead for row in counted) == await rows(team) > 0
        assert recorded.messages == await rows(team)
        below = await count_recorded(connection, epoch=EPOCH, last=1_000_000)
        first = "select count(*) from message where source_id = :source"
        assert below.messages == await connection.scalar(text(first), {"source": team.sources[0]})


async def test_entries_add_up_after_postgres_was_killed(tmp_path: Path) -> None:
    with start_postgres(tmp_path, settings={}) as postgres:
        async with opened(postgres.url) as engine:
            await migrate(engine)
        team = Team(postgres.url)
        await team.create()
        for round_ in range(3):
            before = await rows(team)
            working = [asyncio.create_task(team.work(Random(round_ * 10 + seed), 100_000)) for seed in range(3)]
            await eventually("the work to be under way", partial(_more_than, team, before + 50), 60)
            postgres.kill()
            assert None not in await asyncio.gather(*working, return_exceptions=True), "killed in the middle of it"
            postgres.start()
            await assert_adds_up(team.url)


async def _more_than(team: Team, number: int) -> bool:
    return await rows(team) > number


async def test_what_a_source_had_is_gone_with_it(team: Team) -> None:
    await team.work(Random(1), 40)
    async with connected(team.url) as connection:
        await connection.execute("delete from source")
    await assert_adds_up(team.url)
    async with opened(team.url) as engine, engine.begin() as connection:
        await carry_forward(connection, above=0)
        assert await connection.scalar(text("select count(*) from ledger_entry")) == 0


async def test_few_entries_are_left_alone(team: Team) -> None:
    await team.work(Random(2), 20)
    ids = text("select array_agg(id order by id) from ledger_entry")
    async with opened(team.url) as engine, engine.begin() as connection:
        before = await connection.scalar(ids)
        await carry_forward(connection)
        assert await connection.scalar(ids) == before


async def test_messages_of_an_older_version_are_counted_by_the_migration(team: Team) -> None:
    def step(connection: Connection, direction: Callable[[Config, str], None], revision: str) -> None:
        config = alembic_config()
        config.attributes["connection"] = connection
        direction(config, revision)

    async with opened(team.url) as engine, engine.connect() as connection:
        await connection.run_sync(step, command.downgrade, "0010")
        await connection.commit()
        await team.work(Random(3), 40)
        await connection.run_sync(step, command.upgrade, "0011")
        await connection.commit()
    assert await rows(team) > 0
    await assert_adds_up(team.url)
