"""What is true of the whole installation, for Prometheus: the ledger, what waits and since when, how Sources are.

Every API process says the same; panels and alerts take the highest.
"""

import asyncio
import logging
from uuid import UUID

from nats.errors import Error as NatsError
from nats.js.errors import APIError
from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from tracker_core.backlog import read_backlog
from tracker_core.bus import CONSUMERS, STREAMS
from tracker_core.database import reading
from tracker_core.health import read_heartbeats
from tracker_core.repositories import backups, sources
from tracker_core.repositories.accounts import ensure_default_workspace

from tracker_api.context import Context
from tracker_api.ledger.service import whole_ledger
from tracker_api.sources.service import source_health
from tracker_api.system.database import read_database

log = logging.getLogger(__name__)

INTERVAL = 15.0
"""Seconds between two looks."""

_LEDGER = Gauge("tracker_ledger_messages", "Messages by what became of them", ["source", "state"])
_LOST = Gauge("tracker_ledger_lost_messages", "Messages that the bus had accepted and that are nowhere: always 0")
_BALANCED = Gauge("tracker_ledger_balanced", "1 when every message is accounted for")
_IN_FLIGHT = Gauge("tracker_ledger_in_flight_messages", "Messages that are on the bus and not in Postgres yet")
_WAITING_AGE = Gauge("tracker_triage_oldest_seconds", "How long the oldest message has waited for its triage")
_DEAD_LETTERS = Gauge("tracker_dead_letters", "Dead letters that nobody has settled")
_QUEUE = Gauge("tracker_queue_messages", "What a consumer has not acknowledged", ["stream", "consumer"])
_QUEUE_AGE = Gauge("tracker_queue_oldest_seconds", "Age of the oldest message of a stream of work", ["stream"])
_STREAM_MESSAGES = Gauge("tracker_stream_messages", "Messages in a stream", ["stream"])
_STREAM_BYTES = Gauge("tracker_stream_bytes", "Bytes in a stream", ["stream"])
_STREAM_LIMIT = Gauge("tracker_stream_limit_bytes", "Bytes that a stream may hold", ["stream"])
_DATABASE_BYTES = Gauge("tracker_database_bytes", "Size of the database")
_CONNECTIONS = Gauge("tracker_database_connections", "Connections to the database, of all programs", ["state"])
_BACKUP = Gauge("tracker_backup_last_success_timestamp_seconds", "When the last backup was whole (Unix time); 0: never")
_BACKUP_SECONDS = Gauge("tracker_backup_last_duration_seconds", "How long the last backup took")
_BACKUP_BYTES = Gauge("tracker_backup_last_bytes", "Size of the last backup")
_BACKUP_DEADLINE = Gauge(
    "tracker_backup_deadline_timestamp_seconds", "When the next backup must be there (Unix time); 0: none is expected"
)
_UP = Gauge("tracker_component_up", "1 when a process says that it is ready", ["component"])
_SOURCE_UP = Gauge("tracker_source_up", "1 when a Source is ready", ["source", "kind"])
_SOURCE_LAG = Gauge("tracker_source_lag_messages", "What waits at the provider", ["source"])
_SOURCE_LAST = Gauge(
    "tracker_source_last_message_timestamp_seconds", "When a Source was last heard (Unix time)", ["source"]
)

_WAITING = """
select coalesce(extract(epoch from now() - min(received_at)), 0)::float8 from message where state = 'waiting'
"""
_BEGIN = "select created_at from workspace where id = :workspace"
_OPEN = "select count(*) from dead_letter where state = 'open'"


async def keep_gauges(context: Context) -> None:
    """Look again and again until cancelled; what does not answer keeps what it said last."""
    async with context.engine.begin() as connection:
        workspace_id = await ensure_default_workspace(connection)
    while True:
        for look in (_look_at_ledger, _look_at_sources, _look_at_streams, _look_at_database, _look_at_backups):
            try:
                async with asyncio.timeout(INTERVAL):
                    await look(context, workspace_id)
            except (SQLAlchemyError, NatsError, APIError, OSError, TimeoutError) as error:
                log.warning("Gauges: %s", str(error) or type(error).__name__)
        await asyncio.sleep(INTERVAL)


async def _look_at_ledger(context: Context, workspace_id: UUID) -> None:
    ledger = await whole_ledger(context, workspace_id)
    for part in ledger.sources:
        for state in ("tasks", "ignored", "waiting", "dead"):
            _LEDGER.labels(part.source or "none", state).set(getattr(part, state))
    _BALANCED.set(ledger.balanced)
    if ledger.bus is not None:
        _LOST.set(ledger.bus.lost)
        _IN_FLIGHT.set(ledger.bus.in_flight)
    async with reading(context.engine) as connection:
        _WAITING_AGE.set(await connection.scalar(text(_WAITING)) or 0.0)
        _DEAD_LETTERS.set(await connection.scalar(text(_OPEN)) or 0)


async def _look_at_sources(context: Context, workspace_id: UUID) -> None:
    heartbeats = await read_heartbeats(context.bus.js)
    _UP.clear()
    for key, beat in heartbeats.items():
        if not key.startswith(("source.", "webhook.")):
            _UP.labels(key.partition(".")[0]).set(beat.state == "ready")
    async with reading(context.engine) as connection:
        rows = await sources.list_sources(connection, workspace_id)
    for gauge in (_SOURCE_UP, _SOURCE_LAG, _SOURCE_LAST):
        gauge.clear()
    for row in rows:
        health = source_health(row, heartbeats)
        _SOURCE_UP.labels(row.key, row.kind).set(health.state == "ready")
        _SOURCE_LAG.labels(row.key).set(health.lag)
        if row.last_message_at is not None:
            _SOURCE_LAST.labels(row.key).set(row.last_message_at.timestamp())


async def _look_at_database(context: Context, _: UUID) -> None:
    found = await read_database(context.engine)
    _DATABASE_BYTES.set(found.bytes)
    _CONNECTIONS.clear()
    for state, count in found.connections.items():
        _CONNECTIONS.labels(state).set(count)


async def _look_at_backups(context: Context, workspace_id: UUID) -> None:
    async with reading(context.engine) as connection:
        last = await backups.last_backup(connection)
        begin = await connection.scalar(text(_BEGIN), {"workspace": workspace_id})
    if last is not None:
        _BACKUP.set(last.finished_at.timestamp())
        _BACKUP_SECONDS.set(last.took.total_seconds())
        _BACKUP_BYTES.set(last.bytes)
    if (allowed := context.settings.api.backup_max_age) and begin is not None:
        _BACKUP_DEADLINE.set(((last.finished_at if last else begin) + allowed).timestamp())


async def _look_at_streams(context: Context, _: UUID) -> None:
    shared = {str(config.durable_name) for _, config in CONSUMERS}
    for wanted in STREAMS:
        found = await read_backlog(context.bus.js, wanted)
        _STREAM_MESSAGES.labels(found.stream).set(found.messages)
        _STREAM_BYTES.labels(found.stream).set(found.bytes)
        _STREAM_LIMIT.labels(found.stream).set(found.limit)
        # Each Source has consumers of its own, which the Source's lag tells of.
        mine = [item for item in found.consumers if item.consumer in shared]
        for item in mine:
            _QUEUE.labels(found.stream, item.consumer).set(item.messages + item.in_flight)
        if mine and found.oldest_seconds is not None:
            _QUEUE_AGE.labels(found.stream).set(found.oldest_seconds)
