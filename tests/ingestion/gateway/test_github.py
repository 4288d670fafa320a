"""Payloads that GitHub really sent: each event is a message that a person can read, and a ping is none."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.ingestion.gateway.conftest import Running, running
from tests.ingestion.gateway.folders import Folders

PAYLOADS = Path(__file__).parent / "github"
SECRET = "It's a Secret to Everybody"
REPOSITORY = "https://github.com/Codertocat/Hello-World"
README = "Spelling error in the README file"
NEWS = "Update the README with new information."
SEMVER = "semver vulnerable to Regular Expression Denial of Service"
SIMPLE = "This is a pretty simple change that we need to pull into master."


@pytest_asyncio.fixture
async def github(folders: Folders, nats_url: str) -> AsyncIterator[Running]:
    """A gateway whose inbox is called by GitHub."""
    folders.secret("github", SECRET, key="secret")
    verification = {"type": "HMAC", "hmac": {"secretRef": {"name": "github", "key": "secret"}}}
    folders.webhook(provider="github", verification=verification)
    async with running(folders, nats_url) as gateway:
        yield gateway


async def send(gateway: Running, event: str, delivery: str = "") -> dict[str, object]:
    body = (PAYLOADS / f"{event}.json").read_bytes()
    headers = {
        "X-Hub-Signature-256": f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery or event,
        "Content-Type": "application/json",
    }
    response = await gateway.post(content=body, headers=headers)
    assert response.is_success, response.text
    found: dict[str, object] = response.json()
    return found


async def test_each_event_is_a_message_that_a_person_can_read(github: Running) -> None:
    for path in sorted(PAYLOADS.glob("*.json")):
        await send(github, path.stem)
    read = {message.external_id: message for message in await github.messages()}
    assert {event: (m.subject, m.text.splitlines()[0][:80]) for event, m in read.items()} == {
        "dependabot_alert": (
            SEMVER,
            "Versions of the package semver before 7.5.2 are vulnerable to Regular Expression",
        ),
        "discussion": ("", "TEST edit"),
        "issue_comment": (README, "You are totally right! I'll get this fixed right away."),
        "issues": ("", README),
        "pull_request": (NEWS, SIMPLE),
        "pull_request_review": (NEWS, SIMPLE),
        "push": ("", "Adding a .gitignore file"),
        "release": ("", "0.0.1"),
        "workflow_run": ("", "Manually triggered workflow"),
    }
    assert not any(message.dead for message in read.values())
    assert {m.sender.name for m in read.values()} == {"Codertocat", "github"}
    assert read["issue_comment"].conversation == read["issues"].conversation == f"{REPOSITORY}/issues/1"
    assert read["issue_comment"].url.startswith(f"{REPOSITORY}/issues/1#issuecomment-")


async def test_delivery_that_github_repeats_counts_once(github: Running) -> None:
    answers = [await send(github, "issues", "72d3162e-cc78-11e3-81ab-4c9367dc0958") for _ in range(2)]
    assert [answer["duplicate"] for answer in answers] == [False, True]
    assert len(await github.messages()) == 1


async def test_payload_that_was_changed_on_its_way_is_refused(github: Running) -> None:
    body = (PAYLOADS / "issues.json").read_bytes()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}
    response = await github.post(content=body.replace(b"README", b"LICENCE"), headers=headers)
    assert response.status_code == 401
    assert await github.messages() == []
