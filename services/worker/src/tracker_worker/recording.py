"""Wires the role `record`: the recorder and what goes on beside it."""

from tracker_core.health import beating
from tracker_core.repositories.accounts import ensure_default_workspace

from tracker_worker.parts import open_parts, run_all
from tracker_worker.record.notices import follow_calendar, send_notices
from tracker_worker.record.recorder import Recorder
from tracker_worker.record.relay import run_relay
from tracker_worker.record.replies import follow_deliveries, send_due
from tracker_worker.record.scheduler import run_scheduler
from tracker_worker.record.snoozes import end_snoozes
from tracker_worker.record.sources import Sources
from tracker_worker.settings import WorkerSettings


async def record(settings: WorkerSettings) -> None:
    """Run the recorder, the relay, the scheduler, the projection of Sources, and the way out and back."""
    async with open_parts(settings, "recorder") as parts:
        async with parts.engine.begin() as connection:
            workspace_id = await ensure_default_workspace(connection)
        sources = Sources(parts.bus, parts.engine, workspace_id)
        recorder = Recorder(
            parts.bus,
            parts.engine,
            parts.publisher,
            parts.broker,
            sources,
            workspace_id=workspace_id,
            batch=settings.record.batch,
        )
        async with beating(parts.bus.js, f"recorder.{settings.instance}", recorder.report):
            await run_all(
                recorder.run(),
                parts.publisher.run(),
                run_relay(parts.bus.js, parts.engine),
                run_scheduler(parts.bus.js, parts.engine, parts.broker),
                end_snoozes(parts.transactions),
                sources.follow(),
                send_due(parts.bus, parts.transactions),
                follow_calendar(parts.engine),
                send_notices(parts.bus, parts.engine),
                follow_deliveries(parts.bus, parts.transactions),
            )
