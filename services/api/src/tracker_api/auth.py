"""Who is asking: one `Principal` per request, and the role that a route needs, declared by its parameter.

A browser has a session cookie, a program an API token. The cookie goes along by itself, so a request that changes
something with it must come from our own pages: the check is the one of Go's `http.CrossOriginProtection`
(https://pkg.go.dev/net/http#CrossOriginProtection), which trusts `Sec-Fetch-Site`, falls back to `Origin`, and takes a
request that has neither for one of a program.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from starlette.requests import HTTPConnection
from tracker_core.database import reading
from tracker_core.errors import ForbiddenError, UnauthenticatedError
from tracker_core.events import Actor, ActorKind
from tracker_core.repositories import credentials
from tracker_core.repositories.credentials import Holder
from tracker_core.tables import Role

from tracker_api.context import Context, Ctx
from tracker_api.secret_tokens import hash_secret

COOKIE = "tracker_session"
"""First part of the cookie's name; see `cookie_name`."""

_RANK = {Role.VIEWER: 0, Role.MEMBER: 1, Role.ADMIN: 2}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Principal:
    """The one asking."""

    workspace_id: UUID
    member_id: UUID
    role: Role
    """The member's role, or the token's where that is lower."""
    actor: Actor

    def at_least(self, role: Role) -> bool:
        """Say whether the role includes `role`."""
        return _RANK[self.role] >= _RANK[role]


def cookie_name(context: Context) -> str:
    """Return the session cookie's name. Browsers send a cookie to every port of a host: two installations need two."""
    return f"{COOKIE}_{context.settings.api.port}"


async def authenticate(connection: HTTPConnection, context: Context) -> Principal:
    """Find out who is asking.

    Raises:
        UnauthenticatedError: no credentials, or not valid ones; which is not told.
        ForbiddenError: a cookie came along with a request from another site.
    """
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    cookie = connection.cookies.get(cookie_name(context), "")
    holder: Holder | None = None
    if scheme.lower() == "bearer":
        async with reading(context.engine) as database:
            holder = await credentials.find_token(database, hash_secret(token.strip()))
        if holder is not None and holder.token_id is not None and holder.stale:
            async with context.engine.begin() as database:
                await credentials.touch_token(database, holder.token_id)
    elif cookie:
        check_origin(connection, context)
        async with reading(context.engine) as database:
            holder = await credentials.find_session(database, hash_secret(cookie))
    if holder is None:
        raise UnauthenticatedError(
            "No valid session or API token", cure="Open a login link, or send `Authorization: Bearer <API token>`"
        )
    return _principal(holder)


def check_origin(connection: HTTPConnection, context: Context) -> None:
    """Refuse a request that a page of another site sent with this browser's cookie.

    Raises:
        ForbiddenError: it changes something, or opens a WebSocket, and comes from another site.
    """
    if connection.scope["type"] == "http" and connection.scope["method"] in _SAFE:
        return
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin", "").lower()
    if origin and origin == context.settings.api.public_origin:
        return
    if site is not None and connection.scope["type"] == "http":
        allowed = site in {"same-origin", "none"}
    else:
        # Browsers always send Origin with a WebSocket, and not all send Sec-Fetch-Site.
        # Compared and not parsed: not every value that can be sent is a URL.
        allowed = not origin or origin.partition("://")[2] == connection.headers.get("host", "").lower()
    if not allowed:
        raise ForbiddenError(
            "The request comes from another site",
            cure="Open the dashboard at its own address; behind a proxy set TRACKER_API__PUBLIC_URL to that address",
        )


def _principal(holder: Holder) -> Principal:
    role = Role(holder.member_role)
    if holder.token_role is not None:
        role = min(role, Role(holder.token_role), key=_RANK.__getitem__)
    return Principal(holder.workspace_id, holder.member_id, role, Actor(ActorKind.MEMBER, holder.member_name))


async def _authenticated(connection: HTTPConnection, context: Ctx) -> Principal:
    return await authenticate(connection, context)


def require(principal: Principal, role: Role) -> None:
    """Refuse one who has not the role.

    Raises:
        ForbiddenError: it says which role is needed.
    """
    if not principal.at_least(role):
        raise ForbiddenError(
            f"This needs the role '{role}', and {principal.actor.name} has '{principal.role}' here",
            cure="Ask an admin, or use a token with that role",
        )


def _needs(role: Role) -> Callable[[Principal], Awaitable[Principal]]:
    async def authorize(principal: Annotated[Principal, Depends(_authenticated)]) -> Principal:
        require(principal, role)
        return principal

    return authorize


Viewer = Annotated[Principal, Depends(_needs(Role.VIEWER))]
"""Any member; reads."""
Editor = Annotated[Principal, Depends(_needs(Role.MEMBER))]
"""A member who works on tasks."""
Admin = Annotated[Principal, Depends(_needs(Role.ADMIN))]
"""Changes what is connected and who may come in."""
