"""Every page at both sizes, in both themes and both languages: no violation that axe finds, no error in the console,
nothing wider than a phone, nothing that jumps while it loads. Leaves a picture of each in tests/browser/artifacts.

About 20 s for each of the four combinations.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, ROOT, logged_in, post_message
from tests.browser.test_sources import bury
from tests.support.installation import Installation
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

AXE = ROOT / "services/dashboard/node_modules/axe-core/axe.min.js"
ARTIFACTS = Path(__file__).parent / "artifacts"
SIZES = {"desk": DESK, "phone": PHONE}
INBOX = {"en": "Inbox", "de": "Eingang"}
BESIDE_THE_SHELL = ("/", "/theme.js", "/icon.svg")
JUMP = 0.1
"""The sum of layout shifts that web.dev/cls calls good."""

_WATCH_JUMPS = """
window.jumps = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.jumps += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
"""


@pytest.fixture(scope="module")
def pages(chromium: Browser, installation: Installation) -> dict[str, str]:
    """An installation with something to see on every page; their addresses by name."""
    page = logged_in(chromium, installation, viewport=DESK)
    for what in ("Printer", "Scanner", "Copier"):
        post_message(installation, {"id": what, "subject": f"{what} jams", "text": "it is broken since noon"})
    wait_for("three suggestions", lambda: len(_tasks(page)) == 3, 60)
    tasks = _tasks(page)
    origin = {"Origin": installation.runtime.api}
    accepted = page.request.patch(
        f"/api/tasks/{tasks[0]['id']}",
        data={"status": "todo"},
        headers=origin | {"If-Match": f'"{tasks[0]["version"]}"'},
    )
    assert accepted.ok
    letters = bury(page, installation, "statuspage")
    page.context.close()
    return {
        "start": "/start",
        "inbox": "/inbox",
        "suggestion": f"/inbox/{tasks[1]['number']}",
        "snoozed": "/inbox?box=snoozed",
        "board": "/board",
        "lanes": "/board?lanes=priority",
        "tasks": "/tasks?filter=status:open",
        "task": f"/tasks/{tasks[0]['number']}",
        "no-task": "/tasks/4711",
        "calendar": "/calendar",
        "messages": "/messages",
        "sources": "/sources",
        "new-source": "/sources/new",
        "form": "/sources/new?kind=webhook",
        "source": "/sources/default/inbox",
        "dead-letters": letters,
        "statistics": "/statistics",
        "accuracy": "/accuracy",
        "ledger": "/ledger",
        "members": "/settings",
        "tokens": "/settings?part=tokens",
        "models": "/settings?part=models",
        "autonomy": "/settings?part=autonomy",
        "notifications": "/settings?part=notifications",
        "appearance": "/settings?part=appearance",
        "health": "/health",
        "nowhere": "/nowhere",
    }


def _tasks(page: Page) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = page.request.get("/api/tasks?status=triage").json()["items"]
    return items


# Every two of size, theme and language meet once.
@pytest.mark.parametrize(
    ("size", "theme", "language"),
    [("desk", "light", "en"), ("desk", "dark", "de"), ("phone", "light", "de"), ("phone", "dark", "en")],
)
def test_every_page_is_clean(
    chromium: Browser, installation: Installation, pages: dict[str, str], size: str, theme: str, language: str
) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    page = logged_in(chromium, installation, viewport=SIZES[size], color_scheme=theme, locale=language)
    page.add_init_script(_WATCH_JUMPS)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.on("console", lambda said: problems.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    for name, path in pages.items():
        page.goto(path)
        _settle(page)
        page.screenshot(path=ARTIFACTS / f"{name}-{size}-{theme}-{language}.png")
        problems += [f"{path}: {problem}" for problem in _violations(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            problems.append(f"{path}: {wide} px wider than the screen")
        if (jumps := page.evaluate("window.jumps")) > JUMP:
            problems.append(f"{path}: jumps by {jumps:.2f}")
    page.goto("/inbox")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("link", name=re.compile(f"^{INBOX[language]}")).filter(visible=True).first).to_be_visible()
    page.context.close()
    # What the page of a task that is not there asks the API for is no error of ours.
    ours = [problem for problem in problems if "/tasks/4711: Failed to load" not in problem]
    assert not ours, "\n".join(ours)


def test_a_language_is_chosen_in_the_account_menu_and_stays(chromium: Browser, installation: Installation) -> None:
    page = logged_in(chromium, installation, viewport=DESK, locale="en")
    page.get_by_role("complementary").get_by_role("button", name=re.compile("Admin")).click()
    page.get_by_role("menuitemradio", name="Deutsch").click()
    expect(page.get_by_role("link", name="Eingang")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Eingang")).to_be_visible()
    page.context.close()


def test_the_shell_opens_without_a_network_and_keeps_nothing_of_the_api(
    chromium: Browser, installation: Installation
) -> None:
    page = logged_in(chromium, installation, viewport=PHONE, locale="en")
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.context.set_offline(True)
    page.goto("/board")
    expect(page.get_by_text("The API did not answer")).to_be_visible()
    kept = page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async (name) => "
        "(await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat()"
    )
    assert "/" in kept
    assert [path for path in kept if path not in BESIDE_THE_SHELL and not path.startswith("/assets/")] == []
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Board")).to_be_visible()
    page.context.close()


def _settle(page: Page) -> None:
    page.locator("h1:visible, h2:visible, p:visible").first.wait_for()
    page.locator("[aria-busy=true]").first.wait_for(state="detached")


def _violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations.map(({id, nodes}) => [id, nodes[0].html])")
    return [f"{rule}: {html}" for rule, html in found]
