"""Turns Slack's message markup into the text that people saw: names for ids, links without brackets.

The escapes are described at https://docs.slack.dev/messaging/formatting-message-text#escaping.
"""

import re
from collections.abc import Callable
from typing import Final

_MARK: Final = re.compile(r"<([^<>]+)>")


def plain(text: str, user_name: Callable[[str], str], channel_name: Callable[[str], str]) -> str:
    """Return the readable text; the functions give the name of a user or channel id."""

    def shown(match: re.Match[str]) -> str:
        target, _, label = match[1].partition("|")
        if target.startswith("@"):
            return "@" + (label or user_name(target[1:])).removeprefix("@")
        if target.startswith("#"):
            return "#" + (label or channel_name(target[1:])).removeprefix("#")
        if target.startswith("!"):
            return label or "@" + target[1:].partition("^")[0]
        address = target.removeprefix("mailto:").removeprefix("tel:")
        return f"{label} ({address})" if label and label not in address else label or address

    text = _MARK.sub(shown, text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
