"""Reads Sources: their rows, their part of the ledger, and how they say they are."""

import contextlib
from collections.abc import Mapping
from typing import Any, Literal

import nats.errors
from nats.js.errors import APIError
from tracker_core.database import reading
from tracker_core.health import Heartbeat, read_heartbeats
from tracker_core.manifests import Autonomy, SourceKind
from tracker_core.manifests import Source as Manifest
from tracker_core.manifests.source import ReplySpec
from tracker_core.repositories import ledger
from tracker_core.repositories import sources as repository
from tracker_core.repositories.ledger import SourceCount
from tracker_core.repositories.sources import SourceState

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.manifests.store import Said
from tracker_api.sources.schemas import Counts, ReplyPolicy, Source, SourceHealth, SourceList

SAMPLES = "default/samples"
"""The Source of the sample messages; it has no manifest, so nothing else can send to it."""
_DEFAULT_THRESHOLD = 85


async def list_sources(context: Context, principal: Principal) -> SourceList:
    """Return all Sources, by name."""
    async with reading(context.engine) as connection:
        rows = await repository.list_sources(connection, principal.workspace_id)
        counted = {row.source_id: row for row in await ledger.count_by_source(connection, principal.workspace_id)}
    heartbeats = await heartbeats_of(context)
    gateway = context.settings.api.gateway_url.rstrip("/")
    known = {item.key: item for item in await context.manifests.read() if isinstance(item, Manifest)}
    said = await context.manifests.said()
    return SourceList(
        items=[
            _source(
                row,
                counted.get(row.id),
                heartbeats,
                gateway,
                manifest=known.get(row.key),
                said=said.get(("Source", row.key)),
            )
            for row in rows
        ]
    )


async def heartbeats_of(context: Context) -> Mapping[str, Heartbeat] | None:
    """Return the heartbeats of everything alive, by key; None when the bus does not tell."""
    if context.bus.nc.is_connected:
        with contextlib.suppress(nats.errors.Error, APIError, TimeoutError, OSError):
            return await read_heartbeats(context.bus.js)
    return None


def source_health(
    source: SourceState, heartbeats: Mapping[str, Heartbeat] | None, said: Said | None = None
) -> SourceHealth:
    """Return how a Source is.

    Args:
        source: Its row.
        heartbeats: What the processes say; None when the bus does not tell.
        said: What the operator says, where there is one.
    """
    if heartbeats is None:
        return silent("NATS does not answer, so nobody can say how the Source is", state="unknown")
    own = heartbeats.get(f"source.{source.namespace}.{source.name}")
    if own is not None:
        return SourceHealth(
            state=own.state,
            message=own.detail,
            reason=own.reason or None,
            account=own.account or None,
            lag=own.lag,
        )
    if source.kind == SourceKind.WEBHOOK:
        if not any(key.startswith("gateway.") for key in heartbeats):
            return silent("The gateway does not run. Start it", said=said)
        return silent("The gateway does not serve it. Apply the Source and a Webhook that names it", said=said)
    return silent("No process serves it. Start the one of this Source", said=said)


def _is_served(source: SourceState, heartbeats: Mapping[str, Heartbeat] | None) -> bool:
    return heartbeats is None or f"source.{source.namespace}.{source.name}" in heartbeats


def _left(source: SourceState) -> SourceHealth:
    message = "" if source.key == SAMPLES else "Its manifest is gone; its messages are kept. Apply it to go on"
    return silent(message)


def silent(message: str, *, state: Literal["offline", "unknown"] = "offline", said: Said | None = None) -> SourceHealth:
    """Return how a Source is whose process says nothing; the operator knows better why than anybody."""
    if said is not None:
        return SourceHealth(state=state, message=said.message, reason=said.reason, account=None, lag=0)
    return SourceHealth(state=state, message=message, reason=None, account=None, lag=0)


def counts(row: SourceCount | None) -> Counts:
    """Return a Source's part of the ledger; zeros when there is none."""
    if row is None:
        return Counts(received=0, tasks=0, ignored=0, waiting=0, dead=0)
    received = row.tasks + row.ignored + row.waiting + row.dead
    return Counts(received=received, tasks=row.tasks, ignored=row.ignored, waiting=row.waiting, dead=row.dead)


def _source(
    row: SourceState,
    counted: SourceCount | None,
    heartbeats: Mapping[str, Heartbeat] | None,
    gateway: str,
    *,
    manifest: Manifest | None,
    said: Said | None,
) -> Source:
    configured = manifest is not None
    # The row follows what its process announces, a moment after somebody has changed the manifest.
    # What that leaves out takes its default; a Source that is only known from its messages has none.
    spec = manifest.spec.model_dump(mode="json", by_alias=True, exclude_none=True) if manifest else row.spec
    triage: dict[str, Any] = spec.get("triage") or {}
    reply = ReplySpec.model_validate(spec.get("reply") or {})
    return Source(
        id=row.id,
        namespace=row.namespace,
        name=row.name,
        kind=SourceKind(row.kind),
        autonomy=Autonomy(triage.get("autonomy", Autonomy.SUGGEST)),
        auto_threshold=int(triage.get("autoThreshold", _DEFAULT_THRESHOLD)),
        configured=configured,
        sample=row.key == SAMPLES,
        suspended=bool(spec.get("suspend", False)),
        reply=ReplyPolicy(enabled=reply.enabled, require_approval=reply.require_approval),
        health=source_health(row, heartbeats, said) if configured or _is_served(row, heartbeats) else _left(row),
        last_message_at=row.last_message_at,
        counts=counts(counted),
        webhook_url=f"{gateway}{row.webhook_path}" if gateway and row.webhook_path else None,
    )
