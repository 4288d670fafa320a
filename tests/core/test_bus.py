from dataclasses import replace

import pytest
from nats.js.api import StreamConfig
from nats.js.errors import APIError
from pydantic import SecretStr
from tracker_core.bus import BUCKETS, INBOUND, JOBS, STREAMS, connect, ensure_bus, inbound_subject, job_stream
from tracker_core.errors import UnavailableError
from tracker_core.health import Memory, ServedSource, announce, beating, heartbeat, read_heartbeats
from tracker_core.jobs import Queue
from tracker_core.settings import NatsSettings


def test_subject_of_a_source_has_three_parts_whatever_its_name() -> None:
    assert inbound_subject("team.a/mail.in") == "inbound.team_a.mail_in"


async def test_streams_are_made_once_and_brought_back_when_they_drift(nats_url: str) -> None:
    bus = await connect(NatsSettings(url=SecretStr(nats_url)), name="test")
    await ensure_bus(bus.js)
    inbound = next(stream for stream in STREAMS if stream.name == INBOUND)
    await bus.js.update_stream(replace(inbound, max_bytes=1 << 20))
    await bus.js.publish("inbound.a.b", b"kept")
    await ensure_bus(bus.js)
    info = await bus.js.stream_info(INBOUND)
    assert info.config.max_bytes == inbound.max_bytes
    assert info.state.messages == 1
    made = {str(stream.config.name) for stream in await bus.js.streams_info()}
    assert made >= {str(stream.name) for stream in STREAMS} | {f"KV_{bucket.bucket}" for bucket in BUCKETS}
    await bus.close()


async def test_wake_ups_for_agents_that_are_away_leave_the_job_stream_alone(nats_url: str) -> None:
    bus = await connect(NatsSettings(url=SecretStr(nats_url)), name="test")
    old = next(stream for stream in STREAMS if stream.name == JOBS)
    await bus.js.add_stream(replace(old, subjects=["jobs.*"]))  # as it was before the agents had a stream of their own
    await ensure_bus(bus.js)
    await bus.js.publish("jobs.agents", b"{}")
    assert (await bus.js.stream_info(JOBS)).state.messages == 0
    lag = await bus.js.consumer_info(job_stream(Queue.AGENTS), Queue.AGENTS)
    assert lag.num_pending == 1, "there is a figure to scale by before there is a worker"
    await bus.close()


async def test_full_bus_refuses_instead_of_dropping(nats_url: str) -> None:
    bus = await connect(NatsSettings(url=SecretStr(nats_url)), name="test")
    await ensure_bus(bus.js)
    inbound = next(stream for stream in STREAMS if stream.name == INBOUND)
    config: StreamConfig = replace(inbound, max_bytes=1 << 16)
    await bus.js.update_stream(config)
    published = 0
    with pytest.raises(APIError, match="maximum bytes exceeded"):  # noqa: PT012 -- the server decides which
        while published < 100:
            await bus.js.publish("inbound.a.b", b"x" * 4096)
            published += 1
    assert published > 0
    first = await bus.js.get_msg(INBOUND, 1)
    assert first.data is not None
    await bus.close()


async def test_no_server_is_said_with_its_cure() -> None:
    with pytest.raises(UnavailableError, match=r"NATS does not answer at 127.0.0.1:9.*TRACKER_NATS__URL") as caught:
        await connect(NatsSettings(url=SecretStr("nats://secret-token@127.0.0.1:9")), name="test")
    assert "secret-token" not in str(caught.value)


async def test_heartbeat_is_read_while_the_process_lives(nats_url: str) -> None:
    bus = await connect(NatsSettings(url=SecretStr(nats_url)), name="test")
    await ensure_bus(bus.js)
    async with beating(bus.js, "gateway.1", lambda: heartbeat("degraded", "Secret 'x' is missing", lag=3)):
        while not (beats := await read_heartbeats(bus.js)):
            pass
        assert (beats["gateway.1"].state, beats["gateway.1"].lag) == ("degraded", 3)
    assert await read_heartbeats(bus.js) == {}
    await bus.close()


def test_a_process_remembers_since_when_and_its_last_trouble() -> None:
    memory = Memory()
    first = memory.remember("api.1", heartbeat("ready"))
    again = memory.remember("api.1", heartbeat("ready"))
    wrong = memory.remember("api.1", heartbeat("degraded", "Postgres is away"))
    well = memory.remember("api.1", heartbeat("ready"))

    assert (first.since, again.since) == (first.at, first.at)
    assert (wrong.since, wrong.last_error_at) == (wrong.at, wrong.at)
    assert (well.detail, well.last_error, well.last_error_at) == ("", "Postgres is away", wrong.at)
    assert first.started_at == well.started_at


async def test_unchanged_announcement_is_not_written_again(nats_url: str) -> None:
    bus = await connect(NatsSettings(url=SecretStr(nats_url)), name="test")
    await ensure_bus(bus.js)
    for suspend in (False, False, True):
        await announce(bus.js, ServedSource("a", "b", "webhook", {"suspend": suspend}))
    bucket = await bus.js.key_value("sources")
    assert (await bucket.get("a.b")).revision == 2
    await bus.close()
