"""`make bench-day`: three hundred suggestions by keys alone, and how long each key takes until its effect is painted.

Every tenth suggestion comes from a Telegram that is played at the wire and is answered; the others are accepted,
declined, corrected, edited, merged, snoozed, called no task, or accepted and taken back. `work` is also a test with
fewer of them: it fails when a key has no effect.
"""

import json
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.error import HTTPError

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import DESK, FLAGS, ROOT, logged_in, post_message, tasktracker
from tests.browser.telegram import listen, reported, serving
from tests.support.installation import Installation, installed
from tests.support.waiting import wait_for

SUGGESTIONS = 300
GOAL_MS = 100.0
RESULTS = ROOT / ".bench/day.json"
BOUND_MS = 15_000
"""For a key that has no effect."""

type Figures = dict[str, list[float]]
"""Milliseconds from a key to what it shows, by action."""

# A key's own time stamp is when the browser got it. The effect is looked for before each frame; the task after that
# frame runs when it is painted.
_WATCH = """
window.shown = () => document.querySelector('article[aria-label] h2')?.textContent ?? '';
window.number = () => location.pathname.split('/')[2] ?? '';
window.chip = (name) => document.querySelector(`article [aria-label^="${name}: "]`)?.getAttribute('aria-label') ?? '';
window.open_ = (role) => document.querySelector(`[role="${role}"][data-state="open"]`) !== null;
window.expectEffect = (source) => {
  const seen = new Function(`return (${source})`);
  window.effect = new Promise((resolve) => {
    const pressed = (event) => {
      removeEventListener('keydown', pressed, true);
      const look = () => {
        if (!seen()) return requestAnimationFrame(look);
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now() - event.timeStamp);
        port2.postMessage(null);
      };
      requestAnimationFrame(look);
    };
    addEventListener('keydown', pressed, true);
  });
};
"""


class Hands:
    """Presses keys, and waits for what each must show.

    Args:
        page: The inbox, with a suggestion that is shown.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.figures: Figures = defaultdict(list)
        page.evaluate(_WATCH)

    def press(self, action: str, key: str, effect: str) -> None:
        """Press a key whose effect is this expression of JavaScript; keep how long it took."""
        self.page.evaluate("source => expectEffect(source)", effect)
        self.page.keyboard.press(key)
        try:
            took = self.page.evaluate(
                "bound => Promise.race([effect, new Promise((_, no) => setTimeout(() => no('nothing'), bound))])",
                BOUND_MS,
            )
        except Exception as error:
            message = f"{action}: the key {key} has no effect ({effect}) at {self.page.url}"
            raise AssertionError(message) from error
        self.figures[action].append(float(took))

    def decide(self, action: str, key: str) -> None:
        """Press a key that shows the next suggestion."""
        before = self.page.evaluate("number()")
        self.press(action, key, f"number() !== {before!r}")

    def correct(self, action: str, property_: str, keys: tuple[str, str, str]) -> None:
        """Choose another value in a menu: its key, and the keys of two values, one of which is another."""
        before = self.page.evaluate("name => chip(name)", property_)
        self.press(f"{action}: menu", keys[0], "open_('menu')")
        value = keys[2] if keys[1].startswith("1") and "Urgent" in before else keys[1]
        self.press(action, value, f"!open_('menu') && chip({property_!r}) !== {before!r}")


def accept(hands: Hands) -> None:
    """One key."""
    hands.decide("accept", "a")


def decline(hands: Hands) -> None:
    """One key."""
    hands.decide("decline", "d")


def no_task(hands: Hands) -> None:
    """One key, which triage learns from."""
    hands.decide("no task", "n")


def prioritise(hands: Hands) -> None:
    """Another priority, then accept."""
    hands.correct("priority", "Priority", ("p", "1", "2"))
    accept(hands)


def assign(hands: Hands) -> None:
    """To the first member, then accept."""
    hands.correct("assignee", "Assignee", ("w", "1", "0"))
    accept(hands)


def set_due(hands: Hands) -> None:
    """A day in the browser's own calendar, whose keys no program can press; then accept."""
    hands.press("due date: calendar", "t", "document.activeElement?.type === 'date'")
    hands.page.locator("article input[type=date]").fill("2030-12-31")
    hands.page.wait_for_function("document.activeElement?.type !== 'date'")
    accept(hands)


def edit(hands: Hands) -> None:
    """Another title, and accept with the same keys."""
    hands.press("edit: dialog", "e", "open_('dialog')")
    hands.page.keyboard.press("End")
    hands.page.keyboard.type(" (looked at)")
    hands.decide("edit", "Control+Enter")


def snooze(hands: Hands) -> None:
    """Until the second of the offered times."""
    hands.press("snooze: menu", "s", "open_('menu')")
    hands.decide("snooze", "2")


def merge(hands: Hands) -> None:
    """As a duplicate of the one that is proposed; where there is a choice to make, leave it and accept."""
    before = hands.page.evaluate("number()")
    hands.press("duplicate", "m", f"open_('dialog') || number() !== {before!r}")
    if hands.page.evaluate("open_('dialog')"):
        hands.press("duplicate: leave", "Escape", "!open_('dialog')")
        accept(hands)


def take_back(hands: Hands) -> None:
    """Accept, take it back, accept again."""
    before = hands.page.evaluate("number()")
    accept(hands)
    hands.press("undo", "u", f"number() === {before!r}")
    accept(hands)


def reply(hands: Hands) -> None:
    """Answer into the channel, then accept."""
    # It is there when the conversation is: a person reads that first.
    hands.page.get_by_role("form", name=re.compile("^Reply to")).wait_for()
    hands.press("reply: field", "r", "document.activeElement?.tagName === 'TEXTAREA'")
    hands.page.keyboard.type("We look at it today.")
    hands.press("reply", "Control+Shift+Enter", "document.activeElement?.value === ''")
    hands.page.keyboard.press("Escape")
    accept(hands)


ROUND: tuple[Callable[[Hands], None], ...] = (
    accept,
    decline,
    prioritise,
    assign,
    set_due,
    edit,
    snooze,
    merge,
    take_back,
    no_task,
)


def work(page: Page, *, count: int) -> Figures:
    """Work through so many suggestions.

    Args:
        page: Signed in.
        count: How many there are.

    Raises:
        AssertionError: a key had no effect.
    """
    page.goto("/inbox")
    page.locator("article[aria-label]").first.wait_for()
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.wait_for_function("location.pathname.split('/').length === 3")
    hands = Hands(page)
    for place in range(count):
        title = page.locator("article[aria-label]").first.get_attribute("aria-label") or ""
        if place == count - 1:
            # Nothing comes after the last one: the inbox is empty.
            hands.press("last", "a", "document.querySelector('article[aria-label]') === null")
        elif is_answered(title):
            reply(hands)
        else:
            ROUND[place % len(ROUND)](hands)
    return hands.figures


def summary(figures: Figures) -> list[dict[str, Any]]:
    """Return median, 95th percentile and maximum of each action and of all, in milliseconds."""
    everything = [value for values in figures.values() for value in values]
    return [
        {
            "action": action,
            "count": len(values),
            "p50": round(median(values), 1),
            "p95": round(quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0], 1),
            "max": round(max(values), 1),
        }
        for action, values in [*sorted(figures.items()), ("all", everything)]
    ]


def main() -> int:
    """Measure, print the table, write .bench/day.json."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        sys.stderr.write("No chromium on PATH; install Debian's package `chromium`\n")
        return 1
    with (
        serving() as telegram,
        tempfile.TemporaryDirectory() as folder,
        installed(Path(folder), {"TRACKER_BOT__API_URL": telegram.api.url}) as installation,
    ):
        installation.wait_ready()
        listen(installation)
        reported(telegram, SUGGESTIONS // 10)
        for number in range(SUGGESTIONS - SUGGESTIONS // 10):
            send(installation, number)
        wait_for("triaged messages", lambda: tasktracker(installation, "ledger")["waiting"] == 0, 120)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            page = logged_in(browser, installation, viewport=DESK, locale="en-US")
            figures = work(page, count=len(waiting(page)))
            browser.close()
    rows = summary(figures)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    for row in rows:
        sys.stdout.write(f"{row['action']:20} {row['count']:5} {row['p50']:8.1f} {row['p95']:8.1f} {row['max']:8.1f}\n")
    return 0


WHERE = ("billing", "login", "search", "export", "mobile app", "website", "printer", "warehouse", "newsletter", "shop")
WHAT = (
    "crashes when I press save",
    "shows an empty page since the update",
    "is slow every morning, please look at it",
    "sends the invoice twice",
    "needs a button to cancel an order",
)


def send(installation: Installation, number: int) -> None:
    """Send a message that asks for something; wait where there are too many at once."""
    subject = f"Number {number}: {WHERE[number % len(WHERE)]} {WHAT[number // len(WHERE) % len(WHAT)]}"
    message = {"id": f"day-{number}", "subject": subject, "text": f"{subject}. Please fix it soon."}

    def taken() -> bool:
        try:
            post_message(installation, message)
        except HTTPError as error:
            if error.code != HTTPStatus.TOO_MANY_REQUESTS:
                raise
            return False
        return True

    wait_for("a place", taken, 30)


def is_answered(title: str) -> bool:
    """Say whether it came from a chat that can be answered."""
    return "kettle" in title.lower()


def waiting(page: Page) -> list[dict[str, Any]]:
    """Return the suggestions that the inbox has."""
    found, cursor = [], ""
    while True:
        answer = page.request.get(f"/api/tasks?status=triage&snoozed=false&limit=200{cursor}").json()
        found += answer["items"]
        if answer["next"] is None:
            return found
        cursor = f"&cursor={answer['next']}"


if __name__ == "__main__":
    sys.exit(main())
