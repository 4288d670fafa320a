"""What triage has used today, and which labels a workspace uses."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MAX_LABELS = 50
RECENT_TASKS = 2000
"""Labels are looked for in so many of the newest tasks: what nobody has used for long is no vocabulary."""


@dataclass(frozen=True)
class TokensToday:
    """Tokens, in and out, since midnight UTC."""

    workspace: int
    source: int


# A UUIDv7 begins with its milliseconds: a range of keys is a range of time, for the index on (workspace_id, id).
_TOKENS_TODAY = """
select coalesce(sum(v.tokens_in + v.tokens_out), 0)::bigint as workspace,
       coalesce(sum(v.tokens_in + v.tokens_out) filter (where m.source_id = cast(:source as uuid)), 0)::bigint as source
  from verdict v join message m on m.id = v.message_id
 where v.workspace_id = :workspace and v.tokens_in + v.tokens_out > 0
   and v.id >= (lpad(to_hex((extract(epoch from date_trunc('day', now(), 'UTC')) * 1000)::bigint), 12, '0')
                || '00000000000000000000')::uuid
"""


async def tokens_today(connection: AsyncConnection, workspace_id: UUID, source_id: UUID | None) -> TokensToday:
    """Return what the language models have read and written for a workspace and for one of its Sources, if any."""
    row = (await connection.execute(text(_TOKENS_TODAY), {"workspace": workspace_id, "source": source_id})).one()
    return TokensToday(workspace=row.workspace, source=row.source)


async def labels_in_use(connection: AsyncConnection, workspace_id: UUID) -> Sequence[str]:
    """Return the labels of the newest tasks, those first that are used most."""
    rows = await connection.execute(
        text(
            "select label from (select unnest(labels) as label from"
            " (select labels from task where workspace_id = :workspace order by id desc limit :recent) newest) used"
            " group by label order by count(*) desc, label limit :limit"
        ),
        {"workspace": workspace_id, "recent": RECENT_TASKS, "limit": MAX_LABELS},
    )
    return rows.scalars().all()
