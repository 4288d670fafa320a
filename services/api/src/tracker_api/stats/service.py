"""Reads the figures."""

from tracker_core.database import reading
from tracker_core.repositories.statistics import read_statistics

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.stats.schemas import DayStats, SourceStats, Stats, TriageSeconds


async def get_stats(context: Context, principal: Principal, *, days: int) -> Stats:
    """Return the figures of the last `days` days."""
    async with reading(context.engine) as connection:
        found = await read_statistics(connection, principal.workspace_id, days=days)
    return Stats(
        messages_per_day=[
            DayStats(day=day.day, total=day.total, tasks=day.tasks, ignored=day.ignored) for day in found.days
        ],
        by_category=found.by_category,
        by_priority=found.by_priority,
        by_source=[SourceStats(source=source, total=total) for source, total in found.by_source.items()],
        triage_seconds=TriageSeconds(p50=found.triage_p50, p90=found.triage_p90),
        open_tasks=found.open_tasks,
        done_last_days=found.done,
        corrections=found.corrections,
        accuracy=found.judged_right / found.judged if found.judged else None,
    )
