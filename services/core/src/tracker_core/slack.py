"""What is true of Slack wherever its messages are read: live or from an export, one message has one id and one text.

Messages: https://docs.slack.dev/reference/events/message; their markup:
https://docs.slack.dev/messaging/formatting-message-text#escaping. Pure, and careful: exports hold whatever apps posted.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

SPOKEN: Final = frozenset(
    {"", "bot_message", "me_message", "thread_broadcast", "file_share", "file_comment", "file_mention"}
)
"""Subtypes that somebody wrote; the others report what happened."""

_MARK: Final = re.compile(r"<([^<>]+)>")
_MAX_PARTS: Final = 200
"""Blocks and attachments of one message that are read."""


def message_key(team: str, channel: str, ts: str) -> str:
    """`external_id` of a message: a timestamp is unique within its channel only."""
    return f"{team}:{channel}:{ts}"


def thread_of(ts: str, thread_ts: str | None) -> str:
    """Return the timestamp of the root that a message answers; empty for a root, also one that has answers."""
    return thread_ts if thread_ts and thread_ts != ts else ""


def conversation_key(channel: str, thread: str) -> str:
    """Return the key of the room, or of the thread: `C024BE91L`, `C024BE91L:1712345678.000200`."""
    return f"{channel}:{thread}" if thread else channel


def markup(message: Mapping[str, Any]) -> str:
    """Return the text of a message as Slack marks it up; of one without, what its blocks or attachments say."""
    if text := _string(message.get("text")):
        return text
    lines = list(_of_blocks(message.get("blocks"))) or list(_of_attachments(message.get("attachments")))
    return "\n".join(lines)


def plain(text: str, user_name: Callable[[str], str], channel_name: Callable[[str], str]) -> str:
    """Return the text that people saw: names for ids, links without brackets.

    Args:
        text: With Slack's markup.
        user_name: Gives the name of a user id.
        channel_name: Gives the name of a channel id, without the `#`.
    """

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


def named(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the ids of users and of channels whose names `plain` will ask for."""
    marks = [mark for mark in _MARK.findall(text) if "|" not in mark]
    return (
        frozenset(mark[1:] for mark in marks if mark.startswith("@")),
        frozenset(mark[1:] for mark in marks if mark.startswith("#")),
    )


def escaped(text: str) -> str:
    """Return plain text so that Slack shows it as it is, and nobody can be called by what was typed into it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _of_blocks(blocks: Any) -> Iterator[str]:
    # https://docs.slack.dev/reference/block-kit/blocks: those of apps; what people write has a text.
    for block in _mappings(blocks):
        parts = [block.get("text"), *_mappings(block.get("fields")), *_mappings(block.get("elements"))]
        for part in parts:
            line = _string(part.get("text")) if isinstance(part, Mapping) else _string(part)
            if line:
                yield line


def _of_attachments(attachments: Any) -> Iterator[str]:
    # The older form, and still that of most messages that apps post.
    for extra in _mappings(attachments):
        lines = [_string(extra.get(name)) for name in ("pretext", "title", "text")]
        if not lines[2]:
            lines[2] = "\n".join(_of_blocks(extra.get("blocks"))) or _string(extra.get("fallback"))
        yield from filter(None, lines)


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value[:_MAX_PARTS] if isinstance(item, Mapping)] if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
