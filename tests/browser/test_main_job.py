"""What a person does first: open the dashboard, send a message, see it arrive, accept it, find it on the board."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, logged_in, post_message, tasktracker
from tests.support.installation import Installation

pytestmark = pytest.mark.browser


@pytest.fixture(params=[("desk", DESK, "light"), ("phone", PHONE, "dark")], ids=lambda param: str(param[0]))
def page(request: pytest.FixtureRequest, chromium: Browser, installation: Installation) -> Iterator[Page]:
    _, viewport, scheme = request.param
    opened = logged_in(chromium, installation, viewport=viewport, color_scheme=scheme)
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    opened.context.close()
    assert problems == []


def test_message_appears_without_reload_and_becomes_a_task_on_the_board(
    page: Page, installation: Installation, request: pytest.FixtureRequest
) -> None:
    subject = f"Export of {request.node.callspec.id} is a day old"
    marks: dict[str, Any] = {"reloaded": False}
    page.on("framenavigated", lambda _: marks.update(reloaded=True))
    post_message(installation, {"id": subject, "subject": subject, "text": "the numbers are from yesterday, again"})
    inbox = page.get_by_role("list", name="Inbox")
    expect(inbox.get_by_text(subject)).to_be_visible()
    assert marks == {"reloaded": False}

    inbox.get_by_text(subject).click()
    page.get_by_role("button", name="Accept").first.click()
    expect(inbox.get_by_text(subject)).to_have_count(0)
    page.get_by_role("link", name="Board").filter(visible=True).first.click()
    expect(page.get_by_text(subject)).to_be_visible()
    (task,) = [task for task in tasktracker(installation, "get", "tasks") if task["title"] == subject]
    assert task["status"] == "todo"


def test_login_link_works_once(chromium: Browser, installation: Installation) -> None:
    url = tasktracker(installation, "login")["url"]
    first, second = chromium.new_context(), chromium.new_context()
    page = first.new_page()
    page.goto(url)
    page.wait_for_url(re.compile("/(inbox|start)"))
    again = second.new_page()
    again.goto(url)
    expect(again.get_by_role("alert")).to_be_visible()
    first.close()
    second.close()
