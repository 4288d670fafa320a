"""Environment of the process of one Telegram Source."""

from pydantic import BaseModel, Field
from tracker_core.channels.settings import SourceSettings


class TelegramSettings(BaseModel):
    """`TRACKER_BOT__*`: how this process reaches Telegram, and how Telegram reaches the gateway."""

    api_url: str = "https://api.telegram.org"
    """Bot API server (https://core.telegram.org/bots/api#using-a-local-bot-api-server)."""
    poll_seconds: int = Field(default=25, ge=1, le=50)
    """How long one getUpdates call waits for news."""
    answer_seconds: float = Field(default=10.0, gt=0, le=60)
    """How long Telegram may take for an answer; getUpdates has `poll_seconds` on top."""
    public_url: str = ""
    """`https://…` of the gateway as Telegram sees it, in webhook mode; by default https:// and the Webhook's host."""

    dashboard_url: str = ""
    """`https://…` of the dashboard as people open it; then it opens inside Telegram too."""


class BotSettings(SourceSettings):
    """Environment of `python -m tracker_bot`."""

    bot: TelegramSettings = TelegramSettings()
