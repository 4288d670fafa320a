"""Source rows: the projection of manifests that queries join with."""

from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.health import ServedSource
from tracker_core.ids import new_id


class SourceRow(NamedTuple):
    """What the intake needs."""

    id: UUID
    spec: dict[str, Any]


async def find_or_create(connection: AsyncConnection, workspace_id: UUID, namespace: str, name: str) -> SourceRow:
    """Return the Source's row; a bare one is made when there is none, so that its messages can be kept."""
    found = "select id, spec from source where workspace_id = :workspace and namespace = :namespace and name = :name"
    values = {"workspace": workspace_id, "namespace": namespace, "name": name}
    row = (await connection.execute(text(found), values)).one_or_none()
    if row is None:
        await connection.execute(
            text(
                "insert into source"
                " (id, workspace_id, namespace, name, kind, spec, webhook_path, created_at, updated_at)"
                " values (:id, :workspace, :namespace, :name, 'webhook', '{}', '', now(), now()) on conflict do nothing"
            ),
            {"id": new_id()} | values,
        )
        row = (await connection.execute(text(found), values)).one()
    return SourceRow(row.id, row.spec)


_PROJECT = """
insert into source (id, workspace_id, namespace, name, kind, spec, webhook_path, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6::text::jsonb, $7, now(), now())
on conflict (workspace_id, namespace, name) do update
   set kind = excluded.kind, spec = excluded.spec, webhook_path = excluded.webhook_path, updated_at = now()
returning id
"""


async def project(connection: AsyncConnection, workspace_id: UUID, served: ServedSource) -> UUID:
    """Bring the Source's row to what its manifest says; return its id."""
    spec = msgspec.json.encode(served.spec).decode()
    values = (new_id(), workspace_id, served.namespace, served.name, served.kind, spec, served.webhook_path)
    return (await connection.exec_driver_sql(_PROJECT, values)).scalar_one()  # type: ignore[no-any-return]
