"""What a Telegram message says, in words; pure. Also of what is no text: a poll, a place, a contact.

The forms are those of the importer of Telegram's exports. Fields: https://core.telegram.org/bots/api#message.
"""

from typing import Any

from aiogram.types import (
    Message,
    MessageEntity,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)


def words(message: Message) -> str:
    """Return the text of a message; empty when it says nothing in words."""
    text = message.text or message.caption
    entities = message.entities or message.caption_entities or []
    said = with_links(text, entities) if text else _described(message)
    origin = _origin(message)
    # A post that a channel copies into its own discussion group is nobody's forward.
    return f"Forwarded from {origin}:\n{said}" if said and origin and not message.is_automatic_forward else said


def with_links(text: str, entities: list[MessageEntity]) -> str:
    """Return the text with the addresses that are hidden behind words. Offsets count UTF-16 code units."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    parts, done = [], 0
    for entity in sorted(entities, key=lambda item: item.offset):
        url, start, end = entity.url, entity.offset * 2, (entity.offset + entity.length) * 2
        shown = encoded[start:end].decode("utf-16-le", "replace")
        if entity.type != "text_link" or not url or start < done or url.rstrip("/") == shown.rstrip("/"):
            continue
        parts += [encoded[done:end], f" ({url})".encode("utf-16-le")]
        done = end
    return b"".join((*parts, encoded[done:])).decode("utf-16-le", "replace")


def _described(message: Message) -> str:  # noqa: PLR0911 -- one line for each kind of content
    if (poll := message.poll) is not None:
        return "\n".join([f"Poll: {poll.question}", *(f"- {option.text}" for option in poll.options)])
    if (checklist := message.checklist) is not None:
        return "\n".join([checklist.title, *(f"- {task.text}" for task in checklist.tasks)])
    if (venue := message.venue) is not None:
        return f"Place: {venue.title}, {venue.address} ({_map(venue.location.latitude, venue.location.longitude)})"
    if (location := message.location) is not None:
        return f"Location: {_map(location.latitude, location.longitude)}"
    if (contact := message.contact) is not None:
        name = " ".join(filter(None, (contact.first_name, contact.last_name)))
        return f"Contact: {name}, {contact.phone_number}"
    if (voice := message.voice or message.video_note) is not None:
        return f"{'Voice' if message.voice else 'Video'} message of {voice.duration} s"
    if (sticker := message.sticker) is not None:
        return f"Sticker {sticker.emoji}" if sticker.emoji else ""
    if (invoice := message.invoice) is not None:
        return f"Invoice: {invoice.title}\n{invoice.description}"
    if (rich := message.rich_message) is not None:
        return "\n".join(filter(None, map(_rich, rich.model_dump(exclude_none=True)["blocks"])))
    return ""


def _map(latitude: float, longitude: float) -> str:
    return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}"


def _rich(part: Any) -> str:
    # Text is a string, a list, or an object that holds text again; blocks, items and cells hold each other.
    if isinstance(part, str):
        return part
    if isinstance(part, list):
        return "".join(map(_rich, part))
    if not isinstance(part, dict):
        return ""
    text = _rich(part.get("text", ""))
    inner = [_rich(item) for key in ("blocks", "items", "cells") for item in part.get(key, ())]
    return "\n".join(filter(None, [text, *inner]))


def _origin(message: Message) -> str:
    match message.forward_origin:
        case MessageOriginUser(sender_user=user):
            return user.full_name
        case MessageOriginHiddenUser(sender_user_name=name):
            return name
        case MessageOriginChat(sender_chat=chat) | MessageOriginChannel(chat=chat):
            return chat.title or chat.full_name
        case _:
            return ""
