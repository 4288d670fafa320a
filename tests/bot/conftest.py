"""A bot in this process, at an emulated Telegram and on a real NATS."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml
from nats.js.errors import NotFoundError
from pydantic import SecretStr
from tracker_bot import albums
from tracker_bot.account import Account
from tracker_bot.channel import Channel, opened
from tracker_bot.dispatching import Handler
from tracker_bot.settings import BotSettings, TelegramSettings
from tracker_core.bus import INBOUND, Bus, connect, ensure_bus
from tracker_core.channels.process import Served, serving
from tracker_core.channels.settings import SourceFiles
from tracker_core.inbound import InboundMessage, decode
from tracker_core.manifests import SourceKind
from tracker_core.settings import NatsSettings

from tests.support.telegram_api import TelegramApi, running_telegram
from tests.support.waiting import eventually

SOURCE = "support/telegram"
PUBLIC = "https://bot.example.org"
PATH = "/webhook/support/telegram"
SECRET = "a_secret-of-the-webhook"


@dataclass
class Files:
    """The manifest and the secrets of one Source, as the process gets them."""

    manifest: Path
    secrets: Path

    def write(self, *, mode: str = "polling", webhook: dict[str, Any] | None = None, **spec: Any) -> None:
        """Write the manifest; `spec` replaces parts of `spec`, `telegram` is merged."""
        telegram = {"tokenSecretRef": {"name": "telegram", "key": "token"}, "mode": mode} | spec.pop("telegram", {})
        documents: list[dict[str, Any]] = [
            {
                "apiVersion": "tasktracker.dev/v1alpha1",
                "kind": "Source",
                "metadata": {"name": "telegram", "namespace": "support"},
                "spec": {"type": "telegram", "telegram": telegram, "reply": {"enabled": True}} | spec,
            }
        ]
        if mode == "webhook":
            token = {"secretRef": {"name": "telegram", "key": "webhook"}}
            documents.append(
                {
                    "apiVersion": "tasktracker.dev/v1alpha1",
                    "kind": "Webhook",
                    "metadata": {"name": "telegram", "namespace": "support"},
                    "spec": {
                        "sourceRef": {"name": "telegram"},
                        "provider": "telegram",
                        "autoRegister": True,
                        "host": "bot.example.org",
                        "limits": {"perSecond": 1000},
                        "verification": {"type": "Token", "token": token},
                    }
                    | (webhook or {}),
                }
            )
        self.manifest.write_text(yaml.safe_dump_all(documents))

    def secret(self, key: str, value: str) -> None:
        """Write a key of the Secret."""
        folder = self.secrets / "support/telegram"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / key).write_text(value + "\n")


@dataclass
class Running:
    """A bot at work."""

    served: Served
    channel: Channel

    async def reason(self, wanted: str) -> str:
        """Wait until the condition has this reason; return its detail."""

        async def told() -> bool:
            return self.served.condition.reason == wanted

        await eventually(f"reason {wanted!r}", told)
        return self.served.condition.report().detail


type Start = Callable[..., Any]


@pytest.fixture(autouse=True)
def quick_albums(monkeypatch: pytest.MonkeyPatch) -> None:
    """The long wait after a start is for processes that were away; these were not."""
    monkeypatch.setattr(albums, "UNQUIET", 1.0)


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[TelegramApi]:
    async with running_telegram() as server:
        yield server


@pytest.fixture
def files(tmp_path: Path, telegram: TelegramApi) -> Files:
    written = Files(tmp_path / "manifests/source.yaml", tmp_path / "secrets")
    written.manifest.parent.mkdir()
    written.write()
    written.secret("token", telegram.token)
    written.secret("webhook", SECRET)
    return written


@pytest_asyncio.fixture
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    opened_bus = await connect(NatsSettings(url=SecretStr(nats_url)), name="test")
    await ensure_bus(opened_bus.js)
    yield opened_bus
    await opened_bus.close()


@pytest.fixture
def start(files: Files, telegram: TelegramApi, nats_url: str) -> Start:
    """Make `async with start() as running`: the bot, until the block ends, as suddenly as by kill -9."""

    @asynccontextmanager
    async def starting(
        handlers: Callable[[Account], Sequence[Handler]] = lambda _: (), **settings: Any
    ) -> AsyncIterator[Running]:
        own = TelegramSettings(**{"api_url": telegram.url, "poll_seconds": 1, "answer_seconds": 1.0} | settings)
        source = SourceFiles(manifest=files.manifest, secrets_dir=files.secrets)
        environment = BotSettings(nats=NatsSettings(url=SecretStr(nats_url)), source=source, bot=own)
        async with (
            serving(environment, SourceKind.TELEGRAM) as served,
            opened(served, own, handlers) as channel,
        ):
            tasks = [asyncio.create_task(loop) for loop in channel.loops]
            try:
                yield Running(served, channel)
            finally:
                failed = [task for task in tasks if task.done()]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            for task in failed:
                task.result()

    return starting


async def on_bus(bus: Bus, count: int, seconds: float = 20) -> list[InboundMessage]:
    """Wait until so many messages are on the bus; return them in their order."""

    async def there() -> bool:
        return (await bus.js.stream_info(INBOUND)).state.messages >= count

    await eventually(f"{count} messages", there, seconds)
    return await all_on_bus(bus)


async def all_on_bus(bus: Bus) -> list[InboundMessage]:
    """Return what is on the bus now."""
    found = []
    for number in range(1, (await bus.js.stream_info(INBOUND)).state.last_seq + 1):
        try:
            found.append(decode((await bus.js.get_msg(INBOUND, number)).data or b""))
        except NotFoundError:
            continue
    return found


async def until(what: str, probe: Callable[[], object], seconds: float = 20) -> None:
    """Wait for something that needs no await."""

    async def true() -> bool:
        return bool(probe())

    await eventually(what, true, seconds)
