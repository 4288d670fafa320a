"""A thousand messages, a tenth of them twice, through three kills of the processes and one of NATS: a thousand rows."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from itertools import cycle
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr
from tracker_core.bus import connect, ensure_bus
from tracker_core.database import make_engine
from tracker_core.settings import DatabaseSettings, NatsSettings

from tests.chaos import email, slack, telegram, webhook
from tests.chaos.channel import Channel, Opening, Stage
from tests.support.imap_servers import NO_DOVECOT
from tests.support.servers import Server
from tests.support.waiting import eventually

MESSAGES = 1000
ROUNDS = 4
"""In each something is killed: in the third NATS, in the others a process of the Source."""
INTO_IT = 60
"""Messages of a round that are taken before the kill; the others are under way."""
SECONDS = 180.0
"""For each step; generous, because the machine may be busy with other things."""

KINDS = [
    pytest.param(telegram.polling, id="telegram-polling"),
    pytest.param(telegram.webhook, id="telegram-webhook"),
    pytest.param(slack.socket, id="slack-socket"),
    pytest.param(slack.socket_and_history, id="slack-socket-and-history"),
    pytest.param(slack.events, id="slack-events"),
    pytest.param(email.pymap, id="email-pymap"),
    pytest.param(email.dovecot, id="email-dovecot", marks=pytest.mark.skipif(bool(NO_DOVECOT), reason=NO_DOVECOT)),
    pytest.param(webhook.github, id="webhook"),
]


@pytest_asyncio.fixture
async def stage(tmp_path: Path, nats_server: Server, database_url: str) -> AsyncIterator[Stage]:
    """Servers of this test alone, and the recorder, which makes rows of what is on the bus."""
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)))
    bus = await connect(NatsSettings(url=SecretStr(nats_server.url)), name="test")
    await ensure_bus(bus.js)
    rows = await asyncpg.connect(database_url)
    built = Stage(tmp_path, nats_server, rows, engine, bus)
    recorder = built.process("tracker_worker", "record", TRACKER_DATABASE__URL=database_url)
    recorder.start()
    yield built
    recorder.kill()
    await rows.close()
    await bus.close()
    await engine.dispose()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("opening", KINDS)
async def test_thousand_messages_are_a_thousand_rows_whatever_is_killed(opening: Opening, stage: Stage) -> None:
    async with opening(stage) as channel:
        for process in channel.processes:
            process.start()
        try:
            await through_kills(channel, stage)
            await eventually("rows of all", lambda: at_least(stage, MESSAGES), SECONDS)
            await eventually("end of repeats", channel.settled, SECONDS)
            await eventually("empty bus", lambda: nothing_in_flight(stage), SECONDS)
        finally:
            for process in channel.processes:
                process.kill()
    assert Counter(await stage.ids()) == Counter(channel.said)
    assert await stage.rows() == len(channel.said) == MESSAGES
    ledger = await stage.ledger()
    assert ledger.balanced
    assert (ledger.received, ledger.dead) == (MESSAGES, 0)
    assert ledger.bus is not None
    assert (ledger.bus.lost, ledger.bus.in_flight, ledger.bus.recorded) == (0, 0, MESSAGES)


async def through_kills(channel: Channel, stage: Stage) -> None:
    victims = cycle(channel.processes)
    for number in range(ROUNDS):
        before = await channel.taken()
        saying = asyncio.create_task(channel.say(MESSAGES // ROUNDS))
        await eventually(f"round {number}", partial(taken, channel, before + INTO_IT), SECONDS)
        under_way = not saying.done() or await channel.taken() < len(channel.said)
        victim = stage.nats if number == 2 else next(victims)
        victim.kill()
        assert under_way, "killed in the middle of it"
        victim.start()
        await saying


async def taken(channel: Channel, count: int) -> bool:
    return await channel.taken() >= count


async def at_least(stage: Stage, count: int) -> bool:
    return await stage.rows() >= count


async def nothing_in_flight(stage: Stage) -> bool:
    proof = (await stage.ledger()).bus
    return proof is not None and not proof.in_flight
