"""A Webhook's secret is changed while messages flow: both are valid until the grace is over.

The new value takes a key of its own and the manifest changes in one step, so there is no moment at which a sender with
either of them is refused. When the grace ends stands in an annotation of the manifest; the API looks after it.
"""

import asyncio
import logging
import re
import secrets
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from tracker_core.errors import ConflictError, TrackerError
from tracker_core.events import SYSTEM, Actor
from tracker_core.manifests import SecretKeyRef, Webhook
from tracker_core.manifests.signing import scheme_of, secret_ref, signing_key
from tracker_core.repositories import accounts

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.manifests.editing import find_webhook
from tracker_api.manifests.service import apply_manifests
from tracker_api.webhooks.schemas import Rotated, RotateRequest, Rotation

log = logging.getLogger(__name__)

UNTIL = "tasktracker.dev/previous-secret-until"
"""Annotation: when `previousSecretRef` ends, ISO 8601."""
INTERVAL = 30.0
"""Seconds between two looks at what has ended."""
_STAMP = re.compile(r"-\d{14}$")


async def rotate(context: Context, principal: Principal, key: str, request: RotateRequest) -> Rotated:
    """Give a Webhook a new secret.

    Raises:
        ConflictError: it takes messages from everybody, or is being rotated already.
        InvalidManifestError: the value is none for its scheme.
    """
    webhook = await find_webhook(context, key)
    current = secret_ref(webhook)
    if current is None:
        raise ConflictError(
            f"Webhook '{key}' takes messages from everybody: it has no secret",
            cure="Set spec.verification to Token or HMAC first",
        )
    if _previous(webhook) is not None:
        raise ConflictError(
            f"Webhook '{key}': two secrets are valid already", cure="End that first: it takes the older one away"
        )
    value = request.value.get_secret_value() if request.value else _made_up(webhook)
    if webhook.spec.verification.hmac is not None:
        signing_key(webhook, value.encode())
    now = datetime.now(UTC)
    fresh = SecretKeyRef(name=current.name, key=f"{_STAMP.sub('', current.key)}-{now:%Y%m%d%H%M%S}")
    await context.manifests.set_secret(webhook.metadata.namespace, fresh, value.encode())
    until = now + timedelta(seconds=request.grace_seconds) if request.grace_seconds else None
    changed = _with(webhook, fresh, current if until else None, until)
    await apply_manifests(context, principal.workspace_id, principal.actor, [changed])
    if until is None:
        await _drop(context, webhook, current)
    return Rotated(value=value, previous_until=until)


async def end(context: Context, workspace_id: UUID, actor: Actor, key: str) -> None:
    """Take the older of two secrets away.

    Raises:
        ConflictError: there is only one.
    """
    webhook = await find_webhook(context, key)
    current, previous = secret_ref(webhook), _previous(webhook)
    if current is None or previous is None:
        raise ConflictError(f"Webhook '{key}' has no older secret", cure="There is nothing to end")
    await apply_manifests(context, workspace_id, actor, [_with(webhook, current, None, None)])
    await _drop(context, webhook, previous)


def rotation_of(webhook: Webhook) -> Rotation | None:
    """Return whether two secrets are valid, and until when."""
    return None if _previous(webhook) is None else Rotation(until=_until(webhook))


async def end_what_is_over(context: Context, workspace_id: UUID) -> None:
    """Take away every older secret whose grace has ended."""
    for item in await context.manifests.read():
        if not isinstance(item, Webhook) or _previous(item) is None:
            continue
        until = _until(item)
        if until is not None and until <= datetime.now(UTC):
            await end(context, workspace_id, SYSTEM, item.key)
            log.info("Webhook '%s': the older secret is not accepted any more", item.key)


async def look_after(context: Context) -> None:
    """End what is over until cancelled."""
    while True:
        try:
            async with context.engine.begin() as connection:
                workspace_id = await accounts.ensure_default_workspace(connection)
            await end_what_is_over(context, workspace_id)
        except (TrackerError, SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("Rotations not looked after: %s", str(error) or type(error).__name__)
        await asyncio.sleep(INTERVAL)


def _made_up(webhook: Webhook) -> str:
    if webhook.spec.verification.hmac is not None and scheme_of(webhook).base64_secret:
        return f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"
    return secrets.token_urlsafe(32)


def _previous(webhook: Webhook) -> SecretKeyRef | None:
    proving = webhook.spec.verification.hmac or webhook.spec.verification.token
    return proving.previous_secret_ref if proving else None


def _until(webhook: Webhook) -> datetime | None:
    try:
        moment = datetime.fromisoformat(webhook.metadata.annotations[UNTIL])
    except (KeyError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _with(webhook: Webhook, current: SecretKeyRef, previous: SecretKeyRef | None, until: datetime | None) -> Webhook:
    verification = webhook.spec.verification
    refs = {"secret_ref": current, "previous_secret_ref": previous}
    parts = {
        name: part.model_copy(update=refs)
        for name in ("hmac", "token")
        if (part := getattr(verification, name)) is not None
    }
    annotations = {name: value for name, value in webhook.metadata.annotations.items() if name != UNTIL}
    if until is not None:
        annotations[UNTIL] = until.isoformat(timespec="seconds")
    spec = webhook.spec.model_copy(update={"verification": verification.model_copy(update=parts)})
    metadata = webhook.metadata.model_copy(update={"annotations": annotations})
    return webhook.model_copy(update={"metadata": metadata, "spec": spec})


async def _drop(context: Context, webhook: Webhook, ref: SecretKeyRef) -> None:
    """Delete a value that this Webhook needs no more, unless another object names it."""
    namespace = webhook.metadata.namespace
    others = [item for item in await context.manifests.read() if item.metadata.namespace == namespace]
    wanted = {"name": ref.name, "key": ref.key}
    if any(_names(item.model_dump(mode="json"), wanted) for item in others):
        return
    await context.manifests.set_secret(namespace, ref, None)


def _names(value: object, wanted: dict[str, str]) -> bool:
    if isinstance(value, dict):
        return value == wanted or any(_names(part, wanted) for part in value.values())
    return isinstance(value, list) and any(_names(part, wanted) for part in value)
