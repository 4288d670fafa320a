"""Ten thousand messages as fast as the gateway takes them, with the pages open: nothing is missed, nothing freezes.

They come by a Source that only records, and with them some that triage decides: each of those takes a model 30 ms of a
core, so ten thousand would be five minutes. `BURST_TRIAGED=10000` makes it so.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.bench.load.job import Job, Outcome, Target
from tests.browser.conftest import DESK, ROOT, logged_in, post_message
from tests.support.installation import Installation
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

MESSAGES = 10_000
TRIAGED = int(os.environ.get("BURST_TRIAGED", "40"))
SECONDS = 120 + TRIAGED // 10
"""A bound for what hangs."""
FREEZE_MS = 2000
"""A task of a page that is longer is no slowness of a busy machine: nobody can type meanwhile."""
PAGES = ("/inbox", "/board?filter=status:open", "/messages", "/ledger", "/tasks")

MANIFEST = """
apiVersion: v1
kind: Secret
metadata: {name: burst, namespace: default}
stringData: {key: "0123456789abcdef0123456789abcdef"}
---
apiVersion: tasktracker.dev/v1alpha1
kind: Source
metadata: {name: burst, namespace: default}
spec: {type: webhook, triage: {autonomy: Disabled}}
---
apiVersion: tasktracker.dev/v1alpha1
kind: Webhook
metadata: {name: burst, namespace: default}
spec:
  sourceRef: {name: burst}
  verification: {type: HMAC, hmac: {secretRef: {name: burst, key: key}}}
  limits: {perSecond: 10000}
"""

WATCH = """
window.longest = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.longest.push(Math.round(entry.duration));
}).observe({ type: 'longtask', buffered: true });
"""


@pytest.fixture
def pages(chromium: Browser, installation: Installation) -> Iterator[dict[str, Page]]:
    """A tab for each page, of one person; all stand before the burst begins."""
    first = logged_in(chromium, installation, viewport=DESK)
    first.context.add_init_script(WATCH)
    opened = {path: first.context.new_page() for path in PAGES}
    for path, page in opened.items():
        page.goto(path)
        page.get_by_role("navigation", name="Main").wait_for()
        page.evaluate("window.loaded = 'once'")
    yield opened
    first.context.close()


@contextmanager
def burst(installation: Installation) -> Iterator[subprocess.Popen[bytes]]:
    port = int(installation.runtime.webhook.rpartition(":")[2])
    target = Target(port=port, path="/webhook/default/burst", secret="0123456789abcdef0123456789abcdef")
    job = Job(target=target, first=1, seconds=SECONDS, connections=16, limit=MESSAGES)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.load"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(job))
        process.stdin.close()
        process.stdin = None
        yield process
    finally:
        process.kill()
        process.wait(10)


class Listener:
    """A program on `/ws` that comes back with its cursor whenever it was closed."""

    def __init__(self, page: Page, installation: Installation) -> None:
        cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())
        self._headers = {"Cookie": cookies, "Origin": installation.runtime.api}
        self._url = installation.runtime.api.replace("http", "ws", 1) + "/ws"
        self.cursor: int | None = None
        self.recorded: list[str] = []
        """Messages, one entry for each time that their recording was told."""
        self.connections = 0
        self._stack = ExitStack()
        self._socket = self._open()
        self._take(json.loads(self._socket.recv(10)))

    def _open(self) -> ClientConnection:
        self.connections += 1
        since = "" if self.cursor is None else f"?since={self.cursor}"
        self._stack.close()
        return self._stack.enter_context(
            # It would close itself, as it reads nothing during the burst.
            connect(self._url + since, additional_headers=self._headers, ping_interval=None, close_timeout=1)
        )

    def close(self) -> None:
        self._stack.close()

    def read_until(self, count: int) -> None:
        """Read until so many messages were told of."""
        while len(self.recorded) < count:
            try:
                self._take(json.loads(self._socket.recv(SECONDS)))
            except ConnectionClosed:
                self._socket = self._open()

    def _take(self, frame: dict[str, Any]) -> None:
        assert frame["type"] != "reset", "the feed could not go on from the cursor"
        if frame["type"] == "events":
            assert self.cursor is None or frame["seq"] > self.cursor
            self.recorded += [event["entity"]["id"] for event in frame["events"] if event["verb"] == "message.recorded"]
        if frame["type"] == "events" or self.cursor is None:
            self.cursor = frame.get("seq", self.cursor)


def ledger(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.request.get("/api/ledger").json()
    return found


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def test_a_burst_is_counted_on_every_page_and_none_freezes(
    installation: Installation, pages: dict[str, Page], stack: ExitStack, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, board, messages, balance, _ = pages.values()
    answer = inbox.request.put(
        "/api/manifests",
        data=MANIFEST,
        headers={"Content-Type": "application/yaml", "Origin": installation.runtime.api},
    )
    assert answer.ok, answer.text()
    before = ledger(inbox)["received"]
    total = before + MESSAGES + TRIAGED
    stack.enter_context(closing(asleep := Listener(inbox, installation)))
    stack.enter_context(closing(slow := Listener(inbox, installation)))
    asleep.close()
    wait_for("the gateway to serve the Webhook", lambda: webhook_is_served(inbox))
    with burst(installation) as sending:
        for number in range(TRIAGED):
            post_message(installation, {"text": f"The export button of report {number} is broken, please repair it."})
        out, _ = sending.communicate(timeout=SECONDS)
    outcome = msgspec.json.decode(out, type=Outcome)
    assert (outcome.accepted, outcome.refused) == (MESSAGES, {})

    # Nobody touches a page until all of it stands there.
    shown = re.compile(f"{total:,}")
    for page in pages.values():
        expect(page.get_by_role("link", name=re.compile(f"{total:,} messages"))).to_be_visible(timeout=SECONDS * 1000)
    expect(balance.get_by_role("link", name="Received")).to_contain_text(shown)
    expect(messages.get_by_role("button", name="All")).to_contain_text(shown)
    settled = wait_for("the end of triage", lambda: None if ledger(inbox)["waiting"] else ledger(inbox), SECONDS)
    assert settled["balanced"], settled
    suggested = inbox.request.get("/api/tasks/counts").json()["triage"]
    assert suggested > TRIAGED / 2
    for page in pages.values():
        expect(page.get_by_role("link", name=f"Inbox {suggested:,}")).to_be_visible()
    expect(board.get_by_role("region", name="Triage").get_by_role("heading").locator("..")).to_contain_text(
        f"{suggested:,}"
    )
    expect(balance.get_by_role("link", name=re.compile(rf"^{settled['tasks']:,}\s*Tasks$"))).to_be_visible()
    newest = messages.request.get("/api/messages?limit=1").json()["items"][0]
    expect(messages.get_by_text(newest["text"][:40]).first).to_be_visible()

    for listener in (asleep, slow):
        listener.read_until(MESSAGES + TRIAGED)
        assert len(set(listener.recorded)) == len(listener.recorded) == MESSAGES + TRIAGED
    assert asleep.connections > 1

    longest = {path: max(page.evaluate("window.longest"), default=0) for path, page in pages.items()}
    with capsys.disabled():
        sys.stdout.write(
            f"\n{MESSAGES:,} messages at {outcome.rate:,.0f}/s, longest tasks in ms {longest}; the slow client came"
            f" back {slow.connections - 1} times\n"
        )
    for path, page in pages.items():
        assert page.evaluate("window.loaded") == "once", path
        assert longest[path] < FREEZE_MS, (path, page.evaluate("window.longest"))


def webhook_is_served(page: Page) -> bool:
    webhooks = page.request.get("/api/webhooks").json()["items"]
    return any(webhook["name"] == "burst" and webhook["health"]["state"] == "ready" for webhook in webhooks)
