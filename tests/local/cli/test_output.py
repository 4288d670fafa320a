"""The renderer: foreign text is data, and tables fit the terminal."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console
from tracker_local.cli.output import Column, age, plain, table

ROWS = [{"id": "1", "title": "A title that goes on and on until it no longer fits into the width", "age": "3d"}]
COLUMNS = [
    Column("ID", lambda row: row["id"]),
    Column("TITLE", lambda row: row["title"], flexible=True),
    Column("AGE", lambda row: row["age"], "right"),
]


def drawn(width: int, rows: list[dict[str, str]]) -> list[str]:
    console = Console(file=StringIO(), width=width)
    console.print(table(rows, COLUMNS))
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_only_the_flexible_column_is_cut() -> None:
    _, row = drawn(40, ROWS)
    assert len(row) <= 40
    assert row.startswith("1   A title that")
    assert row.endswith("…   3d")


def test_foreign_text_cannot_steer_the_terminal() -> None:
    evil = "\x1b]52;c;ZXZpbA==\x07 \x1b[2J [bold]loud[/] \u202egnp.exe\nsecond line"
    row = drawn(200, [{"id": "1", "title": evil, "age": "1s"}])[1]
    assert not set(row) & {"\x1b", "\x07", "\u202e"}
    assert "[bold]loud[/]" in row
    assert "second line" in row


@pytest.mark.parametrize(("value", "shown"), [(None, "-"), ("", "-"), (True, "yes"), (0, "0"), ("a\tb", "a b")])
def test_values_as_text(value: object, shown: str) -> None:
    assert plain(value) == shown


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-11-23T11:59:15Z", "45s"),
        ("2026-11-23T11:48:00+00:00", "12m"),
        ("2026-11-23T08:30:00Z", "3h"),
        ("2026-11-14T12:00:00Z", "9d"),
        ("2026-11-23T12:00:09Z", "0s"),
        (None, None),
    ],
)
def test_age_in_its_largest_unit(moment: str | None, shown: str | None) -> None:
    assert age(moment, datetime(2026, 11, 23, 12, tzinfo=UTC)) == shown
