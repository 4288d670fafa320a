"""A newcomer's way: add a webhook, send, correct, find it again; and what keeps a channel alive afterwards.

One installation for the module, about two minutes; each test brings what it needs.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PHONE, ROOT, logged_in, tasktracker
from tests.browser.test_triage_corrections import opened
from tests.support.installation import Installation
from tests.support.waiting import wait_for

pytestmark = pytest.mark.browser

AXE = ROOT / "services/dashboard/node_modules/axe-core/axe.min.js"
ARTIFACTS = Path(__file__).parent / "artifacts"
SCREENS = {"desk-light": (DESK, "light"), "phone-dark": (PHONE, "dark")}


@pytest.fixture
def page(chromium: Browser, installation: Installation) -> Iterator[Page]:
    yield from opened(chromium, installation, viewport=DESK, color_scheme="light")


@pytest.fixture(params=SCREENS)
def newcomer(request: pytest.FixtureRequest, chromium: Browser, installation: Installation) -> Iterator[Page]:
    viewport, scheme = SCREENS[request.param]
    yield from opened(chromium, installation, viewport=viewport, color_scheme=scheme)


def code(page: Page, label: str) -> str:
    """What a line to copy holds, by the name of its button."""
    line = page.get_by_role("button", name=f"Copy {label}").first.locator("xpath=..").locator("code")
    return line.inner_text().strip()


def send(url: str, secret: str, text: str) -> int:
    return httpx.post(url, json={"text": text}, headers={"authorization": f"Bearer {secret}"}, timeout=10).status_code


def accepts(url: str, secret: str) -> None:
    """The gateway reads its folders each second."""
    wait_for("an accepting webhook", lambda: send(url, secret, f"probe of {secret}") == 202, 20)


def test_a_newcomer_adds_a_webhook_sends_corrects_and_finds_it(newcomer: Page, request: pytest.FixtureRequest) -> None:
    page, name = newcomer, f"shop-{request.node.callspec.id}"
    words = f"The checkout of {name} shows a blank page since the update"
    page.goto("/sources")
    page.get_by_role("button", name="Add a Source").click()
    page.get_by_role("link", name=re.compile("^Webhook")).click()
    page.get_by_label("Name", exact=True).fill(name)
    expect(page.get_by_role("status").get_by_text("everything is right")).to_be_visible()
    page.get_by_role("button", name="Add a Source").click()

    expect(page.get_by_role("heading", name=f"default/{name} is ready")).to_be_visible()
    url, secret = code(page, "webhook URL"), code(page, "secret")
    accepts(url, secret)
    page.get_by_role("button", name="Send a test message").click()
    expect(page.get_by_role("status").get_by_text("Accepted")).to_be_visible()
    assert send(url, secret, words) == 202

    page.goto("/messages")
    search = page.get_by_role("searchbox", name="Search messages")
    search.fill(f"checkout {name}")
    page.get_by_role("list", name="Messages").get_by_text(words).first.click()
    message = page.get_by_role("region", name="Message", exact=True)
    correct = message.get_by_role("button", name=re.compile("Not a task|This is a task")).first
    expect(correct).to_be_visible()
    if "This is" in correct.inner_text():
        correct.click()
        page.get_by_role("menuitem", name="Bug").click()
        expect(page.get_by_role("status").get_by_text("Now task #")).to_be_visible()
    else:
        correct.click()
        expect(page.get_by_role("status").get_by_text("is not a task: declined")).to_be_visible()


def test_the_form_and_the_yaml_are_one(page: Page) -> None:
    page.goto("/sources/new?kind=email")
    yaml = page.get_by_label("YAML", exact=True)
    page.get_by_label("Host").first.fill("imap.example.org")
    expect(yaml).to_have_value(re.compile('host: "imap.example.org"'))
    yaml.fill(yaml.input_value().replace("imap.example.org", "mail.example.org"))
    expect(page.get_by_label("Host").first).to_have_value("mail.example.org")
    page.get_by_role("button", name="Add a Source").click()
    expect(page.get_by_role("alert").get_by_text("Type the secret.")).to_be_visible()
    yaml.fill("spec: [")
    expect(page.get_by_text("This cannot be read, so the form waits")).to_be_visible()


def add_webhook(page: Page, name: str) -> tuple[str, str]:
    page.goto("/sources/new?kind=webhook")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Add a Source").click()
    expect(page.get_by_role("heading", name=f"default/{name} is ready")).to_be_visible()
    url, secret = code(page, "webhook URL"), code(page, "secret")
    accepts(url, secret)
    return url, secret


def test_a_secret_is_changed_while_both_are_valid(page: Page) -> None:
    url, old = add_webhook(page, "rotated")
    page.goto("/sources")
    card = page.get_by_role("article", name="default/rotated")
    card.get_by_role("button", name="Rotate secret").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Make a new secret").click()
    new = code(page, "secret")
    dialog.get_by_role("button", name="I have copied it").click()
    accepts(url, new)
    assert send(url, old, "the old one still") == 202
    card.get_by_role("button", name="End the old one now").click()
    wait_for("the old one's end", lambda: send(url, old, "too late") == 401, 20)
    assert send(url, new, "the new one goes on") == 202


def test_suspended_resumed_deleted_and_brought_back(page: Page) -> None:
    url, secret = add_webhook(page, "paused")
    page.goto("/sources")
    card = page.get_by_role("article", name="default/paused")
    card.get_by_role("button", name="Actions for default/paused").click()
    page.get_by_role("menuitem", name="Suspend").click()
    expect(card.get_by_text("Suspended")).to_be_visible()
    wait_for("refusal", lambda: send(url, secret, "meanwhile") == 503, 20)
    # By its key: the note with the button stays for some seconds only.
    page.keyboard.press("u")
    accepts(url, secret)

    card.get_by_role("button", name="Actions for default/paused").click()
    page.get_by_role("menuitem", name="YAML for kubectl apply").click()
    expect(page.get_by_role("dialog").get_by_text("kind: Webhook")).to_be_visible()
    page.keyboard.press("Escape")
    card.get_by_role("button", name="Actions for default/paused").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    wait_for("no such address", lambda: send(url, secret, "gone") == 404, 20)
    page.keyboard.press("u")
    accepts(url, secret)


def bury(page: Page, installation: Installation, name: str) -> str:
    """A dead letter: a provider's body without a text where its text should be."""
    manifest = f"""
apiVersion: tasktracker.dev/v1alpha1
kind: Source
metadata: {{name: {name}}}
spec: {{type: webhook}}
---
apiVersion: tasktracker.dev/v1alpha1
kind: Webhook
metadata: {{name: {name}}}
spec:
  sourceRef: {{name: {name}}}
  verification: {{type: None, acceptUnverified: true}}
  extract: {{text: event.details}}
"""
    headers = {"Origin": installation.runtime.api, "Content-Type": "application/yaml"}
    assert page.request.put("/api/manifests", data=manifest, headers=headers).ok
    url = f"{installation.runtime.webhook}/webhook/default/{name}"
    wait_for(
        "a dead letter", lambda: httpx.post(url, json={"event": {"no": "details"}}, timeout=10).status_code == 202, 20
    )
    found = f"/api/dead-letters?state=open&source=default/{name}"
    wait_for("the letter", lambda: page.request.get(found).json()["items"], 20)
    return f"/dead-letters?source=default%2F{name}"


def test_a_dead_letter_is_edited_and_tried_again(page: Page, installation: Installation) -> None:
    page.goto(bury(page, installation, "broken"))
    page.get_by_role("list", name="Dead letters").get_by_role("link").first.click()
    letter = page.get_by_role("region", name="Dead letter", exact=True)
    letter.get_by_label("Text to triage").fill("The label printer of the warehouse is on fire")
    letter.get_by_role("button", name="Try again with these changes").click()
    expect(letter.get_by_text("Tried again")).to_be_visible()
    expect(letter.get_by_text("Text that was tried")).to_be_visible()
    expect(letter.get_by_text('"no": "details"')).to_be_visible()
    wait_for("triage", lambda: tasktracker(installation, "ledger")["waiting"] == 0, 30)
    assert tasktracker(installation, "ledger")["balanced"]


def test_a_dead_letter_is_discarded_and_taken_back(page: Page, installation: Installation) -> None:
    page.goto(bury(page, installation, "scanned"))
    page.get_by_role("button", name="Discard these").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("A scanner")
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(page.get_by_text("No dead letter matches")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_role("list", name="Dead letters").get_by_role("link")).to_have_count(1)


def test_samples_come_and_go(page: Page, installation: Installation) -> None:
    before = tasktracker(installation, "ledger")["received"]
    page.goto("/start")
    page.get_by_role("button", name="Add sample data").click()
    settled = lambda: (book := tasktracker(installation, "ledger"))["waiting"] == 0 and book["received"] > before  # noqa: E731
    wait_for("triaged samples", settled, 90)
    page.get_by_role("button", name="Remove sample data").click()
    expect(page.get_by_role("status").get_by_text("sample messages removed")).to_be_visible()
    book = tasktracker(installation, "ledger")
    assert (book["received"], book["balanced"], book["bus"]["lost"]) == (before, True, 0)


@pytest.mark.parametrize("screen", SCREENS)
def test_pages_are_clean_at_every_size_and_theme(chromium: Browser, installation: Installation, screen: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    viewport, scheme = SCREENS[screen]
    page = logged_in(chromium, installation, viewport=viewport, color_scheme=scheme)
    letters = bury(page, installation, f"clean-{screen}")
    pages = {
        "start": "/start",
        "sources": "/sources",
        "new": "/sources/new",
        "form": "/sources/new?kind=webhook",
        "edit": "/sources/default/inbox",
        "dead-letters": letters,
        "ledger": "/ledger",
        "messages": "/messages",
    }
    for kind, path in pages.items():
        page.goto(path)
        page.locator("main h1:visible").first.wait_for()
        page.locator("[aria-busy=true]").first.wait_for(state="detached")
        page.screenshot(path=ARTIFACTS / f"{kind}-{screen}.png")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("async () => (await axe.run()).violations.map(({id, nodes}) => [id, nodes[0].html])")
        assert found == [], path
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"{path} is {wide} px wider than the screen"
    page.context.close()
