"""The sample messages: of all kinds and languages, on request, and gone again without a trace."""

import re
from datetime import UTC, datetime

import httpx
from tracker_api.samples.service import sample_messages
from tracker_core.bus import INBOUND, RECORDER
from tracker_core.inbound import decode

from tests.api.conftest import Api

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SAMPLES = "default/samples"


def test_messages_are_many_and_different() -> None:
    messages = list(sample_messages(NOW))
    assert 35 <= len(messages) <= 60
    assert len({message.text for message in messages}) == len({message.external_id for message in messages})
    text = " ".join(message.text for message in messages)
    for letters in ("[ñ¿áé]", "[äöüß]", "[ыэъ]", "[іїє]"):
        assert re.search(letters, text)


def test_messages_are_in_the_order_of_their_time_and_past() -> None:
    times = [message.sent_at for message in sample_messages(NOW)]
    assert times == sorted(times)
    assert times[-1] < NOW


def test_addresses_are_nobodys() -> None:
    for message in sample_messages(NOW):
        assert not message.sender.address or message.sender.address.endswith(".example")


async def record(api: Api) -> int:
    """Do what the recorder does: a row for each message on the bus, with its place, then the ack."""
    (source,) = await api.rows("select id from source where name = 'samples'")
    stream = await api.context.bus.js.stream_info(INBOUND)
    assert stream.created is not None
    pull = await api.context.bus.js.pull_subscribe_bind(RECORDER, stream=INBOUND)
    count = 0
    for _ in range(stream.state.messages):
        (delivered,) = await pull.fetch(1, timeout=5)
        message = decode(delivered.data)
        place = {"stream_epoch": int(stream.created.timestamp()), "stream_seq": delivered.metadata.sequence.stream}
        await api.add_message(source.id, message.external_id, text=message.text, **place)
        await delivered.ack_sync()
        count += 1
    await pull.unsubscribe()
    return count


async def test_samples_come_and_go_and_the_ledger_adds_up(api: Api, admin: httpx.AsyncClient) -> None:
    inbox = await api.add_source()
    kept, _ = await api.add_suggestion(inbox, "real")
    available = (await admin.get("/api/samples")).json()["available"]
    assert (await admin.post("/api/samples")).json() == {"source": SAMPLES, "available": available, "present": 0}
    refused = await admin.delete("/api/samples")
    assert (refused.status_code, "on their way" in refused.json()["detail"]) == (409, True)

    assert await record(api) == available
    assert (await admin.get("/api/samples")).json()["present"] == available
    (source,) = [item for item in (await admin.get("/api/sources")).json()["items"] if item["sample"]]
    theirs, _ = await api.add_suggestion(source["id"], "of a sample")
    await api.execute("update task set duplicate_of = :id, status = 'duplicate' where id = :kept", id=theirs, kept=kept)
    assert (await admin.post("/api/samples")).json()["present"] == available
    assert (await admin.get("/api/ledger")).json()["bus"]["accepted"] == available, "none is added twice"

    assert (await admin.delete("/api/samples")).json() == {"messages": available + 1}
    ledger = (await admin.get("/api/ledger")).json()
    assert (ledger["received"], ledger["balanced"], ledger["bus"]["lost"]) == (1, True, 0)
    assert ledger["bus"]["removed"] == available
    (task,) = (await admin.get("/api/tasks")).json()["items"]
    assert (task["id"], task["status"]) == (str(kept), "triage"), "what was merged into a sample stands by itself"
    assert (await admin.delete("/api/samples")).json() == {"messages": 0}

    await admin.post("/api/samples")
    assert await record(api) == available, "they can be had again at once"
