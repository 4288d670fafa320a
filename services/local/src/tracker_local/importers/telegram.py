"""Reads `result.json` of Telegram Desktop ("Export chat history" and "Export Telegram data", machine-readable JSON).

The format is what `export_output_json.cpp` of telegramdesktop/tdesktop writes; it has no published schema. Identities
are those of the Bot API (https://core.telegram.org/api/bots/ids), so that a live Telegram Source and an export of the
same group never make two messages of one.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Final

import msgspec
from tracker_core.errors import MalformedError
from tracker_core.inbound import Attachment, InboundMessage, Sender, inbound_message

from tracker_local.importers.items import Item, RefusedError, Reject, Run, attempt, checked_date, raw_form
from tracker_local.importers.json_stream import JsonReader, OversizeError, TornError, parse

_CHANNEL_BASE: Final = 1_000_000_000_000
_TOPIC_MEMORY: Final = 100_000
"""Messages of a forum whose topic is remembered, to place the answers to them."""
_WIDEST_OFFSET: Final = 14 * 60
"""Minutes between UTC and the local time furthest from it."""
_PEER: Final = re.compile(r"(user|chat|channel)(\d+)")
_NOT_INCLUDED: Final = re.compile(
    r"^(?P<name>.*?) ?\((?:File|Photo) (?:unavailable|exceeds maximum size|not included)[^)]*\)$", re.DOTALL
)


class _Entity(msgspec.Struct):
    text: str = ""
    href: str = ""


class _Poll(msgspec.Struct):
    question: str | list[str | _Entity] = ""


class _Message(msgspec.Struct, rename={"from_name": "from"}):
    """The fields that matter here; ids are numbers, in old exports some are strings."""

    id: int
    type: str = "message"
    date: str = ""
    date_unixtime: int | None = None
    from_name: str | None = None
    from_id: str | int | None = None
    action: str = ""
    forwarded_from: str | None = None
    reply_to_message_id: int | None = None
    reply_to_peer_id: str | None = None
    text: str | list[str | _Entity] | None = None
    poll: _Poll | None = None
    photo: str = ""
    photo_file_size: int = 0
    file: str = ""
    file_name: str = ""
    file_size: int = 0
    mime_type: str = ""
    media_type: str = ""


class _Chat:
    """One chat while its messages are read."""

    def __init__(self, chat_type: str, bare_id: int) -> None:
        self.id = _bot_api_id(chat_type, bare_id)
        self.link = f"https://t.me/c/{bare_id}" if self.id <= -_CHANNEL_BASE else ""
        self._topics: OrderedDict[int, int] = OrderedDict()

    def topic(self, message: _Message) -> int | None:
        """Forum topic of a message: an answer is where the answered message is; the export says no more."""
        found = self._topics.get(message.reply_to_message_id or 0)
        if message.action == "topic_created":
            found = message.id
        if found is not None:
            self._topics[message.id] = found
            # The root of a topic is answered for years, the messages in it for days.
            self._topics.move_to_end(found)
            if len(self._topics) > _TOPIC_MEMORY:
                self._topics.popitem(last=False)
        return found


def read(path: Path, run: Run) -> Iterator[Item]:
    """Yield what the export holds, chat after chat, in the order of the file."""
    with path.open("rb") as file:
        reader = JsonReader(file)
        try:
            yield from _document(reader, run)
        except TornError as error:
            yield Reject("truncated", f"byte {reader.position}", error.detail)
        except MalformedError as error:
            yield Reject("bad_json", f"byte {reader.position}", error.detail)
        run.position = reader.position


def _document(reader: JsonReader, run: Run) -> Iterator[Item]:
    chat: dict[str, object] = {}
    for key in reader.fields():
        if key in ("chats", "left_chats") and reader.peek() == b"{":
            for part in reader.fields():
                if part == "list" and reader.peek() == b"[":
                    for _ in reader.elements():
                        yield from _document(reader, run)  # each has the form of a single-chat export
                else:
                    reader.skip()
        elif key == "messages" and reader.peek() == b"[":
            yield from _messages(reader, chat, run)
        elif key in ("id", "type"):
            chat[key] = parse(reader.value())
        else:
            reader.skip()


def _messages(reader: JsonReader, fields: dict[str, object], run: Run) -> Iterator[Item]:
    bare_id, chat_type = fields.get("id"), fields.get("type")
    if not isinstance(bare_id, int):
        yield Reject("bad_message", f"byte {reader.position}", "the chat has no id before its messages")
        reader.skip()
        return
    chat = _Chat(str(chat_type), bare_id)
    for index in reader.elements():
        where = f"chat {chat.id}, message {index + 1} at byte {reader.position}"
        try:
            raw = reader.value()
        except OversizeError as error:
            yield Reject("too_large", where, error.detail)
        else:
            yield attempt(where, _message, raw, chat, run)
        run.position = reader.position


def _message(raw: bytes, chat: _Chat, run: Run) -> InboundMessage:
    message = msgspec.convert(parse(raw), _Message, strict=False)
    topic = chat.topic(message)
    if message.type == "service":
        raise RefusedError("service_message", message.action)
    if message.type != "message":
        raise RefusedError("unsupported", f"message {message.id} is of type {message.type!r}")
    answered = message.reply_to_message_id if not message.reply_to_peer_id else None  # else it is in another chat
    return inbound_message(
        source=run.source,
        external_id=f"{chat.id}:{message.id}",
        sent_at=_sent_at(message),
        received_at=run.received_at,
        text=_text(message),
        sender=Sender(id=_sender_id(message.from_id), name=message.from_name or "Deleted Account"),
        conversation=f"{chat.id}:{topic}" if topic else str(chat.id),
        reply_to=f"{chat.id}:{answered}" if answered and answered != topic else "",
        url=f"{chat.link}/{message.id}" if chat.link and message.id > 0 else "",
        attachments=_attachments(message),
        raw=raw_form(raw),
    )


def _bot_api_id(chat_type: str, bare_id: int) -> int:
    """Turn the bare id of an export into the Bot API's id, which marks the kind of chat by sign and prefix."""
    if bare_id <= 0:
        return bare_id
    if chat_type.endswith(("_supergroup", "_channel")):
        return -(_CHANNEL_BASE + bare_id)
    return -bare_id if chat_type == "private_group" else bare_id


def _sender_id(from_id: str | int | None) -> str:
    peer = _PEER.fullmatch(str(from_id))
    if peer is None:
        return "" if from_id is None else str(from_id)
    kind, number = peer[1], int(peer[2])
    return str({"user": number, "chat": -number, "channel": -(_CHANNEL_BASE + number)}[kind])


def _text(message: _Message) -> str:
    """Text of a message; of one that only brings a file it is empty, as long as the file is named."""
    text = _plain(message.text).strip() or (_plain(message.poll.question).strip() if message.poll else "")
    if not text and not any(a.ref or a.name == message.file_name for a in _attachments(message)):
        raise RefusedError("no_text", f"message {message.id} {message.media_type}".rstrip())
    return f"Forwarded from {message.forwarded_from}:\n{text}" if message.forwarded_from and text else text


def _plain(text: str | list[str | _Entity] | None) -> str:
    if text is None or isinstance(text, str):
        return text or ""
    return "".join(part if isinstance(part, str) else _entity(part) for part in text)


def _entity(part: _Entity) -> str:
    hidden = part.href and part.href.rstrip("/") != part.text.rstrip("/")
    return f"{part.text} ({part.href})" if hidden else part.text


def _sent_at(message: _Message) -> datetime:
    """Join the exact time (`date_unixtime`) with the offset that the local `date` implies."""
    try:
        local = datetime.fromisoformat(message.date).replace(tzinfo=None) if message.date else None
        if message.date_unixtime is not None:
            exact = datetime.fromtimestamp(message.date_unixtime, UTC)
            return checked_date(exact).astimezone(_offset(local, exact))
        if local is not None:  # exports before 2022: local time of the exporting machine, likely this one
            return checked_date(local.astimezone())
    except (ValueError, OverflowError, OSError) as error:
        raise RefusedError("bad_date", f"message {message.id}: {error}") from error
    raise RefusedError("bad_date", f"message {message.id} has no date")


def _offset(local: datetime | None, exact: datetime) -> timezone:
    if local is None:
        return UTC
    minutes = round((local - exact.replace(tzinfo=None)).total_seconds() / 60)
    return timezone(timedelta(minutes=minutes)) if abs(minutes) <= _WIDEST_OFFSET else UTC


def _attachments(message: _Message) -> tuple[Attachment, ...]:
    found = []
    if message.photo:
        found.append(_attachment(message.photo, "", "image/jpeg", message.photo_file_size, "photo"))
    if message.file:
        media_type = message.mime_type or "application/octet-stream"
        found.append(
            _attachment(message.file, message.file_name, media_type, message.file_size, message.media_type or "file")
        )
    return tuple(found)


def _attachment(path: str, name: str, media_type: str, size: int, kind: str) -> Attachment:
    """Name a file; of one that was not exported the path is an explanation, and there is no reference."""
    missing = _NOT_INCLUDED.match(path)
    if missing:
        return Attachment(name=name or missing["name"] or kind, media_type=media_type, size=size)
    return Attachment(name=name or path.rpartition("/")[2], media_type=media_type, size=size, ref=path)
