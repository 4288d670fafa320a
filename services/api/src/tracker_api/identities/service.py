"""Links members with who they are in a channel. A code proves the member, the channel vouches for the person."""

import contextlib
from datetime import timedelta
from uuid import UUID

import nats.errors
from nats.js.errors import APIError
from tracker_core.asking import Person
from tracker_core.database import reading
from tracker_core.errors import ForbiddenError, NotFoundError
from tracker_core.events import SYSTEM, Change, Entity, Verb
from tracker_core.health import read_heartbeats
from tracker_core.repositories import identities, notifications
from tracker_core.repositories import sources as source_rows
from tracker_core.repositories.identities import LinkedMember
from tracker_core.repositories.sources import Served

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.identities.schemas import Identity, LinkCode, LinkCodeDraft
from tracker_api.secret_tokens import hash_secret, new_secret

CODE_TTL = timedelta(minutes=10)
"""How long a code works, once."""


async def list_identities(context: Context, principal: Principal) -> list[Identity]:
    """Return who the member is in the channels."""
    async with reading(context.engine) as connection:
        return [Identity.of(row) for row in await identities.list_identities(connection, principal.member_id)]


async def make_code(context: Context, principal: Principal, draft: LinkCodeDraft) -> LinkCode:
    """Make a one-time code that links the member."""
    code = new_secret()
    async with context.engine.begin() as connection:
        expires_at = await identities.insert_code(
            connection,
            principal.workspace_id,
            principal.member_id,
            kind=draft.kind,
            code_hash=hash_secret(code),
            ttl=CODE_TTL,
        )
    bot = await _bot_name(context, principal)
    return LinkCode(code=code, url=f"https://t.me/{bot}?start={code}" if bot else None, expires_at=expires_at)


async def unlink(context: Context, principal: Principal, identity_id: UUID) -> None:
    """Forget who the member is in a channel."""
    async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
        row = await identities.unlink(await tx.session.connection(), principal.member_id, identity_id)
        if row is None:
            raise NotFoundError(f"You have no identity {identity_id}", cure="`GET /api/me/identities` lists them")
        entity = Entity("member", principal.member_id)
        tx.record(Change(verb=Verb.IDENTITY_UNLINKED, entity=entity, data={"kind": row.kind, "name": row.name}))


async def link(context: Context, served: Served, person: Person, code: str) -> LinkedMember:
    """Make a person of a channel the member who got the code.

    Raises:
        ForbiddenError: the code is unknown, used or expired; which is not told.
    """
    secret, workspace_id, kind = hash_secret(code), served.workspace_id, served.kind
    async with context.transactions.begin(workspace_id, SYSTEM) as tx:
        connection = await tx.session.connection()
        member_id = await identities.redeem_code(connection, workspace_id, kind, secret)
        if member_id is not None:
            await identities.link(
                connection,
                workspace_id,
                member_id,
                kind=kind,
                external_id=person.id,
                name=person.name,
                source_id=served.id,
            )
            await notifications.resume(connection, member_id)
            entity = Entity("member", member_id)
            tx.record(Change(verb=Verb.IDENTITY_LINKED, entity=entity, data={"kind": kind, "name": person.name}))
        linked = await identities.find_linked(connection, workspace_id, kind, person.id)
        # The same person again is a provider's repeat, or a second press: it is linked.
        again = linked is not None and await identities.is_code_of(connection, linked.id, secret)
    if linked is None or not again:
        raise ForbiddenError(
            "This code is not valid: it works once, for 10 minutes",
            cure="Get a new one in the dashboard or from the API",
        )
    return linked


async def _bot_name(context: Context, principal: Principal) -> str:
    """Return the name of a bot that serves the workspace; empty when none is signed in."""
    if not context.bus.nc.is_connected:
        return ""
    with contextlib.suppress(nats.errors.Error, APIError, TimeoutError, OSError):
        heartbeats = await read_heartbeats(context.bus.js)
        async with reading(context.engine) as connection:
            rows = await source_rows.list_sources(connection, principal.workspace_id)
        for row in rows:
            own = heartbeats.get(f"source.{row.namespace}.{row.name}")
            if row.kind == "telegram" and own is not None and own.account:
                return own.account.removeprefix("@")
    return ""
