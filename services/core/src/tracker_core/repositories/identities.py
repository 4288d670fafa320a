"""Who a member is in a channel, and the one-time codes that link it. Only the codes' hashes are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.ids import new_id


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """Who a member is in a channel."""

    id: UUID
    kind: str
    external_id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LinkedMember:
    """The member that somebody in a channel is."""

    id: UUID
    name: str
    role: str


async def insert_code(
    connection: AsyncConnection, workspace_id: UUID, member_id: UUID, *, kind: str, code_hash: bytes, ttl: timedelta
) -> datetime:
    """Make a one-time code; return until when it works."""
    made = await connection.execute(
        text(
            "insert into link_code (id, workspace_id, member_id, kind, code_hash, created_at, expires_at)"
            " values (:id, :workspace, :member, :kind, :hash, now(), now() + :ttl) returning expires_at"
        ),
        {
            "id": new_id(),
            "workspace": workspace_id,
            "member": member_id,
            "kind": kind,
            "hash": code_hash,
            "ttl": ttl,
        },
    )
    expires_at: datetime = made.scalar_one()
    return expires_at


async def redeem_code(connection: AsyncConnection, workspace_id: UUID, kind: str, code_hash: bytes) -> UUID | None:
    """Use the code up; return the member, or None when it is unknown, used or expired."""
    used = await connection.execute(
        text(
            "update link_code set used_at = now() where code_hash = :hash and workspace_id = :workspace"
            " and kind = :kind and used_at is null and expires_at > now() returning member_id"
        ),
        {"hash": code_hash, "workspace": workspace_id, "kind": kind},
    )
    member_id: UUID | None = used.scalar()
    return member_id


async def is_code_of(connection: AsyncConnection, member_id: UUID, code_hash: bytes) -> bool:
    """Say whether the code, used or not, was given to this member."""
    found = await connection.execute(
        text("select true from link_code where code_hash = :hash and member_id = :member"),
        {"hash": code_hash, "member": member_id},
    )
    return found.scalar() is not None


async def link(
    connection: AsyncConnection,
    workspace_id: UUID,
    member_id: UUID,
    *,
    kind: str,
    external_id: str,
    name: str,
    source_id: UUID,
) -> None:
    """Say who the member is in the channel; who was linked to another member is this one from now on."""
    await connection.execute(
        text(
            "insert into member_identity (id, workspace_id, member_id, kind, external_id, name, source_id, created_at)"
            " values (:id, :workspace, :member, :kind, :external, :name, :source, now())"
            " on conflict (workspace_id, kind, external_id) do update set member_id = excluded.member_id,"
            " name = excluded.name, source_id = excluded.source_id, created_at = excluded.created_at"
        ),
        {
            "id": new_id(),
            "workspace": workspace_id,
            "member": member_id,
            "kind": kind,
            "external": external_id,
            "name": name,
            "source": source_id,
        },
    )


async def find_linked(
    connection: AsyncConnection, workspace_id: UUID, kind: str, external_id: str
) -> LinkedMember | None:
    """Return the member that somebody in a channel is."""
    rows = await connection.execute(
        text(
            "select m.id, m.name, m.role from member_identity i join member m on m.id = i.member_id"
            " where i.workspace_id = :workspace and i.kind = :kind and i.external_id = :external"
        ),
        {"workspace": workspace_id, "kind": kind, "external": external_id},
    )
    row = rows.one_or_none()
    return None if row is None else LinkedMember(*row)


async def list_identities(connection: AsyncConnection, member_id: UUID) -> list[IdentityRow]:
    """Return who the member is, oldest first."""
    rows = await connection.execute(
        text(
            "select id, kind, external_id, name, created_at from member_identity where member_id = :member order by id"
        ),
        {"member": member_id},
    )
    return [IdentityRow(*row) for row in rows]


async def unlink(connection: AsyncConnection, member_id: UUID, identity_id: UUID) -> IdentityRow | None:
    """Forget one of the member's identities; return it, or None when there is none."""
    rows = await connection.execute(
        text(
            "delete from member_identity where id = :id and member_id = :member"
            " returning id, kind, external_id, name, created_at"
        ),
        {"id": identity_id, "member": member_id},
    )
    row = rows.one_or_none()
    return None if row is None else IdentityRow(*row)
