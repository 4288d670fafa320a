"""What every process of a Source does alike, on a real NATS."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio
from nats.errors import ConnectionClosedError
from nats.js.errors import NotFoundError as NoMessageError
from nats.js.kv import KeyValue
from pydantic import SecretStr
from tracker_core.bus import (
    DELIVERIES,
    INBOUND,
    OUTBOUND,
    SENT_BUCKET,
    Bus,
    connect,
    consumer_name,
    ensure_bus,
    outbound_subject,
    source_consumer,
)
from tracker_core.channels.answering import answer
from tracker_core.channels.condition import Condition, Reason
from tracker_core.channels.cursors import Cursor
from tracker_core.channels.files import refuse
from tracker_core.channels.intake import Intake
from tracker_core.channels.process import load_source
from tracker_core.channels.rates import TokenBucket
from tracker_core.channels.settings import SourceFiles
from tracker_core.errors import ConfigurationError
from tracker_core.inbound import InboundMessage, decode, inbound_message
from tracker_core.manifests.source import AttachmentsSpec, RateLimitSpec, SourceKind
from tracker_core.outbound import Delivery, OutboundReply, decode_delivery, delivery, encode
from tracker_core.settings import NatsSettings

from tests.support.servers import Server
from tests.support.waiting import eventually

_SOURCE = "support/inbox"


@pytest_asyncio.fixture
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    connected = await connect(NatsSettings(url=SecretStr(nats_url)), name="test")
    await ensure_bus(connected.js)
    yield connected
    await connected.close()


def _message(text: str = "hello", **fields: str) -> InboundMessage:
    now = datetime(2026, 11, 3, 9, tzinfo=UTC)
    return inbound_message(source=_SOURCE, external_id="1", sent_at=now, received_at=now, text=text, **fields)  # type: ignore[arg-type]


async def test_intake_waits_for_a_bus_that_is_away_and_says_so(bus: Bus, nats_server: Server) -> None:
    condition = Condition()
    condition.ready("@bot")
    nats_server.kill()
    publishing = asyncio.create_task(Intake(bus, condition).publish(_message()))

    async def told() -> bool:
        return condition.reason == Reason.BUS_UNAVAILABLE

    await eventually("trouble", told)
    assert "it stays at the provider" in condition.report().detail
    nats_server.start()
    assert await asyncio.wait_for(publishing, 30) is False
    assert condition.reason == ""
    assert condition.report().account == "@bot"
    assert (await bus.js.stream_info(INBOUND)).state.messages == 1


async def test_what_is_too_large_for_the_bus_becomes_a_dead_letter_with_its_beginning(bus: Bus) -> None:
    large = "x" * (bus.nc.max_payload + 1)
    await Intake(bus, Condition()).publish(_message(raw=large))
    kept = decode((await bus.js.get_msg(INBOUND, 1)).data or b"")
    assert "larger than the message bus" in kept.dead
    assert large.startswith(kept.raw)
    assert len(kept.raw) == 100_000


async def test_secret_never_stands_in_a_heartbeat() -> None:
    condition = Condition()
    condition.hide("123:abc")
    condition.trouble(Reason.INVALID_CREDENTIALS, "GET https://api/bot123:abc/getMe: 401")
    assert condition.report().detail == "GET https://api/bot<secret>/getMe: 401"
    assert condition.report().reason == "InvalidCredentials"


async def test_cursor_is_what_was_saved_last(bus: Bus) -> None:
    assert await Cursor(bus.js, _SOURCE).load() == {}
    await Cursor(bus.js, _SOURCE).save({"uidvalidity": 7, "uid": 12})
    assert await Cursor(bus.js, _SOURCE).load() == {"uidvalidity": 7, "uid": 12}
    assert await Cursor(bus.js, "support/other").load() == {}


def test_bucket_gives_turns_at_its_rate_after_its_burst() -> None:
    bucket = TokenBucket(10, burst=2)
    turns = []
    for _ in range(5):
        turns.append(bucket.wait(100.0))
        bucket.take()
    assert turns == pytest.approx([0, 0, 0.1, 0.2, 0.3])
    assert bucket.wait(1000.0) == 0


async def test_intake_keeps_the_pace_of_the_manifest(bus: Bus) -> None:
    intake = Intake(bus, Condition(), RateLimitSpec(per_second=10, burst=1))
    began = monotonic()
    messages = [msgspec.structs.replace(_message(), external_id=str(number)) for number in range(5)]
    await asyncio.gather(*(intake.publish(message) for message in messages))
    assert monotonic() - began >= 0.39
    assert (await bus.js.stream_info(INBOUND)).state.messages == 5


@pytest.mark.parametrize(
    ("spec", "media_type", "size", "reason"),
    [
        ({}, "image/png", 10, None),
        ({"policy": "Reference"}, "image/png", 10, "Reference"),
        ({"maxBytes": 9}, "image/png", 10, "maxBytes of 9"),
        ({"mediaTypes": ["image/*", "text/plain"]}, "image/png; name=x", 10, None),
        ({"mediaTypes": ["image/*"]}, "application/zip", 10, "application/zip is not among"),
    ],
)
def test_source_says_which_files_it_keeps(
    spec: dict[str, object], media_type: str, size: int, reason: str | None
) -> None:
    refusal = refuse(AttachmentsSpec.model_validate(spec), media_type, size)
    assert (refusal is None) if reason is None else (refusal is not None and reason in refusal.reason)


async def test_answer_is_sent_once_however_often_it_comes(bus: Bus) -> None:
    sent: list[str] = []

    async def send(reply: OutboundReply) -> Delivery:
        sent.append(reply.text)
        return delivery(reply, "sent", external_id="77")

    reply = OutboundReply(id=uuid4(), attempt=1, source=_SOURCE, text="on it")
    for _ in range(2):
        await bus.js.publish(outbound_subject(_SOURCE), encode(reply))
    await bus.js.publish(outbound_subject(_SOURCE), b"{}")
    answering = asyncio.create_task(answer(bus, _SOURCE, send))

    async def all_taken() -> bool:
        return (await bus.js.stream_info(OUTBOUND)).state.messages == 0

    await eventually("acknowledgements", all_taken)
    answering.cancel()
    assert sent == ["on it"]
    told = decode_delivery((await bus.js.get_msg(DELIVERIES, 1)).data or b"")
    assert (told.reply_id, told.outcome, told.external_id) == (reply.id, "sent", "77")
    with pytest.raises(NoMessageError):
        await bus.js.get_msg(DELIVERIES, 3)


async def test_answer_that_could_not_be_noted_is_not_sent_again(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    full = True
    put = KeyValue.put

    async def refused(self: KeyValue, key: str, value: bytes, *more: Any) -> int:
        if full and self._name == SENT_BUCKET:
            raise ConnectionClosedError
        return await put(self, key, value, *more)

    async def send(reply: OutboundReply) -> Delivery:
        sent.append(reply.text)
        return delivery(reply, "sent")

    monkeypatch.setattr(KeyValue, "put", refused)
    reply = OutboundReply(id=uuid4(), attempt=1, source=_SOURCE, text="on it")
    await bus.js.publish(outbound_subject(_SOURCE), encode(reply))
    answering = asyncio.create_task(answer(bus, _SOURCE, send))

    async def tried() -> bool:
        return bool(sent)

    await eventually("the answer", tried)
    full = False
    # As if the time to acknowledge were over.
    await bus.js.publish(outbound_subject(_SOURCE), encode(reply))

    async def told() -> bool:
        return (await bus.js.stream_info(DELIVERIES)).state.messages == 1

    await eventually("report", told)
    answering.cancel()
    assert sent == ["on it"]


def test_no_two_sources_share_a_consumer() -> None:
    assert source_consumer("team/a-inbox") != source_consumer("team-a/inbox")
    assert consumer_name("a/b.c") != consumer_name("a/b-c")


async def test_unforeseen_error_of_a_channel_is_a_failed_delivery_without_its_text(bus: Bus) -> None:
    async def send(_: OutboundReply) -> Delivery:
        raise ZeroDivisionError("token 123:abc")

    await bus.js.publish(
        outbound_subject(_SOURCE), encode(OutboundReply(id=uuid4(), attempt=1, source=_SOURCE, text="x"))
    )
    answering = asyncio.create_task(answer(bus, _SOURCE, send))

    async def told() -> bool:
        return (await bus.js.stream_info(DELIVERIES)).state.messages == 1

    await eventually("report", told)
    answering.cancel()
    failed = decode_delivery((await bus.js.get_msg(DELIVERIES, 1)).data or b"")
    assert failed.outcome == "failed"
    assert "123:abc" not in failed.detail


def test_manifest_of_another_kind_is_refused_by_name(tmp_path: Path) -> None:
    manifest = tmp_path / "source.yaml"
    manifest.write_text(
        "apiVersion: tasktracker.dev/v1alpha1\nkind: Source\nmetadata: {name: a, namespace: b}\nspec: {type: webhook}\n"
    )
    files = SourceFiles(manifest=manifest, secrets_dir=tmp_path)
    with pytest.raises(ConfigurationError, match="exactly one Source of type email"):
        load_source(files, SourceKind.EMAIL)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_source(SourceFiles(manifest=tmp_path / "none", secrets_dir=tmp_path), SourceKind.EMAIL)


def test_what_is_notable_is_told_while_it_receives() -> None:
    condition = Condition("s3cret")
    condition.ready("@bot")
    condition.note("Privacy mode is on (s3cret)")
    beat = condition.report()
    assert (beat.state, beat.detail) == ("ready", "Privacy mode is on (<secret>)")
    condition.trouble(Reason.SLOW, "no answer")
    condition.note("too late")
    assert condition.report().detail == "no answer"
    condition.ready()
    assert condition.report().detail == ""
