"""Takes the questions of the channels from the bus and answers each; an error becomes an answer too."""

import asyncio
import logging

import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from tracker_core.asking import QUEUE, SUBJECTS, Answer, decode_question, encode
from tracker_core.errors import TrackerError

from tracker_api.commands.answers import answer
from tracker_api.context import Context

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Questions that are answered at the same time; the others wait in the subscription."""
WAITING = 1000
"""Questions that may wait; those above are dropped, and the one who asks is told by the timeout."""


async def respond(context: Context) -> None:
    """Answer until cancelled. The subscription survives an outage of NATS by itself."""
    subscription = await context.bus.nc.subscribe(SUBJECTS, queue=QUEUE, pending_msgs_limit=WAITING)
    slots = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        async for message in subscription.messages:
            await slots.acquire()
            group.create_task(_respond(context, message)).add_done_callback(lambda _: slots.release())


async def _respond(context: Context, message: Msg) -> None:
    try:
        try:
            said = await answer(context, decode_question(message.data))
        except TrackerError as error:
            said = Answer(outcome="refused" if error.status < 500 else "failed", text=str(error))  # noqa: PLR2004
        except msgspec.MsgspecError as error:
            log.error("A question on %s is none: %s", message.subject, error)  # noqa: TRY400 -- says it all
            said = Answer(outcome="failed", text="The server does not know this command. Update it")
        await message.respond(encode(said))
    except NatsError as error:
        log.info("An answer on %s is lost: %s", message.subject, type(error).__name__)
    except Exception:
        # One question must not end the answers to all others.
        log.exception("A question on %s failed", message.subject)
