"""Reads how right triage was."""

from tracker_core.database import reading
from tracker_core.repositories import sources
from tracker_core.repositories.accuracy import read_accuracy

from tracker_api.accuracy.schemas import AccuracyReport
from tracker_api.auth import Principal
from tracker_api.context import Context


async def get_accuracy(context: Context, principal: Principal, *, days: int, source_keys: list[str]) -> AccuracyReport:
    """Return the figures of the last `days` days."""
    async with reading(context.engine) as connection:
        named = await sources.find_source_ids(connection, principal.workspace_id, source_keys) if source_keys else None
        return AccuracyReport.of(await read_accuracy(connection, principal.workspace_id, days=days, sources=named))
