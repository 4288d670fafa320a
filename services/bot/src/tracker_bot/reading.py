"""From Telegram messages to one of ours, pure. Field meanings: https://core.telegram.org/bots/api#message.

Ids: `<chat>:<message>`, an edit `<chat>:<message>#<edit_date>`; conversations: `<chat>`, in a forum `<chat>:<topic>`.
The importer of Telegram's exports and the gateway's preset make the same ones.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from aiogram.types import Message, MessageOriginChannel
from tracker_core.inbound import Attachment, InboundMessage, Sender, inbound_message

from tracker_bot.wording import words


def read_message(
    source: str,
    parts: Sequence[Message],
    raw: str,
    received_at: datetime,
    attachments: tuple[Attachment, ...] = (),
    *,
    reply_to: str = "",
    edited: bool = False,
) -> InboundMessage:
    """Return what the parts of a message say together.

    Args:
        source: `namespace/name` of the Source.
        parts: One message, or those of an album in their order.
        raw: As it came.
        received_at: When this process took it, aware.
        attachments: Its files.
        reply_to: `external_id` of the message that it belongs to, where Telegram does not say.
        edited: It is a new version of a message: a message of its own that answers the first one.
    """
    first = parts[0]
    at = datetime.fromtimestamp(first.edit_date, UTC) if edited and first.edit_date else first.date.astimezone(UTC)
    return inbound_message(
        source=source,
        external_id=edit_id(first) if edited else message_id(first),
        sent_at=at,
        received_at=received_at,
        text="\n".join(dict.fromkeys(filter(None, map(words, parts)))),
        sender=sender_of(first),
        conversation=conversation_of(first),
        reply_to=reply_to or next(filter(None, map(answered_id, parts)), ""),
        url=first.get_url() or "",
        attachments=attachments,
        raw=raw,
    )


def message_id(message: Message) -> str:
    """Return the `external_id` of a message."""
    return f"{message.chat.id}:{message.message_id}"


def edit_id(message: Message) -> str:
    """Return the `external_id` of this version of a message: the same for each attempt to send it."""
    return f"{message_id(message)}#{message.edit_date}"


def conversation_of(message: Message) -> str:
    """Return the key of the room that a message stands in."""
    topic = f":{message.message_thread_id}" if message.is_topic_message and message.message_thread_id else ""
    return f"{message.chat.id}{topic}"


def answered_id(message: Message) -> str:
    """Return the `external_id` of the message that this one answers; empty when it answers none of this chat."""
    answered = message.reply_to_message
    if answered is not None and answered.chat.id == message.chat.id:
        # All that is said in a topic answers, formally, the message that opened the topic.
        opening = message.is_topic_message and answered.message_id == message.message_thread_id
        return "" if opening else message_id(answered)
    origin = message.forward_origin
    if message.is_automatic_forward and isinstance(origin, MessageOriginChannel):
        return f"{origin.chat.id}:{origin.message_id}"
    return ""


def sender_of(message: Message) -> Sender:
    """Return who wrote it: a person, or the chat in whose name it was written (a channel, an anonymous admin)."""
    chat, user = message.sender_chat, message.from_user
    if chat is None and user is not None:
        return Sender(id=str(user.id), name=user.full_name, address=f"@{user.username}" if user.username else "")
    chat = chat or message.chat
    name = chat.title or chat.full_name
    return Sender(
        id=str(chat.id),
        name=f"{name} ({message.author_signature})" if message.author_signature else name,
        address=f"@{chat.username}" if chat.username else "",
    )
