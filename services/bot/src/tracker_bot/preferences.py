"""What a member is told, as a chat shows and changes it; pure."""

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from tracker_core.asking import SettingsCard

from tracker_bot.cards import Press

_KINDS = {
    "assigned": "Assigned to me",
    "due": "Due and overdue",
    "mentioned": "Mentions",
    "approval": "Answers to approve",
}


def settings_text(card: SettingsCard) -> str:
    """Return the settings in words."""
    lines = ["What I tell you here:", ""]
    if card.paused:
        lines += [f"⏸ Nothing at present. {card.paused}", ""]
    lines += [f"{'🔔' if getattr(card, name) else '🔕'} {label}" for name, label in _KINDS.items()]
    zone = card.zone if card.zone_is_set else f"{card.zone}, as you have not said where you are"
    lines += [
        "",
        f"Quiet hours: {card.quiet or 'none'} ({zone}). What happens in them is told afterwards.",
        "",
        "/settings quiet 21:00-8:00",
        "/settings quiet off",
        "/settings zone Europe/Berlin",
    ]
    return "\n".join(lines)


def settings_keyboard(card: SettingsCard) -> InlineKeyboardMarkup:
    """Return a switch for each kind, and one for all."""
    rows = [
        [_switch(f"{'🔕' if getattr(card, name) else '🔔'} {label}", name, on=not getattr(card, name))]
        for name, label in _KINDS.items()
    ]
    everything = _switch("▶ Tell me again", "paused", on=False) if card.paused else _switch("⏸ Pause all", "paused")
    return InlineKeyboardMarkup(inline_keyboard=[*rows, [everything]])


def _switch(text: str, name: str, *, on: bool = True) -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=Press("set", 0, int(on), name).data)
