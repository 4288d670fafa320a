import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import msgspec
import pytest
from nats.js.errors import NotFoundError
from tracker_core.bus import EVENTS, INBOUND, JOBS, ensure_bus
from tracker_core.events import SYSTEM, Change, Entity, Verb, decode_events
from tracker_core.health import ServedSource, announce
from tracker_core.ids import new_id
from tracker_core.inbound import Attachment, Sender
from tracker_core.outbox import Draft, write_events
from tracker_core.repositories.intake import Arrival, insert_arrivals
from tracker_core.tables import MessageState
from tracker_worker.record.recorder import stream_epoch
from tracker_worker.record.sources import Sources

from tests.support.waiting import eventually
from tests.worker.conftest import Parts, a_message


async def drained(parts: Parts) -> bool:
    return (await parts.bus.js.stream_info(INBOUND)).state.messages == 0


async def test_message_is_recorded_acknowledged_announced_and_kicked(parts: Parts) -> None:
    message = a_message("1", subject="Export", sender=Sender(name="Dana"), attachments=(Attachment(name="a.png"),))
    async with parts.recording():
        await parts.publish(message)
        await eventually("empty inbound stream", lambda: drained(parts))
        row = await parts.one("select * from message")
        await eventually("empty outbox", lambda: parts.all("select 1 where not exists (select from outbox)"))
    assert (row["external_id"], row["subject"], row["sender_name"], row["state"]) == ("1", "Export", "Dana", "waiting")
    assert await parts.one("select name from attachment") == "a.png"
    (frame,) = [decode_events((await parts.bus.js.get_msg(EVENTS, 1)).data or b"")]
    assert [(event.verb, event.entity.id) for event in frame] == [(Verb.MESSAGE_RECORDED, row["id"])]
    assert (await parts.bus.js.stream_info(JOBS)).state.messages == 1


async def test_same_message_again_after_the_duplicate_window_is_a_replay(parts: Parts) -> None:
    async with parts.recording():
        await parts.publish(a_message("1"), a_message("2"))
        await eventually("empty inbound stream", lambda: drained(parts))
        await parts.bus.js.purge_stream(INBOUND)
        for _ in range(2):
            await parts.bus.js.publish("inbound.default.inbox", msgspec.json.encode(a_message("1")))
        await eventually("empty inbound stream", lambda: drained(parts))
    assert await parts.one("select count(*) from message") == 2
    assert [row["stream_seq"] for row in await parts.all("select stream_seq from replay order by 1")] == [3, 4]


async def test_redelivery_after_a_crash_before_the_ack_changes_nothing(parts: Parts) -> None:
    async with parts.recording():
        await parts.publish(a_message("1"))
        await eventually("empty inbound stream", lambda: drained(parts))
    # The same place in the stream, as after a crash between commit and ack.
    seq = await parts.one("select stream_seq from message")
    await parts.execute("update message set stream_seq = stream_seq + 1 where stream_seq = :seq", seq=seq)
    await parts.bus.js.publish("inbound.default.inbox", msgspec.json.encode(a_message("1")))
    async with parts.recording():
        await eventually("empty inbound stream", lambda: drained(parts))
    assert await parts.one("select count(*) from message") == 1
    assert await parts.all("select * from replay") == []


async def test_bytes_that_are_no_message_become_a_dead_letter(parts: Parts) -> None:
    async with parts.recording():
        await parts.bus.js.publish("inbound.default.inbox", b"\xff{not json")
        await parts.publish(a_message("1"))
        await eventually("empty inbound stream", lambda: drained(parts))
    letter = await parts.one("select * from dead_letter")
    assert letter["raw"] == b"\xff{not json"
    assert letter["subject"] == "inbound.default.inbox"
    assert letter["reason"].startswith("Not an inbound message")
    assert await parts.one("select count(*) from message") == 1


async def test_message_that_postgres_refuses_does_not_take_its_batch_along(parts: Parts) -> None:
    poison = msgspec.structs.replace(a_message("2"), text="a\0b")
    await parts.publish(a_message("1"), poison, a_message("3"))
    async with parts.recording():
        await eventually("empty inbound stream", lambda: drained(parts))
    assert [row["external_id"] for row in await parts.all("select external_id from message order by id")] == ["1", "3"]
    assert "Postgres refuses it" in await parts.one("select reason from dead_letter")


async def test_message_waits_while_the_database_is_read_only(
    parts: Parts, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = database_url.rpartition("/")[2]
    await parts.execute(f'alter database "{database}" set default_transaction_read_only = on')
    await parts.engine.dispose()
    await parts.publish(a_message("1"), a_message("2"))
    async with parts.recording():
        await eventually("a refused try", lambda: asyncio.sleep(0, "Postgres does not take messages" in caplog.text))
        owner = await asyncpg.connect(database_url, server_settings={"default_transaction_read_only": "off"})
        await owner.execute(f'alter database "{database}" reset default_transaction_read_only')
        await owner.close()
        await parts.engine.dispose()
        await eventually("empty inbound stream", lambda: drained(parts))
    assert await parts.one("select count(*) from message") == 2
    assert await parts.all("select * from dead_letter") == []


async def test_clock_of_the_recorder_delays_nothing(parts: Parts) -> None:
    known = await Sources(parts.bus, parts.engine, parts.workspace_id).resolve({"default/inbox"})
    arrival = Arrival(
        id=new_id(),
        source_id=known["default/inbox"].id,
        message=a_message("1"),
        stream_seq=1,
        trace_id="",
        state=MessageState.WAITING,
        state_reason="",
    )
    change = Change(verb=Verb.MESSAGE_RECORDED, entity=Entity("message", arrival.id))
    ahead = Draft(parts.workspace_id, SYSTEM, [change], at=datetime.now(UTC) + timedelta(minutes=1))
    async with parts.engine.begin() as connection:
        await insert_arrivals(connection, ahead, 1, [arrival])
        await write_events(connection, parts.workspace_id, SYSTEM, [change])
    assert await parts.one("select next_attempt_at <= now() from message")
    assert await parts.one("select max(created_at) <= now() from outbox")


async def test_bus_that_lost_all_it_had_stored_works_again_by_itself(parts: Parts) -> None:
    async with parts.recording():
        await parts.publish(a_message("1"))
        await eventually("empty inbound stream", lambda: drained(parts))
        for stream in (INBOUND, JOBS, EVENTS):
            await parts.bus.js.delete_stream(stream)
        await eventually("streams", lambda: exists(parts, INBOUND))
        await parts.publish(a_message("2"), a_message("3"))
        await eventually("empty inbound stream", lambda: drained(parts))
    rows = await parts.all("select external_id, stream_seq, state from message order by id")
    assert [tuple(row.values()) for row in rows] == [("1", 1, "waiting"), ("2", 1, "waiting"), ("3", 2, "waiting")]
    assert await parts.one("select count(distinct stream_epoch) from message") == 2


async def test_message_of_a_new_stream_is_no_poison_before_the_recorder_knows_of_it(parts: Parts) -> None:
    async with parts.recording():
        await parts.publish(a_message("1"))
        await eventually("empty inbound stream", lambda: drained(parts))
        first = await stream_epoch(parts.bus)
        await parts.bus.js.delete_stream(INBOUND)
        await eventually("the next second", lambda: made_again(parts, after=first))
        await parts.publish(a_message("2"))
        await eventually("empty inbound stream", lambda: drained(parts))
        await eventually("recorded", lambda: parts.all("select 1 from message where external_id = '2'"))
    assert await parts.all("select * from dead_letter") == []


async def exists(parts: Parts, stream: str) -> bool:
    try:
        await parts.bus.js.stream_info(stream)
    except NotFoundError:
        return False
    return True


async def made_again(parts: Parts, *, after: int) -> bool:
    await ensure_bus(parts.bus.js)
    if await stream_epoch(parts.bus) > after:
        return True
    await parts.bus.js.delete_stream(INBOUND)
    return False


async def test_message_marked_dead_keeps_its_raw_form(parts: Parts) -> None:
    async with parts.recording():
        await parts.publish(a_message("1", text="", raw='{"a": 1}', dead="extract.text gives nothing"))
        await eventually("empty inbound stream", lambda: drained(parts))
    assert await parts.one("select state from message") == "dead"
    letter = await parts.one("select * from dead_letter")
    assert (letter["raw"], letter["reason"]) == (b'{"a": 1}', "extract.text gives nothing")


async def test_message_that_its_channel_ignores_is_shown_with_the_reason_and_never_triaged(parts: Parts) -> None:
    async with parts.recording():
        await parts.publish(a_message("1", ignored="An automatic reply"))
        await eventually("empty inbound stream", lambda: drained(parts))
    row = await parts.one("select state, state_reason from message")
    assert (row["state"], row["state_reason"]) == ("ignored", "An automatic reply")
    assert (await parts.bus.js.stream_info(JOBS)).state.messages == 0


async def test_source_with_triage_disabled_is_only_recorded(parts: Parts) -> None:
    async with parts.recording():
        spec: dict[str, object] = {"type": "webhook", "triage": {"autonomy": "Disabled"}}
        await announce(parts.bus.js, ServedSource("default", "quiet", "webhook", spec))
        await eventually("announced Source", lambda: parts.all("select * from source where name = 'quiet'"))
        await parts.publish(a_message("1", source="default/quiet"))
        await eventually("empty inbound stream", lambda: drained(parts))
    assert await parts.one("select state from message") == "ignored"
    assert (await parts.bus.js.stream_info(JOBS)).state.messages == 0


async def test_messages_of_a_conversation_share_its_row_and_keep_their_order(parts: Parts) -> None:
    await parts.publish(*(a_message(str(n), conversation="thread") for n in range(250)))
    async with parts.recording():
        await eventually("empty inbound stream", lambda: drained(parts))
    assert await parts.one("select count(*) from conversation") == 1
    order = [int(row["external_id"]) for row in await parts.all("select external_id from message order by id")]
    assert order == list(range(250))


async def test_source_that_was_removed_is_known_again(parts: Parts) -> None:
    async with parts.recording():
        await parts.publish(a_message("1"))
        await eventually("empty inbound stream", lambda: drained(parts))
        await parts.execute("delete from source")
        await parts.publish(a_message("2"))
        await eventually("empty inbound stream", lambda: drained(parts))
    assert await parts.one("select external_id from message") == "2"
    assert await parts.all("select * from dead_letter") == []


async def test_connection_that_postgres_drops_is_replaced(parts: Parts) -> None:
    async with parts.recording() as recorder:
        await parts.publish(a_message("1"))
        await eventually("empty inbound stream", lambda: drained(parts))
        dropped = await parts.all(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        assert dropped
        await parts.publish(a_message("2"))
        await eventually("empty inbound stream", lambda: drained(parts))
        assert recorder.report().state == "ready"
    assert await parts.one("select count(*) from message") == 2
