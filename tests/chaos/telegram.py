"""Telegram: people in twenty chats, some with albums; updates come again after they were confirmed."""

from contextlib import asynccontextmanager

from tracker_local.ports import free_port

from tests.bot.conftest import PUBLIC, SECRET, Files
from tests.chaos.channel import RECORD_ONLY, SHARE_REPEATED, Channel, Opened, Stage
from tests.support.servers import Server
from tests.support.telegram_api import ANNA, GROUP, OLEG, TelegramApi, running_telegram

ALBUM_EVERY = 40
CHATS = 20


class Telegram(Channel):
    def __init__(self, api: TelegramApi) -> None:
        super().__init__()
        self.api = api
        self.pushed = 0

    async def say(self, count: int) -> None:
        for number in range(len(self.said), len(self.said) + count):
            chat = GROUP | {"id": -2000 - number % CHATS}
            if number % ALBUM_EVERY:
                first = self.api.say(f"number {number}", chat=chat, sender=OLEG if number % 3 else ANNA)
                self.pushed += 1
            else:
                first, _ = self.api.album(b"one", b"two", caption=f"album {number}", chat=chat)
                self.pushed += 2
            self.said.append(f"{chat['id']}:{first['message_id']}")

    async def taken(self) -> int:
        return self.pushed - len(self.api.pending)

    async def settled(self) -> bool:
        return not self.api.pending


@asynccontextmanager
async def polling(stage: Stage) -> Opened:
    """The process asks Telegram for updates."""
    async with running_telegram() as api:
        files = _files(stage, api, "polling")
        channel = Telegram(api)
        channel.processes = (_bot(stage, files, api),)
        yield channel


@asynccontextmanager
async def webhook(stage: Stage) -> Opened:
    """Telegram calls the gateway, which hands over to the process: both are killed."""
    async with running_telegram() as api:
        files = _files(stage, api, "webhook")
        port = free_port()
        api.routes[PUBLIC] = f"http://127.0.0.1:{port}"
        gateway = stage.gateway(port, files.manifest.parent, files.secrets)
        channel = Telegram(api)
        channel.processes = (_bot(stage, files, api), gateway)
        yield channel


def _files(stage: Stage, api: TelegramApi, mode: str) -> Files:
    api.repeats = 1 / SHARE_REPEATED
    files = Files(stage.folder / "manifests/source.yaml", stage.folder / "secrets")
    files.manifest.parent.mkdir()
    files.write(mode=mode, triage=RECORD_ONLY)
    files.secret("token", api.token)
    files.secret("webhook", SECRET)
    return files


def _bot(stage: Stage, files: Files, api: TelegramApi) -> Server:
    return stage.process(
        "tracker_bot",
        TRACKER_SOURCE__MANIFEST=str(files.manifest),
        TRACKER_SOURCE__SECRETS_DIR=str(files.secrets),
        TRACKER_BOT__API_URL=api.url,
        TRACKER_BOT__POLL_SECONDS="2",
    )
