"""Login, members and tokens. Every secret is random, given out once and stored as a hash."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from tracker_core.database import reading
from tracker_core.errors import ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError
from tracker_core.events import Change, Entity, Verb
from tracker_core.repositories import accounts, credentials
from tracker_core.tables import Role
from tracker_core.transaction import Transaction

from tracker_api.accounts.schemas import LoginLink, Me, Member, MemberDraft, NewToken, Token, TokenDraft, Workspace
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


async def make_login_link(context: Context, principal: Principal, member_id: UUID) -> LoginLink:
    """Make a one-time way in for a member."""
    async with context.engine.begin() as connection:
        if await accounts.find_member(connection, principal.workspace_id, member_id) is None:
            raise NotFoundError(f"There is no member {member_id}", cure="`GET /api/members` lists them")
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
