"""`/ws`: the live feed of a workspace over a WebSocket, with a cursor.

The client keeps the `seq` of the last frame that it got and reconnects with `?since=<seq>`. It then gets what it
missed, or a `reset` when that is gone and it has to fetch afresh. It sends nothing.

Raw ASGI, because one event goes to a thousand sockets: each layer less is paid back a thousand times.
"""

import asyncio

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from tracker_core.errors import InvalidInputError, UnavailableError

from tracker_api.auth import Principal, authenticate
from tracker_api.context import Context
from tracker_api.live.hub import Hub, Joined, Listener, LiveFrame, hello_frame, reset_frame
from tracker_api.problems import problem_response, translate

LIFETIME = 3600.0
"""Seconds after which the client has to come back and show its credentials again."""
CLOSE_SECONDS = 5.0
"""How long a slow client may take to hear that it is closed."""
BEHIND_LOOKS, BEHIND_INTERVAL = 40, 0.05
"""Looks, and seconds between them: how long this process may be behind the one that the client was connected to."""
TOO_SLOW = 4008
"""Close code: you were too slow; come back with your cursor."""
EXPIRED = 4001
"""Close code: show your credentials again; come back with your cursor."""


class LiveSocket:
    """The endpoint."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        websocket = WebSocket(scope, receive, send)
        context: Context = scope["app"].state.context
        try:
            principal = await authenticate(websocket, context)
            since = _since(websocket)
            _check_room(context)
        except Exception as error:
            known = translate(error)
            if known is None:
                raise
            await websocket.send_denial_response(problem_response(known))
            return
        await websocket.accept()
        await _wait_until_reached(context.hub, since)
        listener = Listener()
        joined = context.hub.join(principal.workspace_id, listener, since=since)
        try:
            missed = [] if since is None else await _missed(context, principal, since, joined)
            close_code = await _serve(receive, send, listener, [hello_frame(joined.seq), *missed])
        finally:
            context.hub.leave(principal.workspace_id, listener)
        if close_code is not None:
            await _close(send, close_code)


async def _serve(receive: Receive, send: Send, listener: Listener, first: list[str]) -> int | None:
    """Send until the client is gone, is too slow or has to come back; return the code to close with, if any."""
    reading = asyncio.create_task(_read_until_gone(receive))
    writing = asyncio.create_task(_write(send, listener, first))
    overrun = asyncio.create_task(listener.overrun.wait())
    tasks = {reading, writing, overrun}
    try:
        done, _ = await asyncio.wait(tasks, timeout=LIFETIME, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if overrun in done:
        return TOO_SLOW
    return None if done else EXPIRED


async def _write(send: Send, listener: Listener, first: list[str]) -> None:
    for text in first:
        await send({"type": "websocket.send", "text": text})
    while True:
        await send({"type": "websocket.send", "text": await listener.next()})


async def _missed(context: Context, principal: Principal, since: int, joined: Joined) -> list[str]:
    """Return the frames between the client's cursor and the moment it joined, or a reset when some are gone."""
    if since > joined.seq:
        # Not of this stream: it was made anew.
        return [reset_frame(joined.seq)]
    older: list[LiveFrame] | None = []
    if since < joined.floor:
        try:
            older = await context.feed.read_back(principal.workspace_id, since, joined.floor)
        except Exception as error:
            if translate(error) is None:
                raise
            older = None
    if older is None:
        return [reset_frame(joined.seq)]
    return [frame.text for frame in (*older, *joined.recent)]


async def _wait_until_reached(hub: Hub, since: int | None) -> None:
    """Wait a moment when the client has seen more than this process: another one was faster."""
    for _ in range(BEHIND_LOOKS):
        if since is None or hub.seq >= since:
            return
        await asyncio.sleep(BEHIND_INTERVAL)


def _check_room(context: Context) -> None:
    if context.hub.sockets >= context.settings.api.max_sockets:
        raise UnavailableError("Too many live connections", cure="Come back in a moment", retry_after=10)


async def _read_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def _close(send: Send, code: int) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await send({"type": "websocket.close", "code": code})
    except (OSError, TimeoutError):
        # It does not even read that; the server drops the connection.
        return


def _since(websocket: WebSocket) -> int | None:
    given = websocket.query_params.get("since")
    if given is None:
        return None
    if not given.isdecimal() or len(given) > 18:  # noqa: PLR2004 -- digits of a 64-bit sequence
        raise InvalidInputError("query.since is no sequence", cure="Send the `seq` of the last frame, or nothing")
    return int(given)
