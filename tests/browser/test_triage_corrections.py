"""What makes triage trusted: corrected by one key, taken back, learned from; duplicates merged; and the score of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, ROOT, logged_in, post_message, tasktracker
from tests.support.installation import Installation
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

AXE = ROOT / "services/dashboard/node_modules/axe-core/axe.min.js"
ARTIFACTS = Path(__file__).parent / "artifacts"
LUNCH = [
    "Lunch at 12:15 in the park?",
    "Anyone up for lunch at noon?",
    "Shall we have lunch at the Thai place?",
    "Who joins for lunch at 13:00?",
    "Lunch today at half past twelve, who is in?",
    "Is anybody having lunch at one?",
    "Lunch at the market today at 12:30?",
    "Who wants to come along for lunch?",
    "Lunch at a quarter to one, who joins?",
    "Anyone for lunch by the river at noon?",
]
ELEVENTH = "Lunch at 12:45, the usual place?"


def opened(chromium: Browser, installation: Installation, **context: Any) -> Iterator[Page]:
    """A page whose errors fail the test."""
    page = logged_in(chromium, installation, **context)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    page.context.close()
    assert problems == []


@pytest.fixture
def page(chromium: Browser, installation: Installation) -> Iterator[Page]:
    yield from opened(chromium, installation, viewport=DESK, color_scheme="light")


SCREENS = {"desk": DESK, "phone": PHONE}


@pytest.fixture(params=[f"{size}-{scheme}" for size in SCREENS for scheme in ("light", "dark")])
def any_page(request: pytest.FixtureRequest, chromium: Browser, installation: Installation) -> Iterator[Page]:
    size, scheme = request.param.split("-")
    yield from opened(chromium, installation, viewport=SCREENS[size], color_scheme=scheme)


def suggestion(page: Page) -> Locator:
    return page.get_by_role("region", name="Suggestion")


def task_of(installation: Installation, title: str) -> dict[str, Any]:
    """The task with this title, once triage has made it."""

    def find() -> dict[str, Any] | None:
        return next((task for task in tasktracker(installation, "get", "tasks") if task["title"] == title), None)

    return wait_for(f"a task '{title}'", find, 30)


def settled(installation: Installation) -> None:
    wait_for("triaged messages", lambda: tasktracker(installation, "ledger")["waiting"] == 0, 60)


def test_one_key_corrects_and_one_takes_it_back(page: Page, installation: Installation) -> None:
    subject = "The invoice export is broken since the update"
    post_message(installation, {"id": "broken", "subject": subject, "text": "clicking export does nothing at all"})
    number = task_of(installation, subject)["number"]
    page.goto(f"/inbox/{number}")
    category = suggestion(page).get_by_role("button", name="Category:")
    expect(category).to_have_accessible_name("Category: Bug")

    page.keyboard.press("c")
    page.keyboard.press("i")
    expect(category).to_have_accessible_name("Category: Incident")
    expect(page.get_by_role("status").get_by_text("Triage learns from it.")).to_be_visible()
    page.keyboard.press("u")
    expect(category).to_have_accessible_name("Category: Bug")

    page.keyboard.press("n")
    expect(page.get_by_role("status").get_by_text(f"#{number} is not a task: declined")).to_be_visible()
    expect(page.get_by_role("list", name="Inbox").get_by_text(subject)).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(suggestion(page).get_by_role("heading", name=subject)).to_be_visible()
    # What was taken back teaches nothing.
    wait_for("nothing learned", lambda: page.request.get("/api/accuracy").json()["totals"]["judged"] == 0, 10)


def test_ten_corrections_change_the_eleventh_and_the_score_says_so(page: Page, installation: Installation) -> None:
    for place, text in enumerate(LUNCH):
        post_message(installation, {"id": f"lunch-{place}", "text": text})
    settled(installation)
    suggested = [task for task in tasktracker(installation, "get", "tasks") if "lunch" in task["title"].lower()]
    assert suggested, "the model knows by itself that these are noise; take others"
    for task in suggested:
        page.goto(f"/inbox/{task['number']}")
        expect(suggestion(page).get_by_role("heading", name=task["title"], exact=True)).to_be_visible()
        page.keyboard.press("c")
        page.keyboard.press("n")
        expect(page.get_by_role("status").get_by_text(f"#{task['number']} is not a task")).to_be_visible()
    counted = lambda: page.request.get("/api/accuracy").json()["totals"]["judged"]  # noqa: E731 -- for wait_for
    wait_for("lessons", lambda: counted() >= len(suggested), 20)

    post_message(installation, {"id": "lunch-eleventh", "text": ELEVENTH})
    settled(installation)
    page.goto("/messages")
    page.get_by_role("list", name="Messages").get_by_text(ELEVENTH).first.click()
    message = page.get_by_role("region", name="Message", exact=True)
    expect(message.get_by_text("Learned from")).to_be_visible()
    expect(message.get_by_text("Ignored", exact=True)).to_be_visible()

    page.keyboard.press("c")
    page.keyboard.press("t")
    expect(page.get_by_role("status").get_by_text("Now task #")).to_be_visible()
    page.keyboard.press("u")
    expect(message.get_by_role("img", name="Declined")).to_be_visible()

    page.goto("/accuracy")
    expect(page.get_by_role("heading", name="Over time")).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="default/inbox"))
    expect(row).to_be_visible()
    page.get_by_text("The same as a table").first.click()
    expect(page.get_by_role("columnheader", name="Share")).to_be_visible()


def test_duplicate_is_merged_by_number_and_taken_apart(page: Page, installation: Installation) -> None:
    first, second = "Parking permits for visitors run out", "Order new permits for the visitors' car park"
    post_message(installation, {"id": "permits-1", "subject": first, "text": "please order new ones by Friday"})
    target = task_of(installation, first)["number"]
    post_message(installation, {"id": "permits-2", "subject": second, "text": "could somebody order visitor permits?"})
    duplicate = task_of(installation, second)["number"]

    page.goto(f"/inbox/{duplicate}")
    expect(suggestion(page).get_by_role("heading", name=second)).to_be_visible()
    suggestion(page).get_by_role("button", name="Other").click()
    page.get_by_role("menuitem", name="Duplicate of").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").fill(f"#{target}")
    dialog.get_by_role("option").filter(has_text=first).click()
    expect(page.get_by_role("status").get_by_text(f"Merged #{duplicate} into #{target}")).to_be_visible()
    expect(page.get_by_role("list", name="Inbox").get_by_text(second)).to_have_count(0)

    page.goto(f"/tasks/{target}")
    merged = page.get_by_role("region", name="Merged into this task")
    expect(merged.get_by_role("link", name=second)).to_be_visible()
    expect(page.get_by_text("could somebody order visitor permits?")).to_be_visible()
    merged.get_by_role("button", name=f"Unmerge #{duplicate}").click()
    expect(merged).to_have_count(0)
    expect(page.get_by_text("could somebody order visitor permits?")).to_have_count(0)
    wait_for("a suggestion again", lambda: task_of(installation, second)["status"] == "triage", 10)


def accept(page: Page, installation: Installation, task: dict[str, Any]) -> None:
    """Say that triage was right, so that there is something to measure."""
    headers = {"Origin": installation.runtime.api, "If-Match": f'"{task["version"]}"'}
    page.request.patch(f"/api/tasks/{task['id']}", data={"status": "todo"}, headers=headers)


def test_pages_are_clean_at_every_size_and_theme(
    any_page: Page, installation: Installation, request: pytest.FixtureRequest
) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    name = request.node.callspec.id
    for place, what in enumerate(("Printer", "Scanner")):
        post_message(
            installation, {"id": f"{what} {name}", "subject": f"{what} of {name} jams", "text": "it is broken"}
        )
        task = task_of(installation, f"{what} of {name} jams")
        if place == 0:
            accept(any_page, installation, task)
    pages = {"accuracy": "/accuracy", "task": f"/tasks/{task['number']}", "inbox": f"/inbox/{task['number']}"}
    for kind, path in pages.items():
        any_page.goto(path)
        any_page.locator("main h1:visible").first.wait_for()
        any_page.locator("[aria-busy=true]").first.wait_for(state="detached")
        if kind == "accuracy":
            any_page.locator("svg.recharts-surface").first.wait_for()
        any_page.screenshot(path=ARTIFACTS / f"{kind}-{name}.png")
        any_page.evaluate(AXE.read_text(encoding="utf-8"))
        found = any_page.evaluate("async () => (await axe.run()).violations.map(({id, nodes}) => [id, nodes[0].html])")
        assert found == [], path
        wide = any_page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"{path} is {wide} px wider than the screen"
