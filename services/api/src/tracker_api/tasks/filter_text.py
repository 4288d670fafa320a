"""The language that lists of tasks are narrowed in: `status:open priority:>=high -label:spam due:<7d export button`.

What is no `field:value` is words to search for. A value with spaces stands in quotes, several are separated by commas,
a minus in front says "not". This module only reads; what a field's values mean is in `filter_meaning`. The dashboard
reads the same language: `tests/api/filter_cases.json` holds both to it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker_core.errors import InvalidInputError

FIELDS = (
    "status",
    "priority",
    "category",
    "source",
    "assignee",
    "label",
    "due",
    "created",
    "updated",
    "decided",
    "replied",
    "closed",
    "confidence",
    "is",
)

_PIECE = re.compile(r'(?:"[^"]*"?|[^\s"])+')
_TERM = re.compile(r"(-?)([a-z_]+):(?!//)(.*)", re.IGNORECASE | re.DOTALL)
_COMPARED = re.compile(r"(>=|<=|>|<|)(.*)", re.DOTALL)
_VALUE = re.compile(r'"([^"]*)"?|([^,"]+)')


@dataclass(frozen=True)
class Asking:
    """One `field:value` as it was written."""

    field: str
    values: tuple[str, ...]
    comparison: str = ""
    """`<`, `<=`, `>`, `>=` or nothing."""
    negated: bool = False

    def __str__(self) -> str:
        listed = ",".join(f'"{value}"' if re.search(r'[\s,"]', value) else value for value in self.values)
        return f"{'-' if self.negated else ''}{self.field}:{self.comparison}{listed}"


@dataclass(frozen=True)
class FilterText:
    """A filter, read."""

    askings: tuple[Asking, ...]
    words: str
    """What is searched for, as it was written."""


def read_filter(text: str) -> FilterText:
    """Read a filter.

    Raises:
        InvalidInputError: it names a field that there is not, or a field without a value.
    """
    askings: list[Asking] = []
    words: list[str] = []
    for piece in _PIECE.findall(text):
        match = _TERM.fullmatch(piece)
        if match is None:
            words.append(piece)
        else:
            askings.append(_asking(match[2].lower(), match[3], negated=match[1] == "-"))
    return FilterText(tuple(askings), " ".join(words))


def _asking(field: str, given: str, *, negated: bool) -> Asking:
    if field not in FIELDS:
        raise InvalidInputError(
            f"query.filter: there is no field {field[:50]!r}",
            cure=f"Use one of {', '.join(FIELDS)}, or put it in quotes to search for it",
        )
    compared = _COMPARED.fullmatch(given)
    comparison, listed = (compared[1], compared[2]) if compared else ("", given)
    values = tuple(_values(listed))
    if not values:
        raise InvalidInputError(f"query.filter: {field} says no value", cure=f"Write it like {EXAMPLES[field]}")
    return Asking(field, values, comparison, negated)


def _values(listed: str) -> Iterator[str]:
    for quoted, bare in _VALUE.findall(listed):
        value = (quoted or bare).strip()
        if value:
            yield value


EXAMPLES = {
    "status": "status:open, status:todo,done",
    "priority": "priority:high, priority:>=high",
    "category": "category:bug,incident",
    "source": "source:support/inbox, source:none",
    "assignee": "assignee:me, assignee:none, assignee:Ann",
    "label": "label:export, label:none",
    "due": "due:today, due:<7d, due:2026-05-01..2026-05-31, due:overdue, due:none",
    "created": "created:<7d, created:>=2026-05-01",
    "updated": "updated:<2h, updated:>30d",
    "decided": "decided:<7d, decided:2026-05-01..2026-05-31",
    "replied": "replied:<7d, replied:2026-05-01..2026-05-31",
    "closed": "closed:<7d, closed:2026-05-01..2026-05-31",
    "confidence": "confidence:<80%",
    "is": "is:snoozed, is:overdue, is:unassigned",
}
"""How each field is written; shown when it was written in another way."""
