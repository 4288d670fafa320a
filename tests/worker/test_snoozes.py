"""A snoozed task comes back by itself, once, and says so."""

from tracker_core.ids import new_id
from tracker_worker.record.snoozes import end_snoozes, wake_once

from tests.support.waiting import eventually
from tests.worker.conftest import Parts, running


async def add_task(parts: Parts, number: int, snoozed_until: str) -> None:
    """Keep a suggestion that sleeps until this moment, as SQL writes it."""
    await parts.execute(
        "insert into task (id, workspace_id, number, title, description, status, category, priority, labels,"
        " snoozed_until, vector_version, created_at, updated_at, version)"
        f" values (:id, :workspace, :number, 'Mend the export', '', 'triage', 'task', 'medium', '{{}}',"
        f" {snoozed_until}, '', now(), now(), 3)",
        id=new_id(),
        workspace=parts.workspace_id,
        number=number,
    )


async def test_task_whose_snooze_ends_comes_back_with_one_event(parts: Parts) -> None:
    await add_task(parts, 1, "now() - interval '1 second'")
    await add_task(parts, 2, "now() + interval '1 hour'")
    async with running(end_snoozes(parts.transactions), parts.publisher.run()):
        await eventually("an event", lambda: parts.all("select 1 from event where verb = 'task.woke'"))
    rows = await parts.all("select number, snoozed_until is null as awake, version from task order by number")
    assert [dict(row) for row in rows] == [
        {"number": 1, "awake": True, "version": 3},
        {"number": 2, "awake": False, "version": 3},
    ]
    assert await wake_once(parts.transactions) == 0
    assert await parts.one("select data->>'number' from event where verb = 'task.woke'") == "1"
