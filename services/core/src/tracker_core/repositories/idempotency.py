"""Answers to POSTs that may be sent again."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What was answered before under the same key."""

    request_hash: bytes
    status: int
    body: bytes


async def claim_key(
    connection: AsyncConnection, workspace_id: UUID, key: str, request_hash: bytes
) -> StoredAnswer | None:
    """Take the key for this transaction, or return what it was answered.

    A second request with the same key waits here until the first one's transaction has ended.
    """
    taken = await connection.execute(
        text(
            "insert into idempotency_key (workspace_id, key, request_hash, status, body, created_at)"
            " values (:workspace, :key, :hash, 0, '', now()) on conflict do nothing returning key"
        ),
        {"workspace": workspace_id, "key": key, "hash": request_hash},
    )
    if taken.scalar() is not None:
        return None
    stored = await connection.execute(
        text("select request_hash, status, body from idempotency_key where workspace_id = :workspace and key = :key"),
        {"workspace": workspace_id, "key": key},
    )
    return StoredAnswer(*stored.one())


async def store_answer(connection: AsyncConnection, workspace_id: UUID, key: str, status: int, body: bytes) -> None:
    """Keep the answer under the key that this transaction has taken."""
    await connection.execute(
        text(
            "update idempotency_key set status = :status, body = :body where workspace_id = :workspace and key = :key"
        ),
        {"workspace": workspace_id, "key": key, "status": status, "body": body},
    )
