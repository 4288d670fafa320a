"""The finalizer: undoes what a Source or a Webhook has left outside of Kubernetes, and lets it go.

A deletion must not hang: what cannot be undone in time is named in an event, and the object goes all the
same.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tracker_core.errors import TrackerError
from tracker_core.kubernetes.client import RefusedError, Resource
from tracker_core.manifests import Source, SourceKind

from tracker_operator import telegram
from tracker_operator.context import Context
from tracker_operator.known import Known
from tracker_operator.references import resolve
from tracker_operator.resources import PREFIX

log = logging.getLogger(__name__)

FINALIZER = f"{PREFIX}/finalizer"


async def leave(
    context: Context, resource: Resource, body: Mapping[str, Any], known: Known, undo: Callable[[], Awaitable[None]]
) -> None:
    """Undo what is outside, then take the finalizer away.

    Args:
        context: All parts.
        resource: Kind of the object.
        body: The object as it was read.
        known: The same, understood.
        undo: Does it; what it does twice it does once.

    Raises:
        TrackerError: it is not undone yet, trying again may help, and there is time for it.
    """
    meta = body["metadata"]
    if FINALIZER not in meta.get("finalizers", []):
        return
    try:
        await undo()
    except TrackerError as error:
        asked = datetime.fromisoformat(meta["deletionTimestamp"])
        if error.retryable and datetime.now(UTC) - asked < timedelta(seconds=context.settings.operator.undo_seconds):
            raise
        await context.status.event(body, "Warning", "NotUndone", f"{known.key}: {error}. It is deleted all the same")
    rest = [name for name in meta["finalizers"] if name != FINALIZER]
    try:
        await context.cluster.set_finalizers(resource, body, rest)
    except RefusedError as error:
        if error.code != 404:  # noqa: PLR2004 -- HTTP's own number: it is gone already
            raise


async def undo_source(context: Context, known: Known) -> None:
    """Take back what the process of a Source has told Telegram, and what the Source has on the bus.

    Raises:
        TrackerError: one of them does not answer.
    """
    source = known.manifest
    if not isinstance(source, Source):
        return
    problems = []
    if source.spec.type is SourceKind.TELEGRAM and source.spec.telegram is not None:
        webhooks = context.index.webhooks_of(source.metadata.namespace, source.metadata.name)
        ours = telegram.addresses(webhooks, context.settings.gateway.public_url)
        if ours:
            # Read before the Secret goes with its namespace, which deletes everything at once.
            resolved = await resolve(context.cluster, source.metadata.namespace, [source])
            token = resolved.value(source.spec.telegram.token_secret_ref).decode(errors="replace")
            if token:
                try:
                    await telegram.withdraw(context.settings.providers.telegram_url, token, ours)
                except TrackerError as error:
                    problems.append(error)
    await context.observed.forget(source.key, purge=source.spec.deletion_policy == "Purge")
    if problems:
        raise problems[0]
