"""The Source as it is run: its own process, which ends in good order and explains a wrong start."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from tests.bot.conftest import Files, until
from tests.support.telegram_api import TelegramApi


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


async def test_process_ends_on_sigterm_and_its_log_has_no_token(
    telegram: TelegramApi, bot: Bot, tmp_path: Path
) -> None:
    bot.start()
    await until("a poll", lambda: telegram.calls("getUpdates"), 60)
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
