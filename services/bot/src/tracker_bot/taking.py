"""The way of a Telegram message to the bus: its files first, then the message; what cannot be read is a dead letter."""

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aiogram.enums import ContentType
from aiogram.types import Message, Update
from tracker_core.channels.process import Served
from tracker_core.inbound import InboundMessage, inbound_message
from tracker_core.telemetry import current_traceparent

from tracker_bot.fetching import Fetching
from tracker_bot.media import media_of
from tracker_bot.reading import read_message

log = logging.getLogger(__name__)


class Taking:
    """Publishes what one Source takes."""

    def __init__(self, served: Served, fetching: Fetching) -> None:
        self._served = served
        self._fetching = fetching

    async def publish(
        self, parts: Sequence[Message], raws: Sequence[object], *, reply_to: str = "", edited: bool = False
    ) -> None:
        """Publish one message; return when the bus has it.

        Args:
            parts: The message, or those of an album in their order.
            raws: The updates that they came in.
            reply_to: See `read_message`.
            edited: See `read_message`.
        """
        try:
            message = await self._read(parts, raws, reply_to=reply_to, edited=edited)
        except Exception as error:
            # Whatever it is, it would be the same the next time: one message must not stop all others.
            log.exception("Source %s: a message cannot be read", self._served.key)
            message = self._dead(raws, f"Unforeseen: {type(error).__name__}", parts)
        if message is not None:
            await self._served.intake.publish(message, traceparent=current_traceparent())

    async def bury(self, raw: object, reason: str) -> None:
        """Publish an update that cannot be read as a dead letter."""
        log.error("Source %s: an update is a dead letter: %s", self._served.key, reason)
        await self._served.intake.publish(self._dead([raw], reason), traceparent=current_traceparent())
        self._served.condition.note(f"An update could not be read and is a dead letter: {reason}")

    async def _read(
        self, parts: Sequence[Message], raws: Sequence[object], *, reply_to: str, edited: bool
    ) -> InboundMessage | None:
        if any(part.content_type == ContentType.UNKNOWN for part in parts):
            return self._dead(raws, "A message of a kind that is not known yet", parts)
        attachments = await self._fetching.fetch([item for part in parts for item in media_of(part)])
        message = read_message(
            self._served.key,
            parts,
            _text(raws[0] if len(raws) == 1 else raws),
            datetime.now(UTC),
            attachments,
            reply_to=reply_to,
            edited=edited,
        )
        # Joins, pins, dice: nothing is said.
        return message if message.text or attachments else None

    def _dead(self, raws: Sequence[object], reason: str, parts: Sequence[Message] = ()) -> InboundMessage:
        raw = _text(raws[0] if len(raws) == 1 else list(raws))
        now = datetime.now(UTC)
        chat = str(parts[0].chat.id) if parts else ""
        return inbound_message(
            source=self._served.key,
            external_id=_id_of(raws[0], raw),
            sent_at=now,
            received_at=now,
            text="",
            conversation=chat,
            raw=raw,
            dead=f"Source '{self._served.key}': {reason}",
        )


def parse_update(raw: object) -> Update:
    """Read an update.

    Raises:
        ValueError: it is not of the form that the Bot API describes.
    """
    return Update.model_validate(raw)


def message_of(update: Update) -> Message | None:
    """Return the new or edited message that an update brings; None for every other kind of update."""
    return update.message or update.channel_post or update.edited_message or update.edited_channel_post


def _id_of(raw: object, text: str) -> str:
    """Return the id of something that cannot be read: the same for each attempt to send it."""
    if isinstance(raw, Mapping):
        for body in raw.values():
            match body:
                case {"chat": {"id": int(chat)}, "message_id": int(number), "edit_date": edit}:
                    return f"{chat}:{number}#{edit}"
                case {"chat": {"id": int(chat)}, "message_id": int(number)}:
                    return f"{chat}:{number}"
        if isinstance(raw.get("update_id"), int):
            return f"update:{raw['update_id']}"
    return "sha256:" + hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _text(raw: Any) -> str:
    return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False, default=str)
