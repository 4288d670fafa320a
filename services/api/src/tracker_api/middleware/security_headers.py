"""Headers that tell browsers what a page of ours may do: run its own scripts, talk to its own server, be no frame."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_EVERYWHERE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)

# Inline styles: the components position themselves with them. Scripts are never inline.
_PAGE_POLICY = (
    b"default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self';"
    b" connect-src 'self'; manifest-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none';"
    b" form-action 'self'; frame-ancestors "
)
_NO_FRAME = (b"x-frame-options", b"DENY")
"""For old browsers; it cannot name who may."""
_DATA_POLICY = b"default-src 'none'; frame-ancestors 'none'"


class SecurityHeadersMiddleware:
    """Adds the headers to every response.

    Args:
        app: What answers.
        frame_ancestors: Origins that may show a page in a frame, separated by spaces; empty for none.
    """

    def __init__(self, app: ASGIApp, frame_ancestors: str = "") -> None:
        self._app = app
        self._page = [(b"content-security-policy", _PAGE_POLICY + (frame_ancestors.encode() or b"'none'"))]
        self._page += [] if frame_ancestors else [_NO_FRAME]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        data = scope["path"].startswith("/api/")
        extra = [*_EVERYWHERE, *([(b"content-security-policy", _DATA_POLICY), _NO_FRAME] if data else self._page)]
        if data:
            # What the API says is somebody's; no cache on the way may keep it.
            extra.append((b"cache-control", b"no-store"))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *extra]
            await send(message)

        await self._app(scope, receive, send_with_headers)
