"""Keyset paging: a page ends in an opaque cursor that says where the next one starts.

The cursor is the position of the last row, not an offset: rows that come in between neither repeat nor hide any.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated

import msgspec
from fastapi import Query
from pydantic import BaseModel
from tracker_core.errors import InvalidInputError

Limit = Annotated[int, Query(ge=1, le=200, description="How many items at most")]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next` of the page before")]


class Page[Item](BaseModel):
    """A part of a list."""

    items: list[Item]
    next: str | None
    """Cursor of the following page; null at the end."""


def encode_cursor(*parts: str | int) -> str:
    """Return the position as a cursor."""
    return base64.urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def decode_cursor[*Parts](cursor: str, kind: type[tuple[*Parts]]) -> tuple[*Parts]:
    """Return the parts of a cursor, each of the type that `kind` says.

    Raises:
        InvalidInputError: it is not a cursor of this list.
    """
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(data, type=kind)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise wrong_cursor() from error


def wrong_cursor() -> InvalidInputError:
    """Return the error for a cursor that does not fit the list."""
    return InvalidInputError("query.cursor is not a cursor of this list", cure="Start again without it")


def cut[Item](rows: Sequence[Item], limit: int) -> tuple[Sequence[Item], bool]:
    """Cut a list that was asked for one row more than `limit`; say whether there is more."""
    return rows[:limit], len(rows) > limit
