"""The Source as it is run: its own process, killed at the worst moments."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from tracker_core.bus import connect, ensure_bus
from tracker_core.settings import NatsSettings

from tests.ingestion.slack.conftest import on_the_bus, write_source
from tests.support.servers import Server
from tests.support.slack_api import APP_TOKEN, BOT_TOKEN, SlackApi
from tests.support.waiting import eventually

MESSAGES = 1000


class Process:
    """`python -m tracker_ingestion slack`, started again by whoever supervises it."""

    def __init__(self, slack: SlackApi, nats_url: str, folder: Path, backfill: str = "72h") -> None:
        files = write_source(folder, ingest={"backfill": backfill})
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


@pytest.fixture(params=["72h"])
def process(slack: SlackApi, nats_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Process]:
    running = Process(slack, nats_url, tmp_path, backfill=request.param)
    running.start()
    yield running
    if running.child is not None and running.child.poll() is None:
        running.child.kill()
        running.child.wait(10)


# Without the history, each message must come through its own confirmation; with it, nothing may count twice.
@pytest.mark.parametrize("process", ["0s", "72h"], indirect=True)
async def test_thousand_messages_survive_three_kills_and_one_of_nats(
    slack: SlackApi, process: Process, nats_url: str, nats_server: Server
) -> None:
    slack.twice_every = 10
    said: list[str] = []

    async def say(count: int) -> None:
        for _ in range(count):
            channel = "C1" if len(said) % 3 else "C2"
            said.append(f"T1:{channel}:{slack.say(channel, f'number {len(said)}')}")
            if len(said) % 20 == 0:
                await asyncio.sleep(0)  # faster than they can be taken, so that a kill finds some under way

    async def connected() -> bool:
        return bool(slack.sockets)

    async def confirmed(count: int) -> None:
        async def enough() -> bool:
            return len(slack.confirmed) >= count

        await eventually(f"{count} confirmations", enough)

    for _ in range(3):
        await eventually("a connection", connected)
        before = len(slack.confirmed)
        saying = asyncio.create_task(say(240))
        await confirmed(before + 60)
        assert slack.unconfirmed, "killed in the middle of it"
        process.end(signal.SIGKILL)
        await saying
        process.start()
    await eventually("a connection", connected)
    before = len(slack.confirmed)
    saying = asyncio.create_task(say(MESSAGES - len(said)))
    await confirmed(before + 60)
    assert slack.unconfirmed, "killed in the middle of it"
    nats_server.kill()
    await saying
    nats_server.start()

    async def all_confirmed() -> bool:
        assert process.child is None or process.child.poll() is None, process.log.read_text()[-3000:]
        return not slack.unconfirmed

    await eventually("all confirmations", all_confirmed, 60)
    bus = await connect(NatsSettings(url=SecretStr(nats_url)), name="test")
    found = Counter(message.external_id for message in await on_the_bus(bus))
    await bus.close()
    assert len(said) == MESSAGES
    assert found == Counter(said)
    log = process.log.read_text()
    assert BOT_TOKEN not in log
    assert APP_TOKEN not in log
    assert "secret-ticket" not in log
    assert "Traceback" not in log, log[-3000:]


async def test_signal_ends_the_process_in_good_order(slack: SlackApi, process: Process, nats_url: str) -> None:
    async def connected() -> bool:
        return bool(slack.sockets)

    await eventually("a connection", connected)
    assert process.end(signal.SIGTERM) == 0
    assert "Traceback" not in process.log.read_text()


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
