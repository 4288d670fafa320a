"""`/settings` from a chat: the words of a command become the patch that the dashboard would send."""

from typing import Any

from pydantic import ValidationError
from tracker_core.asking import Answer, ChangeSettings, SettingsCard
from tracker_core.errors import InvalidInputError

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.notifications import service
from tracker_api.notifications.schemas import NotificationPatch, NotificationSettings

_SWITCHES = {"on": True, "off": False}


async def show_settings(context: Context, principal: Principal) -> Answer:
    """Return what the member is told."""
    return _answer(principal, await service.get_settings(context, principal))


async def change_settings(context: Context, principal: Principal, question: ChangeSettings) -> Answer:
    """Change one thing."""
    patch = _patch(question.name, question.value.strip())
    return _answer(principal, await service.change_settings(context, principal, patch))


def _patch(name: str, value: str) -> NotificationPatch:
    fields: dict[str, Any]
    match name:
        case "assigned" | "due" | "mentioned" | "approval" | "paused" if value in _SWITCHES:
            fields = {name: _SWITCHES[value]}
        case "quiet" if value == "off":
            fields = {"quiet_from": None, "quiet_until": None}
        case "quiet":
            start, _, end = value.replace("–", "-").partition("-")
            fields = {"quiet_from": _clock(start), "quiet_until": _clock(end)}
        case "zone":
            fields = {"zone": value}
        case _:
            raise InvalidInputError(
                f"There is no setting {f'{name} {value}'.strip()[:50]!r}",
                cure="Send /settings quiet 21:00-8:00, /settings quiet off or /settings zone Europe/Berlin",
            )
    try:
        return NotificationPatch.model_validate(fields)
    except ValidationError as error:
        cure = "Write it like Europe/Berlin" if name == "zone" else "Write it like 21:00-8:00"
        raise InvalidInputError(f"{value[:50]!r} cannot be read", cure=cure) from error


def _clock(said: str) -> str:
    hours, _, minutes = said.strip().partition(":")
    return f"{hours.zfill(2)}:{(minutes or '0').zfill(2)}"


def _answer(principal: Principal, settings: NotificationSettings) -> Answer:
    quiet = ""
    if settings.quiet_from is not None and settings.quiet_until is not None:
        quiet = f"{settings.quiet_from:%H:%M}–{settings.quiet_until:%H:%M}"
    card = SettingsCard(
        assigned=settings.assigned,
        due=settings.due,
        mentioned=settings.mentioned,
        approval=settings.approval,
        quiet=quiet,
        zone=settings.zone,
        zone_is_set=settings.zone_is_set,
        paused=settings.paused_reason or "",
    )
    return Answer(outcome="done", member=principal.actor.name, settings=card)
