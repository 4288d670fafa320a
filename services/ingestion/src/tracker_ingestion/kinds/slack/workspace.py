"""Where the app is installed and who it is there: https://docs.slack.dev/reference/methods/auth.test."""

from collections.abc import Mapping
from typing import Any

import msgspec


class Workspace(msgspec.Struct, frozen=True):
    """What auth.test says of a bot token."""

    team_id: str
    user_id: str
    url: str = ""
    """`https://acme.slack.com/`."""
    team: str = ""
    user: str = ""
    bot_id: str = ""

    @property
    def account(self) -> str:
        """`team/app`."""
        return f"{self.team or self.team_id}/{self.user or self.user_id}"

    def wrote(self, message: Mapping[str, Any]) -> bool:
        """Whether a message is the app's own."""
        return message.get("user") == self.user_id or bool(self.bot_id and message.get("bot_id") == self.bot_id)

    def link(self, channel: str, ts: str, thread: str = "") -> str:
        """Return the permanent link of a message, as chat.getPermalink does; empty when the address is not known."""
        if not self.url.startswith("https://"):
            return ""
        place = f"{self.url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
        return f"{place}?thread_ts={thread}&cid={channel}" if thread else place
