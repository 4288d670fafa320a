"""`make screenshots`: starts an installation, plays in the sample messages, and takes the pictures of the docs.

Desk and phone, light and dark, into docs/images, or into the folder that is its argument. Not a test: pictures change
with every design, people compare them.
"""

import asyncio
import io
import os
import shutil
import sys
import tempfile
from datetime import date, timedelta
from itertools import product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from tracker_local.cli.demo import play_demo
from tracker_local.home import HOME_VARIABLE

from tests.browser.conftest import FLAGS, PHONE, ROOT, logged_in, tasktracker
from tests.browser.test_sources import bury
from tests.support.installation import Installation, installed
from tests.support.waiting import wait_for

IMAGES = ROOT / "docs/images"
SIZES = {"desk": {"width": 1280, "height": 800}, "phone": PHONE}
THEMES = ("light", "dark")
PAGES = {
    "inbox": "/inbox",
    "board": "/board",
    "tasks": "/tasks?filter=status:open",
    "calendar": "/calendar",
    "task": "/tasks/{task}",
    "messages": "/messages",
    "sources": "/sources",
    "source": "/sources/new?kind=email",
    "dead-letters": "/dead-letters",
    "statistics": "/statistics",
    "accuracy": "/accuracy",
    "ledger": "/ledger",
    "settings": "/settings",
    "health": "/health",
    "start": "/start",
}

CORRECTED = 3
"""Which of each five suggestions is corrected before it is accepted: accuracy has something to show."""
COLORS = 256


def main() -> int:
    """Take all pictures."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        sys.stderr.write("No chromium on PATH; install Debian's package `chromium`\n")
        return 1
    images = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, installed(Path(folder)) as installation:
        installation.wait_ready()
        os.environ[HOME_VARIABLE] = folder
        asyncio.run(play_demo())
        wait_for("triaged samples", lambda: tasktracker(installation, "ledger")["waiting"] == 0, 60)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            task = _work(browser, installation)
            for size, theme in product(SIZES, THEMES):
                _take(browser, installation, images, size=size, theme=theme, task=task)
            browser.close()
    return 0


def _work(browser: Browser, installation: Installation) -> int:
    """Accept some suggestions, start on a few, give some a date, as a morning's work does; one message fails.

    Returns:
        The number of a task with a conversation and a note.
    """
    page = logged_in(browser, installation, viewport=SIZES["desk"])
    tasks = page.request.get("/api/tasks?status=triage&limit=200").json()["items"]
    me = page.request.get("/api/me").json()["member"]["id"]
    origin = {"Origin": installation.runtime.api}
    today = date.today()  # noqa: DTZ011 -- the browser's day, which is this machine's
    for place, task in enumerate(tasks[::2]):
        change = {"status": ("todo", "todo", "in_progress", "done")[place % 4]}
        if place % 5 == CORRECTED:
            change["priority"] = "high"
        if place % 2 and task["due_on"] is None:
            change["due_on"] = (today + timedelta(days=place * 3 % 17 - 4)).isoformat()
        if place % 3 == 0:
            change["assignee_id"] = me
        edited = page.request.patch(
            f"/api/tasks/{task['id']}", data=change, headers=origin | {"If-Match": f'"{task["version"]}"'}
        )
        assert edited.ok, edited.text()
    shown = tasks[4]
    note = {"body": "Reproduced on the staging system. The log says **timeout** after 30 seconds."}
    assert page.request.post(f"/api/tasks/{shown['id']}/comments", data=note, headers=origin).ok
    bury(page, installation, "statuspage")
    page.context.close()
    return int(shown["number"])


def _take(browser: Browser, installation: Installation, images: Path, *, size: str, theme: str, task: int) -> None:
    page = logged_in(browser, installation, viewport=SIZES[size], color_scheme=theme, device_scale_factor=1.5)
    for name, path in PAGES.items():
        page.goto(installation.runtime.dashboard + path.format(task=task))
        _settle(page)
        suffix = "" if (size, theme) == ("desk", "light") else f"-{size}-{theme}"
        _keep(page.screenshot(), images / f"{name}{suffix}.png")
    page.context.close()


def _settle(page: Page) -> None:
    page.wait_for_load_state("load")
    page.locator("main").wait_for()
    # The live socket keeps the network busy for ever; skeletons are gone when nothing is marked busy.
    page.locator("[aria-busy=true]").first.wait_for(state="detached")
    page.wait_for_timeout(600)


def _keep(picture: bytes, path: Path) -> None:
    """Write a picture of few colours, as pages are, in a third of its bytes."""
    with Image.open(io.BytesIO(picture)) as image:
        # The rare colours of small signs count as much as the frequent greys.
        small = image.convert("RGB").quantize(COLORS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        small.save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
