"""A notification's way: from its row over the bus to a member, once, when it is wanted and still true."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio
from tracker_core.bus import OUTBOUND, SENT_BUCKET, notice_subject
from tracker_core.channels.answering import notify
from tracker_core.ids import new_id
from tracker_core.notices import Notice, encode
from tracker_core.outbound import Delivery, delivery
from tracker_core.repositories import notifications as repository
from tracker_worker.record.notices import record_delivery, send_notices, send_once, tell_due
from tracker_worker.record.replies import follow_deliveries

from tests.support.waiting import eventually
from tests.worker.conftest import Parts, running

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
SOURCE = "support/telegram"


@pytest_asyncio.fixture
async def anna(parts: Parts) -> UUID:
    """A member who is linked with the second of two bots, and sleeps never."""
    member, first, second = new_id(), new_id(), new_id()
    for source_id, name in ((first, "other"), (second, "telegram")):
        await parts.execute(
            "insert into source (id, workspace_id, namespace, name, kind, spec, webhook_path, created_at, updated_at)"
            " values (:id, :workspace, 'support', :name, 'telegram', '{}', '', now(), now())",
            id=source_id,
            workspace=parts.workspace_id,
            name=name,
        )
    await parts.execute(
        "insert into member (id, workspace_id, name, role, created_at)"
        " values (:id, :workspace, 'Anna', 'member', now())",
        id=member,
        workspace=parts.workspace_id,
    )
    await parts.execute(
        "insert into member_identity (id, workspace_id, member_id, kind, external_id, name, source_id, created_at)"
        " values (:id, :workspace, :member, 'telegram', '7', 'Anna M.', :source, now())",
        id=new_id(),
        workspace=parts.workspace_id,
        member=member,
        source=second,
    )
    await wants(parts, member, quiet_from=None, quiet_until=None)
    return member


async def wants(parts: Parts, member: UUID, **fields: Any) -> None:
    async with parts.engine.begin() as connection:
        preferences = repository.Preferences(**fields)
        await repository.save_preferences(connection, parts.workspace_id, member, preferences)


async def a_task(parts: Parts, assignee: UUID | None, *, status: str = "todo", due_on: date | None = None) -> UUID:
    task_id = new_id()
    await parts.execute(
        "insert into task (id, workspace_id, number, title, description, status, category, priority, labels,"
        " assignee_id, due_on, created_at, updated_at, version) values (:id, :workspace,"
        " (select count(*) + 1 from task), 'Order paper', '', :status, 'task', 'medium', '{}', :assignee, :due_on,"
        " now(), now(), 1)",
        id=task_id,
        workspace=parts.workspace_id,
        status=status,
        assignee=assignee,
        due_on=due_on,
    )
    return task_id


async def assigned(parts: Parts, task_id: UUID, by: UUID | None = None) -> None:
    async with parts.engine.begin() as connection:
        await repository.tell_assignee(connection, task_id, by=by, by_name="Boss")


async def states(parts: Parts) -> list[tuple[str, str]]:
    rows = await parts.all("select kind, state from notification order by id")
    return [(row["kind"], row["state"]) for row in rows]


@asynccontextmanager
async def channel(parts: Parts, say: Callable[[Notice], Delivery], seen: list[Notice]) -> AsyncIterator[None]:
    async def tell(notice: Notice) -> Delivery:
        seen.append(notice)
        return say(notice)

    loops = (
        notify(parts.bus, SOURCE, tell),
        send_notices(parts.bus, parts.engine),
        follow_deliveries(parts.bus, parts.transactions),
    )
    async with running(*loops):
        yield


async def test_assignment_reaches_the_member_through_the_own_bot_and_its_row_says_so(parts: Parts, anna: UUID) -> None:
    await assigned(parts, await a_task(parts, anna))
    seen: list[Notice] = []
    async with channel(parts, lambda notice: delivery(notice, "sent"), seen):
        await eventually("sent", lambda: parts.all("select 1 from notification where state = 'sent'"))
    (notice,) = seen
    assert (notice.source, notice.recipient.id, notice.kind, notice.by) == (SOURCE, "7", "assigned", "Boss")
    assert (notice.task.number, notice.task.title, notice.task.assignee, notice.task.mine) == (
        1,
        "Order paper",
        "Anna",
        True,
    )


async def test_only_work_of_somebody_elses_doing_is_told_and_once(parts: Parts, anna: UUID) -> None:
    await assigned(parts, await a_task(parts, None))
    await assigned(parts, await a_task(parts, anna, status="triage"))
    await assigned(parts, await a_task(parts, anna), by=anna)
    assert await states(parts) == []
    task_id = await a_task(parts, anna)
    await assigned(parts, task_id)
    await assigned(parts, task_id)
    assert await states(parts) == [("assigned", "queued")]
    await parts.execute("delete from member_identity")
    await assigned(parts, await a_task(parts, anna))
    assert len(await states(parts)) == 1


async def test_what_is_due_is_told_on_the_members_calendar_and_overdue_once(parts: Parts, anna: UUID) -> None:
    today = NOON.date()
    for offset in (-9, -1, 0, 1):
        await a_task(parts, anna, due_on=today + timedelta(days=offset))
    await a_task(parts, anna, due_on=today, status="done")
    await a_task(parts, None, due_on=today)
    assert await tell_due(parts.engine, NOON) == 2
    assert await tell_due(parts.engine, NOON) == 0
    assert await states(parts) == [("overdue", "queued"), ("due", "queued")]
    # In Auckland it is tomorrow already.
    await wants(parts, anna, quiet_from=None, quiet_until=None, zone="Pacific/Auckland")
    assert await tell_due(parts.engine, NOON) == 2
    assert sorted(await states(parts)) == [("due", "queued")] * 2 + [("overdue", "queued")] * 2
    await parts.execute("update task set snoozed_until = :until", until=NOON + timedelta(days=3))
    assert await tell_due(parts.engine, NOON + timedelta(days=1)) == 0


async def test_what_is_not_wanted_or_not_so_any_more_is_dropped_with_the_reason(parts: Parts, anna: UUID) -> None:
    task_id = await a_task(parts, anna, due_on=NOON.date())
    await assigned(parts, task_id)
    await tell_due(parts.engine, NOON)
    await parts.execute("update notification set created_at = :at", at=NOON)
    await wants(parts, anna, due=False, quiet_from=None, quiet_until=None)
    await parts.execute("update task set status = 'done'")
    await parts.execute("update notification set next_attempt_at = :at", at=NOON)
    assert await send_once(parts.bus, parts.engine, NOON) == 2
    reasons = await parts.all("select kind, last_error from notification where state = 'dropped' order by kind")
    assert [(row["kind"], row["last_error"]) for row in reasons] == [
        ("assigned", "No longer so when it was to be sent"),
        ("due", "Switched off in the settings"),
    ]
    assert (await parts.bus.js.stream_info(OUTBOUND)).state.messages == 0


async def test_quiet_hours_hold_it_back_until_they_end_or_are_changed(parts: Parts, anna: UUID) -> None:
    await wants(parts, anna)
    await assigned(parts, await a_task(parts, anna))
    night = datetime.now(UTC).replace(hour=23, minute=0) + timedelta(days=1)
    await parts.execute("update notification set created_at = :at", at=night)
    await send_once(parts.bus, parts.engine, night)
    over = (night + timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)
    row = await parts.one("select state, attempts, next_attempt_at from notification")
    assert (row["state"], row["attempts"], row["next_attempt_at"]) == ("queued", 0, over)
    await wants(parts, anna, quiet_from=None, quiet_until=None)
    assert await send_once(parts.bus, parts.engine, night) == 1
    assert (await parts.bus.js.stream_info(OUTBOUND)).state.messages == 1


async def test_blocked_bot_pauses_everything_with_the_reason(parts: Parts, anna: UUID) -> None:
    await assigned(parts, await a_task(parts, anna))
    blocked = "Forbidden: bot was blocked by the user"
    async with channel(parts, lambda notice: delivery(notice, "failed", detail=blocked, blocked=True), []):
        await eventually("failed", lambda: parts.all("select 1 from notification where state = 'failed'"))
    row = await parts.one("select paused_reason, quiet_from, assigned from notification_settings")
    assert (row["paused_reason"], row["quiet_from"], row["assigned"]) == (blocked, None, True)
    await assigned(parts, await a_task(parts, anna))
    await send_once(parts.bus, parts.engine, datetime.now(UTC) + timedelta(seconds=1))
    assert await parts.one("select last_error from notification where state = 'dropped'") == f"Paused: {blocked}"


async def test_rate_limit_is_waited_out_and_it_is_sent_then(parts: Parts, anna: UUID) -> None:
    await assigned(parts, await a_task(parts, anna))
    seen: list[Notice] = []
    async with channel(parts, lambda notice: delivery(notice, "retry", detail="429", retry_after=600), seen):
        await eventually("refusal", lambda: parts.all("select 1 from notification where last_error = '429'"))
    assert await parts.one("select next_attempt_at > now() + interval '9 minutes' from notification")
    await parts.execute("update notification set next_attempt_at = now()")
    async with channel(parts, lambda notice: delivery(notice, "sent"), seen):
        await eventually("sent", lambda: parts.all("select 1 from notification where state = 'sent'"))
    assert [notice.attempt for notice in seen] == [1, 2]


async def test_nothing_is_sent_twice_when_the_process_dies_while_it_sends(parts: Parts, anna: UUID) -> None:
    await assigned(parts, await a_task(parts, anna))
    arrived = asyncio.Event()

    async def tell(_: Notice) -> Delivery:
        arrived.set()
        await asyncio.Event().wait()
        raise AssertionError("it is killed before")

    async with running(notify(parts.bus, SOURCE, tell), send_notices(parts.bus, parts.engine)):
        await asyncio.wait_for(arrived.wait(), 10)
    await parts.execute("update notification set next_attempt_at = now()")
    seen: list[Notice] = []
    async with channel(parts, lambda notice: delivery(notice, "sent"), seen):
        await eventually("sent", lambda: parts.all("select 1 from notification where state = 'sent'"))
    assert seen == []
    assert "perhaps it arrived" in await parts.one("select last_error from notification")


async def test_a_report_that_was_lost_is_made_again_without_sending(parts: Parts, anna: UUID) -> None:
    await assigned(parts, await a_task(parts, anna))
    seen: list[Notice] = []
    async with channel(parts, lambda notice: delivery(notice, "sent"), seen):
        await eventually("sent", lambda: parts.all("select 1 from notification where state = 'sent'"))
        await parts.execute("update notification set state = 'queued', next_attempt_at = now()")
        await eventually("sent again", lambda: parts.all("select 1 from notification where state = 'sent'"))
    assert len(seen) == 1
    assert await (await parts.bus.js.key_value(SENT_BUCKET)).get(str(seen[0].id))


async def test_old_news_is_none_and_an_unknown_report_is_passed_over(parts: Parts, anna: UUID) -> None:
    await assigned(parts, await a_task(parts, anna))
    await send_once(parts.bus, parts.engine, datetime.now(UTC) + timedelta(days=2))
    assert await states(parts) == [("assigned", "dropped")]
    await record_delivery(Delivery(reply_id=new_id(), attempt=1, outcome="sent", at=NOON, about="notice"), parts.engine)


async def test_what_is_no_notification_stops_nothing(parts: Parts, anna: UUID) -> None:
    await parts.bus.js.publish(notice_subject(SOURCE), b"{}")
    await assigned(parts, await a_task(parts, anna))
    seen: list[Notice] = []
    async with channel(parts, lambda notice: delivery(notice, "sent"), seen):
        await eventually("sent", lambda: parts.all("select 1 from notification where state = 'sent'"))
    assert encode(seen[0])
