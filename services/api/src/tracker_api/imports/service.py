"""Takes a batch of messages from a file and puts the new ones onto the bus, as a gateway would.

Everything is keyed by (Source, external id), so a batch that is sent again after an error adds nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import nats.errors
from nats.js import JetStreamContext
from nats.js.api import PubAck
from nats.js.errors import APIError
from tracker_core import telemetry
from tracker_core.bus import Bus, inbound_subject
from tracker_core.database import reading
from tracker_core.errors import InvalidInputError, MalformedError, NotFoundError, UnavailableError
from tracker_core.inbound import InboundMessage, encode, inbound_message, message_id
from tracker_core.repositories import messages, sources

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.imports.schemas import MAX_MESSAGES, ImportResult

IN_FLIGHT = 200
"""Messages sent whose ack has not come."""
ACK_SECONDS = 10.0
"""How long acks are waited for."""
OVERHEAD = 4096
"""Bytes of a bus message beside its body."""


class _Batch(msgspec.Struct):
    messages: list[msgspec.Raw]


@dataclass(frozen=True)
class Ready:
    """A message as it goes onto the bus."""

    external_id: str
    body: bytes


async def import_messages(
    context: Context, principal: Principal, namespace: str, name: str, body: bytes
) -> ImportResult:
    """Publish the new messages of a batch.

    Raises:
        NotFoundError: there is no such Source.
        UnavailableError: the bus is full or away; sending the batch again completes it.
    """
    batch = _decode(body)
    source = f"{namespace}/{name}"
    async with reading(context.engine) as connection:
        source_id = await sources.find_source(connection, principal.workspace_id, namespace, name)
    if source_id is None:
        raise NotFoundError(f"There is no Source '{source[:200]}'", cure="`tasktracker get sources` lists them")
    rejected: Counter[str] = Counter()
    ready = read_messages(batch, source, context.bus.nc.max_payload - OVERHEAD, rejected)
    known = await _known(context, source_id, ready)
    new = [item for item in ready if item.external_id not in known]
    duplicates = len(ready) - len(new)
    acks = await _publish(context.bus, source, new)
    repeated = sum(1 for ack in acks if ack.duplicate)
    return ImportResult(accepted=len(new) - repeated, duplicates=duplicates + repeated, rejected=dict(rejected))


def _decode(body: bytes) -> list[msgspec.Raw]:
    try:
        batch = msgspec.json.decode(body, type=_Batch).messages
    except msgspec.ValidationError as error:
        raise InvalidInputError(f"body: {error}", cure='Send {"messages": […]}') from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError("The body is not JSON in UTF-8", cure='Send {"messages": […]}') from error
    if len(batch) > MAX_MESSAGES:
        raise InvalidInputError(
            f"body.messages: {len(batch)} messages; at most {MAX_MESSAGES} at once", cure="Send smaller batches"
        )
    return batch


def read_messages(batch: Sequence[msgspec.Raw], source: str, limit: int, rejected: Counter[str]) -> list[Ready]:
    """Return the messages that can be understood and fit into `limit` bytes; count the others by reason."""
    received_at = datetime.now(UTC)
    ready = []
    for raw in batch:
        try:
            message = _message(raw, source, received_at)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError) as error:
            rejected[str(error)] += 1
            continue
        body = encode(message)
        if len(body) > limit:
            rejected[f"The message is over {limit} bytes"] += 1
        else:
            ready.append(Ready(message.external_id, body))
    return ready


def _message(raw: msgspec.Raw, source: str, received_at: datetime) -> InboundMessage:
    fields = msgspec.json.decode(raw, type=dict[str, object])
    # The path says where the messages go; a file cannot send some elsewhere.
    given = msgspec.convert({"received_at": received_at.isoformat()} | fields | {"source": source}, InboundMessage)
    return inbound_message(**{name: getattr(given, name) for name in InboundMessage.__struct_fields__})


async def _known(context: Context, source_id: UUID, ready: Sequence[Ready]) -> set[str]:
    async with reading(context.engine) as connection:
        return await messages.known_external_ids(connection, source_id, [item.external_id for item in ready])


async def _publish(bus: Bus, source: str, new: Sequence[Ready]) -> list[PubAck]:
    if not bus.nc.is_connected:
        # Not handed to the client library: it would send the messages after we have answered 503.
        raise UnavailableError("The bus is not connected", cure="Send the batch again in a moment", retry_after=2)
    acks: list[PubAck] = []
    for start in range(0, len(new), IN_FLIGHT):
        part = new[start : start + IN_FLIGHT]
        outcomes = await asyncio.gather(*(_send(bus.js, source, item) for item in part), return_exceptions=True)
        acks += [outcome for outcome in outcomes if isinstance(outcome, PubAck)]
        failure = next((outcome for outcome in outcomes if isinstance(outcome, BaseException)), None)
        if failure is not None:
            raise _unavailable(failure, len(acks), len(new)) from failure
    return acks


async def _send(js: JetStreamContext, source: str, item: Ready) -> PubAck:
    # Not `publish_async`: in nats-py 2.16 its future stays open when the server answers with an error (a full stream).
    headers = {
        "Nats-Msg-Id": message_id(source, item.external_id),
        telemetry.TRACEPARENT: telemetry.current_traceparent(),
    }
    return await js.publish(inbound_subject(source), item.body, timeout=ACK_SECONDS, headers=headers)


def _unavailable(failure: BaseException, taken: int, of: int) -> Exception:
    if not isinstance(failure, nats.errors.Error | APIError | OSError | TimeoutError):
        return RuntimeError("A message was not published")
    full = isinstance(failure, APIError)
    what = "The bus is full" if full else "The bus does not answer"
    return UnavailableError(
        f"{what}; {taken} of {of} new messages were acknowledged",
        cure="Send the batch again: what was taken is counted as duplicate then",
        retry_after=5 if full else 2,
    )
