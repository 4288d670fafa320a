"""The way to the bus: a message is accepted when JetStream has acknowledged it, and not before.

Many requests wait for their acks at once, up to a bound. `JetStreamContext.publish` is used and not `publish_async`: in
nats-py 2.16 the latter never resolves when the server answers with an error, such as a full stream, and with many in
flight both are equally fast.
"""

from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError
from nats.js.errors import APIError, NoStreamResponseError

from tracker_core.bus import Bus, handed_subject, inbound_subject
from tracker_core.channels.handover import HandedRequest
from tracker_core.channels.handover import encode as encode_request
from tracker_core.errors import TooLargeError, TrackerError, UnavailableError
from tracker_core.inbound import InboundMessage, encode, message_id
from tracker_core.telemetry import TRACEPARENT

# https://github.com/nats-io/nats-server/blob/main/server/errors.json
_FULL = {10077, 10023, 10047}
"""Store failed (a limit of the stream), insufficient resources, insufficient storage."""
_FULL_RETRY_AFTER = 10.0


class Publisher:
    """Publishes messages to INBOUND, and requests to HANDED."""

    def __init__(self, *, ack_timeout: float, max_in_flight: int) -> None:
        self._bus: Bus | None = None
        self._ack_timeout = ack_timeout
        self._max_in_flight = max_in_flight
        self._in_flight = 0

    @property
    def connected(self) -> bool:
        """Whether the bus can be reached now."""
        return self._bus is not None and self._bus.nc.is_connected

    def attach(self, bus: Bus) -> None:
        """Use this connection from now on."""
        self._bus = bus

    async def publish(self, message: InboundMessage, *, bus_id: str, traceparent: str) -> bool:
        """Publish and wait for the ack.

        Args:
            message: The message.
            bus_id: What the bus compares to recognise a second attempt.
            traceparent: W3C trace context, sent along.

        Returns:
            Whether the bus had the message already.

        Raises:
            UnavailableError: the bus is away, full or too slow; the sender must keep the message.
            TooLargeError: the message is larger than the bus takes.
        """
        return await self._publish(
            inbound_subject(message.source), encode(message), message_id(message.source, bus_id), traceparent
        )

    async def hand_over(self, source: str, request: HandedRequest, *, bus_id: str, traceparent: str) -> bool:
        """Publish a request for the process of a Source; everything else as `publish`."""
        return await self._publish(
            handed_subject(source), encode_request(request), message_id(source, bus_id), traceparent
        )

    async def _publish(self, subject: str, body: bytes, bus_id: str, traceparent: str) -> bool:
        bus = self._bus
        if bus is None or not bus.nc.is_connected:
            # Not handed to the client library: it would buffer the message and send it after we have answered 503.
            raise UnavailableError("The message bus is not connected", cure="Send the message again later")
        if self._in_flight >= self._max_in_flight:
            raise UnavailableError(
                f"{self._in_flight} messages wait for the message bus", cure="Send again later", retry_after=1
            )
        headers = {"Nats-Msg-Id": bus_id}
        if traceparent:
            headers[TRACEPARENT] = traceparent
        self._in_flight += 1
        try:
            ack = await bus.js.publish(subject, body, timeout=self._ack_timeout, headers=headers)
        except (NatsError, TimeoutError, OSError) as error:
            raise _translated(error, bus) from error
        finally:
            self._in_flight -= 1
        return bool(ack.duplicate)


def _translated(error: Exception, bus: Bus) -> TrackerError:
    cure = "Send the message again later"
    match error:
        case MaxPayloadError() | APIError(err_code=10054):
            return TooLargeError(
                f"The message is larger than the message bus takes ({bus.nc.max_payload} bytes with its raw form)",
                cure="Send less, or raise max_payload of NATS",
            )
        case APIError(err_code=10077, description="message too large"):
            # The file store takes 32 MiB at most, whatever max_payload says; sent again, it would be refused again.
            return TooLargeError(
                "The message is larger than the message bus stores (32 MiB with its raw form)", cure="Send less"
            )
        case APIError(err_code=code) if code in _FULL:
            return UnavailableError("The message bus is full", cure=cure, retry_after=_FULL_RETRY_AFTER)
        case NoStreamResponseError():
            return UnavailableError("The message bus has no stream for messages", cure=cure)
        case TimeoutError():
            return UnavailableError("The message bus did not acknowledge in time", cure=cure)
        case _:
            return UnavailableError("The message bus refused the message", cure=cure)
