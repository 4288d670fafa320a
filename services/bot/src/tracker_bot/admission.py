"""Whose messages the Source takes, as its manifest says; pure."""

from collections.abc import Mapping

from aiogram.types import Chat
from tracker_core.manifests.source import TelegramSpec


def is_admitted(spec: TelegramSpec, chat: Chat, moved: Mapping[str, int]) -> bool:
    """Say whether the Source listens in this chat.

    Args:
        spec: `spec.telegram`; an empty list of chats admits all.
        chat: Where something was written.
        moved: Groups that became supergroups, old id -> new id: the list may still have the old one.
    """
    if chat.type != "private" and not spec.groups:
        return False
    if not spec.chats:
        return True
    names = {str(chat.id), *(old for old, new in moved.items() if new == chat.id)}
    if chat.username:
        names.add(f"@{chat.username.lower()}")
    return any(item.lower() in names for item in spec.chats)
