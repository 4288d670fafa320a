"""`make screenshots`: starts an installation, plays in the sample messages, and takes the pictures of the docs.

Desk and phone, light and dark, into docs/images. Not a test: pictures change with every design, people compare them.
"""

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from tracker_local.cli.demo import play_demo
from tracker_local.home import HOME_VARIABLE

from tests.browser.conftest import DESK, FLAGS, PHONE, ROOT, logged_in, tasktracker
from tests.support.installation import Installation, installed
from tests.support.waiting import wait_for

IMAGES = ROOT / "docs/images"
PAGES = {
    "inbox": "/inbox",
    "board": "/board",
    "tasks": "/tasks?filter=status:open",
    "calendar": "/calendar",
    "messages": "/messages",
    "accuracy": "/accuracy",
    "ledger": "/ledger",
    "sources": "/sources",
}

CORRECTED = 3
"""Which of each five suggestions is corrected before it is accepted: accuracy has something to show."""


def main() -> int:
    """Take all pictures."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        sys.stderr.write("No chromium on PATH; install Debian's package `chromium`\n")
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as installation:
        installation.wait_ready()
        os.environ[HOME_VARIABLE] = folder
        asyncio.run(play_demo())
        wait_for("triaged samples", lambda: tasktracker(installation, "ledger")["waiting"] == 0, 60)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            _fill_the_board(browser, installation)
            _take(browser, installation)
            browser.close()
    return 0


def _fill_the_board(browser: Browser, installation: Installation) -> None:
    """Accept some suggestions and start on a few, as a morning's work does."""
    page = logged_in(browser, installation, viewport=DESK)
    tasks = page.request.get("/api/tasks?status=triage&limit=200").json()["items"]
    origin = {"Origin": installation.runtime.api}
    for place, task in enumerate(tasks[::2]):
        status = ("todo", "todo", "in_progress", "done")[place % 4]
        page.request.patch(
            f"/api/tasks/{task['id']}",
            data={"status": status} | ({"priority": "high"} if place % 5 == CORRECTED else {}),
            headers=origin | {"If-Match": f'"{task["version"]}"'},
        )
    page.context.close()


def _take(browser: Browser, installation: Installation) -> None:
    for scheme in ("light", "dark"):
        for size, viewport in (("desk", DESK), ("phone", PHONE)):
            page = logged_in(browser, installation, viewport=viewport, color_scheme=scheme, device_scale_factor=1.5)
            for name, path in PAGES.items():
                page.goto(installation.runtime.dashboard + path)
                _settle(page)
                suffix = "" if (scheme, size) == ("light", "desk") else f"-{size}-{scheme}"
                page.screenshot(path=IMAGES / f"{name}{suffix}.png")
            page.context.close()


def _settle(page: Page) -> None:
    page.wait_for_load_state("load")
    page.locator("main").wait_for()
    # The live socket keeps the network busy for ever; skeletons are gone when nothing is marked busy.
    page.locator("[aria-busy=true]").first.wait_for(state="detached")
    page.wait_for_timeout(400)


if __name__ == "__main__":
    sys.exit(main())
