"""Terms that narrow a list of tasks, each one a condition on a column; all of them have to hold.

What people type (`priority:>=high -label:spam due:<7d`) is read by the API; here it is values of the column's own type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Asked(StrEnum):
    """What a term asks about."""

    PRIORITY = "priority"
    CATEGORY = "category"
    SOURCE = "source"
    ASSIGNEE = "assignee"
    LABEL = "label"
    DUE = "due"
    CREATED = "created"
    UPDATED = "updated"
    DECIDED = "decided"
    REPLIED = "replied"
    CLOSED = "closed"
    CONFIDENCE = "confidence"
    SNOOZED = "snoozed"
    OVERDUE = "overdue"


class Comparison(StrEnum):
    """How a column is compared; with one value, where nothing else is said."""

    IN = "in"
    """It is one of many values."""
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="
    WITHIN = "within"
    """From the first of two values up to the second, which is left out."""


@dataclass(frozen=True)
class Term:
    """One condition."""

    asked: Asked
    values: tuple[Any, ...] = ()
    """Of the column's type: text, UUID, date, aware datetime or number; None stands for "has none"."""
    comparison: Comparison = Comparison.IN
    negated: bool = False


_COLUMNS: Mapping[Asked, tuple[str, str]] = {
    Asked.PRIORITY: ("t.priority", "text"),
    Asked.CATEGORY: ("t.category", "text"),
    Asked.SOURCE: ("t.source_id", "uuid"),
    Asked.ASSIGNEE: ("t.assignee_id", "uuid"),
    Asked.DUE: ("t.due_on", "date"),
    Asked.CREATED: ("t.created_at", "timestamptz"),
    Asked.UPDATED: ("t.updated_at", "timestamptz"),
    Asked.DECIDED: ("t.decided_at", "timestamptz"),
    Asked.REPLIED: ("t.replied_at", "timestamptz"),
    Asked.CLOSED: ("t.closed_at", "timestamptz"),
    Asked.CONFIDENCE: ("t.confidence", "float8"),
}

_INDEXED = frozenset(
    {Asked.DUE, Asked.CREATED, Asked.UPDATED, Asked.DECIDED, Asked.REPLIED, Asked.CLOSED, Asked.SNOOZED, Asked.OVERDUE}
)
"""Moments: whatever the order of a list, an index finds those of some days."""

SLEEPING = "t.snoozed_until > now()"
_OPEN = "t.status in ('triage', 'todo', 'in_progress')"


def conditions_of(terms: Sequence[Term]) -> tuple[list[str], dict[str, Any]]:
    """Return the conditions on the row `t`, and the values that they name."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for position, term in enumerate(terms):
        name = f"term_{position}"
        condition, given = _condition(term, name)
        values |= given
        # A comparison with nothing is unknown, and what is unknown is not what was asked for, nor is its opposite.
        conditions.append(f"not coalesce({condition}, false)" if term.negated else condition)
    return conditions, values


def indexed_conditions_of(terms: Sequence[Term]) -> list[str]:
    """Return those of the conditions that an index finds the rows of, if these are few."""
    conditions, _ = conditions_of(terms)
    return [
        condition
        for condition, term in zip(conditions, terms, strict=True)
        if term.asked in _INDEXED and not term.negated and None not in term.values
    ]


def _condition(term: Term, name: str) -> tuple[str, dict[str, Any]]:
    match term.asked:
        case Asked.SNOOZED:
            return SLEEPING, {}
        case Asked.OVERDUE:
            return f"(t.due_on < cast(:{name} as date) and {_OPEN})", {name: term.values[0]}
        case Asked.LABEL:
            return _any_of("t.labels && cast(:{} as text[])", "t.labels = '{}'", term, name)
        case asked:
            column, kind = _COLUMNS[asked]
    if term.comparison is Comparison.IN:
        # Types are part of the array, so that Postgres compares columns with values of their own type.
        return _any_of(f"{column} = any(cast(:{{}} as {kind}[]))", f"{column} is null", term, name)
    if term.comparison is Comparison.WITHIN:
        begin, end = term.values
        compared = f"({column} >= cast(:{name}_begin as {kind}) and {column} < cast(:{name}_end as {kind}))"
        return compared, {f"{name}_begin": begin, f"{name}_end": end}
    return f"{column} {term.comparison.value} cast(:{name} as {kind})", {name: term.values[0]}


def _any_of(is_one: str, is_none: str, term: Term, name: str) -> tuple[str, dict[str, Any]]:
    """Return "is one of the values", where None among them stands for "has none"."""
    some = [value for value in term.values if value is not None]
    if len(some) == len(term.values):
        return is_one.format(name), {name: some}
    if not some:
        return is_none, {}
    return f"({is_one.format(name)} or {is_none})", {name: some}
