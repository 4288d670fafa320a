"""The dashboard inside Telegram: its address for this bot, and the buttons that open it; pure.

https://core.telegram.org/bots/webapps
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, WebAppInfo


@dataclass(frozen=True)
class Dashboard:
    """Where the dashboard is, for the members who use this bot."""

    base: str
    """`https://…`; empty, or not https, when it cannot be opened in Telegram."""
    source: str
    """`namespace/name` of the bot's Source: whom the API asks who somebody is."""

    def page(self, path: str = "") -> str:
        """Return the address of a page that signs in first; empty when there is none."""
        if not self.base.startswith("https://"):
            return ""
        asked = {"telegram": self.source} | ({"next": path} if path else {})
        return f"{self.base.rstrip('/')}/login?{urlencode(asked)}"

    def row(self, text: str, path: str = "") -> list[InlineKeyboardButton]:
        """Return the button that opens a page, as a row; an empty one when there is none. For private chats only."""
        url = self.page(path)
        return [InlineKeyboardButton(text=text, web_app=WebAppInfo(url=url))] if url else []

    def keyboard(self) -> InlineKeyboardMarkup | None:
        """Return a keyboard with the one button; None when there is no page."""
        row = self.row("Open Task Tracker")
        return InlineKeyboardMarkup(inline_keyboard=[row]) if row else None

    def added_to(self, keyboard: InlineKeyboardMarkup, number: int) -> InlineKeyboardMarkup:
        """Return the keyboard under a task with a button that opens the task."""
        row = self.row("Open", f"/tasks/{number}")
        return InlineKeyboardMarkup(inline_keyboard=[*keyboard.inline_keyboard, *([row] if row else [])])
