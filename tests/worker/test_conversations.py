"""What belongs together ends in one task: bursts, replies and threads, on real Postgres and NATS."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from tracker_core.events import Actor, ActorKind, Change, Entity, Verb
from tracker_core.ids import new_id
from tracker_core.inbound import InboundMessage, Sender
from tracker_core.outbox import write_events
from tracker_core.tables import Category, Priority
from tracker_worker.models.provider import Judgement, Provider, Question
from tracker_worker.settings import TriageSettings
from tracker_worker.triage.first_look import FirstLook

from tests.support.waiting import eventually
from tests.worker.conftest import NOON, Parts, a_message
from tests.worker.test_triage import Scripted, a_judgement, recorded

ANN, BOB = Sender(id="1", name="Ann"), Sender(id="2", name="Bob")


def said(external_id: str, text: str, *, by: Sender = ANN, at: int = 0, **fields: Any) -> InboundMessage:
    """Return a message in the team's chat, `at` seconds after noon."""
    sent = NOON + timedelta(seconds=at)
    return a_message(external_id, text, **{"sender": by, "sent_at": sent, "conversation": "team"} | fields)


def read(question: Question) -> Judgement:
    """Judge by one word: who says "broken" reports a bug, all else is chatter."""
    broken = "broken" in question.text
    return a_judgement(
        category=Category.BUG if broken else Category.NOISE,
        priority=Priority.HIGH if "urgent" in question.text else Priority.LOW,
        actionable=broken,
        title=question.text.replace("\n", " / "),
        description=question.text,
    )


async def triaged(parts: Parts, *messages: InboundMessage) -> list[UUID]:
    ids = await recorded(parts, *messages)
    triage = FirstLook(parts.transactions, Scripted(read), TriageSettings())
    for message_id in ids:
        await triage.triage_message(message_id)
    return ids


async def outcomes(parts: Parts) -> list[tuple[str, int | None]]:
    """Return state and task number of each message, in order."""
    rows = await parts.all(
        "select m.state, t.number from message m left join task_message tm on tm.message_id = m.id"
        " left join task t on t.id = tm.task_id order by m.id, t.number"
    )
    return [(row["state"], row["number"]) for row in rows]


async def test_burst_makes_one_task_that_says_all_of_it(parts: Parts) -> None:
    await triaged(
        parts,
        said("1", "hi"),
        said("2", "the export is broken", at=20),
        said("3", "that is urgent", at=40),
    )
    assert await outcomes(parts) == [("task", 1), ("task", 1), ("task", 1)]
    task = await parts.one("select title, priority, version from task")
    assert task["title"] == "hi / the export is broken / that is urgent"
    assert task["priority"] == "high"
    assert task["version"] == 2
    verbs = [row["verb"] for row in await parts.all("select verb from event where actor_name = 'triage' order by id")]
    assert verbs == [
        "message.triaged",
        "task.created",
        "message.joined",
        "message.triaged",
        "message.joined",
        "task.updated",
        "message.triaged",
    ]


async def test_burst_does_not_overwrite_what_a_person_wrote(parts: Parts) -> None:
    await triaged(parts, said("1", "the export is broken"))
    task_id = await parts.one("select id from task")
    async with parts.engine.begin() as connection:
        change = Change(verb=Verb.TASK_UPDATED, entity=Entity("task", task_id))
        await write_events(connection, parts.workspace_id, Actor(ActorKind.MEMBER, "Dana"), [change])
    await triaged_next(parts, said("2", "that is urgent, still broken", at=20))
    assert await outcomes(parts) == [("task", 1), ("task", 1)]
    assert await parts.one("select priority from task") == "low"


async def triaged_next(parts: Parts, message: InboundMessage, provider: Provider | None = None) -> None:
    async with parts.recording():
        await parts.publish(message)
        rows = await eventually("message", lambda: parts.all("select id from message where state = 'waiting'"))
    await FirstLook(parts.transactions, provider or Scripted(read), TriageSettings()).triage_message(rows[0]["id"])


class Meanwhile:
    """A provider; while it judges, this happens."""

    def __init__(self, happens: Callable[[], Awaitable[None]]) -> None:
        self._happens = happens

    async def judge(self, question: Question) -> Judgement:
        await self._happens()
        return read(question)


async def add_task(parts: Parts, number: int) -> UUID:
    """A task that a person made."""
    task_id = new_id()
    await parts.execute(
        "insert into task (id, workspace_id, number, title, description, status, category, priority, labels,"
        " vector_version, version, created_at, updated_at)"
        " values (:id, :workspace, :number, 'By hand', '', 'todo', 'bug', 'low', '{}', '', 1, now(), now())",
        id=task_id,
        workspace=parts.workspace_id,
        number=number,
    )
    return task_id


async def test_same_here_is_part_of_the_report_and_no_task(parts: Parts) -> None:
    await triaged(parts, said("1", "the export is broken"), said("2", "same here!!", by=BOB, at=300))
    assert await outcomes(parts) == [("task", 1), ("task", 1)]
    assert await parts.one("select state_reason from message where external_id = '2'") == "Part of #1: It used to work"


async def test_answer_belongs_to_the_task_however_late_and_in_another_thread(parts: Parts) -> None:
    await triaged(
        parts,
        said("1", "the export is broken"),
        said("2", "it is broken in Firefox too", by=BOB, at=90_000, conversation="team:1", reply_to="1"),
    )
    assert await outcomes(parts) == [("task", 1), ("task", 1)]


async def test_two_people_with_two_reports_make_two_tasks(parts: Parts) -> None:
    await triaged(parts, said("1", "the export is broken"), said("2", "the lift is broken", by=BOB, at=30))
    assert await outcomes(parts) == [("task", 1), ("task", 2)]


async def test_mails_of_one_thread_are_one_task_and_its_chatter(parts: Parts) -> None:
    ids = await recorded(parts, a_message("0"))
    await parts.execute("update source set kind = 'email'")
    await parts.execute("delete from message where id = :id", id=ids[0])
    await triaged(
        parts,
        said("1", "the export is broken"),
        said("2", "any news?", by=BOB, at=7200, reply_to="1"),
        said("3", "fixed, thank you", at=7300, reply_to="2"),
    )
    assert await outcomes(parts) == [("task", 1), ("task", 1), ("task", 1)]


async def test_shadow_joins_nothing(parts: Parts) -> None:
    await triaged(parts, said("1", "the export is broken"))
    await parts.execute('update source set spec = \'{"triage": {"autonomy": "Shadow"}}\'')
    await triaged_next(parts, said("2", "it is broken again", at=20))
    assert await outcomes(parts) == [("task", 1), ("ignored", None)]


async def test_message_that_somebody_wants_a_task_of_makes_one_whatever_it_says(parts: Parts) -> None:
    await triaged(parts, said("1", "lunch at noon?", wanted=True))
    assert await outcomes(parts) == [("task", 1)]
    task = await parts.one("select category, status from task")
    assert (task["category"], task["status"]) == ("task", "triage")


async def test_what_a_person_has_made_a_task_of_meanwhile_does_not_come_along(parts: Parts) -> None:
    (first,) = await triaged(parts, said("1", "hi"))

    async def taken() -> None:
        task_id = await add_task(parts, 7)
        await parts.execute(
            "insert into task_message (task_id, message_id, workspace_id) values (:task, :message, :workspace)",
            task=task_id,
            message=first,
            workspace=parts.workspace_id,
        )
        await parts.execute("update message set state = 'task', state_reason = 'Dana said so' where id = :id", id=first)

    await triaged_next(parts, said("2", "the export is broken", at=20), Meanwhile(taken))
    assert await outcomes(parts) == [("task", 7), ("task", 1)]
    assert await parts.one("select state_reason from message where id = :id", id=first) == "Dana said so"


async def test_follow_up_on_what_is_merged_while_it_is_judged_belongs_to_the_target(parts: Parts) -> None:
    await triaged(parts, said("1", "the export is broken"))

    async def merged() -> None:
        target = await add_task(parts, 7)
        await parts.execute("update task set status = 'duplicate', duplicate_of = :id where number = 1", id=target)

    await triaged_next(parts, said("2", "same here!!", by=BOB, at=300), Meanwhile(merged))
    assert await outcomes(parts) == [("task", 1), ("task", 7)]
    assert await parts.one("select data ->> 'number' from event where verb = 'message.joined'") == "7"


async def test_burst_that_says_the_same_anew_is_an_event_too(parts: Parts) -> None:
    """Its version has changed: who edits it without knowing that would be refused."""
    await triaged(parts, said("1", "the export is broken"))
    fixed = a_judgement(title="Export is broken")
    await triaged_next(parts, said("2", "really", at=20), Scripted(lambda _: fixed))
    before = await parts.one("select max(id) from event")
    await triaged_next(parts, said("3", "quite", at=40), Scripted(lambda _: fixed))
    assert await parts.one("select version from task") == 3
    verbs = await parts.all("select verb from event where id > :id and verb like 'task.%'", id=before)
    assert [row["verb"] for row in verbs] == ["task.updated"]
