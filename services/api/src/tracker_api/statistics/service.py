"""Reads the figures of a period."""

from datetime import UTC, date, datetime, timedelta

from tracker_core.errors import InvalidInputError
from tracker_core.repositories.statistics import Span, read_statistics

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.statistics.schemas import Statistics

DEFAULT_DAYS = 30
MAX_DAYS = 366


async def get_statistics(
    context: Context, principal: Principal, *, first: date | None, last: date | None
) -> Statistics:
    """Return the figures from `first` to `last`, both included.

    Raises:
        InvalidInputError: the period ends before it begins, or is too long.
    """
    span = span_of(first, last, today=datetime.now(UTC).date())
    return Statistics.of(await read_statistics(context.engine, principal.workspace_id, span))


def span_of(first: date | None, last: date | None, *, today: date) -> Span:
    """Return the period that is asked for; days to come are left out of it.

    Raises:
        InvalidInputError: it ends before it begins, or is too long.
    """
    end = min(last or today, today)
    begin = first or end - timedelta(days=DEFAULT_DAYS - 1)
    if begin > end:
        raise InvalidInputError(f"query.from: {begin} is after {end}", cure="Send a day that is not after `to`")
    if (end - begin).days >= MAX_DAYS:
        raise InvalidInputError(
            f"query.from: from {begin} to {end} it is more than {MAX_DAYS} days", cure="Ask for a year at most"
        )
    return Span(begin, end)
