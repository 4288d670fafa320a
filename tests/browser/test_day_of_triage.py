"""A day of a person who triages: by keyboard alone, many at once, by thumb, together with others, and answering people.

One installation with a Telegram Source; Telegram itself is played at the wire.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser import day
from tests.browser.conftest import DASHBOARD, DESK, PHONE, ROOT, logged_in, post_message, tasktracker
from tests.browser.telegram import Telegram, listen, reported, serving
from tests.support.installation import Installation, installed
from tests.support.telegram_api import TelegramApi
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

AXE = ROOT / "services/dashboard/node_modules/axe-core/axe.min.js"
ARTIFACTS = Path(__file__).parent / "artifacts"


def picture() -> bytes:
    """A PNG that a browser can show."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((40, 90, 200)) * 64 for _ in range(64))
    head = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def telegram() -> Iterator[Telegram]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def installation(telegram: Telegram, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    if not (DASHBOARD / "index.html").exists():
        pytest.skip("the dashboard is not built; run `make dashboard`")
    folder = tmp_path_factory.mktemp("installation")
    with installed(folder, {"TRACKER_BOT__API_URL": telegram.api.url}) as running:
        running.wait_ready()
        listen(running)
        yield running


def opened(chromium: Browser, installation: Installation, **context: Any) -> Page:
    return logged_in(chromium, installation, **context)


@pytest.fixture
def page(chromium: Browser, installation: Installation) -> Iterator[Page]:
    page = opened(chromium, installation, viewport=DESK, color_scheme="light")
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    page.context.close()
    assert problems == []


def origin(installation: Installation) -> dict[str, str]:
    return {"Origin": installation.runtime.api}


def as_member(admin: Page, chromium: Browser, installation: Installation, name: str, **context: Any) -> Page:
    """A page of another person, who is no admin."""
    headers = origin(installation)
    member = admin.request.post("/api/members", data={"name": name, "role": "member"}, headers=headers).json()
    link = admin.request.post(f"/api/members/{member['id']}/login-link", headers=headers).json()
    page = chromium.new_context(base_url=installation.runtime.dashboard, **context).new_page()
    page.set_default_timeout(20_000)
    page.goto(link["url"])
    page.wait_for_url("**/inbox**")
    return page


def suggested(installation: Installation, *subjects: str) -> list[dict[str, Any]]:
    """Suggestions with these titles, the last one newest."""
    return [_suggested(installation, subject) for subject in subjects]


def _suggested(installation: Installation, subject: str) -> dict[str, Any]:
    # One after the other: of messages that are judged together the last one is not always the newest task.
    post_message(installation, {"id": subject, "subject": subject, "text": f"{subject}: it is broken since today"})

    def find() -> dict[str, Any] | None:
        return next((task for task in tasktracker(installation, "get", "tasks") if task["title"] == subject), None)

    return wait_for("a suggestion", find, 60)


def status_of(page: Page, task: dict[str, Any]) -> str:
    return str(page.request.get(f"/api/tasks/{task['id']}").json()["status"])


def inbox(page: Page) -> Locator:
    return page.get_by_role("list", name="Inbox")


def row(page: Page, title: str) -> Locator:
    return inbox(page).get_by_role("listitem").filter(has_text=title)


def shown(page: Page, title: str) -> None:
    expect(page.get_by_role("region", name="Suggestion").get_by_role("heading", name=title)).to_be_visible()


def clean(page: Page, name: str) -> None:
    """No violation that axe finds, nothing wider than the screen; and a picture of it."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.locator("[aria-busy=true]").first.wait_for(state="detached")
    page.screenshot(path=ARTIFACTS / f"{name}.png")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run()).violations.map(({id, nodes}) => [id, nodes[0].html])")
    assert found == [], name
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, f"{name} is {wide} px wider than the screen"


def test_suggestions_are_worked_through_by_keyboard_alone(page: Page, installation: Installation) -> None:
    titles = [f"Keyboard {word} jams" for word in ("one", "two", "three", "four")]
    one, two, three, four = suggested(installation, *titles)
    page.goto(f"/inbox/{four['number']}")
    shown(page, titles[3])
    page.keyboard.press("a")
    shown(page, titles[2])
    page.keyboard.press("d")
    shown(page, titles[1])
    page.keyboard.press("s")
    page.get_by_role("menu").wait_for()
    page.keyboard.press("2")
    shown(page, titles[0])
    page.keyboard.press("c")
    page.get_by_role("menu").wait_for()
    page.keyboard.press("i")
    expect(page.get_by_role("button", name="Category: Incident")).to_be_visible()
    wait_for("decisions", lambda: [status_of(page, task) for task in (four, three)] == ["todo", "declined"], 10)

    page.keyboard.press("v")
    shown(page, titles[1])
    page.keyboard.press("b")
    expect(page.get_by_role("status").get_by_text(f"#{two['number']} waits in the inbox again")).to_be_visible()
    page.keyboard.press("v")
    expect(row(page, titles[2])).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog").get_by_text("Bring back")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    expect(row(page, titles[1])).to_be_visible()
    wait_for("corrected", lambda: page.request.get(f"/api/tasks/{one['id']}").json()["category"] == "incident", 10)


def test_many_are_decided_at_once_and_one_key_takes_it_back(page: Page, installation: Installation) -> None:
    titles = [f"Bulk {word} is stuck" for word in ("one", "two", "three")]
    tasks = suggested(installation, *titles)
    page.goto(f"/inbox/{tasks[2]['number']}")
    shown(page, titles[2])
    page.keyboard.press("x")
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+J")
    panel = page.get_by_role("region", name="Selected suggestions")
    expect(panel.get_by_role("listitem")).to_have_count(3)
    clean(page, "marked-desk-light")
    page.keyboard.press("p")
    page.get_by_role("menuitemradio", name="Urgent").wait_for()
    page.keyboard.press("1")
    wait_for(
        "a priority",
        lambda: {page.request.get(f"/api/tasks/{task['id']}").json()["priority"] for task in tasks} == {"urgent"},
        10,
    )
    page.keyboard.press("a")
    expect(page.get_by_role("status").get_by_text("Accepted 3 suggestions")).to_be_visible()
    for title in titles:
        expect(row(page, title)).to_have_count(0)
    wait_for("accepted", lambda: {status_of(page, task) for task in tasks} == {"todo"}, 10)
    page.keyboard.press("u")
    for title in titles:
        expect(row(page, title)).to_be_visible()
    wait_for("taken back", lambda: {status_of(page, task) for task in tasks} == {"triage"}, 10)


def swipe(page: Page, target: Locator, dx: int) -> None:
    """Move a finger sideways over it, as a touch screen reports it."""
    box = target.bounding_box()
    assert box is not None
    y, start = box["y"] + box["height"] / 2, box["x"] + box["width"] / 2 - dx / 2
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *x: float) -> None:
        points = [{"x": place, "y": y} for place in x]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", start)
    for step in range(1, 9):
        touch("touchMove", start + dx * step / 8)
    touch("touchEnd")
    session.detach()


def test_thumb_swipes_and_a_snooze_that_ends_comes_back_by_itself(
    chromium: Browser, installation: Installation
) -> None:
    titles = [f"Swipe {word} leaks" for word in ("one", "two", "three")]
    one, two, three = suggested(installation, *titles)
    page = opened(chromium, installation, viewport=PHONE, color_scheme="dark", has_touch=True, is_mobile=True)
    expect(row(page, titles[2])).to_be_visible()
    clean(page, "inbox-list-phone-dark")
    swipe(page, row(page, titles[2]), 200)
    expect(row(page, titles[2])).to_have_count(0)
    swipe(page, row(page, titles[1]), -330)
    expect(row(page, titles[1])).to_have_count(0)
    swipe(page, row(page, titles[0]), -130)
    expect(row(page, titles[0])).to_have_count(0)
    assert page.url.endswith("/inbox"), "a swipe opens nothing"
    wait_for(
        "decisions", lambda: [status_of(page, task) for task in (three, two, one)] == ["todo", "declined", "triage"], 10
    )
    page.get_by_role("link", name="Snoozed").click()
    expect(row(page, titles[0])).to_be_visible()

    task = page.request.get(f"/api/tasks/{one['id']}").json()
    soon = page.evaluate("new Date(Date.now() + 1500).toISOString()")
    headers = origin(installation) | {"If-Match": f'"{task["version"]}"'}
    page.request.patch(f"/api/tasks/{one['id']}", data={"snoozed_until": soon}, headers=headers)
    page.get_by_role("link", name="Waiting").click()
    expect(row(page, titles[0])).to_be_visible()
    page.context.close()


def test_two_people_who_change_one_task_both_know_what_the_other_did(
    page: Page, chromium: Browser, installation: Installation
) -> None:
    (task,) = suggested(installation, "The shared printer is offline")
    other = as_member(page, chromium, installation, "Ben Other", viewport=DESK)
    draft = {"name": "test", "role": "member"}
    token = other.request.post("/api/tokens", data=draft, headers=origin(installation)).json()["token"]
    quicker: list[httpx.Response] = []

    def let_the_other_be_quicker(route: Route) -> None:
        if not quicker:
            headers = {"Authorization": f"Bearer {token}", "If-Match": route.request.headers["if-match"]}
            quicker.append(httpx.patch(route.request.url, json={"due_on": "2040-01-01"}, headers=headers, timeout=10))
        route.continue_()

    page.goto(f"/tasks/{task['number']}")
    expect(page.get_by_role("button", name="Priority:")).to_be_visible()
    page.route(f"**/api/tasks/{task['id']}", let_the_other_be_quicker)
    page.keyboard.press("3")
    told = page.get_by_role("status").filter(has_text=f"Ben Other changed #{task['number']} meanwhile")
    expect(told.get_by_text("Yours, not saved: Status: Done.")).to_be_visible()
    assert [answer.status_code for answer in quicker] == [200]
    assert status_of(page, task) == "triage"
    told.get_by_role("button", name="Apply mine").click()
    wait_for("mine too", lambda: status_of(page, task) == "done", 10)
    assert other.request.get(f"/api/tasks/{task['id']}").json()["due_on"] == "2040-01-01"
    other.context.close()


def test_a_reply_waits_for_approval_and_reaches_the_person_and_a_note_never_does(
    page: Page, chromium: Browser, installation: Installation, telegram: Telegram
) -> None:
    def report(api: TelegramApi) -> None:
        photo = api.file(picture()) | {"width": 64, "height": 64}
        api.say(caption="The coffee machine is broken, please repair it, see the picture", photo=[photo])
        invoice = api.file(b"%PDF-1.4", "documents/file.pdf") | {
            "file_name": "Invoice.pdf",
            "mime_type": "application/pdf",
        }
        api.say(caption="The coffee machine is broken: here is its invoice", document=invoice)

    wait_for("a bot that asks", lambda: telegram.does(lambda api: bool(api.calls("getUpdates"))), 60)
    telegram.does(report)

    def made() -> dict[str, Any] | None:
        tasks = tasktracker(installation, "get", "tasks")
        return next((task for task in tasks if "coffee machine" in task["title"].lower()), None)

    task = wait_for("a task", made, 60)
    mia = as_member(page, chromium, installation, "Mia Member", viewport=PHONE, color_scheme="light")
    mia.goto(f"/tasks/{task['number']}")
    conversation = mia.get_by_role("region", name="Conversation")
    thumbnail = conversation.get_by_role("list", name="Attachments").get_by_role("img").first
    thumbnail.scroll_into_view_if_needed()
    expect(thumbnail).to_be_visible()
    wait_for("a picture", lambda: thumbnail.evaluate("image => image.naturalWidth") == 64, 10)

    reply = mia.get_by_role("form", name="Reply to Anna Maier")
    expect(reply.get_by_text("Leaves the team")).to_be_visible()
    reply.get_by_role("textbox").fill("We repair it today.")
    reply.get_by_role("button", name="Ask to send to Anna Maier").click()
    expect(conversation.get_by_text("Waits for approval")).to_be_visible()
    note = mia.get_by_role("form", name="Internal note")
    expect(note.get_by_text("Only your team")).to_be_visible()
    note.get_by_role("textbox").press_sequentially("**Secret**: costs too much @adm")
    expect(mia.get_by_role("listbox", name="Members").get_by_role("option", name="Admin")).to_be_visible()
    mia.keyboard.press("Enter")
    note.get_by_role("button", name="Add note").click()
    written = mia.get_by_role("article", name="Internal note by Mia Member")
    expect(written.locator("strong", has_text="Secret")).to_be_visible()
    expect(written.locator("mark", has_text="@Admin")).to_be_visible()
    clean(mia, "task-phone-light")

    page.goto(f"/tasks/{task['number']}")
    page.get_by_role("button", name="Approve and send").click()
    expect(mia.get_by_text("Sent", exact=True)).to_be_visible()
    expect(page.get_by_text("Sent", exact=True)).to_be_visible()
    clean(page, "task-desk-light")
    sent = telegram.does(lambda api: [call["text"] for call in api.calls("sendMessage")])
    assert sent == ["We repair it today."]
    mia.context.close()


@pytest.mark.parametrize(("size", "scheme"), [("desk", "dark"), ("phone", "light")])
def test_inbox_and_task_are_clean_in_the_other_themes(
    size: str, scheme: Any, chromium: Browser, installation: Installation
) -> None:
    (task,) = suggested(installation, f"The lamp of {size} flickers")
    page = opened(chromium, installation, viewport={"desk": DESK, "phone": PHONE}[size], color_scheme=scheme)
    headers = origin(installation)
    description = "## Steps\n1. Open `lamp`\n2. See #1\n\n> as it was said\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    version = {"If-Match": f'"{task["version"]}"'}
    page.request.patch(f"/api/tasks/{task['id']}", data={"description": description}, headers=headers | version)
    page.request.post(f"/api/tasks/{task['id']}/comments", data={"body": "Only `us`"}, headers=headers)
    for name, path in {"suggestion": f"/inbox/{task['number']}", "task": f"/tasks/{task['number']}"}.items():
        page.goto(path)
        page.locator("main h1:visible").first.wait_for()
        if name == "task":
            page.locator(".markdown ol").wait_for()
        clean(page, f"{name}-{size}-{scheme}")
    page.context.close()


def test_every_kind_of_suggestion_is_dealt_with_by_keys_that_never_lose_their_place(
    page: Page, installation: Installation, telegram: Telegram
) -> None:
    reported(telegram, 2)
    for number in range(22):
        day.send(installation, number)
    wait_for("triage", lambda: tasktracker(installation, "ledger")["waiting"] == 0, 60)
    wait_for("answerable ones", lambda: len([t for t in day.waiting(page) if day.is_answered(t["title"])]) >= 2, 60)
    figures = day.work(page, count=len(day.waiting(page)))
    expect(page.get_by_role("article")).to_have_count(0)
    assert {name for name, _ in figures.items()} >= {
        *("accept", "decline", "no task", "edit", "snooze", "undo", "reply"),
        *("priority", "assignee", "due date: calendar", "duplicate"),
    }
