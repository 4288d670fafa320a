"""From a Telegram message to ours, pure. Field meanings: https://core.telegram.org/bots/api#message."""

from datetime import UTC, datetime

from aiogram.types import Message
from tracker_core.inbound import InboundMessage, Sender, inbound_message


def read_message(source: str, message: Message, received_at: datetime) -> InboundMessage | None:
    """Return what the message says, or None when it says nothing in words (joins, pins, stickers).

    Args:
        source: `namespace/name` of the Source.
        message: As the Bot API gives it.
        received_at: When this process took it, aware.
    """
    text = message.text or message.caption
    if not text:
        return None
    chat, sender = message.chat, message.from_user
    topic = f":{message.message_thread_id}" if message.is_topic_message and message.message_thread_id else ""
    return inbound_message(
        source=source,
        external_id=f"{chat.id}:{message.message_id}",
        sent_at=message.date.astimezone(UTC),
        received_at=received_at,
        text=text,
        sender=Sender(
            id=str(sender.id) if sender else "",
            name=sender.full_name if sender else chat.full_name,
            address=f"@{sender.username}" if sender and sender.username else "",
        ),
        conversation=f"{chat.id}{topic}",
        reply_to=f"{chat.id}:{message.reply_to_message.message_id}" if message.reply_to_message else "",
        raw=message.model_dump_json(exclude_none=True),
    )


def is_allowed(chats: tuple[str, ...], message: Message, *, groups: bool) -> bool:
    """Say whether the Source takes messages from this chat; an empty allow-list takes all."""
    if message.chat.type != "private" and not groups:
        return False
    return not chats or str(message.chat.id) in chats or f"@{message.chat.username}" in chats
