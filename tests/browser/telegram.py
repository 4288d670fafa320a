"""A Telegram Source of an installation; Telegram itself is played at the wire."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.browser.conftest import tasktracker
from tests.support.installation import Installation
from tests.support.telegram_api import TOKEN, TelegramApi, running_telegram
from tests.support.waiting import wait_for

MANIFEST = f"""
apiVersion: v1
kind: Secret
metadata: {{name: telegram, namespace: default}}
stringData: {{token: "{TOKEN}"}}
---
apiVersion: tasktracker.dev/v1alpha1
kind: Source
metadata: {{name: telegram, namespace: default}}
spec:
  type: telegram
  telegram: {{tokenSecretRef: {{name: telegram, key: token}}, mode: polling}}
  ingest: {{attachments: {{policy: Store}}}}
  triage: {{autonomy: Suggest}}
  reply: {{enabled: true, requireApproval: true}}
"""


class Telegram:
    """The Bot API on a thread of its own: Playwright's synchronous API has this one."""

    def __init__(self, api: TelegramApi, loop: asyncio.AbstractEventLoop) -> None:
        self.api, self._loop = api, loop

    def does[Result](self, act: Callable[[TelegramApi], Result]) -> Result:
        async def run() -> Result:
            return act(self.api)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)


@contextmanager
def serving() -> Iterator[Telegram]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    running = running_telegram()
    api = asyncio.run_coroutine_threadsafe(running.__aenter__(), loop).result(10)
    try:
        yield Telegram(api, loop)
    finally:
        asyncio.run_coroutine_threadsafe(running.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def listen(installation: Installation) -> None:
    """Apply the Source."""
    manifest = installation.home.root / "telegram-source.yaml"
    manifest.write_text(MANIFEST, encoding="utf-8")
    tasktracker(installation, "apply", "-f", str(manifest))


def reported(telegram: Telegram, count: int) -> None:
    """So many people write to the bot, each in a chat of their own."""

    def report(api: TelegramApi) -> None:
        for number in range(count):
            person = {"id": 1000 + number, "first_name": f"Person {number}"}
            api.say(
                f"The kettle in room {number} is broken, please repair it",
                chat=person | {"type": "private"},
                sender=person | {"is_bot": False},
            )

    wait_for("a bot that asks", lambda: telegram.does(lambda api: bool(api.calls("getUpdates"))), 60)
    telegram.does(report)
