"""Plays sample messages in and removes them.

They come from a Source of their own, so nothing but them is ever removed. They travel over the bus as any message; the
ledger keeps the places of those that were removed.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import resources
from uuid import UUID

from tracker_core import telemetry
from tracker_core.bus import inbound_subject
from tracker_core.database import reading
from tracker_core.errors import UnavailableError
from tracker_core.events import Change, Entity, Verb
from tracker_core.health import ServedSource
from tracker_core.ids import new_id
from tracker_core.inbound import InboundMessage, Sender, encode, inbound_message
from tracker_core.manifests import SourceKind
from tracker_core.repositories import messages, removing, sources

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.removals import check_nothing_on_its_way
from tracker_api.samples.schemas import RemovedSamples, Samples
from tracker_api.sources.service import SAMPLES

_NAMESPACE, _, _NAME = SAMPLES.partition("/")
_ACK_SECONDS = 10.0


def sample_messages(now: datetime) -> Iterator[InboundMessage]:
    """Yield the sample messages in the order of their time; the last of them has just been written."""
    lines = resources.files("tracker_api.samples").joinpath("samples.jsonl").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        told = json.loads(line)
        name, _, address = told["sender"].rpartition(" <")
        yield inbound_message(
            source=SAMPLES,
            external_id=f"sample-{number:03}",
            sent_at=now - timedelta(minutes=told["minutes_ago"]),
            received_at=now,
            text=told["text"],
            subject=told.get("subject", ""),
            sender=Sender(name=name or told["sender"], address=address.rstrip(">") if name else ""),
            conversation=told.get("conversation", ""),
            raw=line,
        )


async def count(context: Context, principal: Principal) -> Samples:
    """Return how much of the sample data is there."""
    row = await _row(context, principal)
    every = [message.external_id for message in sample_messages(datetime.now(UTC))]
    known: set[str] = set()
    if row is not None:
        async with reading(context.engine) as connection:
            known = await messages.known_external_ids(connection, row, every)
    return Samples(source=SAMPLES, available=len(every), present=len(known))


async def add(context: Context, principal: Principal) -> Samples:
    """Put those that are not there onto the bus.

    Raises:
        UnavailableError: the bus does not take them.
    """
    if not context.bus.nc.is_connected:
        raise UnavailableError("The bus is not connected", cure="Try again in a moment", retry_after=2)
    async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
        connection = await tx.session.connection()
        if await sources.find_source(connection, tx.workspace_id, _NAMESPACE, _NAME) is None:
            served = ServedSource(_NAMESPACE, _NAME, SourceKind.WEBHOOK, {"type": SourceKind.WEBHOOK})
            made = await sources.project(connection, tx.workspace_id, served)
            data = {"kind": "Source", "namespace": _NAMESPACE, "name": _NAME, "result": "created"}
            tx.record(Change(verb=Verb.SOURCE_CONFIGURED, entity=Entity("source", made), data=data))
    row = await _row(context, principal)
    batch = list(sample_messages(datetime.now(UTC)))
    async with reading(context.engine) as connection:
        known = await messages.known_external_ids(connection, row or new_id(), [item.external_id for item in batch])
    # Of this run: JetStream would take those of a run that was removed for repeats.
    run = new_id()
    for item in batch:
        if item.external_id not in known:
            headers = {
                "Nats-Msg-Id": f"{SAMPLES}:{run}:{item.external_id}",
                telemetry.TRACEPARENT: telemetry.current_traceparent(),
            }
            await context.bus.js.publish(inbound_subject(SAMPLES), encode(item), timeout=_ACK_SECONDS, headers=headers)
    return Samples(source=SAMPLES, available=len(batch), present=len(known))


async def remove(context: Context, principal: Principal) -> RemovedSamples:
    """Remove the sample messages and all that comes from them alone.

    Raises:
        ConflictError: some are on their way to the database still.
    """
    await check_nothing_on_its_way(context.bus, SAMPLES)
    async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
        connection = await tx.session.connection()
        row = await sources.find_source(connection, tx.workspace_id, _NAMESPACE, _NAME)
        removed = 0
        if row is not None:
            removed = await removing.remove_source(connection, tx.workspace_id, row, SAMPLES)
            data = {"kind": "Source", "namespace": _NAMESPACE, "name": _NAME, "removed_messages": removed}
            tx.record(Change(verb=Verb.SOURCE_DELETED, entity=Entity("source", row), data=data))
    return RemovedSamples(messages=removed)


async def _row(context: Context, principal: Principal) -> UUID | None:
    async with reading(context.engine) as connection:
        return await sources.find_source(connection, principal.workspace_id, _NAMESPACE, _NAME)
