"""Events API mode: Slack -> gateway -> bus -> the process of the Source."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import pytest_asyncio
from tracker_core.bus import HANDED

from tests.ingestion.gateway.conftest import Running as Gateway
from tests.ingestion.gateway.conftest import running as gateway_running
from tests.ingestion.gateway.folders import Folders
from tests.ingestion.slack.conftest import Running, Start
from tests.support.slack_api import SIGNING_SECRET, SlackApi, signed
from tests.support.waiting import eventually

PATH = "/webhook/default/slack"
VERIFICATION = {"type": "HMAC", "hmac": {"secretRef": {"name": "slack", "key": "signing-secret"}}}
REFERENCES = {"botTokenSecretRef": {"name": "slack", "key": "bot-token"}}


@dataclass(frozen=True)
class Pair:
    """The two processes that serve such a Source."""

    gateway: Gateway
    app: Running

    async def post(self, payload: dict[str, Any], *, form: bool = False, **signing: Any) -> httpx.Response:
        """Send a request as Slack does."""
        text = json.dumps(payload)
        body = (urlencode({"payload": text}) if form else text).encode()
        kind = "application/x-www-form-urlencoded" if form else "application/json"
        return await self.gateway.post(PATH, content=body, headers=signed(body, **signing) | {"Content-Type": kind})


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """What the gateway reads."""
    folders = Folders(tmp_path / "gateway/manifests", tmp_path / "gateway/secrets")
    folders.secret("slack", SIGNING_SECRET, key="signing-secret")
    folders.source("slack", type="slack", slack=REFERENCES | {"mode": "events"})
    folders.webhook("slack", source="slack", provider="slack", verification=VERIFICATION, response={"status": 200})
    return folders


@pytest_asyncio.fixture
async def pair(start: Start, folders: Folders, nats_url: str) -> AsyncIterator[Pair]:
    async with gateway_running(folders, nats_url) as gateway, start(slack_spec={"mode": "events"}) as app:
        yield Pair(gateway, app)


async def test_event_is_answered_when_it_is_on_the_bus_and_read_with_names(pair: Pair) -> None:
    ts = pair.app.slack.say("C1", "look at <#C2>", live=False)
    message = pair.app.slack.channels["C1"].messages[-1]
    answer = await pair.post(pair.app.slack.event(message | {"channel": "C1"}))
    assert (answer.status_code, answer.content) == (200, b"")
    (read,) = await pair.app.messages(1)
    assert (read.external_id, read.text, read.sender.name) == (f"T1:C1:{ts}", "look at #random", "dana")
    assert pair.app.slack.opened == 0, "no connection of Socket Mode"

    async def taken() -> bool:
        return (await pair.app.bus.js.stream_info(HANDED)).state.messages == 0

    await eventually("an empty stream", taken)


async def test_retries_count_once_also_beside_the_history(pair: Pair) -> None:
    pair.app.slack.say("C1", "once", live=False)
    payload = pair.app.slack.event(pair.app.slack.channels["C1"].messages[-1] | {"channel": "C1"})
    for retry in range(3):
        assert (await pair.post(payload, retry=retry)).status_code == 200
    pair.app.slack.say("C1", "next", live=False)
    await pair.post(pair.app.slack.event(pair.app.slack.channels["C1"].messages[-1] | {"channel": "C1"}))
    await pair.app.message("next")
    assert [message.text for message in await pair.app.messages()] == ["once", "next"]


async def test_wrong_old_and_missing_signatures_are_refused(pair: Pair) -> None:
    payload = pair.app.slack.event({"type": "message", "channel": "C1", "user": "U1", "text": "x", "ts": "1.1"})
    for signing in ({"secret": "wrong"}, {"at": time.time() - 301}, {"at": time.time() + 302}):
        answer = await pair.post(payload, **signing)
        assert answer.status_code == 401, signing
    assert (await pair.gateway.post(PATH, json=payload)).status_code == 401
    assert (await pair.app.bus.js.stream_info(HANDED)).state.last_seq == 0


async def test_url_verification_is_answered_with_its_challenge_only_when_it_is_signed(pair: Pair) -> None:
    payload = {"token": "t", "type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkv"}
    answer = await pair.post(payload)
    assert (answer.status_code, answer.text) == (200, payload["challenge"])
    assert (await pair.post(payload, secret="wrong")).status_code == 401


async def test_shortcut_comes_as_a_form_and_is_answered_without_a_body(pair: Pair) -> None:
    ts = pair.app.slack.say("C1", "the printer is out of paper", live=False)
    answer = await pair.post(pair.app.slack.shortcut("C1", ts), form=True)
    assert (answer.status_code, answer.content) == (200, b"")

    async def asked() -> list[str]:
        return [message.external_id for message in await pair.app.messages() if message.wanted]

    assert await eventually("the wish", asked) == [f"T1:C1:{ts}#task"]


async def test_malformed_event_is_a_dead_letter_and_the_rest_goes_on(pair: Pair) -> None:
    for event in ({"type": "message", "channel": "C1"}, "none"):
        assert (await pair.post(pair.app.slack.event(event))).status_code == 200  # type: ignore[arg-type]
    pair.app.slack.say("C1", "fine", live=False)
    await pair.post(pair.app.slack.event(pair.app.slack.channels["C1"].messages[-1] | {"channel": "C1"}))
    await pair.app.message("fine")
    assert sum(bool(message.dead) for message in await pair.app.messages(3)) == 2


async def test_gateway_keeps_events_while_the_process_is_away(
    slack: SlackApi, start: Start, folders: Folders, nats_url: str
) -> None:
    async with gateway_running(folders, nats_url) as gateway:
        body = json.dumps(
            slack.event({"type": "message", "channel": "C1", "user": "U1", "text": "kept", "ts": slack.moment()})
        ).encode()
        headers = signed(body) | {"Content-Type": "application/json"}
        assert (await gateway.post(PATH, content=body, headers=headers)).status_code == 200
        async with start(slack_spec={"mode": "events"}) as app:
            await app.message("kept")
