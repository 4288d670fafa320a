"""Tasks as a file, streamed page by page: an export of a million tasks needs the memory of one page."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from starlette.responses import StreamingResponse
from tracker_core.database import reading
from tracker_core.repositories import tasks as repository
from tracker_core.repositories.task_orders import Position, Sort
from tracker_core.repositories.tasks import TaskFilter, TaskRow

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.tasks.asking import Narrowing
from tracker_api.tasks.schemas import Task
from tracker_api.tasks.service import parse_sort

PAGE = 500
"""Tasks that are read at once."""


class Format(StrEnum):
    """What the file is."""

    CSV = "csv"
    """RFC 4180, UTF-8 with a byte order mark, so that spreadsheets read it."""
    JSON = "json"
    """An array of tasks, as lists show them."""


MEDIA_TYPES = {Format.CSV: "text/csv; charset=utf-8", Format.JSON: "application/json"}
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {"text/csv": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "array"}}},
    }
}


async def export(
    context: Context, principal: Principal, asked: Narrowing, *, sort: str, form: Format
) -> StreamingResponse:
    """Return the answer that streams the file; what is wrong with the request is said before it begins."""
    order = parse_sort(sort)
    async with reading(context.engine) as connection:
        wanted = await asked.resolve(connection)
    pages = _pages(context, principal, wanted, order)
    name = f"tasks-{datetime.now(UTC):%Y-%m-%d}.{form}"
    return StreamingResponse(
        _csv(pages) if form is Format.CSV else _json(pages),
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
        media_type=MEDIA_TYPES[form],
    )


async def _pages(
    context: Context, principal: Principal, wanted: TaskFilter | None, order: Sort
) -> AsyncIterator[Sequence[TaskRow]]:
    after: Position | None = None
    while wanted is not None:
        # A connection for each page: a slow reader must not hold one of the pool.
        async with reading(context.engine) as connection:
            rows = await repository.list_tasks(
                connection, principal.workspace_id, wanted, order, after=after, limit=PAGE
            )
        if rows:
            yield [row for row, _ in rows]
        if len(rows) < PAGE:
            return
        after = rows[-1][1]


_COLUMNS: dict[str, Callable[[TaskRow], object]] = {
    "number": lambda row: row.number,
    "title": lambda row: row.title,
    "status": lambda row: row.status,
    "priority": lambda row: row.priority,
    "category": lambda row: row.category,
    "assignee": lambda row: row.assignee_name,
    "due_on": lambda row: row.due_on,
    "labels": lambda row: ", ".join(row.labels),
    "source": lambda row: f"{row.source_namespace}/{row.source_name}" if row.source_name else None,
    "confidence": lambda row: row.confidence,
    "created_at": lambda row: row.created_at.isoformat(),
    "updated_at": lambda row: row.updated_at.isoformat(),
    "description": lambda row: row.description,
    "id": lambda row: row.id,
}


async def _csv(pages: AsyncIterator[Sequence[TaskRow]]) -> AsyncIterator[str]:
    yield "\ufeff" + _lines([list(_COLUMNS)])
    async for rows in pages:
        yield _lines([[_cell(value(row)) for value in _COLUMNS.values()] for row in rows])


def _lines(rows: Sequence[Sequence[object]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def _cell(value: object) -> object:
    # A spreadsheet runs a cell that begins so as a formula, and these texts were written by strangers:
    # https://owasp.org/www-community/attacks/CSV_Injection
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


async def _json(pages: AsyncIterator[Sequence[TaskRow]]) -> AsyncIterator[str]:
    separator = "["
    async for rows in pages:
        for row in rows:
            yield separator + Task.of(row).model_dump_json()
            separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"
