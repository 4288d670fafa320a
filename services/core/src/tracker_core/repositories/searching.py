"""Search that stays fast for rare and for common words.

A page of the newest matches can be read in two ways. Rare words: fetch all matches from the inverted index and sort
them. Common words: walk the tasks or messages from the newest on, and take what matches. The planner cannot know which
it is, because it keeps statistics of the commonest words only, so it is asked first, up to a bound.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

FEW = 2000
"""Matches that are fetched and sorted at once."""


async def few_matches(connection: AsyncConnection, table: str, match: str, values: Mapping[str, Any]) -> bool:
    """Say whether at most `FEW` rows `t` of the table fulfil the condition `match`."""
    query = (
        "select count(*) from (select from"  # noqa: S608 -- constants and an integer
        f" {table} t where t.workspace_id = :workspace and {match} limit {FEW + 1:d}) found"
    )
    counted = await connection.execute(text(query), values)
    return int(counted.scalar_one()) <= FEW


def with_hits(table: str, match: str) -> str:
    """Return the `with` clause that makes `hits` of all rows `t` of the table that fulfil the condition `match`."""
    return (
        "with hits as materialized (select t.* from"  # noqa: S608 -- constants
        f" {table} t where t.workspace_id = :workspace and {match})"
    )
