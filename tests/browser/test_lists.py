"""Work on many tasks: narrowed by typing and clicking, kept as a view, changed at once, carried to other places."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, ROOT, logged_in
from tests.support.installation import Installation
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

AXE = ROOT / "services/dashboard/node_modules/axe-core/axe.min.js"
ARTIFACTS = Path(__file__).parent / "artifacts"
TASKS = 60
WORDS = ("export", "invoice", "login", "report", "search")


@pytest.fixture(scope="module")
def team(chromium: Browser, installation: Installation) -> Installation:
    """An installation with sixty tasks in all statuses but triage. About 3 s."""
    page = logged_in(chromium, installation, viewport=DESK)
    origin = {"Origin": installation.runtime.api}
    today = date.today()  # noqa: DTZ011 -- the browser's day, which is this machine's
    for number in range(1, TASKS + 1):
        task = page.request.post(
            "/api/tasks",
            data={
                "title": f"The {WORDS[number % 5]} is late {number}",
                "priority": ("low", "medium", "high", "urgent")[number % 4],
                "labels": ["ui"] if number % 3 == 0 else [],
                "due_on": (today + timedelta(days=number % 2)).isoformat() if number <= 4 else None,
            },
            headers=origin,
        ).json()
        if number % 6 == 0:
            page.request.patch(
                f"/api/tasks/{task['id']}", data={"status": "done"}, headers=origin | {"If-Match": '"1"'}
            )
    page.context.close()
    return installation


def opened(chromium: Browser, team: Installation, **context: Any) -> Iterator[Page]:
    """A page whose errors fail the test."""
    page = logged_in(chromium, team, **context)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    page.context.close()
    assert problems == []


@pytest.fixture
def page(chromium: Browser, team: Installation) -> Iterator[Page]:
    yield from opened(chromium, team, viewport=DESK, color_scheme="light")


@pytest.fixture(params=[("desk", DESK, "light"), ("phone", PHONE, "dark")], ids=lambda param: str(param[0]))
def any_page(request: pytest.FixtureRequest, chromium: Browser, team: Installation) -> Iterator[Page]:
    _, viewport, scheme = request.param
    yield from opened(chromium, team, viewport=viewport, color_scheme=scheme)


def rows(page: Page) -> Locator:
    return page.locator("[data-task]")


def search(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Filter tasks")


def asked(page: Page) -> str:
    """The filter in the address."""
    value: str = page.evaluate("new URLSearchParams(location.search).get('filter') ?? ''")
    return value


def task_of(page: Page, number: int) -> dict[str, Any]:
    task: dict[str, Any] = page.request.get(f"/api/tasks/{number}").json()
    return task


def test_typing_and_clicking_write_one_filter_that_a_link_holds(any_page: Page) -> None:
    any_page.goto("/tasks")
    search(any_page).fill("priority:>=high ")
    search(any_page).press_sequentially("invoice")
    expect(any_page.get_by_role("button", name="Priority ≥ High", exact=True)).to_be_visible()
    any_page.get_by_role("button", name="Filter", exact=True).click()
    # By keys: a pointer that jumps instead of moving closes the menu in the menu.
    any_page.get_by_role("menuitem", name="Status").press("ArrowRight")
    any_page.get_by_role("menuitemcheckbox", name="Done").press("Enter")
    any_page.keyboard.press("Escape")
    any_page.keyboard.press("Escape")
    wait_for("the filter in the address", lambda: asked(any_page) == "priority:>=high status:done invoice")
    expected = [task for task in range(6, TASKS + 1, 6) if task % 4 in {2, 3} and task % 5 == 1]
    expect(rows(any_page)).to_have_count(len(expected))
    address = any_page.url
    any_page.get_by_role("button", name="Remove filter Status Done").click()
    expect(any_page.get_by_role("button", name="Remove filter Status Done")).to_have_count(0)
    any_page.goto(address)
    expect(rows(any_page)).to_have_count(len(expected))


def test_a_filter_that_says_nothing_known_names_the_cure(page: Page) -> None:
    page.goto("/tasks?filter=prioritty:high")
    expect(page.get_by_role("alert")).to_contain_text("there is no field 'prioritty'")


def test_a_view_is_saved_shared_and_shown_in_the_sidebar(page: Page) -> None:
    page.goto("/tasks?filter=label:ui&sort=-priority")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save as a view").click()
    page.get_by_label("Name").fill("Surface")
    page.get_by_label("Everybody in the workspace sees it").check()
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    page.goto("/inbox")
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Surface").click()
    expect(page.get_by_role("columnheader", name="Priority")).to_have_attribute("aria-sort", "descending")
    assert asked(page) == "label:ui"
    (view,) = page.request.get("/api/views").json()
    assert (view["name"], view["shared"], view["filter"], view["sort"]) == ("Surface", True, "label:ui", "-priority")


def test_many_tasks_are_changed_by_keys_and_all_of_it_is_taken_back(page: Page) -> None:
    page.goto("/tasks?filter=label:ui status:todo&sort=number")
    expect(rows(page).first).to_be_visible()
    for key in ("j", "x", "j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.keyboard.press("p")
    page.get_by_role("menuitemradio", name="Urgent").wait_for()
    page.keyboard.press("1")
    # Of the first three of the label, 3, 9 and 15, only 9 is not urgent already.
    expect(page.get_by_text("Changed 1 task")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="is late 9").get_by_text("Urgent")).to_be_visible()
    wait_for("the change", lambda: task_of(page, 9)["priority"] == "urgent")
    page.keyboard.press("u")
    wait_for("the change taken back", lambda: task_of(page, 9)["priority"] == "medium")
    assert task_of(page, 9)["version"] == 3


def test_export_is_what_the_list_shows(page: Page) -> None:
    page.goto("/tasks?filter=label:ui status:done&sort=number")
    expect(rows(page).first).to_be_visible()
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="JSON").click()
    tasks = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert [task["number"] for task in tasks] == list(range(6, TASKS + 1, 6))


def test_a_card_is_carried_by_mouse_and_by_keyboard(page: Page) -> None:
    # Few enough for both places to be on the screen.
    page.goto("/board?filter=label:ui login&lanes=priority")
    card = page.get_by_role("link", name="is late 57")
    target = page.get_by_role("region", name="In progress, High")
    expect(card).to_be_visible()
    card.scroll_into_view_if_needed()
    start, end = card.bounding_box(), target.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 20, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 40, end["y"] + 30, steps=12)
    expect(page.get_by_text("Over In progress, High.")).to_be_attached()
    page.mouse.up()
    moved = target.get_by_role("link", name="is late 57")
    expect(moved).to_be_visible()
    wait_for("the change", lambda: task_of(page, 57)["version"] == 2)
    assert (task_of(page, 57)["status"], task_of(page, 57)["priority"]) == ("in_progress", "high")

    moved.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("Over In progress, High.").or_(page.get_by_text("Picked up #57.")).first).to_be_attached()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Over Done, High.")).to_be_attached()
    page.keyboard.press("Space")
    expect(page.get_by_role("region", name="Done, High").get_by_role("link", name="is late 57")).to_be_visible()


def over(page: Page, day: date) -> Locator:
    """What a screen reader says when a task is held over a day."""
    return page.get_by_text(f"Over {day.day} {day:%b}.")


def test_a_due_date_is_moved_on_the_calendar(page: Page) -> None:
    page.goto("/calendar")
    task = page.get_by_role("link", name="is late 1")
    expect(task).to_be_visible()
    before = date.fromisoformat(task_of(page, 1)["due_on"])
    step, key = (-1, "ArrowLeft") if before.weekday() > 0 else (1, "ArrowRight")
    task.focus()
    page.keyboard.press("Space")
    expect(over(page, before)).to_be_attached()
    page.keyboard.press(key)
    expect(over(page, before + timedelta(days=step))).to_be_attached()
    page.keyboard.press("Space")
    expect(page.get_by_text("#1 is due").first).to_be_visible()
    wait_for("the change", lambda: task_of(page, 1)["version"] == 2)
    assert date.fromisoformat(task_of(page, 1)["due_on"]) == before + timedelta(days=step)


def test_opening_a_task_and_coming_back_keeps_the_place(page: Page) -> None:
    page.goto("/tasks?sort=number")
    expect(rows(page).first).to_be_visible()
    scroller = page.get_by_role("table", name="Tasks").locator("..")
    scroller.evaluate("(element) => element.scrollTo(0, 700)")
    link = page.get_by_role("link", name="is late 25")
    link.click()
    expect(page.get_by_role("button", name="Back")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("link", name="is late 25")).to_be_visible()
    assert scroller.evaluate("(element) => element.scrollTop") == 700


@pytest.mark.parametrize("path", ["/tasks?filter=status:open", "/board", "/board?lanes=priority", "/calendar"])
def test_lists_have_no_accessibility_violations(any_page: Page, path: str, request: pytest.FixtureRequest) -> None:
    any_page.goto(path)
    any_page.get_by_role("link", name="is late").first.wait_for()
    any_page.locator("[aria-busy=true]").first.wait_for(state="detached")
    any_page.evaluate(AXE.read_text(encoding="utf-8"))
    found = any_page.evaluate("async () => (await axe.run()).violations.map(({id, nodes}) => [id, nodes[0].html])")
    ARTIFACTS.mkdir(exist_ok=True)
    name = path.strip("/").split("?")[0] + ("-lanes" if "lanes" in path else "")
    any_page.screenshot(path=ARTIFACTS / f"{name}-{request.node.callspec.params['any_page'][0]}.png")
    assert found == []
    wide = any_page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, f"{wide} px wider than the screen"
