"""Tasks as a chat shows them: a list, or one with its buttons; pure.

What a button does stands in its data, `<wish>:<number>:<version>[:<value>]`, so that it works after any restart, and
only on the task as it was shown. Telegram allows 64 bytes of it (https://core.telegram.org/bots/api#inlinekeyboardbutton).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from tracker_core.asking import NOBODY, MemberLine, TaskCard

from tracker_bot.telling import shorten

CATEGORIES = ("bug", "feature", "question", "task", "incident", "noise")
PRIORITIES = ("low", "medium", "high", "urgent")
_DATA = re.compile(r"([a-z]{1,10}):(\d{1,10}):(\d{1,9})(?::([a-z0-9]{1,32}))?", re.ASCII)
_SIGNS = {"triage": "❔", "todo": "📌", "in_progress": "🔧", "done": "✅", "declined": "🚫", "duplicate": "🔁"}
_STATUSES = {"triage": "suggested", "todo": "to do", "in_progress": "in progress"}
_URGENT = {"high": " ❗", "urgent": " ‼️"}
_LISTED_TITLE = 80
_LONGEST_REASON = 300
_LONGEST_NAME = 30


@dataclass(frozen=True)
class Press:
    """What a button does. Beside the wishes: `show` a task, what can be `correct`ed, the `members`, the `list`."""

    does: str
    number: int = 0
    version: int = 0
    value: str = ""

    @property
    def data(self) -> str:
        """The data of its button."""
        return f"{self.does}:{self.number}:{self.version}" + (f":{self.value}" if self.value else "")


def read_press(data: str) -> Press | None:
    """Return what a button's data means; None when it is not one of ours."""
    match = _DATA.fullmatch(data)
    return None if match is None else Press(match[1], int(match[2]), int(match[3]), match[4] or "")


def list_text(cards: Sequence[TaskCard], *, more: bool, mine: bool) -> str:
    """Return a list in words."""
    if not cards:
        return "Nothing is assigned to you." if mine else "No task is open."
    title = "Your open tasks" if mine else "Open tasks"
    lines = [f"{title}{', the newest' if more else ''}:", *(_line(card) for card in cards)]
    return "\n".join(lines)


def list_keyboard(cards: Sequence[TaskCard]) -> InlineKeyboardMarkup:
    """Return a row of buttons for each task."""
    rows = []
    for card in cards:
        row = [_button(f"#{card.number}", card, "show")]
        if card.status == "triage":
            row += [_button("Accept", card, "accept"), _button("Decline", card, "decline")]
        else:
            row += [_button("Done", card, "done")]
        rows.append(row)
    return InlineKeyboardMarkup(inline_keyboard=rows)


def card_text(card: TaskCard) -> str:
    """Return one task in words."""
    facts = [
        f"{_SIGNS.get(card.status, '')} {_STATUSES.get(card.status, card.status)}",
        card.category,
        card.priority,
        f"for {card.assignee}" if card.assignee else "for nobody yet",
        f"due {card.due_on}" if card.due_on else "",
    ]
    lines = [f"#{card.number} {shorten(card.title, 500)}", " · ".join(filter(None, facts))]
    if card.description.strip():
        lines += ["", card.description.strip()]
    if card.status == "triage" and card.reason:
        lines += ["", f"Why: {shorten(card.reason, _LONGEST_REASON)}"]
    return "\n".join(lines)


def card_keyboard(card: TaskCard) -> InlineKeyboardMarkup:
    """Return what can be done with a task now."""
    take = [] if card.mine else [_button("Assign to me", card, "take")]
    assign = [*take, _button("Assign…", card, "members")]
    correct = _button("Correct…", card, "correct")
    match card.status:
        case "triage":
            rows = [
                [_button("Accept", card, "accept"), _button("Decline", card, "decline")],
                assign,
                [correct, _button("Done", card, "done")],
            ]
        case "todo" | "in_progress":
            rows = [[_button("Done", card, "done")], assign, [correct, _button("Decline", card, "decline")]]
        case "done" | "declined":
            rows = [[_button("Reopen", card, "accept"), correct]]
        case _:
            rows = []
    return InlineKeyboardMarkup(inline_keyboard=[*rows, [_back()]])


def correct_keyboard(card: TaskCard) -> InlineKeyboardMarkup:
    """Return the categories and priorities to choose from; the present ones are marked."""
    categories = [_choice(card, "category", name, card.category) for name in CATEGORIES]
    priorities = [_choice(card, "priority", name, card.priority) for name in PRIORITIES]
    rows = [categories[:3], categories[3:], priorities, [_button("« Back", card, "show")]]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def members_keyboard(card: TaskCard, members: Sequence[MemberLine]) -> InlineKeyboardMarkup:
    """Return the members to choose from, two in a row."""
    buttons = [_button(shorten(member.name, _LONGEST_NAME), card, "assign", member.id) for member in members]
    if card.assignee:
        buttons.append(_button("Nobody", card, "assign", NOBODY))
    rows = [buttons[start : start + 2] for start in range(0, len(buttons), 2)]
    return InlineKeyboardMarkup(inline_keyboard=[*rows, [_button("« Back", card, "show")]])


def _choice(card: TaskCard, does: str, name: str, present: str) -> InlineKeyboardButton:
    return _button(f"• {name} •" if name == present else name, card, does, name)


def _line(card: TaskCard) -> str:
    who = f" – {card.assignee}" if card.assignee else ""
    sign = _SIGNS.get(card.status, "")
    return f"{sign} #{card.number} {shorten(card.title, _LISTED_TITLE)}{_URGENT.get(card.priority, '')}{who}"


def _button(text: str, card: TaskCard, does: str, value: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(text=text, callback_data=Press(does, card.number, card.version, value).data)


def _back() -> InlineKeyboardButton:
    return InlineKeyboardButton(text="« Open tasks", callback_data=Press("list").data)
