"""Login, members and tokens. Every secret is random, given out once and stored as a hash."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from tracker_core.database import reading
from tracker_core.errors import ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError
from tracker_core.events import Change, Entity, Verb
from tracker_core.repositories import accounts, credentials
from tracker_core.repositories.accounts import MemberRow
from tracker_core.tables import Role
from tracker_core.transaction import Transaction

from tracker_api.accounts.schemas import (
    LoginLink,
    Me,
    Member,
    MemberDraft,
    MemberPatch,
    NewToken,
    Token,
    TokenDraft,
    Workspace,
)
from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.secret_tokens import LOGIN_LINK_TTL, hash_secret, issue_login_link, new_secret


async def login(context: Context, token: str, address: str) -> str:
    """Use up a one-time token; return the secret of a new session.

    Raises:
        UnauthenticatedError: unknown, used or expired; which is not told.
        RateLimitedError: too many failures.
    """
    context.logins.check(address)
    session = new_secret()
    async with context.engine.begin() as connection:
        holder = await credentials.redeem_login_link(connection, hash_secret(token))
        if holder is not None:
            ttl = context.settings.api.session_ttl
            await credentials.insert_session(connection, *holder, hash_secret(session), ttl)
    if holder is None:
        context.logins.failed(address)
        raise UnauthenticatedError(
            "The login link is not valid: it works once, for 15 minutes",
            cure="Get a new one: `tasktracker login`, or ask an admin",
        )
    return session


async def logout(context: Context, session: str) -> None:
    """End a session, if it is one."""
    async with context.engine.begin() as connection:
        await credentials.delete_session(connection, hash_secret(session))


async def get_me(context: Context, principal: Principal) -> Me:
    """Return who is asking."""
    async with reading(context.engine) as connection:
        workspace = await accounts.find_workspace(connection, principal.workspace_id)
        member = await accounts.find_member(connection, principal.workspace_id, principal.member_id)
    if member is None:
        raise NotFoundError("The member was removed", cure="Ask an admin")
    return Me(
        member=Member(id=member.id, name=member.name, role=principal.role, email=member.email),
        workspace=Workspace(id=workspace.id, name=workspace.name),
    )


async def list_members(context: Context, principal: Principal) -> list[Member]:
    """Return all members, by name."""
    async with reading(context.engine) as connection:
        return [Member.of(row) for row in await accounts.list_members(connection, principal.workspace_id)]


async def add_member(tx: Transaction, draft: MemberDraft) -> Member:
    """Add a member; a login link lets that person in.

    Raises:
        ConflictError: somebody has this address.
    """
    connection = await tx.session.connection()
    try:
        row = await accounts.insert_member(
            connection, tx.workspace_id, name=draft.name, email=draft.email, role=draft.role
        )
    except IntegrityError as error:
        raise ConflictError(
            f"A member has the address {draft.email} already", cure="Use another address, or that member"
        ) from error
    tx.record(
        Change(verb=Verb.MEMBER_CREATED, entity=Entity("member", row.id), data={"name": row.name, "role": row.role})
    )
    return Member.of(row)


async def change_member(context: Context, principal: Principal, member_id: UUID, patch: MemberPatch) -> Member:
    """Change a member.

    Raises:
        NotFoundError: there is no such member.
        ConflictError: nobody would be an admin any more, or somebody else has this address.
    """
    changes = patch.checked().model_dump(exclude_unset=True)
    try:
        async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
            connection = await tx.session.connection()
            before = await _find(connection, principal, member_id)
            changed = replace(before, **changes)
            if before.role == Role.ADMIN and changed.role != Role.ADMIN:
                await _keep_an_admin(connection, principal, before)
            await accounts.update_member(connection, principal.workspace_id, changed)
            tx.record(
                Change(
                    verb=Verb.MEMBER_UPDATED,
                    entity=Entity("member", member_id),
                    data={"name": changed.name, "role": changed.role},
                    before={name: getattr(before, name) for name in changes},
                    after={name: getattr(changed, name) for name in changes},
                )
            )
    except IntegrityError as error:
        raise ConflictError(
            f"Another member has the address {patch.email}", cure="Use another address, or that member"
        ) from error
    return Member.of(changed)


async def remove_member(context: Context, principal: Principal, member_id: UUID) -> None:
    """Remove a member; shared views become those of who does it.

    Raises:
        NotFoundError: there is no such member.
        ConflictError: it is oneself: somebody has to stay who can let others in.
    """
    if member_id == principal.member_id:
        raise ConflictError("You cannot remove yourself", cure="Ask another admin to do it")
    async with context.transactions.begin(principal.workspace_id, principal.actor) as tx:
        connection = await tx.session.connection()
        gone = await _find(connection, principal, member_id)
        if gone.role == Role.ADMIN:
            await _keep_an_admin(connection, principal, gone)
        await accounts.remove_member(connection, principal.workspace_id, member_id, principal.member_id)
        tx.record(
            Change(
                verb=Verb.MEMBER_REMOVED,
                entity=Entity("member", member_id),
                data={"name": gone.name, "role": gone.role},
            )
        )


async def _find(connection: AsyncConnection, principal: Principal, member_id: UUID) -> MemberRow:
    row = await accounts.find_member(connection, principal.workspace_id, member_id)
    if row is None:
        raise NotFoundError(f"There is no member {member_id}", cure="`GET /api/members` lists them")
    return row


async def _keep_an_admin(connection: AsyncConnection, principal: Principal, member: MemberRow) -> None:
    if not await accounts.other_admins(connection, principal.workspace_id, member.id):
        raise ConflictError(
            f"{member.name} is the only admin: nobody could let others in", cure="Make somebody else an admin first"
        )


async def make_login_link(context: Context, principal: Principal, member_id: UUID) -> LoginLink:
    """Make a one-time way in for a member."""
    async with context.engine.begin() as connection:
        await _find(connection, principal, member_id)
        token = await issue_login_link(connection, principal.workspace_id, member_id)
    base = context.settings.api.public_url.rstrip("/")
    return LoginLink(token=token, url=f"{base}/login?token={token}", expires_at=datetime.now(UTC) + LOGIN_LINK_TTL)


async def list_tokens(context: Context, principal: Principal) -> list[Token]:
    """Return one's own tokens; an admin sees everybody's."""
    owner = None if principal.at_least(Role.ADMIN) else principal.member_id
    async with reading(context.engine) as connection:
        rows = await credentials.list_tokens(connection, principal.workspace_id, member_id=owner)
    return [Token.of(row) for row in rows]


async def make_token(context: Context, principal: Principal, draft: TokenDraft) -> NewToken:
    """Make an API token for oneself.

    Raises:
        ForbiddenError: it would be able to do more than its maker.
    """
    if not principal.at_least(draft.role):
        raise ForbiddenError(
            f"A token with the role '{draft.role}' could do more than you, with '{principal.role}'",
            cure="Choose a role that you have",
        )
    secret = new_secret()
    async with context.engine.begin() as connection:
        token_id = await credentials.insert_token(
            connection,
            principal.workspace_id,
            principal.member_id,
            name=draft.name,
            role=draft.role,
            token_hash=hash_secret(secret),
        )
    return NewToken(id=token_id, name=draft.name, role=draft.role, token=secret)


async def revoke_token(context: Context, principal: Principal, token_id: UUID) -> None:
    """End one of one's own tokens; an admin may end anybody's."""
    owner = None if principal.at_least(Role.ADMIN) else principal.member_id
    async with context.engine.begin() as connection:
        if not await credentials.revoke_token(connection, principal.workspace_id, token_id, member_id=owner):
            raise NotFoundError(f"There is no token {token_id}", cure="`GET /api/tokens` lists them")
