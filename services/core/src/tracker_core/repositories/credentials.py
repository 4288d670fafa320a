"""Ways in: login links, sessions, API tokens. Only SHA-256 hashes are kept; whoever reads the tables cannot log in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.ids import new_id


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a valid credential stands for."""

    workspace_id: UUID
    member_id: UUID
    member_name: str
    member_role: str
    token_id: UUID | None
    """Set for an API token."""
    token_role: str | None
    stale: bool
    """Whether the token's time of last use is worth writing again."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """An API token without its secret."""

    id: UUID
    name: str
    role: str
    member_id: UUID
    member_name: str
    created_at: datetime
    last_used_at: datetime | None


async def insert_login_link(
    connection: AsyncConnection, workspace_id: UUID, member_id: UUID, token_hash: bytes, ttl: timedelta
) -> None:
    """Make a one-time way in."""
    await connection.execute(
        text(
            "insert into login_link (id, workspace_id, member_id, token_hash, created_at, expires_at)"
            " values (:id, :workspace, :member, :hash, now(), now() + :ttl)"
        ),
        {"id": new_id(), "workspace": workspace_id, "member": member_id, "hash": token_hash, "ttl": ttl},
    )


async def redeem_login_link(connection: AsyncConnection, token_hash: bytes) -> tuple[UUID, UUID] | None:
    """Use the link up; return workspace and member, or None when it is unknown, used or expired."""
    rows = await connection.execute(
        text(
            "update login_link set used_at = now() where token_hash = :hash and used_at is null and expires_at > now()"
            " returning workspace_id, member_id"
        ),
        {"hash": token_hash},
    )
    row = rows.one_or_none()
    return None if row is None else (row.workspace_id, row.member_id)


async def insert_session(
    connection: AsyncConnection, workspace_id: UUID, member_id: UUID, token_hash: bytes, ttl: timedelta
) -> None:
    """Log a browser in."""
    await connection.execute(
        text(
            "insert into session (id, workspace_id, member_id, token_hash, created_at, expires_at)"
            " values (:id, :workspace, :member, :hash, now(), now() + :ttl)"
        ),
        {"id": new_id(), "workspace": workspace_id, "member": member_id, "hash": token_hash, "ttl": ttl},
    )


async def delete_session(connection: AsyncConnection, token_hash: bytes) -> None:
    """Log a browser out."""
    await connection.execute(text("delete from session where token_hash = :hash"), {"hash": token_hash})


async def find_session(connection: AsyncConnection, token_hash: bytes) -> Holder | None:
    """Return whom a session's cookie stands for."""
    rows = await connection.execute(
        text(
            "select s.workspace_id, m.id, m.name, m.role, null::uuid, null::text, false"
            " from session s join member m on m.id = s.member_id where s.token_hash = :hash and s.expires_at > now()"
        ),
        {"hash": token_hash},
    )
    return _holder(rows.one_or_none())


async def find_token(connection: AsyncConnection, token_hash: bytes) -> Holder | None:
    """Return whom an API token stands for."""
    rows = await connection.execute(
        text(
            "select t.workspace_id, m.id, m.name, m.role, t.id, t.role,"
            " t.last_used_at is null or t.last_used_at < now() - interval '1 minute'"
            " from api_token t join member m on m.id = t.member_id"
            " where t.token_hash = :hash and t.revoked_at is null"
        ),
        {"hash": token_hash},
    )
    return _holder(rows.one_or_none())


async def touch_token(connection: AsyncConnection, token_id: UUID) -> None:
    """Remember that the token is in use."""
    await connection.execute(text("update api_token set last_used_at = now() where id = :id"), {"id": token_id})


async def insert_token(
    connection: AsyncConnection, workspace_id: UUID, member_id: UUID, *, name: str, role: str, token_hash: bytes
) -> UUID:
    """Make an API token; return its id."""
    token_id = new_id()
    await connection.execute(
        text(
            "insert into api_token (id, workspace_id, member_id, name, role, token_hash, created_at)"
            " values (:id, :workspace, :member, :name, :role, :hash, now())"
        ),
        {
            "id": token_id,
            "workspace": workspace_id,
            "member": member_id,
            "name": name,
            "role": role,
            "hash": token_hash,
        },
    )
    return token_id


async def list_tokens(
    connection: AsyncConnection, workspace_id: UUID, *, member_id: UUID | None = None
) -> Sequence[TokenRow]:
    """Return the tokens that are not revoked, the member's or everybody's, newest first."""
    rows = await connection.execute(
        text(
            "select t.id, t.name, t.role, m.id, m.name, t.created_at, t.last_used_at"
            " from api_token t join member m on m.id = t.member_id"
            " where t.workspace_id = :workspace and t.revoked_at is null"
            " and (cast(:member as uuid) is null or m.id = :member) order by t.id desc"
        ),
        {"workspace": workspace_id, "member": member_id},
    )
    return [TokenRow(*row) for row in rows]


async def revoke_token(
    connection: AsyncConnection, workspace_id: UUID, token_id: UUID, *, member_id: UUID | None = None
) -> bool:
    """End a token, of the member or of anybody; False when there is no such token."""
    result = await connection.execute(
        text(
            "update api_token set revoked_at = now() where id = :id and workspace_id = :workspace"
            " and revoked_at is null and (cast(:member as uuid) is null or member_id = :member)"
        ),
        {"id": token_id, "workspace": workspace_id, "member": member_id},
    )
    return result.rowcount == 1


async def revoke_tokens_named(connection: AsyncConnection, workspace_id: UUID, member_id: UUID, name: str) -> None:
    """End the member's tokens of this name: a new one takes their place."""
    await connection.execute(
        text(
            "update api_token set revoked_at = now() where workspace_id = :workspace and member_id = :member"
            " and name = :name and revoked_at is null"
        ),
        {"workspace": workspace_id, "member": member_id, "name": name},
    )


async def delete_expired(connection: AsyncConnection) -> None:
    """Remove sessions, login links, link codes and idempotency keys that nobody can use any more."""
    await connection.execute(text("delete from session where expires_at < now()"))
    await connection.execute(text("delete from login_link where expires_at < now() - interval '1 day'"))
    await connection.execute(text("delete from link_code where expires_at < now() - interval '1 day'"))
    await connection.execute(text("delete from idempotency_key where created_at < now() - interval '1 day'"))


def _holder(row: Any) -> Holder | None:
    return None if row is None else Holder(*row)
