"""Workspaces and their members. How a member gets in: `credentials`."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.ids import new_id
from tracker_core.tables import Role


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person in a workspace."""

    id: UUID
    name: str
    role: str
    email: str | None


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    """A team."""

    id: UUID
    name: str


async def ensure_default_workspace(connection: AsyncConnection) -> UUID:
    """Return the id of the workspace `default`, which is made when it is missing."""
    await connection.execute(
        text(
            "insert into workspace (id, slug, name, next_task_number, created_at)"
            " values (:id, 'default', 'Default', 1, now()) on conflict (slug) do nothing"
        ),
        {"id": new_id()},
    )
    found = await connection.execute(text("select id from workspace where slug = 'default'"))
    workspace_id: UUID = found.scalar_one()
    return workspace_id


async def ensure_first_admin(connection: AsyncConnection, workspace_id: UUID) -> UUID:
    """Return the id of the workspace's oldest admin, who is made when there is none."""
    # The lock keeps two first starts from making two admins.
    await connection.execute(
        text("select from workspace where id = :workspace for update"), {"workspace": workspace_id}
    )
    found = await connection.execute(
        text("select id from member where workspace_id = :workspace and role = 'admin' order by id limit 1"),
        {"workspace": workspace_id},
    )
    member_id: UUID | None = found.scalar()
    if member_id is not None:
        return member_id
    return (await insert_member(connection, workspace_id, name="Admin", email=None, role=Role.ADMIN)).id


async def insert_member(
    connection: AsyncConnection, workspace_id: UUID, *, name: str, email: str | None, role: Role
) -> MemberRow:
    """Add a member.

    Raises:
        sqlalchemy.exc.IntegrityError: the workspace has a member with this address.
    """
    member = MemberRow(new_id(), name, role, email)
    await connection.execute(
        text(
            "insert into member (id, workspace_id, name, email, role, created_at)"
            " values (:id, :workspace, :name, :email, :role, now())"
        ),
        {"id": member.id, "workspace": workspace_id, "name": name, "email": email, "role": role},
    )
    return member


async def update_member(connection: AsyncConnection, workspace_id: UUID, changed: MemberRow) -> None:
    """Change a member.

    Raises:
        sqlalchemy.exc.IntegrityError: the workspace has another member with this address.
    """
    await connection.execute(
        text(
            "update member set name = :name, email = :email, role = :role where workspace_id = :workspace and id = :id"
        ),
        {
            "workspace": workspace_id,
            "id": changed.id,
            "name": changed.name,
            "email": changed.email,
            "role": changed.role,
        },
    )


async def remove_member(connection: AsyncConnection, workspace_id: UUID, member_id: UUID, heir_id: UUID) -> None:
    """Remove a member with sessions, tokens and private views; shared views become the heir's, tasks nobody's."""
    values = {"workspace": workspace_id, "member": member_id, "heir": heir_id}
    await connection.execute(
        text(
            "update saved_view set owner_id = :heir where workspace_id = :workspace and owner_id = :member and shared"
        ),
        values,
    )
    await connection.execute(
        text("delete from member where workspace_id = :workspace and id = :member"),
        values,
    )


async def other_admins(connection: AsyncConnection, workspace_id: UUID, member_id: UUID) -> int:
    """Count the admins besides a member; the workspace stays locked until the end of the transaction."""
    # Two admins who take the role from each other at once would leave none.
    await connection.execute(
        text("select from workspace where id = :workspace for update"), {"workspace": workspace_id}
    )
    found = await connection.execute(
        text("select count(*) from member where workspace_id = :workspace and role = 'admin' and id <> :member"),
        {"workspace": workspace_id, "member": member_id},
    )
    count: int = found.scalar_one()
    return count


async def list_members(connection: AsyncConnection, workspace_id: UUID) -> Sequence[MemberRow]:
    """Return all members, by name."""
    rows = await connection.execute(
        text("select id, name, role, email from member where workspace_id = :workspace order by lower(name), id"),
        {"workspace": workspace_id},
    )
    return [MemberRow(*row) for row in rows]


async def find_member(connection: AsyncConnection, workspace_id: UUID, member_id: UUID) -> MemberRow | None:
    """Return a member of the workspace."""
    rows = await connection.execute(
        text("select id, name, role, email from member where workspace_id = :workspace and id = :id"),
        {"workspace": workspace_id, "id": member_id},
    )
    row = rows.one_or_none()
    return None if row is None else MemberRow(*row)


async def find_workspace(connection: AsyncConnection, workspace_id: UUID) -> WorkspaceRow:
    """Return the workspace."""
    rows = await connection.execute(text("select id, name from workspace where id = :id"), {"id": workspace_id})
    return WorkspaceRow(*rows.one())
