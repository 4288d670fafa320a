"""Who runs it: lets people and programs in, sees that all is well or what is not, reads the figures, loses the network.

One installation for the module, about a minute; each test brings what it needs.
"""

import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from tests.browser.conftest import DESK, PHONE, post_message
from tests.browser.test_triage_corrections import opened
from tests.support.installation import Installation
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

SCREENS = {"desk-dark": (DESK, "dark"), "phone-light": (PHONE, "light")}


@pytest.fixture
def page(chromium: Browser, installation: Installation) -> Iterator[Page]:
    yield from opened(chromium, installation, viewport=DESK, color_scheme="light", locale="en")


@pytest.fixture(params=SCREENS)
def any_page(request: pytest.FixtureRequest, chromium: Browser, installation: Installation) -> Iterator[Page]:
    viewport, scheme = SCREENS[request.param]
    yield from opened(chromium, installation, viewport=viewport, color_scheme=scheme, locale="en")


class Wire:
    """The way of the live socket, which can be cut."""

    def __init__(self) -> None:
        self.open: list[WebSocketRoute] = []
        self._whole = True

    def opened(self, socket: WebSocketRoute) -> None:
        """Let it through, or not."""
        if self._whole:
            socket.connect_to_server()
            self.open.append(socket)
        else:
            socket.close(code=1001)

    def cut(self) -> None:
        """Drop what is open, and whatever is opened from now on."""
        self._whole = False
        for socket in self.open:
            socket.close(code=1001)

    def mend(self) -> None:
        """Let sockets through again."""
        self._whole = True


def copied(dialog: Locator, what: str) -> str:
    """What a line to copy holds, by the name of its button."""
    return dialog.get_by_role("button", name=f"Copy {what}").locator("xpath=..").locator("code").inner_text().strip()


def received(page: Page, installation: Installation, subject: str) -> dict[str, Any]:
    """A suggestion with this title."""
    post_message(installation, {"id": subject, "subject": subject, "text": f"{subject}: it is broken since today"})

    def found() -> dict[str, Any] | None:
        items: list[dict[str, Any]] = page.request.get("/api/tasks?status=triage&limit=200").json()["items"]
        return next((task for task in items if task["title"] == subject), None)

    return wait_for(subject, found, 60)


def test_a_member_is_let_in_by_a_link_and_their_role_counts_at_once(
    any_page: Page, chromium: Browser, request: pytest.FixtureRequest
) -> None:
    page, name = any_page, f"Ada {request.node.callspec.id}"
    page.goto("/settings")
    page.get_by_role("button", name="Add a member").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Role").select_option("viewer")
    dialog.get_by_role("button", name="Add and make a link").click()
    link = copied(dialog, "login link")
    dialog.get_by_role("button", name="I have copied it").click()

    theirs = chromium.new_context(viewport=page.viewport_size, locale="en").new_page()
    theirs.goto(link)
    theirs.wait_for_url(re.compile("/(inbox|start)"))
    theirs.goto(link.partition("/login")[0] + "/settings")
    expect(theirs.get_by_text("Admins change it")).to_be_visible()
    expect(theirs.get_by_role("button", name="Add a member")).to_have_count(0)

    page.get_by_role("combobox", name=f"Role of {name}").select_option("admin")
    expect(page.get_by_role("status").get_by_text(f"{name} is Admin now")).to_be_visible()
    theirs.reload()
    expect(theirs.get_by_role("button", name="Add a member")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_role("combobox", name=f"Role of {name}")).to_have_value("viewer")

    page.get_by_role("button", name=f"Actions for {name}").click()
    page.get_by_role("menuitem", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("status").get_by_text(f"Removed {name}")).to_be_visible()
    theirs.reload()
    expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()
    theirs.context.close()


def test_a_token_is_made_used_and_revoked(any_page: Page, installation: Installation) -> None:
    page = any_page
    page.goto("/settings?part=tokens")
    page.get_by_role("button", name="New token").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What it is for").fill("nightly export")
    dialog.get_by_label("Role").select_option("viewer")
    dialog.get_by_role("button", name="Make the token").click()
    secret = copied(dialog, "token")
    dialog.get_by_role("button", name="I have copied it").click()

    def asked() -> int:
        headers = {"authorization": f"Bearer {secret}"}
        return httpx.get(f"{installation.runtime.api}/api/tasks", headers=headers, timeout=10).status_code

    assert asked() == 200
    revoke = page.get_by_role("button", name="Revoke nightly export")
    revoke.click()
    page.get_by_role("button", name="Really revoke nightly export").click()
    expect(revoke).to_have_count(0)
    assert asked() == 401


def test_a_model_is_tested_and_autonomy_is_changed_and_taken_back(page: Page) -> None:
    page.goto("/settings?part=models")
    page.get_by_role("button", name="Test embedded").click()
    expect(page.get_by_role("listitem").filter(has_text="embedded").get_by_role("status")).to_contain_text(
        re.compile(r"\d"), timeout=30_000
    )
    page.goto("/settings?part=autonomy")
    autonomy = page.get_by_role("combobox", name="Autonomy of default/inbox")
    autonomy.select_option("Auto")
    threshold = page.get_by_role("combobox", name="Confidence from which default/inbox creates tasks")
    expect(threshold).to_be_visible()
    threshold.select_option("95")
    expect(threshold).to_have_value("95")
    autonomy.select_option("Suggest")
    expect(threshold).to_have_count(0)
    page.keyboard.press("u")
    expect(threshold).to_have_value("95")
    autonomy.select_option("Suggest")
    expect(threshold).to_have_count(0)


def test_notifications_and_the_theme_are_kept(page: Page) -> None:
    page.goto("/settings?part=notifications")
    mentions = page.get_by_role("switch", name="Mentions")
    on = mentions.is_checked()
    mentions.click()
    quiet = page.get_by_role("switch", name="Quiet hours")
    if not quiet.is_checked():
        quiet.click()
    expect(page.get_by_label("Quiet from")).to_have_value("21:00")
    page.reload()
    expect(mentions).to_be_checked(checked=not on)
    expect(page.get_by_label("Quiet until")).to_have_value("08:00")

    page.goto("/settings?part=appearance")
    page.get_by_role("radio", name="Dark").check(force=True)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/inbox")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_figures_lead_to_their_lists_and_stand_beside_the_period_before(
    any_page: Page, installation: Installation, request: pytest.FixtureRequest
) -> None:
    page, subject = any_page, f"Scanner {request.node.callspec.id} jams"
    task = received(page, installation, subject)
    page.goto("/statistics")
    totals = page.get_by_role("region", name="In total")
    expect(totals.get_by_text(re.compile("none before|before 0")).first).to_be_visible()
    about = page.get_by_role("region", name="What it is about")
    about.get_by_role("link", name="default/inbox: ").click()
    expect(page.get_by_role("list", name="Messages").get_by_text(subject)).to_be_visible()
    page.go_back()
    category = str(task["category"]).capitalize()
    about.get_by_role("link", name=re.compile(rf"^{category}: \d+$")).click()
    expect(page.get_by_text(subject).first).to_be_visible()

    page.go_back()
    page.get_by_role("group", name="Period").get_by_role("button", name="7 days").click()
    expect(page).to_have_url(re.compile("days=7"))
    page.get_by_label("Last day").fill("2026-01-31")
    # The other day goes with it; each is told to the address first.
    expect(page).to_have_url(re.compile("to=2026-01-31"))
    page.get_by_label("First day").fill("2026-01-01")
    expect(page.get_by_role("heading", name="Nothing to count yet")).to_be_visible()


def test_health_names_every_part_and_what_is_wrong_comes_first_by_itself(
    any_page: Page, installation: Installation, request: pytest.FixtureRequest
) -> None:
    page, name = any_page, f"mute-{request.node.callspec.id}"
    page.goto("/health")
    for group, parts in {
        "Processes": ("api.", "gateway.", "recorder.", "triage."),
        "Sources": ("default/inbox",),
        "Storage and bus": ("Postgres", "NATS", "files"),
        "Models": ("embedded",),
    }.items():
        for part in parts:
            expect(
                page.get_by_role("region", name=group).get_by_text(re.compile(f"^{re.escape(part)}"))
            ).to_be_visible()
    expect(page.get_by_role("region", name="Processes").get_by_text("running for").first).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Incoming messages"))).to_be_visible()

    manifest = f"""
apiVersion: tasktracker.dev/v1alpha1
kind: Source
metadata: {{name: {name}}}
spec: {{type: telegram, telegram: {{tokenSecretRef: {{name: {name}, key: token}}}}}}
"""
    headers = {"Origin": installation.runtime.api, "Content-Type": "application/yaml"}
    assert page.request.put("/api/manifests", data=manifest, headers=headers).ok
    alarms = page.get_by_role("region", name="Needs attention")
    expect(alarms.get_by_text(f"default/{name}", exact=True)).to_be_visible()
    expect(alarms.get_by_text(re.compile("docs/runbooks.md#sourcenotready")).first).to_be_visible()
    expect(page.get_by_role("status").get_by_text("Something needs attention")).to_be_visible()
    assert page.request.delete(f"/api/manifests/sources/default/{name}", headers=headers).ok
    expect(alarms).to_have_count(0)


def test_the_palette_finds_a_task_and_goes_anywhere(page: Page, installation: Installation) -> None:
    task = received(page, installation, "Palette of the painter jams")
    page.goto("/ledger")
    page.get_by_role("heading", name="Ledger").first.wait_for()
    page.keyboard.press("ControlOrMeta+k")
    page.get_by_role("dialog").get_by_role("option", name="Go to Calendar").wait_for()
    page.keyboard.type("palette painter")
    page.get_by_role("option", name=re.compile("Palette of the painter")).wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tasks/{task['number']}")
    page.keyboard.press("ControlOrMeta+k")
    page.keyboard.type("go to sources")
    page.get_by_role("option", name="Go to Sources").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sources")


def test_what_came_while_the_network_was_away_is_there_when_it_is_back(
    any_page: Page, installation: Installation
) -> None:
    page, wire = any_page, Wire()
    page.route_web_socket(re.compile("/ws"), wire.opened)
    page.goto("/inbox")
    expect(page.get_by_role("list", name="Inbox")).to_be_visible()
    while not wire.open:
        page.wait_for_timeout(50)
    wire.cut()
    expect(page.get_by_text("Not connected.")).to_be_visible()
    subject = f"Printer {page.viewport_size} jams"
    post_message(installation, {"id": subject, "subject": subject, "text": f"{subject}: it is broken since today"})
    wire.mend()
    expect(page.get_by_role("list", name="Inbox").get_by_text(subject)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Not connected.")).to_have_count(0)


def test_an_api_that_is_killed_comes_back_and_the_screen_with_it(page: Page, installation: Installation) -> None:
    page.goto("/inbox")
    page.get_by_role("heading", name="Inbox").first.wait_for()
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    before = installation.runtime.pids["api"]
    os.kill(before, signal.SIGKILL)
    subject = "Lift of the warehouse jams"
    post_message(installation, {"id": subject, "subject": subject, "text": f"{subject}: it is broken since today"})
    wait_for("another API", lambda: installation.runtime.pids.get("api", before) != before, 60)
    expect(page.get_by_role("list", name="Inbox").get_by_text(subject)).to_be_visible(timeout=60_000)
    page.get_by_role("list", name="Inbox").get_by_text(subject).click()
    page.get_by_role("button", name="Accept").first.click()
    expect(page.get_by_role("list", name="Inbox").get_by_text(subject)).to_have_count(0)
    assert not [url for url in loads if "/inbox" not in url]
