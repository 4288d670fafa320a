"""Filters of lists: several values in one parameter, separated by commas."""

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator, Field
from tracker_core.tables import Category, MessageState, Priority, ReplyState, TaskStatus


def _split(value: object) -> object:
    # A query parameter of a list type arrives as a list, also when it stands there once.
    given = value if isinstance(value, list) else [value]
    return [part.strip() for item in given if isinstance(item, str) for part in item.split(",") if part.strip()]


Day = Annotated[date, Field(ge=date(1980, 1, 1), le=date(8999, 12, 31))]
"""A day of UTC that keys can be compared with."""

_Listed = Annotated[list[str], Field(max_length=50), BeforeValidator(_split)]

Keys = Annotated[_Listed | None, Query(description="`namespace/name` or id of a Source; several separated by commas")]
States = Annotated[
    Annotated[list[MessageState], Field(max_length=50), BeforeValidator(_split)] | None,
    Query(description="Several separated by commas"),
]
Statuses = Annotated[
    Annotated[list[TaskStatus], Field(max_length=50), BeforeValidator(_split)] | None,
    Query(description="Several separated by commas"),
]
Categories = Annotated[
    Annotated[list[Category], Field(max_length=50), BeforeValidator(_split)] | None,
    Query(description="Several separated by commas"),
]
Priorities = Annotated[
    Annotated[list[Priority], Field(max_length=50), BeforeValidator(_split)] | None,
    Query(description="Several separated by commas"),
]
ReplyStates = Annotated[
    Annotated[list[ReplyState], Field(max_length=50), BeforeValidator(_split)] | None,
    Query(description="Several separated by commas"),
]
