"""An answer's way: from its row over the bus into a channel, and the report back into the row."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from tracker_core.channels.answering import answer
from tracker_core.ids import new_id
from tracker_core.inbound import Sender
from tracker_core.outbound import Delivery, OutboundReply, delivery
from tracker_worker.record.replies import follow_deliveries, record_delivery, send_due, send_once

from tests.support.waiting import eventually
from tests.worker.conftest import Parts, running
from tests.worker.test_conversations import ANN, outcomes, said, triaged, triaged_next


async def write(parts: Parts, body: str = "On it") -> UUID:
    """Keep an answer to the one task's message, as the API does."""
    reply_id = new_id()
    await parts.execute(
        "insert into reply (id, workspace_id, task_id, message_id, source_id, kind, body, state, attempts,"
        " next_attempt_at, last_error, external_id, url, created_at)"
        " select :id, m.workspace_id, tm.task_id, m.id, m.source_id, 'reply', :body, 'queued', 0, now(), '', '', '',"
        " now() from message m join task_message tm on tm.message_id = m.id limit 1",
        id=reply_id,
        body=body,
    )
    return reply_id


@asynccontextmanager
async def channel(
    parts: Parts, say: Callable[[OutboundReply], Delivery], seen: list[OutboundReply]
) -> AsyncIterator[None]:
    async def send(reply: OutboundReply) -> Delivery:
        seen.append(reply)
        return say(reply)

    answering = asyncio.create_task(answer(parts.bus, "default/inbox", send))
    loops = (
        send_due(parts.bus, parts.transactions),
        follow_deliveries(parts.bus, parts.transactions),
        parts.publisher.run(),
    )
    async with running(*loops):
        yield
    answering.cancel()
    await asyncio.gather(answering, return_exceptions=True)


async def test_answer_arrives_where_the_message_came_from_and_its_row_says_so(parts: Parts) -> None:
    await triaged(parts, said("77", "the export is broken", by=Sender(id="1", name="Ann", address="@ann")))
    reply_id = await write(parts)
    seen: list[OutboundReply] = []
    async with channel(parts, lambda reply: delivery(reply, "sent", external_id="78", url="https://t/78"), seen):
        await eventually("sent", lambda: parts.all("select 1 from reply where state = 'sent'"))
    (sent,) = seen
    assert (sent.id, sent.text, sent.conversation, sent.reply_to) == (reply_id, "On it", "team", "77")
    assert sent.recipient == Sender(id="1", name="Ann", address="@ann")
    row = await parts.one("select external_id, url, sent_at is not null as sent from reply")
    assert (row["external_id"], row["url"], row["sent"]) == ("78", "https://t/78", True)
    assert await parts.one("select count(*) from event where verb = 'reply.sent'") == 1


async def test_channel_that_is_busy_is_tried_again_after_the_time_it_asks_for(parts: Parts) -> None:
    await triaged(parts, said("1", "the export is broken"))
    await write(parts)
    seen: list[OutboundReply] = []
    async with channel(parts, lambda reply: delivery(reply, "retry", detail="429", retry_after=600), seen):
        await eventually("refusal", lambda: parts.all("select 1 from reply where last_error = '429'"))
    assert len(seen) == 1
    assert await parts.one("select next_attempt_at > now() + interval '9 minutes' from reply")
    await parts.execute("update reply set next_attempt_at = now()")
    async with channel(parts, lambda reply: delivery(reply, "sent"), seen):
        await eventually("sent", lambda: parts.all("select 1 from reply where state = 'sent'"))
    assert [reply.attempt for reply in seen] == [1, 2]


async def test_what_the_channel_refuses_waits_for_a_person_with_the_reason(parts: Parts) -> None:
    await triaged(parts, said("1", "the export is broken"))
    await write(parts)
    async with channel(parts, lambda reply: delivery(reply, "failed", detail="The user blocked the bot"), []):
        await eventually("failed", lambda: parts.all("select 1 from reply where state = 'failed'"))
    assert await parts.one("select last_error from reply") == "The user blocked the bot"
    assert await parts.one("select count(*) from event where verb = 'reply.failed'") == 1


async def test_attempts_come_to_an_end(parts: Parts) -> None:
    await triaged(parts, said("1", "the export is broken"))
    reply_id = await write(parts)
    reply = OutboundReply(id=reply_id, attempt=10, source="default/inbox", text="x")
    await record_delivery(delivery(reply, "retry", detail="still away"), parts.transactions)
    assert await parts.one("select state from reply") == "failed"


async def test_late_report_does_not_undo_what_was_sent(parts: Parts) -> None:
    await triaged(parts, said("1", "the export is broken"))
    reply = OutboundReply(id=await write(parts), attempt=1, source="default/inbox", text="x")
    await record_delivery(delivery(reply, "sent", external_id="9"), parts.transactions)
    await record_delivery(delivery(reply, "failed", detail="late"), parts.transactions)
    await record_delivery(delivery(reply, "sent", external_id="10"), parts.transactions)
    row = await parts.one("select state, external_id, last_error from reply")
    assert (row["state"], row["external_id"], row["last_error"]) == ("sent", "9", "")


async def test_only_what_was_let_go_goes_out(parts: Parts) -> None:
    await triaged(parts, said("1", "the export is broken"))
    for state in ("awaiting_approval", "rejected", "failed", "sent"):
        await write(parts)
        await parts.execute("update reply set state = :state where state = 'queued'", state=state)
    assert await send_once(parts.bus, parts.transactions) == 0


async def test_answer_to_our_answer_belongs_to_its_task(parts: Parts) -> None:
    await triaged(parts, said("1", "the export is broken", by=ANN))
    reply = OutboundReply(id=await write(parts), attempt=1, source="default/inbox", text="x")
    await record_delivery(delivery(reply, "sent", external_id="2"), parts.transactions)
    await triaged_next(parts, said("3", "thank you", at=9000, reply_to="2", conversation="elsewhere"))
    assert await outcomes(parts) == [("task", 1), ("task", 1)]


async def test_unknown_answer_in_a_report_is_passed_over(parts: Parts) -> None:
    reply = OutboundReply(id=new_id(), attempt=1, source="default/inbox", text="x")
    await record_delivery(delivery(reply, "sent"), parts.transactions)
    assert await parts.all("select 1 from reply") == []
