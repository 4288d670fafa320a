"""Notification settings as the API takes and shows them."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, PlainSerializer
from tracker_core.errors import InvalidInputError
from tracker_core.quiet import DEFAULT_ZONE, is_zone
from tracker_core.repositories.notifications import Preferences

from tracker_api.inputs import Input


def _minutes(value: time) -> str:
    return value.strftime("%H:%M")


def _on_a_clock(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("write it as on the clock, like 21:00; `zone` says on which")
    return value.replace(second=0, microsecond=0)


def _known_zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError("there is no such time zone; write it like Europe/Berlin")
    return name


Clock = Annotated[time, AfterValidator(_on_a_clock), PlainSerializer(_minutes, return_type=str)]
"""`21:00`, on the member's own clock."""
Zone = Annotated[str, Field(max_length=100), AfterValidator(_known_zone)]
"""Name in the IANA time zone database."""


class NotificationSettings(BaseModel):
    """What one is told in the channel that one is linked with."""

    assigned: bool
    """A task is one's own from now on, by somebody else's doing."""
    due: bool
    """A task of one's own is due today, or was and is still open."""
    mentioned: bool
    """A comment has @ and one's name."""
    approval: bool
    """An answer waits for an admin's approval."""
    quiet_from: Clock | None
    """When the quiet hours begin; what happens in them is told at their end."""
    quiet_until: Clock | None
    zone: str
    """Of that clock, and of the calendar that says what is due today."""
    zone_is_set: bool
    """False while nobody has said where the member is."""
    paused: bool
    """Nothing is told at all."""
    paused_reason: str | None
    """Why: the person blocked the bot, or asked for it."""
    linked: bool
    """There is a channel to be told in. `POST /api/me/identities/codes` links one."""

    @classmethod
    def of(cls, wanted: Preferences, *, linked: bool) -> "NotificationSettings":
        """Return the settings for the wire."""
        return cls(
            assigned=wanted.assigned,
            due=wanted.due,
            mentioned=wanted.mentioned,
            approval=wanted.approval,
            quiet_from=wanted.quiet_from,
            quiet_until=wanted.quiet_until,
            zone=wanted.zone or DEFAULT_ZONE,
            zone_is_set=wanted.zone is not None,
            paused=bool(wanted.paused_reason),
            paused_reason=wanted.paused_reason or None,
            linked=linked,
        )


class NotificationPatch(Input):
    """What changes; what is left out stays."""

    assigned: bool | None = None
    due: bool | None = None
    mentioned: bool | None = None
    approval: bool | None = None
    quiet_from: Clock | None = None
    """Null for no quiet hours; then `quiet_until` is null too."""
    quiet_until: Clock | None = None
    zone: Zone | None = None
    """Null for the one of the installation."""
    paused: bool | None = None
    """False also takes back a pause that a blocked bot has made."""

    def checked(self) -> "NotificationPatch":
        """Return itself.

        Raises:
            InvalidInputError: a switch is neither on nor off.
        """
        for name in ("assigned", "due", "mentioned", "approval", "paused"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise InvalidInputError(f"body.{name} is null", cure="Send true or false, or leave it out")
        return self
