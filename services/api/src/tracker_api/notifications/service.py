"""Reads and changes what a member is told, for the REST API and for the commands in a chat."""

from dataclasses import replace

from tracker_core.database import reading
from tracker_core.errors import InvalidInputError
from tracker_core.repositories import notifications as repository
from tracker_core.repositories.notifications import Preferences

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.notifications.schemas import NotificationPatch, NotificationSettings

BY_THE_MEMBER = "Paused by yourself"


async def get_settings(context: Context, principal: Principal) -> NotificationSettings:
    """Return what the member is told."""
    async with reading(context.engine) as connection:
        wanted = await repository.find_preferences(connection, principal.member_id)
        linked = await repository.is_reachable(connection, principal.member_id)
    return NotificationSettings.of(wanted, linked=linked)


async def change_settings(context: Context, principal: Principal, patch: NotificationPatch) -> NotificationSettings:
    """Change what the member is told; it counts for what waits too.

    Raises:
        InvalidInputError: quiet hours have a beginning or an end only.
    """
    async with context.engine.begin() as connection:
        before = await repository.find_preferences(connection, principal.member_id)
        wanted = patched(before, patch.checked())
        await repository.save_preferences(connection, principal.workspace_id, principal.member_id, wanted)
        linked = await repository.is_reachable(connection, principal.member_id)
    return NotificationSettings.of(wanted, linked=linked)


def patched(before: Preferences, patch: NotificationPatch) -> Preferences:
    """Return the preferences with the changes; pure.

    Raises:
        InvalidInputError: quiet hours have a beginning or an end only.
    """
    changes = patch.model_dump(exclude_unset=True, exclude={"paused"}, mode="python")
    wanted = replace(before, **{name: getattr(patch, name) for name in changes})
    if (wanted.quiet_from is None) != (wanted.quiet_until is None):
        raise InvalidInputError(
            "body.quiet_from: quiet hours have a beginning and an end", cure="Send both, or null for both"
        )
    if patch.paused is None or patch.paused == bool(before.paused_reason):
        return wanted
    return replace(wanted, paused_reason=BY_THE_MEMBER if patch.paused else "")
