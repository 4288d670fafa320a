"""Bounds request bodies: by their declared length at once, by what arrives when none is declared."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tracker_core.errors import TooLargeError

from tracker_api.problems import problem_response

LIMIT = 1 << 20
"""Bytes of a body."""
IMPORT_LIMIT = 8 << 20
"""Bytes of a batch of messages to import."""
_IMPORTS = "/api/imports/"


class BodyLimitMiddleware:
    """Answers 413 to a body over the limit, whatever the application makes of its torn end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        limit = IMPORT_LIMIT if scope["path"].startswith(_IMPORTS) else LIMIT
        refusal = problem_response(TooLargeError(f"The body is over {limit} bytes", cure="Send less at once"))
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if declared.isdigit() and int(declared) > limit:
            await refusal(scope, receive, send)
            return
        arrived, answered = 0, False

        async def receive_bounded() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > limit:
                raise TooLargeError(f"The body is over {limit} bytes", cure="Send less at once")
            return message

        async def send_or_refuse(message: Message) -> None:
            nonlocal answered
            # The framework turns what `receive` raises into a 400 of its own.
            if arrived <= limit:
                await send(message)
            elif not answered:
                answered = True
                await refusal(scope, receive, send)

        await self._app(scope, receive_bounded, send_or_refuse)
