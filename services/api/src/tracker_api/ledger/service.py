"""Balances the ledger: received = tasks + ignored + waiting + dead, and all that the bus accepted is accounted for.

The order of reading makes the proof hold while messages flow: first the stream's last sequence L and how many messages
it stores, then how many sequences up to L Postgres knows. What came later is above L; what was recorded in between
only lowers what is in flight.
"""

from uuid import UUID

import nats.errors
from nats.js.errors import APIError
from tracker_core.bus import INBOUND, Bus
from tracker_core.database import reading
from tracker_core.errors import NotFoundError
from tracker_core.repositories.ledger import Recorded, SourceCount, count_by_source, count_recorded

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.ledger.schemas import BusProof, Ledger, SourceLedger
from tracker_api.sources.service import counts


async def get_ledger(context: Context, principal: Principal, source: str | None) -> Ledger:
    """Return the ledger, whole or of one Source."""
    if source is not None:
        async with reading(context.engine) as connection:
            rows = await count_by_source(connection, principal.workspace_id)
        mine = [row for row in rows if row.source == source]
        if not mine:
            raise NotFoundError(f"There is no Source '{source}'", cure="`tasktracker get sources` lists them")
        return balance(mine, None, None)
    return await whole_ledger(context, principal.workspace_id)


async def whole_ledger(context: Context, workspace_id: UUID) -> Ledger:
    """Return the ledger of a workspace, with the proof of the bus."""
    bus_error = None
    try:
        stream: tuple[int, int, int] | None = await _read_stream(context.bus)
    except (nats.errors.Error, APIError, TimeoutError, OSError) as error:
        stream, bus_error = None, f"NATS does not answer: {str(error) or type(error).__name__}"
    async with reading(context.engine) as connection:
        # One snapshot: a message that is recorded between two queries would be counted as in flight and as a row.
        await connection.execution_options(isolation_level="REPEATABLE READ")
        recorded = None
        if stream is not None:
            recorded = await count_recorded(connection, epoch=stream[0], last=stream[1])
        rows = await count_by_source(connection, workspace_id)
    proof = None if stream is None or recorded is None else prove(last=stream[1], stored=stream[2], recorded=recorded)
    return balance(rows, proof, bus_error)


def prove(*, last: int, stored: int, recorded: Recorded) -> BusProof:
    """Compare the bus with Postgres.

    Args:
        last: Last sequence of the stream.
        stored: Messages that the stream still held when `last` was read.
        recorded: What Postgres knows of up to `last`, read after that.
    """
    missing = max(0, last - recorded.total)
    return BusProof(
        accepted=last,
        recorded=recorded.messages + recorded.poison,
        replayed=recorded.replayed,
        removed=recorded.removed,
        in_flight=min(missing, stored),
        lost=max(0, missing - stored),
    )


def balance(rows: list[SourceCount], proof: BusProof | None, bus_error: str | None) -> Ledger:
    """Add up the Sources and what is in flight."""
    in_flight = proof.in_flight if proof else 0
    parts = [SourceLedger(source=row.source, **dict(counts(row))) for row in rows]
    received = sum(part.received for part in parts) + in_flight
    tasks, ignored = sum(part.tasks for part in parts), sum(part.ignored for part in parts)
    waiting, dead = sum(part.waiting for part in parts) + in_flight, sum(part.dead for part in parts)
    return Ledger(
        received=received,
        tasks=tasks,
        ignored=ignored,
        waiting=waiting,
        dead=dead,
        balanced=received == tasks + ignored + waiting + dead and (proof is None or proof.lost == 0),
        bus=proof,
        bus_error=bus_error,
        sources=parts,
    )


async def _read_stream(bus: Bus) -> tuple[int, int, int]:
    """Return when the inbound stream was made (Unix seconds), its last sequence and how many messages it holds."""
    if not bus.nc.is_connected:
        raise nats.errors.ConnectionClosedError
    info = await bus.js.stream_info(INBOUND)
    return int(info.created.timestamp()) if info.created else 0, info.state.last_seq, info.state.messages
