"""`/api/webhooks`."""

from fastapi import APIRouter

from tracker_api.auth import Admin, Viewer
from tracker_api.context import Ctx
from tracker_api.webhooks import rotating, service, testing
from tracker_api.webhooks.schemas import Rotated, RotateRequest, TestMessage, TestOutcome, Webhook, WebhookList

router = APIRouter(tags=["webhooks"])


@router.get("/webhooks")
async def list_webhooks(context: Ctx, _: Viewer) -> WebhookList:
    """Return all Webhooks with their health."""
    return await service.list_webhooks(context)


@router.post("/webhooks/{namespace}/{name}/test")
async def check_webhook(
    context: Ctx, principal: Admin, namespace: str, name: str, message: TestMessage | None = None
) -> TestOutcome:
    """Send a message as its provider would, signed with its secret, through the gateway; it becomes a real message."""
    text = message.text if message else None
    return await testing.send_test(context, principal, f"{namespace}/{name}", text)


@router.post("/webhooks/{namespace}/{name}/rotate")
async def rotate_secret(
    context: Ctx, principal: Admin, namespace: str, name: str, request: RotateRequest | None = None
) -> Rotated:
    """Give it a new secret; the one before is accepted too until the grace is over."""
    return await rotating.rotate(context, principal, f"{namespace}/{name}", request or RotateRequest())


@router.post("/webhooks/{namespace}/{name}/end-rotation")
async def end_rotation(context: Ctx, principal: Admin, namespace: str, name: str) -> Webhook:
    """Take the older of two secrets away now."""
    await rotating.end(context, principal.workspace_id, principal.actor, f"{namespace}/{name}")
    return await service.get_webhook(context, f"{namespace}/{name}")
