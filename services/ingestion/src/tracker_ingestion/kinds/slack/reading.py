"""From what Slack reports to what somebody said, pure: https://docs.slack.dev/reference/events/message.

The same for an event and for an entry of the history, so that whatever way a message comes it is the same message. An
edit and a deletion are messages of their own that answer the original; their ids are made of its id and of their time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from tracker_core.slack import SPOKEN, conversation_key, markup, message_key, thread_of

Ts = Annotated[str, Meta(pattern=r"^[0-9]{1,12}\.[0-9]{1,9}$")]
"""Seconds since 1970 with six decimals: time and identity of a message within its channel."""
ChannelId = Annotated[str, Meta(pattern="^[A-Z0-9]{2,40}$")]


class Saying(StrEnum):
    """In which way something was said."""

    NEW = ""
    EDIT = "edit"
    DELETION = "deleted"
    WANTED = "task"
    """Somebody chose "Create task" for the message."""


class File(msgspec.Struct):
    """https://docs.slack.dev/reference/objects/file-object."""

    id: str = ""
    name: str | None = None
    title: str | None = None
    mimetype: str | None = None
    size: int | None = None
    url_private: str | None = None
    url_private_download: str | None = None
    permalink: str | None = None
    mode: str | None = None
    file_access: str | None = None


class _Named(msgspec.Struct):
    name: str | None = None


class Edited(msgspec.Struct):
    """Who changed a message, and when."""

    ts: Ts
    user: str | None = None


class Said(msgspec.Struct):
    """A message as it stands in a channel."""

    ts: Ts
    subtype: str | None = None
    user: str | None = None
    bot_id: str | None = None
    username: str | None = None
    bot_profile: _Named | None = None
    thread_ts: Ts | None = None
    files: list[File] | None = None
    edited: Edited | None = None


class _Changed(msgspec.Struct):
    message: dict[str, Any]
    previous_message: dict[str, Any] | None = None


class _Deleted(msgspec.Struct):
    ts: Ts
    previous_message: dict[str, Any] | None = None


@dataclass(frozen=True)
class Heard:
    """Something that somebody said in a channel."""

    channel: str
    said: Said
    body: Mapping[str, Any]
    """The message as Slack gives it."""
    saying: Saying = Saying.NEW
    stamp: str = ""
    """Of an edit: when it was made."""
    at: str = ""
    """When it was said, as a timestamp."""

    @property
    def text(self) -> str:
        """With Slack's markup."""
        return markup(self.body)

    @property
    def thread(self) -> str:
        """Timestamp of the root that it answers."""
        return thread_of(self.said.ts, self.said.thread_ts)

    @property
    def conversation(self) -> str:
        """Key of the room or the thread."""
        return conversation_key(self.channel, self.thread)

    def original(self, team: str) -> str:
        """`external_id` of the message that it is, changes, or asks a task of."""
        return message_key(team, self.channel, self.said.ts)

    def external_id(self, team: str) -> str:
        """Return its own id."""
        stamp = self.stamp or self.saying
        return f"{self.original(team)}#{stamp}" if stamp else self.original(team)

    def reply_to(self, team: str) -> str:
        """Return the id of what it answers; empty for what stands by itself."""
        if self.saying is not Saying.NEW:
            return self.original(team)
        return message_key(team, self.channel, self.thread) if self.thread else ""


def read_event(event: Mapping[str, Any]) -> Heard | None:
    """Return what was said, None when the event only reports what happened.

    Raises:
        msgspec.ValidationError: it is not of the form that Slack documents; the text names the field.
    """
    channel = msgspec.convert(event.get("channel"), ChannelId)
    match event.get("subtype"):
        case "message_changed":
            changed = msgspec.convert(event, _Changed)
            if changed.message.get("subtype") == "tombstone":  # a root that was deleted while it had answers
                return _deletion(channel, changed.previous_message, msgspec.convert(event, _Deleted).ts)
            return _edit(channel, changed)
        case "message_deleted":
            deleted = msgspec.convert(event, _Deleted)
            return _deletion(channel, deleted.previous_message, deleted.ts)
        case _:
            return read_message(channel, event)


def read_message(channel: str, body: Mapping[str, Any]) -> Heard | None:
    """Return a message of the history, or of an event of its own; None when nobody wrote it.

    Raises:
        msgspec.ValidationError: as `read_event`.
    """
    said = msgspec.convert(body, Said)
    if (said.subtype or "") not in SPOKEN or not (markup(body) or said.files):
        return None
    return Heard(channel, said, body, at=said.ts)


def read_edit(channel: str, body: Mapping[str, Any]) -> Heard | None:
    """Return the last edit of a message of the history.

    Raises:
        msgspec.ValidationError: as `read_event`.
    """
    return _edit(channel, _Changed(dict(body)))


def _edit(channel: str, changed: _Changed) -> Heard | None:
    heard = read_message(channel, changed.message)
    before = changed.previous_message
    # Most changes are Slack's own: a link was unfolded, somebody answered.
    if heard is None or heard.said.edited is None or (before is not None and markup(before) == heard.text):
        return None
    stamp = heard.said.edited.ts
    return Heard(channel, heard.said, heard.body, Saying.EDIT, stamp, at=stamp)


def _deletion(channel: str, before: dict[str, Any] | None, at: str) -> Heard | None:
    heard = read_message(channel, before) if before else None
    return None if heard is None else Heard(channel, heard.said, heard.body, Saying.DELETION, at=at)


class _Shortcut(msgspec.Struct):
    message: dict[str, Any]
    channel: dict[str, Any]


def read_shortcut(payload: Mapping[str, Any]) -> Heard | None:
    """Return the message that somebody wants a task of; None when it says nothing.

    https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload

    Raises:
        msgspec.ValidationError: as `read_event`.
    """
    shortcut = msgspec.convert(payload, _Shortcut)
    channel = msgspec.convert(shortcut.channel.get("id"), ChannelId)
    heard = read_message(channel, shortcut.message)
    return None if heard is None else Heard(channel, heard.said, heard.body, Saying.WANTED, at=heard.at)


def moment(ts: str) -> datetime:
    """Return the time of a timestamp, UTC."""
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
