"""Source rows: the projection of manifests that queries join with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tracker_core.health import ServedSource
from tracker_core.ids import new_id
from tracker_core.tables import MessageState


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


async def has_messages(connection: AsyncConnection, source_id: UUID) -> bool:
    """Say whether a Source has ever brought anything."""
    found = await connection.execute(
        text("select exists (select from message where source_id = :id)"), {"id": source_id}
    )
    return bool(found.scalar())


async def forget_path(connection: AsyncConnection, source_id: UUID, path: str) -> None:
    """Let a Source's row have no address any more, if it is this one."""
    await connection.execute(
        text("update source set webhook_path = '', updated_at = now() where id = :id and webhook_path = :path"),
        {"id": source_id, "path": path},
    )


@dataclass(frozen=True, slots=True)
class SourceState:
    """A Source as a list shows it."""

    id: UUID
    namespace: str
    name: str
    kind: str
    spec: dict[str, Any]
    webhook_path: str
    last_message_at: datetime | None

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"


# The newest of each state, each read off the end of its index: among all messages, one of a Source that has been silent
# for long is a needle in a haystack.
_LIST = f"""
select s.id, s.namespace, s.name, s.kind, s.spec, s.webhook_path, last.received_at
  from source s
  left join lateral (
      select m.received_at from unnest(array{[state.value for state in MessageState]}) as known (state)
       cross join lateral (select id, received_at from message
                            where message.source_id = s.id and message.state = known.state
                            order by message.id desc limit 1) m
       order by m.id desc limit 1) last on true
 where s.workspace_id = :workspace
 order by s.namespace, s.name
"""  # noqa: S608 -- constants


async def list_sources(connection: AsyncConnection, workspace_id: UUID) -> list[SourceState]:
    """Return all Sources, by name."""
    return [SourceState(*row) for row in await connection.execute(text(_LIST), {"workspace": workspace_id})]


async def find_source(connection: AsyncConnection, workspace_id: UUID, namespace: str, name: str) -> UUID | None:
    """Return the id of a Source."""
    found = await connection.execute(
        text("select id from source where workspace_id = :workspace and namespace = :namespace and name = :name"),
        {"workspace": workspace_id, "namespace": namespace, "name": name},
    )
    source_id: UUID | None = found.scalar()
    return source_id


class Served(NamedTuple):
    """A Source as its own process is known by."""

    id: UUID
    workspace_id: UUID
    kind: str


async def find_served(connection: AsyncConnection, key: str) -> Served | None:
    """Return the Source `namespace/name`."""
    namespace, _, name = key.partition("/")
    rows = await connection.execute(
        text(
            "select id, workspace_id, kind from source"
            " where namespace = :namespace and name = :name order by id limit 1"
        ),
        {"namespace": namespace, "name": name},
    )
    row = rows.one_or_none()
    return None if row is None else Served(*row)


async def find_source_ids(connection: AsyncConnection, workspace_id: UUID, keys: Sequence[str]) -> list[UUID]:
    """Return the ids of the Sources that are named by `namespace/name`, by a bare name or by their id."""
    rows = await connection.execute(
        text(
            "select id from source where workspace_id = :workspace and (id::text = any(cast(:keys as text[]))"
            " or namespace || '/' || name = any(cast(:keys as text[])) or name = any(cast(:keys as text[])))"
        ),
        {"workspace": workspace_id, "keys": list(keys)},
    )
    return list(rows.scalars())
