"""Socket Mode: events over a WebSocket that we open, so that nothing of ours has to be reachable from outside.

https://docs.slack.dev/apis/events-api/using-socket-mode. An envelope is confirmed after the bus has its message. When
Slack announces the end of a connection, the next one is opened before, and the old one is read to its end. slack_sdk's
own client is not used: it queues without bound, reconnects without pause, and tells nobody why it cannot connect.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import aiohttp
import msgspec
from tracker_core.channels.condition import Condition, Reason
from tracker_core.errors import UnavailableError

from tracker_ingestion.kinds.slack.backoff import Backoff
from tracker_ingestion.kinds.slack.faults import SlackError, refused
from tracker_ingestion.kinds.slack.lanes import Lanes
from tracker_ingestion.kinds.slack.login import Login
from tracker_ingestion.kinds.slack.standing import Standing
from tracker_ingestion.kinds.slack.taking import Taking
from tracker_ingestion.kinds.slack.web import Web

log = logging.getLogger(__name__)

HELLO_SECONDS = 10.0
HEARTBEAT_SECONDS = 20.0
"""Between two pings; a connection that does not answer one is over."""
LINGER_SECONDS = 60.0
"""How long a connection is read after its successor has come."""
STEADY_SECONDS = 30.0
"""A connection that held so long was a good one: the next may follow at once."""
REFUSED_SECONDS = 15.0
"""Pause after Slack has refused the connection for a reason that somebody must mend."""
MAX_ENVELOPE_BYTES = 8 << 20
_TAKEN = {"events_api", "interactive"}


class _Envelope(msgspec.Struct):
    type: str
    envelope_id: str = ""
    payload: Any = None
    reason: str = ""


@dataclass
class _Connection:
    socket: aiohttp.ClientWebSocketResponse
    opened: float = field(default_factory=monotonic)
    greeted: asyncio.Event = field(default_factory=asyncio.Event)
    leaving: asyncio.Event = field(default_factory=asyncio.Event)
    """It is over, or will soon be."""
    announced: bool = False
    """Slack said so in time: nothing is missed."""
    refusal: SlackError | None = None


class SocketMode:
    """Keeps one connection; several processes of one Source share the events among them."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        web: Web,
        read_app_token: Callable[[], str],
        *,
        login: Login,
        taking: Taking,
        standing: Standing,
        condition: Condition,
    ) -> None:
        self._session = session
        self._web = web
        self._read_app_token = read_app_token
        self._login = login
        self._taking = taking
        self._standing = standing
        self._condition = condition
        self._backoff = Backoff(first=0.2)
        self._gap = True
        """Nobody listened before this connection. The history is read when somebody does again: read earlier, it would
        not have what is said until then."""

    async def run(self) -> None:
        """Receive until cancelled."""
        await self._login.known()
        async with asyncio.TaskGroup() as group:
            lanes = Lanes(group)
            while True:
                error, at_least = await self._serve(group, lanes), 0.0
                if error is not None:
                    self._standing.trouble("connection", error)
                    at_least = error.retry_after or (0.0 if error.passes else REFUSED_SECONDS)
                await asyncio.sleep(self._backoff.pause(at_least))

    async def _serve(self, group: asyncio.TaskGroup, lanes: Lanes) -> SlackError | None:
        """Hold one connection until it is time for the next; return why it is no good, or None."""
        try:
            connection = _Connection(await self._connect())
        except SlackError as error:
            return error
        reading = group.create_task(self._read(connection, lanes))
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                await _first(connection.greeted, connection.leaving)
        except TimeoutError:
            reading.cancel()
            return SlackError(Reason.SLOW, f"Slack Socket Mode: no hello within {HELLO_SECONDS:g} s")
        if connection.greeted.is_set():
            self._standing.well("connection")
            if self._gap:
                self._taking.missed.set()
            self._gap = False
        await connection.leaving.wait()
        steady = monotonic() - connection.opened > STEADY_SECONDS
        if steady:
            self._backoff.reset()
        if connection.announced:
            return None
        # What was sent meanwhile comes again within minutes, or never.
        self._gap = True
        if connection.refusal is None and steady:
            return None
        return connection.refusal or SlackError(
            Reason.UNREACHABLE, "Slack Socket Mode: the connection was closed", cure="It is opened again by itself"
        )

    async def _connect(self) -> aiohttp.ClientWebSocketResponse:
        try:
            token = self._read_app_token()
        except UnavailableError as error:
            raise SlackError(Reason.SECRET_MISSING, error.detail, cure=error.cure, code="secret") from error
        answer = await self._web.call("apps.connections.open", token=token)
        address = answer.get("url")
        if not isinstance(address, str) or not address.startswith(("wss://", "ws://")):
            raise SlackError(Reason.PROVIDER_ERROR, "Slack apps.connections.open: gave no address")
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                return await self._session.ws_connect(
                    address, heartbeat=HEARTBEAT_SECONDS, max_msg_size=MAX_ENVELOPE_BYTES
                )
        except TimeoutError:
            raise SlackError(Reason.SLOW, f"Slack Socket Mode: no connection within {HELLO_SECONDS:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            # Not its text: the address is a ticket to the connection.
            raise SlackError(Reason.UNREACHABLE, f"Slack Socket Mode: {type(error).__name__}") from error

    async def _read(self, connection: _Connection, lanes: Lanes) -> None:
        try:
            while True:
                # One that is on its way out is closed by Slack, but not for certain.
                timeout = LINGER_SECONDS if connection.leaving.is_set() else None
                message = await connection.socket.receive(timeout=timeout)
                if message.type is not aiohttp.WSMsgType.TEXT:
                    break
                await self._on_text(connection, lanes, message.data)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            log.info("Socket Mode connection ended: %s", type(error).__name__)
        finally:
            connection.leaving.set()
            await connection.socket.close()

    async def _on_text(self, connection: _Connection, lanes: Lanes, text: str) -> None:
        try:
            envelope = msgspec.json.decode(text, type=_Envelope)
        except msgspec.MsgspecError as error:
            await self._taking.bury(text, f"Slack sent an envelope that is none: {error}")
            return
        if envelope.type == "hello":
            connection.greeted.set()
        elif envelope.type == "disconnect":
            if envelope.reason in {"link_disabled", "too_many_websockets"}:
                connection.refusal = refused("Socket Mode", envelope.reason)
            else:
                connection.announced = True
            connection.leaving.set()
        elif envelope.envelope_id:
            await lanes.add(lane_of(envelope.payload), self._take(connection, lanes, envelope))
            self._condition.lag = lanes.count

    async def _take(self, connection: _Connection, lanes: Lanes, envelope: _Envelope) -> None:
        # Slash commands and whatever else is turned on for the app are no messages.
        if envelope.type in _TAKEN:
            await self._taking.take(envelope.payload)
        self._condition.lag = lanes.count - 1
        try:
            await connection.socket.send_str(msgspec.json.encode({"envelope_id": envelope.envelope_id}).decode())
        except (aiohttp.ClientError, OSError):
            # It comes again on another connection, and the bus knows it by its id.
            log.info("An envelope could not be confirmed: its connection has ended")


def lane_of(payload: Any) -> str:
    """Return what a payload must keep its order within: its channel."""
    match payload:
        case {"event": {"channel": str() as channel}} | {"channel": {"id": str() as channel}}:
            return channel
        case _:
            return ""


async def _first(*events: asyncio.Event) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
