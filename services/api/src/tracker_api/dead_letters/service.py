"""Reads dead letters."""

from collections.abc import Sequence
from uuid import UUID

from tracker_core.database import reading
from tracker_core.errors import NotFoundError
from tracker_core.repositories import dead_letters as repository
from tracker_core.repositories import sources
from tracker_core.repositories.dead_letters import DeadLetterFilter
from tracker_core.tables import DeadLetterState

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.dead_letters.schemas import DeadLetter, DeadLetterPage
from tracker_api.paging import cut, decode_cursor, encode_cursor


async def narrowed(
    context: Context,
    principal: Principal,
    *,
    state: DeadLetterState | None,
    source_keys: Sequence[str] | None,
    query: str,
    ids: Sequence[UUID] | None = None,
) -> DeadLetterFilter:
    """Return the filter that a request means; Sources are named as people name them."""
    named = None
    if source_keys:
        async with reading(context.engine) as connection:
            named = await sources.find_source_ids(connection, principal.workspace_id, source_keys)
    return DeadLetterFilter(state=state, sources=named, query=query, ids=ids)


async def list_dead_letters(
    context: Context, principal: Principal, wanted: DeadLetterFilter, *, cursor: str | None, limit: int
) -> DeadLetterPage:
    """Return a page of dead letters, newest first."""
    before = decode_cursor(cursor, tuple[UUID])[0] if cursor else None
    async with reading(context.engine) as connection:
        rows = await repository.list_dead_letters(
            connection, principal.workspace_id, wanted, before=before, limit=limit + 1
        )
    page, more = cut(rows, limit)
    following = encode_cursor(str(page[-1].id)) if more else None
    return DeadLetterPage(items=[DeadLetter.of(row) for row in page], next=following)


async def get_dead_letter(context: Context, principal: Principal, dead_letter_id: UUID) -> DeadLetter:
    """Return one dead letter.

    Raises:
        NotFoundError: there is none with this id.
    """
    async with reading(context.engine) as connection:
        row = await repository.find_dead_letter(connection, principal.workspace_id, dead_letter_id)
    if row is None:
        raise unknown(dead_letter_id)
    return DeadLetter.of(row)


def unknown(dead_letter_id: UUID) -> NotFoundError:
    """Return the error for a dead letter that is not there."""
    return NotFoundError(f"There is no dead letter {dead_letter_id}", cure="`GET /api/dead-letters` lists them")
