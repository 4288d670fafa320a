"""`/api/me/notifications`."""

from fastapi import APIRouter

from tracker_api.auth import Viewer
from tracker_api.context import Ctx
from tracker_api.notifications import service
from tracker_api.notifications.schemas import NotificationPatch, NotificationSettings

router = APIRouter(tags=["accounts"])


@router.get("/me/notifications")
async def get_notification_settings(context: Ctx, principal: Viewer) -> NotificationSettings:
    """Return what one is told in the channel that one is linked with, and when."""
    return await service.get_settings(context, principal)


@router.patch("/me/notifications")
async def change_notification_settings(
    context: Ctx, principal: Viewer, patch: NotificationPatch
) -> NotificationSettings:
    """Change what one is told; it counts for what waits too."""
    return await service.change_settings(context, principal, patch)
