"""The Source as it is run: its own process, which ends in good order and keeps its tokens to itself."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from tracker_core.bus import connect, ensure_bus
from tracker_core.settings import NatsSettings

from tests.ingestion.slack.conftest import write_source
from tests.support.slack_api import APP_TOKEN, BOT_TOKEN, SlackApi
from tests.support.waiting import eventually


class Process:
    """`python -m tracker_ingestion slack`, started again by whoever supervises it."""

    def __init__(self, slack: SlackApi, nats_url: str, folder: Path) -> None:
        files = write_source(folder)
        self._environment = os.environ | {
            "TRACKER_NATS__URL": nats_url,
            "TRACKER_SOURCE__MANIFEST": str(files.manifest),
            "TRACKER_SOURCE__SECRETS_DIR": str(files.secrets_dir),
            "TRACKER_SLACK__API_URL": f"{slack.address}/api/",
        }
        self.log = folder / "slack.log"
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "tracker_ingestion", "slack"], env=self._environment, stderr=log
            )

    def end(self, number: signal.Signals) -> int:
        assert self.child is not None
        self.child.send_signal(number)
        return self.child.wait(20)


@pytest.fixture
def process(slack: SlackApi, nats_url: str, tmp_path: Path) -> Iterator[Process]:
    running = Process(slack, nats_url, tmp_path)
    running.start()
    yield running
    if running.child is not None and running.child.poll() is None:
        running.child.kill()
        running.child.wait(10)


async def test_signal_ends_the_process_in_good_order(slack: SlackApi, process: Process, nats_url: str) -> None:
    async def connected() -> bool:
        return bool(slack.sockets)

    async def confirmed() -> bool:
        return bool(slack.confirmed)

    await eventually("a connection", connected)
    slack.say("C1", "hello")
    await eventually("a confirmation", confirmed)
    assert process.end(signal.SIGTERM) == 0
    log = process.log.read_text()
    assert "Traceback" not in log
    assert BOT_TOKEN not in log
    assert APP_TOKEN not in log
    assert "secret-ticket" not in log


async def test_manifest_of_another_kind_is_refused_by_name(slack: SlackApi, nats_url: str, tmp_path: Path) -> None:
    wrong = Process(slack, nats_url, tmp_path)
    (tmp_path / "source.yaml").write_text(
        "apiVersion: tasktracker.dev/v1alpha1\nkind: Source\nmetadata: {name: a}\nspec: {type: webhook}\n"
    )
    bus = await connect(NatsSettings(url=SecretStr(nats_url)), name="test")
    with contextlib.closing(wrong.log.open("ab")):
        await ensure_bus(bus.js)
        wrong.start()
        assert wrong.child is not None
        assert await asyncio.to_thread(wrong.child.wait, 20) == 2
    await bus.close()
    assert "exactly one Source of type slack" in wrong.log.read_text()
