"""NATS: does it answer, are the streams as they should be, and does every process say that it is well?"""

import os
from collections.abc import Iterator, Sequence

from nats.js.api import DiscardPolicy, StreamConfig
from nats.js.errors import APIError, NotFoundError
from pydantic import SecretStr
from tracker_core.bus import CONSUMERS, STREAMS, Bus, connect
from tracker_core.health import Heartbeat, read_heartbeats
from tracker_core.settings import NatsSettings

from tracker_local.cli.checks.finding import Finding, fail, ok, warn
from tracker_local.cli.output import age
from tracker_local.home import Home
from tracker_local.language_models import kept
from tracker_local.plan import without_secret

_FULL, _NEARLY_FULL = 0.95, 0.7
_RESTART = "Restart it: every process sets the streams right when it starts"
_COMPONENTS = ("api", "gateway", "recorder", "triage")
"""What must send heartbeats on one machine; the agents too, where language models are configured."""


async def check(home: Home) -> list[Finding]:
    """Connect and look at all of it."""
    url = os.environ.get("TRACKER_NATS__URL") or home.nats_url_file.read_text(encoding="utf-8")
    bus = await connect(NatsSettings(url=SecretStr(url)), name="doctor")
    try:
        findings = [await _jetstream(bus, without_secret(url))]
        findings += [await _stream(bus, stream) for stream in STREAMS]
        for stream_name, consumer in CONSUMERS:
            findings += await _consumer(bus, stream_name, str(consumer.durable_name))
        expected = (*_COMPONENTS, "agents") if kept(home) else _COMPONENTS
        findings += heartbeats(await read_heartbeats(bus.js), expected)
    finally:
        await bus.close()
    return findings


async def _jetstream(bus: Bus, address: str) -> Finding:
    try:
        account = await bus.js.account_info()
    except APIError as error:
        return fail("nats", f"JetStream does not work: {error.description}", "Start NATS with JetStream (-js)")
    return ok("nats", f"answers at {address}; JetStream holds {account.storage / (1 << 20):.1f} MiB")


async def _stream(bus: Bus, wanted: StreamConfig) -> Finding:
    part, limit = f"{wanted.name} stream", wanted.max_bytes or 0
    try:
        state = (await bus.js.stream_info(str(wanted.name))).state
    except NotFoundError:
        return fail(part, "does not exist", _RESTART)
    said = f"{state.messages} messages, {state.bytes / limit:.0%} full"
    if wanted.discard is DiscardPolicy.OLD or state.bytes < _NEARLY_FULL * limit:
        return ok(part, said)
    found = fail if state.bytes >= _FULL * limit else warn
    return found(
        part, said, "Find out why it is not read: `tasktracker logs recorder`; senders get 503 when it is full"
    )


async def _consumer(bus: Bus, stream: str, name: str) -> list[Finding]:
    try:
        info = await bus.js.consumer_info(stream, name)
    except NotFoundError:
        return [fail(f"{name}", f"has no consumer on {stream}", _RESTART)]
    return [ok(f"{name} queue", f"{info.num_pending or 0} wait, {info.num_ack_pending or 0} are being worked on")]


def heartbeats(beats: dict[str, Heartbeat], expected: Sequence[str] = _COMPONENTS) -> Iterator[Finding]:
    """Say who is well, who says that he is not, and who says nothing."""
    for component in expected:
        if not any(key.partition(".")[0] == component for key in beats):
            yield fail(component, "sends no heartbeat", f"See why: `tasktracker logs {component}`")
    for key, beat in sorted(beats.items()):
        said = f"{beat.state}, seen {age(beat.at.isoformat())} ago" + (f": {beat.detail}" if beat.detail else "")
        if beat.state == "ready":
            yield ok(key, said)
        else:
            yield warn(key, said, f"See why: `tasktracker logs {key.partition('.')[0]}`")
