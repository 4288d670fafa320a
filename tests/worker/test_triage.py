import asyncio
import contextlib
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.errors import Error as NatsError
from sqlalchemy import text
from taskiq.api import run_receiver_task
from tracker_core.bus import EVENTS, JOBS
from tracker_core.events import SYSTEM, Change, Entity, Verb, decode_events
from tracker_core.ids import new_id
from tracker_core.jobs import Queue
from tracker_core.outbox import write_events
from tracker_core.queue import JobBroker
from tracker_core.repositories import triage as repository
from tracker_core.tables import Category, MessageState, Priority, TaskStatus
from tracker_worker.jobs import triage_message
from tracker_worker.models.members import match_member
from tracker_worker.models.provider import Judgement, Question
from tracker_worker.record import scheduler
from tracker_worker.record.relay import relay_once
from tracker_worker.settings import TriageSettings
from tracker_worker.triage.deciding import Outcome, decide
from tracker_worker.triage.failing import backoff
from tracker_worker.triage.first_look import FirstLook

from tests.support.servers import Server
from tests.support.waiting import eventually
from tests.worker.conftest import Parts, a_message, running

SETTINGS = TriageSettings()
SETTLED = "select 1 where not exists (select from message where state = 'waiting')"
PUBLISHED = "select 1 where not exists (select from outbox)"


def a_judgement(**fields: Any) -> Judgement:
    defaults: dict[str, Any] = {
        "provider": "scripted",
        "model": "scripted-1",
        "category": Category.BUG,
        "priority": Priority.MEDIUM,
        "actionable": True,
        "confidence": 0.8,
        "language": "en",
        "reason": "It used to work",
        "title": "Export is a day old",
        "description": "The export is a day old",
    }
    return Judgement(**defaults | fields)


class Scripted:
    """A provider that does what the test says."""

    def __init__(self, act: Callable[[Question], Judgement] | None = None) -> None:
        self.asked: list[Question] = []
        self.act = act or (lambda _: a_judgement())

    async def judge(self, question: Question) -> Judgement:
        self.asked.append(question)
        return self.act(question)


async def recorded(parts: Parts, *messages: object) -> list[UUID]:
    async with parts.recording():
        await parts.publish(*messages)  # type: ignore[arg-type]
        rows = await eventually("recorded messages", lambda: _all_there(parts, len(messages)))
        await eventually("empty outbox", lambda: parts.all(PUBLISHED))
    return [row["id"] for row in rows]


async def _all_there(parts: Parts, count: int) -> list[dict[str, UUID]]:
    rows = await parts.all("select id from message order by id")
    return rows if len(rows) == count else []


def test_autonomy_decides_what_a_verdict_leads_to() -> None:
    sure, unsure = a_judgement(confidence=0.9), a_judgement(confidence=0.6)
    assert decide(sure, {}) == Outcome(MessageState.TASK, "It used to work", TaskStatus.TRIAGE)
    auto = {"autonomy": "Auto", "autoThreshold": 85}
    assert decide(sure, auto).task_status is TaskStatus.TODO
    assert decide(unsure, auto).task_status is TaskStatus.TRIAGE
    shadow = decide(sure, {"autonomy": "Shadow"})
    assert (shadow.state, shadow.task_status) == (MessageState.IGNORED, None)
    assert decide(a_judgement(actionable=False), auto).state is MessageState.IGNORED


@pytest.mark.parametrize(
    ("name", "expected"),
    [("anna", 0), ("@Anna", 0), ("Anna Maier", 0), ("lena", None), ("Lena Holm", 2), ("bob", None), (None, None)],
)
def test_assignee_is_a_member_only_when_exactly_one_fits(name: str | None, expected: int | None) -> None:
    ids = [uuid4() for _ in range(3)]
    members = dict(zip(ids, ("Anna Maier", "Lena Berg", "Lena Holm"), strict=True))
    assert match_member(name, members) == (None if expected is None else ids[expected])


def test_backoff_grows_and_ends() -> None:
    delivery = {"retry": 2, "backoffDelay": "3s"}
    waits = [backoff(attempt, SETTINGS, delivery) for attempt in (1, 2, 3)]
    assert waits == [timedelta(seconds=3), timedelta(seconds=6), None]
    linear = {"retry": 9, "backoffDelay": "3s", "backoffPolicy": "linear"}
    assert backoff(3, SETTINGS, linear) == timedelta(seconds=9)
    assert backoff(40, SETTINGS, {"retry": 50}) == SETTINGS.backoff_limit


async def test_actionable_message_becomes_a_suggestion_with_verdict_and_events(parts: Parts) -> None:
    await parts.execute(
        "insert into member (id, workspace_id, name, role, created_at)"
        " values (:id, :ws, 'Anna Maier', 'member', now())",
        id=new_id(),
        ws=parts.workspace_id,
    )
    (message_id,) = await recorded(parts, a_message("1"))
    provider = Scripted(lambda _: a_judgement(assignee="anna", due_on=date(2026, 10, 8), labels=("export",)))
    async with running(parts.publisher.run()):
        await FirstLook(parts.transactions, provider, SETTINGS).triage_message(message_id)
        await eventually("empty outbox", lambda: parts.all(PUBLISHED))
    task = await parts.one("select t.*, m.name as assignee from task t join member m on m.id = t.assignee_id")
    assert (task["number"], task["status"], task["title"]) == (1, "triage", "Export is a day old")
    assert (task["assignee"], task["due_on"], task["labels"]) == ("Anna Maier", date(2026, 10, 8), ["export"])
    assert await parts.one("select state from message") == "task"
    assert await parts.one("select message_id from task_message") == message_id
    assert await parts.one("select id from verdict") == task["verdict_id"]
    last = (await parts.bus.js.stream_info(EVENTS)).state.last_seq
    frame = decode_events((await parts.bus.js.get_msg(EVENTS, last)).data or b"")
    assert [event.verb for event in frame] == [Verb.TASK_CREATED, Verb.MESSAGE_TRIAGED]


async def test_second_wake_up_for_a_settled_message_does_nothing(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1"))
    triage = FirstLook(parts.transactions, Scripted(), SETTINGS)
    await triage.triage_message(message_id)
    await triage.triage_message(message_id)
    assert await parts.one("select count(*) from task") == 1


async def test_two_workers_with_one_message_make_one_task(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1"))
    workers = [FirstLook(parts.transactions, Scripted(), SETTINGS) for _ in range(4)]
    await asyncio.gather(*(worker.triage_message(message_id) for worker in workers))
    assert await parts.one("select count(*) from task") == 1
    assert await parts.one("select attempts from message") == 1


async def test_worker_whose_claim_was_taken_over_settles_nothing(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1"))
    taken_over = asyncio.Event()

    class Slow(Scripted):
        async def judge(self, question: Question) -> Judgement:
            await taken_over.wait()
            return a_judgement(title="late")

    slow = asyncio.create_task(FirstLook(parts.transactions, Slow(), SETTINGS).triage_message(message_id))
    await eventually("claim", lambda: parts.all("select 1 from message where claims = 1"))
    await parts.execute("update message set claimed_until = now() - interval '1 second'")
    await FirstLook(parts.transactions, Scripted(), SETTINGS).triage_message(message_id)
    taken_over.set()
    await slow
    assert [row["title"] for row in await parts.all("select title from task")] == ["Export is a day old"]


async def test_renewal_holds_a_claim_but_none_that_was_given_back_or_taken_over(parts: Parts) -> None:
    ids = await recorded(parts, *(a_message(str(n)) for n in range(3)))
    lease, past = timedelta(minutes=1), timedelta(seconds=-1)
    async with parts.engine.begin() as connection:
        kept = await repository.claim(connection, ids[0], past)
        given_back = await repository.claim(connection, ids[1], lease)
        lost = await repository.claim(connection, ids[2], past)
        assert kept
        assert given_back
        assert lost
        await repository.put_off(connection, given_back, timedelta(seconds=2), "no model answers")
    async with parts.engine.begin() as connection:
        assert await repository.claim(connection, lost.id, past) is not None
        await repository.renew(connection, [kept, given_back, lost], lease)
    rows = await parts.all("select claimed_until > now() as held from message order by id")
    assert [row["held"] for row in rows] == [True, None, False]


async def test_failing_triage_is_put_off_and_then_buried_with_its_reason(parts: Parts) -> None:
    def fail(_: Question) -> Judgement:
        raise ValueError("no such token")

    (message_id,) = await recorded(parts, a_message("1", raw="the raw form"))
    triage = FirstLook(parts.transactions, Scripted(fail), TriageSettings(retries=1))
    await triage.triage_message(message_id)
    row = await parts.one("select state, last_error, next_attempt_at > now() as later from message")
    assert dict(row) == {"state": "waiting", "last_error": "ValueError: no such token", "later": True}
    await triage.triage_message(message_id)
    assert await parts.one("select attempts from message") == 1, "not due yet"
    await parts.execute("update message set next_attempt_at = now()")
    await triage.triage_message(message_id)
    assert await parts.one("select state from message") == "dead"
    letter = await parts.one("select raw, reason, message_id from dead_letter")
    assert dict(letter) == {"raw": b"the raw form", "reason": "ValueError: no such token", "message_id": message_id}


async def test_verdict_that_the_database_refuses_is_put_off_with_the_reason(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1"))
    provider = Scripted(lambda _: a_judgement(title="a\0b"))
    await FirstLook(parts.transactions, provider, SETTINGS).triage_message(message_id)
    row = await parts.one("select last_error, claimed_until from message")
    assert row["claimed_until"] is None
    assert "invalid byte sequence" in row["last_error"]
    assert "insert into" not in row["last_error"].lower(), "the statement would bury the reason"


async def test_error_of_any_text_can_be_kept(parts: Parts) -> None:
    def fail(_: Question) -> Judgement:
        raise ValueError("a\0b" + "x" * 10_000)

    (message_id,) = await recorded(parts, a_message("1"))
    await FirstLook(parts.transactions, Scripted(fail), SETTINGS).triage_message(message_id)
    assert len(await parts.one("select last_error from message")) == 2000


async def test_message_that_kills_its_worker_each_time_is_buried(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1"))
    triage = FirstLook(parts.transactions, provider := Scripted(), TriageSettings(retries=1))
    for _ in range(2):
        async with parts.engine.begin() as connection:
            assert await repository.claim(connection, message_id, timedelta(0)), "claimed, and the process dies"
    await triage.triage_message(message_id)
    assert provider.asked == []
    assert await parts.one("select state from message") == "dead"
    assert "No attempt came to an end" in await parts.one("select reason from dead_letter")


async def test_conversation_is_triaged_in_its_order(parts: Parts) -> None:
    ids = await recorded(parts, *(a_message(str(n), f"part {n}", conversation="c") for n in range(3)))
    provider = Scripted()
    triage = FirstLook(parts.transactions, provider, SETTINGS)
    await triage.triage_message(ids[2])
    await triage.triage_message(ids[1])
    assert provider.asked == []
    for message_id in ids:
        await triage.triage_message(message_id)
    assert [question.text for question in provider.asked] == ["part 0", "part 1", "part 2"]


async def test_jobs_travel_over_the_queue_and_wake_the_rest_of_a_conversation(parts: Parts) -> None:
    await recorded(parts, *(a_message(str(n), f"part {n}", conversation="c") for n in range(5)))
    receiver = await a_receiver(parts)
    triage_message.register(receiver, FirstLook(parts.transactions, provider := Scripted(), SETTINGS))
    async with running(run_receiver_task(receiver, max_async_tasks=4, validate_params=False)):
        await eventually(
            "settled messages",
            lambda: parts.all("select 1 where not exists (select from message where state = 'waiting')"),
        )
    await receiver.shutdown()
    assert [question.text for question in provider.asked] == [f"part {n}" for n in range(5)]


async def test_scheduler_wakes_only_the_first_of_a_conversation(parts: Parts) -> None:
    ids = await recorded(parts, *(a_message(str(n), conversation="thread") for n in range(3)), a_message("alone"))
    async with parts.engine.begin() as connection:
        due = await repository.take_due(connection, grace=timedelta(0), limit=100)
    assert {one.id for one in due} == {ids[0], ids[3]}


async def test_message_that_comes_in_while_the_one_before_it_is_settled_is_woken(parts: Parts) -> None:
    first, second = await recorded(parts, *(a_message(str(n), conversation="c") for n in range(2)))
    await parts.execute("update message set state = 'ignored' where id = :id", id=second)
    await parts.bus.js.purge_stream(JOBS)
    triage = FirstLook(parts.transactions, provider := Scripted(), SETTINGS)
    async with parts.engine.begin() as connection:
        # The last statement before the commit waits for this.
        await connection.execute(text("lock table outbox"))
        settling = asyncio.create_task(triage.triage_message(first))
        await eventually("settling", lambda: parts.all("select 1 from pg_locks where not granted"))
        await parts.execute("update message set state = 'waiting' where id = :id", id=second)
        await triage.triage_message(second)
        assert len(provider.asked) == 1, "the first still waits for all others to see"
    await settling
    assert str(second).encode() in ((await parts.bus.js.get_last_msg(JOBS, "jobs.triage")).data or b"")


async def test_lost_wake_up_is_sent_again_by_the_scheduler(parts: Parts) -> None:
    await recorded(parts, a_message("1"))
    await parts.bus.js.purge_stream("JOBS")
    assert await scheduler.wake_due(parts.engine, parts.broker) == 0, "it may still be under way"
    assert await scheduler.wake_due(parts.engine, parts.broker, grace=timedelta(0)) == 1
    assert (await parts.bus.js.stream_info("JOBS")).state.messages == 1


async def test_events_that_a_crash_left_behind_are_published_once(parts: Parts) -> None:
    (message_id,) = await recorded(parts, a_message("1"))
    # Committed, and the process dies before it publishes: nobody runs the publisher.
    await FirstLook(parts.transactions, Scripted(), SETTINGS).triage_message(message_id)
    before = (await parts.bus.js.stream_info(EVENTS)).state.messages
    outbox = await parts.one("select * from outbox")
    for _ in range(2):
        assert await relay_once(parts.bus.js, parts.engine, grace=timedelta(0)) == 1
        await parts.execute("insert into outbox values (:transaction_id, :workspace_id, :created_at)", **outbox)
    assert (await parts.bus.js.stream_info(EVENTS)).state.messages == before + 1


async def test_events_too_large_for_the_bus_do_not_hold_up_those_behind_them(
    parts: Parts, nats_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    [config] = nats_server.log.parent.rglob("*.conf")
    nats_server.kill()
    config.write_text(re.sub(r'("?max_payload"?\s*:\s*)\d+', r"\g<1>65536", config.read_text()))
    nats_server.start()
    await eventually("a new connection", lambda: asyncio.sleep(0, parts.bus.nc.max_payload == 65536))
    for text_of_it in ("long" * 20_000, "short"):
        change = Change(verb=Verb.TASK_UPDATED, entity=Entity("task", new_id()), after={"description": text_of_it})
        async with parts.engine.begin() as connection:
            await write_events(connection, parts.workspace_id, SYSTEM, [change])
    assert await relay_once(parts.bus.js, parts.engine, grace=timedelta(0)) == 2
    assert await parts.all("select * from outbox") == []
    assert (await parts.bus.js.stream_info(EVENTS)).state.messages == 1
    assert "larger than the bus takes" in caplog.text


async def test_queue_whose_consumer_was_deleted_is_heard_again(parts: Parts) -> None:
    receiver = await a_receiver(parts)
    heard: list[bytes] = []

    async def listen() -> None:
        async for message in receiver.listen():
            heard.append(message.data)  # noqa: PERF401 -- the stream has no end

    async with running(listen()):
        await parts.bus.js.publish("jobs.triage", b"1")
        await eventually("first wake-up", lambda: asyncio.sleep(0, heard == [b"1"]))
        await parts.bus.js.delete_stream(JOBS)
        await eventually("second wake-up", lambda: sent_and_heard(parts, heard))
    await receiver.shutdown()


async def sent_and_heard(parts: Parts, heard: list[bytes]) -> bool:
    with contextlib.suppress(NatsError):
        await parts.bus.js.publish("jobs.triage", b"2")
    return b"2" in heard


async def a_receiver(parts: Parts) -> JobBroker:
    broker = JobBroker(parts.nats, Queue.TRIAGE, name="receiver")
    broker.is_worker_process = True
    await broker.startup()
    return broker
