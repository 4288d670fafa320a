"""A real Chromium on a whole installation, logged in by a one-time link as a person is."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.installation import Installation, installed

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "services/dashboard/dist"
# The sandbox of Chromium needs a user namespace that containers and root do not have.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
# Bounds for what hangs, not measures.
TIMEOUT_MS = 20_000
expect.set_options(timeout=TIMEOUT_MS)
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


# Not for the session: Playwright's synchronous API keeps an event loop running that other tests would meet.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on PATH; install Debian's package `chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    if not (DASHBOARD / "index.html").exists():
        pytest.skip("the dashboard is not built; run `make dashboard`")
    with installed(tmp_path_factory.mktemp("installation")) as running:
        running.wait_ready()
        yield running


def tasktracker(installation: Installation, *arguments: str) -> Any:
    """Run a `tasktracker` command, return its JSON."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "tasktracker"), *arguments, "-o", "json"],
        env=os.environ | {"TRACKER_HOME": str(installation.home.root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def post_message(installation: Installation, body: dict[str, str]) -> None:
    """Send a message as a program does that knows the webhook."""
    token = (installation.home.secrets / "default/inbox/token").read_text()
    request = urllib.request.Request(
        f"{installation.runtime.webhook}/webhook/default/inbox",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        assert response.status == 202


def logged_in(chromium: Browser, installation: Installation, **context: Any) -> Page:
    """Open the dashboard in a fresh browser profile."""
    base = installation.runtime.dashboard
    page = chromium.new_context(base_url=base, **context).new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(tasktracker(installation, "login")["url"])
    # An empty installation opens with the first steps.
    page.wait_for_url(re.compile("/(inbox|start)"))
    if "/start" in page.url:
        page.goto("/inbox")
    return page
