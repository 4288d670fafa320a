"""Settings of a Telegram Source's process."""

from pathlib import Path

from pydantic import BaseModel, Field
from tracker_core.settings import NatsSettings, ProcessSettings


class BotOwnSettings(BaseModel):
    """Which Source this process is."""

    manifest: Path
    """File with the Source manifest."""
    secrets_dir: Path
    """Folder with one folder per Secret and one file per key, as Kubernetes mounts them."""
    api_url: str = "https://api.telegram.org"
    """Bot API server (https://core.telegram.org/bots/api#using-a-local-bot-api-server)."""
    poll_seconds: int = Field(default=25, ge=1, le=50)
    """How long one getUpdates call waits for news."""


class BotSettings(ProcessSettings):
    """Environment of `python -m tracker_bot`."""

    nats: NatsSettings
    bot: BotOwnSettings
