import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml
from nats.js.errors import NotFoundError
from pydantic import SecretStr
from tracker_core.bus import INBOUND, Bus, connect
from tracker_core.channels.condition import Condition
from tracker_core.channels.process import Served, serving
from tracker_core.channels.settings import SourceFiles
from tracker_core.inbound import InboundMessage, decode
from tracker_core.manifests.source import SourceKind
from tracker_core.settings import NatsSettings
from tracker_ingestion.kinds.slack.main import connections, serve
from tracker_ingestion.kinds.slack.settings import SlackOwnSettings, SlackSettings

from tests.support.slack_api import APP_TOKEN, BOT_TOKEN, SlackApi, slack_api
from tests.support.waiting import eventually

SOURCE = "default/slack"


def write_source(folder: Path, *, slack: dict[str, Any] | None = None, **spec: Any) -> SourceFiles:
    """Write the manifest and the secrets of a Source, as a pod has them."""
    secrets = folder / "secrets/default/slack"
    secrets.mkdir(parents=True, exist_ok=True)
    (secrets / "bot-token").write_text(BOT_TOKEN + "\n")
    (secrets / "app-token").write_text(APP_TOKEN + "\n")
    references = {
        "botTokenSecretRef": {"name": "slack", "key": "bot-token"},
        "appTokenSecretRef": {"name": "slack", "key": "app-token"},
    }
    document = {
        "apiVersion": "tasktracker.dev/v1alpha1",
        "kind": "Source",
        "metadata": {"name": "slack", "namespace": "default"},
        "spec": {"type": "slack", "slack": references | (slack or {})} | spec,
    }
    manifest = folder / "source.yaml"
    manifest.write_text(yaml.safe_dump(document))
    return SourceFiles(manifest=manifest, secrets_dir=folder / "secrets")


@dataclass(frozen=True)
class Running:
    """A Source that is served in this process, its workspace, and what it put on the bus."""

    slack: SlackApi
    served: Served
    files: SourceFiles
    bus: Bus

    @property
    def condition(self) -> Condition:
        return self.served.condition

    async def messages(self, at_least: int = 0) -> list[InboundMessage]:
        """Wait for so many messages on the bus; return all, in order."""

        async def there() -> bool:
            return (await self.bus.js.stream_info(INBOUND)).state.messages >= at_least

        await eventually(f"{at_least} messages", there)
        return await on_the_bus(self.bus)

    async def message(self, text: str) -> InboundMessage:
        """Wait for the message with this text."""

        async def there() -> InboundMessage | None:
            return next((m for m in await on_the_bus(self.bus) if m.text == text), None)

        return await eventually(f"message {text!r}", there)

    async def told(self, reason: str, part_of_detail: str = "") -> str:
        """Wait until the Source says so of itself; return the detail."""

        async def said() -> bool:
            report = self.condition.report()
            return report.reason == reason and part_of_detail in report.detail

        try:
            await eventually("such a state", said)
        except AssertionError as error:
            raise AssertionError(f"not {reason!r} {part_of_detail!r} but {self.condition.report()}") from error
        return self.condition.report().detail

    async def settled(self) -> None:
        """Wait until Slack has a confirmation for everything."""

        async def confirmed() -> bool:
            return not self.slack.unconfirmed

        await eventually("confirmations", confirmed)


async def on_the_bus(bus: Bus) -> list[InboundMessage]:
    info = await bus.js.stream_info(INBOUND)
    found = []
    for seq in range(max(1, info.state.first_seq), info.state.last_seq + 1):
        try:
            found.append(decode((await bus.js.get_msg(INBOUND, seq)).data or b""))
        except NotFoundError:
            continue
    return found


@asynccontextmanager
async def running(
    slack: SlackApi, nats_url: str, files: SourceFiles, *, wait: bool = True, **own: Any
) -> AsyncIterator[Running]:
    """Serve a Source; `wait`: until it is ready."""
    timing = {"catch_up_interval": timedelta(hours=1), "check_interval": timedelta(minutes=5)} | own
    settings = SlackSettings(
        nats=NatsSettings(url=SecretStr(nats_url)),
        source=files,
        slack=SlackOwnSettings(api_url=f"{slack.address}/api/", **timing),
    )
    bus = await connect(settings.nats, name="test")
    try:
        async with serving(settings, SourceKind.SLACK) as served, connections() as session:
            task = asyncio.create_task(serve(served, session, settings.slack))
            app = Running(slack, served, files, bus)
            try:
                if wait:
                    await app.told("")
                yield app
            finally:
                assert not task.done(), task.exception()
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
    finally:
        await bus.close()


type Start = Callable[..., AbstractAsyncContextManager[Running]]


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[SlackApi]:
    """A workspace at the wire."""
    async with slack_api() as api:
        yield api


@pytest.fixture
def start(slack: SlackApi, nats_url: str, tmp_path: Path) -> Start:
    """Serve a Source with what the manifest says beyond the defaults."""

    def begin(
        *, slack_spec: dict[str, Any] | None = None, wait: bool = True, own: dict[str, Any] | None = None, **spec: Any
    ) -> AbstractAsyncContextManager[Running]:
        files = write_source(tmp_path, slack=slack_spec, **spec)
        return running(slack, nats_url, files, wait=wait, **(own or {}))

    return begin


@pytest_asyncio.fixture
async def app(start: Start) -> AsyncIterator[Running]:
    """A Source in Socket Mode with defaults, ready."""
    async with start() as source:
        yield source
