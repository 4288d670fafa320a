"""One request to a Webhook, from its first byte to the answer after the bus has acknowledged it.

This is the hot path: plain ASGI, each byte decoded once, everything that can be prepared was prepared in `Endpoint`.
The order of the checks is from cheap to dear, and nothing of a body is read for a sender who is refused anyway.
"""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Literal

import msgspec
from tracker_core.channels.handover import HandedRequest
from tracker_core.channels.publishing import Publisher
from tracker_core.errors import InvalidInputError
from tracker_core.inbound import InboundMessage, inbound_message

from tracker_ingestion.kinds.gateway.body import Body, Budget, Receive
from tracker_ingestion.kinds.gateway.decoding import decode_body
from tracker_ingestion.kinds.gateway.endpoint import Endpoint
from tracker_ingestion.kinds.gateway.expressions import UnreadableError, is_true, search
from tracker_ingestion.kinds.gateway.limits import Network, check_address, client_address
from tracker_ingestion.kinds.gateway.problems import Answer
from tracker_ingestion.kinds.gateway.reading import TEXT_NAMES, Reading
from tracker_ingestion.kinds.gateway.tally import Outcome
from tracker_ingestion.kinds.gateway.verification import HeaderMap


class Accepted(msgspec.Struct, omit_defaults=True):
    """The body of a success."""

    id: str
    """The external id: the same for each attempt to send the same message."""
    status: str
    """`accepted`; `dead_letter` when it was kept but not understood; `filtered` when it carries no message."""
    duplicate: bool | None = None
    """Whether the bus had it already."""
    reason: str | None = None
    """Why it was not understood."""


_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Acceptor:
    """What accepting needs from the process."""

    publisher: Publisher
    budget: Budget
    trusted_proxies: tuple[Network, ...]
    body_timeout: float

    async def accept(
        self, endpoint: Endpoint, scope: Mapping[str, Any], headers: HeaderMap, receive: Receive, traceparent: str
    ) -> Answer:
        """Take one request in.

        Raises:
            TrackerError: it is refused, and the sender still has the message.
            ClientGoneError: the client has gone before the body was whole.
        """
        if endpoint.blocked is not None:
            raise endpoint.blocked.error()
        if endpoint.allowed:
            forwarded = (value for name, value in scope["headers"] if name == b"x-forwarded-for")
            peer = scope.get("client")
            check_address(client_address(peer[0] if peer else None, forwarded, self.trusted_proxies), endpoint.allowed)
        for limit in endpoint.limits:
            limit.check(time.monotonic())
        body = Body(receive, self.budget, limit=endpoint.max_body_bytes, timeout_seconds=self.body_timeout)
        try:
            raw = await body.read(headers.get(b"content-length"))
            now = time.time()
            endpoint.verifier.verify(headers, raw, now)
            for limit in endpoint.limits:
                limit.take()
            return await self._take(endpoint, headers, raw, now, traceparent)
        finally:
            body.release()

    async def _take(self, endpoint: Endpoint, headers: HeaderMap, raw: bytes, now: float, traceparent: str) -> Answer:
        value = decode_body(_text(headers, b"content-type"), _text(headers, b"content-encoding").lower(), raw)
        if (challenge := _challenge(endpoint, value)) is not None:
            return Answer(200, challenge.encode(errors="replace"), b"text/plain; charset=utf-8")
        identity = endpoint.identity.of(headers, value, raw, now)
        received_at = datetime.fromtimestamp(now, UTC)
        if endpoint.handed_over:
            request = HandedRequest(raw, received_at, _text(headers, b"content-type"))
            known = await self.publisher.hand_over(
                endpoint.source, request, bus_id=identity.bus_id, traceparent=traceparent
            )
            endpoint.memory.tally.accepted(Outcome.DUPLICATE if known else Outcome.ACCEPTED)
            # Without a body: such a provider takes what is in it for an instruction.
            return Answer(endpoint.status)
        try:
            if _held_back(endpoint, value):
                endpoint.memory.tally.filtered()
                return _success(endpoint, Accepted(identity.external_id, "filtered"))
            message = _message(endpoint, identity.external_id, endpoint.reader.read(value), raw, received_at)
            reason = None if message.text else _no_text(endpoint)
        except UnreadableError as error:
            reason = str(error)
        if reason is not None:
            message = _dead_letter(endpoint, identity.external_id, reason, raw, received_at)
        duplicate = await self.publisher.publish(message, bus_id=identity.bus_id, traceparent=traceparent)
        outcome = Outcome.DUPLICATE if duplicate else Outcome.DEAD if reason is not None else Outcome.ACCEPTED
        endpoint.memory.tally.accepted(outcome)
        status = "accepted" if reason is None else "dead_letter"
        return _success(endpoint, Accepted(message.external_id, status, duplicate, reason))


def _challenge(endpoint: Endpoint, value: Any) -> str | None:
    if endpoint.challenge is None:
        return None
    try:
        found = search(endpoint.challenge, value, "challenge")
    except UnreadableError:
        return None
    return found if isinstance(found, str) else None


def _held_back(endpoint: Endpoint, value: Any) -> bool:
    if endpoint.filter is not None and not is_true(search(endpoint.filter, value, "spec.filter")):
        return True
    if endpoint.ignored is None:
        return False
    try:
        return is_true(search(endpoint.ignored, value, "ignored"))
    except UnreadableError:
        return False


def _no_text(endpoint: Endpoint) -> str:
    """Return why a body without text is a dead letter; where nobody said where the text is, the sender is told.

    Raises:
        InvalidInputError: the sender can mend it.
    """
    if endpoint.strict_text:
        raise InvalidInputError(
            "The body has no text",
            cure=f"Send it as one of {', '.join(TEXT_NAMES)}, or set spec.extract.text of the Webhook to where it is",
        )
    return "No text was found in this body; set spec.extract.text, or spec.filter to leave such requests out"


def _message(
    endpoint: Endpoint, external_id: str, reading: Reading, raw: bytes, received_at: datetime
) -> InboundMessage:
    text, encoding = _raw(raw)
    return inbound_message(
        source=endpoint.source,
        external_id=external_id,
        sent_at=reading.sent_at or received_at,
        received_at=received_at,
        text=reading.text,
        subject=reading.subject,
        sender=reading.sender,
        conversation=reading.conversation,
        url=reading.url,
        raw=text,
        raw_encoding=encoding,
    )


def _dead_letter(
    endpoint: Endpoint, external_id: str, reason: str, raw: bytes, received_at: datetime
) -> InboundMessage:
    text, encoding = _raw(raw)
    return inbound_message(
        source=endpoint.source,
        external_id=external_id,
        sent_at=received_at,
        received_at=received_at,
        text="",
        raw=text,
        raw_encoding=encoding,
        dead=f"Webhook '{endpoint.key}': {reason}",
    )


def _raw(raw: bytes) -> tuple[str, Literal["text", "base64"]]:
    try:
        return raw.decode(), "text"
    except UnicodeDecodeError:
        return base64.b64encode(raw).decode(), "base64"


def _success(endpoint: Endpoint, accepted: Accepted) -> Answer:
    status = endpoint.status
    return Answer(status) if status == HTTPStatus.NO_CONTENT else Answer(status, _encode(accepted))


def _text(headers: HeaderMap, name: bytes) -> str:
    value = headers.get(name)
    return value.decode("latin-1").strip() if value else ""
