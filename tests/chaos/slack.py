"""Slack: envelopes that come again until they are confirmed, and requests of the Events API that are retried."""

import json
from contextlib import asynccontextmanager

from tracker_local.ports import free_port

from tests.chaos.channel import RECORD_ONLY, SHARE_REPEATED, Channel, Opened, Stage
from tests.chaos.requests import Requests, requests
from tests.ingestion.gateway.folders import Folders
from tests.ingestion.slack.conftest import write_source
from tests.support.servers import Server
from tests.support.slack_api import SIGNING_SECRET, TEAM, SlackApi, signed, slack_api

_VERIFICATION = {"type": "HMAC", "hmac": {"secretRef": {"name": "slack", "key": "signing-secret"}}}


class Socket(Channel):
    """Socket Mode."""

    def __init__(self, api: SlackApi) -> None:
        super().__init__()
        self.api = api

    async def say(self, count: int) -> None:
        for _ in range(count):
            channel = "C1" if len(self.said) % 3 else "C2"
            self.said.append(f"{TEAM}:{channel}:{self.api.say(channel, f'number {len(self.said)}')}")

    async def taken(self) -> int:
        return len(self.api.confirmed)

    async def settled(self) -> bool:
        return not self.api.unconfirmed


class Events(Channel):
    """The Events API."""

    def __init__(self, api: SlackApi, requests: Requests) -> None:
        super().__init__()
        self.api = api
        self.requests = requests

    async def say(self, count: int) -> None:
        for _ in range(count):
            channel = "C1" if len(self.said) % 3 else "C2"
            text = f"number {len(self.said)}"
            ts = self.api.say(channel, text, live=False)
            self.said.append(f"{TEAM}:{channel}:{ts}")
            event = {"type": "message", "user": "U1", "text": text, "ts": ts, "channel": channel, "event_ts": ts}
            body = json.dumps(self.api.event(event)).encode()
            for _ in range(1 if len(self.said) % SHARE_REPEATED else 2):
                self.requests.add(body)

    async def taken(self) -> int:
        return self.requests.answered

    async def settled(self) -> bool:
        return self.requests.answered == self.requests.added


@asynccontextmanager
async def socket(stage: Stage) -> Opened:
    """Without the history's help: each message comes through its own confirmation."""
    async with slack_api() as api:
        api.twice_every = SHARE_REPEATED
        channel = Socket(api)
        channel.processes = (_process(stage, api, backfill="0s"),)
        yield channel


@asynccontextmanager
async def socket_and_history(stage: Stage) -> Opened:
    """What both of them bring must not count twice."""
    async with slack_api() as api:
        api.twice_every = SHARE_REPEATED
        channel = Socket(api)
        channel.processes = (_process(stage, api, backfill="72h"),)
        yield channel


@asynccontextmanager
async def events(stage: Stage) -> Opened:
    """Slack calls the gateway, which hands over to the process: both are killed."""
    port = free_port()
    folders = Folders(stage.folder / "gateway/manifests", stage.folder / "gateway/secrets")
    folders.secret("slack", SIGNING_SECRET, key="signing-secret")
    reference = {"botTokenSecretRef": {"name": "slack", "key": "bot-token"}, "mode": "events"}
    folders.source("slack", type="slack", slack=reference)
    folders.webhook("slack", source="slack", provider="slack", verification=_VERIFICATION, response={"status": 200})
    gateway = stage.gateway(port, folders.manifests, folders.secrets)
    url = f"http://127.0.0.1:{port}/webhook/default/slack"
    async with slack_api() as api, requests(url, _headers) as sent:
        channel = Events(api, sent)
        channel.processes = (_process(stage, api, mode="events", backfill="0s"), gateway)
        yield channel


def _headers(body: bytes, retry: int) -> dict[str, str]:
    return signed(body, retry=retry) | {"Content-Type": "application/json"}


def _process(stage: Stage, api: SlackApi, *, backfill: str, mode: str = "socket") -> Server:
    files = write_source(stage.folder, slack={"mode": mode}, ingest={"backfill": backfill}, triage=RECORD_ONLY)
    return stage.process(
        "tracker_ingestion",
        "slack",
        TRACKER_SOURCE__MANIFEST=str(files.manifest),
        TRACKER_SOURCE__SECRETS_DIR=str(files.secrets_dir),
        TRACKER_SLACK__API_URL=f"{api.address}/api/",
    )
