"""A thousand messages, some of which come twice, while the process is killed three times and NATS once: a thousand."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic

import pytest
from pydantic import SecretStr
from tracker_core.bus import INBOUND, connect, ensure_bus
from tracker_core.settings import NatsSettings

from tests.bot.conftest import PUBLIC, Files, all_on_bus, until
from tests.ingestion.gateway.folders import Folders
from tests.ingestion.gateway.test_process import gateway_process
from tests.support.servers import Server
from tests.support.telegram_api import ANNA, GROUP, OLEG, TelegramApi
from tests.support.waiting import eventually

COUNT = 1000
ALBUMS = 25
"""Of two photos each; each is one of the thousand."""


class Bot:
    """`python -m tracker_bot`, to be killed and started again."""

    def __init__(self, files: Files, telegram: TelegramApi, nats_url: str, log: Path) -> None:
        self._log = log
        self._environment = os.environ | {
            "TRACKER_NATS__URL": nats_url,
            "TRACKER_SOURCE__MANIFEST": str(files.manifest),
            "TRACKER_SOURCE__SECRETS_DIR": str(files.secrets),
            "TRACKER_BOT__API_URL": telegram.url,
            "TRACKER_BOT__POLL_SECONDS": "2",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as stderr:
            self.process = subprocess.Popen([sys.executable, "-m", "tracker_bot"], env=self._environment, stderr=stderr)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(10)


@pytest.fixture
def bot(files: Files, telegram: TelegramApi, nats_url: str, tmp_path: Path) -> Iterator[Bot]:
    started = Bot(files, telegram, nats_url, tmp_path / "bot.log")
    yield started
    started.kill()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_thousand_messages_are_a_thousand_whatever_is_killed(
    telegram: TelegramApi, files: Files, bot: Bot, nats_server: Server, *, tmp_path: Path, mode: str
) -> None:
    files.write(mode=mode)
    telegram.repeats = 0.1
    folders = Folders(files.manifest.parent, files.secrets)
    async with AsyncExitStack() as stack:
        if mode == "webhook":
            gateway, _ = stack.enter_context(gateway_process(folders, nats_server.url, tmp_path / "gateway.log"))
            telegram.routes[PUBLIC] = gateway
            stack.push_async_callback(telegram.stop)
        await through_chaos(telegram, bot, nats_server)


async def through_chaos(telegram: TelegramApi, bot: Bot, nats_server: Server) -> None:
    bus = await connect(NatsSettings(url=SecretStr(nats_server.url)), name="test")
    await ensure_bus(bus.js)
    expected: set[str] = set()

    async def people() -> None:
        for number in range(COUNT):
            chat = GROUP | {"id": -2000 - number % 20}
            if number % (COUNT // ALBUMS) == 0:
                first, _ = telegram.album(b"one", b"two", caption=f"album {number}", chat=chat)
            else:
                first = telegram.say(f"number {number}", chat=chat, sender=OLEG if number % 3 else ANNA)
            expected.add(f"{chat['id']}:{first['message_id']}")
            await asyncio.sleep(0.008)

    async def taken(count: int) -> None:
        async def there() -> bool:
            try:
                return (await bus.js.stream_info(INBOUND)).state.messages >= count
            except Exception:  # noqa: BLE001 -- the bus is away for a moment
                return False

        await eventually(f"{count} messages", there, 60)

    bot.start()
    writing = asyncio.create_task(people())
    for kill_at in (150, 450, 800):
        await taken(kill_at)
        bot.kill()
        bot.start()
        if kill_at == 450:
            await taken(600)
            nats_server.kill()
            await asyncio.to_thread(nats_server.start)
    await writing
    await taken(COUNT)
    await until("confirmation of everything", lambda: not telegram.pending, 60)
    assert bot.stop() == 0
    messages = await all_on_bus(bus)
    await bus.close()
    doubled = {key: n for key, n in Counter(m.external_id for m in messages).items() if n > 1}
    assert doubled == {}
    assert {m.external_id for m in messages} == expected
    assert len(messages) == COUNT
    albums = [m for m in messages if m.attachments]
    assert len(albums) == ALBUMS
    assert all(len(m.attachments) == 2 for m in albums)
    assert not [m for m in messages if m.dead]


async def test_process_ends_on_sigterm_and_its_log_has_no_token(
    telegram: TelegramApi, bot: Bot, tmp_path: Path
) -> None:
    bot.start()
    await until("a poll", lambda: telegram.calls("getUpdates"))
    began = monotonic()
    assert bot.stop() == 0
    assert monotonic() - began < 5
    log = (tmp_path / "bot.log").read_text()
    assert "signed in as @tracker_bot" in log
    assert "Traceback" not in log
    assert telegram.token not in log


def test_wrong_start_is_explained_in_a_line() -> None:
    wrong = subprocess.run(
        [sys.executable, "-m", "tracker_bot"],
        env={key: value for key, value in os.environ.items() if not key.startswith("TRACKER_")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert wrong.returncode == 2
    assert "TRACKER_SOURCE: Field required" in wrong.stderr
    assert "Traceback" not in wrong.stderr
