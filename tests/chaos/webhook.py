"""Webhooks: GitHub, which signs its requests and gives each delivery an id that its retries keep."""

import hashlib
import hmac
import json
from contextlib import asynccontextmanager
from uuid import UUID

from tracker_local.ports import free_port

from tests.chaos.channel import RECORD_ONLY, SHARE_REPEATED, Channel, Opened, Stage
from tests.chaos.requests import Requests, requests
from tests.ingestion.gateway.folders import Folders

_SECRET = "a-secret-of-the-repository"
_VERIFICATION = {"type": "HMAC", "hmac": {"secretRef": {"name": "github", "key": "secret"}}}


class GitHub(Channel):
    def __init__(self, requests: Requests) -> None:
        super().__init__()
        self.requests = requests

    async def say(self, count: int) -> None:
        for number in range(len(self.said), len(self.said) + count):
            issue = {
                "number": number,
                "title": f"Crash {number}",
                "body": "It crashes",
                "html_url": f"https://x/{number}",
            }
            body = json.dumps({"action": "opened", "issue": issue, "sender": {"login": "anna"}}).encode()
            delivery = str(UUID(int=number))
            self.said.append(delivery)
            for _ in range(2 if number % SHARE_REPEATED == 0 else 1):
                self.requests.add(body, **{"X-GitHub-Delivery": delivery})

    async def taken(self) -> int:
        return self.requests.answered

    async def settled(self) -> bool:
        return self.requests.answered == self.requests.added


@asynccontextmanager
async def github(stage: Stage) -> Opened:
    """The gateway alone."""
    port = free_port()
    folders = Folders(stage.folder / "manifests", stage.folder / "secrets")
    folders.secret("github", _SECRET, key="secret")
    folders.source("github", triage=RECORD_ONLY)
    folders.webhook("github", source="github", provider="github", verification=_VERIFICATION)
    async with requests(f"http://127.0.0.1:{port}/webhook/default/github", _headers) as sent:
        channel = GitHub(sent)
        channel.processes = (stage.gateway(port, folders.manifests, folders.secrets),)
        yield channel


def _headers(body: bytes, _: int) -> dict[str, str]:
    signature = hmac.new(_SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {
        "X-Hub-Signature-256": f"sha256={signature}",
        "X-GitHub-Event": "issues",
        "Content-Type": "application/json",
    }
