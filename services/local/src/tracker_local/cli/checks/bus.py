"""NATS: does it answer, are the streams as they should be, and does every process say that it is well?"""

import os
from collections.abc import Iterator, Sequence

from nats.js.api import StreamConfig
from nats.js.errors import APIError, NotFoundError
from pydantic import SecretStr
from tracker_core.backlog import FULL, NEARLY_FULL, Backlog, read_backlog
from tracker_core.bus import CONSUMERS, STREAMS, Bus, connect
from tracker_core.health import Heartbeat, read_heartbeats
from tracker_core.settings import NatsSettings

from tracker_local.cli.checks.finding import Finding, fail, ok, warn
from tracker_local.cli.output import age
from tracker_local.home import Home
from tracker_local.language_models import kept
from tracker_local.plan import without_secret

_RESTART = "Restart it: every process sets the streams right when it starts"
_COMPONENTS = ("api", "gateway", "recorder", "triage")
"""What must send heartbeats on one machine; the agents too, where language models are configured."""


async def check(home: Home) -> list[Finding]:
    """Connect and look at all of it."""
    url = os.environ.get("TRACKER_NATS__URL") or home.nats_url_file.read_text(encoding="utf-8")
    bus = await connect(NatsSettings(url=SecretStr(url)), name="doctor")
    try:
        findings = [await _jetstream(bus, without_secret(url))]
        for stream in STREAMS:
            findings += await _stream(bus, stream)
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


async def _stream(bus: Bus, wanted: StreamConfig) -> list[Finding]:
    part = f"{wanted.name} stream"
    try:
        found = await read_backlog(bus.js, wanted)
    except NotFoundError:
        return [fail(part, "does not exist", _RESTART)]
    return [_room(part, found), *_consumers(found)]


def _room(part: str, found: Backlog) -> Finding:
    said = f"{found.messages} messages, {found.bytes / found.limit if found.limit else 0:.0%} full"
    if found.fullness < NEARLY_FULL:
        return ok(part, said)
    worse = fail if found.fullness >= FULL else warn
    return worse(
        part, said, "Find out why it is not read: `tasktracker logs recorder`; senders get 503 when it is full"
    )


def _consumers(found: Backlog) -> Iterator[Finding]:
    there = {item.consumer: item for item in found.consumers}
    for name in (str(config.durable_name) for stream, config in CONSUMERS if stream == found.stream):
        if item := there.get(name):
            yield ok(f"{name} queue", f"{item.messages} wait, {item.in_flight} are being worked on")
        else:
            yield fail(name, f"has no consumer on {found.stream}", _RESTART)


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
